"""``taocli wallet evm``: Ethereum keys beside the hotkeys, as a script uses them."""

import json
import stat
from pathlib import Path

import pytest

from taocli.domain.accounts import evm_mirror
from taocli.wallet.evm_keys import evm_key_from_private
from taocli.wallet.keystore_v3 import read_keystore
from tests.unit.cli.conftest import Desk

PHRASE = "test test test test test test test test test test test junk"
"""Every Ethereum development chain prints this phrase and its accounts."""
FIRST = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
SECOND = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
PRIVATE = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
PASSWORD = "correct horse battery 7"
ONE_KEY = {"name", "address", "mirror", "file", "problem"}
EVM = ("wallet", "evm")


@pytest.fixture
def wallet(desk: Desk) -> Path:
    folder = desk.wallets / "a"
    folder.mkdir(parents=True, mode=0o700)
    return folder


@pytest.fixture
def cheap_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second of scrypt for each file becomes milliseconds; its cost stands in the file as ever."""
    from Crypto.Protocol import KDF

    real = KDF.scrypt

    def cheap(secret: str, salt: str, size: int, n: int, r: int, p: int) -> object:
        return real(secret, salt, size, 2, r, p)

    monkeypatch.setattr(KDF, "scrypt", cheap)


def password(desk: Desk) -> tuple[str, Path]:
    return ("--password-file", desk.file(PASSWORD))


def test_a_new_key_is_encrypted_listed_and_shown(
    desk: Desk, wallet: Path, cheap_scrypt: None
) -> None:
    said = desk.run(*EVM, "new", "--wallet", "a", *password(desk))
    assert set(said.data) == ONE_KEY
    assert (said.data["name"], said.data["problem"]) == ("default", None)
    path = wallet / "evmkeys" / "default"
    assert said.data["file"] == str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    key = read_keystore(path.read_bytes(), PASSWORD)
    assert key.address == said.data["address"]
    assert evm_mirror(key.h160).ss58 == said.data["mirror"]
    assert key.private_key.hex() not in said.everything
    assert desk.run(*EVM, "list", "-w", "a").data == [said.data]
    assert desk.run(*EVM, "show", "-w", "a").data == said.data
    assert desk.run("wallet", "list").data["wallets"][0]["evm_keys"] == ["default"]
    _, out, _ = desk.read(*EVM, "show", "-w", "a")
    assert out.splitlines()[:2] == [f"default  {key.address}", f"mirror: {said.data['mirror']}"]


@pytest.mark.parametrize(
    ("option", "text", "more", "address"),
    [
        ("--private-key-file", PRIVATE, (), FIRST),
        ("--secret-file", "0x" + PRIVATE.upper(), (), FIRST),
        ("--mnemonic-file", PHRASE, (), FIRST),
        ("--mnemonic-file", PHRASE, ("--index", "1"), SECOND),
    ],
)
def test_a_key_comes_from_a_private_key_or_a_phrase(
    desk: Desk, wallet: Path, cheap_scrypt: None, option: str, text: str, more: tuple[str, ...], address: str,
) -> None:  # fmt: skip
    given = ("-k", "eth", option, desk.file(text), *more, *password(desk))
    said = desk.run(*EVM, "import", "-w", "a", *given)
    assert (said.data["name"], said.data["address"]) == ("eth", address)
    assert PRIVATE not in said.everything
    assert PHRASE not in said.everything


def test_a_keystore_goes_out_as_it_is_and_comes_back(
    desk: Desk, wallet: Path, cheap_scrypt: None
) -> None:
    secret = ("--private-key-fd", desk.fd(PRIVATE))
    assert desk.run(*EVM, "import", "-w", "a", *secret, *password(desk)).code == 0
    out = desk.folder / "key.json"
    assert desk.run(*EVM, "export", "-w", "a", "--out", out).data == {"file": str(out)}
    assert out.read_bytes() == (wallet / "evmkeys" / "default").read_bytes()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    desk.refused(11, "WalletExists", *EVM, "export", "-w", "a", "--out", out)
    back = (
        *EVM,
        "import",
        "-w",
        "a",
        *password(desk),
        "--keystore",
        out,
        "--keystore-password-file",
    )
    desk.refused(11, "WrongPassword", *back, desk.file("something else"), "-k", "b")
    assert desk.run(*back, desk.file(PASSWORD), "-k", "b").data["address"] == FIRST
    assert len(desk.run(*EVM, "list", "-w", "a").data) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "name"),
    [
        (("new",), 22, "NoTerminal"),
        (("new", "--password-file", "weak"), 11, "WeakPassword"),
        (("new", "-k", "../x", "--password-file", "good"), 12, "InvalidName"),
        (("new", "-k", "taken", "--password-file", "good"), 11, "WalletExists"),
        (("import", "-k", "taken", "--password-file", "good"), 11, "WalletExists"),
        (("import", "--password-file", "good"), 22, "NoTerminal"),
        (("import", "--secret-file", "hello", "--password-file", "good"), 12, "ValidationError"),
        (("import", "--secret-file", "zero", "--password-file", "good"), 11, "UnsupportedKey"),
        (("import", "--secret-file", "words", "--password-file", "good"), 12, "InvalidMnemonic"),
        (
            ("import", "--keystore", "hello", "--keystore-password-file", "good"),
            11,
            "KeyfileDamaged",
        ),
        (
            ("import", "--keystore", "missing", "--keystore-password-file", "good"),
            11,
            "WalletError",
        ),
        (("import", "--index", "-1", "--secret-file", "words"), 2, "UsageError"),
        (("show", "-k", "takne"), 11, "WalletNotFound"),
        (("export", "-k", "nobody", "--out", "out"), 11, "WalletNotFound"),
        (("export",), 2, "UsageError"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_cannot_work_is_refused_and_nothing_written(
    desk: Desk, wallet: Path, arguments: tuple[str, ...], code: int, name: str
) -> None:
    desk.monkeypatch.chdir(desk.folder)
    for file, content in {"weak": "123456", "good": PASSWORD, "hello": "hello", "zero": "00" * 32, "words": "one two"}.items():  # fmt: skip
        (desk.folder / file).write_text(content)
    (wallet / "evmkeys").mkdir(mode=0o700)
    (wallet / "evmkeys" / "taken").write_text("{}")
    before = desk.files()
    error = desk.refused(code, name, *EVM, *arguments, "--wallet", "a")
    assert desk.files() == before
    assert not (desk.folder / "out").exists()
    if arguments[0] == "show":
        assert error["why"] == "Did you mean taken?"


def test_an_unknown_wallet_is_not_made_for_an_evm_key(desk: Desk, wallet: Path) -> None:
    for command in (("new", *password(desk)), ("list",), ("show",), ("export", "--out", "x")):
        desk.refused(11, "WalletNotFound", *EVM, *command, "-w", "b")
    assert desk.run(*EVM, "list", "-w", "a").data == []


def test_a_file_that_is_no_keystore_does_not_hide_the_others(desk: Desk, wallet: Path) -> None:
    folder = wallet / "evmkeys"
    folder.mkdir()
    key = evm_key_from_private(bytes.fromhex(PRIVATE))
    (folder / "whole").write_text(
        json.dumps({"version": 3, "address": key.h160.hex(), "crypto": {}})
    )
    (folder / "damaged").write_bytes(b"{")
    (folder / "huge").write_bytes(b" " * 100_000)
    (folder / "red\x1b[31m").write_bytes(b"[]")
    rows = {row["name"]: row for row in desk.run(*EVM, "list", "-w", "a").data}
    assert set(rows) == {"whole", "damaged", "huge", "red\x1b[31m"}
    assert [name for name, row in rows.items() if row["problem"]] != []
    assert all(rows[name]["address"] is None for name in ("damaged", "huge", "red\x1b[31m"))
    code, out, _ = desk.read(*EVM, "list", "-w", "a")
    assert code == 0
    assert "\x1b" not in out
