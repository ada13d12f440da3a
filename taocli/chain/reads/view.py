"""The ``View`` port over a connection: every read names the same block."""

from collections.abc import Sequence

from taocli.chain.connection import Connection
from taocli.chain.reads import accounts, neurons, subnets
from taocli.domain.address import Address
from taocli.domain.balance import Balance
from taocli.domain.block import BlockRef, ChainEvent
from taocli.domain.neuron import AxonEndpoint, Metagraph
from taocli.domain.stake import StakePosition
from taocli.domain.subnet import Subnet


class BlockView:
    """Reads pinned to one block."""

    def __init__(self, connection: Connection, block: BlockRef) -> None:
        self._connection = connection
        self._block = block

    @property
    def block(self) -> BlockRef:
        """The pinned block."""
        return self._block

    async def balance(self, account: Address) -> Balance:
        """Free TAO of an account."""
        return await accounts.balance(self._connection, self._block, account)

    async def subnets(self) -> Sequence[Subnet]:
        """Every subnet, in order of netuid."""
        return await subnets.subnets(self._connection, self._block)

    async def subnet(self, netuid: int) -> Subnet | None:
        """One subnet, or None."""
        return await subnets.subnet(self._connection, self._block, netuid)

    async def metagraph(self, netuid: int) -> Metagraph:
        """All neurons of a subnet."""
        return await neurons.metagraph(self._connection, self._block, netuid)

    async def uid(self, netuid: int, hotkey: Address) -> int | None:
        """The slot of a hotkey, or None."""
        return await neurons.uid(self._connection, self._block, netuid, hotkey)

    async def axon(self, netuid: int, hotkey: Address) -> AxonEndpoint | None:
        """What a hotkey serves, or None."""
        return await neurons.axon(self._connection, self._block, netuid, hotkey)

    async def stakes(self, coldkey: Address) -> Sequence[StakePosition]:
        """Every non-zero stake of a coldkey."""
        return await accounts.stakes(self._connection, self._block, coldkey)

    async def events(self) -> Sequence[ChainEvent]:
        """What the block recorded."""
        codec = await self._connection.codec()
        key = "0x" + codec.storage_key("System", "Events").hex()
        raw = await self._connection.raw_storage(self._block, key)
        return codec.events(raw)
