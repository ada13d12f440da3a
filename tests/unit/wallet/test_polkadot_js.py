"""polkadot-js exports: of every generation, as other tools made them, and as an attacker would."""

import base64
import hashlib
import json
import struct
from pathlib import Path
from typing import Any

import pytest
import sr25519
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.secret import SecretBox

from taocli.domain.address import encode_ss58
from taocli.domain.errors import (
    KeyDisagreement,
    KeyfileDamaged,
    KeyMissing,
    TaoError,
    UnsupportedKey,
    ValidationError,
    WalletError,
    WeakPassword,
    WrongPassword,
)
from taocli.wallet.derivation import keypair_from_uri
from taocli.wallet.keypair import ED25519, SR25519, Keypair
from taocli.wallet.polkadot_js import (
    ScryptCost,
    is_export,
    needs_passphrase,
    read_export,
    write_export,
)

CASES = json.loads((Path(__file__).parents[2] / "vectors" / "wallet.json").read_text())["cases"]
SEED = bytes([7] * 32)
KEYS = {"sr25519": Keypair.from_seed(SEED), "ed25519": Keypair.from_seed(SEED, ED25519)}
OTHER = Keypair.from_seed(bytes([8] * 32))
HEADER = bytes([48, 83, 2, 1, 1, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32])
DIVIDER = bytes([161, 35, 3, 33, 0])
PASSPHRASE = "old-Pass-1"
LONG = "x" * 40
SCRYPT = ["scrypt", "xsalsa20-poly1305"]

# The key of SEED, exported by the keyrings 0.33.13, 0.35.9 and 2.13.1: passphrase, version, content,
# type, address (of 2018 and 2019 with the checksum of those years) and what is encoded.
OLD_EXPORTS: dict[str, tuple[str, str, Any, str, str, str]] = {
    "version 0": (
        PASSPHRASE, "0", "pkcs8", "xsalsa20-poly1305",
        "5HMuAqymF33H73ZiBpmZ3TigFzHCopV9doyb9UfQdyDgZNAz",
        ("0x6fa093889ff10ddc943a4d6e2edbb69ff2aae3c9d8684249a83f31e4a60cedb8ec851304538a8a85f71e"
        "2c72185ef38d5e6469cf150a38441f34773574afaabdb02595b22d6bb05eeb39171f3794f2b3ffe27fb191"
        "d99d7a0a7ae7dc21f51d6803c6c567f047b00f9049986f4c2a44c03c721fe6f666224a29535b5e65"),
    ),
    "version 0, long passphrase": (
        LONG, "0", "pkcs8", "xsalsa20-poly1305",
        "5HMuAqymF33H73ZiBpmZ3TigFzHCopV9doyb9UfQdyDgZNAz",
        ("0x140b0fc4f2f503bc7690b8e56c489996c66b058e8d6e366fbaf68e671f2aaaa1751b7c4544681234384d"
        "f92d3ee48e6b7d6429707e4a37698738df9095549cc5e32218b6711ed930b5354f8c5a7165506e27cdb60c"
        "a030b774501ab8e4b73bad3c3a9140f37e5ea7e9986ebea475cc0f8df1ea5be7aae2df81fa4c4853"),
    ),
    "version 0, unencrypted": (
        "", "0", "pkcs8", "none",
        "5HMuAqymF33H73ZiBpmZ3TigFzHCopV9doyb9UfQdyDgZNAz",
        ("0x3053020101300506032b6570042204200707070707070707070707070707070707070707070707070707"
        "070707070707a123032100ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c"),
    ),
    "version 1": (
        PASSPHRASE, "1", ["pkcs8", "sr25519"], "xsalsa20-poly1305",
        "5EsNLFaGe9XK5LzWH3i6eC2Wqv6YqZS1442N1C4yeSdP6xxR",
        ("0xc6792273c9ed1fe35fd601335041ff3e0437b17f8710f823c3372c0c47c88c4baef8a1d54e236e3339f8"
        "65e98d4bb1d28bbffa2c5599617474c634d346a330e8348f47ccde67f183718596137d87f3757ffc326bd6"
        "8c28bde8d1ae8a47ae13248ba6d189f0bac7bec26fe490f9dc78316ecef61c3b2e2fefee3288baa3"),
    ),
    "version 2": (
        PASSPHRASE, "2", ["pkcs8", "sr25519"], "xsalsa20-poly1305",
        "5EsNLFaGe9XK5LzWH3i6eC2Wqv6YqZS1442N1C4yeSdP6uxy",
        ("0xa9ec3cb4cba1b1d6154b67aaf82307739a8597d86b537d01deb692aa0aaec5aec07593ba38d0c497dc32"
        "71d524ad24c2c6e602381f7e2ab8a8e93cd341a15677944cd2584431cfab6e209744f15ab51c7f0915abe8"
        "ee271c28668f5e84c4ca9cb5bb645ecde0e5736bc73b785060d90a354d41eb8c4a9edef083507a70580d88"
        "da7acea524eed4d2282370565523d6c21cf999c3d90b7f682de3743096"),
    ),
    "version 2, ed25519": (
        PASSPHRASE, "2", ["pkcs8", "ed25519"], "xsalsa20-poly1305",
        "5HMuAqymF33H73ZiBpmZ3TigFzHCopV9doyb9UfQdyDgZMUp",
        ("0xb0c166400dc2c7ae78ac0faa3ed840207e4b1d9d26c0fb380c4312b8fe2aa45095214a6d0c3b8b98bcc5"
        "2ec19c9ff51929bf0260dfa28add87c61f85e5c42da06aa2d5f7a7d7688717cede99c9a5bc28c13c22b340"
        "6a971b1e9e3b345f06ffafe6a8394ed863e8165913e6209ef44f794be1f71a34e2344498d0cc1b937c393f"
        "2102f6b7435fb0866aa8cab4bf5c08ef24cf85d579d31611f4943f616f"),
    ),
    "version 2, long passphrase": (
        LONG, "2", ["pkcs8", "sr25519"], "xsalsa20-poly1305",
        "5EsNLFaGe9XK5LzWH3i6eC2Wqv6YqZS1442N1C4yeSdP6uxy",
        ("0xfcca75cb16c93247d6c94a7c51a68a0affb64835f2bd87ab8a6593098f317dcec6b5bba4d6fc91bd5d30"
        "297c693013b4fdb6ff54452dd3b6aee564edabf8f3ca1be42274d936821be3055f21ceac9c9420d7b15969"
        "37f2971569f434118a41a533d6a0c73dea41235f13e87a417998bde718290824cfb9c78648a16c2cef1ca9"
        "0ea4e2cd8ca3f7416702d3d2a354fd6d2582c3930f3781a2d45569d3a0"),
    ),
    "version 2, unencrypted": (
        "", "2", ["pkcs8", "sr25519"], "none",
        "5EsNLFaGe9XK5LzWH3i6eC2Wqv6YqZS1442N1C4yeSdP6uxy",
        ("0x3053020101300506032b65700422042028ad39fefd7fa3e200a9c626eef599e61a2d055c48a8288a4e7e"
        "4c4bca3928789c7d6db3506d65dbac7c052aaee4857425210c9bc54030c826e54055983452a5a123032100"
        "7c0f469d3bd340bae718203fa30ca071a5e37c751e891dbded837b213d45d91d"),
    ),
}  # fmt: skip


def record(key: Keypair = KEYS["sr25519"], *, secret: bytes | None = None) -> bytes:
    """The 117 bytes of a key, made by the bindings instead of our own arithmetic."""
    if secret is None and key.crypto_type == SR25519:
        secret = sr25519.convert_secret_key_to_ed25519(key.private_key)
    elif secret is None:
        secret = key.private_key + key.public_key
    return HEADER + secret + DIVIDER + key.public_key


def export(body: bytes, scheme: Any, **changes: Any) -> bytes:
    """An export of version 3 of the sr25519 key, with some fields changed."""
    encoding = {"content": ["pkcs8", "sr25519"], "type": scheme, "version": "3"}
    encoding |= changes.pop("encoding", {})
    fields = {
        "encoded": base64.b64encode(body).decode(),
        "encoding": encoding,
        "address": KEYS["sr25519"].address.ss58,
        "meta": {"name": "test"},
    }
    return json.dumps(fields | changes).encode()


def sealed(passphrase: bytes = PASSPHRASE.encode(), n: int = 16, p: int = 1, r: int = 8) -> bytes:
    """A box of version 3 at any cost, written without the code under test."""
    salt = bytes(range(32))
    key = hashlib.scrypt(passphrase, salt=salt, n=16, r=8, p=1, dklen=32)
    return salt + struct.pack("<III", n, p, r) + bytes(SecretBox(key).encrypt(record()))


def vectors(kind: str) -> list[Any]:
    found = [case for case in CASES if case["kind"] == kind]
    assert found
    return [pytest.param(case["inputs"], case["expected"], id=case["id"]) for case in found]


@pytest.mark.parametrize(("inputs", "expected"), vectors("polkadotjs_import"))
def test_exports_of_two_other_programs_open(
    inputs: dict[str, str], expected: dict[str, Any]
) -> None:
    content = inputs["json"].encode()
    assert is_export(content)
    assert needs_passphrase(content)
    key = read_export(content, inputs["passphrase"])
    assert key.address.ss58 == expected["ss58_address"]
    assert key.crypto_type == expected["crypto_type"]
    assert key.private_key.hex() == expected.get("private_key", key.private_key.hex())


@pytest.mark.parametrize("name", OLD_EXPORTS)
def test_exports_of_old_keyrings_open(name: str) -> None:
    passphrase, version, content, scheme, address, encoded = OLD_EXPORTS[name]
    encoding = {"content": content, "type": scheme, "version": version}
    old = json.dumps({"address": address, "encoded": encoded, "encoding": encoding}).encode()
    assert is_export(old)
    assert needs_passphrase(old) == (passphrase != "")
    assert read_export(old, passphrase) == KEYS["sr25519" if "sr25519" in content else "ed25519"]
    if passphrase:
        with pytest.raises(WrongPassword):
            read_export(old, "another one")


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("cost", ScryptCost)
def test_a_key_survives_export_and_import(kind: str, cost: ScryptCost) -> None:
    key = KEYS[kind]
    written = write_export(key, "pässphrase 🔑", name="mine", cost=cost)
    assert read_export(written, "pässphrase 🔑") == key
    fields = json.loads(written)
    assert fields["encoding"] == {"content": ["pkcs8", kind], "type": SCRYPT, "version": "3"}
    assert fields["address"] == key.address.ss58
    assert fields["meta"] == {"name": "mine"}
    body = base64.b64decode(fields["encoded"])
    assert struct.unpack("<III", body[32:44]) == (cost, 1, 8)
    assert key.private_key not in body


def test_meta_is_what_the_app_shows() -> None:
    genesis = "0x" + "2f" * 32
    written = write_export(OTHER, None, name='a "b"\n', genesis_hash=genesis, created_ms=1_700_000)
    assert json.loads(written)["meta"] == {
        "genesisHash": genesis, "name": 'a "b"\n', "whenCreated": 1_700_000,
    }  # fmt: skip


@given(st.binary(min_size=32, max_size=32), st.sampled_from([ED25519, SR25519]))
def test_any_key_survives_an_unencrypted_export(seed: bytes, kind: int) -> None:
    key = Keypair.from_seed(seed, kind)
    written = write_export(key, None, name="")
    assert json.loads(written)["encoding"]["type"] == ["none"]
    assert not needs_passphrase(written)
    assert read_export(written, "") == read_export(written, "not needed") == key
    assert base64.b64decode(json.loads(written)["encoded"]) == record(key)


def test_a_softly_derived_key_keeps_its_random_half() -> None:
    key = keypair_from_uri("//Alice/soft", SR25519, dev=True)
    assert read_export(write_export(key, None, name=""), "") == key


def test_a_seed_in_the_place_of_the_secret_is_expanded() -> None:
    content = export(record(secret=SEED), ["none"])
    assert read_export(content, "") == KEYS["sr25519"]


def test_the_cost_stands_in_the_order_n_p_r() -> None:
    assert read_export(export(sealed(), SCRYPT), PASSPHRASE) == KEYS["sr25519"]


def test_a_passphrase_that_spells_bytes_opens_what_either_kind_of_tool_wrote() -> None:
    for bytes_used in (b"\x12\xab", b"0x12aB"):
        content = export(sealed(bytes_used), SCRYPT)
        assert read_export(content, "0x12aB") == KEYS["sr25519"]
    with pytest.raises(WrongPassword):  # an odd digit: nobody takes this for bytes
        read_export(export(sealed(b"\x12\xab"), SCRYPT), "0x12aB0")


@pytest.mark.parametrize("prefix", [0, 2, 42, 2007])
def test_the_address_may_be_of_any_network(prefix: int) -> None:
    address = encode_ss58(KEYS["sr25519"].public_key, prefix)
    assert read_export(export(record(), ["none"], address=address), "") == KEYS["sr25519"]


def test_the_address_may_be_the_bare_public_key_or_missing() -> None:
    for address in ("0x" + KEYS["sr25519"].public_key.hex(), None):
        assert read_export(export(record(), ["none"], address=address), "") == KEYS["sr25519"]


def test_wrong_passphrase_and_visible_damage_are_told_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = sealed()
    with pytest.raises(WrongPassword):
        read_export(export(body, SCRYPT), PASSPHRASE.upper())
    with pytest.raises(WrongPassword):  # inside the box the two look alike
        read_export(export(body[:-1] + bytes([body[-1] ^ 1]), SCRYPT), PASSPHRASE)
    monkeypatch.setattr(hashlib, "scrypt", forbidden)
    for damaged in (body[:-1], body + b"\0", body[:40], b""):
        with pytest.raises(KeyfileDamaged):
            read_export(export(damaged, SCRYPT), PASSPHRASE)


def forbidden(*_: Any, **__: Any) -> bytes:
    raise AssertionError("the slow function ran on a cost that nobody checked")


@pytest.mark.parametrize(
    ("n", "p", "r"),
    [
        (0, 1, 8), (1, 1, 8), (3, 1, 8), (2**17 + 1, 1, 8), (2**19, 1, 8), (2**31, 1, 8),
        (2**32 - 1, 1, 8), (2**17, 0, 8), (2**17, 2, 8), (2**17, 2**32 - 1, 8), (2**17, 1, 0),
        (2**17, 1, 9), (2**17, 1, 2**32 - 1), (8, 1, 2**17), (2**16, 1, 1),
    ],
)  # fmt: skip
def test_an_absurd_cost_is_refused_before_it_is_paid(
    monkeypatch: pytest.MonkeyPatch, n: int, p: int, r: int
) -> None:
    body = sealed(n=n, p=p, r=r)
    monkeypatch.setattr(hashlib, "scrypt", forbidden)
    with pytest.raises(KeyfileDamaged, match="cannot be read") as caught:
        read_export(export(body, SCRYPT), PASSPHRASE)
    assert "scrypt cost" in caught.value.why


def test_too_little_memory_is_not_called_a_wrong_passphrase(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def starved(*_: Any, **__: Any) -> bytes:
        raise MemoryError

    content = export(sealed(n=2**17), SCRYPT)
    monkeypatch.setattr(hashlib, "scrypt", starved)
    with pytest.raises(WalletError) as caught:
        read_export(content, PASSPHRASE)
    assert not isinstance(caught.value, WrongPassword)
    assert "128 MiB" in caught.value.why


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ({"content": ["pkcs8", "ecdsa"]}, "ecdsa"),
        ({"content": ["pkcs8", "ethereum"]}, "ethereum"),
        ({"content": ["pkcs8", "mldsa"]}, "mldsa"),
        ({"content": ["batch-pkcs8"]}, "batch-pkcs8"),
        ({"content": ["pkcs8"]}, "not named"),
        ({"content": "pkcs8"}, "not named"),
        ({"content": ["pkcs1", "sr25519"]}, "pkcs1"),
        ({"version": "4"}, "4"),
        ({"version": 3}, "not named"),
        ({"type": ["scrypt"]}, "scrypt"),
        ({"type": ["argon2", "xsalsa20-poly1305"]}, "argon2"),
        ({"type": []}, "not named"),
        ({"type": ["none", {}]}, "none"),
        ({"content": ["pkcs8", "\x1b[31mred\u202e"]}, "[31mred"),
    ],
)
def test_what_is_not_supported_is_named(encoding: dict[str, Any], named: str) -> None:
    content = export(record(), ["none"], encoding=encoding)
    assert is_export(content)
    with pytest.raises(UnsupportedKey) as caught:
        read_export(content, PASSPHRASE)
    assert named in caught.value.what
    assert caught.value.what.isprintable()


@pytest.mark.parametrize(
    "body",
    [
        record(secret=record()[16:80][::-1]),  # no canonical scalar
        record(secret=bytes(64)),  # the key of nobody
        record(secret=KEYS["sr25519"].private_key),  # schnorrkel's form instead of the expanded one
        b"\0" + record()[1:],
        record().replace(DIVIDER, bytes(5)),
        record()[:-1],
        b"",
    ],
)
def test_a_record_that_is_no_key_is_damaged(body: bytes) -> None:
    with pytest.raises(KeyfileDamaged):
        read_export(export(body, ["none"]), "")


def test_a_record_must_hold_the_key_that_it_names() -> None:
    strangers_public = record()[:85] + OTHER.public_key
    strangers_secret = record(OTHER)[:85] + KEYS["sr25519"].public_key
    for body in (strangers_public, strangers_secret, record(secret=bytes([9] * 32))):
        with pytest.raises(KeyDisagreement):
            read_export(export(body, ["none"]), "")
    for address in (OTHER.address.ss58, "0x" + OTHER.public_key.hex(), "0x"):
        with pytest.raises(KeyDisagreement):
            read_export(export(record(), ["none"], address=address), "")


def test_the_wrong_kind_never_opens() -> None:
    as_ed25519 = {"content": ["pkcs8", "ed25519"]}
    for body in (record(), record(secret=SEED)):
        with pytest.raises((KeyfileDamaged, KeyDisagreement)):
            read_export(export(body, ["none"], encoding=as_ed25519), "")


def test_nothing_is_exported_that_could_not_be_opened_again() -> None:
    key = KEYS["sr25519"]
    with pytest.raises(KeyMissing):
        write_export(Keypair(key.public_key, SR25519, b""), PASSPHRASE, name="")
    with pytest.raises(WeakPassword):
        write_export(key, "", name="")
    with pytest.raises(ValidationError):
        write_export(key, None, name="", genesis_hash="0x12")
    with pytest.raises(KeyDisagreement):
        write_export(Keypair(OTHER.public_key, SR25519, key.private_key), None, name="")
    with pytest.raises(UnsupportedKey):
        write_export(Keypair(key.public_key, SR25519, b"\xff" * 64), None, name="")


def test_no_error_carries_the_secret_or_the_passphrase() -> None:
    canary = "canary-\udcff-passphrase"  # typed on a terminal that is not UTF-8
    for content in (export(sealed(), SCRYPT), export(record(OTHER), ["none"])):
        with pytest.raises(TaoError) as caught:
            read_export(content, canary)
        error = caught.value
        told = f"{error!r} {error.what} {error.why} {error.fix}"
        assert "canary" not in told
        assert OTHER.private_key.hex() not in told
        assert error.__suppress_context__ or error.__context__ is None


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{}", b"[]", b"null", b"\xff\xfe\x00", b"[" * 100_000, b'{"encoded":' * 20_000,
        b'{"encoded":"","encoding":' + b"[" * 50_000, b'{"encoded": ' + b"1" * 5000 + b"}",
        b'{"encoded":"","encoding":{}}' + b" " * 300_000,
    ],
)  # fmt: skip
def test_what_is_no_export_is_a_typed_refusal(content: bytes) -> None:
    assert not is_export(content)
    for read in (needs_passphrase, lambda damaged: read_export(damaged, PASSPHRASE)):
        with pytest.raises(KeyfileDamaged):
            read(content)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
PLACES = [
    ("encoded",), ("encoding",), ("address",), ("meta",), ("encoding", "content"),
    ("encoding", "type"), ("encoding", "version"),
]  # fmt: skip


def key_or_refusal(content: bytes) -> Keypair | WalletError:
    """What became of an export; any other exception is a failure."""
    try:
        return read_export(content, PASSPHRASE)
    except WalletError as error:
        return error


@given(st.sampled_from(PLACES), JSON, st.sampled_from([["none"], SCRYPT, "xsalsa20-poly1305"]))
@settings(deadline=None)
def test_any_value_in_any_field_opens_the_key_or_is_refused(
    place: tuple[str, ...], value: Any, scheme: Any
) -> None:
    fields = json.loads(export(record() if scheme == ["none"] else sealed(), scheme))
    (fields if len(place) == 1 else fields[place[0]])[place[-1]] = value
    found = key_or_refusal(json.dumps(fields).encode())
    assert found == KEYS["sr25519"] or (isinstance(found, WalletError) and found.fix)


@given(st.integers(0, 200), st.binary(max_size=4))
@settings(deadline=None)
def test_any_damage_to_the_bytes_opens_the_key_or_is_refused(place: int, patch: bytes) -> None:
    body = record()
    body = body[:place] + patch + body[place + 1 :]
    found = key_or_refusal(export(body, ["none"]))
    # The nonce half of the secret decides nothing but randomness, so damage there goes unnoticed.
    assert isinstance(found, WalletError) or found.public_key == KEYS["sr25519"].public_key


@given(st.binary(max_size=300))
def test_noise_is_no_export(noise: bytes) -> None:
    assert not is_export(noise)
    with pytest.raises(KeyfileDamaged):
        read_export(noise, PASSPHRASE)
