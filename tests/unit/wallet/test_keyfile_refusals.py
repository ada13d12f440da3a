"""Decrypted keyfiles that are refused: two accounts in one file, other formats and kinds, damage, zeros.

Everything in a file is hostile until it is understood; whatever stands in it, the answer is an error of
ours that shows nothing of what could be a secret.
"""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taocli.domain.address import Address, encode_ss58
from taocli.domain.errors import (
    InvalidAddress,
    KeyDisagreement,
    KeyfileDamaged,
    TaoError,
    UnsupportedKey,
)
from taocli.wallet.keyfile import (
    MAX_KEYFILE_BYTES,
    Secret,
    private_json,
    read_address,
    read_private,
    read_public,
    read_secret,
)
from taocli.wallet.keypair import ED25519, Keypair
from taocli.wallet.mnemonic import mini_secret

PHRASE = "level raw burst narrow medal tuna coral energy paper drum exile erupt"
PHRASE_SEED = mini_secret(PHRASE)
PHRASE_KEY = Keypair.from_seed(PHRASE_SEED)
SEED = bytes([1] * 32)
KEY = Keypair.from_seed(SEED)
ED_KEY = Keypair.from_seed(SEED, ED25519)
OTHER = Keypair.from_seed(bytes([2] * 32))
PUBLIC = "0x" + KEY.public_key.hex()


def hexed(raw: bytes) -> str:
    return "0x" + raw.hex()


def content(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


def changed(secret: Secret, **fields: Any) -> bytes:
    """A file as written today, with some fields changed."""
    return json.dumps(json.loads(private_json(secret)) | fields).encode()


def error_text(error: BaseException) -> str:
    """Everything that a person, a log or a crash report could show of an error."""
    told = [repr(error.args), str(error), repr(vars(error))]
    for inner in (error.__cause__, error.__context__):
        told += [error_text(inner)] if inner is not None else []
    return " ".join(told)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(changed(Secret(KEY, SEED), ss58Address=OTHER.address.ss58), id="address"),
        pytest.param(changed(Secret(KEY, SEED), publicKey=hexed(OTHER.public_key)), id="public key"),
        pytest.param(changed(Secret(KEY, SEED), accountId=hexed(OTHER.public_key)), id="account"),
        pytest.param(
            content(publicKey=hexed(KEY.public_key), accountId=hexed(OTHER.public_key)),
            id="public key and account, without an address",
        ),
    ],
)  # fmt: skip
def test_a_file_that_names_two_accounts_is_refused_in_either_role(written: bytes) -> None:
    for read in (read_secret, read_public, read_address):
        with pytest.raises(KeyDisagreement):
            read(written)


@pytest.mark.parametrize("name", ["ss58Address", " ss58Address", "publicKey", "accountId"])
@pytest.mark.parametrize(
    "secret",
    [
        {"secretPhrase": PHRASE},
        {"secretSeed": hexed(SEED)},
        {"privateKey": hexed(KEY.private_key)},
        {"privateKey": hexed(SEED), "cryptoType": 0},
    ],
    ids=lambda secret: next(iter(secret)),
)
def test_a_secret_of_another_account_than_the_named_is_refused(
    name: str, secret: dict[str, Any]
) -> None:
    stranger = OTHER.address.ss58 if "ss58" in name else hexed(OTHER.public_key)
    with pytest.raises(KeyDisagreement) as caught:
        read_secret(content(**secret, **{name: stranger}))
    assert OTHER.address.ss58 in caught.value.what


@pytest.mark.parametrize("read", [read_secret, read_public, read_address])
def test_an_address_of_another_network_is_refused_with_its_own_form(read: Any) -> None:
    written = changed(Secret(KEY, SEED), ss58Address=encode_ss58(KEY.public_key, 0))
    with pytest.raises(InvalidAddress) as caught:
        read(written)
    assert KEY.address.ss58 in caught.value.fix


@pytest.mark.parametrize("read", [read_secret, read_public, read_address])
def test_a_polkadot_js_export_is_named_with_the_command_that_imports_it(read: Any) -> None:
    export = content(
        encoded="AAAA", encoding={"content": ["pkcs8", "sr25519"]}, address=KEY.address.ss58
    )
    with pytest.raises(UnsupportedKey) as caught:
        read(export)
    assert "polkadot-js" in caught.value.what
    assert "taocli wallet import" in caught.value.fix


@pytest.mark.parametrize("read", [read_secret, read_public])
@pytest.mark.parametrize(
    "newer",
    [
        {"accountType": "registered"},
        {"signingScheme": "ml-dsa-65"},
        {"hashedDescriptor": {"threshold": 1}},
        {"cryptoType": 2},
        {"cryptoType": 16},
        {"cryptoType": 256},  # bittensor-wallet 4.1.0 wraps it round to 0
        {"cryptoType": -1},
        {"cryptoType": True},
        {"cryptoType": 1.0},
        {"cryptoType": "sr25519"},
        {"cryptoType": [0]},
        {"cryptoType": {}},
        {"cryptoType": 10**4000},
    ],
    ids=lambda newer: str(newer)[:30],
)
def test_a_newer_kind_of_account_is_never_opened_as_sr25519(
    read: Any, newer: dict[str, Any]
) -> None:
    with pytest.raises(UnsupportedKey) as caught:
        read(changed(Secret(KEY, SEED), **newer))
    assert len(caught.value.what) < 80


@pytest.mark.parametrize(
    "fields",
    [
        {"privateKey": hexed(bytes(64))},
        {"privateKey": hexed(bytes(32) + SEED)},
        {"privateKey": hexed(bytes(32)), "cryptoType": 0},
        {"secretSeed": hexed(bytes(32))},
        {"publicKey": hexed(bytes(32)), "secretSeed": hexed(SEED)},
        {"ss58Address": Address(bytes(32)).ss58, "privateKey": hexed(bytes(64))},
    ],
    ids=str,
)
def test_a_key_of_zeros_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(KeyfileDamaged):
        read_secret(content(**fields))


@pytest.mark.parametrize("written", [b"00" * 32, content(publicKey=hexed(bytes(32)))])
def test_a_public_key_of_zeros_is_refused(written: bytes) -> None:
    with pytest.raises(KeyfileDamaged):
        read_public(written)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="half an object"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b'{"a":' * 10_000, id="ten thousand levels"),
        pytest.param(b"{" + b" " * MAX_KEYFILE_BYTES + b"}", id="too large"),
        pytest.param(b"\xff\xfe{\x00}\x00", id="UTF-16"),
        pytest.param(b'{"secretSeed": ' + b"9" * 5000 + b"}", id="an endless number"),
        pytest.param(b'{"secretSeed": NaN}', id="no number"),
        pytest.param(content(secretSeed=SEED.hex()[:-1]), id="a seed that lost a digit"),
        pytest.param(content(secretSeed=hexed(SEED) + "\n"), id="a seed with a line end"),
        pytest.param(content(secretSeed="01 " * 32), id="a seed with blanks"),
        pytest.param(content(privateKey=hexed(SEED + b"\1")), id="a private key of 33 bytes"),
        pytest.param(content(secretPhrase=["level"] * 12), id="a phrase that is a list"),
        pytest.param(content(secretPhrase="  "), id="a phrase of blanks"),
        pytest.param(content(secretPhrase="\ud800 " * 12), id="a phrase that is no text"),
        pytest.param(content(secretSeed=hexed(SEED), ss58Address=7), id="an address that is a number"),
        pytest.param(content(secretSeed=hexed(SEED), ss58Address="5Fx"), id="a cut-off address"),
        pytest.param(content(secretSeed=hexed(SEED), publicKey="0x12"), id="a cut-off public key"),
        pytest.param(b'{"secretSeed": "0x%s", "secretSeed": "0x%s"}' % (b"01" * 32, b"02" * 32), id="one field twice"),
        pytest.param(b'{"ss58Address": "5Fa", " ss58Address": "5Fb"}', id="two addresses by one name"),
        pytest.param(b"twelve words that are no phrase but only stand in a file", id="prose"),
    ],
)  # fmt: skip
def test_what_has_no_known_shape_is_damaged(written: bytes) -> None:
    with pytest.raises(KeyfileDamaged) as caught:
        read_secret(written)
    assert caught.value.fix


def shown_by(read: Any, written: bytes) -> str:
    try:
        read(written)
    except TaoError as error:
        return error_text(error)
    return ""


def test_no_refusal_tells_a_secret_of_the_file() -> None:
    seed, words = "0x" + "ab" * 32, PHRASE
    files = [
        b'{"secretSeed": "%s", "secretPhrase": "%s"' % (seed.encode(), words.encode()),
        content(ss58Address=words, secretSeed=seed),
        content(ss58Address=seed, secretSeed=seed),
        content(cryptoType=words, secretSeed=seed),
        content(publicKey=words, secretSeed=seed),
        content(secretPhrase=words + " level", secretSeed=seed),
        content(secretSeed=words),
        content(secretSeed=seed, ss58Address=OTHER.address.ss58),
        f"{words} \xff {seed}".encode("latin-1"),
        (words + " " + seed).encode(),
    ]
    for written in files:
        assert shown_by(read_secret, written), written
        for read in (read_secret, read_public, read_address):
            assert "ab" * 20 not in shown_by(read, written), written
            assert "burst narrow" not in shown_by(read, written), written


@settings(derandomize=True)
@given(
    st.dictionaries(
        st.sampled_from([
            "secretPhrase", "secretSeed", "privateKey", "ss58Address", " ss58Address", "publicKey",
            "accountId", "cryptoType", "accountType", "encoded", "encoding",
        ]),
        st.one_of(
            st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=70),
            st.sampled_from([PUBLIC, hexed(SEED), PHRASE, KEY.address.ss58, hexed(KEY.private_key), "1"]),
            st.lists(st.integers(), max_size=2),
        ),
    )
)  # fmt: skip
def test_any_fields_are_a_typed_error_or_a_key_of_the_named_account(fields: dict[str, Any]) -> None:
    written = content(**fields)
    try:
        key = read_private(written)
    except TaoError:
        return
    assert key in {KEY, ED_KEY, PHRASE_KEY, Keypair.from_seed(KEY.public_key),
                   Keypair.from_seed(KEY.public_key, ED25519), Keypair.from_seed(PHRASE_SEED, ED25519)}  # fmt: skip
    if {"ss58Address", " ss58Address"} & fields.keys():
        assert read_address(written) == key.address


@settings(derandomize=True)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_typed_error(written: bytes) -> None:
    for read in (read_secret, read_public, read_address):
        with pytest.raises(TaoError):
            read(written)
