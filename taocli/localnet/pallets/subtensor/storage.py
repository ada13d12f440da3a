"""Everything SubtensorModule remembers: names, hashers, types and defaults of Subtensor spec 425.

An attribute's name is the storage item's name on chain, so its spelling (``LastMechansimStepBlock``) is wire.
"""

from taocli.localnet.frame.pallet import Pallet
from taocli.localnet.frame.storage import Blake2_128Concat, Identity, Map, Twox64Concat, Value
from taocli.localnet.frame.types import (
    H256,
    I64F64,
    I96F32,
    U64F64,
    U96F32,
    AccountId,
    BoundedVec,
    BTreeMap,
    Bytes,
    Option,
    Tuple,
    Unit,
    Vec,
    boolean,
    i16,
    i64,
    u8,
    u16,
    u32,
    u64,
    u128,
)
from taocli.localnet.pallets.subtensor.chain_types import (
    H160,
    AxonInfo,
    ChainIdentityV2,
    LockState,
    NeuronCertificate,
    PrometheusInfo,
    RateLimitKey,
    RecycleOrBurnEnum,
    RootClaimTypeEnum,
    SafeFloat,
    SubnetIdentityV3,
    SubnetLease,
)


class SubtensorStorage(Pallet):
    """The storage of SubtensorModule; calls and hooks are in the subclasses."""

    name = "SubtensorModule"
    index = 7
    crate = "pallet_subtensor"

    MinActivityCutoff = Value(u16, default=360)
    AdminFreezeWindow = Value(u16, default=10)
    OwnerHyperparamRateLimit = Value(u16, default=2)
    DissolveNetworkScheduleDuration = Value(u32, default=36_000)
    LastHotkeySwapOnNetuid = Map((Identity, u16), (Blake2_128Concat, AccountId), u64)
    NextStakeJobId = Value(u64)
    TaoWeight = Value(u64, default=971_718_665_099_567_868)
    CKBurn = Value(u64)
    MaxDelegateTake = Value(u16, default=11_796)
    MinDelegateTake = Value(u16)
    MaxChildkeyTake = Value(u16, default=11_796)
    MinChildkeyTake = Value(u16)
    MinChildkeyTakePerSubnet = Map((Identity, u16), u16)
    Owner = Map((Blake2_128Concat, AccountId), AccountId)
    AccountFlags = Map((Blake2_128Concat, AccountId), u128)
    Delegates = Map((Blake2_128Concat, AccountId), u16, default=11_796)
    ChildkeyTake = Map((Blake2_128Concat, AccountId), (Identity, u16), u16)
    PendingChildKeys = Map(
        (Identity, u16), (Blake2_128Concat, AccountId), Tuple(Vec(Tuple(u64, AccountId)), u64)
    )
    ChildKeys = Map((Blake2_128Concat, AccountId), (Identity, u16), Vec(Tuple(u64, AccountId)))
    ParentKeys = Map((Blake2_128Concat, AccountId), (Identity, u16), Vec(Tuple(u64, AccountId)))
    AlphaDividendsPerSubnet = Map((Identity, u16), (Blake2_128Concat, AccountId), u64)
    RootAlphaDividendsPerSubnet = Map((Identity, u16), (Blake2_128Concat, AccountId), u64)
    BlockEmission = Value(u64, default=1_000_000_000)
    LastHotkeyEmissionOnNetuid = Map((Blake2_128Concat, AccountId), (Identity, u16), u64)
    SubnetLimit = Value(u16, default=128)
    TotalIssuance = Value(u64)
    TotalStake = Value(u64)
    SubnetMovingAlpha = Value(I96F32, default=12_885)
    SubnetMovingPrice = Map((Identity, u16), I96F32)
    RootProp = Map((Identity, u16), U96F32)
    SubnetVolume = Map((Identity, u16), u128)
    SubnetTAO = Map((Identity, u16), u64)
    SubnetAlphaInEmission = Map((Identity, u16), u64)
    SubnetEmissionEnabled = Map((Identity, u16), boolean, default=True)
    SubnetAlphaOutEmission = Map((Identity, u16), u64)
    SubnetTaoInEmission = Map((Identity, u16), u64)
    SubnetExcessTao = Map((Identity, u16), u64)
    SubnetRootSellTao = Map((Identity, u16), u64)
    SubnetAlphaIn = Map((Identity, u16), u64)
    SubnetAlphaOut = Map((Identity, u16), u64)
    SubnetProtocolAlpha = Map((Identity, u16), u64)
    StakingHotkeys = Map((Blake2_128Concat, AccountId), Vec(AccountId))
    OwnedHotkeys = Map((Blake2_128Concat, AccountId), Vec(AccountId))
    AutoStakeDestination = Map(
        (Blake2_128Concat, AccountId), (Identity, u16), AccountId, optional=True
    )
    AutoStakeDestinationColdkeys = Map(
        (Blake2_128Concat, AccountId), (Identity, u16), Vec(AccountId)
    )
    ColdkeySwapAnnouncementDelay = Value(u32, default=36_000)
    ColdkeySwapReannouncementDelay = Value(u32, default=7_200)
    ColdkeySwapAnnouncements = Map((Twox64Concat, AccountId), Tuple(u32, H256), optional=True)
    ColdkeySwapDisputes = Map((Twox64Concat, AccountId), u32, optional=True)
    TotalHotkeyAlpha = Map((Blake2_128Concat, AccountId), (Identity, u16), u64)
    TotalHotkeyAlphaLastEpoch = Map((Blake2_128Concat, AccountId), (Identity, u16), u64)
    TotalHotkeyShares = Map((Blake2_128Concat, AccountId), (Identity, u16), U64F64)
    Alpha = Map(
        (Blake2_128Concat, AccountId), (Blake2_128Concat, AccountId), (Identity, u16), U64F64
    )
    TotalHotkeySharesV2 = Map((Blake2_128Concat, AccountId), (Identity, u16), SafeFloat)
    AlphaV2 = Map(
        (Blake2_128Concat, AccountId), (Blake2_128Concat, AccountId), (Identity, u16), SafeFloat
    )
    Lock = Map(
        (Blake2_128Concat, AccountId),
        (Identity, u16),
        (Blake2_128Concat, AccountId),
        LockState,
        optional=True,
    )
    LockingColdkeys = Map(
        (Identity, u16),
        (Blake2_128Concat, AccountId),
        (Blake2_128Concat, AccountId),
        Unit,
        optional=True,
    )
    HotkeyLock = Map((Identity, u16), (Blake2_128Concat, AccountId), LockState, optional=True)
    DecayingHotkeyLock = Map(
        (Identity, u16), (Blake2_128Concat, AccountId), LockState, optional=True
    )
    OwnerLock = Map((Identity, u16), LockState, optional=True)
    DecayingOwnerLock = Map((Identity, u16), LockState, optional=True)
    DecayingLock = Map((Blake2_128Concat, AccountId), (Identity, u16), boolean, optional=True)
    OwnerCutAutoLockEnabled = Map((Identity, u16), boolean)
    MaturityRate = Value(u64, default=934_866)
    UnlockRate = Value(u64, default=934_866)
    AlphaMapLastKey = Value(Option(Bytes))
    AlphaV2MapLastKey = Value(Option(Bytes))
    TokenSymbol = Map((Identity, u16), Bytes, default=b"\xf0\x9d\x9c\x8f")
    SubnetTaoFlow = Map((Identity, u16), i64)
    SubnetEmaTaoFlow = Map((Identity, u16), Tuple(u64, I64F64), optional=True)
    NetTaoFlowEnabled = Value(boolean, default=True)
    SubnetProtocolFlow = Map((Identity, u16), i64)
    SubnetEmaProtocolFlow = Map((Identity, u16), Tuple(u64, I64F64), optional=True)
    TaoFlowCutoff = Value(I64F64)
    FlowNormExponent = Value(U64F64, default=18_446_744_073_709_551_616)
    FlowEmaSmoothingFactor = Value(u64, default=29_597_889_189_277)
    UsedWork = Map((Identity, Bytes), u64)
    MaxRegistrationsPerBlock = Map((Identity, u16), u16, default=1)
    TotalNetworks = Value(u16)
    NetworkImmunityPeriod = Value(u64, default=1_296_000)
    StartCallDelay = Value(u64)
    NetworkMinLockCost = Value(u64, default=1_000_000_000_000)
    NetworkLastLockCost = Value(u64, default=1_000_000_000_000)
    NetworkLockReductionInterval = Value(u64, default=100_800)
    SubnetOwnerCut = Value(u16, default=11_796)
    OwnerCutEnabled = Map((Identity, u16), boolean, default=True)
    NetworkRateLimit = Value(u64, default=7_200)
    NominatorMinRequiredStake = Value(u64)
    WeightsVersionKeyRateLimit = Value(u64, default=5)
    LastRateLimitedBlock = Map((Identity, RateLimitKey), u64)
    TransferToggle = Map((Identity, u16), boolean, default=True)
    SubnetLocked = Map((Identity, u16), u64)
    LargestLocked = Map((Identity, u16), u64)
    Tempo = Map((Identity, u16), u16, default=360)
    LastEpochBlock = Map((Identity, u16), u64)
    PendingEpochAt = Map((Identity, u16), u64)
    SubnetEpochIndex = Map((Identity, u16), u64)
    ActivityCutoffFactorMilli = Map((Identity, u16), u32, default=13_889)
    FirstEmissionBlockNumber = Map((Identity, u16), u64, optional=True)
    SubnetMechanism = Map((Identity, u16), u16)
    SubnetworkN = Map((Identity, u16), u16)
    NetworksAdded = Map((Identity, u16), boolean)
    IsNetworkMember = Map((Blake2_128Concat, AccountId), (Identity, u16), boolean)
    NetworkRegistrationAllowed = Map((Identity, u16), boolean, default=True)
    NetworkPowRegistrationAllowed = Map((Identity, u16), boolean, default=True)
    NetworkRegisteredAt = Map((Identity, u16), u64)
    RegisteredSubnetCounter = Map((Identity, u16), u64)
    PendingServerEmission = Map((Identity, u16), u64)
    PendingValidatorEmission = Map((Identity, u16), u64)
    PendingRootAlphaDivs = Map((Identity, u16), u64)
    PendingOwnerCut = Map((Identity, u16), u64)
    MinerBurned = Map((Identity, u16), U96F32)
    BlocksSinceLastStep = Map((Identity, u16), u64)
    LastMechansimStepBlock = Map((Identity, u16), u64)
    SubnetOwner = Map((Identity, u16), AccountId)
    SubnetOwnerHotkey = Map((Identity, u16), AccountId)
    RecycleOrBurn = Map((Identity, u16), RecycleOrBurnEnum)
    ServingRateLimit = Map((Identity, u16), u64, default=50)
    Rho = Map((Identity, u16), u16, default=10)
    AlphaSigmoidSteepness = Map((Identity, u16), i16, default=1_000)
    Kappa = Map((Identity, u16), u16, default=32_767)
    RegistrationsThisInterval = Map((Identity, u16), u16)
    POWRegistrationsThisInterval = Map((Identity, u16), u16)
    BurnRegistrationsThisInterval = Map((Identity, u16), u16)
    MinAllowedUids = Map((Identity, u16), u16, default=64)
    MaxAllowedUids = Map((Identity, u16), u16, default=256)
    ImmunityPeriod = Map((Identity, u16), u16, default=4_096)
    ActivityCutoff = Map((Identity, u16), u16, default=5_000)
    MaxWeightsLimit = Map((Identity, u16), u16, default=65_535)
    WeightsVersionKey = Map((Identity, u16), u64)
    MinAllowedWeights = Map((Identity, u16), u16, default=1_024)
    MaxAllowedValidators = Map((Identity, u16), u16, default=128)
    AdjustmentInterval = Map((Identity, u16), u16, default=100)
    BondsMovingAverage = Map((Identity, u16), u64, default=900_000)
    BondsPenalty = Map((Identity, u16), u16, default=65_535)
    BondsResetOn = Map((Identity, u16), boolean)
    WeightsSetRateLimit = Map((Identity, u16), u64, default=100)
    ValidatorPruneLen = Map((Identity, u16), u64, default=1)
    ScalingLawPower = Map((Identity, u16), u16, default=50)
    TargetRegistrationsPerInterval = Map((Identity, u16), u16, default=2)
    AdjustmentAlpha = Map((Identity, u16), u64)
    CommitRevealWeightsEnabled = Map((Identity, u16), boolean, default=True)
    Burn = Map((Identity, u16), u64, default=100_000_000)
    Difficulty = Map((Identity, u16), u64, default=10_000_000)
    MinBurn = Map((Identity, u16), u64, default=500_000)
    MaxBurn = Map((Identity, u16), u64, default=100_000_000_000)
    MinDifficulty = Map((Identity, u16), u64, default=10_000_000)
    MaxDifficulty = Map((Identity, u16), u64, default=4_611_686_018_427_387_903)
    LastAdjustmentBlock = Map((Identity, u16), u64)
    RegistrationsThisBlock = Map((Identity, u16), u16)
    EMAPriceHalvingBlocks = Map((Identity, u16), u64, default=201_600)
    RAORecycledForRegistration = Map((Identity, u16), u64)
    MaxEpochsPerBlock = Value(u8, default=2)
    TxRateLimit = Value(u64, default=1_000)
    TxDelegateTakeRateLimit = Value(u64, default=216_000)
    TxChildkeyTakeRateLimit = Value(u64, default=216_000)
    LiquidAlphaOn = Map((Blake2_128Concat, u16), boolean)
    Yuma3On = Map((Blake2_128Concat, u16), boolean)
    AlphaValues = Map((Identity, u16), Tuple(u16, u16), default=(45875, 58982))
    SubtokenEnabled = Map((Identity, u16), boolean)
    VotingPower = Map((Identity, u16), (Blake2_128Concat, AccountId), u64)
    VotingPowerTrackingEnabled = Map((Identity, u16), boolean)
    VotingPowerDisableAtBlock = Map((Identity, u16), u64)
    VotingPowerEmaAlpha = Map((Identity, u16), u64, default=3_570_000_000_000_000)
    ImmuneOwnerUidsLimit = Map((Identity, u16), u16, default=1)
    StakeWeight = Map((Identity, u16), Vec(u16))
    Uids = Map((Identity, u16), (Blake2_128Concat, AccountId), u16, optional=True)
    Keys = Map((Identity, u16), (Identity, u16), AccountId)
    LoadedEmission = Map((Identity, u16), Vec(Tuple(AccountId, u64, u64)), optional=True)
    Active = Map((Identity, u16), Vec(boolean))
    Consensus = Map((Identity, u16), Vec(u16))
    Incentive = Map((Identity, u16), Vec(u16))
    Dividends = Map((Identity, u16), Vec(u16))
    Emission = Map((Identity, u16), Vec(u64))
    LastUpdate = Map((Identity, u16), Vec(u64))
    ValidatorTrust = Map((Identity, u16), Vec(u16))
    ValidatorPermit = Map((Identity, u16), Vec(boolean))
    Weights = Map((Identity, u16), (Identity, u16), Vec(Tuple(u16, u16)))
    Bonds = Map((Identity, u16), (Identity, u16), Vec(Tuple(u16, u16)))
    BlockAtRegistration = Map((Identity, u16), (Identity, u16), u64)
    Axons = Map((Identity, u16), (Blake2_128Concat, AccountId), AxonInfo, optional=True)
    NeuronCertificates = Map(
        (Identity, u16), (Blake2_128Concat, AccountId), NeuronCertificate, optional=True
    )
    Prometheus = Map((Identity, u16), (Blake2_128Concat, AccountId), PrometheusInfo, optional=True)
    IdentitiesV2 = Map((Blake2_128Concat, AccountId), ChainIdentityV2, optional=True)
    SubnetIdentitiesV3 = Map((Blake2_128Concat, u16), SubnetIdentityV3, optional=True)
    TransactionKeyLastBlock = Map(
        (Blake2_128Concat, AccountId), (Identity, u16), (Identity, u16), u64
    )
    LastTxBlock = Map((Identity, AccountId), u64)
    LastTxBlockChildKeyTake = Map((Identity, AccountId), u64)
    LastTxBlockDelegateTake = Map((Identity, AccountId), u64)
    StakeThreshold = Value(u64)
    WeightCommits = Map(
        (Twox64Concat, u16),
        (Twox64Concat, AccountId),
        Vec(Tuple(H256, u64, u64, u64)),
        optional=True,
    )
    TimelockedWeightCommits = Map(
        (Twox64Concat, u16), (Twox64Concat, u64), Vec(Tuple(AccountId, u64, BoundedVec(u8), u64))
    )
    CRV3WeightCommits = Map(
        (Twox64Concat, u16), (Twox64Concat, u64), Vec(Tuple(AccountId, BoundedVec(u8), u64))
    )
    CRV3WeightCommitsV2 = Map(
        (Twox64Concat, u16), (Twox64Concat, u64), Vec(Tuple(AccountId, u64, BoundedVec(u8), u64))
    )
    RevealPeriodEpochs = Map((Twox64Concat, u16), u64, default=1)
    LastColdkeyHotkeyStakeBlock = Map(
        (Twox64Concat, AccountId), (Twox64Concat, AccountId), u64, optional=True
    )
    RootClaimableThreshold = Map((Blake2_128Concat, u16), I96F32, default=2_147_483_648_000_000)
    RootClaimable = Map((Blake2_128Concat, AccountId), BTreeMap(u16, I96F32))
    RootClaimed = Map(
        (Identity, u16), (Blake2_128Concat, AccountId), (Blake2_128Concat, AccountId), u128
    )
    RootClaimType = Map((Blake2_128Concat, AccountId), RootClaimTypeEnum)
    StakingColdkeysByIndex = Map((Identity, u64), AccountId, optional=True)
    StakingColdkeys = Map((Identity, AccountId), u64, optional=True)
    NumStakingColdkeys = Value(u64)
    NumRootClaim = Value(u64, default=5)
    AssociatedEvmAddress = Map(
        (Twox64Concat, u16), (Twox64Concat, u16), Tuple(H160, u64), optional=True
    )
    SubnetLeases = Map((Twox64Concat, u32), SubnetLease, optional=True)
    SubnetLeaseShares = Map((Twox64Concat, u32), (Identity, AccountId), U64F64)
    SubnetUidToLeaseId = Map((Twox64Concat, u16), u32, optional=True)
    NextSubnetLeaseId = Value(u32)
    AccumulatedLeaseDividends = Map((Twox64Concat, u32), u64)
    CommitRevealWeightsVersion = Value(u16, default=4)
    NetworkRegistrationStartBlock = Value(u64)
    TaoInRefundDeploymentBlock = Value(u64)
    MinNonImmuneUids = Map((Identity, u16), u16, default=10)
    MaxMechanismCount = Value(u8, default=2)
    MechanismCountCurrent = Map((Twox64Concat, u16), u8, default=1)
    MechanismEmissionSplit = Map((Twox64Concat, u16), Vec(u16), optional=True)
    BurnHalfLife = Map((Identity, u16), u16, default=360)
    BurnIncreaseMult = Map((Identity, u16), U64F64, default=23_242_897_532_874_035_200)
    AutoParentDelegationEnabled = Map((Blake2_128Concat, AccountId), boolean, default=True)
    HasMigrationRun = Map((Identity, Bytes), boolean)
    PendingChildKeyCooldown = Value(u64, default=7_200)
