"""Fernet tokens: the oldest encryption of Bittensor keyfiles. Only read here.

A token is URL-safe base64 of a version byte, a time, an initial vector, AES-128-CBC blocks and an HMAC
over all of that. Its key is PBKDF2 over the password with a salt that is the same for everybody and ten million
rounds: two to nine seconds, so a token is taken apart first and nobody waits for one that is cut off. The
time in the token limits nothing.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

from taocli.domain.errors import KeyfileDamaged

MAGIC = b"gAAAAA"
_SALT = b"Iguesscyborgslikemyselfhaveatendencytobeparanoidaboutourorigins"
_ROUNDS = 10_000_000
_VERSION = 0x80
_BLOCK_BYTES = 16
_HEAD_BYTES = 1 + 8 + 16  # version, time, initial vector
_HMAC_BYTES = 32


@dataclass(frozen=True, slots=True)
class Token:
    """The parts of a token: what the HMAC covers, the HMAC, the initial vector, whole blocks."""

    signed: bytes = field(repr=False)
    mac: bytes
    vector: bytes
    ciphertext: bytes = field(repr=False)


def parse_token(content: bytes) -> Token:
    """Take a token apart without its password; ``KeyfileDamaged`` when it is not whole."""
    try:
        raw = base64.b64decode(content.strip(), altchars=b"-_", validate=True)
    except ValueError:
        raise _damaged("it is not base64 text, or a character of it is missing") from None
    signed, mac = raw[:-_HMAC_BYTES], raw[-_HMAC_BYTES:]
    ciphertext = signed[_HEAD_BYTES:]
    if not ciphertext or len(ciphertext) % _BLOCK_BYTES:
        raise _damaged("it is cut off")
    if signed[0] != _VERSION:
        raise _damaged("it has another version than the only one there is")
    return Token(signed, mac, signed[_HEAD_BYTES - 16 : _HEAD_BYTES], ciphertext)


def derive_key(password: bytes) -> bytes:
    """The 32 bytes that open every token of this password; takes two to nine seconds."""
    return hashlib.pbkdf2_hmac("sha256", password, _SALT, _ROUNDS, 32)


def open_token(token: Token, key: bytes) -> bytes | None:
    """The plaintext under a derived key, or None when the HMAC does not fit: another key, or damage."""
    from Crypto.Cipher import AES  # noqa: PLC0415 - 48 ms that only old files need
    from Crypto.Util.Padding import unpad  # noqa: PLC0415 - as above

    if not hmac.compare_digest(hmac.digest(key[:16], token.signed, "sha256"), token.mac):
        return None
    cipher = AES.new(key[16:], AES.MODE_CBC, token.vector)
    try:
        return bytes(unpad(cipher.decrypt(token.ciphertext), _BLOCK_BYTES))
    except ValueError:
        raise _damaged("its padding is wrong, so the tool that wrote it had a fault") from None


def _damaged(why: str) -> KeyfileDamaged:
    return KeyfileDamaged(
        "The Fernet token of this keyfile cannot be read.",
        why=f"{why[0].upper()}{why[1:]}.",
        fix="Restore it from a backup or from the recovery phrase.",
    )
