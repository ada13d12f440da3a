"""A chain that a test fills in: one block, some balances, one subnet."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import pytest

from taocli.domain.address import Address
from taocli.domain.balance import Balance, alpha, tao
from taocli.domain.block import BlockRef
from taocli.domain.extrinsic import Call, Effect, Plan
from taocli.domain.neuron import AxonEndpoint
from taocli.domain.stake import StakePosition
from taocli.domain.subnet import Subnet

BLOCK = BlockRef(100, "0x" + "ab" * 32)


def _subnet() -> Subnet:
    return Subnet(
        netuid=1, name="text", symbol="α", owner_hotkey=Address(b"o" * 32),
        owner_coldkey=Address(b"o" * 32), tempo=20, last_epoch_block=80, blocks_since_epoch=20,
        tao_in=tao(1000), alpha_in=alpha(500, 1), alpha_out=alpha(10, 1), price=Fraction(2),
        burn=tao("0.5"), neurons=2, max_neurons=256, registration_allowed=True,
        immunity_period=100, weights_rate_limit=5, serving_rate_limit=5, block=BLOCK,
    )  # fmt: skip


@dataclass
class StillChain:
    """Both ``Chain`` and its only ``View``."""

    subnet_1: Subnet = field(default_factory=_subnet)
    balances: dict[Address, Balance] = field(default_factory=dict)
    uids: dict[Address, int] = field(default_factory=dict)
    axons: dict[Address, AxonEndpoint] = field(default_factory=dict)
    positions: list[StakePosition] = field(default_factory=list)
    block: BlockRef = BLOCK

    async def head(self) -> BlockRef:
        return self.block

    def at(self, block: BlockRef) -> "StillChain":
        return self

    async def balance(self, account: Address) -> Balance:
        return self.balances.get(account, Balance(0))

    async def subnet(self, netuid: int) -> Subnet | None:
        return self.subnet_1 if netuid == 1 else None

    async def uid(self, netuid: int, hotkey: Address) -> int | None:
        return self.uids.get(hotkey)

    async def axon(self, netuid: int, hotkey: Address) -> AxonEndpoint | None:
        return self.axons.get(hotkey)

    async def stakes(self, coldkey: Address) -> list[StakePosition]:
        return self.positions

    async def plan(self, call: Call, signer: Address, effects: Sequence[Effect] = ()) -> Plan:
        return Plan(call, signer, Balance(1), self.block, "0x", 425, tuple(effects))


@pytest.fixture
def chain() -> StillChain:
    return StillChain()
