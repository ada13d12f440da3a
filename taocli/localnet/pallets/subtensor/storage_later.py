"""Storage that Subtensor got after spec 425 and that newer clients read before they act.

btcli 11 asks for a subnet's miner collateral before it registers and before it lists hyperparameters, for
the kind of consensus before it sets weights, and for how long root stake is held before it claims; it takes
a missing item for a broken chain. Collateral, baskets and suspended children do not exist here and consensus
is always Yuma, so these are always empty. ``TotalAlphaStaked`` alone is
kept, by ``later_calls``.
"""

from taocli.localnet.frame.storage import Blake2_128Concat, Identity, Map, Value
from taocli.localnet.frame.types import (
    I96F32,
    U64F64,
    AccountId,
    Enum,
    Struct,
    Unit,
    Variant,
    u16,
    u64,
)
from taocli.localnet.pallets.subtensor.storage import SubtensorStorage

MinerCollateralState = Struct(
    "pallet_subtensor::pallet::MinerCollateralState",
    locked=u64,
    drain_ratio=U64F64,
    min_locked=u64,
    earned=u64,
)
EpochConsensus = Enum(
    "pallet_subtensor::pallet::EpochConsensus", Variant(0, "Yuma"), Variant(1, "Null")
)


class LaterStorage(SubtensorStorage):
    """Items of later versions."""

    name = "SubtensorModule"

    CollateralLockShare = Map((Identity, u16), u16)
    CollateralDrainRatio = Map((Identity, u16), U64F64)
    ColdkeyMinerCollateral = Map((Identity, u16), (Blake2_128Concat, AccountId), u64)
    MinerCollateral = Map(
        (Identity, u16),
        (Blake2_128Concat, AccountId),
        (Blake2_128Concat, AccountId),
        MinerCollateralState,
        optional=True,
    )
    ChildkeyThresholdSuspended = Map((Blake2_128Concat, AccountId), Unit, optional=True)
    BasketRate = Map((Blake2_128Concat, AccountId), I96F32)
    SubnetEpochConsensus = Map((Identity, u16), EpochConsensus)
    RootStakeUnlockInterval = Value(u64)
    TotalAlphaStaked = Map((Identity, u16), u64)
