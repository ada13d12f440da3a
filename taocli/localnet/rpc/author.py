"""author_*: handing in transactions and watching what becomes of them."""

from typing import Any

from taocli.localnet.chain_block import blake2_256
from taocli.localnet.frame.outcome import InvalidTransaction
from taocli.localnet.pool import PoolRefused, Status
from taocli.localnet.producer import MAX_BLOCK_BYTES
from taocli.localnet.rpc.node_seam import Node
from taocli.localnet.rpc.params import MAX_QUERIED, from_hex, hash_from, invalid, to_hex
from taocli.localnet.rpc.protocol import method, subscription
from taocli.localnet.rpc.sink import Sink

_LAST = frozenset({"finalized", "finalityTimeout", "usurped", "dropped", "invalid"})


class AuthorMethods:
    """The way into the transaction pool."""

    def __init__(self, node: Node) -> None:
        self._node = node

    @method("author_submitExtrinsic")
    def submit_extrinsic(self, extrinsic: Any) -> str:
        """Take in a signed extrinsic; its hash comes back."""
        return to_hex(self._node.submit(_includable(extrinsic)).hash)

    @subscription(
        "author_submitAndWatchExtrinsic",
        notify="author_extrinsicUpdate",
        ends=("author_unwatchExtrinsic",),
    )
    def submit_and_watch(self, sink: Sink, extrinsic: Any) -> None:
        """Take in a signed extrinsic and report every change of its status, until the last."""
        watching = True

        def report(status: Status) -> None:
            if watching:
                sink.send(status)
                if _is_last(status):
                    sink.finish()

        def stop() -> None:
            nonlocal watching
            watching = False

        sink.on_close = stop
        self._node.submit(_includable(extrinsic), report)

    @method("author_pendingExtrinsics")
    def pending_extrinsics(self) -> list[str]:
        """Everything that is ready for the next block."""
        return [to_hex(item) for item in self._node.producer.pool.pending()]

    @method("author_removeExtrinsic")
    def remove_extrinsic(self, targets: Any) -> list[str]:
        """Drop transactions by hash or by their bytes."""
        if not isinstance(targets, list) or len(targets) > MAX_QUERIED:
            raise invalid(f"Name at most {MAX_QUERIED} transactions by hash or extrinsic")
        wanted = [_digest(target) for target in targets]
        return [to_hex(digest) for digest in wanted if self._node.producer.pool.drop(digest)]


def _includable(extrinsic: Any) -> bytes:
    """An extrinsic that a block has room for; a larger one would wait for ever."""
    encoded = from_hex(extrinsic, "extrinsic")
    if len(encoded) > MAX_BLOCK_BYTES:
        refusal = InvalidTransaction.named("ExhaustsResources")
        raise PoolRefused(refusal.rpc_code, refusal.message, refusal.data)
    return encoded


def _digest(target: Any) -> bytes:
    """The hash of what is named: {"hash": ...} or {"extrinsic": ...}."""
    if isinstance(target, dict) and len(target) == 1:
        if "hash" in target:
            return hash_from(target["hash"])
        if "extrinsic" in target:
            return blake2_256(from_hex(target["extrinsic"], "extrinsic"))
    raise invalid("A transaction is named by its hash or its extrinsic")


def _is_last(status: Status) -> bool:
    if isinstance(status, dict):
        return not _LAST.isdisjoint(status)
    return status in _LAST
