"""Messages that people sign, and messages that only one key can read.

A signature is over the message's bytes exactly as they are. Browser extensions sign ``<Bytes>...</Bytes>``
around them instead, so that no message can be mistaken for a transaction; both are accepted here. Chains
write a signature with its kind in front (``MultiSignature``: 0 ed25519, 1 sr25519), 65 bytes in all.

Sealed messages are libsodium's sealed boxes to the X25519 form of an ed25519 key: anybody can write one,
nobody can tell who did. sr25519 keys have no such form.
"""

import re

from taocli.domain.address import Address
from taocli.domain.errors import UnsupportedKey, ValidationError
from taocli.wallet.keypair import ED25519, SR25519, Keypair, verify

_OPEN, _CLOSE = b"<Bytes>", b"</Bytes>"
_SIGNATURE_BYTES = 64
_HEX = re.compile(r"(?:0x)?((?:[0-9a-fA-F]{2})+)")
SEAL_BYTES = 48  # what sealing adds: a fresh public key and a tag


def sign_message(key: Keypair, message: bytes) -> bytes:
    """64 bytes over exactly these bytes, neither wrapped nor hashed, as both official tools sign.

    A transaction is signed as bytes too: a caller must not pass bytes that its user cannot read.
    """
    return key.sign(message)


def verify_message(
    address: Address, message: bytes, signature: bytes, crypto_type: int | None = None
) -> bool:
    """Whether the account signed the message, plain or wrapped; of either kind unless one is given.

    ``signature`` has 64 bytes, or 65 with its kind in front. Anything malformed is False.
    """
    kinds: tuple[int, ...] = (SR25519, ED25519) if crypto_type is None else (crypto_type,)
    if len(signature) == _SIGNATURE_BYTES + 1:
        kinds = tuple(kind for kind in kinds if kind == signature[0])
        signature = signature[1:]
    return any(
        verify(address.public_key, form, signature, kind)
        for kind in kinds
        for form in _forms(message)
        if kind in {ED25519, SR25519}
    )


def parse_signature(text: str) -> bytes:
    """64 or 65 bytes of hexadecimal, with or without 0x; ``ValidationError`` for anything else."""
    match = _HEX.fullmatch(text.strip())
    if match is None:
        raise ValidationError(
            "The signature is not hexadecimal.",
            why="It may hold only pairs of the digits 0-9 and a-f, behind 0x or not.",
            fix="Copy the whole line that the signer was shown.",
        )
    signature = bytes.fromhex(match.group(1))
    if len(signature) not in {_SIGNATURE_BYTES, _SIGNATURE_BYTES + 1}:
        raise ValidationError(
            f"The signature has {len(signature)} bytes.",
            why=f"A signature has {_SIGNATURE_BYTES} bytes, or one more with its kind in front.",
            fix="Copy the whole line that the signer was shown.",
        )
    return signature


def seal(recipient: Address, message: bytes) -> bytes:
    """Encrypt so that only the holder of an ed25519 key can read; ``SEAL_BYTES`` longer.

    An address does not say its kind. Most sr25519 ones are refused as no point of the curve, but about
    one in sixteen passes, and then nobody could read the message: ask for the kind where it matters.
    """
    from nacl.exceptions import CryptoError  # noqa: PLC0415 - 27 ms that signing with sr25519 never needs
    from nacl.public import SealedBox  # noqa: PLC0415
    from nacl.signing import VerifyKey  # noqa: PLC0415

    try:
        key = VerifyKey(recipient.public_key).to_curve25519_public_key()
        return bytes(SealedBox(key).encrypt(message))
    except CryptoError:
        raise UnsupportedKey(
            f"Nothing can be encrypted to {recipient}.",
            why="It is no usable ed25519 key, so most likely an sr25519 one; those cannot decrypt.",
            fix="Ask for the address of an ed25519 key.",
        ) from None


def open_sealed(key: Keypair, ciphertext: bytes) -> bytes:
    """The message of a sealed box; ``UnsupportedKey`` for sr25519, else ``ValidationError``."""
    if key.crypto_type != ED25519:
        raise UnsupportedKey(
            "An sr25519 key cannot decrypt messages.",
            why="Sealed messages are made for ed25519 keys, which can be turned into X25519 ones.",
            fix="Use an ed25519 key, and have the sender encrypt to its address.",
        )
    from nacl.exceptions import CryptoError  # noqa: PLC0415 - see seal
    from nacl.public import SealedBox  # noqa: PLC0415
    from nacl.signing import SigningKey  # noqa: PLC0415

    try:
        box = SealedBox(SigningKey(key.private_key).to_curve25519_private_key())
        return bytes(box.decrypt(ciphertext))
    except (CryptoError, TypeError):
        raise ValidationError(
            "The message cannot be decrypted.",
            why="It was sealed for another key, or it is damaged or cut short.",
            fix=f"Check that it was encrypted to {key.address}, and that all of it was copied.",
        ) from None


def _forms(message: bytes) -> tuple[bytes, ...]:
    """What may have been signed: the message, wrapped, and without a wrapping that it has already."""
    plain = (message, _OPEN + message + _CLOSE)
    wrapped = message.startswith(_OPEN) and message.endswith(_CLOSE)
    return (*plain, message[len(_OPEN) : -len(_CLOSE)]) if wrapped else plain
