"""The content of a keyfile: what is written, and every historic shape that is read.

What is written is one JSON object with 0x hex: ``accountId``, ``publicKey``, ``ss58Address``, ``cryptoType``
and, in private files, ``privateKey`` and where known ``secretSeed`` and ``secretPhrase``. What is read goes back to
2021: nulls for absent fields, no ``cryptoType`` (then it is sr25519), a key named ``" ss58Address"`` with a blank,
a seed that is not hexadecimal, and files that hold nothing but a phrase or bare hexadecimal. The
last is why a reader must know a file's role: 32 bytes are a seed in a private file and the public key
in a public one.

A file that names an account is believed only where a secret of it gives that account: the phrase is tried
first, then the seed, then the private key, each as both kinds of key. So a phrase that belongs to
a BIP-39 password which the file does not hold does not get in the way of the seed beside it; it is not
kept with the key either, for alone it would restore another account.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from taocli.domain.address import Address
from taocli.domain.errors import (
    InvalidMnemonic,
    KeyDisagreement,
    KeyMissing,
    UnsupportedKey,
    WalletError,
)
from taocli.wallet.keyfile_fields import (
    account_of,
    crypto_type_of,
    damaged,
    fields_of,
    hex_bytes,
    is_hex,
    not_zero,
)
from taocli.wallet.keypair import ED25519, SR25519, Keypair
from taocli.wallet.mnemonic import WORD_COUNTS, mini_secret, tidy_phrase

MAX_KEYFILE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Secret:
    """A key and what it was made from, as far as that is to be stored."""

    key: Keypair
    seed: bytes | None = field(default=None, repr=False)
    phrase: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PublicHalf:
    """What a public file tells: an account, and 0 for ed25519 or 1 for sr25519."""

    address: Address
    crypto_type: int


def private_json(secret: Secret) -> bytes:
    """The content of a private keyfile."""
    content = _public(secret.key) | {"privateKey": "0x" + secret.key.private_key.hex()}
    if secret.seed is not None:
        content["secretSeed"] = "0x" + secret.seed.hex()
    if secret.phrase is not None:
        content["secretPhrase"] = secret.phrase
    return json.dumps(content).encode()


def public_json(key: Keypair | PublicHalf) -> bytes:
    """The content of the public file beside it."""
    return json.dumps(_public(key)).encode()


def read_private(content: bytes) -> Keypair:
    """The key in a decrypted private file; errors as in ``read_secret``."""
    return read_secret(content).key


def read_secret(content: bytes) -> Secret:
    """The key in a decrypted private file, with its seed and phrase where the file tells them.

    ``KeyMissing`` for a file with only a public half, ``KeyDisagreement`` where no secret of the file
    gives the account that it names, ``UnsupportedKey`` for other formats and kinds of account,
    ``KeyfileDamaged`` for the rest.
    """
    text = _text(content)
    if not text.startswith("{"):
        return _bare_secret(text)
    fields = fields_of(text)
    account = account_of(fields)
    crypto_type = crypto_type_of(fields)
    if "privateKey" in fields and not is_hex(fields.get("secretSeed"), 32):
        fields.pop("secretSeed", None)  # bittensor-wallet 4 writes some seeds as raw text
    stored = [(read, fields[name]) for name, read in _SECRETS.items() if name in fields]
    if not stored:
        raise KeyMissing(
            "The keyfile holds no secret.",
            why="It has only the public half of a key, which cannot sign.",
            fix="Use the private file of this key; a public one is named …pub.txt.",
        )
    if account is None:
        read, value = stored[0]  # nothing can confirm it; every tool reads this one first
        return read(value, crypto_type)
    return _of_account(stored, crypto_type, account)


def read_public(content: bytes) -> PublicHalf:
    """The account in a public file, also in the oldest ones, which are a bare public key in hexadecimal.

    Secrets are never looked at. ``KeyfileDamaged``, ``KeyDisagreement``, ``UnsupportedKey`` or, for an address
    of another network, ``InvalidAddress``.
    """
    text = _text(content)
    if not text.startswith("{"):
        return PublicHalf(not_zero(hex_bytes(text, "public key", 32)), SR25519)
    fields = fields_of(text)
    account = account_of(fields)
    if account is None:
        raise damaged("it names no account")
    return PublicHalf(account, crypto_type_of(fields))


def read_address(content: bytes) -> Address:
    """The account that a file of unknown role names, public or unencrypted private.

    Bare hexadecimal of 32 bytes is refused, as it could be a seed or a public key; use
    ``read_private`` or ``read_public`` where the role is known.
    """
    text = _text(content)
    if text.startswith("{"):
        found = account_of(fields_of(text))
        if found is not None:
            return found
    elif is_hex(text, 32):
        raise damaged("32 bare bytes could be a seed or a public key; it does not say which")
    return read_secret(content).key.address


def _public(key: Keypair | PublicHalf) -> dict[str, Any]:
    account = "0x" + key.address.public_key.hex()
    return {
        "accountId": account,
        "publicKey": account,
        "ss58Address": key.address.ss58,
        "cryptoType": key.crypto_type,
    }


def _text(content: bytes) -> str:
    if len(content) > MAX_KEYFILE_BYTES:
        raise damaged("it is larger than any keyfile")
    # Undecodable bytes become signs that no shape has; the exception would carry the content.
    return content.decode("utf-8-sig", errors="replace").strip()


def _of_account(stored: "list[_Stored]", crypto_type: int, account: Address) -> Secret:
    """The first stored secret that gives the account, as either kind of key."""
    unreadable: WalletError | None = None
    readable = False
    for read, value in stored:
        for kind in (crypto_type, ED25519 if crypto_type == SR25519 else SR25519):
            try:
                secret = read(value, kind)
            except WalletError as error:
                unreadable = unreadable or error
                continue
            if secret.key.address == account:
                return secret
            readable = True
    if unreadable is not None and not readable:
        raise unreadable
    raise KeyDisagreement(
        f"The keyfile names {account} but holds the key of another account.",
        why="Its secret and its address do not belong together.",
        fix="Restore the file from a backup, or the key from its recovery phrase.",
    )


def _bare_secret(text: str) -> Secret:
    if is_hex(text, 32):
        return _from_seed(text, SR25519)
    if is_hex(text, 64):
        try:
            return _from_private_key(text, ED25519)  # only where it ends in its own public key
        except UnsupportedKey:
            return _from_private_key(text, SR25519)
    if len(text.split()) in WORD_COUNTS:
        return _from_phrase(text, SR25519)
    raise damaged("it is neither JSON nor a bare phrase, seed or private key")


def _from_phrase(value: object, crypto_type: int) -> Secret:
    phrase = tidy_phrase(value) if isinstance(value, str) else ""
    try:
        seed = mini_secret(phrase)
    except InvalidMnemonic:
        seed = b""  # raised below: that error suggests words, which is for people who type them
    if not seed:
        raise damaged("its recovery phrase is not valid")
    return Secret(Keypair.from_seed(seed, crypto_type), seed, phrase)


def _from_seed(value: object, crypto_type: int) -> Secret:
    seed = _not_zero_secret(hex_bytes(value, "secretSeed", 32))
    return Secret(Keypair.from_seed(seed, crypto_type), seed)


def _from_private_key(value: object, crypto_type: int) -> Secret:
    raw = _not_zero_secret(hex_bytes(value, "privateKey", 32, 64))
    if len(raw) == 32 and crypto_type == SR25519:
        return _from_seed(value, crypto_type)  # as bittensor 11 does; no sr25519 key is that short
    return Secret(Keypair.from_private_key(raw, crypto_type))


_Stored = tuple[Callable[[object, int], Secret], object]
_SECRETS: dict[str, Callable[[object, int], Secret]] = {
    "secretPhrase": _from_phrase,
    "secretSeed": _from_seed,
    "privateKey": _from_private_key,
}


def _not_zero_secret(raw: bytes) -> bytes:
    if not any(raw[:32]):
        raise damaged("its secret is all zeros, which everybody knows")
    return raw
