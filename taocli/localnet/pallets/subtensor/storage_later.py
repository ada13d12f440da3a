"""Storage that Subtensor got after spec 425 and that newer clients read before they act.

btcli 11 asks for a subnet's miner collateral before it registers and before it lists hyperparameters, and
takes a missing item for a broken chain. Collateral does not exist here, so these are always empty.
"""

from taocli.localnet.frame.storage import Blake2_128Concat, Identity, Map
from taocli.localnet.frame.types import U64F64, AccountId, u16, u64
from taocli.localnet.pallets.subtensor.storage import SubtensorStorage


class LaterStorage(SubtensorStorage):
    """Items of later versions."""

    name = "SubtensorModule"

    CollateralLockShare = Map((Identity, u16), u16)
    CollateralDrainRatio = Map((Identity, u16), U64F64)
    ColdkeyMinerCollateral = Map((Identity, u16), (Blake2_128Concat, AccountId), u64)
