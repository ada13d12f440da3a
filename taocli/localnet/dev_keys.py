"""The well-known development keys: //Alice, //Bob and everybody else derived from one public phrase.

Anybody can sign with these keys, on every Substrate chain; they hold money on localnets only. A name is
a hard junction of the phrase "bottom drive obey lake curtain smoke basket hold race lonely fit walk".
"""

from dataclasses import dataclass

import sr25519

from taocli.domain.address import Address

_DEV_SEED = bytes.fromhex("fac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e")


@dataclass(frozen=True, slots=True)
class DevKey:
    """An sr25519 key that is no secret; ``name`` is its URI without slashes."""

    name: str
    public_key: bytes
    secret_key: bytes

    @property
    def address(self) -> Address:
        """The account of the key."""
        return Address(self.public_key)

    @property
    def crypto_type(self) -> int:
        """1: sr25519."""
        return 1

    def sign(self, message: bytes) -> bytes:
        """An sr25519 signature, 64 bytes, in the context ``substrate``."""
        signature: bytes = sr25519.sign((self.public_key, self.secret_key), message)
        return signature


def dev_key(name: str) -> DevKey:
    """The key of ``//NAME``; names up to 31 characters."""
    public_key, secret_key = sr25519.pair_from_seed(_DEV_SEED)
    raw = name.encode()
    junction = (bytes([len(raw) << 2]) + raw).ljust(32, b"\0")
    _, public_key, secret_key = sr25519.hard_derive_keypair((junction, public_key, secret_key), b"")
    return DevKey(name, public_key, secret_key)
