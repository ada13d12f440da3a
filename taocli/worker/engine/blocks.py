"""Who holds which block of attention memory.

The cache is cut into blocks of ``block_size`` positions. A block is free, or held by one or more
sequences (reference counted). A full block is published under a hash of all tokens up to its end, so a
later prompt that begins with the same tokens takes the block instead of computing it. A published block
that nobody holds stays findable until its space is needed; the one unused for longest goes first.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence as Run

from taocli.domain.errors import WorkerError


def chain_hashes(tokens: Run[int], block_size: int, known: Run[bytes] = ()) -> list[bytes]:
    """The hashes of the full blocks after ``known``; each covers everything before it too."""
    hashes: list[bytes] = []
    previous = known[-1] if known else b""
    for start in range(len(known) * block_size, len(tokens) - block_size + 1, block_size):
        content = b"".join(
            token.to_bytes(4, "little") for token in tokens[start : start + block_size]
        )
        previous = hashlib.blake2b(previous + content, digest_size=16).digest()
        hashes.append(previous)
    return hashes


class BlockPool:
    """Reference counts, the free list and the table of published blocks."""

    def __init__(self, count: int, block_size: int) -> None:
        self.block_size = block_size
        self._holders = [0] * count
        self._free: OrderedDict[int, None] = OrderedDict.fromkeys(range(count))
        self._published: dict[bytes, int] = {}
        self._hash_of: dict[int, bytes] = {}

    @property
    def total(self) -> int:
        """How many blocks there are."""
        return len(self._holders)

    @property
    def free(self) -> int:
        """How many blocks nobody holds, published or not."""
        return len(self._free)

    @property
    def used(self) -> int:
        """How many blocks somebody holds."""
        return self.total - self.free

    def take(self) -> int | None:
        """A block for new content, held once; None when every block is held."""
        if not self._free:
            return None
        block, _ = self._free.popitem(last=False)
        stale = self._hash_of.pop(block, None)
        if stale is not None:
            del self._published[stale]
        self._holders[block] = 1
        return block

    def find(self, key: bytes) -> int | None:
        """The published block of that hash, without holding it."""
        return self._published.get(key)

    def is_free(self, block: int) -> bool:
        """Whether nobody holds the block."""
        return self._holders[block] == 0

    def hold(self, block: int) -> None:
        """Add a holder to a block that ``find`` named."""
        if self._holders[block] == 0:
            del self._free[block]
        self._holders[block] += 1

    def publish(self, block: int, key: bytes) -> None:
        """Make a full block findable; the first block with given content stays the known one."""
        if key not in self._published and block not in self._hash_of:
            self._published[key] = block
            self._hash_of[block] = key

    def release(self, block: int) -> None:
        """Drop one holder."""
        if self._holders[block] == 0:
            raise WorkerError(
                f"Block {block} of the attention cache was released twice.",
                why="This is a bug in the engine, and going on could mix two answers.",
                fix="Report it; the worker restarts by itself.",
            )
        self._holders[block] -= 1
        if self._holders[block] == 0:
            self._free[block] = None
