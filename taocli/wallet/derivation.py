"""Secret URIs: ``[phrase or 0xSEED][//hard|/soft]...[///password]``.

``//Alice`` without a phrase stands on the public development phrase, so anybody has that key; it is
refused unless the caller says that a development key is wanted. A step that reads as a number is
encoded as one, anything else as SCALE text (Substrate's ``DeriveJunction``). Everything after the first
``///`` is the phrase's password and may hold slashes; it does nothing to a seed.

Softly derived sr25519 keys have a random second half in every implementation: the public key and the first
32 bytes of the private key are the same each time, the rest is not.
"""

import hashlib
import re

from taocli.domain.errors import ValidationError
from taocli.wallet.keypair import ED25519, Keypair
from taocli.wallet.mnemonic import mini_secret, tidy_phrase

DEV_PHRASE = "bottom drive obey lake curtain smoke basket hold race lonely fit walk"
_DEV_SEED = "0xfac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e"
_PATH = re.compile(r"(?://?[^/]+)*")
_STEP = re.compile(r"(//?)([^/]+)")
_SEED = re.compile(r"0x[0-9a-fA-F]{64}")
_BARE_SEED = re.compile(r"[0-9a-fA-F]{64}")
_NUMBER = re.compile(r"\+?0*([0-9]{1,20})")  # 2**64 has 20 digits
_U64 = 1 << 64
_MOST_STEPS = 64  # people use three; each costs milliseconds, and a file could hold 30,000


def keypair_from_uri(uri: str, crypto_type: int, *, dev: bool = False) -> Keypair:
    """Derive the key; ``ValidationError`` for a malformed URI or a public key without ``dev``."""
    root, path, password = _parts(uri)
    if not dev and is_dev_uri(uri):
        raise ValidationError(
            "This URI stands on the public development phrase.",
            why="Everybody has the keys of //Alice and the like; funds on them are lost.",
            fix="Add --dev if you want a development key for a localnet.",
        )
    steps = _steps(path)
    key = Keypair.from_seed(_seed(root, password), crypto_type)
    for hard, chain_code in steps:
        key = _child(key, chain_code, hard=hard)
    return key


def is_dev_uri(uri: str) -> bool:
    """Whether everybody has the key: no phrase, or the development phrase or its seed by name."""
    root = _parts(uri)[0].strip()
    return not root or root.lower() == _DEV_SEED or tidy_phrase(root) == DEV_PHRASE


def _parts(uri: str) -> tuple[str, str, str]:
    """Phrase or seed, path with its slashes, and password."""
    body, _, password = uri.partition("///")
    root, slash, path = body.partition("/")
    return root, slash + path, password


def _steps(path: str) -> list[tuple[bool, bytes]]:
    """``(hard, chain code)`` of every step."""
    if not _PATH.fullmatch(path):
        raise ValidationError(
            "The derivation path is malformed.",
            why="Steps are //hard or /soft with at least one character each.",
            fix="Write it like //stash//0.",
        )
    steps = _STEP.findall(path)
    if len(steps) > _MOST_STEPS:
        raise ValidationError(
            f"The derivation path has {len(steps)} steps.",
            why=f"taocli derives through at most {_MOST_STEPS}.",
            fix="Check that the text is a secret URI.",
        )
    return [(slashes == "//", _chain_code(step)) for slashes, step in steps]


def _seed(root: str, password: str) -> bytes:
    root = root.strip()
    if root.startswith("0x"):
        if not _SEED.fullmatch(root):
            raise ValidationError(
                "The seed in the URI is not 32 bytes of hexadecimal.",
                why="Behind 0x there must be exactly 64 digits 0-9 and a-f.",
                fix="Check that nothing was cut off.",
            )
        return bytes.fromhex(root[2:])
    if _BARE_SEED.fullmatch(root):
        raise ValidationError(
            "The URI starts with hexadecimal digits, which are no recovery phrase.",
            why="A seed in a URI has 0x in front of it.",
            fix="Put 0x in front, if it is a seed.",
        )
    if tidy_phrase(root) != " ".join(root.lower().split()):
        raise ValidationError(
            "The phrase in the URI has more in it than words.",
            why="Numbers and signs between words are forgiven only where a phrase stands alone.",
            fix="Write the words with blanks between them and nothing else.",
        )
    return mini_secret(root or DEV_PHRASE, password)


def _child(key: Keypair, chain_code: bytes, *, hard: bool) -> Keypair:
    if key.crypto_type == ED25519:
        if not hard:
            raise ValidationError(
                "ed25519 keys have no soft derivation.",
                why="Only sr25519 can derive a child without the secret.",
                fix="Use // in front of the step.",
            )
        prefix = bytes([len(b"Ed25519HDKD") << 2]) + b"Ed25519HDKD"
        child = hashlib.blake2b(prefix + key.private_key + chain_code, digest_size=32).digest()
        return Keypair.from_seed(child, ED25519)
    import sr25519  # noqa: PLC0415 - only making keys needs it

    derive = sr25519.hard_derive_keypair if hard else sr25519.derive_keypair
    _, public, private = derive((chain_code, key.public_key, key.private_key), b"")
    return Keypair(bytes(public), key.crypto_type, bytes(private))


def _chain_code(step: str) -> bytes:
    """32 bytes of a step: a u64 if Rust would parse one (``7``, ``007``, ``+7``), else SCALE text."""
    number = _NUMBER.fullmatch(step)
    if number is not None and int(number.group(1)) < _U64:
        return int(number.group(1)).to_bytes(32, "little")
    try:
        text = step.encode()
    except UnicodeEncodeError:
        raise ValidationError(
            "A step of the derivation path is not text.",
            why="It holds bytes that are not UTF-8.",
            fix="Type it again on a UTF-8 terminal.",
        ) from None
    encoded = _compact(len(text)) + text
    if len(encoded) > 32:
        return hashlib.blake2b(encoded, digest_size=32).digest()
    return encoded.ljust(32, b"\0")


def _compact(number: int) -> bytes:
    """SCALE's compact form of a length below 2**30, more than any argument can hold."""
    if number < 1 << 6:
        return bytes([number << 2])
    if number < 1 << 14:
        return (number << 2 | 1).to_bytes(2, "little")
    return (number << 2 | 2).to_bytes(4, "little")
