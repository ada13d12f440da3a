"""``taocli wallet import`` and ``export``: keys from and for other programs, as a script moves them."""

import json
import stat

import pytest

from taocli.wallet.encryption import encrypt
from taocli.wallet.keyfile import read_secret
from taocli.wallet.polkadot_js import read_export
from tests.unit.cli.conftest import Desk

ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
PASSPHRASE = "four random words here"
PASSWORD = "correct horse battery 7"
ONE_KEY = {"wallet", "hotkey", "address", "public_key", "crypto_type"}
EXPORT = ("wallet", "export", "--wallet", "alice", "--light", "--out")
IMPORT = ("wallet", "import")


@pytest.fixture
def alice(desk: Desk) -> Desk:
    desk.dev_wallet("alice")
    return desk


def test_a_key_goes_out_and_comes_back(alice: Desk) -> None:
    passphrase = alice.file(PASSPHRASE)
    out = alice.folder / "alice.json"
    said = alice.run(*EXPORT, out, "--passphrase-file", passphrase)
    assert set(said.data) == ONE_KEY | {"file"}
    assert (said.data["address"], said.data["file"]) == (ALICE, str(out))
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert read_export(out.read_bytes(), PASSPHRASE).address.ss58 == ALICE
    assert PASSPHRASE not in said.everything

    more = ("--passphrase-file", passphrase, "--no-password")
    back = alice.run(*IMPORT, out, "--wallet", "b", *more)
    assert set(back.data) == ONE_KEY | {"backups"}
    assert back.data["address"] == ALICE
    assert "unencrypted" in back.talk
    key = read_secret(alice.files()["alice/coldkey"]).key
    stored = read_secret(alice.files()["b/coldkey"]).key
    assert stored.private_key.hex() not in back.everything
    assert stored.private_key == key.private_key


def test_hotkeys_are_exchanged_too(alice: Desk) -> None:
    out = alice.folder / "hot.json"
    more = ("--hotkey", "default", "--json-password-fd", alice.fd(PASSPHRASE))
    assert alice.run(*EXPORT, out, *more).data["hotkey"] == "default"
    more = ("--wallet", "b", "-H", "h", "--json-password-fd", alice.fd(PASSPHRASE))
    back = alice.run(*IMPORT, out, *more)
    assert (back.data["wallet"], back.data["hotkey"]) == ("b", "h")
    assert sorted(name for name in alice.files() if name.startswith("b/")) == [
        "b/hotkeys/h", "b/hotkeys/hpub.txt"
    ]  # fmt: skip


def test_an_export_can_be_unencrypted_and_go_to_a_pipe_when_insisted_on(alice: Desk) -> None:
    alice.refused(2, "UsageError", *EXPORT, "-", "--no-passphrase")
    said = alice.run(*EXPORT, "-", "--no-passphrase", "--show-secret")
    assert set(said.data) == {"export"}
    assert "unencrypted" in said.talk
    alice.pipe_in(said.data["export"])
    assert alice.run(*IMPORT, "-", "-w", "b", "--no-password").data["address"] == ALICE


def test_what_is_written_opens_an_encrypted_key_once(
    alice: Desk, cheap_argon2: list[bytes]
) -> None:
    password = alice.file(PASSWORD)
    assert alice.run("wallet", "passwd", "-w", "alice", "--new-password-file", password).code == 0
    out = alice.folder / "alice.json"
    more = ("--password-file", password, "--passphrase-file", alice.file(PASSPHRASE))
    assert alice.run(*EXPORT, out, *more).data["address"] == ALICE
    assert cheap_argon2 == [PASSWORD.encode()]
    (alice.folder / "alice.json").unlink()
    wrong = ("--password-file", alice.file("something else 9"), *more[2:])
    alice.refused(11, "WrongPassword", *EXPORT, out, *wrong)
    assert not out.exists()


def test_an_export_replaces_nothing_and_needs_a_good_passphrase(alice: Desk) -> None:
    taken = alice.file("mine")
    alice.refused(11, "WalletExists", *EXPORT, taken, "--no-passphrase")
    assert taken.read_text() == "mine"
    out = alice.folder / "alice.json"
    weak = ("--passphrase-file", alice.file("secret"))
    alice.refused(11, "WeakPassword", *EXPORT, out, *weak)
    alice.refused(22, "NoTerminal", *EXPORT, out)
    alice.refused(11, "WalletNotFound", "wallet", "export", "-w", "alise", "--out", out)
    alice.refused(14, "FileSystemError", *EXPORT, out / "deep" / "er", "--no-passphrase")
    alice.refused(2, "UsageError", *EXPORT[:-1])
    assert not out.exists()
    assert alice.run(*EXPORT, out, *weak, "--allow-weak-password").code == 0


def test_a_key_that_is_elsewhere_cannot_be_exported(alice: Desk) -> None:
    (alice.wallets / "alice" / "coldkey").unlink()
    out = alice.folder / "alice.json"
    error = alice.refused(11, "KeyMissing", *EXPORT, out, "--no-passphrase")
    assert "not on this machine" in error["what"]


@pytest.mark.parametrize("encrypted", [False, True])
def test_keyfiles_of_other_tools_are_taken_in(
    alice: Desk, cheap_argon2: list[bytes], encrypted: bool
) -> None:
    content = alice.files()["alice/coldkey"]
    file = alice.file(encrypt(content, PASSWORD) if encrypted else content)
    more = ("--passphrase-file", alice.file(PASSWORD)) if encrypted else ()
    data = alice.run(*IMPORT, file, "-w", "b", "--no-password", *more).data
    assert data["address"] == ALICE
    wrong = ("--passphrase-file", alice.file("something else 9"))
    if encrypted:
        alice.refused(11, "WrongPassword", *IMPORT, file, "-w", "c", "--no-password", *wrong)
        alice.refused(22, "NoTerminal", *IMPORT, file, "-w", "c", "--no-password")


def test_what_is_taken_in_is_encrypted_by_default(alice: Desk, cheap_argon2: list[bytes]) -> None:
    file, password = alice.file(alice.files()["alice/coldkey"]), alice.file(PASSWORD)
    alice.refused(22, "NoTerminal", *IMPORT, file, "-w", "b")
    assert alice.run(*IMPORT, file, "-w", "b", "--password-file", password).code == 0
    assert alice.run(*IMPORT, file, "-w", "b/h", "--password-file", password).code == 0
    for name in ("b/coldkey", "b/hotkeys/h"):
        assert alice.files()[name].startswith(b"$NACL")


ETHEREUM = {"version": 3, "crypto": {"ciphertext": "00", "kdf": "scrypt"}, "address": "00" * 20}


@pytest.mark.parametrize(
    ("content", "code", "name", "hint"),
    [
        (json.dumps(ETHEREUM), 11, "UnsupportedKey", "evm import"),
        ("{}", 11, "KeyMissing", ""),
        ("not a key", 11, "KeyfileDamaged", ""),
        ("$NACL", 11, "KeyfileDamaged", ""),
        ('{"encoded":"AAAA","encoding":{"content":["pkcs8","sr25519"],"type":["none"],"version":"3"}}',
         11, "KeyfileDamaged", ""),
        (b"\0" * 70_000, 11, "WalletError", ""),
        ("", 11, "WalletError", ""),
    ],
)  # fmt: skip
def test_what_is_no_key_is_named_for_what_it_is(
    desk: Desk, content: str | bytes, code: int, name: str, hint: str
) -> None:
    passphrase = ("--passphrase-file", desk.file(PASSPHRASE))
    error = desk.refused(code, name, *IMPORT, desk.file(content), "-w", "b", *passphrase)
    assert hint in error["fix"]
    assert not desk.wallets.exists()


def test_a_key_that_is_there_is_not_replaced_by_an_import(alice: Desk) -> None:
    before = alice.files()
    alice.refused(11, "WalletExists", *IMPORT, "missing", "-w", "alice")
    alice.refused(11, "WalletError", *IMPORT, "missing", "-w", "b")
    assert alice.files() == before
    file = alice.file(before["alice/hotkeys/default"])
    data = alice.run(*IMPORT, file, "-w", "alice", "--no-password", "--overwrite").data
    assert len(data["backups"]) == 2
    assert before["alice/coldkey"] in alice.files().values()
