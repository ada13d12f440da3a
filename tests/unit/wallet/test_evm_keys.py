"""EVM keys and their keystores: against other programs' files, and against an attacker's."""

import hashlib
import json
from pathlib import Path
from typing import Any

import Crypto.Protocol.KDF
import pytest
from eth_keys import keys as eth_keys
from hypothesis import given, settings
from hypothesis import strategies as st

from taocli.domain.accounts import evm_mirror
from taocli.domain.errors import (
    InvalidMnemonic,
    KeyDisagreement,
    KeyfileDamaged,
    UnsupportedKey,
    ValidationError,
    WalletError,
    WeakPassword,
    WrongPassword,
)
from taocli.wallet.evm_keys import (
    CURVE_ORDER,
    EvmKey,
    checksum_address,
    evm_key_from_private,
    keccak_256,
    key_from_mnemonic,
    new_evm_key,
)
from taocli.wallet.keystore_v3 import named_h160, read_keystore, write_keystore

CASES = json.loads((Path(__file__).parents[2] / "vectors" / "wallet.json").read_text())["cases"]
KEYSTORES = [case for case in CASES if case["kind"] == "evm_keystore"]
assert KEYSTORES
PHRASE = "test test test test test test test test test test test junk"
PASSWORD = "evm-Pässword"
KEY = evm_key_from_private(bytes([7] * 32))
private_keys = st.integers(1, CURVE_ORDER - 1).map(lambda number: number.to_bytes(32, "big"))

# The two examples of the format's definition: password "testpassword".
EXAMPLE_KEY = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d"
EXAMPLES = {
    "pbkdf2": {
        "cipher": "aes-128-ctr",
        "cipherparams": {"iv": "6087dab2f9fdbbfaddc31a909735c1e6"},
        "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
        "kdf": "pbkdf2",
        "kdfparams": {
            "c": 262144,
            "dklen": 32,
            "prf": "hmac-sha256",
            "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd",
        },
        "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
    },
    "scrypt with r = 1": {
        "cipher": "aes-128-ctr",
        "cipherparams": {"iv": "83dbcc02d8ccb40e466191a123791e0e"},
        "ciphertext": "d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c",
        "kdf": "scrypt",
        "kdfparams": {
            "dklen": 32,
            "n": 262144,
            "r": 1,
            "p": 8,
            "salt": "ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19",
        },
        "mac": "2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097",
    },
}


def keystore(key: EvmKey = KEY, iv: bytes = bytes(range(16)), **changes: Any) -> dict[str, Any]:
    """A keystore of the lowest cost, written without the code under test."""
    from Crypto.Cipher import AES

    salt = bytes(range(16))
    derived = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), salt, 1, 32)
    start = int.from_bytes(iv, "big")
    counters = [((start + block) % (1 << 128)).to_bytes(16, "big") for block in range(2)]
    stream = AES.new(derived[:16], AES.MODE_ECB).encrypt(b"".join(counters))
    ciphertext = bytes(a ^ b for a, b in zip(stream, key.private_key, strict=True))
    return {
        "address": key.h160.hex(),
        "crypto": {
            "cipher": "aes-128-ctr",
            "cipherparams": {"iv": iv.hex()},
            "ciphertext": ciphertext.hex(),
            "kdf": "pbkdf2",
            "kdfparams": {"c": 1, "dklen": 32, "prf": "hmac-sha256", "salt": salt.hex()},
            "mac": keccak_256(derived[16:] + ciphertext).hex(),
        },
        "id": "8c364492-5c93-40cb-a991-fa16db6f09f7",
        "version": 3,
    } | changes


def changed(path: str, value: Any) -> bytes:
    """That keystore with one field replaced; the path has dots."""
    fields = keystore()
    *sections, last = path.split(".")
    place = fields
    for name in sections:
        place = place[name]
    place[last] = value
    return json.dumps(fields).encode()


@pytest.mark.parametrize("case", KEYSTORES, ids=lambda case: case["id"])
def test_a_keystore_of_btcli_11_opens(case: dict[str, Any]) -> None:
    content, expected = case["inputs"]["json"].encode(), case["expected"]
    key = read_keystore(content, case["inputs"]["password"])
    assert key.address == expected["address"]
    assert key.private_key.hex() == expected["private_key"]
    assert evm_mirror(key.h160).ss58 == expected["ss58_mirror"]
    assert named_h160(content) == key.h160


@pytest.mark.parametrize("crypto", EXAMPLES.values(), ids=EXAMPLES)
def test_the_examples_of_the_definition_open(crypto: dict[str, Any]) -> None:
    content = json.dumps({"crypto": crypto, "version": 3}).encode()
    assert read_keystore(content, "testpassword").private_key.hex() == EXAMPLE_KEY
    assert named_h160(content) is None


def test_a_new_key_survives_its_keystore() -> None:
    key = new_evm_key()
    content = write_keystore(key, PASSWORD)
    assert read_keystore(content, PASSWORD) == key
    with pytest.raises(WrongPassword):
        read_keystore(content, PASSWORD.upper())
    fields = json.loads(content)
    assert fields["address"] == key.address[2:]  # as btcli 11 writes it: capitals, no 0x
    assert (fields["version"], fields["crypto"]["cipher"]) == (3, "aes-128-ctr")
    params = fields["crypto"]["kdfparams"]
    assert (params["n"], params["r"], params["p"], params["dklen"]) == (262144, 8, 1, 32)
    assert len(fields["crypto"]["cipherparams"]["iv"]) == 32
    assert key.private_key.hex() not in content.decode()


def test_two_new_keys_differ() -> None:
    assert new_evm_key() != new_evm_key()


def test_a_keystore_without_a_password_is_refused() -> None:
    with pytest.raises(WeakPassword):
        write_keystore(KEY, "")


@given(private_keys, st.binary(min_size=16, max_size=16))
def test_any_key_and_any_counter_open(raw: bytes, iv: bytes) -> None:
    key = evm_key_from_private(raw)
    assert read_keystore(json.dumps(keystore(key, iv)).encode(), PASSWORD) == key


@pytest.mark.parametrize("iv", [bytes(16), b"\xff" * 16, bytes(3) + b"\x01" * 13])
def test_counters_at_the_edge(iv: bytes) -> None:
    content = json.dumps(keystore(iv=iv)).encode()
    assert read_keystore(content, PASSWORD) == KEY
    # eth-keyfile, and so btcli 11, drops the zero bytes in front.
    short = content.replace(f'"{iv.hex()}"'.encode(), f'"{iv.lstrip(bytes(1)).hex()}"'.encode())
    assert read_keystore(short, PASSWORD) == KEY


def test_capital_names_and_addresses_of_any_spelling_open() -> None:
    fields = keystore(Crypto=keystore()["crypto"], version="3")
    del fields["crypto"]
    fields["Crypto"]["KDF"] = fields["Crypto"].pop("kdf")
    for address in (KEY.address, KEY.address.lower(), KEY.h160.hex().upper(), "", None):
        assert read_keystore(json.dumps(fields | {"address": address}).encode(), PASSWORD) == KEY


@pytest.mark.parametrize(
    ("private", "address"),
    [
        ("1".zfill(64), "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"),
        (f"{CURVE_ORDER - 1:064x}", "0x80C0dbf239224071c59dD8970ab9d542E3414aB2"),
        (
            "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
            "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
        ),
    ],
)
def test_known_private_keys(private: str, address: str) -> None:
    assert evm_key_from_private(bytes.fromhex(private)).address == address


@given(private_keys)
def test_addresses_agree_with_another_library(raw: bytes) -> None:
    public = eth_keys.PrivateKey(raw).public_key
    assert evm_key_from_private(raw).address == public.to_checksum_address()
    assert evm_key_from_private(raw).h160 == public.to_canonical_address()


@pytest.mark.parametrize(
    "raw",
    [b"", bytes(31), bytes(32), b"\x01" * 33, b"\xff" * 32, CURVE_ORDER.to_bytes(32, "big")],
)
def test_what_is_no_number_of_the_curve_is_refused(raw: bytes) -> None:
    with pytest.raises(UnsupportedKey) as caught:
        evm_key_from_private(raw)
    assert caught.value.fix


@pytest.mark.parametrize(
    "address",  # the examples of EIP-55
    [
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "0xde709f2102306220921060314715629080e2fb77",
    ],
)
def test_capitals_are_a_checksum(address: str) -> None:
    assert checksum_address(bytes.fromhex(address[2:])) == address


@pytest.mark.parametrize(
    ("index", "address"),
    [
        (0, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
        (1, "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
    ],
)
def test_a_phrase_gives_the_accounts_that_ethereum_wallets_show(index: int, address: str) -> None:
    assert key_from_mnemonic(PHRASE, index).address == address
    assert key_from_mnemonic("  ".join(PHRASE.split()) + "\n", index).address == address


@pytest.mark.parametrize("index", [-1, 1 << 31])
def test_an_account_number_out_of_range_is_refused(index: int) -> None:
    with pytest.raises(ValidationError):
        key_from_mnemonic(PHRASE, index)


def test_a_mistyped_phrase_is_refused() -> None:
    for phrase in ("", PHRASE.replace("junk", "test"), PHRASE.replace("junk", "junkk")):
        with pytest.raises(InvalidMnemonic):
            key_from_mnemonic(phrase)


def test_a_new_key_on_which_libraries_disagree_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import bip_utils

    monkeypatch.setattr(bip_utils.EthAddrEncoder, "EncodeKey", lambda _: KEY.address)
    for make in (new_evm_key, lambda: key_from_mnemonic(PHRASE)):
        with pytest.raises(KeyDisagreement):
            make()


def test_a_key_never_shows_its_secret() -> None:
    assert repr(KEY.private_key) not in repr(KEY)
    assert KEY.private_key.hex() not in repr(KEY)


def test_the_address_must_be_the_keys() -> None:
    with pytest.raises(KeyDisagreement) as caught:
        read_keystore(changed("address", "00" * 20), PASSWORD)
    assert KEY.address in caught.value.why


def test_a_wrong_password_and_a_changed_file_look_alike() -> None:
    for content in (
        changed("crypto.mac", "00" * 32),
        changed("crypto.ciphertext", "00" * 32),
        changed("crypto.kdfparams.salt", "00"),
    ):
        with pytest.raises(WrongPassword):
            read_keystore(content, PASSWORD)


def forbidden(*_: Any, **__: Any) -> bytes:
    raise AssertionError("the slow function ran on a cost that nobody checked")


@pytest.mark.parametrize(
    "cost",
    [
        {"n": 0}, {"n": 1}, {"n": 3}, {"n": 2**19}, {"n": 2**200}, {"n": -2}, {"n": 2.0}, {"n": True},
        {"n": "262144"}, {"n": None}, {"r": 0}, {"r": 16}, {"r": 2**30}, {"n": 2, "r": 9},
        {"n": 2, "r": 2**20}, {"p": 0}, {"p": 2}, {"p": 2**30}, {"n": 2, "p": 9}, {"dklen": 16},
        {"dklen": 2**40}, {"salt": "zz"}, {"salt": ""}, {"salt": "00" * 65},
    ],
    ids=str,
)  # fmt: skip
def test_an_absurd_scrypt_cost_is_refused_before_it_is_paid(
    monkeypatch: pytest.MonkeyPatch, cost: dict[str, Any]
) -> None:
    monkeypatch.setattr(Crypto.Protocol.KDF, "scrypt", forbidden)
    params = {"n": 262144, "r": 8, "p": 1, "dklen": 32, "salt": "00" * 16}
    fields = keystore()
    fields["crypto"] |= {"kdf": "scrypt", "kdfparams": params | cost}
    with pytest.raises(KeyfileDamaged):
        read_keystore(json.dumps(fields).encode(), PASSWORD)


@pytest.mark.parametrize("rounds", [0, -1, 5_000_001, 2**63, 10**400, 1.5, True, "1", None, [1]])
def test_absurd_rounds_are_refused_before_they_are_run(
    monkeypatch: pytest.MonkeyPatch, rounds: Any
) -> None:
    content = changed("crypto.kdfparams.c", rounds)
    monkeypatch.setattr(hashlib, "pbkdf2_hmac", forbidden)
    with pytest.raises(KeyfileDamaged):
        read_keystore(content, PASSWORD)


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("version", 1, "1"),
        ("version", 4, "4"),
        ("version", [3], "not named"),
        ("crypto.cipher", "aes-256-gcm", "aes-256-gcm"),
        ("crypto.cipher", None, "not named"),
        ("crypto.kdf", "argon2id", "argon2id"),
        ("crypto.kdf", {}, "not named"),
        ("crypto.kdfparams.prf", "hmac-md5", "pbkdf2"),
        ("crypto.cipher", "\x1b[31m\u202ered", "red"),
    ],
)
def test_what_is_not_supported_is_named(path: str, value: Any, named: str) -> None:
    with pytest.raises(UnsupportedKey) as caught:
        read_keystore(changed(path, value), PASSWORD)
    assert named in caught.value.what
    assert caught.value.what.isprintable()


def test_too_little_memory_is_not_called_a_wrong_password(monkeypatch: pytest.MonkeyPatch) -> None:
    def starved(*_: Any, **__: Any) -> bytes:
        raise MemoryError

    monkeypatch.setattr(Crypto.Protocol.KDF, "scrypt", starved)
    with pytest.raises(WalletError) as caught:
        write_keystore(KEY, PASSWORD)
    assert not isinstance(caught.value, WrongPassword)
    assert "256 MiB" in caught.value.why


def test_a_password_that_is_no_text_is_refused_without_showing_it() -> None:
    with pytest.raises(WalletError) as caught:
        read_keystore(json.dumps(keystore()).encode(), "canary\udcff")
    error = caught.value
    assert "canary" not in f"{error!r} {error.what} {error.why} {error.fix}"
    assert error.__suppress_context__


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{}", b"[]", b"3", b"\xff", b"[" * 60_000, b'{"crypto":' * 6000,
        b'{"version":' + b"9" * 5000 + b"}", json.dumps(keystore()).encode() + b" " * 70_000,
        json.dumps(keystore()).encode()[:-20],
    ],
)  # fmt: skip
def test_what_is_no_keystore_is_a_typed_refusal(content: bytes) -> None:
    with pytest.raises(KeyfileDamaged):
        read_keystore(content, PASSWORD)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
PATHS = [
    "address", "version", "id", "crypto", "crypto.cipher", "crypto.cipherparams",
    "crypto.cipherparams.iv", "crypto.ciphertext", "crypto.kdf", "crypto.kdfparams",
    "crypto.kdfparams.c", "crypto.kdfparams.dklen", "crypto.kdfparams.prf",
    "crypto.kdfparams.salt", "crypto.mac",
]  # fmt: skip


@given(st.sampled_from(PATHS), JSON)
@settings(deadline=None)
def test_any_value_in_any_field_opens_the_key_or_is_refused(path: str, value: Any) -> None:
    found: EvmKey | WalletError
    try:
        found = read_keystore(changed(path, value), PASSWORD)
    except WalletError as error:
        found = error
    assert found == KEY or (isinstance(found, WalletError) and found.fix)


@given(st.binary(max_size=300))
def test_noise_is_no_keystore(noise: bytes) -> None:
    for read in (named_h160, lambda content: read_keystore(content, PASSWORD)):
        with pytest.raises(KeyfileDamaged):
            read(noise)
