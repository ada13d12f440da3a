"""What the chain says about one hotkey, asked again with every block.

The feed asks for the head instead of subscribing to it: a subscription that stalls looks exactly like
a chain that stands still, while a question that is not answered is a failure with a reason. All reads
of one round speak of the same block.
"""

import asyncio
from collections.abc import Awaitable, Callable

from taocli.domain.balance import Balance
from taocli.domain.block import BlockRef
from taocli.domain.ports import Chain, View
from taocli.domain.subnet import Subnet
from taocli.feeds.readings import Standing, standing_of
from taocli.feeds.samples import Cell
from taocli.feeds.store import Store

CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 4.0
METAGRAPH_TIMEOUT_S = 20.0
METAGRAPH_EVERY_S = 60.0


class ChainFeed:
    """Reads head, subnet, own slot and own stake into the store; connects on first use."""

    name = "chain"
    poll_s = 1.0

    def __init__(self, connect: Callable[[], Awaitable[Chain]], store: Store) -> None:
        self._connect = connect
        self._store = store
        self._chain: Chain | None = None
        self._block: BlockRef | None = None

    async def poll(self) -> None:
        """One round: the head, and everything that depends on it when it moved."""
        chain = await self._connection()
        async with asyncio.timeout(READ_TIMEOUT_S):
            head = await chain.head()
        self._store.put_head(head, chain.endpoint)
        if head != self._block:
            await self._read_block(chain.at(head), chain.endpoint)
            self._block = head

    def fail(self, reason: str, retry_s: float) -> None:
        """Tell the store why a round failed."""
        self._store.fail_chain(reason, retry_s)

    async def close(self) -> None:
        """Let the connection go; the next round makes a new one."""
        chain, self._chain = self._chain, None
        if chain is not None:
            async with asyncio.timeout(READ_TIMEOUT_S):
                await chain.close()

    async def _connection(self) -> Chain:
        if self._chain is None:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                self._chain = await self._connect()
        return self._chain

    async def _read_block(self, view: View, source: str) -> None:
        watched, store = self._store.watched, self._store
        async with asyncio.timeout(READ_TIMEOUT_S):
            subnet = await view.subnet(watched.netuid)
        epoch_ran = _epoch_ran(store.subnet.value, subnet)
        store.put_subnet(subnet, source)
        if watched.hotkey is None or subnet is None:
            return
        async with asyncio.timeout(READ_TIMEOUT_S):
            uid = await view.uid(watched.netuid, watched.hotkey)
        if uid is None:
            store.put_standing(None, source)
        elif epoch_ran or uid != _uid(store.standing) or self._metagraph_is_old():
            async with asyncio.timeout(METAGRAPH_TIMEOUT_S):
                metagraph = await view.metagraph(watched.netuid)
            store.put_standing(standing_of(metagraph, watched.hotkey), source)
        await self._read_stake(view, source)

    async def _read_stake(self, view: View, source: str) -> None:
        watched, standing = self._store.watched, self._store.standing.value
        coldkey = standing.coldkey if standing is not None else watched.coldkey
        if coldkey is None:
            return
        async with asyncio.timeout(READ_TIMEOUT_S):
            positions = await view.stakes(coldkey)
        own = [
            position.stake
            for position in positions
            if position.hotkey == watched.hotkey and position.netuid == watched.netuid
        ]
        self._store.put_stake(own[0] if own else Balance(0, watched.netuid), source)

    def _metagraph_is_old(self) -> bool:
        sample = self._store.standing.sample
        return sample is None or sample.age(self._store.clock.monotonic()) >= METAGRAPH_EVERY_S


def _epoch_ran(old: Subnet | None, new: Subnet | None) -> bool:
    return old is None or new is None or new.last_epoch_block != old.last_epoch_block


def _uid(cell: Cell[Standing | None]) -> int | None:
    return None if cell.value is None else cell.value.uid
