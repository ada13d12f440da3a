"""Transactions that wait for a block.

A transaction provides tags (its account and nonce) and may require others (the nonce before). It is
*ready* when every required tag is provided by the chain or by a ready transaction, else it waits as
*future*. The pool is bounded, and a transaction leaves it in one of five ways, each told to those who
watch: included, usurped by a better one with the same tag, invalid, dropped, or out of its lifetime.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from taocli.localnet.chain_block import blake2_256

Status = str | dict[str, str] | dict[str, list[str]]
"""A status as author_submitAndWatchExtrinsic reports it."""

Watcher = Callable[[Status], None]

MAX_TRANSACTIONS = 8_192
MAX_BYTES = 20 * 1024 * 1024


class Validity(Protocol):
    """What the runtime says about a valid transaction."""

    @property
    def provides(self) -> tuple[bytes, ...]:
        """Tags that exist once it is included."""

    @property
    def requires(self) -> tuple[bytes, ...]:
        """Tags that must exist before it can be included."""

    @property
    def priority(self) -> int:
        """Higher goes first."""

    @property
    def longevity(self) -> int:
        """Blocks for which this verdict holds."""


class PoolRefused(Exception):
    """A transaction that may not enter, as the JSON-RPC error that says so."""

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


@dataclass(slots=True)
class Transaction:
    """A waiting transaction; ``encoded`` includes the length prefix, ``hash`` is over all of it."""

    hash: bytes
    encoded: bytes
    validity: Validity
    valid_until: int
    sequence: int
    watchers: list[Watcher] = field(default_factory=list)

    def tell(self, status: Status) -> None:
        """Report a status to everybody who watches."""
        for watcher in tuple(self.watchers):
            watcher(status)


class Pool:
    """Ready and future transactions."""

    def __init__(self) -> None:
        self._ready: dict[bytes, Transaction] = {}
        self._future: dict[bytes, Transaction] = {}
        self._provided: dict[bytes, Transaction] = {}
        self._bytes = 0
        self._sequence = 0

    def __len__(self) -> int:
        return len(self._ready) + len(self._future)

    @property
    def ready_count(self) -> int:
        """How many transactions could be in the next block."""
        return len(self._ready)

    def pending(self) -> list[bytes]:
        """Every ready transaction, in the order of arrival."""
        return [item.encoded for item in self._ready.values()]

    def provides(self, tag: bytes) -> bool:
        """Whether a ready transaction provides ``tag``."""
        found = self._provided.get(tag)
        return found is not None and found.hash in self._ready

    def check_new(self, encoded: bytes) -> bytes:
        """The hash of a transaction that is not here yet; raise ``PoolRefused`` for one that is."""
        digest = blake2_256(encoded)
        if digest in self._ready or digest in self._future:
            raise PoolRefused(1013, "Transaction Already Imported", f"0x{digest.hex()}")
        if len(self) >= MAX_TRANSACTIONS or self._bytes + len(encoded) > MAX_BYTES:
            raise PoolRefused(
                1016,
                "Immediately Dropped",
                "The transaction couldn't enter the pool because of the limit",
            )
        return digest

    def add(
        self, encoded: bytes, validity: Validity, number: int, watcher: Watcher | None = None
    ) -> Transaction:
        """Take in a valid transaction at block ``number``; raise ``PoolRefused`` if it may not enter."""
        digest = self.check_new(encoded)
        self._make_room(digest, validity)
        self._sequence += 1
        item = Transaction(digest, encoded, validity, number + validity.longevity, self._sequence)
        if watcher is not None:
            item.watchers.append(watcher)
        self._bytes += len(encoded)
        for tag in validity.provides:
            self._provided[tag] = item
        if all(self.provides(tag) for tag in validity.requires):
            self._make_ready(item)
        else:
            self._future[digest] = item
            item.tell("future")
        return item

    def in_order(self) -> Iterator[Transaction]:
        """Ready transactions by priority, then arrival, each after those it requires."""
        done: set[bytes] = set()
        by_rank = sorted(
            self._ready.values(), key=lambda item: (-item.validity.priority, item.sequence)
        )
        waiting: dict[bytes, list[Transaction]] = {}
        for first in by_rank:
            stack = [first]
            while stack:
                item = stack.pop()
                missing = next(
                    (
                        tag
                        for tag in item.validity.requires
                        if self.provides(tag) and tag not in done
                    ),
                    None,
                )
                if missing is not None:
                    waiting.setdefault(missing, []).append(item)
                    continue
                yield item
                for tag in item.validity.provides:
                    done.add(tag)
                    stack.extend(reversed(waiting.pop(tag, [])))

    def remove(self, item: Transaction, status: Status | None = None) -> None:
        """Let a transaction go and tell its watchers why."""
        self._forget(item)
        if status is not None:
            item.tell(status)

    def drop(self, digest: bytes) -> bool:
        """Throw a transaction out by hash; whether it was here."""
        item = self._ready.get(digest) or self._future.get(digest)
        if item is not None:
            self.remove(item, "dropped")
        return item is not None

    def settle(self, included: set[bytes], number: int) -> None:
        """After block ``number``: ``included`` tags exist now; promote, and drop what is too old."""
        for item in (*self._ready.values(), *self._future.values()):
            if item.valid_until < number:
                self.remove(item, "dropped")
        self._promote(included)

    def demote(self, item: Transaction) -> None:
        """Let a ready transaction wait again: one that it stood on is gone."""
        if self._ready.pop(item.hash, None) is not None:
            self._future[item.hash] = item
            item.tell("future")

    def _make_room(self, digest: bytes, validity: Validity) -> None:
        rivals = {
            self._provided[tag].hash: self._provided[tag]
            for tag in validity.provides
            if tag in self._provided
        }
        for rival in rivals.values():
            if rival.validity.priority >= validity.priority:
                raise PoolRefused(
                    1014,
                    f"Priority is too low: ({rival.validity.priority} vs {validity.priority})",
                    "The transaction has too low priority to replace another transaction"
                    " already in the pool.",
                )
        for rival in rivals.values():
            self.remove(rival, {"usurped": f"0x{digest.hex()}"})

    def _make_ready(self, item: Transaction) -> None:
        self._ready[item.hash] = item
        item.tell("ready")
        self._promote(set())

    def _promote(self, included: set[bytes]) -> None:
        moved = True
        while moved:
            moved = False
            for item in tuple(self._future.values()):
                if all(tag in included or self.provides(tag) for tag in item.validity.requires):
                    del self._future[item.hash]
                    self._ready[item.hash] = item
                    item.tell("ready")
                    moved = True

    def _forget(self, item: Transaction) -> None:
        self._ready.pop(item.hash, None)
        self._future.pop(item.hash, None)
        self._bytes -= len(item.encoded)
        for tag in item.validity.provides:
            if self._provided.get(tag) is item:
                del self._provided[tag]
