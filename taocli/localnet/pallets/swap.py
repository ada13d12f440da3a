"""Swap: fee rates and the weights of the subnets' pools. Trading itself is SubtensorModule's.

User liquidity no longer exists on Subtensor; its calls answer ``Deprecated`` as on the real chain.
"""

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import Origin
from taocli.localnet.frame.pallet import Constant, Error, Event, Pallet
from taocli.localnet.frame.storage import Identity, Map, Twox64Concat
from taocli.localnet.frame.types import (
    AccountId,
    BoundedVec,
    Field,
    Newtype,
    Perquintill,
    Struct,
    boolean,
    i32,
    i64,
    u8,
    u16,
    u64,
    u128,
)
from taocli.localnet.pallets.subtensor.amm import HALF, MINIMUM_RESERVE
from taocli.localnet.pallets.subtensor.chain_types import PalletId

Balancer = Struct("pallet_subtensor_swap::pallet::balancer::Balancer", quote=Perquintill)
NonZeroU64 = Newtype("NonZeroU64", u64)
TickIndex = Newtype("pallet_subtensor_swap::pallet::TickIndex", i32)
PositionId = Newtype("pallet_subtensor_swap::pallet::PositionId", u128)
_ACCOUNT = Field(None, AccountId, "T::AccountId")
_NETUID = Field(None, u16, "NetUid")
MAX_FEE_RATE = 10_000


class Swap(Pallet):
    """How dear trading is, and how heavy TAO weighs in each pool."""

    name = "Swap"
    index = 28
    crate = "pallet_subtensor_swap"

    FeeRate = Map((Twox64Concat, u16), u16, default=33)
    SwapBalancer = Map((Twox64Concat, u16), Balancer, default={"quote": HALF})
    PalSwapInitialized = Map((Twox64Concat, u16), boolean)
    HasMigrationRun = Map((Identity, BoundedVec(u8)), boolean)
    ScrapReservoirAlpha = Map((Twox64Concat, u16), u64)

    events = (Event("FeeRateSet", netuid=u16, rate=u16),)
    errors = (
        Error("FeeRateTooHigh", "The fee rate is too high."),
        Error("InsufficientInputAmount", "The provided amount is insufficient for the swap."),
        Error("InsufficientLiquidity", "The provided liquidity is insufficient for the operation."),
        Error("PriceLimitExceeded", "The operation would exceed the price limit."),
        Error("InsufficientBalance", "The caller does not have enough balance for the operation."),
        Error("InvalidTickRange", "The provided tick range is invalid."),
        Error(
            "InvalidLiquidityValue", "Provided liquidity parameter is invalid (likely too small)."
        ),
        Error("ReservesTooLow", "Reserves too low for operation."),
        Error("MechanismDoesNotExist", "The subnet does not exist."),
        Error("SubtokenDisabled", "The subnet does not have subtoken enabled."),
        Error("ReservesOutOfBalance", "Swap reserves are too imbalanced."),
        Error("SwapInputTooLarge", "Swap input is too large relative to input-side liquidity."),
        Error("Deprecated", "The extrinsic is deprecated."),
    )
    constants = (
        Constant("ProtocolId", PalletId, b"ten/swap"),
        Constant("MaxFeeRate", u16, MAX_FEE_RATE),
        Constant("MinimumLiquidity", u64, 1_000),
        Constant("MinimumReserve", NonZeroU64, MINIMUM_RESERVE),
    )

    def quote(self, netuid: int) -> int:
        """The weight of TAO in a pool, in parts of 10^18."""
        weight: int = self.SwapBalancer[netuid]["quote"]
        return weight

    def set_quote(self, netuid: int, weight: int) -> None:
        """Move a pool's weights."""
        self.SwapBalancer[netuid] = {"quote": weight}

    @call(0, netuid=u16, rate=u16)
    def set_fee_rate(self, origin: Origin, netuid: int, rate: int) -> None:
        """Set a pool's fee in parts of 65535."""
        origin.root()
        self.ensure(rate <= MAX_FEE_RATE, "FeeRateTooHigh")
        self.FeeRate[netuid] = rate
        self.deposit("FeeRateSet", netuid, rate)

    @call(
        1, hotkey=_ACCOUNT, netuid=_NETUID, tick_low=TickIndex, tick_high=TickIndex, liquidity=u64
    )
    def add_liquidity(
        self,
        origin: Origin,  # noqa: ARG002 - wire
        hotkey: bytes,  # noqa: ARG002 - wire
        netuid: int,  # noqa: ARG002 - wire
        tick_low: int,  # noqa: ARG002 - wire
        tick_high: int,  # noqa: ARG002 - wire
        liquidity: int,  # noqa: ARG002 - wire
    ) -> None:
        """Deprecated: there is no user liquidity."""
        self.fail("Deprecated")

    @call(2, hotkey=_ACCOUNT, netuid=_NETUID, position_id=PositionId)
    def remove_liquidity(
        self,
        origin: Origin,  # noqa: ARG002 - wire
        hotkey: bytes,  # noqa: ARG002 - wire
        netuid: int,  # noqa: ARG002 - wire
        position_id: int,  # noqa: ARG002 - wire
    ) -> None:
        """Deprecated: there is no user liquidity."""
        self.fail("Deprecated")

    @call(3, hotkey=_ACCOUNT, netuid=_NETUID, position_id=PositionId, liquidity_delta=i64)
    def modify_position(
        self,
        origin: Origin,  # noqa: ARG002 - wire
        hotkey: bytes,  # noqa: ARG002 - wire
        netuid: int,  # noqa: ARG002 - wire
        position_id: int,  # noqa: ARG002 - wire
        liquidity_delta: int,  # noqa: ARG002 - wire
    ) -> None:
        """Deprecated: there is no user liquidity."""
        self.fail("Deprecated")

    @call(4, netuid=u16, enable=boolean)
    def toggle_user_liquidity(self, origin: Origin, netuid: int, enable: bool) -> None:  # noqa: ARG002 - wire
        """Deprecated: there is no user liquidity."""
        self.fail("Deprecated")

    @call(5)
    def disable_lp(self, origin: Origin) -> None:  # noqa: ARG002 - wire
        """Deprecated: there is no user liquidity."""
        self.fail("Deprecated")
