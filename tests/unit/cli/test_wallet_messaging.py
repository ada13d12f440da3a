"""``taocli wallet sign``, ``verify``, ``encrypt`` and ``decrypt``, as a script uses them."""

import pytest

from taocli.domain.address import Address
from taocli.wallet.keyfile import Secret
from taocli.wallet.keypair import ED25519, SR25519, Keypair, verify
from tests.unit.cli.conftest import Desk

ED_KEY = Keypair.from_seed(bytes([3] * 32), ED25519)
COLD_KEY = Keypair.from_seed(bytes([2] * 32))
COLD = COLD_KEY.address.ss58
HOT_KEY = Keypair.from_seed(bytes([4] * 32))
HOT = HOT_KEY.address.ss58
PASSWORD = "correct horse battery 7"
SIGN, VERIFY = ("wallet", "sign", "-w", "alice"), ("wallet", "verify")


@pytest.fixture
def alice(desk: Desk) -> Desk:
    """A plain sr25519 wallet, and an ed25519 one for letters."""
    desk.put("alice", None, Secret(COLD_KEY), None)
    desk.put("alice", "default", Secret(HOT_KEY), None)
    desk.put("letters", None, Secret(ED_KEY), None)
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
        ((), COLD),
        (("--use-hotkey",), HOT),
        (("-H", "default"), HOT),
        (("--no-use-hotkey",), COLD),
    ],
)
def test_exactly_the_bytes_of_the_text_are_signed(
    alice: Desk, more: tuple[str, ...], signer: str
) -> None:
    data = alice.run(*SIGN, *more, "--message", "0x6869 é").data
    assert data["signer_address"] == signer
    assert holds(signer, "0x6869 é".encode(), data["signed_message"])


def test_messages_come_as_hexadecimal_from_files_and_pipes(alice: Desk) -> None:
    assert holds(COLD, b"hi", signature(alice, "--hex", "-m", "0x6869"))
    content = b"line\r\n\0\xff "
    assert holds(COLD, content, signature(alice, "--message-file", alice.file(content)))
    alice.pipe_in(content)
    assert holds(COLD, content, signature(alice, "--message-file", "-"))


def test_people_read_signature_and_signer(alice: Desk) -> None:
    _, out, _ = alice.read(*SIGN, "-m", "hi")
    signed, address = out.splitlines()
    assert address == COLD
    assert holds(COLD, b"hi", signed)


@pytest.mark.parametrize("address", [COLD, "alice", "0x" + COLD_KEY.public_key.hex()])
@pytest.mark.parametrize("spelling", ["--address", "--ss58", "-a", "--public-key"])
def test_a_signature_is_checked_against_an_address_a_name_or_a_public_key(
    alice: Desk, address: str, spelling: str
) -> None:
    signed = signature(alice, "-m", "hi")
    for text in (signed, "0x" + signed, signed.upper(), "0x01" + signed):
        said = alice.run(*VERIFY, "-m", "hi", "-s", text, spelling, address)
        assert said.data == {"valid": True, "address": COLD}


def test_wrapped_messages_and_both_kinds_of_keys_count(alice: Desk) -> None:
    wrapped = signature(alice, "-m", "<Bytes>hi</Bytes>")
    assert alice.run(*VERIFY, "-m", "hi", "-s", wrapped, "-a", COLD).code == 0
    ed = alice.run("wallet", "sign", "-w", "letters", "-m", "hi").data["signed_message"]
    check = (*VERIFY, "-m", "hi", "-s", ed, "-a", "letters")
    assert alice.run(*check).code == 0
    assert alice.run(*check, "--crypto-type", "ed25519").code == 0
    alice.refused(30, "SignatureInvalid", *check, "--crypto-type", "sr25519")


def test_a_changed_message_or_stranger_is_exit_code_30(alice: Desk) -> None:
    signed = signature(alice, "-m", "hi")
    alice.refused(30, "SignatureInvalid", *VERIFY, "-m", "hi ", "-s", signed, "-a", COLD)
    alice.refused(30, "SignatureInvalid", *VERIFY, "-m", "hi", "-s", signed, "-a", HOT)
    alice.refused(30, "SignatureInvalid", *VERIFY, "-m", "hi", "-s", "00" * 64, "-a", COLD)
    alice.refused(30, "SignatureInvalid", *VERIFY, "-m", "hi", "-s", "00" + signed, "-a", COLD)


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
        ((*VERIFY, "-m", "x", "-s", "00" * 63, "-a", COLD), 12, "ValidationError"),
        ((*VERIFY, "-m", "x", "-s", "hello", "-a", COLD), 12, "ValidationError"),
        ((*VERIFY, "-m", "x", "-s", "00" * 64, "-a", COLD[:-1]), 12, "InvalidAddress"),
        ((*VERIFY, "-m", "x", "-s", "00" * 64, "-a", "alise"), 11, "NameUnknown"),
        ((*VERIFY, "-m", "x", "-s", "00" * 64, "-a", COLD, "--crypto-type", "x"), 2, "UsageError"),
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
        assert holds(COLD, message.encode(), signature(alice, "-m", message, *password))
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
        ("verify", "-m", "x", "-s", "00" * 64, "-a", "alice"), ("derive", "--public-key", COLD),
    ):  # fmt: skip
        assert alice.run("wallet", *command).code in {0, 30}
    assert cheap_argon2 == made
