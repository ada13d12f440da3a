"""What the RPC methods need of the node."""

from collections.abc import Callable, Sequence
from typing import Protocol

from taocli.localnet.chain_block import Block
from taocli.localnet.pool import Transaction, Watcher
from taocli.localnet.producer import Producer
from taocli.localnet.recipe import Recipe
from taocli.localnet.snapshots import Snapshots


class Node(Protocol):
    """The node as its RPC methods see it; ``LocalNode`` is the one."""

    producer: Producer
    block_time: float | None
    recipe: Recipe
    snapshots: Snapshots

    @property
    def head(self) -> Block:
        """The best block."""

    def listen(self, listener: Callable[[Block], None]) -> Callable[[], None]:
        """Hear of every new block until the returned function is called."""

    def submit(self, encoded: bytes, watcher: Watcher | None = None) -> Transaction:
        """Take in a signed extrinsic."""

    def mine_blocks(self, count: int) -> Sequence[Block]:
        """Make blocks at once."""
