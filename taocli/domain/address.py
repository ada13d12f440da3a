"""SS58 addresses: the text form of a 32-byte public key.

Text is base58 of ``prefix byte + 32 key bytes + 2 checksum bytes``; the checksum is the start of
BLAKE2b-512 over ``SS58PRE`` and the body (Substrate's SS58 registry). Bittensor uses prefix 42.
"""

import hashlib
from dataclasses import dataclass

from taocli.domain.errors import InvalidAddress

PREFIX = 42
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """An account: 32 bytes, shown as SS58 text with prefix 42."""

    public_key: bytes

    def __post_init__(self) -> None:
        if len(self.public_key) != 32:
            raise InvalidAddress(f"An account has 32 bytes, not {len(self.public_key)}.")

    def __str__(self) -> str:
        return self.ss58

    @property
    def ss58(self) -> str:
        """The address as text."""
        return encode_ss58(self.public_key, PREFIX)

    @property
    def short(self) -> str:
        """The first and last four characters, for narrow columns."""
        text = self.ss58
        return f"{text[:4]}…{text[-4:]}"

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read SS58 text; an address of another network is refused with its 42 form."""
        prefix, key = decode_ss58(text)
        if prefix != PREFIX:
            raise InvalidAddress(
                f"{text} is an address of another network (prefix {prefix}).",
                why=f"Bittensor addresses have prefix {PREFIX} and start with 5.",
                fix=f"If you own the key, its Bittensor address is {encode_ss58(key, PREFIX)}.",
            )
        return cls(key)


ZERO_ADDRESS = Address(bytes(32))


def encode_ss58(public_key: bytes, prefix: int) -> str:
    """Encode 32 key bytes under a network prefix of 0 to 16383."""
    if prefix < 64:
        body = bytes([prefix]) + public_key
    else:
        first = ((prefix & 0b1111_1100) >> 2) | 0b0100_0000
        second = (prefix >> 8) | ((prefix & 0b11) << 6)
        body = bytes([first, second]) + public_key
    number = int.from_bytes(body + _checksum(body), "big")
    digits = ""
    while number:
        number, digit = divmod(number, 58)
        digits = _ALPHABET[digit] + digits
    leading = len(body) - len(body.lstrip(b"\0"))
    return "1" * leading + digits


def decode_ss58(text: str) -> tuple[int, bytes]:
    """Return ``(prefix, 32 key bytes)``; raise ``InvalidAddress`` on anything else."""
    if not 35 <= len(text) <= 60 or any(character not in _VALUES for character in text):
        raise _invalid(text, "it is not base58 text of the right length")
    number = 0
    for character in text:
        number = number * 58 + _VALUES[character]
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    raw = bytes(len(text) - len(text.lstrip("1"))) + raw
    if len(raw) == 35:
        prefix, body = raw[0], raw[:33]
    elif len(raw) == 36 and raw[0] & 0b0100_0000:
        prefix = ((raw[0] & 0b0011_1111) << 2) | (raw[1] >> 6) | ((raw[1] & 0b0011_1111) << 8)
        body = raw[:34]
    else:
        raise _invalid(text, "it does not hold a 32-byte key")
    if raw[len(body) :] != _checksum(body):
        raise _invalid(text, "its checksum is wrong, so a character was mistyped or lost")
    return prefix, body[-32:]


def _checksum(body: bytes) -> bytes:
    return hashlib.blake2b(b"SS58PRE" + body).digest()[:2]


def _invalid(text: str, why: str) -> InvalidAddress:
    return InvalidAddress(
        f"{_shown(text)} is not an SS58 address.",
        why=f"{why[0].upper()}{why[1:]}.",
        fix="Copy the whole address; Bittensor addresses start with 5 and have 48 characters.",
    )


def _shown(text: str) -> str:
    """The text, unless it may be a secret in the wrong place: a phrase, a seed or a key."""
    digits = text.removeprefix("0x")
    if any(character.isspace() for character in text) or all(
        digit in "0123456789abcdefABCDEF" for digit in digits
    ):
        return "What was given"
    return repr(text if len(text) <= 60 else text[:57] + "…")
