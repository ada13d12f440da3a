"""The state after a block, by the block's hash, and the node's words for what cannot be read.

State is kept for a window of blocks. Clients tell an unknown block from a discarded state by the text,
and Substrate has two: reads of storage begin with "UnknownBlock", calls into the runtime with "Api called
for an unknown Block". The texts are those of ``sp-blockchain`` and ``sp-api``.
"""

from typing import Any

from taocli.localnet.chain_block import Block
from taocli.localnet.rpc.node_seam import Node
from taocli.localnet.rpc.params import hash_from, to_hex
from taocli.localnet.rpc.protocol import CLIENT_ERROR, RpcRefused
from taocli.localnet.state import Snapshot
from taocli.localnet.store import StateDiscarded, UnknownBlock

MAX_KEPT = 8
"""Past states kept until the next block: pages of one map are read from the same one."""


class History:
    """Blocks that clients name by hash; None is the best one."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._kept: dict[bytes, Snapshot] = {}
        self._kept_for: Block | None = None

    def state(self, block_hash: Any) -> Snapshot:
        """The state to read storage from."""
        at = self.hash_of(block_hash)
        found = self._find(at)
        if isinstance(found, str):
            raise RpcRefused(CLIENT_ERROR, f"Client error: UnknownBlock: {found}")
        return found

    def readable_hash(self, block_hash: Any) -> bytes:
        """The hash of a block in whose state the runtime can be asked."""
        at = self.hash_of(block_hash)
        why = self.why_unreadable(at)
        if why is not None:
            text = f"Client error: Api called for an unknown Block: {why}"
            raise RpcRefused(CLIENT_ERROR, text)
        return at

    def hash_of(self, block_hash: Any) -> bytes:
        """The hash itself, without looking for the block."""
        return self._node.head.hash if block_hash is None else hash_from(block_hash)

    def why_unreadable(self, at: bytes) -> str | None:
        """Why the state after a block cannot be read, or None."""
        found = self._find(at)
        return found if isinstance(found, str) else None

    def _find(self, at: bytes) -> Snapshot | str:
        """The state, or why there is none."""
        head = self._node.head
        if self._kept_for is not head or len(self._kept) > MAX_KEPT:
            self._kept_for = head
            self._kept.clear()
        if at not in self._kept:
            try:
                self._kept[at] = self._node.producer.store.state_at(at)
            except UnknownBlock:
                return f"Header was not found in the database: {to_hex(at)}"
            except StateDiscarded:
                return f"State already discarded for {to_hex(at)}"
        return self._kept[at]
