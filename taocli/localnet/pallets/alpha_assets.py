"""AlphaAssets: three counters of alpha per subnet, which clients find here but always at zero.

On the real chain they count what was minted, burned and recycled, beside the figures of SubtensorModule that
everything is decided by. This chain keeps only the latter (``SubnetAlphaIn``, ``SubnetAlphaOut``). Source:
Subtensor spec 425, ``pallets/alpha-assets``.
"""

from taocli.localnet.frame.pallet import Pallet
from taocli.localnet.frame.storage import Map, Twox64Concat
from taocli.localnet.frame.types import u16, u64


class AlphaAssets(Pallet):
    """Storage alone: the real pallet has no calls, events, errors or constants either."""

    name = "AlphaAssets"
    index = 31

    TotalAlphaIssuance = Map((Twox64Concat, u16), u64)
    AlphaBurned = Map((Twox64Concat, u16), u64)
    AlphaRecycled = Map((Twox64Concat, u16), u64)
