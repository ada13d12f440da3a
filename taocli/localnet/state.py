"""The chain's state: one flat map of bytes to bytes, seen through an overlay that can undo.

A committed state (``Snapshot``) never changes under its reader. The runtime writes into a ``State``
laid over one: reads fall through to the snapshot, writes stay in the overlay, and ``begin`` /
``rollback`` undo a failed call without copying anything. When a block is sealed the overlay's
changes are taken and handed to the store; the same overlay then goes on over the new snapshot.

The state root is not a Merkle root: it hashes the sum of the hashes of all entries, so a block costs
what it changed and not what the chain holds. Equal states have equal roots; proofs do not exist.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any, Protocol

from taocli.domain.errors import TaoError

BUCKET = 32
"""Storage keys start with two 16-byte hashes, pallet and item; keys are indexed by that prefix."""

_MODULUS = 1 << 256
_UNCHANGED = object()


class Snapshot(Protocol):
    """A committed state that can only be read."""

    def get(self, key: bytes) -> bytes | None:
        """The value under ``key``, or None."""

    def keys(
        self, prefix: bytes, after: bytes | None = None, limit: int | None = None
    ) -> list[bytes]:
        """Sorted keys that start with ``prefix`` and come strictly after ``after``."""


class SortedKeys:
    """The keys of a state in order, bucketed by pallet and item so that inserting stays cheap."""

    __slots__ = ("_buckets", "_order")

    def __init__(self) -> None:
        self._buckets: dict[bytes, list[bytes]] = {}
        self._order: list[bytes] = []

    def add(self, key: bytes) -> None:
        """Insert a key that is not there yet."""
        name = key[:BUCKET]
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = []
            insort(self._order, name)
        insort(bucket, key)

    def discard(self, key: bytes) -> None:
        """Remove a key if it is there."""
        name = key[:BUCKET]
        bucket = self._buckets.get(name)
        if bucket is None:
            return
        index = bisect_left(bucket, key)
        if index < len(bucket) and bucket[index] == key:
            del bucket[index]
        if not bucket:
            del self._buckets[name]
            del self._order[bisect_left(self._order, name)]

    def under(self, prefix: bytes, after: bytes | None = None) -> Iterator[bytes]:
        """Keys that start with ``prefix``, in order, strictly after ``after``."""
        name = prefix[:BUCKET]
        for index in range(bisect_left(self._order, name), len(self._order)):
            if not self._order[index].startswith(name):
                return
            bucket = self._buckets[self._order[index]]
            start = bisect_left(bucket, prefix)
            if after is not None:
                start = max(start, bisect_right(bucket, after))
            for position in range(start, len(bucket)):
                if not bucket[position].startswith(prefix):
                    return
                yield bucket[position]


class State:
    """An overlay over a snapshot, with nested transactions and a cache of decoded values.

    ``decoded`` belongs to the storage layer: it may keep there, by key, what a value decodes to.
    Whenever a value changes, or a change is undone, its entry is dropped.
    """

    __slots__ = ("_changes", "_journals", "_touched", "base", "decoded")

    def __init__(self, base: Snapshot) -> None:
        self.base = base
        self.decoded: dict[bytes, Any] = {}
        self._changes: dict[bytes, bytes | None] = {}
        self._touched: dict[bytes, set[bytes]] = {}
        self._journals: list[list[tuple[bytes, Any]]] = []

    def get(self, key: bytes) -> bytes | None:
        """The value under ``key`` as of now, or None."""
        value: Any = self._changes.get(key, _UNCHANGED)
        found: bytes | None = self.base.get(key) if value is _UNCHANGED else value
        return found

    def set(self, key: bytes, value: bytes | None) -> None:
        """Write ``value`` under ``key``; None removes it."""
        previous: Any = self._changes.get(key, _UNCHANGED)
        if self._journals:
            self._journals[-1].append((key, previous))
        if previous is _UNCHANGED:
            self._touched.setdefault(key[:BUCKET], set()).add(key)
        self._changes[key] = value
        self.decoded.pop(key, None)

    def delete(self, key: bytes) -> None:
        """Remove ``key``; nothing happens when it is absent."""
        self.set(key, None)

    def keys(
        self, prefix: bytes, after: bytes | None = None, limit: int | None = None
    ) -> list[bytes]:
        """Sorted keys that start with ``prefix`` and come strictly after ``after``."""
        changed = [key for key in self._touched_under(prefix) if key in self._changes]
        if not changed:
            return self.base.keys(prefix, after, limit)
        found = set(self.base.keys(prefix, after, None))
        for key in changed:
            if self._changes[key] is None:
                found.discard(key)
            elif after is None or key > after:
                found.add(key)
        ordered = sorted(found)
        return ordered if limit is None else ordered[:limit]

    def begin(self) -> None:
        """Open a transaction inside the current one."""
        self._journals.append([])

    def commit(self) -> None:
        """Keep what the innermost transaction did."""
        journal = self._journals.pop()
        if self._journals:
            self._journals[-1].extend(journal)

    def rollback(self) -> None:
        """Undo what the innermost transaction did."""
        for key, previous in reversed(self._journals.pop()):
            if previous is _UNCHANGED:
                del self._changes[key]
            else:
                self._changes[key] = previous
            self.decoded.pop(key, None)

    @property
    def depth(self) -> int:
        """How many transactions are open."""
        return len(self._journals)

    def take_changes(self) -> dict[bytes, bytes | None]:
        """Hand over all changes (None = removed) and start afresh over the same base object.

        The caller must bring the base up to date with them before the next read. Raises
        ``TaoError`` inside a transaction: half a call must never reach a block.
        """
        if self._journals:
            raise TaoError("A block was sealed in the middle of a transaction.")
        changes, self._changes, self._touched = self._changes, {}, {}
        return changes

    def _touched_under(self, prefix: bytes) -> Iterator[bytes]:
        if len(prefix) >= BUCKET:
            candidates = self._touched.get(prefix[:BUCKET], set())
            return (key for key in candidates if key.startswith(prefix))
        return (key for keys in self._touched.values() for key in keys if key.startswith(prefix))


class CommittedState:
    """The newest committed state; ``apply`` moves it one block on and returns how to go back."""

    __slots__ = ("_foreseen", "_keys", "_sum", "_values")

    def __init__(self) -> None:
        self._values: dict[bytes, bytes] = {}
        self._keys = SortedKeys()
        self._sum = 0
        self._foreseen: tuple[Mapping[bytes, bytes | None], int] | None = None

    def get(self, key: bytes) -> bytes | None:
        """The value under ``key``, or None."""
        return self._values.get(key)

    def keys(
        self, prefix: bytes, after: bytes | None = None, limit: int | None = None
    ) -> list[bytes]:
        """Sorted keys that start with ``prefix`` and come strictly after ``after``."""
        found: list[bytes] = []
        for key in self._keys.under(prefix, after):
            if limit is not None and len(found) >= limit:
                break
            found.append(key)
        return found

    def undo_of(self, changes: Mapping[bytes, bytes | None]) -> dict[bytes, bytes | None]:
        """What would take ``changes`` back: the present value of every key that they change."""
        before = {key: self._values.get(key) for key in changes}
        return {key: previous for key, previous in before.items() if previous != changes[key]}

    def apply(self, changes: Mapping[bytes, bytes | None]) -> dict[bytes, bytes | None]:
        """Write ``changes`` and return what would take them back."""
        self._sum, self._foreseen = self._sum_after(changes), None
        undo = self.undo_of(changes)
        for key, previous in undo.items():
            value = changes[key]
            if value is None:
                del self._values[key]
                self._keys.discard(key)
                continue
            self._values[key] = value
            if previous is None:
                self._keys.add(key)
        return undo

    def root_after(self, changes: Mapping[bytes, bytes | None]) -> bytes:
        """The state root that ``apply(changes)`` would lead to, which then hashes nothing anew."""
        total = self._sum_after(changes)
        self._foreseen = changes, total
        return blake2b(total.to_bytes(32, "little"), digest_size=32).digest()

    def _sum_after(self, changes: Mapping[bytes, bytes | None]) -> int:
        if self._foreseen is not None and self._foreseen[0] is changes:
            return self._foreseen[1]
        total = self._sum
        for key, value in changes.items():
            previous = self._values.get(key)
            if previous == value:
                continue
            if previous is not None:
                total -= _entry_hash(key, previous)
            if value is not None:
                total += _entry_hash(key, value)
        return total % _MODULUS


def _entry_hash(key: bytes, value: bytes) -> int:
    framed = len(key).to_bytes(4, "little") + key + value
    return int.from_bytes(blake2b(framed, digest_size=32).digest(), "little")
