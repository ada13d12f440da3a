"""The second derivation: right where the peers are, and not to be fooled by a library that agrees with itself."""

import hashlib
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bip39
import nacl.bindings
import pytest
import sr25519
from hypothesis import given, settings
from hypothesis import strategies as st

from taocli.domain.errors import KeyDisagreement
from taocli.wallet.agreement import (
    check_phrase_key,
    check_private_key,
    check_seed_key,
    check_signing,
    check_uri_key,
)
from taocli.wallet.derivation import keypair_from_uri
from taocli.wallet.keypair import ED25519, SR25519, Keypair, verify
from taocli.wallet.merlin import Transcript, keccak_f1600
from taocli.wallet.mnemonic import mini_secret
from taocli.wallet.ristretto import ORDER, encode, public_key

CASES = json.loads((Path(__file__).parents[2] / "vectors" / "wallet.json").read_text())["cases"]
PHRASE = "tank lizard arch marble zone chef gasp liar guard inhale gym inch"
SEED = bytes(range(32))
KINDS = pytest.mark.parametrize("kind", [SR25519, ED25519], ids=["sr25519", "ed25519"])
STEPS = st.lists(
    st.tuples(
        st.booleans(),
        st.one_of(
            st.integers(0, 2**65).map(str),
            st.sampled_from(["007", "+1", "++1", "7", "²", "stash", "x" * 31, "é" * 40]),
            st.text(
                st.characters(exclude_characters="/", exclude_categories=("Cs",)),
                min_size=1,
                max_size=40,
            ),
        ),
    ),
    max_size=3,
)


def vectors(kind: str) -> list[Any]:
    return [
        pytest.param(SimpleNamespace(**case["inputs"]), case["expected"], id=case["id"])
        for case in CASES
        if case["kind"] == kind
    ]


def other(data: bytes) -> bytes:
    """Wrong by one bit, and as plausible as the right one."""
    return bytes([data[0] ^ 1]) + data[1:]


def signs_for_itself(key: Keypair) -> bool:
    return verify(key.public_key, b"m", key.sign(b"m"), key.crypto_type)


# --- it finds what the official wallets find, without our own first route -----------------------------


@pytest.mark.parametrize(("inputs", "expected"), vectors("mnemonic_to_key"))
def test_it_finds_the_official_key_of_a_phrase(inputs: Any, expected: Any) -> None:
    key = Keypair(
        bytes.fromhex(expected["public_key"]),
        inputs.crypto_type,
        bytes.fromhex(expected["private_key"]),
    )
    password = getattr(inputs, "bip39_password", "")
    check_phrase_key(inputs.mnemonic, key, password)
    check_private_key(key)
    with pytest.raises(KeyDisagreement):
        check_phrase_key(inputs.mnemonic, key, password + "x")


@pytest.mark.parametrize(("inputs", "expected"), vectors("uri_to_key"))
def test_it_finds_the_official_key_of_a_uri(inputs: Any, expected: Any) -> None:
    found = keypair_from_uri(inputs.uri, inputs.crypto_type, dev=True)
    start = bytes.fromhex(expected.get("private_key") or expected["private_key_first32"])
    private = start + found.private_key[len(start) :]  # a soft child's second half is random
    key = Keypair(bytes.fromhex(expected["public_key"]), inputs.crypto_type, private)
    check_uri_key(inputs.uri, key, dev=True)
    with pytest.raises(KeyDisagreement):
        check_uri_key(inputs.uri.replace("//", "//x", 1).replace("/soft", "/x"), key, dev=True)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(seed=st.binary(min_size=32, max_size=32), steps=STEPS)
def test_the_two_routes_agree_on_every_sr25519_path(
    seed: bytes, steps: list[tuple[bool, str]]
) -> None:
    uri = "0x" + seed.hex() + "".join(("//" if hard else "/") + step for hard, step in steps)
    key = keypair_from_uri(uri, SR25519, dev=True)
    for check in (check_private_key, check_signing):
        check(key)
    check_uri_key(uri, key, dev=True)
    with pytest.raises(KeyDisagreement):
        check_uri_key(uri + "//more", key, dev=True)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(seed=st.binary(min_size=32, max_size=32), steps=STEPS)
def test_the_two_routes_agree_on_every_ed25519_path(
    seed: bytes, steps: list[tuple[bool, str]]
) -> None:
    uri = "0x" + seed.hex() + "".join(f"//{step}" for _, step in steps)
    key = keypair_from_uri(uri, ED25519, dev=True)
    for check in (check_private_key, check_signing):
        check(key)
    check_uri_key(uri, key, dev=True)
    with pytest.raises(KeyDisagreement):
        check_uri_key(uri + "//more", key, dev=True)


@pytest.mark.parametrize("password", ["", "é", "Å", "ｐ", "a//b"])
@KINDS
def test_a_password_counts_by_its_bytes_and_is_not_normalised(password: str, kind: int) -> None:
    key = Keypair.from_seed(mini_secret(PHRASE, password), kind)
    check_phrase_key(PHRASE, key, password)
    check_uri_key(f"{PHRASE}///{password}", key)


@KINDS
def test_a_phrase_is_read_like_the_first_route_reads_it(kind: int) -> None:
    key = Keypair.from_seed(mini_secret(PHRASE), kind)
    check_phrase_key("\n " + PHRASE.upper().replace(" ", "\t"), key)


# --- libraries that are broken, each consistent with itself -------------------------------------------


@pytest.fixture
def honest() -> Keypair:
    return Keypair.from_seed(SEED)


def test_a_wrong_sr25519_key_of_a_seed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    right = sr25519.pair_from_seed
    monkeypatch.setattr(sr25519, "pair_from_seed", lambda seed: right(other(seed)))
    key = Keypair.from_seed(SEED)
    assert signs_for_itself(key)
    with pytest.raises(KeyDisagreement):
        check_seed_key(SEED, key)
    phrase_key = Keypair.from_seed(mini_secret(PHRASE))
    with pytest.raises(KeyDisagreement):
        check_phrase_key(PHRASE, phrase_key)
    with pytest.raises(KeyDisagreement):
        check_uri_key(PHRASE, keypair_from_uri(PHRASE, SR25519))


def test_a_wrong_public_key_of_a_private_key_is_refused(
    monkeypatch: pytest.MonkeyPatch, honest: Keypair
) -> None:
    thief = Keypair.from_seed(other(SEED))
    sign = sr25519.sign
    monkeypatch.setattr(sr25519, "public_from_secret_key", lambda _: thief.public_key)
    monkeypatch.setattr(
        sr25519, "sign", lambda _, message: sign((thief.public_key, thief.private_key), message)
    )
    key = Keypair.from_private_key(honest.private_key)
    assert signs_for_itself(key)
    for check in (check_private_key, check_signing):
        with pytest.raises(KeyDisagreement):
            check(key)


@pytest.mark.parametrize(
    ("function", "uri"),
    [("hard_derive_keypair", "//Alice"), ("derive_keypair", "/soft")],
)
def test_a_wrong_derived_key_is_refused(
    monkeypatch: pytest.MonkeyPatch, function: str, uri: str
) -> None:
    right = getattr(sr25519, function)
    monkeypatch.setattr(
        sr25519, function, lambda pair, extra: right((other(pair[0]), *pair[1:]), extra)
    )
    key = keypair_from_uri(uri, SR25519, dev=True)
    assert signs_for_itself(key)
    check_private_key(key)
    with pytest.raises(KeyDisagreement):
        check_uri_key(uri, key, dev=True)


@KINDS
def test_a_wrong_mini_secret_of_a_phrase_is_refused(
    monkeypatch: pytest.MonkeyPatch, kind: int
) -> None:
    right = bip39.bip39_to_mini_secret
    monkeypatch.setattr(
        bip39, "bip39_to_mini_secret", lambda phrase, password: right(phrase, password + "x")
    )
    key = Keypair.from_seed(mini_secret(PHRASE), kind)
    assert signs_for_itself(key)
    with pytest.raises(KeyDisagreement):
        check_phrase_key(PHRASE, key)
    with pytest.raises(KeyDisagreement):
        check_uri_key(PHRASE + "//0", keypair_from_uri(PHRASE + "//0", kind))


def test_a_wrong_ed25519_public_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    right = nacl.bindings.crypto_sign_seed_keypair
    monkeypatch.setattr(nacl.bindings, "crypto_sign_seed_keypair", lambda seed: right(other(seed)))
    key = Keypair.from_seed(SEED, ED25519)
    assert signs_for_itself(key)
    checks = (
        check_private_key,
        check_signing,
        lambda key: check_seed_key(SEED, key),
        lambda key: check_uri_key("0x" + SEED.hex(), key),
    )
    for check in checks:
        with pytest.raises(KeyDisagreement):
            check(key)
    with pytest.raises(KeyDisagreement):
        check_uri_key("//Alice", keypair_from_uri("//Alice", ED25519, dev=True), dev=True)


def test_a_library_that_accepts_every_signature_is_refused(
    monkeypatch: pytest.MonkeyPatch, honest: Keypair
) -> None:
    check_signing(honest)
    monkeypatch.setattr(sr25519, "verify", lambda *_: True)
    with pytest.raises(KeyDisagreement):
        check_signing(honest)


def test_signatures_that_only_their_own_library_believes_are_refused(
    monkeypatch: pytest.MonkeyPatch, honest: Keypair
) -> None:
    forged = bytes(63) + b"\x80"
    monkeypatch.setattr(sr25519, "sign", lambda *_: forged)
    monkeypatch.setattr(sr25519, "verify", lambda signature, message, _: not message.endswith(b"!"))
    assert signs_for_itself(honest)
    with pytest.raises(KeyDisagreement):
        check_signing(honest)


def test_a_fault_of_the_second_route_is_a_refusal_too(
    monkeypatch: pytest.MonkeyPatch, honest: Keypair
) -> None:
    right = nacl.bindings.crypto_scalarmult_ed25519_base_noclamp
    monkeypatch.setattr(
        nacl.bindings, "crypto_scalarmult_ed25519_base_noclamp", lambda scalar: right(other(scalar))
    )
    with pytest.raises(KeyDisagreement):
        check_seed_key(SEED, honest)


# --- keys and texts that must not pass ------------------------------------------------------------------


@pytest.mark.parametrize(
    "private",
    [b"", bytes(64), b"\xff" * 64, ORDER.to_bytes(32, "little") + bytes(32), SEED],
    ids=["empty", "zero", "too large", "the order", "a seed"],
)
def test_what_is_no_sr25519_secret_is_refused(private: bytes) -> None:
    for check in (check_private_key, check_signing):
        with pytest.raises(KeyDisagreement):
            check(Keypair(bytes(32), SR25519, private))


@pytest.mark.parametrize("private", [b"", SEED + SEED])
def test_what_is_no_ed25519_seed_is_refused(private: bytes) -> None:
    for check in (check_private_key, check_signing):
        with pytest.raises(KeyDisagreement):
            check(Keypair(bytes(32), ED25519, private))


def test_a_right_public_key_with_a_wrong_nonce_is_refused(honest: Keypair) -> None:
    bent = Keypair(honest.public_key, SR25519, honest.private_key[:32] + bytes(32))
    check_private_key(bent)  # it can sign, but nobody derives it
    with pytest.raises(KeyDisagreement):
        check_seed_key(SEED, bent)


@pytest.mark.parametrize(
    "uri", ["", "//Alice", "///pw", "0x12", "0x12//a", "no phrase", PHRASE + "/", PHRASE + "//a//"]
)
def test_a_uri_that_the_second_reading_refuses_is_a_disagreement(uri: str, honest: Keypair) -> None:
    with pytest.raises(KeyDisagreement):
        check_uri_key(uri, honest)


def test_ed25519_has_no_soft_step_in_the_second_reading_either() -> None:
    with pytest.raises(KeyDisagreement):
        check_uri_key(PHRASE + "/soft", Keypair.from_seed(mini_secret(PHRASE), ED25519))


def test_the_refusal_says_what_failed_and_shows_no_secret(honest: Keypair) -> None:
    with pytest.raises(KeyDisagreement) as caught:
        check_phrase_key(PHRASE, honest)
    error = caught.value
    assert "different public keys" in error.why
    assert "Do not use this key" in error.fix
    shown = f"{error!r} {error.what} {error.why} {error.fix}"
    assert not {"lizard", "marble", "liar", "gym"} & set(shown.split())
    assert honest.private_key.hex() not in shown


# --- the parts, against their specifications ------------------------------------------------------------


def test_the_permutation_is_keccak() -> None:
    state, rate = bytearray(200), 136
    state[:4] = b"abc\x06"  # SHA3-256: the message, its suffix, and one bit at the end of the block
    state[rate - 1] ^= 0x80
    keccak_f1600(state)
    assert bytes(state[:32]) == hashlib.sha3_256(b"abc").digest()


def test_the_transcript_is_merlin() -> None:
    transcript = Transcript(b"test protocol")
    transcript.append(b"some label", b"some data")
    assert (
        transcript.challenge(b"challenge", 32).hex()
        == "d5a21972d0d5fe320c0d263fac7fffb8145aa640af6e9bca177c03c7efcf0615"
    )


def test_long_messages_and_challenges_cross_the_blocks_of_the_sponge() -> None:
    whole, halves = Transcript(b"t"), Transcript(b"t")
    for transcript in (whole, halves):
        transcript.append(b"long", bytes(1000))
    drawn = whole.challenge(b"c", 400)
    assert len({drawn[i : i + 8] for i in range(0, 400, 8)}) == 50
    assert halves.challenge(b"c", 400) == drawn


@pytest.mark.parametrize(
    ("scalar", "encoding"),
    [
        (1, "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"),
        (2, "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919"),
        (3, "94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259"),
    ],
)
def test_multiples_of_the_base_point_are_encoded_as_in_rfc_9496(scalar: int, encoding: str) -> None:
    assert public_key(scalar).hex() == encoding


def test_points_that_differ_by_a_small_one_have_the_same_encoding() -> None:
    point = nacl.bindings.crypto_scalarmult_ed25519_base_noclamp(SEED)
    small = bytes(32)  # y = 0: a point of order four
    shifted, seen = point, {point}
    for _ in range(3):
        shifted = nacl.bindings.crypto_core_ed25519_add(shifted, small)
        seen.add(shifted)
        assert encode(shifted) == encode(point)
    assert len(seen) == 4


@pytest.mark.parametrize("scalar", [-1, 0, ORDER])
def test_a_scalar_out_of_range_has_no_public_key(scalar: int) -> None:
    with pytest.raises(ValueError, match="scalar"):
        public_key(scalar)


def test_bytes_that_are_no_point_have_no_encoding() -> None:
    with pytest.raises(ValueError, match="no point"):
        encode(b"\x02" + bytes(31))
