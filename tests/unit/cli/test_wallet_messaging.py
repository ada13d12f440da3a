"""``taocli wallet sign``, ``verify``, ``encrypt`` and ``decrypt``, as a script uses them."""

import pytest

from taocli.domain.address import Address
from taocli.services.key_making import secret_from_phrase
from taocli.wallet.keypair import ED25519, SR25519, verify
from tests.unit.cli.conftest import Desk

PHRASE = "tank lizard arch marble zone chef gasp liar guard inhale gym inch"
ED_KEY = secret_from_phrase(PHRASE, ED25519).key
ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
HOT = "5EvkuaHjnU22ZhZgMNUSkvW7yDtskLQawjzmQ6eJXRc5p9tY"
PASSWORD = "correct horse battery 7"
SIGN, VERIFY = ("wallet", "sign", "-w", "alice"), ("wallet", "verify")


@pytest.fixture
def alice(desk: Desk) -> Desk:
    """A plain sr25519 wallet, and an ed25519 one for letters."""
    desk.dev_wallet("alice")
    given = ("--mnemonic-file", desk.file(PHRASE), "--crypto-type", "ed25519")
    assert desk.run("wallet", "regen-coldkey", "-w", "letters", "--no-password", *given).code == 0
    return desk


def signature(desk: Desk, *more: object) -> str:
    data = desk.run(*SIGN, *more).data
    assert set(data) == {"signed_message", "signer_address"}
    return str(data["signed_message"])


def holds(address: str, message: bytes, hexadecimal: str, kind: int = SR25519) -> bool:
    return verify(Address.parse(address).public_key, message, bytes.fromhex(hexadecimal), kind)


@pytest.mark.parametrize(
    ("more", "signer"),
    [
        ((), ALICE),
        (("--use-hotkey",), HOT),
        (("-H", "default"), HOT),
        (("--no-use-hotkey",), ALICE),
    ],
)
def test_exactly_the_bytes_of_the_text_are_signed(
    alice: Desk, more: tuple[str, ...], signer: str
) -> None:
    data = alice.run(*SIGN, *more, "--message", "0x6869 é").data
    assert data["signer_address"] == signer
    assert holds(signer, "0x6869 é".encode(), data["signed_message"])


def test_messages_come_as_hexadecimal_from_files_and_pipes(alice: Desk) -> None:
    assert holds(ALICE, b"hi", signature(alice, "--hex", "-m", "0x6869"))
    content = b"line\r\n\0\xff "
    assert holds(ALICE, content, signature(alice, "--message-file", alice.file(content)))
    alice.pipe_in(content)
    assert holds(ALICE, content, signature(alice, "--message-file", "-"))


def test_people_read_signature_and_signer(alice: Desk) -> None:
    _, out, _ = alice.read(*SIGN, "-m", "hi")
    signed, address = out.splitlines()
    assert address == ALICE
    assert holds(ALICE, b"hi", signed)


@pytest.mark.parametrize("address", [ALICE, "alice", "0x" + Address.parse(ALICE).public_key.hex()])
@pytest.mark.parametrize("spelling", ["--address", "--ss58", "-a", "--public-key"])
def test_a_signature_is_checked_against_an_address_a_name_or_a_public_key(
    alice: Desk, address: str, spelling: str
) -> None:
    signed = signature(alice, "-m", "hi")
    for text in (signed, "0x" + signed, signed.upper(), "0x01" + signed):
        said = alice.run(*VERIFY, "-m", "hi", "-s", text, spelling, address)
        assert said.data == {"valid": True, "address": ALICE}


def test_wrapped_messages_and_both_kinds_of_keys_count(alice: Desk) -> None:
    wrapped = signature(alice, "-m", "<Bytes>hi</Bytes>")
    assert alice.run(*VERIFY, "-m", "hi", "-s", wrapped, "-a", ALICE).code == 0
    ed = alice.run("wallet", "sign", "-w", "letters", "-m", "hi").data["signed_message"]
    check = (*VERIFY, "-m", "hi", "-s", ed, "-a", "letters")
    assert alice.run(*check).code == 0
    assert alice.run(*check, "--crypto-type", "ed25519").code == 0
    alice.refused(30, "SignatureInvalid", *check, "--crypto-type", "sr25519")


def test_a_changed_message_or_stranger_is_exit_code_30(alice: Desk) -> None:
    signed = signature(alice, "-m", "hi")
    alice.refused(30, "SignatureInvalid", *VERIFY, "-m", "hi ", "-s", signed, "-a", ALICE)
    alice.refused(30, "SignatureInvalid", *VERIFY, "-m", "hi", "-s", signed, "-a", HOT)
    alice.refused(30, "SignatureInvalid", *VERIFY, "-m", "hi", "-s", "00" * 64, "-a", ALICE)
    alice.refused(30, "SignatureInvalid", *VERIFY, "-m", "hi", "-s", "00" + signed, "-a", ALICE)


def test_verifying_needs_no_wallet_at_all(desk: Desk) -> None:
    signed = ED_KEY.sign(b"hi").hex()
    said = desk.run(*VERIFY, "-m", "hi", "-s", signed, "-a", ED_KEY.address.ss58)
    assert said.data["valid"] is True


@pytest.mark.parametrize(
    ("arguments", "code", "name"),
    [
        (SIGN, 2, "UsageError"),
        ((*SIGN, "-m", "x", "--message-file", "y"), 2, "UsageError"),
        ((*SIGN, "--hex", "-m", "xyz"), 12, "ValidationError"),
        ((*SIGN, "--hex", "-m", "abc"), 12, "ValidationError"),
        ((*SIGN, "--message-file", "missing"), 11, "WalletError"),
        (("wallet", "sign", "-w", "alise", "-m", "x"), 11, "WalletNotFound"),
        ((*SIGN, "-H", "defualt", "-m", "x"), 11, "WalletNotFound"),
        ((*VERIFY, "-m", "x"), 2, "UsageError"),
        ((*VERIFY, "-m", "x", "-s", "00" * 64), 2, "UsageError"),
        ((*VERIFY, "-m", "x", "-s", "00" * 63, "-a", ALICE), 12, "ValidationError"),
        ((*VERIFY, "-m", "x", "-s", "hello", "-a", ALICE), 12, "ValidationError"),
        ((*VERIFY, "-m", "x", "-s", "00" * 64, "-a", ALICE[:-1]), 12, "InvalidAddress"),
        ((*VERIFY, "-m", "x", "-s", "00" * 64, "-a", "alise"), 11, "NameUnknown"),
        ((*VERIFY, "-m", "x", "-s", "00" * 64, "-a", ALICE, "--crypto-type", "x"), 2, "UsageError"),
        (("wallet", "encrypt", "-m", "x"), 2, "UsageError"),
        (("wallet", "encrypt", "--to", "nobody", "-m", "x"), 11, "NameUnknown"),
        (("wallet", "decrypt", "-w", "letters"), 2, "UsageError"),
        (("wallet", "decrypt", "-w", "letters", "-c", "0x00"), 12, "ValidationError"),
        (("wallet", "decrypt", "-w", "letters", "-c", "hello"), 12, "ValidationError"),
        (("wallet", "decrypt", "-w", "alice", "-c", "00" * 60), 11, "UnsupportedKey"),
    ],
)
def test_what_cannot_work_is_refused_with_a_way_out(
    alice: Desk, arguments: tuple[str, ...], code: int, name: str
) -> None:
    alice.refused(code, name, *arguments)


@pytest.mark.parametrize("reader", ["letters", ED_KEY.address.ss58])
def test_a_letter_is_read_by_its_reader_only(alice: Desk, reader: str) -> None:
    said = alice.run("wallet", "encrypt", "--recipient", reader, "-m", "grüße\n")
    assert set(said.data) == {"ciphertext", "recipient"}
    assert said.data["recipient"] == ED_KEY.address.ss58
    assert "grüße" not in said.everything
    letter = said.data["ciphertext"]
    read = alice.run("wallet", "decrypt", "-w", "letters", "--ciphertext", letter).data
    assert read == {"message": "grüße\n", "message_hex": "0x" + "grüße\n".encode().hex()}
    file = alice.file(letter + "\n")
    assert alice.run("wallet", "decrypt", "-w", "letters", "--ciphertext-file", file).data == read
    cut = ("wallet", "decrypt", "-w", "letters", "-c", letter[:-2])
    alice.refused(12, "ValidationError", *cut)


def test_a_key_that_cannot_read_receives_no_letters(alice: Desk) -> None:
    sr25519 = Address.parse("5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y").ss58  # //Charlie
    error = alice.refused(11, "UnsupportedKey", "wallet", "encrypt", "--to", sr25519, "-m", "x")
    assert "ed25519" in error["fix"]


def test_one_derivation_serves_every_signature_of_a_process(
    alice: Desk, cheap_argon2: list[bytes]
) -> None:
    password = ("--password-file", alice.file(PASSWORD))
    for place in (("-w", "alice"), ("-w", "alice", "-H", "default"), ("-w", "letters")):
        new = ("--new-password-file", alice.file(PASSWORD))
        assert alice.run("wallet", "passwd", *place, *new).code == 0
    for message in ("one", "two", "three"):
        assert holds(ALICE, message.encode(), signature(alice, "-m", message, *password))
        assert holds(
            HOT, message.encode(), signature(alice, "--use-hotkey", "-m", message, *password)
        )
        assert alice.run("wallet", "sign", "-w", "letters", "-m", message, *password).code == 0
    assert cheap_argon2 == [PASSWORD.encode()]
    wrong = ("--password-file", alice.file("something else 9"))
    for _ in range(2):
        alice.refused(11, "WrongPassword", *SIGN, "-m", "x", *wrong)
    assert cheap_argon2 == [PASSWORD.encode(), b"something else 9"]


def test_looking_derives_nothing(alice: Desk, cheap_argon2: list[bytes]) -> None:
    given = ("--new-password-file", alice.file(PASSWORD))
    assert alice.run("wallet", "passwd", "-w", "alice", *given).code == 0
    made = list(cheap_argon2)
    for command in (
        ("list",), ("show", "-w", "alice"), ("doctor",),
        ("verify", "-m", "x", "-s", "00" * 64, "-a", "alice"), ("derive", "--public-key", ALICE),
    ):  # fmt: skip
        assert alice.run("wallet", *command).code in {0, 30}
    assert cheap_argon2 == made
