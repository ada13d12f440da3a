"""Going back: a chain can be put where it was at a snapshot, or at block 0.

A snapshot copies nothing. The store keeps, for every block that somebody may come back to, what has changed
since: the diffs that it has anyway for old reads, and those that it drops, merged into one. Going back
applies them, forgets the blocks behind, and empties the pool (who watches a transaction hears "dropped").
The clock goes back too. Who subscribes hears of the next block, as after a reorganisation.

What a revert cannot bring back: state older than 2,400 blocks that was discarded before it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from taocli.domain.errors import InvalidSetting
from taocli.localnet.chain_block import Block
from taocli.localnet.clock import ClockState
from taocli.localnet.producer import Producer
from taocli.localnet.store import STATE_HISTORY, MemoryStore, UnknownBlock

GENESIS_ID = 0
"""The snapshot that is always there: block 0."""
MOST = 1_000

Told = Callable[["Snapshot", bool], None]
"""Hears of a snapshot: taken, or (True) gone back to."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A place to come back to; ``time_ms`` is the block's."""

    id: int
    number: int
    hash: bytes
    time_ms: int
    clock: ClockState


class RewindableStore(MemoryStore):
    """A store in memory that can go back to block 0 and to every block that was marked."""

    def __init__(self) -> None:
        super().__init__()
        self._marks: dict[int, dict[bytes, bytes | None]] = {0: {}}

    def append(self, block: Block, changes: Mapping[bytes, bytes | None]) -> None:
        """Add the next block; what it pushes out of the history is merged into older marks."""
        leaving = block.number - STATE_HISTORY
        diff = self._undo.get(leaving, {})
        super().append(block, changes)
        for marked, before in self._marks.items():
            if diff and marked < leaving:
                for key, value in diff.items():
                    before.setdefault(key, value)

    def mark(self) -> None:
        """Make the newest block one to come back to."""
        self._marks.setdefault(self.head.number, {})

    def unmark(self, number: int) -> None:
        """Nobody will come back to this block."""
        if number:
            self._marks.pop(number, None)

    def rewind(self, number: int) -> None:
        """Make a marked block the newest; marks behind it go as well."""
        if number not in self._marks or number > self.head.number:
            raise UnknownBlock(f"Nothing is kept to go back to block {number}.")
        before = dict(self._marks[number])  # the oldest diffs: the first to know a key is right
        for later in range(number + 1, self.head.number + 1):
            for key, value in self._undo.pop(later, {}).items():
                before.setdefault(key, value)
        self.committed.apply(before)
        for block in self._blocks[number + 1 :]:
            del self._numbers[block.hash]
        del self._blocks[number + 1 :]
        self._marks = {at: diff for at, diff in self._marks.items() if at < number} | {number: {}}


class Snapshots:
    """The snapshots of one chain, by id: 1, 2, 3 and so on, and 0 for block 0."""

    def __init__(self, producer: Producer) -> None:
        self._producer = producer
        self._taken: dict[int, Snapshot] = {}
        self._next_id = 1
        self._listeners: list[Told] = []
        self._genesis = self._here(GENESIS_ID)

    def listen(self, told: Told) -> None:
        """Call ``told`` whenever a snapshot is taken or gone back to."""
        self._listeners.append(told)

    def listed(self) -> tuple[Snapshot, ...]:
        """What can be gone back to, in order, without block 0."""
        return tuple(self._taken.values())

    def take(self) -> Snapshot:
        """Remember the chain as it is; the transactions in the pool are not part of it."""
        if len(self._taken) >= MOST:
            raise InvalidSetting(
                f"There are {MOST} snapshots already.",
                why="Each keeps what has changed since.",
                fix="Go back to an early one: that drops those behind it.",
            )
        store = self._store()
        made = self._here(self._next_id)
        store.mark()
        self._taken[made.id] = made
        self._next_id += 1
        self._tell(made, back=False)
        return made

    def revert(self, snapshot_id: int) -> Snapshot:
        """Go back; the snapshot stays, later ones are dropped. ``InvalidSetting`` for no such id."""
        store = self._store()
        target = self._genesis if snapshot_id == GENESIS_ID else self._taken.get(snapshot_id)
        if target is None:
            known = ", ".join(str(known) for known in self._taken) or "none"
            raise InvalidSetting(
                f"There is no snapshot {snapshot_id}.",
                why=f"Snapshots here: {known}.",
                fix="Take one first, or go to block 0 with a reset.",
            )
        self._taken = {number: item for number, item in self._taken.items() if number <= target.id}
        store.rewind(target.number)
        self._producer.resume(target.time_ms, target.clock)
        self._tell(target, back=True)
        return target

    def reset(self) -> Snapshot:
        """Go back to block 0; every snapshot is dropped."""
        return self.revert(GENESIS_ID)

    def _here(self, snapshot_id: int) -> Snapshot:
        producer = self._producer
        head = producer.store.head
        return Snapshot(snapshot_id, head.number, head.hash, producer.last_ms, producer.clock.state)

    def _store(self) -> RewindableStore:
        store = self._producer.store
        if not isinstance(store, RewindableStore):
            raise InvalidSetting(
                "This chain cannot go back.",
                why="It is kept on disk, where every block is final.",
                fix="Start one in memory, without --data.",
            )
        return store

    def _tell(self, snapshot: Snapshot, *, back: bool) -> None:
        for told in tuple(self._listeners):
            told(snapshot, back)
