"""Making blocks: the pool's best transactions, run on top of the head, sealed and stored.

Every block is final as soon as it exists: there is one author and nobody to disagree, so finalized is
always the best block. The author seals as Aura would, with an sr25519 signature over the hash of the
unsealed header. Time comes from a ``Clock`` and never runs backwards: a block is at least a millisecond
later than its parent.
What the author adds of its own accord, an inherent or what it found inside a transaction, comes from a
``Companion``.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Protocol

from taocli.domain.errors import TaoError
from taocli.localnet.chain_block import (
    NO_PARENT,
    Block,
    Header,
    blake2_256,
    compact,
    extrinsics_root,
    pre_runtime,
    read_compact,
)
from taocli.localnet.clock import Clock, ClockState, machine_ms
from taocli.localnet.execution import Execution
from taocli.localnet.frame.outcome import InvalidTransaction
from taocli.localnet.pool import Pool, PoolRefused, Transaction, Watcher
from taocli.localnet.state import State
from taocli.localnet.store import Store

_log = logging.getLogger(__name__)
CODE_KEY = b":code"
_TIMESTAMP_SET = b"\x04\x02\x00"
MAX_BLOCK_BYTES = 5 * 1024 * 1024
"""Of signed extrinsics; the runtime's own limit is 75 % of 10 MiB."""

_FOR_EVER = 1 << 80
"""A block number that no transaction's lifetime reaches."""

Author = Callable[[bytes], bytes]
"""Signs the hash of an unsealed header; 64 bytes come back."""

Covered = Callable[[bytes], bytes]
"""What of an extrinsic the header's extrinsics root covers."""


@dataclass(frozen=True, slots=True)
class Revealed:
    """An extrinsic that came inside another; ``tag`` is what it provides to the pool."""

    encoded: bytes
    tag: bytes


class Companion(Protocol):
    """Who adds to blocks beside the pool; see ``shield_author``."""

    def inherents(self) -> tuple[bytes, ...]:
        """Bare extrinsics that the open block begins with, behind the timestamp."""

    def reveal(self, encoded: bytes) -> Revealed | None:
        """What was hidden in an extrinsic that has just been included."""


@dataclass(slots=True)
class _Body:
    """A block's extrinsics, those of them that came from the pool, and the tags that exist now."""

    extrinsics: list[bytes]
    included: list[Transaction] = field(default_factory=list)
    tags: set[bytes] = field(default_factory=set)


class Producer:
    """The one block author of a localnet: owns the pool, and moves the store forward.

    ``slot_ms`` is Aura's slot duration, ``budget_s`` how long transactions may run in one block; without a
    ``clock`` it is that of ``now_ms``.
    """

    def __init__(
        self,
        runtime: Execution,
        store: Store,
        author: Author,
        *,
        slot_ms: int = 12_000,
        budget_s: float = 2.0,
        companion: Companion | None = None,
        now_ms: Callable[[], int] = machine_ms,
        clock: Clock | None = None,
        covered: Covered = bytes,
    ) -> None:
        self.runtime = runtime
        self.store = store
        self.pool = Pool()
        self._author = author
        self._slot_ms = slot_ms
        self._budget_s = budget_s
        self._companion = companion
        self._covered = covered
        self.clock = Clock(now_ms) if clock is None else clock
        self.last_ms = self.clock.start_ms

    def seal_genesis(self) -> Block:
        """Turn what genesis wrote into block 0; its hash also covers the runtime's metadata."""
        state = self.runtime.state
        state.set(CODE_KEY, b"taocli localnet " + blake2_256(self.runtime.metadata(15)))
        changes = state.take_changes()
        header = Header(NO_PARENT, 0, self.store.committed.root_after(changes), extrinsics_root(()))
        return self._keep(Block(header, header.hash, ()), changes)

    def move_to(self, store: Store) -> None:
        """Go on at the head of another store, whose chain began with the same genesis.

        A clock that had been moved ahead of the machine's stays as far ahead as that chain's last block.
        """
        self.store = store
        self.runtime.state = State(store.committed)
        self.runtime.head_hash = store.head.hash
        self.last_ms = max(self.last_ms, time_of(store.head))
        ahead = self.last_ms - self.clock.preview(0)
        if ahead > 0 and not self.clock.is_simulated:
            self.clock.advance(ahead)

    def seal_block(self, max_transactions: int | None = None) -> Block:
        """Make one block of what is ready, store it, and tell those who watch."""
        now_ms = self.clock.next_after(self.last_ms)
        self._open(now_ms)
        body = _Body([timestamp_inherent(now_ms)])
        self.runtime.apply(body.extrinsics[0])
        self._fill(body, max_transactions)
        block = self._close(now_ms, body.extrinsics, self._author)
        self._announce(block, body)
        return block

    def repeat_block(self, now_ms: int, extrinsics: Sequence[bytes], seal: bytes) -> Block:
        """Make a block of exactly these extrinsics, its inherents among them, under a known seal.

        ``InvalidTransaction`` when one of them cannot be in it; the chain is of no use then.
        """
        self._open(now_ms)
        for encoded in extrinsics:
            self.runtime.apply(encoded)
        return self._close(now_ms, extrinsics, lambda _: seal)

    def resume(self, last_ms: int, clock: ClockState) -> None:
        """Go on from the store's head after it was rewound; the pool is emptied."""
        self.runtime.state = State(self.store.committed)
        self.runtime.head_hash = self.store.head.hash
        self.last_ms = last_ms
        self.clock.state = clock
        self.pool.settle(set(), _FOR_EVER)

    def submit(self, encoded: bytes, watcher: Watcher | None = None) -> Transaction:
        """Take a signed extrinsic into the pool; raise ``PoolRefused``."""
        self.pool.check_new(encoded)
        try:
            with self.scratch():
                validity = self.runtime.validate(encoded)
        except InvalidTransaction as refusal:
            raise PoolRefused(refusal.rpc_code, refusal.message, refusal.data) from None
        return self.pool.add(encoded, validity, self.store.head.number, watcher)

    def next_nonce(self, account: bytes, nonce: int) -> int:
        """The first nonce from ``nonce`` on that no ready transaction of the account uses."""
        while self.pool.provides(account + nonce.to_bytes(4, "little")):
            nonce += 1
        return nonce

    @contextmanager
    def scratch(self) -> Iterator[None]:
        """Run something over the newest state and undo whatever it wrote."""
        state = self.runtime.state
        state.begin()
        try:
            yield
        finally:
            state.rollback()

    def call_api(self, name: str, arguments: bytes, block_hash: bytes) -> bytes:
        """Run a runtime API method on the state after a block; ``KeyError`` for an unknown one."""
        if block_hash == self.store.head.hash:
            with self.scratch():
                return self.runtime.call_api(name, arguments)
        current = self.runtime.state
        self.runtime.state = State(self.store.state_at(block_hash))
        try:
            return self.runtime.call_api(name, arguments)
        finally:
            self.runtime.state = current

    def _open(self, now_ms: int) -> None:
        parent = self.store.head
        self.last_ms = now_ms
        self.runtime.begin_block(parent.number + 1, parent.hash, now_ms)

    def _close(self, now_ms: int, extrinsics: Sequence[bytes], author: Author) -> Block:
        parent = self.store.head
        self.runtime.end_block()
        changes = self.runtime.state.take_changes()
        header = Header(
            parent.hash,
            parent.number + 1,
            self.store.committed.root_after(changes),
            extrinsics_root(tuple(self._covered(item) for item in extrinsics)),
            (pre_runtime(now_ms // self._slot_ms),),
        )
        header = header.sealed(author(header.hash))
        return self._keep(Block(header, header.hash, tuple(extrinsics)), changes)

    def _keep(self, block: Block, changes: dict[bytes, bytes | None]) -> Block:
        try:
            self.store.append(block, changes)
        except TaoError:  # what the lost block computed must not be read as if it were there
            self.runtime.state = State(self.store.committed)
            raise
        self.runtime.head_hash = block.hash
        return block

    def _fill(self, body: _Body, max_transactions: int | None) -> None:
        for inherent in () if self._companion is None else self._companion.inherents():
            # In safe mode the call is filtered; a block does without it then.
            with suppress(InvalidTransaction):
                self.runtime.apply(inherent)
                body.extrinsics.append(inherent)
        size = 0
        deadline = time.monotonic() + self._budget_s
        for item in self.pool.in_order():
            full = max_transactions is not None and len(body.included) >= max_transactions
            if full or time.monotonic() > deadline:
                break
            if size + len(item.encoded) > MAX_BLOCK_BYTES:
                continue
            if self._try(item):
                body.included.append(item)
                body.extrinsics.append(item.encoded)
                body.tags.update(item.validity.provides)
                size += len(item.encoded)
                self._follow(item, body)

    def _follow(self, item: Transaction, body: _Body) -> None:
        """Put what a transaction carried right behind it, unless it may not be in this block."""
        revealed = None if self._companion is None else self._companion.reveal(item.encoded)
        if revealed is None:
            return
        try:
            self.runtime.apply(revealed.encoded)
        except InvalidTransaction:
            return
        body.extrinsics.append(revealed.encoded)
        body.tags.add(revealed.tag)

    def _try(self, item: Transaction) -> bool:
        try:
            self.runtime.apply(item.encoded)
        except InvalidTransaction as refusal:
            if refusal.reason == "Future":
                self.pool.demote(item)
            else:
                self.pool.remove(item, "invalid")
            return False
        except Exception:  # noqa: BLE001 - a fault in a pallet, which undid itself, must not end the chain
            _log.exception(
                "A transaction made the runtime fail and was dropped: %s", item.hash.hex()
            )
            self.pool.remove(item, "invalid")
            return False
        return True

    def _announce(self, block: Block, body: _Body) -> None:
        digest = f"0x{block.hash.hex()}"
        for item in body.included:
            self.pool.remove(item, {"inBlock": digest})
            item.tell({"finalized": digest})
        self.pool.settle(body.tags, block.number)


def timestamp_inherent(now_ms: int) -> bytes:
    """The bare extrinsic ``Timestamp.set`` (pallet 2, call 0) that opens every block."""
    body = _TIMESTAMP_SET + compact(now_ms)
    return compact(len(body)) + body


def time_of(block: Block) -> int:
    """The time in milliseconds that a block begins with; 0 for genesis, which has none."""
    if not block.extrinsics:
        return 0
    _, start = read_compact(block.extrinsics[0])
    return read_compact(block.extrinsics[0], start + len(_TIMESTAMP_SET))[0]
