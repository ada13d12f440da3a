"""Where sealed blocks and the state after each of them are kept: in memory, or in a file as well.

The newest state is held whole. Older ones are reached by undo diffs, merged when somebody asks, so an old
read costs time and a new block does not. As on the real node, state older than ``STATE_HISTORY`` blocks is discarded; headers and bodies stay.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from taocli.domain.errors import RpcFailed
from taocli.localnet.chain_block import Block
from taocli.localnet.database import Database
from taocli.localnet.database_failures import damaged
from taocli.localnet.state import CommittedState, Snapshot

STATE_HISTORY = 2_400
"""Blocks whose state can still be read (the runtime's BlockHashCount)."""


class UnknownBlock(RpcFailed):
    """No block with that hash or number exists here."""


class StateDiscarded(RpcFailed):
    """The block exists but its state is too old to be kept."""


class Store(Protocol):
    """A chain of sealed blocks with recent states."""

    @property
    def head(self) -> Block:
        """The newest block; raises ``UnknownBlock`` before genesis is in."""

    @property
    def committed(self) -> CommittedState:
        """The state after the newest block; the block producer's overlay lies over it."""

    def append(self, block: Block, changes: Mapping[bytes, bytes | None]) -> None:
        """Add the next block and move the committed state on by ``changes``."""

    def block(self, block_hash: bytes) -> Block | None:
        """A block by hash."""

    def hash_at(self, number: int) -> bytes | None:
        """The hash of the block at a height."""

    def state_at(self, block_hash: bytes) -> Snapshot:
        """The state after a block; raises ``UnknownBlock`` or ``StateDiscarded``."""

    def changed_keys(self, block_hash: bytes) -> frozenset[bytes]:
        """The keys whose value a recent block changed."""

    def close(self) -> None:
        """Give back what the store holds; ``head`` and ``committed`` can still be read."""


class MemoryStore:
    """A ``Store`` that lives and dies with the process."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._numbers: dict[bytes, int] = {}
        self._undo: dict[int, dict[bytes, bytes | None]] = {}
        self.committed = CommittedState()

    @property
    def head(self) -> Block:
        """The newest block."""
        if not self._blocks:
            raise UnknownBlock("The chain has no genesis block yet.")
        return self._blocks[-1]

    def append(self, block: Block, changes: Mapping[bytes, bytes | None]) -> None:
        """Add the next block and move the committed state on by ``changes``."""
        if block.number != len(self._blocks):
            raise UnknownBlock(
                f"Block {block.number} does not follow.",
                why=f"The next block is number {len(self._blocks)}.",
            )
        self._undo[block.number] = self.committed.apply(changes)
        self._undo.pop(block.number - STATE_HISTORY, None)
        self._numbers[block.hash] = block.number
        self._blocks.append(block)

    def block(self, block_hash: bytes) -> Block | None:
        """A block by hash."""
        number = self._numbers.get(block_hash)
        return None if number is None else self._blocks[number]

    def hash_at(self, number: int) -> bytes | None:
        """The hash of the block at a height."""
        return self._blocks[number].hash if 0 <= number < len(self._blocks) else None

    def state_at(self, block_hash: bytes) -> Snapshot:
        """The state after a block."""
        number = self._numbers.get(block_hash)
        if number is None:
            raise UnknownBlock(f"Unknown block 0x{block_hash.hex()}.")
        newest = len(self._blocks) - 1
        if number == newest:
            return self.committed
        if number + 1 not in self._undo:
            raise StateDiscarded(f"State already discarded for 0x{block_hash.hex()}")
        return PastState(self.committed, [self._undo[n] for n in range(number + 1, newest + 1)])

    def changed_keys(self, block_hash: bytes) -> frozenset[bytes]:
        """The keys whose value a recent block changed."""
        number = self._numbers.get(block_hash)
        return frozenset() if number is None else frozenset(self._undo.get(number, ()))

    def close(self) -> None:
        """There is nothing to give back."""


class DiskStore:
    """A ``Store`` that is there again after the process ended, however it ended.

    A block is in the file before it is in memory. The newest state is read into memory on opening and
    checked against the newest header; blocks, and diffs from before the start, are read when asked for.
    """

    def __init__(self, database: Database, close: Callable[[], None]) -> None:
        self._database = database
        self.close = close
        self._undo: dict[int, dict[bytes, bytes | None]] = {}
        self.head = database.newest()
        self.committed = CommittedState()
        try:
            self.committed.apply(database.entries())
        except TypeError as error:
            raise damaged(database.path, str(error)) from None
        if self.committed.root_after({}) != self.head.header.state_root:
            why = f"The state is not the one that block {self.head.number} seals."
            raise damaged(database.path, why)

    def append(self, block: Block, changes: Mapping[bytes, bytes | None]) -> None:
        """Add the next block; when this returns the disk has it."""
        if block.header.parent_hash != self.head.hash or block.number != self.head.number + 1:
            raise UnknownBlock(
                f"Block {block.number} does not follow.",
                why=f"The head is number {self.head.number}, 0x{self.head.hash.hex()}.",
            )
        undo = self.committed.undo_of(changes)
        discarded = block.number - STATE_HISTORY
        self._database.append(block, {key: changes[key] for key in undo}, undo, discarded)
        self._undo[block.number] = self.committed.apply(changes)
        self._undo.pop(discarded, None)
        self.head = block

    def block(self, block_hash: bytes) -> Block | None:
        """A block by hash."""
        return self.head if block_hash == self.head.hash else self._database.block(block_hash)

    def hash_at(self, number: int) -> bytes | None:
        """The hash of the block at a height."""
        return self.head.hash if number == self.head.number else self._database.hash_at(number)

    def state_at(self, block_hash: bytes) -> Snapshot:
        """The state after a block."""
        newest = self.head.number
        number = self._number_of(block_hash)
        if number is None:
            raise UnknownBlock(f"Unknown block 0x{block_hash.hex()}.")
        if number == newest:
            return self.committed
        wanted = range(number + 1, newest + 1)
        if len(wanted) > STATE_HISTORY:
            raise StateDiscarded(f"State already discarded for 0x{block_hash.hex()}")
        self._read_undo(wanted)
        return PastState(self.committed, [self._undo[n] for n in wanted])

    def changed_keys(self, block_hash: bytes) -> frozenset[bytes]:
        """The keys whose value a recent block changed."""
        number = self._number_of(block_hash)
        if number is None or number <= self.head.number - STATE_HISTORY:
            return frozenset()
        self._read_undo(range(number, number + 1))
        return frozenset(self._undo[number])

    def _number_of(self, block_hash: bytes) -> int | None:
        if block_hash == self.head.hash:
            return self.head.number
        return self._database.number_of(block_hash)

    def _read_undo(self, wanted: range) -> None:
        missing = [number for number in wanted if number not in self._undo]
        if missing:
            self._undo |= self._database.undo(missing[0], missing[-1])
        if any(number not in self._undo for number in missing):
            raise damaged(self._database.path, f"What block {missing[0]} changed is not there.")


class PastState:
    """The state before some diffs were applied.

    It reads through the committed state and is valid until the next block is appended.
    """

    __slots__ = ("_committed", "_previous")

    def __init__(
        self, committed: CommittedState, undo: Sequence[Mapping[bytes, bytes | None]]
    ) -> None:
        self._committed = committed
        self._previous: dict[bytes, bytes | None] = {}
        for diff in reversed(undo):  # the oldest diff knows the value that the block left behind
            self._previous.update(diff)

    def get(self, key: bytes) -> bytes | None:
        """The value under ``key`` at that block, or None."""
        if key in self._previous:
            return self._previous[key]
        return self._committed.get(key)

    def keys(
        self, prefix: bytes, after: bytes | None = None, limit: int | None = None
    ) -> list[bytes]:
        """Sorted keys that start with ``prefix`` and come strictly after ``after``."""
        found = set(self._committed.keys(prefix, after))
        for key, value in self._previous.items():
            if not key.startswith(prefix) or (after is not None and key <= after):
                continue
            if value is None:
                found.discard(key)
            else:
                found.add(key)
        ordered = sorted(found)
        return ordered if limit is None else ordered[:limit]
