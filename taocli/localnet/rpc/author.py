"""author_*: handing in transactions and watching what becomes of them."""

from typing import Any

from taocli.localnet.chain_block import blake2_256
from taocli.localnet.pool import Status
from taocli.localnet.rpc.node_seam import Node
from taocli.localnet.rpc.params import from_hex, to_hex
from taocli.localnet.rpc.protocol import Sink, method, subscription


class AuthorMethods:
    """The way into the transaction pool."""

    def __init__(self, node: Node) -> None:
        self._node = node

    @method("author_submitExtrinsic")
    def submit_extrinsic(self, extrinsic: Any) -> str:
        """Take in a signed extrinsic; its hash comes back."""
        return to_hex(self._node.submit(from_hex(extrinsic, "extrinsic")).hash)

    @subscription(
        "author_submitAndWatchExtrinsic",
        notify="author_extrinsicUpdate",
        ends=("author_unwatchExtrinsic",),
    )
    def submit_and_watch(self, sink: Sink, extrinsic: Any) -> None:
        """Take in a signed extrinsic and report every change of its status."""
        watching = True

        def report(status: Status) -> None:
            if watching:
                sink.send(status)

        def stop() -> None:
            nonlocal watching
            watching = False

        sink.on_close = stop
        self._node.submit(from_hex(extrinsic, "extrinsic"), report)

    @method("author_pendingExtrinsics")
    def pending_extrinsics(self) -> list[str]:
        """Everything that is ready for the next block."""
        return [to_hex(item) for item in self._node.producer.pool.pending()]

    @method("author_removeExtrinsic")
    def remove_extrinsic(self, targets: Any) -> list[str]:
        """Drop transactions by hash or by their bytes."""
        removed = []
        for target in targets if isinstance(targets, list) else []:
            named = target.get("hash") if isinstance(target, dict) else None
            given = target.get("extrinsic") if isinstance(target, dict) else None
            digest = from_hex(named) if named else blake2_256(from_hex(given, "extrinsic"))
            if self._node.producer.pool.drop(digest):
                removed.append(to_hex(digest))
        return removed
