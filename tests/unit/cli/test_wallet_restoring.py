"""``regen-coldkey``, ``regen-hotkey`` and what makes keys that only look, as a script uses them."""

import pytest

from taocli.domain.address import encode_ss58
from taocli.services.key_making import secret_from_phrase
from taocli.wallet.encryption import decrypt
from taocli.wallet.keyfile import private_json, read_secret
from tests.unit.cli.conftest import Desk

PHRASE = "tank lizard arch marble zone chef gasp liar guard inhale gym inch"
SECRET = secret_from_phrase(PHRASE)
ADDRESS = SECRET.key.address.ss58
PUBLIC = "0x" + SECRET.key.public_key.hex()
SEED = (SECRET.seed or b"").hex()
PRIVATE = SECRET.key.private_key.hex()
ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
BOB = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"
PASSWORD = "correct horse battery 7"
ONE_KEY = {"wallet", "hotkey", "address", "public_key", "crypto_type", "backups"}
COLD = ("wallet", "regen-coldkey", "--wallet", "a", "--no-password")
HOT = ("wallet", "regen-hotkey", "--wallet", "a", "--hotkey", "h")


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("--mnemonic-file", PHRASE),
        ("--secret-file", f"\n {PHRASE.upper()}\r\n".replace(" ", " \t ")),
        ("--seed-file", "0x" + SEED),
        ("--seed-file", SEED.upper()),
        ("--private-key-file", PRIVATE),
        ("--secret-file", "0x" + PRIVATE),
        ("--secret-file", f"0x{SEED}///ignored with a seed"),
    ],
)
@pytest.mark.parametrize("command", [COLD, HOT], ids=["coldkey", "hotkey"])
def test_a_key_comes_back_from_whatever_was_kept_of_it(
    desk: Desk, command: tuple[str, ...], option: str, text: str
) -> None:
    said = desk.run(*command, option, desk.file(text))
    assert set(said.data) == ONE_KEY
    assert (said.data["address"], said.data["public_key"]) == (ADDRESS, PUBLIC)
    stored = read_secret(desk.files()["a/coldkey" if command is COLD else "a/hotkeys/h"])
    assert stored.key == SECRET.key
    assert stored.phrase in {None, PHRASE}
    for secret in (PHRASE, SEED, PRIVATE):
        assert secret not in said.everything


@pytest.mark.parametrize("alias", ["regen-coldkey", "regen_coldkey"])
def test_scripts_hand_a_phrase_over_by_descriptor_or_standard_input(desk: Desk, alias: str) -> None:
    first = desk.run("wallet", alias, "-w", "a", "--no-password", "--mnemonic-fd", desk.fd(PHRASE))
    desk.pipe_in(PHRASE + "\n")
    second = desk.run("wallet", alias, "-w", "b", "--no-password", "--mnemonic-file", "-")
    assert first.data["address"] == second.data["address"] == ADDRESS


def test_a_path_and_its_password_give_the_derived_key(desk: Desk) -> None:
    data = desk.run(*COLD, "--secret-file", desk.file(f"{PHRASE}//stash///pass//word")).data
    assert data["address"] != ADDRESS
    assert read_secret(desk.files()["a/coldkey"]).phrase is None


def test_the_other_kind_of_key_is_another_account(desk: Desk) -> None:
    data = desk.run(*COLD, "--mnemonic-file", desk.file(PHRASE), "--key-type", "ed25519").data
    assert data["crypto_type"] == "ed25519"
    assert data["address"] == secret_from_phrase(PHRASE, 0).key.address.ss58


def test_a_coldkey_is_encrypted_and_a_hotkey_only_when_asked_for(
    desk: Desk, cheap_argon2: list[bytes]
) -> None:
    given = ("--mnemonic-file", desk.file(PHRASE), "--password-file", desk.file(PASSWORD))
    assert desk.run("wallet", "regen-coldkey", "-w", "a", *given).code == 0
    assert desk.run(*HOT, *given, "--use-password").code == 0
    for name in ("a/coldkey", "a/hotkeys/h"):
        assert read_secret(decrypt(desk.files()[name], PASSWORD)).phrase == PHRASE


def test_a_polkadot_export_is_a_key_too(desk: Desk) -> None:
    desk.dev_wallet("alice")
    out, passphrase = desk.folder / "alice.json", desk.file("four random words here")
    more = ("--light", "--out", out, "--passphrase-file", passphrase)
    assert desk.run("wallet", "export", "-w", "alice", *more).code == 0
    said = desk.run(*COLD, "--json-path", out, "--json-password-file", passphrase)
    assert said.data["address"] == ALICE
    desk.refused(2, "UsageError", *COLD[:3], "c", "--json-path", out, "--seed-fd", "9")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (PHRASE.replace("lizard", "wizardly"), "InvalidMnemonic"),
        (PHRASE.replace("lizard", "arch"), "InvalidMnemonic"),
        (PHRASE.rpartition(" ")[0], "InvalidMnemonic"),
        (SEED[:-1], "ValidationError"),
        ("0x" + SEED + "00", "ValidationError"),
        (PHRASE + "/", "ValidationError"),
        (PHRASE + "//", "ValidationError"),
        ("//Alice", "ValidationError"),
        ("bottom drive obey lake curtain smoke basket hold race lonely fit walk//x", "ValidationError"),
        ("ff" * 64, "UnsupportedKey"),
        ("", "WalletError"),
        (b"\xff\xfe", "WalletError"),
    ],
)  # fmt: skip
def test_what_is_no_key_is_refused_without_showing_it(
    desk: Desk, text: str | bytes, name: str
) -> None:
    code = 11 if name in {"WalletError", "UnsupportedKey"} else 12
    error = desk.refused(code, name, *COLD, "--secret-file", desk.file(text))
    assert not desk.wallets.exists()
    said = str(error)
    if isinstance(text, str) and len(text) > 20:
        assert text not in said
        assert "gasp liar" not in said
    if "wizardly" in str(text):
        assert "Word 2" in error["what"]
        assert "wizardly" not in said


@pytest.mark.parametrize(
    "more",
    [
        ("--mnemonic-file", "missing.txt"),
        ("--mnemonic-file", "."),
        ("--mnemonic-fd", "987"),
        ("--mnemonic-fd", "99999999999999"),
        ("--json-path", "missing"),
    ],
    ids=" ".join,
)
def test_a_source_that_cannot_be_read_is_named(desk: Desk, more: tuple[str, str]) -> None:
    error = desk.refused(11, "WalletError", *COLD, *more)
    assert more[1] in error["what"]


def test_a_key_from_two_places_is_refused(desk: Desk) -> None:
    file = desk.file(PHRASE)
    desk.refused(2, "UsageError", *COLD, "--seed-file", file, "--mnemonic-fd", desk.fd(PHRASE))


@pytest.mark.parametrize("command", [COLD, HOT], ids=["coldkey", "hotkey"])
def test_without_a_terminal_the_ways_to_hand_it_over_are_named(
    desk: Desk, command: tuple[str, ...]
) -> None:
    error = desk.refused(22, "NoTerminal", *command)
    assert "--mnemonic-file" in error["fix"]
    assert not desk.wallets.exists()


def test_a_key_that_is_there_is_refused_before_the_phrase_is_read(desk: Desk) -> None:
    desk.dev_wallet("a")
    before = desk.files()
    for command in (COLD, ("wallet", "regen-hotkey", "-w", "a")):
        desk.refused(11, "WalletExists", *command, "--mnemonic-file", "missing.txt")
    assert desk.files() == before
    data = desk.run(*COLD, "--mnemonic-file", desk.file(PHRASE), "--overwrite").data
    assert len(data["backups"]) == 2


def test_a_development_key_is_restored_only_knowingly(desk: Desk) -> None:
    said = desk.run(*COLD, "--secret-file", desk.file("//Alice"), "--dev")
    assert said.data["address"] == ALICE
    assert "warning" in said.talk


def test_a_secret_that_others_can_read_is_mentioned(desk: Desk) -> None:
    said = desk.run(*COLD, "--mnemonic-file", desk.file(PHRASE, 0o640))
    assert said.code == 0
    assert "warning" in said.talk
    assert "chmod 600" in said.talk


def test_the_public_file_of_the_same_key_is_no_obstacle(desk: Desk) -> None:
    desk.run("wallet", "watch", ADDRESS, "--wallet", "a")
    desk.run("wallet", "watch", BOB, "--wallet", "b")
    secret = ("--mnemonic-file", desk.file(PHRASE))
    assert desk.run(*COLD, *secret).data["backups"] == []
    desk.refused(11, "WalletExists", "wallet", "regen-coldkey", "-w", "b", "--no-password", *secret)
    assert sorted(desk.files()) == ["a/coldkey", "a/coldkeypub.txt", "b/coldkeypub.txt"]


WATCH = {
    "watch": ("wallet", "watch", BOB, "--wallet", "w"),
    "coldkeypub": ("wallet", "regen-coldkeypub", "--wallet.name", "w", "--ss58_address", BOB),
    "cold_alias": ("w", "regen_coldkeypub", "--name", "w", "--address", BOB),
    "hotkeypub": ("wallet", "regen-hotkeypub", "-w", "w", "-H", "h", "--ss58", BOB),
    "hot_alias": ("wallets", "regen_hotkeypub", "-w", "w", "-H", "h", "--ss58-address", BOB),
}


@pytest.mark.parametrize("command", WATCH.values(), ids=WATCH)
def test_an_address_makes_a_key_that_only_looks(desk: Desk, command: tuple[str, ...]) -> None:
    said = desk.run(*command)
    assert set(said.data) == ONE_KEY
    assert said.data["address"] == BOB
    assert "it can look, not sign" in said.talk
    assert sorted(desk.files()) == ["w/hotkeys/hpub.txt" if "-H" in command else "w/coldkeypub.txt"]
    hotkey = ("--hotkey", "h") if "-H" in command else ()
    error = desk.refused(11, "KeyMissing", "wallet", "sign", "-w", "w", *hotkey, "-m", "hi")
    assert "not on this machine" in error["what"]
    desk.refused(11, "WalletExists", *command)


def test_a_public_key_or_a_name_will_do(desk: Desk) -> None:
    desk.dev_wallet("alice")
    by_key = desk.run("wallet", "regen-coldkeypub", "-w", "a", "--public-key-hex", PUBLIC)
    by_both = ("--ss58", ADDRESS, "--public_key_hex", PUBLIC[2:])
    assert by_key.data["address"] == ADDRESS
    assert desk.run("wallet", "regen-coldkeypub", "-w", "b", *by_both).data["address"] == ADDRESS
    assert desk.run("wallet", "watch", "alice", "-w", "c").data["address"] == ALICE


@pytest.mark.parametrize(
    ("arguments", "code", "name"),
    [
        (("watch", "nobody"), 11, "NameUnknown"),
        (("watch", BOB[:-1]), 12, "InvalidAddress"),
        (("watch",), 2, "UsageError"),
        (("watch", BOB, "--crypto-type", "x"), 2, "UsageError"),
        (("regen-coldkeypub",), 2, "UsageError"),
        (("regen-coldkeypub", "--public-key", "0x12"), 12, "InvalidAddress"),
        (("regen-coldkeypub", "--public-key", "zz" * 32), 12, "InvalidAddress"),
        (("regen-coldkeypub", "--public-key", PUBLIC, "--ss58", BOB), 12, "InvalidAddress"),
        (("regen-hotkeypub",), 2, "UsageError"),
        (("regen-hotkeypub", "-H", "xpub.txt", "--ss58", BOB), 12, "InvalidName"),
    ],
)  # fmt: skip
def test_what_is_no_account_is_not_watched(
    desk: Desk, arguments: tuple[str, ...], code: int, name: str
) -> None:
    desk.refused(code, name, "wallet", arguments[0], *arguments[1:], "--wallet", "w")
    assert not desk.wallets.exists()


def test_an_address_of_another_network_is_refused_with_its_own_form(desk: Desk) -> None:
    foreign = encode_ss58(SECRET.key.public_key, 0)
    error = desk.refused(12, "InvalidAddress", "wallet", "watch", foreign, "-w", "w")
    assert ADDRESS in error["fix"]


def test_a_public_file_must_belong_to_the_key_beside_it(desk: Desk) -> None:
    folder = desk.dev_wallet("a")
    (folder / "coldkeypub.txt").unlink()
    desk.refused(11, "KeyDisagreement", "wallet", "watch", BOB, "-w", "a")
    assert not (folder / "coldkeypub.txt").exists()
    said = desk.run("wallet", "watch", ALICE, "-w", "a")
    assert said.code == 0
    assert "only" not in said.talk.lower()


def test_a_public_file_is_replaced_only_when_asked_for(desk: Desk) -> None:
    desk.run("wallet", "watch", BOB, "-w", "w")
    data = desk.run("wallet", "watch", ADDRESS, "-w", "w", "--overwrite").data
    assert [path.partition(".bak-")[0] for path in data["backups"]] == [
        str(desk.wallets / "w" / "coldkeypub.txt")
    ]
    assert desk.run("wallet", "show", "-w", "w").data["coldkey"]["address"] == ADDRESS


def test_a_keyfile_given_as_a_secret_points_to_import(desk: Desk) -> None:
    error = desk.refused(
        12, "InvalidMnemonic", *COLD, "--secret-file", desk.file(private_json(SECRET))
    )
    assert PRIVATE not in str(error)
