"""Messages: signed as the official tools do, verified however they were signed, sealed for one reader."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taocli.domain.address import Address
from taocli.domain.errors import UnsupportedKey, ValidationError
from taocli.wallet.keypair import ED25519, SR25519, Keypair
from taocli.wallet.messages import (
    SEAL_BYTES,
    open_sealed,
    parse_signature,
    seal,
    sign_message,
    verify_message,
)
from taocli.wallet.mnemonic import mini_secret

CASES = json.loads((Path(__file__).parents[2] / "vectors" / "wallet.json").read_text())["cases"]
SEED = bytes(range(32))
SR, ED = Keypair.from_seed(SEED, SR25519), Keypair.from_seed(SEED, ED25519)
BOTH = pytest.mark.parametrize("key", [SR, ED], ids=["sr25519", "ed25519"])
TEXT = b"hello bittensor"


def vectors(kind: str) -> list[Any]:
    return [
        pytest.param(case["inputs"], case["expected"], id=case["id"])
        for case in CASES
        if case["kind"] == kind
    ]


# --- signing and verifying ----------------------------------------------------------------------------


@pytest.mark.parametrize(("inputs", "expected"), vectors("verify"))
def test_signatures_of_official_tools_and_browser_extensions_are_judged_as_they_judge_them(
    inputs: dict[str, Any], expected: dict[str, Any]
) -> None:
    address = Address.parse(inputs["address"])
    message, signature = bytes.fromhex(inputs["message_hex"]), parse_signature(inputs["signature"])
    for kind in (None, inputs["crypto_type"]):
        assert verify_message(address, message, signature, kind) == expected["valid"]
    assert not verify_message(address, message, signature, ED25519)


@pytest.mark.parametrize(("inputs", "expected"), vectors("sign_ed25519"))
def test_an_ed25519_signature_is_the_official_one(
    inputs: dict[str, Any], expected: dict[str, Any]
) -> None:
    key = Keypair.from_seed(mini_secret(inputs["mnemonic"]), ED25519)
    message = bytes.fromhex(inputs["message_hex"])
    signature = sign_message(key, message)
    assert signature.hex() == expected["signature"]
    assert verify_message(key.address, message, signature)


@BOTH
@pytest.mark.parametrize("message", [b"", b"x", TEXT, "tāo 🔑".encode(), b"0x6869", bytes(1000)])
def test_a_signature_of_either_kind_verifies_without_naming_the_kind(
    key: Keypair, message: bytes
) -> None:
    signature = sign_message(key, message)
    assert verify_message(key.address, message, signature)
    assert verify_message(key.address, message, signature, key.crypto_type)
    assert not verify_message(key.address, message, signature, 1 - key.crypto_type)
    assert not verify_message(key.address, message + b".", signature)
    assert not verify_message(Address(bytes(32)), message, signature)


@BOTH
def test_text_that_looks_like_hexadecimal_is_signed_as_text(key: Keypair) -> None:
    signature = sign_message(key, b"0x6869")
    assert not verify_message(key.address, b"hi", signature)


@BOTH
def test_a_wrapping_by_the_signer_or_in_the_message_does_not_matter(key: Keypair) -> None:
    wrapped = b"<Bytes>" + TEXT + b"</Bytes>"
    for signed in (TEXT, wrapped):
        for shown in (TEXT, wrapped):
            assert verify_message(key.address, shown, sign_message(key, signed))
    assert not verify_message(key.address, TEXT + b"</Bytes>", sign_message(key, TEXT))


@BOTH
def test_the_kind_in_front_of_a_signature_must_be_the_right_one(key: Keypair) -> None:
    signature = sign_message(key, TEXT)
    for kind in range(4):
        marked = bytes([kind]) + signature
        assert verify_message(key.address, TEXT, marked) == (kind == key.crypto_type)
    right = bytes([key.crypto_type]) + signature
    assert verify_message(key.address, TEXT, right, key.crypto_type)
    assert not verify_message(key.address, TEXT, right, 1 - key.crypto_type)


@BOTH
@pytest.mark.parametrize("length", [0, 1, 63, 66, 128])
def test_a_signature_of_another_length_is_not_one(key: Keypair, length: int) -> None:
    signature = (sign_message(key, TEXT) * 3)[:length]
    assert not verify_message(key.address, TEXT, signature)


@pytest.mark.parametrize(
    "signature",
    [bytes(64), bytes(63) + b"\x80", b"\xff" * 64, sign_message(ED, TEXT), b"\x01" * 64],
    ids=["zero", "only the mark", "ones", "of ed25519", "unmarked"],
)
def test_what_the_sr25519_library_stumbles_over_is_simply_invalid(signature: bytes) -> None:
    for kind in (None, SR25519):
        assert verify_message(SR.address, TEXT, signature, kind) is False


@pytest.mark.parametrize("kind", [2, 255, -1])
def test_an_unknown_kind_verifies_nothing(kind: int) -> None:
    assert not verify_message(SR.address, TEXT, sign_message(SR, TEXT), kind)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    public=st.binary(min_size=32, max_size=32),
    message=st.binary(max_size=50),
    signature=st.binary(max_size=70) | st.binary(min_size=64, max_size=65),
)
def test_random_bytes_are_no_signature_and_no_crash(
    public: bytes, message: bytes, signature: bytes
) -> None:
    assert not verify_message(Address(public), message, signature)


@pytest.mark.parametrize("size", [64, 65])
def test_a_signature_is_read_with_and_without_0x(size: int) -> None:
    signature = bytes(range(size))
    for text in (signature.hex(), "0x" + signature.hex(), f" {signature.hex().upper()}\n"):
        assert parse_signature(text) == signature


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0x",
        "zz" * 64,
        "ab" * 63,
        "ab" * 66,
        "a" * 127,
        "0x0x" + "ab" * 64,
        "ab " * 64,
        "ａｂ" * 64,
        "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
    ],
)
def test_text_that_is_no_signature_is_a_typed_error(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        parse_signature(text)
    assert caught.value.fix


# --- sealing --------------------------------------------------------------------------------------------


def test_a_box_sealed_by_the_official_wallet_opens() -> None:  # made by bittensor-wallet 4.1.0
    phrase = "predict volcano beyond figure this robust film humor smile tank dust zero"
    sealed = bytes.fromhex(
        "9f1caa10401a00746d9237daa9c3f68ff8f2964ad9208f0a2d736c70ad0d142b"
        "4d255663bacf5c088ae8646f0d96be7f62ddd9f276a407d04f79f6"
    )
    key = Keypair.from_seed(mini_secret(phrase), ED25519)
    assert open_sealed(key, sealed) == b"secret note"


@settings(max_examples=30, deadline=None, derandomize=True)
@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200))
def test_a_sealed_message_opens_for_its_recipient(seed: bytes, message: bytes) -> None:
    key = Keypair.from_seed(seed, ED25519)
    sealed = seal(key.address, message)
    assert len(sealed) == len(message) + SEAL_BYTES
    assert open_sealed(key, sealed) == message


def test_sealing_twice_shows_nothing() -> None:
    assert seal(ED.address, TEXT) != seal(ED.address, TEXT)


def test_a_sealed_message_opens_for_nobody_else() -> None:
    stranger = Keypair.from_seed(bytes(32), ED25519)
    with pytest.raises(ValidationError, match="cannot be decrypted"):
        open_sealed(stranger, seal(ED.address, TEXT))


def test_a_changed_or_shortened_message_does_not_open() -> None:
    sealed = seal(ED.address, TEXT)
    for damaged in (
        b"",
        sealed[:20],
        sealed[:SEAL_BYTES],
        sealed[:-1],
        sealed + b"x",
        sealed[:-1] + bytes([sealed[-1] ^ 1]),
        bytes(len(sealed)),
    ):
        with pytest.raises(ValidationError):
            open_sealed(ED, damaged)


def test_an_sr25519_key_is_told_that_it_cannot_read() -> None:
    with pytest.raises(UnsupportedKey) as caught:
        open_sealed(SR, seal(ED.address, TEXT))
    assert "ed25519" in caught.value.fix


@pytest.mark.parametrize(
    "public",
    [
        bytes(32),
        b"\x01" + bytes(31),
        b"\xff" * 32,
        b"\xec" + b"\xff" * 30 + b"\x7f",
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
        b"\x02" + bytes(31),
    ],
    ids=["order 4", "neutral", "too large", "order 2", "order 8", "order 8 too", "no point"],
)
def test_points_that_would_leak_the_message_are_refused(public: bytes) -> None:
    with pytest.raises(UnsupportedKey) as caught:
        seal(Address(public), TEXT)
    assert "ed25519" in caught.value.fix


def test_most_sr25519_addresses_are_recognised_as_such() -> None:
    refused = 0
    for number in range(100):
        address = Keypair.from_seed(number.to_bytes(32, "big"), SR25519).address
        try:
            seal(address, TEXT)
        except UnsupportedKey:
            refused += 1
    assert refused > 80
