"""Subnets: pool, price, timing and the hyperparameters that miners and validators need."""

from dataclasses import dataclass
from fractions import Fraction

from taocli.domain.address import Address
from taocli.domain.balance import Balance
from taocli.domain.block import BlockRef


@dataclass(frozen=True, slots=True)
class Subnet:
    """One subnet at one block.

    ``tao_in`` and ``alpha_in`` are the pool's reserves, ``alpha_out`` the alpha in circulation,
    ``price`` is TAO for one alpha, ``burn`` the current registration price, ``tempo`` counts blocks.
    """

    netuid: int
    name: str
    symbol: str
    owner_hotkey: Address
    owner_coldkey: Address
    tempo: int
    last_epoch_block: int
    blocks_since_epoch: int
    tao_in: Balance
    alpha_in: Balance
    alpha_out: Balance
    price: Fraction
    burn: Balance
    neurons: int
    max_neurons: int
    registration_allowed: bool
    immunity_period: int
    weights_rate_limit: int
    serving_rate_limit: int
    block: BlockRef

    def value_in_tao(self, amount: Balance) -> Balance:
        """What ``amount`` of this subnet's alpha is worth at the pool price, before slippage."""
        if amount.netuid == 0:
            return amount
        return Balance(int(amount.rao * self.price), 0)
