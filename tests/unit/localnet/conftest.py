"""A runtime of a few lines, so that the node can be tested without the real one."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from taocli.localnet.chain_block import compact
from taocli.localnet.frame.outcome import InvalidTransaction
from taocli.localnet.frame.version import RuntimeVersion
from taocli.localnet.producer import Producer
from taocli.localnet.state import State
from taocli.localnet.store import MemoryStore

ALICE = b"A" * 32
BOB = b"B" * 32


@dataclass(frozen=True)
class FakeValidity:
    provides: tuple[bytes, ...]
    requires: tuple[bytes, ...]
    priority: int = 0
    longevity: int = 64


def transaction(account: bytes, nonce: int, note: bytes = b"", priority: int = 0) -> bytes:
    """A signed extrinsic of the fake runtime: ``note`` is written under ``note:``."""
    body = b"\x84" + account + nonce.to_bytes(4, "little") + bytes([priority]) + note
    return compact(len(body)) + body


@dataclass
class FakeRuntime:
    """Accounts with nonces; transactions that write a note; ``b"boom"`` fails as a bug would."""

    state: State
    head_hash: bytes = bytes(32)
    version: RuntimeVersion = field(
        default_factory=lambda: RuntimeVersion(apis=((b"\x01" * 8, 4),))
    )
    blocks: list[tuple[int, bytes, int]] = field(default_factory=list)

    def metadata(self, version: int) -> bytes:
        return b"meta" + bytes([version])

    def validate(self, extrinsic: bytes) -> FakeValidity:
        account, nonce, priority, note = self._read(extrinsic)
        known = self._nonce(account)
        if note == b"broke":
            raise InvalidTransaction.named("Payment")
        if nonce < known:
            raise InvalidTransaction.named("Stale")
        tag = account + nonce.to_bytes(4, "little")
        before = account + (nonce - 1).to_bytes(4, "little") if nonce > known else None
        return FakeValidity((tag,), (before,) if before else (), priority)

    def begin_block(self, number: int, parent_hash: bytes, now_ms: int) -> None:
        self.blocks.append((number, parent_hash, now_ms))
        self.state.set(b"number", number.to_bytes(4, "little"))

    def apply(self, extrinsic: bytes) -> None:
        if extrinsic[1:2] == b"\x04" or extrinsic[2:3] == b"\x04":
            return
        account, nonce, _, note = self._read(extrinsic)
        known = self._nonce(account)
        if nonce != known:
            raise InvalidTransaction.named("Stale" if nonce < known else "Future")
        if note == b"late":
            raise InvalidTransaction.named("Payment")
        self.state.set(b"nonce:" + account, (nonce + 1).to_bytes(4, "little"))
        self.state.set(b"note:" + account, note)

    def end_block(self) -> None:
        return None

    def call_api(self, name: str, arguments: bytes) -> bytes:
        if name == "AccountNonceApi_account_nonce":
            return self._nonce(arguments).to_bytes(4, "little")
        if name == "Test_number":
            self.state.set(b"dirty", b"1")
            return self.state.get(b"number") or b""
        if name == "Test_bug":
            raise ValueError("oops")
        raise KeyError(name)

    def _nonce(self, account: bytes) -> int:
        return int.from_bytes(self.state.get(b"nonce:" + account) or b"\0", "little")

    def _read(self, extrinsic: bytes) -> Any:
        start = extrinsic.find(b"\x84")
        if start < 0 or len(extrinsic) < start + 38:
            raise InvalidTransaction.undecodable("Not an extrinsic")
        body = extrinsic[start + 1 :]
        return body[:32], int.from_bytes(body[32:36], "little"), body[36], body[37:]


@pytest.fixture
def producer() -> Producer:
    """A chain at genesis over the fake runtime; time stands still at 1,000,000 s."""
    store = MemoryStore()
    runtime = FakeRuntime(State(store.committed))
    made = Producer(runtime, store, lambda digest: digest * 2, now_ms=lambda: 1_000_000_000)
    made.seal_genesis()
    return made


@pytest.fixture
def sign() -> Any:
    """``sign(account, nonce, note, priority)`` -> extrinsic bytes."""
    return transaction
