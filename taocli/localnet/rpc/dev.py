"""dev_*: what only a localnet can do."""

from typing import Any

from taocli.localnet.rpc.node_seam import Node
from taocli.localnet.rpc.params import count_from, to_hex
from taocli.localnet.rpc.protocol import method

MAX_BLOCKS = 1_000
"""Blocks in one request; making them holds up everybody else."""


class DevMethods:
    """Looking at and driving the block clock."""

    def __init__(self, node: Node) -> None:
        self._node = node

    @method("dev_status")
    def dev_status(self) -> dict[str, Any]:
        """How this localnet was started and where it stands."""
        producer = self._node.producer
        return {
            "profile": self._node.profile,
            "blockTime": self._node.block_time,
            "block": self._node.head.number,
            "hash": to_hex(self._node.head.hash),
            "genesis": to_hex(producer.store.hash_at(0) or b""),
            "ready": producer.pool.ready_count,
            "future": len(producer.pool) - producer.pool.ready_count,
        }

    @method("dev_mineBlocks")
    def dev_mine_blocks(self, count: Any = 1) -> list[str]:
        """Make blocks at once; their hashes come back."""
        number = count_from(count, "count", MAX_BLOCKS)
        return [to_hex(block.hash) for block in self._node.mine_blocks(number)]
