"""Shielded transactions: a signed extrinsic that only a coming block's author can read.

    key hash (16) ‖ length of the next part (u16, little-endian) ‖ ML-KEM-768 ciphertext ‖ nonce (24) ‖ sealed

The key hash is xxhash128 of the author's public key, which the chain publishes as ``NextKey``. ML-KEM agrees
on 32 bytes, and with these XChaCha20-Poly1305 seals the extrinsic, length prefix included, with nothing
authenticated beside it. Source: Subtensor spec 425, ``pallets/shield`` and ``primitives/shield``.

A real author makes a new key for every block of its own and forgets the old ones. The author here turns a
ring of keys that anybody can compute from this file: no stranger can read the pool of a dev chain, and a
client that is some blocks late is still understood.
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError

from taocli.localnet.frame.storage import twox_128
from taocli.localnet.pallets.ml_kem import (
    CIPHERTEXT_BYTES,
    PUBLIC_KEY_BYTES,
    KeyPair,
    decapsulate,
    encapsulate,
    generate,
)

KEY_BYTES = PUBLIC_KEY_BYTES
KEY_HASH_BYTES = 16
NONCE_BYTES = 24
LEAST_BYTES = KEY_HASH_BYTES + 2 + CIPHERTEXT_BYTES + NONCE_BYTES + 16
"""No ciphertext that can be opened is shorter; the last 16 are Poly1305's."""
RING = 16
"""Keys of the author; twice the eight blocks for which a shielded transaction may live."""


@dataclass(frozen=True, slots=True)
class Shielded:
    """A ciphertext taken apart."""

    key_hash: bytes
    kem: bytes
    nonce: bytes
    sealed: bytes

    @classmethod
    def parse(cls, ciphertext: bytes) -> "Shielded | None":
        """Take a ciphertext apart by its lengths alone; None when it is too short for them."""
        start = KEY_HASH_BYTES + 2
        length = int.from_bytes(ciphertext[KEY_HASH_BYTES:start], "little")
        end = start + length + NONCE_BYTES
        if len(ciphertext) < max(end, start):
            return None
        kem = ciphertext[start : start + length]
        return cls(
            ciphertext[:KEY_HASH_BYTES], kem, ciphertext[end - NONCE_BYTES : end], ciphertext[end:]
        )

    def encode(self) -> bytes:
        """The ciphertext in one piece."""
        length = len(self.kem).to_bytes(2, "little")
        return self.key_hash + length + self.kem + self.nonce + self.sealed

    def open(self, secret: bytes) -> bytes | None:
        """What is inside, with the ML-KEM secret key; None for another key or changed bytes."""
        if len(self.kem) != CIPHERTEXT_BYTES:
            return None
        shared = decapsulate(secret, self.kem)
        try:
            return bytes(
                crypto_aead_xchacha20poly1305_ietf_decrypt(self.sealed, b"", self.nonce, shared)
            )
        except (CryptoError, ValueError):  # ValueError: shorter than an authenticator
            return None


def shield(public: bytes, plain: bytes, randomness: bytes) -> bytes:
    """The ciphertext of ``plain`` for a public key, as clients make it; 56 random bytes."""
    shared, kem = encapsulate(public, randomness[:32])
    nonce = randomness[32 : 32 + NONCE_BYTES]
    sealed = crypto_aead_xchacha20poly1305_ietf_encrypt(plain, b"", nonce, shared)
    return Shielded(twox_128(public), kem, nonce, sealed).encode()


def key_of_block(number: int) -> KeyPair:
    """The key that the author announces in a block."""
    return _ring_key(number % RING)


def open_with_ring(shielded: Shielded) -> bytes | None:
    """What is inside a ciphertext for any of the author's keys, else None."""
    for place in range(RING):
        pair = _ring_key(place)
        if twox_128(pair.public) == shielded.key_hash:
            return shielded.open(pair.secret)
    return None


@lru_cache(maxsize=RING)
def _ring_key(place: int) -> KeyPair:
    seeds = [sha256(f"taocli localnet shield {half} {place}".encode()).digest() for half in "dz"]
    return generate(*seeds)
