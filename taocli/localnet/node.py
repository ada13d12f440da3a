"""A running localnet: a producer on a clock, listeners, and a front door.

``LocalNode`` owns two long-lived tasks, the block clock and the RPC server, and stops both. With a
block time it seals a block each interval and skips what it missed while it was busy; with
``block_time=None`` (instant) it seals one block for each transaction, as soon as it is accepted.
``taocli.localnet.Localnet`` is the same in a thread of its own, for programs and tests.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence

from taocli.localnet.chain_block import Block
from taocli.localnet.pool import Transaction, Watcher
from taocli.localnet.producer import Producer
from taocli.localnet.recipe import Recipe
from taocli.localnet.rpc.server import RpcServer
from taocli.localnet.rpc.service import build_methods
from taocli.localnet.snapshots import Snapshots

DEFAULT_PORT = 9_944

_log = logging.getLogger(__name__)

BlockListener = Callable[[Block], None]


class LocalNode:
    """One chain, one node: ``await start()``, use ``endpoint``, ``await stop()``.

    ``block_time`` is in seconds, None for instant; ``port`` 0 takes any free port; ``recipe`` is what the
    chain was made from.
    """

    def __init__(
        self,
        producer: Producer,
        *,
        block_time: float | None = 12.0,
        host: str = "127.0.0.1",
        port: int = DEFAULT_PORT,
        recipe: Recipe | None = None,
    ) -> None:
        self.producer = producer
        self.block_time = block_time
        self.recipe = Recipe(block_time=block_time) if recipe is None else recipe
        self.snapshots = Snapshots(producer)
        self._listeners: list[BlockListener] = []
        self._work = asyncio.Event()
        self._clock: asyncio.Task[None] | None = None
        self._server = RpcServer(build_methods(self), host, port)

    @property
    def profile(self) -> str:
        """What block 0 holds."""
        return self.recipe.profile

    @property
    def port(self) -> int:
        """The port in use."""
        return self._server.port

    @property
    def endpoint(self) -> str:
        """The WebSocket URL; the same port answers HTTP POST."""
        return f"ws://{self._server.host}:{self._server.port}"

    @property
    def head(self) -> Block:
        """The best block, which is also the finalized one."""
        return self.producer.store.head

    async def start(self) -> None:
        """Open the port and start the clock; raises ``PortInUse``, and then the store is closed."""
        try:
            await self._server.start()
        except BaseException:
            self.producer.store.close()
            raise
        self._clock = asyncio.create_task(self._run_clock(), name="localnet-clock")

    async def stop(self) -> None:
        """Stop making blocks, close every connection, then the store."""
        if self._clock is not None:
            self._clock.cancel()
            await asyncio.gather(self._clock, return_exceptions=True)
            self._clock = None
        await self._server.stop()
        self.producer.store.close()

    async def wait_failed(self) -> None:
        """Return when the clock task ends by itself, raising what ended it."""
        if self._clock is not None:
            await asyncio.shield(self._clock)

    def listen(self, listener: BlockListener) -> Callable[[], None]:
        """Call ``listener`` with every new block; the returned function ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def submit(self, encoded: bytes, watcher: Watcher | None = None) -> Transaction:
        """Take in a signed extrinsic; raises ``PoolRefused``."""
        transaction = self.producer.submit(encoded, watcher)
        if self.block_time is None:
            self._work.set()
        return transaction

    def mine_blocks(self, count: int) -> Sequence[Block]:
        """Make blocks at once, whatever the clock says."""
        return [self._mine() for _ in range(count)]

    def _mine(self, max_transactions: int | None = None) -> Block:
        block = self.producer.seal_block(max_transactions)
        for listener in tuple(self._listeners):
            listener(block)
        return block

    async def _run_clock(self) -> None:
        if self.block_time is None:
            await self._seal_on_demand()
        else:
            await self._seal_on_time(self.block_time)

    async def _seal_on_demand(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            while self.producer.pool.ready_count:
                before = self.producer.pool.ready_count
                self._mine(max_transactions=1)
                await asyncio.sleep(0)
                if self.producer.pool.ready_count >= before:
                    break  # what is ready cannot be included now; wait for something new

    async def _seal_on_time(self, block_time: float) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + block_time
        while True:
            await asyncio.sleep(max(0.0, due - loop.time()))
            self._mine()
            missed = int(max(0.0, loop.time() - due) / block_time)
            if missed:
                _log.info("The block clock was late and skipped %d blocks.", missed)
            due += block_time * (1 + missed)
