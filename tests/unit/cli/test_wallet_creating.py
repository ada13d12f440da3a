"""``taocli wallet create``, ``new-coldkey`` and ``new-hotkey``, as a script uses them."""

import json
import shlex
import stat

import pytest

from taocli.domain.address import Address
from taocli.services.key_making import secret_from_phrase
from taocli.wallet.encryption import decrypt
from taocli.wallet.keyfile import read_secret
from tests.unit.cli.conftest import Desk

ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
PASSWORD = "correct horse battery 7"
OVERT = ("--no-password", "--show-secret")
ONE_KEY = {"wallet", "hotkey", "address", "public_key", "crypto_type", "backups"}


def address_of(phrase: str, crypto_type: int = 1) -> str:
    return secret_from_phrase(phrase, crypto_type).key.address.ss58


def test_dev_keys_are_the_well_known_ones(desk: Desk) -> None:
    said = desk.run("wallet", "create", "--wallet", "a", "--uri", "//Alice", "--dev")
    assert said.data == {
        "wallet": "a",
        "hotkey": "default",
        "coldkey_address": ALICE,
        "hotkey_address": "5EvkuaHjnU22ZhZgMNUSkvW7yDtskLQawjzmQ6eJXRc5p9tY",
        "backups": [],
    }
    assert "unencrypted" in said.talk
    assert sorted(desk.files()) == [
        "a/coldkey", "a/coldkeypub.txt", "a/hotkeys/default", "a/hotkeys/defaultpub.txt"
    ]  # fmt: skip


def test_both_phrases_are_printed_for_a_pipe_that_asked(desk: Desk) -> None:
    data = desk.run("wallet", "create", "--wallet", "a", *OVERT).data
    assert set(data) == {
        "wallet", "hotkey", "coldkey_address", "hotkey_address", "backups",
        "coldkey_phrase", "hotkey_phrase",
    }  # fmt: skip
    assert address_of(data["coldkey_phrase"]) == data["coldkey_address"]
    assert address_of(data["hotkey_phrase"]) == data["hotkey_address"]
    listed = (
        desk.run("wallet", "list").everything + desk.run("wallet", "show", "-w", "a").everything
    )
    assert data["coldkey_phrase"] not in listed
    assert data["hotkey_phrase"] not in listed


@pytest.mark.parametrize("command", ["new-coldkey", "new_coldkey"])
def test_a_coldkey_alone(desk: Desk, command: str) -> None:
    data = desk.run("wallet", command, "--wallet.name", "a", *OVERT).data
    assert set(data) == ONE_KEY | {"phrase"}
    assert (data["wallet"], data["hotkey"], data["crypto_type"]) == ("a", None, "sr25519")
    assert data["address"] == address_of(data["phrase"])
    assert data["public_key"] == "0x" + Address.parse(data["address"]).public_key.hex()
    assert sorted(desk.files()) == ["a/coldkey", "a/coldkeypub.txt"]


@pytest.mark.parametrize("command", ["new-hotkey", "new_hotkey"])
def test_a_hotkey_alone_is_stored_unencrypted(desk: Desk, command: str) -> None:
    data = desk.run("wallet", command, "-w", "a", "-H", "miner", "--show-mnemonic").data
    assert set(data) == ONE_KEY | {"phrase"}
    assert (data["wallet"], data["hotkey"]) == ("a", "miner")
    assert data["address"] == address_of(data["phrase"])
    assert read_secret(desk.files()["a/hotkeys/miner"]).phrase == data["phrase"]


@pytest.mark.parametrize("words", [12, 15, 18, 21, 24])
def test_a_phrase_has_as_many_words_as_wanted(desk: Desk, words: int) -> None:
    data = desk.run("wallet", "new-coldkey", "--wallet", "a", "--n_words", words, *OVERT).data
    assert len(data["phrase"].split()) == words


def test_each_key_can_be_of_either_kind(desk: Desk) -> None:
    kinds = ("--coldkey-crypto-type", "ed25519", "--hotkey-crypto-type", "ED25519")
    data = desk.run("wallet", "create", "--wallet", "a", *kinds, *OVERT).data
    assert data["coldkey_address"] == address_of(data["coldkey_phrase"], 0)
    assert data["hotkey_address"] == address_of(data["hotkey_phrase"], 0)
    data = desk.run(
        "wallet", "new-hotkey", "-w", "a", "-H", "b", "--crypto-type", "0", OVERT[1]
    ).data
    assert (data["crypto_type"], data["address"]) == ("ed25519", address_of(data["phrase"], 0))


@pytest.mark.parametrize("source", ["file", "fd", "stdin", "variable"])
def test_the_coldkey_is_encrypted_with_the_password_given(
    desk: Desk, cheap_argon2: list[bytes], source: str
) -> None:
    options: dict[str, tuple[object, ...]] = {
        "file": ("--password-file", desk.file(PASSWORD + "\n")),
        "fd": ("--password-fd", desk.fd(PASSWORD)),
        "stdin": ("--password-file", "-"),
        "variable": (),
    }
    desk.pipe_in(PASSWORD + "\n")
    if source == "variable":
        desk.monkeypatch.setenv("TAOCLI_PASSWORD", PASSWORD)
    said = desk.run("wallet", "create", "--wallet", "a", "--show-secret", *options[source])
    stored = desk.files()["a/coldkey"]
    assert stored.startswith(b"$NACL")
    assert read_secret(decrypt(stored, PASSWORD)).phrase == said.data["coldkey_phrase"]
    assert PASSWORD not in said.everything
    assert cheap_argon2 == [PASSWORD.encode()]


def test_a_hotkey_is_encrypted_when_asked_for(desk: Desk, cheap_argon2: list[bytes]) -> None:
    more = ("--use-password", "--password-file", desk.file(PASSWORD), "--show-secret")
    data = desk.run("wallet", "new-hotkey", "-w", "a", "-H", "h", *more).data
    assert read_secret(decrypt(desk.files()["a/hotkeys/h"], PASSWORD)).phrase == data["phrase"]


def test_a_weak_password_is_refused_unless_insisted_on(
    desk: Desk, cheap_argon2: list[bytes]
) -> None:
    weak = (
        "wallet",
        "new-coldkey",
        "-w",
        "a",
        "--show-secret",
        "--password-file",
        desk.file("123456"),
    )
    error = desk.refused(11, "WeakPassword", *weak)
    assert "123456" not in json.dumps(error)
    assert not desk.wallets.exists()
    assert desk.run(*weak, "--allow-weak-password").code == 0


def test_a_password_file_that_others_can_read_is_mentioned(
    desk: Desk, cheap_argon2: list[bytes]
) -> None:
    more = ("--show-secret", "--password-file", desk.file(PASSWORD, 0o644))
    said = desk.run("wallet", "new-coldkey", "-w", "a", *more)
    assert said.code == 0
    assert "chmod 600" in said.talk


@pytest.mark.parametrize(
    ("command", "code", "name"),
    [
        ("create --uri //Alice", 2, "UsageError"),
        ("create --dev", 2, "UsageError"),
        ("create --wallet ../evil --uri //A --dev", 12, "InvalidName"),
        ("create --hotkey xpub.txt --uri //A --dev", 12, "InvalidName"),
        ("create --uri //A// --dev", 12, "ValidationError"),
        ("create --words 13 --no-password --show-secret", 12, "InvalidMnemonic"),
        ("create --crypto-type ecdsa --no-password --show-secret", 2, "UsageError"),
        ("create --hotkey-crypto-type rsa --no-password --show-secret", 2, "UsageError"),
        ("create --password-file missing --show-secret", 11, "WalletError"),
        ("create --password-fd 99999 --show-secret", 11, "WalletError"),
        ("create --password-file weak --show-secret", 11, "WeakPassword"),
        ("create --password-file weak --no-password --show-secret", 2, "UsageError"),
        ("create --show-secret", 22, "NoTerminal"),
        ("create --no-password", 22, "NoTerminal"),
        ("new-coldkey --no-password", 22, "NoTerminal"),
        ("new-coldkey --wallet '' --no-password --show-secret", 12, "InvalidName"),
        ("new-coldkey --words 11 --no-password --show-secret", 12, "InvalidMnemonic"),
        ("new-coldkey --words many --no-password --show-secret", 2, "UsageError"),
        ("new-hotkey", 22, "NoTerminal"),
        ("new-hotkey --hotkey a/b --show-secret", 12, "InvalidName"),
        ("new-hotkey --hotkey .h --show-secret", 12, "InvalidName"),
        ("new-hotkey --use-password --show-secret", 22, "NoTerminal"),
        ("new-hotkey --crypto-type 2 --show-secret", 2, "UsageError"),
    ],
)
def test_what_cannot_be_made_is_refused_before_anything_is_written(
    desk: Desk, command: str, code: int, name: str
) -> None:
    desk.monkeypatch.chdir(desk.folder)
    (desk.folder / "weak").write_text("123456")
    desk.refused(code, name, "wallet", *shlex.split(command))
    assert not desk.wallets.exists()


@pytest.mark.parametrize("taken", ["coldkey", "hotkeys/default"])
@pytest.mark.parametrize("command", ["create", "new"])
def test_a_key_that_is_there_is_left_alone(desk: Desk, command: str, taken: str) -> None:
    folder = desk.dev_wallet("a")
    before, changed = desk.files(), (folder / taken).stat().st_mtime_ns
    one = "new-coldkey" if taken == "coldkey" else "new-hotkey"
    options = OVERT if command == "create" or one == "new-coldkey" else OVERT[1:]
    error = desk.refused(
        11, "WalletExists", "wallet", command if command == "create" else one, "-w", "a", *options
    )
    assert error["code"] == "W102"
    assert desk.files() == before
    assert (folder / taken).stat().st_mtime_ns == changed


def test_overwriting_keeps_the_old_files_under_dated_names(desk: Desk) -> None:
    desk.dev_wallet("a")
    before = desk.files()
    data = desk.run("wallet", "create", "-w", "a", *OVERT, "--overwrite").data
    kept = [path.removeprefix(f"{desk.wallets}/") for path in data["backups"]]
    after = desk.files()
    assert sorted(name.partition(".bak-")[0] for name in kept) == [
        "a/coldkey", "a/coldkeypub.txt", "a/hotkey-default", "a/hotkey-defaultpub.txt"
    ]  # fmt: skip
    assert sorted(after[name] for name in kept) == sorted(before.values())
    assert read_secret(after["a/coldkey"]).phrase == data["coldkey_phrase"]
    assert all(stat.S_IMODE((desk.wallets / name).stat().st_mode) == 0o600 for name in kept)
    listed = desk.run("wallet", "list").data["wallets"]
    assert [key["name"] for wallet in listed for key in wallet["hotkeys"]] == ["default"]


def test_people_read_addresses_and_what_was_kept(desk: Desk) -> None:
    desk.dev_wallet("a")
    bob = ("wallet", "create", "-w", "a", "--uri", "//Bob", "--dev", "--overwrite")
    code, out, _ = desk.read(*bob)
    assert code == 0
    assert out.splitlines()[0].split("  ")[0] == "coldkey a"
    assert "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty" in out.splitlines()[0]
    assert out.count("kept: ") == 4
    _, out, _ = desk.read("wallet", "new-hotkey", "-w", "a", "-H", "h", "--show-secret")
    phrase = out.partition("phrase of hotkey a/h: ")[2].strip()
    assert address_of(phrase) in out


def test_quiet_commands_say_nothing_but_the_answer(desk: Desk) -> None:
    code, out, talk = desk.read("wallet", "create", "--uri", "//Alice", "--dev", "--quiet")
    assert (code, talk) == (0, "")
    assert ALICE in out


def test_wallet_and_hotkey_can_be_named_as_one(desk: Desk) -> None:
    data = desk.run("wallet", "create", "--wallet", "a/b", "--uri", "//Alice", "--dev").data
    assert (data["wallet"], data["hotkey"]) == ("a", "b")
