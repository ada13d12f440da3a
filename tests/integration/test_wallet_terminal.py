"""Wallet commands in front of a person: a pseudo-terminal, typed passwords and phrases, and Ctrl-C.

What may be seen only for a moment stands on the terminal's alternate screen; ``scrollback`` is what is
left when that is gone. The slow step of a password is made cheap in these processes, except where marked.
"""

import base64
import contextlib
import json
import os
import re
import signal
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from taocli.services.key_making import secret_from_phrase
from taocli.wallet.encryption import decrypt
from taocli.wallet.keyfile import Secret, read_secret
from taocli.wallet.keypair import ED25519, Keypair
from taocli.wallet.messages import seal
from taocli.wallet.store import WalletStore
from taocli.wallet.writing import write_key
from tests.terminal import Terminal

PHRASE = "tank lizard arch marble zone chef gasp liar guard inhale gym inch"
SECRET = secret_from_phrase(PHRASE)
ADDRESS = SECRET.key.address.ss58
PASSWORD, OTHER = "correct horse battery 7", "seven staple horses 9"
VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "wallet.json").read_text())["cases"]
PRIVATE_ON, PRIVATE_OFF = "\x1b[?1049h", "\x1b[?1049l"
CHEAP = '''
"""Loaded by Python at its start: a password's key costs nothing in this process."""
import nacl.pwhash

def kdf(size, password, salt, **_):
    return (b"cheap" + password + salt).ljust(size, b"\\0")[:size]

nacl.pwhash.argon2i.kdf = kdf
'''


@dataclass
class Person:
    """Somebody with a home of their own, who sits at terminals."""

    folder: Path
    environ: dict[str, str]
    terminals: list[Terminal] = field(default_factory=list)

    @property
    def wallets(self) -> Path:
        return self.folder / "wallets"

    def run(self, *arguments: str) -> Terminal:
        self.terminals.append(Terminal.run(arguments, self.environ))
        return self.terminals[-1]

    def put(self, secret: Secret, password: str | None, hotkey: str | None = None) -> None:
        store = WalletStore(self.wallets)
        write_key(store.new_hotkey("a", hotkey) if hotkey else store.new_coldkey("a"), secret, password)

    def files(self) -> list[Path]:
        return [path for path in self.wallets.rglob("*") if path.is_file()]


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("TAOCLI_", "BT_", "XDG_"))}
    home = tmp_path / "home"
    home.mkdir()
    environ |= {
        "TERM": "xterm-256color",
        "HOME": str(home),
        "TAOCLI_WALLET_PATH": str(home / "wallets"),
        "XDG_RUNTIME_DIR": str(tmp_path),
    }
    someone = Person(home, environ)
    yield someone
    for terminal in someone.terminals:
        with contextlib.suppress(ChildProcessError, ProcessLookupError):  # it has ended long ago
            if os.waitpid(terminal.pid, os.WNOHANG) == (0, 0):
                os.kill(terminal.pid, signal.SIGKILL)
                os.waitpid(terminal.pid, 0)


@pytest.fixture
def cheap(person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Person:
    """The same person, whose passwords cost nothing."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(CHEAP)
    person.environ["PYTHONPATH"] = str(tmp_path / "site")
    return person


@pytest.fixture
def locked(cheap: Person, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Wallet ``a`` with PHRASE as its coldkey under PASSWORD."""
    exec(CHEAP, {})
    cheap.put(SECRET, PASSWORD)
    return cheap
