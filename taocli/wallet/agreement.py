"""A second opinion before a key is trusted: each step done again by code that shares nothing with the first.

A binding that is broken or tampered with agrees with itself: it signs, and its signatures verify. So every
answer of the fast route is compared with another author's.

    step                     first route             second route
    phrase -> entropy        bip39 (Rust)            bip-utils (Python)
    entropy -> mini-secret   bip39 (Rust)            hashlib (OpenSSL)
    sr25519 seed -> key      sr25519 (schnorrkel)    hashlib, libsodium and ``ristretto``
    sr25519 derivation       sr25519 (schnorrkel)    ``merlin`` and ``schnorrkel`` in plain Python
    ed25519 seed -> key      libsodium (PyNaCl)      pycryptodome (bip-utils would call PyNaCl too)
    ed25519 derivation       hashlib                 pycryptodome
    signature                sr25519, libsodium      equation with the secret scalar, pycryptodome

What they share is this machine and Python itself; a compromise of those is out of reach. All checks together
cost about 0.3 s, nearly all of it the import of bip-utils.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from taocli.domain.errors import KeyDisagreement
from taocli.wallet.derivation import DEV_PHRASE
from taocli.wallet.keypair import ED25519, Keypair, verify
from taocli.wallet.ristretto import ORDER
from taocli.wallet.schnorrkel import SecretScalar, expand, hard_child, signature_holds, soft_child

_PROBE = b"taocli key check"


def check_phrase_key(phrase: str, key: Keypair, password: str = "") -> None:
    """Refuse a key that the second route does not find in the same phrase and BIP-39 password."""
    check_seed_key(_phrase_seed(phrase, password), key)


def check_seed_key(seed: bytes, key: Keypair) -> None:
    """Refuse a key that the second route does not make of the same 32-byte mini-secret."""
    if key.crypto_type == ED25519:
        _compare(key, _ed25519_public(seed), seed)
    else:
        _compare_scalar(key, expand(seed))


def check_private_key(key: Keypair) -> None:
    """Refuse a key whose public half does not belong to its private half."""
    if key.crypto_type == ED25519:
        _compare(key, _ed25519_public(key.private_key), key.private_key)
    else:
        _compare_scalar(key, _stored_scalar(key))


def check_uri_key(uri: str, key: Keypair, *, dev: bool = False) -> None:
    """Refuse a key that a second reading of the secret URI, and a second derivation, do not give.

    ``dev`` allows URIs without a phrase, which stand on the public development phrase.
    """
    body, _, password = uri.partition("///")
    start, slash, path = body.partition("/")
    root = start.strip()
    if not root and not dev:
        raise _refused("the URI stands on the public development phrase")
    by_seed = root.startswith("0x")
    seed = _unhex(root[2:]) if by_seed else _phrase_seed(root or DEV_PHRASE, password)
    steps = list(_steps(slash + path))
    if key.crypto_type == ED25519:
        for hard, chain_code in steps:
            seed = _ed25519_child(seed, chain_code, hard=hard)
        check_seed_key(seed, key)
        return
    secret = expand(seed)
    for hard, chain_code in steps:
        secret = (hard_child if hard else soft_child)(secret, chain_code)
    _compare_scalar(key, secret)


def check_signing(key: Keypair) -> None:
    """Refuse a key whose signatures do not hold, judged by its own library and by the second route."""
    check_private_key(key)
    signature = key.sign(_PROBE)
    if key.crypto_type == ED25519:
        from Crypto.Signature import eddsa  # noqa: PLC0415 - 50 ms, only when keys are made

        holds = signature == eddsa.new(_ed25519(key.private_key), "rfc8032").sign(_PROBE)
    else:
        holds = signature_holds(_stored_scalar(key), _PROBE, signature)
    if not holds or not verify(key.public_key, _PROBE, signature, key.crypto_type):
        raise _refused("its signatures do not hold")
    if verify(key.public_key, _PROBE + b"!", signature, key.crypto_type):
        raise _refused("its signatures hold for other messages too")


def _phrase_seed(phrase: str, password: str) -> bytes:
    """The mini-secret: PBKDF2 over the entropy, with the password's bytes as they are (no NFKD)."""
    # 260 ms, so only when keys are made
    from bip_utils import Bip39Languages, Bip39MnemonicDecoder  # noqa: PLC0415

    try:
        words = " ".join(phrase.lower().split())
        entropy = bytes(Bip39MnemonicDecoder(Bip39Languages.ENGLISH).Decode(words))
        salt = b"mnemonic" + password.encode()
    except ValueError:
        raise _refused("the second route finds the phrase invalid") from None
    return hashlib.pbkdf2_hmac("sha512", entropy, salt, 2048, 64)[:32]


def _unhex(digits: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise _refused("the second route cannot read the URI's seed") from None


def _steps(path: str) -> Iterator[tuple[bool, bytes]]:
    """``(hard, chain code)`` of each junction; an empty piece between slashes makes the next one hard."""
    hard = False
    for piece in path.split("/")[1:]:
        if piece:
            yield hard, _chain_code(piece)
        elif hard:
            break
        hard = not piece
    if hard:
        raise _refused("the second route finds an empty step in the URI")


def _chain_code(piece: str) -> bytes:
    digits = piece.removeprefix("+")
    if digits.isascii() and digits.isdigit() and len(digits.lstrip("0")) <= 20:
        number = int(digits.lstrip("0") or "0")
        if number < 2**64:
            return number.to_bytes(32, "little")
    # 260 ms, only when keys are made
    from bip_utils.substrate.scale import SubstrateScaleBytesEncoder  # noqa: PLC0415

    try:
        encoded = bytes(SubstrateScaleBytesEncoder.Encode(piece))
    except ValueError:
        raise _refused("the second route cannot encode a step of the URI") from None
    return encoded.ljust(32, b"\0") if len(encoded) <= 32 else _blake2b(encoded)


def _ed25519_child(seed: bytes, chain_code: bytes, *, hard: bool) -> bytes:
    if not hard:
        raise _refused("ed25519 keys have no soft derivation")
    return _blake2b(b"\x2cEd25519HDKD" + seed + chain_code)  # 0x2c: SCALE's length 11


def _blake2b(data: bytes) -> bytes:
    from Crypto.Hash import BLAKE2b  # noqa: PLC0415 - only when keys are made

    return BLAKE2b.new(digest_bits=256, data=data).digest()


def _ed25519_public(seed: bytes) -> bytes:
    return bytes(_ed25519(seed).public_key().export_key(format="raw"))


def _ed25519(seed: bytes) -> Any:
    from Crypto.PublicKey import ECC  # noqa: PLC0415 - 50 ms, only when keys are made

    try:
        # its stubs say an integer, its manual and its code say bytes
        return ECC.construct(curve="Ed25519", seed=seed)  # type: ignore[arg-type]
    except ValueError:
        raise _refused("its seed does not have 32 bytes") from None


def _stored_scalar(key: Keypair) -> SecretScalar:
    return SecretScalar(int.from_bytes(key.private_key[:32], "little"), key.private_key[32:])


def _compare_scalar(key: Keypair, secret: SecretScalar) -> None:
    if not 0 < secret.scalar < ORDER or len(key.private_key) != 64:
        raise _refused("its private half is no sr25519 secret")
    _compare(key, secret.public_key, secret.stored)


def _compare(key: Keypair, public: bytes, private: bytes) -> None:
    """``private`` may lack its random second half, that of a softly derived sr25519 key."""
    if public != key.public_key:
        raise _refused("two independent calculations give different public keys")
    if not private or not key.private_key.startswith(private):
        raise _refused("two independent calculations give different private keys")


def _refused(why: str) -> KeyDisagreement:
    return KeyDisagreement(
        "The key was refused, because a check of it failed.",
        why=f"Two routes that share no code must lead to the same key; here {why}.",
        fix="Do not use this key. Install taocli anew in an empty environment, from a source that you "
        "trust, and try again; a recovery phrase that you hold is not affected.",
    )
