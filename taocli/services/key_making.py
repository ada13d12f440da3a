"""Making keys, each derived twice: by the fast bindings and by code that shares nothing with them.

What people hold is text: a recovery phrase, a hexadecimal seed, a stored private key, or a secret URI.
``secret_from_text`` tells them apart, so that no command has to ask which one it is.
"""

import re
from collections.abc import Callable

from taocli.domain.errors import ValidationError
from taocli.wallet.agreement import (
    check_phrase_key,
    check_private_key,
    check_seed_key,
    check_signing,
    check_uri_key,
)
from taocli.wallet.derivation import keypair_from_uri
from taocli.wallet.keyfile import Secret
from taocli.wallet.keypair import SR25519, Keypair
from taocli.wallet.mnemonic import mini_secret, new_phrase, tidy_phrase

_HEX = re.compile(r"(0x)?([0-9a-fA-F]+)")
_ZEROS = re.compile("(0x)?0{64}")
_SEED_DIGITS = 64
_PRIVATE_DIGITS = 128


def new_secret(words: int = 12, crypto_type: int = SR25519) -> Secret:
    """A fresh key with a recovery phrase of its own."""
    return secret_from_phrase(new_phrase(words), crypto_type)


def secret_from_text(text: str, crypto_type: int = SR25519, *, dev: bool = False) -> Secret:
    """The key of a phrase, a seed, a private key or a URI; ``ValidationError`` says what is wrong.

    ``dev`` allows keys that stand on the public development phrase.
    """
    text = text.strip()
    digits = _HEX.fullmatch(text)
    if digits is not None:
        return _from_hex(digits.group(2), crypto_type)
    if "/" in text or not text:
        return secret_from_uri(text, crypto_type, dev=dev)
    return secret_from_phrase(text, crypto_type)


def secret_from_phrase(phrase: str, crypto_type: int = SR25519) -> Secret:
    """The key of a recovery phrase without a password."""
    words = tidy_phrase(phrase)
    seed = mini_secret(words)
    key = Keypair.from_seed(seed, crypto_type)
    check_phrase_key(words, key)
    check_signing(key)
    return Secret(key, seed, words)


def secret_from_uri(uri: str, crypto_type: int = SR25519, *, dev: bool = False) -> Secret:
    """The key of a secret URI; only the derived key is stored, as the official tools do."""
    _refuse_zeros(uri.partition("/")[0].strip())
    key = keypair_from_uri(uri, crypto_type, dev=dev)
    check_uri_key(uri, key, dev=dev)
    check_signing(key)
    return Secret(key)


def secret_from_export(content: bytes, ask_passphrase: Callable[[], str]) -> Secret:
    """The key in a polkadot-js JSON file; the passphrase is asked for only where it takes one."""
    from taocli.wallet.polkadot_js import needs_passphrase, read_export  # noqa: PLC0415 - only here

    key = read_export(content, ask_passphrase() if needs_passphrase(content) else "")
    _refuse_zeros(key.private_key[:32].hex())
    check_private_key(key)
    check_signing(key)
    return Secret(key)


def _from_hex(digits: str, crypto_type: int) -> Secret:
    if len(digits) == _SEED_DIGITS:
        _refuse_zeros(digits)
        seed = bytes.fromhex(digits)
        key = Keypair.from_seed(seed, crypto_type)
        check_seed_key(seed, key)
        check_signing(key)
        return Secret(key, seed)
    if len(digits) == _PRIVATE_DIGITS:
        key = Keypair.from_private_key(bytes.fromhex(digits), crypto_type)
        _refuse_zeros(digits[:_SEED_DIGITS])
        check_private_key(key)
        check_signing(key)
        return Secret(key)
    raise ValidationError(
        f"{len(digits)} hexadecimal digits are no key.",
        why=f"A seed has {_SEED_DIGITS} digits and a stored private key {_PRIVATE_DIGITS}.",
        fix="Check that nothing was cut off.",
    )


def _refuse_zeros(digits: str) -> None:
    """Such a secret is the first that a thief tries, and a keyfile with it would not be opened."""
    if _ZEROS.fullmatch(digits):
        raise ValidationError(
            "This secret is all zeros.",
            why="Everybody has its key; funds on it are lost.",
            fix="Check where the secret comes from.",
        )
