"""chain_*: blocks, headers, and the stream of new heads."""

from typing import Any

from taocli.localnet.chain_block import Block
from taocli.localnet.rpc.node_seam import Node
from taocli.localnet.rpc.params import (
    MAX_QUERIED,
    block_json,
    hash_from,
    header_json,
    invalid,
    number_from,
    to_hex,
)
from taocli.localnet.rpc.protocol import method, subscription
from taocli.localnet.rpc.sink import Sink
from taocli.localnet.rpc.streams import HeadStream


class ChainMethods:
    """Reads of the chain of blocks; an unknown hash is answered with null, as on the real node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._heads = HeadStream(node)

    @method("chain_getBlockHash", "chain_getHead")
    def get_block_hash(self, number: Any = None) -> Any:
        """The hash at a height, hashes for a list of heights, or the best hash."""
        if number is None:
            return to_hex(self._node.head.hash)
        if isinstance(number, list):
            if len(number) > MAX_QUERIED:
                raise invalid(f"At most {MAX_QUERIED} numbers at once")
            return [self._hash_at(item) for item in number]
        return self._hash_at(number)

    @method("chain_getFinalizedHead", "chain_getFinalisedHead")
    def get_finalized_head(self) -> str:
        """The newest final block: always the best one."""
        return to_hex(self._node.head.hash)

    @method("chain_getHeader")
    def get_header(self, block_hash: Any = None) -> Any:
        """The header of a block, or of the best."""
        block = self._block(block_hash)
        return None if block is None else header_json(block.header)

    @method("chain_getBlock")
    def get_block(self, block_hash: Any = None) -> Any:
        """A block with its extrinsics."""
        block = self._block(block_hash)
        return None if block is None else block_json(block)

    @subscription(
        "chain_subscribeNewHeads", "chain_subscribeNewHead", "subscribe_newHead",
        notify="chain_newHead",
        ends=("chain_unsubscribeNewHeads", "chain_unsubscribeNewHead", "unsubscribe_newHead"),
    )  # fmt: skip
    def subscribe_new_heads(self, sink: Sink) -> None:
        """The best header now and every new one."""
        self._heads.add(sink)

    @subscription(
        "chain_subscribeAllHeads", notify="chain_allHead", ends=("chain_unsubscribeAllHeads",)
    )
    def subscribe_all_heads(self, sink: Sink) -> None:
        """Every header; there are no forks, so this equals the stream of new heads."""
        self._heads.add(sink)

    @subscription(
        "chain_subscribeFinalizedHeads", "chain_subscribeFinalisedHeads",
        notify="chain_finalizedHead",
        ends=("chain_unsubscribeFinalizedHeads", "chain_unsubscribeFinalisedHeads"),
    )  # fmt: skip
    def subscribe_finalized_heads(self, sink: Sink) -> None:
        """Every final header, at the same moment as the best."""
        self._heads.add(sink)

    def _hash_at(self, number: Any) -> str | None:
        found = self._node.producer.store.hash_at(number_from(number))
        return None if found is None else to_hex(found)

    def _block(self, block_hash: Any) -> Block | None:
        if block_hash is None:
            return self._node.head
        return self._node.producer.store.block(hash_from(block_hash))
