"""Every shape that a decrypted keyfile has had since 2021, and the traps in them.

A trap is a file that some official tool reads as another account, or cannot read back after writing it.
Where a tool is named, that tool made the content or was seen to misread it.
"""

import json
import subprocess
import sys
from typing import Any

import pytest

from taocli.domain.errors import (
    KeyfileDamaged,
    KeyMissing,
)
from taocli.wallet.keyfile import (
    PublicHalf,
    Secret,
    private_json,
    public_json,
    read_address,
    read_private,
    read_public,
    read_secret,
)
from taocli.wallet.keypair import ED25519, SR25519, Keypair
from taocli.wallet.mnemonic import mini_secret

PHRASE = "level raw burst narrow medal tuna coral energy paper drum exile erupt"
PHRASE_SEED = mini_secret(PHRASE)
PHRASE_KEY = Keypair.from_seed(PHRASE_SEED)
SEED = bytes([1] * 32)
KEY = Keypair.from_seed(SEED)
ED_KEY = Keypair.from_seed(SEED, ED25519)
OTHER = Keypair.from_seed(bytes([2] * 32))
PUBLIC = "0x" + KEY.public_key.hex()
# bittensor-wallet 4.1.0 wrote this for the seed b"taocli: a seed that reads as tex" and cannot read it back.
SEED_AS_TEXT = (
    b'{"privateKey":"0x547c9b90b67f0b891aa7753be486d801e5ca6f56e28547d371b551a78284860e59c945d8'
    b'4865f389538b81109aecec63cb7f0b6ac6087edba09f93ee6af685f2","cryptoType":1,'
    b'"secretSeed":"0xtaocli: a seed that reads as tex",'
    b'"ss58Address":"5Eo64qgQHXfneoPtMjHh4PWYqt8qRKJgwznaLEqzNe8uJ5NW",'
    b'"publicKey":"0x78cb89f62ccb4d50e8a8b4d864ab6c735acf18f6b8eb7f1fddbabd218027980c",'
    b'"accountId":"0x78cb89f62ccb4d50e8a8b4d864ab6c735acf18f6b8eb7f1fddbabd218027980c"}'
)


def hexed(raw: bytes) -> str:
    return "0x" + raw.hex()


def content(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


def changed(secret: Secret, **fields: Any) -> bytes:
    """A file as written today, with some fields changed."""
    return json.dumps(json.loads(private_json(secret)) | fields).encode()


SHAPES = {
    "as written today": (private_json(Secret(PHRASE_KEY, PHRASE_SEED, PHRASE)), PHRASE_KEY),
    "ed25519 as written today": (private_json(Secret(ED_KEY, SEED)), ED_KEY),
    "of 2021, with nulls, no privateKey and no cryptoType": (
        content(
            accountId=hexed(PHRASE_KEY.public_key),
            publicKey=hexed(PHRASE_KEY.public_key),
            secretPhrase=PHRASE,
            secretSeed=hexed(PHRASE_SEED),
            ss58Address=PHRASE_KEY.address.ss58,
            privateKey=None,
            cryptoType=None,
        ),
        PHRASE_KEY,
    ),
    "of a URI, without phrase and seed": (private_json(Secret(KEY)), KEY),
    "empty text for what is absent": (content(secretPhrase="", secretSeed=hexed(SEED)), KEY),
    "a blank before the name of the address": (
        json.dumps({"secretSeed": hexed(SEED), " ss58Address": KEY.address.ss58}).encode(),
        KEY,
    ),
    "a byte order mark": (b"\xef\xbb\xbf" + private_json(Secret(KEY)), KEY),
    "blank lines around it": (b"\r\n " + private_json(Secret(KEY)) + b"\n\n", KEY),
    "capital hexadecimal": (content(secretSeed="0x" + SEED.hex().upper()), KEY),
    "hexadecimal without 0x": (content(secretSeed=SEED.hex()), KEY),
    "cryptoType as text": (content(secretSeed=hexed(SEED), cryptoType="0"), ED_KEY),
    "cryptoType as text 1": (content(secretSeed=hexed(SEED), cryptoType="1"), KEY),
    "an ed25519 key without cryptoType": (
        content(secretSeed=hexed(SEED), ss58Address=ED_KEY.address.ss58),
        ED_KEY,
    ),
    "an ed25519 private key without cryptoType": (
        content(privateKey=hexed(SEED), ss58Address=ED_KEY.address.ss58),
        ED_KEY,
    ),
    "an sr25519 key that says ed25519": (changed(Secret(KEY), cryptoType=0), KEY),
    "an ed25519 private key of 64 bytes": (
        content(privateKey=hexed(SEED + ED_KEY.public_key), cryptoType=0),
        ED_KEY,
    ),
    "an ed25519 private key of 64 bytes without cryptoType": (
        content(
            privateKey=hexed(SEED + ED_KEY.public_key), publicKey=hexed(ED_KEY.public_key)
        ),
        ED_KEY,
    ),
    "a private key of 32 bytes, which bittensor 11 takes for a seed": (
        content(privateKey=hexed(SEED)),
        KEY,
    ),
    "a phrase in capitals": (content(secretPhrase=PHRASE.upper()), PHRASE_KEY),
    "a bare phrase": (PHRASE.encode(), PHRASE_KEY),
    "a bare phrase on lines of its own": (PHRASE.replace(" ", "\r\n").encode(), PHRASE_KEY),
    "a bare seed": (hexed(SEED).encode(), KEY),
    "a bare seed without 0x": (SEED.hex().encode() + b"\n", KEY),
    "a bare seed of decimal digits, which is also JSON": (
        b"12" * 32,
        Keypair.from_seed(bytes([0x12] * 32)),
    ),
    "a bare private key": (KEY.private_key.hex().encode(), KEY),
    "a bare ed25519 pair, which bittensor 11 opens as sr25519": (
        hexed(SEED + ED_KEY.public_key).encode(),
        ED_KEY,
    ),
    "a seed stored as raw text, and no account": (
        content(secretSeed="0xtaocli: a seed that reads as tex", privateKey=hexed(KEY.private_key)),
        KEY,
    ),
    "a seed stored as raw text": (SEED_AS_TEXT, Keypair.from_seed(b"taocli: a seed that reads as tex")),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_a_private_file_opens_as_its_account(shape: str) -> None:
    written, key = SHAPES[shape]
    assert read_private(written) == key


@pytest.mark.parametrize("shape", SHAPES)
def test_what_was_read_is_written_as_the_same_key(shape: str) -> None:
    secret = read_secret(SHAPES[shape][0])
    assert read_secret(private_json(secret)) == secret
    assert read_public(public_json(secret.key)) == PublicHalf(
        secret.key.address, secret.key.crypto_type
    )


@pytest.mark.parametrize(
    ("written", "seed", "phrase"),
    [
        pytest.param(SHAPES["as written today"][0], PHRASE_SEED, PHRASE, id="phrase"),
        pytest.param(private_json(Secret(KEY, SEED)), SEED, None, id="seed"),
        pytest.param(private_json(Secret(KEY)), None, None, id="private key"),
        pytest.param(SEED_AS_TEXT, None, None, id="a seed stored as raw text"),
        pytest.param(PHRASE.replace(" ", "\t").encode(), PHRASE_SEED, PHRASE, id="bare phrase"),
        pytest.param(PHRASE.upper().encode(), PHRASE_SEED, PHRASE, id="phrase in capitals"),
        pytest.param(hexed(SEED).encode(), SEED, None, id="bare seed"),
        pytest.param(KEY.private_key.hex().encode(), None, None, id="bare private key"),
        pytest.param(content(secretPhrase=PHRASE), PHRASE_SEED, PHRASE, id="phrase alone"),
    ],
)
def test_a_secret_has_the_seed_and_phrase_that_its_file_tells(
    written: bytes, seed: bytes | None, phrase: str | None
) -> None:
    secret = read_secret(written)
    assert (secret.seed, secret.phrase) == (seed, phrase)


def test_without_an_account_the_phrase_is_read_before_the_seed_and_that_before_the_key() -> None:
    fields = {
        "privateKey": hexed(OTHER.private_key),
        "secretSeed": hexed(SEED),
        "secretPhrase": PHRASE,
    }
    for key, dropped in ((PHRASE_KEY, "secretPhrase"), (KEY, "secretSeed"), (OTHER, "")):
        assert read_private(content(**fields)) == key
        fields.pop(dropped, None)


def test_a_phrase_whose_password_is_elsewhere_gives_way_to_the_seed_and_is_not_kept() -> None:
    seed = mini_secret(PHRASE, "a BIP-39 password")
    key = Keypair.from_seed(seed)
    secret = read_secret(private_json(Secret(key, seed, PHRASE)))
    assert secret == Secret(key, seed)
    assert PHRASE not in private_json(secret).decode()
    without_seed = changed(Secret(key, None, PHRASE))
    assert read_secret(without_seed) == Secret(key)


def test_a_damaged_phrase_gives_way_to_the_seed_of_the_named_account_only() -> None:
    broken = changed(Secret(KEY, SEED), secretPhrase="level raw")
    assert read_secret(broken) == Secret(KEY, SEED)
    with pytest.raises(KeyfileDamaged):
        read_secret(content(secretPhrase="level raw", secretSeed=hexed(SEED)))


def test_the_oldest_public_file_is_a_bare_public_key_and_not_a_seed() -> None:
    written = PUBLIC.encode()
    assert read_public(written) == PublicHalf(KEY.address, SR25519)
    assert read_public(PUBLIC[2:].encode() + b"\n").address == KEY.address
    assert read_private(written).address != KEY.address
    with pytest.raises(KeyfileDamaged):  # whoever does not know the role must not guess
        read_address(written)


def test_a_public_half_is_read_without_looking_at_secrets() -> None:
    broken = changed(Secret(KEY), privateKey="not hexadecimal", secretSeed=7)
    assert read_public(broken) == PublicHalf(KEY.address, SR25519)
    assert read_public(public_json(ED_KEY)) == PublicHalf(ED_KEY.address, ED25519)
    assert read_public(content(ss58Address=KEY.address.ss58)).address == KEY.address
    assert read_public(content(publicKey=PUBLIC)).address == KEY.address


@pytest.mark.parametrize(
    "written",
    [PHRASE.encode(), KEY.private_key.hex().encode(), content(secretSeed=hexed(SEED)), b"", b"{}"],
    ids=["a phrase", "a private key", "only a seed", "nothing", "no field"],
)
def test_a_public_file_that_names_no_account_is_damaged(written: bytes) -> None:
    with pytest.raises(KeyfileDamaged):
        read_public(written)


def test_an_address_is_read_from_any_unambiguous_file() -> None:
    for written in (public_json(KEY), private_json(Secret(KEY)), KEY.private_key.hex().encode()):
        assert read_address(written) == KEY.address
    assert read_address(PHRASE.encode()) == PHRASE_KEY.address


def test_a_public_file_in_the_place_of_a_private_one_is_a_missing_key() -> None:
    with pytest.raises(KeyMissing):
        read_private(public_json(KEY))


def test_reading_a_public_file_loads_no_crypto_library() -> None:
    probe = (
        "import sys\n"
        "from taocli.wallet.encryption import is_encrypted\n"
        "from taocli.wallet.keyfile import read_public\n"
        f"content = {public_json(KEY)!r}\n"
        "assert not is_encrypted(content)\n"
        "read_public(content)\n"
        "print(sorted({'nacl', 'Crypto', 'sr25519', 'bip39', 'bip_utils'} & set(sys.modules)))\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert said.strip() == "[]"
