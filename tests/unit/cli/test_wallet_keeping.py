"""``taocli wallet rename``, ``passwd`` and ``verify-backup``: looking after keys that exist."""

import base64
import json
import stat
from pathlib import Path

import pytest

from taocli.services.key_making import secret_from_phrase
from taocli.wallet.encryption import decrypt
from taocli.wallet.keyfile import read_secret
from tests.unit.cli.conftest import Desk

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "wallet.json").read_text())["cases"]
PHRASE = "tank lizard arch marble zone chef gasp liar guard inhale gym inch"
OTHER = "legal winner thank year wave sausage worth useful legal winner thank yellow"
SECRET = secret_from_phrase(PHRASE)
ADDRESS = SECRET.key.address.ss58
OLD, NEW = "correct horse battery 7", "seven staple horses 9"
ONE_KEY = {"wallet", "hotkey", "address", "public_key", "crypto_type"}


@pytest.fixture
def locked(desk: Desk, cheap_argon2: list[bytes]) -> Desk:
    """Wallet ``a``: the coldkey of PHRASE under OLD, and a plain hotkey of it."""
    desk.put("a", None, SECRET, OLD)
    desk.put("a", "default", SECRET, None)
    return desk


def old_password(desk: Desk) -> tuple[str, Path]:
    return ("--password-file", desk.file(OLD))


def test_a_wallet_gets_another_name_and_keeps_its_keys(locked: Desk) -> None:
    before = locked.files()
    said = locked.run("wallet", "rename", "savings", "--wallet", "a")
    assert said.data == {"wallet": "savings", "hotkey": None, "was": "a"}
    assert "BT_PW_" in said.talk
    assert locked.files() == {name.replace("a/", "savings/", 1): before[name] for name in before}


def test_a_hotkey_gets_another_name(locked: Desk) -> None:
    before = locked.files()
    said = locked.run("wallet", "rename", "miner", "-w", "a", "-H", "default")
    assert said.data == {"wallet": "a", "hotkey": "miner", "was": "default"}
    after = locked.files()
    assert after["a/hotkeys/miner"] == before["a/hotkeys/default"]
    assert after["a/hotkeys/minerpub.txt"] == before["a/hotkeys/defaultpub.txt"]
    assert len(after) == len(before)


@pytest.mark.parametrize(
    ("arguments", "code", "name"),
    [
        (("b", "-w", "a"), 11, "WalletExists"),
        (("a", "-w", "a"), 11, "WalletExists"),
        (("../b", "-w", "a"), 12, "InvalidName"),
        (("", "-w", "a"), 12, "InvalidName"),
        (("c", "-w", "nobody"), 11, "WalletNotFound"),
        (("default", "-w", "a", "-H", "default"), 11, "WalletExists"),
        (("xpub.txt", "-w", "a", "-H", "default"), 12, "InvalidName"),
        (("c", "-w", "a", "-H", "nobody"), 11, "WalletNotFound"),
        (("-w", "a"), 2, "UsageError"),
    ],
)
def test_a_name_that_does_not_work_changes_nothing(
    locked: Desk, arguments: tuple[str, ...], code: int, name: str
) -> None:
    (locked.wallets / "b").mkdir()
    before = locked.files()
    locked.refused(code, name, "wallet", "rename", *arguments)
    assert locked.files() == before


def test_the_password_changes_and_no_copy_under_the_old_one_stays(locked: Desk) -> None:
    new = ("--new-password-fd", locked.fd(NEW))
    said = locked.run("wallet", "passwd", "-w", "a", *old_password(locked), *new)
    assert set(said.data) == ONE_KEY | {"encrypted", "backup"}
    assert (said.data["encrypted"], said.data["backup"]) == (True, None)
    stored = locked.files()
    assert read_secret(decrypt(stored["a/coldkey"], NEW)).phrase == PHRASE
    assert len(stored) == 4
    assert not {OLD, NEW, PHRASE} & set(said.everything.split('"'))
    locked.refused(
        11, "WrongPassword", "wallet", "passwd", "-w", "a", *old_password(locked), "--remove"
    )


def test_a_password_is_removed_and_set(locked: Desk) -> None:
    said = locked.run("wallet", "passwd", "-w", "a", *old_password(locked), "--remove")
    assert said.data["encrypted"] is False
    assert "unencrypted" in said.talk
    assert read_secret(locked.files()["a/coldkey"]).phrase == PHRASE
    hotkey = ("wallet", "passwd", "-w", "a", "-H", "default")
    said = locked.run(*hotkey, "--new-password-file", locked.file(NEW))
    assert (said.data["hotkey"], said.data["encrypted"]) == ("default", True)
    assert read_secret(decrypt(locked.files()["a/hotkeys/default"], NEW)).phrase == PHRASE
    path = locked.wallets / "a" / "hotkeys" / "default"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_password_in_the_environment_is_never_the_new_one(locked: Desk) -> None:
    locked.monkeypatch.setenv("TAOCLI_PASSWORD", OLD)
    before = locked.files()
    locked.refused(22, "NoTerminal", "wallet", "passwd", "-w", "a")
    assert locked.files() == before


def test_an_old_format_is_stored_in_todays_and_kept(desk: Desk, cheap_argon2: list[bytes]) -> None:
    case = next(case for case in VECTORS if case["id"] == "d030-keyfile_read")
    folder = desk.dev_wallet("a")
    vault = base64.b64decode(case["inputs"]["file_b64"])
    (folder / "coldkey").write_bytes(vault)
    (folder / "coldkeypub.txt").unlink()
    password = case["inputs"]["password"]
    given = ("--password-file", desk.file(password))
    said = desk.run("wallet", "passwd", "-w", "a", *given, "--upgrade")
    assert said.data["address"] == case["expected"]["ss58_address"]
    assert Path(said.data["backup"]).read_bytes() == vault
    assert Path(said.data["backup"]).name.startswith("coldkey.bak-")
    stored = read_secret(decrypt(desk.files()["a/coldkey"], password))
    assert stored.key.address.ss58 == said.data["address"]
    assert desk.files()["a/coldkey"].startswith(b"$NACL")


@pytest.mark.parametrize(
    ("more", "code", "name"),
    [
        (("--remove", "--upgrade"), 2, "UsageError"),
        (("--upgrade", "-H", "default"), 2, "UsageError"),
        (("--new-password-file", "weak"), 11, "WeakPassword"),
        (("--new-password-file", "missing"), 11, "WalletError"),
        (("--remove", "-H", "nobody"), 11, "WalletNotFound"),
        (("--remove", "-w", "nobody"), 11, "WalletNotFound"),
    ],
)
def test_a_change_that_does_not_work_changes_nothing(
    locked: Desk, more: tuple[str, ...], code: int, name: str
) -> None:
    locked.monkeypatch.chdir(locked.folder)
    (locked.folder / "weak").write_text("123456")
    before = locked.files()
    command = ("wallet", "passwd", "-w", "a", *old_password(locked))
    locked.refused(code, name, *command, *more)
    assert locked.files() == before


def test_without_a_password_or_terminal_nothing_is_opened(
    locked: Desk, cheap_argon2: list[bytes]
) -> None:
    made = list(cheap_argon2)
    error = locked.refused(22, "NoTerminal", "wallet", "passwd", "-w", "a", "--remove")
    assert "--password-file" in error["fix"]
    assert cheap_argon2 == made


@pytest.mark.parametrize("hotkey", [(), ("--hotkey", "default")])
@pytest.mark.parametrize("text", [PHRASE, PHRASE.upper().replace(" ", "\n")])
def test_a_backup_is_confirmed_without_a_password(
    locked: Desk, text: str, hotkey: tuple[str, ...]
) -> None:
    before = locked.files()
    said = locked.run(
        "wallet", "verify-backup", "-w", "a", *hotkey, "--mnemonic-fd", locked.fd(text)
    )
    assert set(said.data) == ONE_KEY | {"matches"}
    assert (said.data["address"], said.data["matches"]) == (ADDRESS, True)
    assert PHRASE not in said.everything
    assert locked.files() == before


def test_the_phrase_of_another_key_is_exit_code_30(locked: Desk) -> None:
    command = ("wallet", "verify-backup", "-w", "a", "--mnemonic-fd")
    error = locked.refused(30, "BackupMismatch", *command, locked.fd(OTHER))
    assert ADDRESS in error["why"]
    assert OTHER not in str(error)


def test_a_backup_that_is_no_phrase_is_told_apart_from_a_wrong_one(locked: Desk) -> None:
    command = ("wallet", "verify-backup", "-w", "a")
    error = locked.refused(
        12, "InvalidMnemonic", *command, "--mnemonic-fd", locked.fd(PHRASE.replace("gasp", "gasps"))
    )
    assert "Word 7" in error["what"]
    locked.refused(22, "NoTerminal", *command)
    locked.refused(11, "WalletNotFound", *command[:3], "b", "--mnemonic-fd", "0")


def test_a_backup_needs_something_to_compare_with(locked: Desk) -> None:
    (locked.wallets / "a" / "coldkeypub.txt").unlink()
    command = ("wallet", "verify-backup", "-w", "a", "--mnemonic-fd")
    error = locked.refused(11, "WalletError", *command, locked.fd(PHRASE))
    assert "doctor --fix" in error["fix"]
    (locked.wallets / "a" / "coldkey").unlink()
    error = locked.refused(11, "KeyMissing", *command, locked.fd(PHRASE))
    assert "not on this machine" in error["what"]
