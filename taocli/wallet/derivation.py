"""Secret URIs: ``[phrase or 0xSEED][//hard|/soft]...[///password]``.

``//Alice`` without a phrase stands on the public development phrase, so anybody has that key; it is
refused unless the caller says that a development key is wanted. A junction that reads as a number is
encoded as one, anything else as SCALE text (Substrate's ``DeriveJunction``).
"""

import hashlib
import re

from taocli.domain.errors import ValidationError
from taocli.wallet.keypair import ED25519, Keypair
from taocli.wallet.mnemonic import mini_secret

DEV_PHRASE = "bottom drive obey lake curtain smoke basket hold race lonely fit walk"
_JUNCTION = re.compile(r"(//?)([^/]+)")
_NUMBER = re.compile(r"\+?[0-9]+")
_U64 = 1 << 64


def keypair_from_uri(uri: str, crypto_type: int, *, dev: bool = False) -> Keypair:
    """Derive the key; ``ValidationError`` for a malformed URI or a public key without ``dev``."""
    body, _, password = uri.partition("///")
    phrase, path = _split(body)
    if not phrase and not dev:
        raise ValidationError(
            "This URI stands on the public development phrase.",
            why="Everybody has the keys of //Alice and the like; funds on them are lost.",
            fix="Add --dev if you want a development key for a localnet.",
        )
    key = Keypair.from_seed(_seed(phrase or DEV_PHRASE, password), crypto_type)
    position = 0
    for match in _JUNCTION.finditer(path):
        if match.start() != position:
            break
        position = match.end()
        key = _derive(key, match.group(2), hard=match.group(1) == "//")
    if position != len(path):
        raise ValidationError(
            "The derivation path is malformed.",
            why="Steps are //hard or /soft with at least one character each.",
            fix="Write it like //stash//0.",
        )
    return key


def _split(body: str) -> tuple[str, str]:
    cut = body.find("/")
    return (body, "") if cut < 0 else (body[:cut], body[cut:])


def _seed(phrase: str, password: str) -> bytes:
    if not phrase.startswith("0x"):
        return mini_secret(phrase, password)
    try:
        return bytes.fromhex(phrase[2:])
    except ValueError:
        raise ValidationError(
            "The seed is not hexadecimal.", fix="Write 0x and 64 hexadecimal digits."
        ) from None


def _derive(key: Keypair, junction: str, *, hard: bool) -> Keypair:
    code = _chain_code(junction)
    if key.crypto_type == ED25519:
        if not hard:
            raise ValidationError(
                "ed25519 keys have no soft derivation.",
                why="Only sr25519 can derive a child without the secret.",
                fix="Use // in front of the step.",
            )
        prefix = bytes([len(b"Ed25519HDKD") << 2]) + b"Ed25519HDKD"
        child = hashlib.blake2b(prefix + key.private_key + code, digest_size=32).digest()
        return Keypair.from_seed(child, ED25519)
    import sr25519  # noqa: PLC0415 - only making keys needs it

    derive = sr25519.hard_derive_keypair if hard else sr25519.derive_keypair
    _, public, private = derive((code, key.public_key, key.private_key), b"")
    return Keypair(bytes(public), key.crypto_type, bytes(private))


def _chain_code(junction: str) -> bytes:
    if _NUMBER.fullmatch(junction) and int(junction) < _U64:
        return int(junction).to_bytes(8, "little").ljust(32, b"\0")
    text = junction.encode()
    encoded = _compact(len(text)) + text
    if len(encoded) > 32:
        return hashlib.blake2b(encoded, digest_size=32).digest()
    return encoded.ljust(32, b"\0")


def _compact(number: int) -> bytes:
    if number < 1 << 6:
        return bytes([number << 2])
    if number < 1 << 14:
        return (number << 2 | 1).to_bytes(2, "little")
    return (number << 2 | 2).to_bytes(4, "little")
