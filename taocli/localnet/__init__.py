"""A Bittensor chain in one Python process, for development.

A block starts with the time (the Timestamp inherent), then the pallets' hooks run: registration prices
decay, new TAO is minted and split over the subnets' pools, and where a subnet's tempo is over an epoch
turns weights into incentive and dividends. Then the pool's signed extrinsics run one by one: each is
decoded, its thirteen extensions are checked, its fee is taken, its call is dispatched, and whatever it
did is recorded as events or undone. The header closes over parent, state and extrinsics, and
subscribers hear of it. Real clients cannot tell the difference in the flows this project tests.

``Localnet`` is the way in for programs and tests; see ``library``. It is imported when it is first used.
"""

from typing import TYPE_CHECKING

from taocli.localnet.exports import export as __getattr__

if TYPE_CHECKING:
    from taocli.localnet.library import Localnet

__all__ = ["Localnet", "__getattr__"]
