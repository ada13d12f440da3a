"""Making blocks: the pool's best transactions, run on top of the head, sealed and stored.

Every block is final as soon as it exists: there is one author and nobody to disagree, so finalized is
always the best block. The author seals as Aura would, with an sr25519 signature over the hash of the
unsealed header. Time never runs backwards: a block is at least a millisecond later than its parent.
What the author adds of its own accord, an inherent or what it found inside a transaction, comes from a
``Companion``.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from taocli.localnet.chain_block import (
    NO_PARENT,
    Block,
    Header,
    blake2_256,
    compact,
    extrinsics_root,
    pre_runtime,
)
from taocli.localnet.execution import Execution
from taocli.localnet.frame.outcome import InvalidTransaction
from taocli.localnet.pool import Pool, PoolRefused, Transaction, Watcher
from taocli.localnet.state import State
from taocli.localnet.store import Store

CODE_KEY = b":code"
MAX_BLOCK_BYTES = 5 * 1024 * 1024
"""Of signed extrinsics; the runtime's own limit is 75 % of 10 MiB."""

Author = Callable[[bytes], bytes]
"""Signs the hash of an unsealed header; 64 bytes come back."""


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

    ``slot_ms`` is Aura's slot duration, ``budget_s`` how long transactions may run in one block.
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
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self.runtime = runtime
        self.store = store
        self.pool = Pool()
        self._author = author
        self._slot_ms = slot_ms
        self._budget_s = budget_s
        self._companion = companion
        self._now_ms = now_ms
        self._last_ms = 0

    def seal_genesis(self) -> Block:
        """Turn what genesis wrote into block 0; its hash also covers the runtime's metadata."""
        state = self.runtime.state
        state.set(CODE_KEY, b"taocli localnet " + blake2_256(self.runtime.metadata(15)))
        changes = state.take_changes()
        header = Header(NO_PARENT, 0, self.store.committed.root_after(changes), extrinsics_root(()))
        return self._keep(Block(header, header.hash, ()), changes)

    def seal_block(self, max_transactions: int | None = None) -> Block:
        """Make one block of what is ready, store it, and tell those who watch."""
        parent = self.store.head
        number = parent.number + 1
        now_ms = max(self._now_ms(), self._last_ms + 1)
        self._last_ms = now_ms
        self.runtime.begin_block(number, parent.hash, now_ms)
        body = _Body([timestamp_inherent(now_ms)])
        self.runtime.apply(body.extrinsics[0])
        self._fill(body, max_transactions)
        self.runtime.end_block()
        changes = self.runtime.state.take_changes()
        bodies = tuple(body.extrinsics)
        header = Header(
            parent.hash,
            number,
            self.store.committed.root_after(changes),
            extrinsics_root(bodies),
            (pre_runtime(now_ms // self._slot_ms),),
        )
        header = header.sealed(self._author(header.hash))
        block = self._keep(Block(header, header.hash, bodies), changes)
        self._announce(block, body)
        return block

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

    def _keep(self, block: Block, changes: dict[bytes, bytes | None]) -> Block:
        self.store.append(block, changes)
        self.runtime.head_hash = block.hash
        return block

    def _fill(self, body: _Body, max_transactions: int | None) -> None:
        for inherent in () if self._companion is None else self._companion.inherents():
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
        return True

    def _announce(self, block: Block, body: _Body) -> None:
        digest = f"0x{block.hash.hex()}"
        for item in body.included:
            self.pool.remove(item, {"inBlock": digest})
            item.tell({"finalized": digest})
        self.pool.settle(body.tags, block.number)


def timestamp_inherent(now_ms: int) -> bytes:
    """The bare extrinsic ``Timestamp.set`` (pallet 2, call 0) that opens every block."""
    body = b"\x04\x02\x00" + compact(now_ms)
    return compact(len(body)) + body
