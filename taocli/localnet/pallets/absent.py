"""Pallets that clients look into and that are always empty here: no calls, only storage and constants.

Drand pulses, encrypted transactions, proxies and crowdloans do not exist on this chain. Clients ask for
them all the same, to tell what an account may do or how to send a call, and need an empty answer and
the types to read it. Paths, defaults and constants are those of Subtensor spec 425.
"""

from taocli.localnet.frame.pallet import Constant, Error, Pallet
from taocli.localnet.frame.storage import Identity, Map, Twox64Concat, Value
from taocli.localnet.frame.types import (
    H256,
    AccountId,
    BoundedVec,
    Enum,
    Option,
    RuntimeCall,
    Struct,
    Tuple,
    Variant,
    boolean,
    u8,
    u32,
    u64,
)
from taocli.localnet.pallets.subtensor.chain_types import PalletId

_PROXY_TYPES = (
    "Any", "Owner", "NonCritical", "NonTransfer", "Senate", "NonFungible", "Triumvirate",
    "Governance", "Staking", "Registration", "Transfer", "SmallTransfer", "RootWeights",
    "ChildKeys", "SudoUncheckedSetCode", "SwapHotkey", "SubnetLeaseBeneficiary", "RootClaim",
)  # fmt: skip
ProxyType = Enum(
    "subtensor_runtime_common::ProxyType",
    *(Variant(index, name) for index, name in enumerate(_PROXY_TYPES)),
)
ProxyDefinition = Struct(
    "pallet_subtensor_proxy::ProxyDefinition",
    {"AccountId": AccountId, "ProxyType": ProxyType, "BlockNumber": u32},
    delegate=AccountId,
    proxy_type=ProxyType,
    delay=u32,
)
Announcement = Struct(
    "pallet_subtensor_proxy::Announcement",
    {"AccountId": AccountId, "Hash": H256, "BlockNumber": u32},
    real=AccountId,
    call_hash=H256,
    height=u32,
)
BoundedCall = Enum(
    "frame_support::traits::preimages::Bounded",
    Variant(0, "Legacy", hash=H256),
    Variant(1, "Inline", BoundedVec(u8)),
    Variant(2, "Lookup", hash=H256, len=u32),
    params={"T": RuntimeCall, "H": Struct("sp_runtime::traits::BlakeTwo256")},
)
CrowdloanInfo = Struct(
    "pallet_crowdloan::CrowdloanInfo",
    {"AccountId": AccountId, "Balance": u64, "BlockNumber": u32, "Call": BoundedCall},
    creator=AccountId,
    deposit=u64,
    min_contribution=u64,
    end=u32,
    cap=u64,
    funds_account=AccountId,
    raised=u64,
    target_address=Option(AccountId),
    call=Option(BoundedCall),
    finalized=boolean,
    contributors_count=u32,
)


class Proxy(Pallet):
    """Accounts that act for others; nobody does."""

    name = "Proxy"
    index = 16
    crate = "pallet_subtensor_proxy"

    Proxies = Map((Twox64Concat, AccountId), Tuple(BoundedVec(ProxyDefinition), u64))
    Announcements = Map((Twox64Concat, AccountId), Tuple(BoundedVec(Announcement), u64))

    constants = (
        Constant("ProxyDepositBase", u64, 60_000_000),
        Constant("ProxyDepositFactor", u64, 33_000_000),
        Constant("MaxProxies", u32, 20),
        Constant("MaxPending", u32, 75),
        Constant("AnnouncementDepositBase", u64, 36_000_000),
        Constant("AnnouncementDepositFactor", u64, 68_000_000),
    )

    errors = (
        Error(
            "TooMany", "There are too many proxies registered or too many announcements pending."
        ),
        Error("NotFound", "Proxy registration not found."),
        Error("NotProxy", "Sender is not a proxy of the account to be proxied."),
        Error(
            "Unproxyable",
            "A call which is incompatible with the proxy type's filter was attempted.",
        ),
        Error("Duplicate", "Account is already a proxy."),
        Error(
            "NoPermission", "Call may not be made by proxy because it may escalate its privileges."
        ),
        Error("Unannounced", "Announcement, if made at all, was made too recently."),
        Error("NoSelfProxy", "Cannot add self as proxy."),
        Error(
            "AnnouncementDepositInvariantViolated",
            "Invariant violated: deposit recomputation returned None after updating announcements.",
        ),
        Error(
            "InvalidDerivedAccountId",
            "Failed to derive a valid account id from the provided entropy.",
        ),
    )


class Drand(Pallet):
    """Public randomness; no pulse ever arrives."""

    name = "Drand"
    index = 26
    crate = "pallet_drand"

    LastStoredRound = Value(u64)
    OldestStoredRound = Value(u64)
    NextUnsignedAt = Value(u32)

    errors = (
        Error("NoneValue", "The value retrieved was `None` as no value was previously set."),
        Error(
            "StorageOverflow",
            "There was an attempt to increment the value in storage over `u32::MAX`.",
        ),
        Error("DrandConnectionFailure", "Failed to connect to drand."),
        Error("UnverifiedPulse", "The pulse is invalid."),
        Error("InvalidRoundNumber", "The round number did not increment."),
        Error("PulseVerificationError", "The pulse could not be verified."),
    )


class Crowdloan(Pallet):
    """Funds raised together; none are."""

    name = "Crowdloan"
    index = 27
    crate = "pallet_crowdloan"

    Crowdloans = Map((Twox64Concat, u32), CrowdloanInfo, optional=True)
    NextCrowdloanId = Value(u32)
    Contributions = Map((Twox64Concat, u32), (Identity, AccountId), u64, optional=True)
    MaxContributions = Map((Twox64Concat, u32), u64, optional=True)
    CurrentCrowdloanId = Value(u32, optional=True)

    constants = (
        Constant("PalletId", PalletId, b"bt/cloan"),
        Constant("MinimumDeposit", u64, 10_000_000_000),
        Constant("AbsoluteMinimumContribution", u64, 100_000_000),
        Constant("MinimumBlockDuration", u32, 50_400),
        Constant("MaximumBlockDuration", u32, 432_000),
        Constant("RefundContributorsLimit", u32, 50),
        Constant("MaxContributors", u32, 500),
    )

    errors = (
        Error("DepositTooLow", "The crowdloan initial deposit is too low."),
        Error("CapTooLow", "The crowdloan cap is too low."),
        Error("MinimumContributionTooLow", "The minimum contribution is too low."),
        Error("CannotEndInPast", "The crowdloan cannot end in the past."),
        Error("BlockDurationTooShort", "The crowdloan block duration is too short."),
        Error("BlockDurationTooLong", "The block duration is too long."),
        Error(
            "InsufficientBalance",
            "The account does not have enough balance to pay for the initial deposit/contribution.",
        ),
        Error("Overflow", "An overflow occurred."),
        Error("InvalidCrowdloanId", "The crowdloan id is invalid."),
        Error("CapRaised", "The crowdloan cap has been fully raised."),
        Error("ContributionPeriodEnded", "The contribution period has ended."),
        Error("ContributionTooLow", "The contribution is too low."),
        Error("InvalidOrigin", "The origin of this call is invalid."),
        Error("AlreadyFinalized", "The crowdloan has already been finalized."),
        Error("ContributionPeriodNotEnded", "The crowdloan contribution period has not ended yet."),
        Error("NoContribution", "The contributor has no contribution for this crowdloan."),
        Error("CapNotRaised", "The crowdloan cap has not been raised."),
        Error("Underflow", "An underflow occurred."),
        Error("CallUnavailable", "Call to dispatch was not found in the preimage storage."),
        Error(
            "NotReadyToDissolve",
            "The crowdloan is not ready to be dissolved, it still has contributions.",
        ),
        Error("DepositCannotBeWithdrawn", "The deposit cannot be withdrawn from the crowdloan."),
        Error("MaxContributorsReached", "The maximum number of contributors has been reached."),
        Error(
            "InvalidFinalizationConfig", "Exactly one of call or target address must be provided."
        ),
        Error(
            "MaxContributionReached",
            "The contributor has already reached the maximum contribution.",
        ),
        Error("MaximumContributionTooLow", "The maximum contribution is too low."),
        Error("MinimumContributionTooHigh", "The minimum contribution is too high."),
    )


class MevShield(Pallet):
    """Encrypted transactions; without a key nobody can send one."""

    name = "MevShield"
    index = 30
    crate = "pallet_shield"

    CurrentKey = Value(BoundedVec(u8), optional=True)
    PendingKey = Value(BoundedVec(u8), optional=True)
    NextKey = Value(BoundedVec(u8), optional=True)
    PendingKeyExpiresAt = Value(u32, optional=True)
    NextKeyExpiresAt = Value(u32, optional=True)
    MaxPendingExtrinsicsLimit = Value(u32, default=100)
    ExtrinsicLifetime = Value(u32, default=10)

    errors = (
        Error("BadEncKeyLen", "The announced ML‑KEM encapsulation key length is invalid."),
        Error("Unreachable", "Unreachable."),
        Error("TooManyPendingExtrinsics", "Too many pending extrinsics in storage."),
        Error(
            "WeightExceedsAbsoluteMax",
            "Weight exceeds the absolute maximum (half of total block weight).",
        ),
    )
