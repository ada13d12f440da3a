"""Timelock encryption: content that opens with the signature drand publishes for a round.

Clients encrypt to the round's number with drand quicknet's public key, which is built into them
(``bittensor-drand`` and ``bittensor-core`` do not ask the chain for it). What they send is, in arkworks'
compressed encoding, ``U ‖ V ‖ W ‖ body ‖ suite``: the identity-based encryption of an AES key
(Boneh and Franklin's FullIdent), then what that key encrypts. With the round's signature S

    sigma = V xor sha256(e(S, U))      key = W xor sha256(sigma)      U must be sha256(sigma ‖ key) · G

Nobody can open it earlier: not the sender, not this chain. So on a chain without a way to drand, what
real clients commit stays closed and expires, unless somebody brings the true pulse (``Drand.write_pulse``).

For tools of our own there is the *dev envelope*: ``DEV_MARK`` and the plain content. It hides nothing;
the chain keeps it shut until the round has come, and that is all. Source: ideal-lab5 ``timelock``
(``tlock.rs``, ``ibe/fullident.rs``, ``stream_ciphers.rs``), which Subtensor spec 425 decrypts with.
"""

from hashlib import sha256

from Crypto.Cipher import AES

from taocli.domain.errors import ValidationError
from taocli.localnet.pallets.drand_pairing import (
    R,
    pairing,
    read_g1,
    read_g2,
    serialize,
    times_generator,
)

DEV_MARK = b"taocli dev envelope\0"
_POINT_BYTES = 96
_HASH_BYTES = 32
_TAG_BYTES = 16
_NONCE_BYTES = 12


def dev_envelope(content: bytes) -> bytes:
    """Content in the form that only this chain opens, when its round has come."""
    return DEV_MARK + content


def open_dev_envelope(sealed: bytes) -> bytes | None:
    """What a dev envelope holds, None for anything else."""
    return sealed.removeprefix(DEV_MARK) if sealed.startswith(DEV_MARK) else None


def open_timelock(sealed: bytes, signature: bytes) -> bytes | None:
    """What opens with a round's signature, None when it does not open with this one."""
    try:
        point_bytes, rest = sealed[:_POINT_BYTES], sealed[_POINT_BYTES:]
        point, identity = read_g2(point_bytes), read_g1(signature)
        hidden_sigma, rest = _take_bytes(rest)
        hidden_key, rest = _take_bytes(rest)
        body, _ = _take_bytes(rest)  # then the cipher's name: there is but one
        encrypted, after = _take_bytes(body)
        nonce, _ = _take_bytes(after)
    except ValidationError:
        return None
    if not len(hidden_sigma) == len(hidden_key) == _HASH_BYTES or len(nonce) != _NONCE_BYTES:
        return None
    sigma = _xor(hidden_sigma, sha256(serialize(pairing(identity, point))).digest())
    key = _xor(hidden_key, sha256(sigma).digest())
    if times_generator(int.from_bytes(sha256(sigma + key).digest(), "big") % R) != point:
        return None
    cipher = AES.new(key, AES.MODE_GCM, nonce=nonce)
    try:
        return cipher.decrypt_and_verify(encrypted[:-_TAG_BYTES], encrypted[-_TAG_BYTES:])
    except ValueError:  # the tag does not match
        return None


def _take_bytes(data: bytes) -> tuple[bytes, bytes]:
    """A byte string after its length in eight bytes, and what follows it."""
    end = 8 + int.from_bytes(data[:8], "little")
    if len(data) < end or len(data) < 8:
        raise ValidationError(
            "The ciphertext ends early.",
            "Each of its parts stands after its length.",
            "Send the ciphertext as the encryption gave it.",
        )
    return data[8:end], data[end:]


def _xor(first: bytes, second: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(first, second, strict=True))
