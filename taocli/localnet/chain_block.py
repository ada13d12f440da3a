"""Headers and blocks as they are hashed, stored and sent.

A header closes over its parent, the state after the block, the extrinsics in it and a digest of
consensus items. Its BLAKE2-256 hash over the SCALE encoding is the block's identity.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

AURA = b"aura"
_PRE_RUNTIME = 6
_SEAL = 5
_CONSENSUS = 4
_HASH = 32

NO_PARENT = bytes(32)


def blake2_256(data: bytes) -> bytes:
    """The chain's hash of blocks and extrinsics."""
    return blake2b(data, digest_size=32).digest()


def compact(value: int) -> bytes:
    """A SCALE compact integer: lengths, block numbers, times."""
    if value < 1 << 6:
        return (value << 2).to_bytes(1, "little")
    if value < 1 << 14:
        return (value << 2 | 1).to_bytes(2, "little")
    if value < 1 << 30:
        return (value << 2 | 2).to_bytes(4, "little")
    width = (value.bit_length() + 7) // 8
    return bytes([(width - 4) << 2 | 3]) + value.to_bytes(width, "little")


def read_compact(data: bytes, at: int = 0) -> tuple[int, int]:
    """The compact integer at a position and the position behind it; ``ValueError`` when cut off."""
    mode = data[at] & 3 if at < len(data) else 0
    start, width = (at + 1, (data[at] >> 2) + 4) if mode == 3 else (at, 1 << mode)
    if start + width > len(data):
        raise ValueError("A compact integer is cut off.")
    value = int.from_bytes(data[start : start + width], "little")
    return value if mode == 3 else value >> 2, start + width


def pre_runtime(slot: int) -> bytes:
    """The digest item that names the Aura slot of a block."""
    return bytes([_PRE_RUNTIME]) + AURA + compact(8) + slot.to_bytes(8, "little")


def seal(signature: bytes) -> bytes:
    """The digest item that carries the author's signature (64 bytes)."""
    return bytes([_SEAL]) + AURA + compact(len(signature)) + signature


def extrinsics_root(extrinsics: Sequence[bytes]) -> bytes:
    """A hash over the extrinsics in order; not a Merkle root, as nobody asks for proofs here."""
    return blake2_256(compact(len(extrinsics)) + b"".join(blake2_256(item) for item in extrinsics))


@dataclass(frozen=True, slots=True)
class Header:
    """A block's header; hashes are 32 raw bytes, ``digest`` holds encoded digest items."""

    parent_hash: bytes
    number: int
    state_root: bytes
    extrinsics_root: bytes
    digest: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        """The SCALE form: parent, compact number, two roots, digest."""
        return b"".join(
            (
                self.parent_hash,
                compact(self.number),
                self.state_root,
                self.extrinsics_root,
                compact(len(self.digest)),
                *self.digest,
            )
        )

    @classmethod
    def decode(cls, encoded: bytes) -> "Header":
        """The header that ``encode`` made these bytes of; ``ValueError`` when it cannot have."""
        number, at = read_compact(encoded, _HASH)
        state_root, extrinsics, at = (
            encoded[at : at + _HASH],
            encoded[at + _HASH :][:_HASH],
            at + 64,
        )
        count, at = read_compact(encoded, at)
        digest = []
        for _ in range(count):
            end = _end_of_item(encoded, at)
            digest.append(encoded[at:end])
            at = end
        if at != len(encoded):
            raise ValueError("A header does not end where its digest does.")
        return cls(encoded[:_HASH], number, state_root, extrinsics, tuple(digest))

    @property
    def hash(self) -> bytes:
        """BLAKE2-256 of the encoding."""
        return blake2_256(self.encode())

    def sealed(self, signature: bytes) -> "Header":
        """The same header with the author's seal as the last digest item."""
        return replace(self, digest=(*self.digest, seal(signature)))


@dataclass(frozen=True, slots=True)
class Block:
    """A sealed block; ``extrinsics`` are full byte strings with their length prefix."""

    header: Header
    hash: bytes
    extrinsics: tuple[bytes, ...]

    @property
    def number(self) -> int:
        """The block's height."""
        return self.header.number


def _end_of_item(encoded: bytes, at: int) -> int:
    """Where the digest item at a position ends: a kind, an engine's name, bytes with their length."""
    if encoded[at : at + 1] not in {bytes([kind]) for kind in (_PRE_RUNTIME, _CONSENSUS, _SEAL)}:
        raise ValueError("A digest item is of no known kind.")
    length, start = read_compact(encoded, at + 1 + len(AURA))
    return start + length
