"""A desk to run wallet commands at: one imaginary user's folders, and what each command said.

Commands run in this process, through the program's entry point. The slow step of opening a key can be
made cheap by the ``cheap_argon2`` fixture, which also counts it.
"""

import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from taocli.cli import main as entry
from taocli.wallet.encryption import forget_keys
from taocli.wallet.keyfile import Secret
from taocli.wallet.store import WalletStore
from taocli.wallet.writing import write_key


@dataclass(frozen=True)
class Said:
    """What a command left behind: its exit code, its one JSON document, and its talk on stderr."""

    code: int
    document: dict[str, Any]
    talk: str

    @property
    def data(self) -> Any:
        assert self.code == 0, self
        assert self.document["ok"] is True
        return self.document["data"]

    @property
    def everything(self) -> str:
        return json.dumps(self.document, ensure_ascii=False) + self.talk


@dataclass
class Desk:
    """Where the user sits; ``run`` is a script's view of a command and ``read`` a person's."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    counter: list[int] = field(default_factory=lambda: [0])

    @property
    def wallets(self) -> Path:
        return self.folder / "wallets"

    def run(self, *arguments: object) -> Said:
        code = entry.run([*map(str, arguments), "--json"])
        captured = self.capsys.readouterr()
        return Said(code, json.loads(captured.out), captured.err)

    def read(self, *arguments: object) -> tuple[int, str, str]:
        code = entry.run([str(argument) for argument in arguments])
        captured = self.capsys.readouterr()
        return code, captured.out, captured.err

    def refused(self, code: int, name: str, *arguments: object) -> dict[str, str]:
        """Run a command that has to fail like this, with a way out."""
        said = self.run(*arguments)
        error: dict[str, str] = said.document.get("error", said.document)
        assert (said.code, error.get("name")) == (code, name), said
        assert said.document["ok"] is False
        assert error["fix"]
        return error

    def dev_wallet(self, name: str = "alice", uri: str = "//Alice") -> Path:
        """An unencrypted development wallet; its folder."""
        assert self.run("wallet", "create", "--wallet", name, "--uri", uri, "--dev").code == 0
        return self.wallets / name

    def put(self, wallet: str, hotkey: str | None, secret: Secret, password: str | None) -> None:
        """A key on the disk, without the second derivation that commands make."""
        store = WalletStore(self.wallets)
        place = store.new_coldkey(wallet) if hotkey is None else store.new_hotkey(wallet, hotkey)
        write_key(place, secret, password)

    def file(self, content: str | bytes, mode: int = 0o600) -> Path:
        """A file with this content, private unless said otherwise."""
        self.counter[0] += 1
        path = self.folder / f"file-{self.counter[0]}"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(mode)
        return path

    def fd(self, content: str) -> int:
        """A descriptor to read this content from; the command closes it."""
        reading, writing = os.pipe()
        os.write(writing, content.encode())
        os.close(writing)
        return reading

    def pipe_in(self, content: str | bytes) -> None:
        """Make this the standard input of the next command."""
        raw = content.encode() if isinstance(content, str) else content
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))

    def files(self) -> dict[str, bytes]:
        """Every file under the wallet folder, by its path there."""
        return {
            str(path.relative_to(self.wallets)): path.read_bytes()
            for path in sorted(self.wallets.rglob("*"))
            if path.is_file()
        }


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    for name in list(os.environ):
        if name.startswith(("BT_", "TAOCLI_", "XDG_")):
            monkeypatch.delenv(name)
    runtime = tempfile.mkdtemp(prefix="t")  # short: a Unix socket's path ends at 107 bytes
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("TAOCLI_WALLET_PATH", str(tmp_path / "wallets"))
    monkeypatch.setattr(os, "fsync", lambda _: None)  # power does not fail here; it does elsewhere
    yield Desk(tmp_path, capsys, monkeypatch)
    shutil.rmtree(runtime)


@pytest.fixture
def cheap_argon2(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """Three seconds become none; the passwords that a key was derived from are counted."""
    derived: list[bytes] = []

    def kdf(size: int, password: bytes, salt: bytes, **_: int) -> bytes:
        derived.append(password)
        return (b"cheap" + password + salt).ljust(size, b"\0")[:size]

    forget_keys()
    monkeypatch.setattr("nacl.pwhash.argon2i.kdf", kdf)
    yield derived
    forget_keys()
