"""Types of SubtensorModule's storage and events; paths and field order are wire (Subtensor spec 425)."""

from taocli.localnet.frame.types import (
    U64F64,
    AccountId,
    Array,
    BoundedVec,
    BTreeSet,
    Bytes,
    Enum,
    Newtype,
    Option,
    Struct,
    Variant,
    i64,
    u8,
    u16,
    u32,
    u64,
    u128,
)

H160 = Newtype("primitive_types::H160", Array(u8, 20))

Percent = Newtype("sp_arithmetic::per_things::Percent", u8)

PalletId = Newtype("frame_support::PalletId", Array(u8, 8))

AxonInfo = Struct(
    "pallet_subtensor::pallet::AxonInfo",
    block=u64,
    version=u32,
    ip=u128,
    port=u16,
    ip_type=u8,
    protocol=u8,
    placeholder1=u8,
    placeholder2=u8,
)

PrometheusInfo = Struct(
    "pallet_subtensor::pallet::PrometheusInfo",
    block=u64,
    version=u32,
    ip=u128,
    port=u16,
    ip_type=u8,
)

NeuronCertificate = Struct(
    "pallet_subtensor::pallet::NeuronCertificate",
    public_key=BoundedVec(u8),
    algorithm=u8,
)

ChainIdentityV2 = Struct(
    "pallet_subtensor::pallet::ChainIdentityV2",
    name=Bytes,
    url=Bytes,
    github_repo=Bytes,
    image=Bytes,
    discord=Bytes,
    description=Bytes,
    additional=Bytes,
)

SubnetIdentityV3 = Struct(
    "pallet_subtensor::pallet::SubnetIdentityV3",
    subnet_name=Bytes,
    github_repo=Bytes,
    subnet_contact=Bytes,
    subnet_url=Bytes,
    discord=Bytes,
    description=Bytes,
    logo_url=Bytes,
    additional=Bytes,
)

LockState = Struct(
    "pallet_subtensor::staking::lock::LockState",
    locked_mass=u64,
    conviction=U64F64,
    last_update=u64,
)

SafeFloat = Struct(
    "share_pool::SafeFloat",
    mantissa=u128,
    exponent=i64,
)

RecycleOrBurnEnum = Enum(
    "pallet_subtensor::pallet::RecycleOrBurnEnum",
    Variant(0, "Burn"),
    Variant(1, "Recycle"),
)

RootClaimTypeEnum = Enum(
    "pallet_subtensor::pallet::RootClaimTypeEnum",
    Variant(0, "Swap"),
    Variant(1, "Keep"),
    Variant(2, "KeepSubnets", subnets=BTreeSet(u16)),
)

Hyperparameter = Enum(
    "pallet_subtensor::utils::rate_limiting::Hyperparameter",
    Variant(0, "Unknown"),
    Variant(1, "ServingRateLimit"),
    Variant(2, "MaxDifficulty"),
    Variant(3, "AdjustmentAlpha"),
    Variant(4, "MaxWeightLimit"),
    Variant(5, "ImmunityPeriod"),
    Variant(6, "MinAllowedWeights"),
    Variant(7, "Kappa"),
    Variant(8, "Rho"),
    Variant(9, "ActivityCutoff"),
    Variant(10, "PowRegistrationAllowed"),
    Variant(11, "MinBurn"),
    Variant(12, "MaxBurn"),
    Variant(13, "BondsMovingAverage"),
    Variant(14, "BondsPenalty"),
    Variant(15, "CommitRevealEnabled"),
    Variant(16, "LiquidAlphaEnabled"),
    Variant(17, "AlphaValues"),
    Variant(18, "WeightCommitInterval"),
    Variant(19, "TransferEnabled"),
    Variant(20, "AlphaSigmoidSteepness"),
    Variant(21, "Yuma3Enabled"),
    Variant(22, "BondsResetEnabled"),
    Variant(23, "ImmuneNeuronLimit"),
    Variant(24, "RecycleOrBurn"),
    Variant(25, "MaxAllowedUids"),
    Variant(26, "BurnHalfLife"),
    Variant(27, "BurnIncreaseMult"),
    Variant(28, "SubnetEmissionEnabled"),
    Variant(29, "MinChildkeyTake"),
    Variant(30, "ActivityCutoffFactorMilli"),
    Variant(31, "TriggerEpoch"),
)

RateLimitKey = Enum(
    "pallet_subtensor::RateLimitKey",
    Variant(0, "SetSNOwnerHotkey", u16),
    Variant(1, "OwnerHyperparamUpdate", u16, Hyperparameter),
    Variant(2, "NetworkLastRegistered"),
    Variant(3, "LastTxBlock", AccountId),
    Variant(4, "LastTxBlockChildKeyTake", AccountId),
    Variant(5, "LastTxBlockDelegateTake", AccountId),
    Variant(6, "AddStakeBurn", u16),
    params={"AccountId": AccountId},
)

SubnetLease = Struct(
    "pallet_subtensor::subnets::leasing::SubnetLease",
    {"AccountId": AccountId, "BlockNumber": u32, "Balance": u64},
    beneficiary=AccountId,
    coldkey=AccountId,
    hotkey=AccountId,
    emissions_share=Percent,
    end_block=Option(u32),
    netuid=u16,
    cost=u64,
)
