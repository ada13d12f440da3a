"""Wallet commands in front of a person: a pseudo-terminal, typed passwords and phrases, and Ctrl-C.

What may be seen only for a moment stands on the terminal's alternate screen; ``scrollback`` is what is
left when that is gone. The slow step of a password is made cheap in these processes, except in the one
test that is marked slow.
"""

import base64
import contextlib
import inspect
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
from taocli.wallet.encryption import decrypt, forget_keys
from taocli.wallet.keyfile import Secret, read_secret
from taocli.wallet.keypair import ED25519, Keypair
from taocli.wallet.messages import seal
from taocli.wallet.store import WalletStore
from taocli.wallet.writing import write_key
from tests.terminal import Terminal

PHRASE = "tank lizard arch marble zone chef gasp liar guard inhale gym inch"
SECRET = secret_from_phrase(PHRASE)
ADDRESS = SECRET.key.address.ss58
PASSWORD, OTHER = "correct horse battery 7", "seven staple tigers 9"
VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "wallet.json").read_text())["cases"]
PRIVATE_ON, PRIVATE_OFF = "\x1b[?1049h", "\x1b[?1049l"
CTRL_C, CTRL_D = "\x03", "\x04"


def cheap_kdf(size, password, salt, **_):
    return (b"cheap" + password + salt).ljust(size, b"\0")[:size]


@dataclass
class Person:
    """Somebody with a home of their own, who sits down at terminals."""

    home: Path
    environ: dict[str, str]
    terminals: list[Terminal] = field(default_factory=list)

    @property
    def wallets(self) -> Path:
        return self.home / "wallets"

    def run(self, *arguments: str) -> Terminal:
        self.terminals.append(Terminal.run(arguments, self.environ))
        return self.terminals[-1]

    def put(self, secret: Secret, password: str | None) -> None:
        """The coldkey of wallet ``a``."""
        write_key(WalletStore(self.wallets).new_coldkey("a"), secret, password)

    def coldkey(self, password: str | None) -> Secret:
        content = (self.wallets / "a" / "coldkey").read_bytes()
        return read_secret(content if password is None else decrypt(content, password))

    def files(self) -> list[str]:
        return sorted(path.name for path in self.home.rglob("*") if path.is_file())


@pytest.fixture
def slow_person(tmp_path: Path) -> Iterator[Person]:
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("TAOCLI_", "BT_", "XDG_"))}
    home = tmp_path / "home"
    home.mkdir()
    environ |= {"TERM": "xterm-256color", "HOME": str(home), "XDG_RUNTIME_DIR": str(tmp_path)}
    environ |= {"TAOCLI_WALLET_PATH": str(home / "wallets")}
    person = Person(home, environ)
    yield person
    for terminal in person.terminals:
        with contextlib.suppress(ChildProcessError):  # it ended long ago
            if os.waitpid(terminal.pid, os.WNOHANG) == (0, 0):
                os.kill(terminal.pid, signal.SIGKILL)
                os.waitpid(terminal.pid, 0)


@pytest.fixture
def person(
    slow_person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Person]:
    """The same, with passwords that cost nothing: Python loads ``sitecustomize`` at its start."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(
        f"{inspect.getsource(cheap_kdf)}\nimport nacl.pwhash\nnacl.pwhash.argon2i.kdf = cheap_kdf\n"
    )
    slow_person.environ["PYTHONPATH"] = str(tmp_path / "site")
    forget_keys()
    monkeypatch.setattr("nacl.pwhash.argon2i.kdf", cheap_kdf)
    yield slow_person
    forget_keys()


def scrollback(terminal: Terminal) -> str:
    """What stays on the screen after everything private is gone; it must be gone."""
    assert terminal.seen.count(PRIVATE_ON) == terminal.seen.count(PRIVATE_OFF)
    return re.sub(
        re.escape(PRIVATE_ON) + ".*?" + re.escape(PRIVATE_OFF), "", terminal.seen, flags=re.DOTALL
    )


def answer(terminal: Terminal, question: str, text: str) -> str:
    """Wait for a question and type the answer; what stood on the screen until then."""
    shown = terminal.wait_for(question)
    terminal.type(text + "\n")
    return shown


def phrase_on(screen: str, label: str) -> list[str]:
    """The numbered words below the label, in order."""
    below = (
        screen.partition(f"phrase of {label}:")[2].partition("Recovery")[0].partition("Write")[0]
    )
    found = dict(re.findall(r"(\d+) ([a-z]+)", below))
    return [found[str(number)] for number in range(1, len(found) + 1)]


def to_the_phrase(terminal: Terminal, password: str = PASSWORD) -> list[str]:
    """Answer everything up to the screen with the phrases; the coldkey's words."""
    answer(terminal, "New password for coldkey a: ", password)
    answer(terminal, "The same again: ", password)
    return phrase_on(terminal.wait_for("Press Enter"), "coldkey a")


def pass_the_quiz(terminal: Terminal, words: list[str]) -> None:
    for _ in range(3):
        number = int(re.findall(r"word (\d+)", terminal.wait_for(": "))[-1])
        terminal.type(words[number - 1] + "\n")


@pytest.mark.slow
def test_a_person_makes_a_wallet(slow_person: Person) -> None:
    terminal = slow_person.run("wallet", "create", "--wallet", "a")
    answer(terminal, "New password for coldkey a: ", PASSWORD)
    answer(terminal, "The same again: ", "something else")
    terminal.wait_for("The two differ.")
    words = to_the_phrase(terminal)
    assert len(words) == 12
    terminal.type("\n")
    terminal.wait_for("Is the phrase of coldkey a on paper?")
    pass_the_quiz(terminal, words)
    assert terminal.finish() == 0
    left = scrollback(terminal)
    assert PASSWORD not in terminal.seen
    assert not set(words) & set(re.findall(r"[a-z]+", left.partition("coldkey a  ")[2]))
    address = secret_from_phrase(" ".join(words)).key.address.ss58
    assert left.split("\r\n")[-3].split() == ["coldkey", "a", address]
    assert (slow_person.wallets / "a" / "coldkey").read_bytes().startswith(b"$NACL")
    assert slow_person.files() == ["coldkey", "coldkeypub.txt", "default", "defaultpub.txt"]


def test_a_wrong_word_shows_the_phrase_again(person: Person) -> None:
    terminal = person.run("wallet", "new-coldkey", "--wallet", "a")
    words = to_the_phrase(terminal)
    terminal.type("\n")
    pass_the_quiz(terminal, ["wrong"] * 12)
    terminal.wait_for("That is not what the phrase says.")
    again = terminal.wait_for("Press Enter")
    assert PRIVATE_ON in again
    assert phrase_on(again, "coldkey a") == words
    assert person.files() == []
    terminal.type("\n")
    pass_the_quiz(terminal, [word.upper() + " " for word in words])
    assert terminal.finish() == 0
    assert person.coldkey(PASSWORD).phrase == " ".join(words)
    assert " ".join(words[:3]) not in scrollback(terminal)


def test_no_quiz_is_asked_for_when_nobody_wants_it(person: Person) -> None:
    terminal = person.run("wallet", "new-hotkey", "--wallet", "a", "--hotkey", "h", "--no-quiz")
    words = phrase_on(terminal.wait_for("Press Enter"), "hotkey a/h")
    terminal.type("\n")
    assert terminal.finish() == 0
    stored = read_secret((person.wallets / "a" / "hotkeys" / "h").read_bytes())
    assert stored.phrase == " ".join(words)


def test_what_was_shown_to_a_person_is_in_no_document(person: Person) -> None:
    terminal = person.run(
        "wallet", "create", "--wallet", "a", "--no-password", "--no-quiz", "--json"
    )
    screen = terminal.wait_for("Press Enter")
    terminal.type("\n")
    assert terminal.finish() == 0
    data = json.loads(scrollback(terminal).split("\r\n")[-2])["data"]
    assert set(data) == {"wallet", "hotkey", "coldkey_address", "hotkey_address", "backups"}
    words = " ".join(phrase_on(screen, "coldkey a"))
    assert secret_from_phrase(words).key.address.ss58 == data["coldkey_address"]
    assert person.coldkey(None).phrase == words


PROMPTS = ["password", "again", "phrase", "first of the quiz", "last of the quiz"]


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D], ids=["Ctrl-C", "Ctrl-D"])
@pytest.mark.parametrize("prompt", PROMPTS)
def test_whoever_leaves_has_no_file_and_no_trace(person: Person, prompt: str, key: str) -> None:
    terminal = person.run("wallet", "create", "--wallet", "a")
    words: list[str] = []
    if prompt == "password":
        terminal.wait_for("New password for coldkey a: ")
    elif prompt == "again":
        answer(terminal, "New password for coldkey a: ", PASSWORD)
        terminal.wait_for("The same again: ")
    else:
        words = to_the_phrase(terminal)
    if prompt.endswith("quiz"):
        terminal.type("\n")
        number = int(re.findall(r"word (\d+)", terminal.wait_for(": "))[-1])
        if prompt == "last of the quiz":
            terminal.type(words[number - 1] + "\n")
            terminal.wait_for(": ")
            terminal.type("anything\n")
            terminal.wait_for(": ")
    terminal.type(key)
    assert terminal.finish() == 130
    assert person.files() == []
    assert not person.wallets.exists()
    left = scrollback(terminal)
    assert "Stopped." in left
    assert "Traceback" not in left
    assert not words or " ".join(words[:2]) not in left


def test_a_phrase_is_typed_where_it_leaves_no_trace(person: Person) -> None:
    terminal = person.run("wallet", "regen-coldkey", "--wallet", "a")
    assert PRIVATE_ON in answer(terminal, "> ", f"  {PHRASE.upper()} ")
    answer(terminal, "New password for coldkey a: ", PASSWORD)
    answer(terminal, "The same again: ", PASSWORD)
    assert terminal.finish() == 0
    left = scrollback(terminal)
    assert ADDRESS in left
    assert "LIZARD" in terminal.seen
    assert "LIZARD" not in left
    assert PASSWORD not in terminal.seen
    assert person.coldkey(PASSWORD).phrase == PHRASE


def test_a_mistyped_phrase_is_explained_and_leaves_no_trace(person: Person) -> None:
    person.put(SECRET, None)
    terminal = person.run("wallet", "verify-backup", "--wallet", "a")
    answer(terminal, "> ", PHRASE.replace("lizard", "lizzard"))
    assert terminal.finish() == 12
    left = scrollback(terminal)
    assert "Word 2 of the recovery phrase" in left
    assert "lizzard" not in left
    terminal = person.run("wallet", "verify-backup", "--wallet", "a")
    answer(terminal, "> ", PHRASE)
    assert terminal.finish() == 0
    assert "gasp" not in scrollback(terminal)


def test_a_wrong_password_is_asked_for_again_and_the_third_is_the_last(person: Person) -> None:
    person.put(SECRET, PASSWORD)
    terminal = person.run("unlock", "--wallet", "a")
    for left in ("2 more tries.", "1 more try."):
        answer(terminal, "Password of coldkey a: ", OTHER)
        terminal.wait_for(left)
    answer(terminal, "Password of coldkey a: ", OTHER)
    assert terminal.finish() == 11
    assert "error[W103]" in terminal.seen
    assert OTHER not in terminal.seen
    terminal = person.run("unlock", "--wallet", "a")
    answer(terminal, "Password of coldkey a: ", OTHER)
    answer(terminal, "Password of coldkey a: ", PASSWORD)
    assert terminal.finish() == 0
    assert ADDRESS in terminal.seen


def test_a_weak_password_is_explained_and_asked_for_again(person: Person) -> None:
    person.put(SECRET, PASSWORD)
    terminal = person.run("wallet", "passwd", "--wallet", "a")
    answer(terminal, "Password of coldkey a: ", PASSWORD)
    answer(terminal, "New password for coldkey a: ", "123456")
    answer(terminal, "The same again: ", "123456")
    terminal.wait_for("fewer than 10 characters")
    answer(terminal, "New password for coldkey a: ", OTHER)
    answer(terminal, "The same again: ", OTHER)
    assert terminal.finish() == 0
    assert person.coldkey(OTHER).phrase == PHRASE
    assert person.files() == ["coldkey", "coldkeypub.txt"]
    for secret in (PASSWORD, OTHER, "123456", "gasp"):
        assert secret not in terminal.seen


def test_a_phrase_is_shown_once_behind_the_password(person: Person) -> None:
    person.put(SECRET, PASSWORD)
    terminal = person.run("wallet", "show", "--wallet", "a", "--phrase")
    answer(terminal, "Password of coldkey a: ", PASSWORD)
    shown = terminal.wait_for("Press Enter")
    assert phrase_on(shown, "coldkey a") == PHRASE.split()
    terminal.type("\n")
    assert terminal.finish() == 0
    left = scrollback(terminal)
    assert ADDRESS in left
    assert "gasp" not in left


@pytest.mark.parametrize("wanted", ["y", "n"])
def test_a_key_in_an_old_format_is_stored_anew_only_when_wanted(
    person: Person, wanted: str
) -> None:
    case = next(case for case in VECTORS if case["id"] == "d030-keyfile_read")
    (person.wallets / "a").mkdir(parents=True)
    vault, password = base64.b64decode(case["inputs"]["file_b64"]), case["inputs"]["password"]
    (person.wallets / "a" / "coldkey").write_bytes(vault)
    terminal = person.run("wallet", "sign", "--wallet", "a", "--message", "hi")
    answer(terminal, "Password of coldkey a: ", password)
    answer(terminal, "[y/N] ", wanted)
    assert terminal.finish() == 0
    assert case["expected"]["ss58_address"] in terminal.seen
    now = (person.wallets / "a" / "coldkey").read_bytes()
    kept = list((person.wallets / "a").glob("coldkey.bak-*"))
    if wanted == "y":
        assert person.coldkey(password).key.address.ss58 == case["expected"]["ss58_address"]
        assert [path.read_bytes() for path in kept] == [vault]
        assert now.startswith(b"$NACL")
    else:
        assert (now, kept) == (vault, [])


def test_what_strangers_named_or_wrote_cannot_command_the_terminal(person: Person) -> None:
    key = Keypair.from_seed(bytes([9] * 32), ED25519)
    person.put(Secret(key), None)
    for name in ("red\x1b[31m", "right\u202eleft", "c1\x9b31m"):
        (person.wallets / name).mkdir(mode=0o755)
        (person.wallets / "a" / f"{name}.txt").touch()
    letter = seal(key.address, b"bell\x07 and\x1b]0;title\x07\nline two").hex()
    decrypt_letter = ("wallet", "decrypt", "--wallet", "a", "--ciphertext", letter)
    for command in (("wallet", "list"), ("wallet", "doctor"), decrypt_letter):
        terminal = person.run(*command)
        assert terminal.finish() in {0, 30}
        assert "red" in terminal.seen or "line two" in terminal.seen
        shown = terminal.seen.replace("\r\n", "")
        assert [c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Cs"}] == []
