"""LimitOrders: signed orders that somebody else carries to the chain, switched off here for good.

The pallet is off by default on the real chain as well, and then says ``LimitOrdersDisabled`` to every order;
here nothing can switch it on, and cancelling says the same. The types are the real ones, so that clients which
look for the pallet can encode orders. Source: Subtensor spec 425, ``pallets/limit-orders``.
"""

from typing import Any

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import DispatchError, Origin
from taocli.localnet.frame.pallet import Constant, Error, Event, Pallet
from taocli.localnet.frame.storage import Blake2_128Concat, Identity, Map, Value
from taocli.localnet.frame.types import (
    H256,
    AccountId,
    BoundedVec,
    Enum,
    Field,
    MultiSignature,
    Newtype,
    Option,
    Struct,
    Variant,
    boolean,
    u8,
    u16,
    u32,
    u64,
)
from taocli.localnet.pallets.subtensor.chain_types import PalletId

_CRATE = "pallet_limit_orders"
Perbill = Newtype("sp_arithmetic::per_things::Perbill", u32)
OrderType = Enum(
    f"{_CRATE}::OrderType",
    Variant(0, "LimitBuy"),
    Variant(1, "TakeProfit"),
    Variant(2, "StopLoss"),
)
OrderSide = Enum(f"{_CRATE}::OrderSide", Variant(0, "Buy"), Variant(1, "Sell"))
OrderStatus = Enum(
    f"{_CRATE}::OrderStatus",
    Variant(0, "Fulfilled"),
    Variant(1, "PartiallyFilled", u64),
    Variant(2, "Cancelled"),
)
Order = Struct(
    f"{_CRATE}::Order",
    {"AccountId": AccountId},
    signer=AccountId,
    hotkey=AccountId,
    netuid=u16,
    order_type=OrderType,
    amount=u64,
    limit_price=u64,
    expiry=u64,
    fee_rate=Perbill,
    fee_recipient=AccountId,
    relayer=Option(BoundedVec(AccountId)),
    max_slippage=Option(Perbill),
    chain_id=u64,
    partial_fills_enabled=boolean,
)
VersionedOrder = Enum(
    f"{_CRATE}::VersionedOrder", Variant(0, "V1", Order), params={"AccountId": AccountId}
)
SignedOrder = Struct(
    f"{_CRATE}::SignedOrder",
    {"AccountId": AccountId},
    order=VersionedOrder,
    signature=MultiSignature,
    partial_fill=Option(u64),
)
_ORDERS = BoundedVec(SignedOrder)
_SIGNER = Field(None, AccountId, "T::AccountId")
PALLET_HOTKEY = b"modlbt/lmhky".ljust(32, b"\0")


class LimitOrders(Pallet):
    """Orders that are never executed."""

    name = "LimitOrders"
    index = 32

    Orders = Map((Blake2_128Concat, H256), OrderStatus, optional=True)
    LimitOrdersEnabled = Value(boolean)
    HasMigrationRun = Map((Identity, BoundedVec(u8)), boolean)

    events = (
        Event(
            "OrderExecuted",
            order_id=H256,
            signer=_SIGNER,
            netuid=u16,
            order_type=OrderType,
            amount_in=u64,
            amount_out=u64,
        ),
        Event("OrderSkipped", order_id=H256, reason=DispatchError),
        Event("OrderCancelled", order_id=H256, signer=_SIGNER),
        Event(
            "GroupExecutionSummary",
            netuid=u16,
            net_side=OrderSide,
            net_amount=u64,
            actual_out=u64,
            executed_count=u32,
        ),
        Event("LimitOrdersPalletStatusChanged", enabled=boolean),
    )
    errors = (
        Error("InvalidSignature", "The order is not signed by its signer."),
        Error("OrderAlreadyProcessed", "The order was executed before."),
        Error("OrderCancelled", "The order was cancelled."),
        Error("OrderExpired", "The order is no longer good."),
        Error("PriceConditionNotMet", "The price is not where the order wants it."),
        Error("Unauthorized", "Only the order's signer may do that."),
        Error("SwapReturnedZero", "The trade would give nothing."),
        Error("RootNetUidNotAllowed", "The root network has no alpha to trade."),
        Error("OrderNetUidMismatch", "The order is for another subnet than its batch."),
        Error("LimitOrdersDisabled", "Limit orders are switched off."),
        Error("RelayerMissMatch", "The order names others who may carry it to the chain."),
        Error("PartialFillsNotEnabled", "The order must be executed whole."),
        Error("IncorrectPartialFillAmount", "That part of the order is not open."),
        Error("RelayerRequiredForPartialFill", "Orders executed in parts must name a relayer."),
        Error("ChainIdMismatch", "The order was signed for another chain."),
        Error("PalletHotkeyNotRegistered", "The pallet's own hotkey is not registered."),
        Error("ArithmeticOverflow", "An amount is too large to compute with."),
        Error("DuplicateOrderInBatch", "The batch has an order twice."),
        Error("ZeroShareInBatch", "An order's share of the batch is nothing."),
    )
    constants = (
        Constant("MaxOrdersPerBatch", u32, 100),
        Constant("PalletId", PalletId, b"bt/limit"),
        Constant("PalletHotkey", AccountId, PALLET_HOTKEY),
    )

    @call(0, orders=_ORDERS, should_fail=boolean)
    def execute_orders(self, origin: Origin, orders: list[Any], should_fail: bool) -> None:  # noqa: ARG002 - wire
        """Execute signed orders one by one; refused."""
        origin.signed()
        self.fail("LimitOrdersDisabled")

    @call(1, netuid=u16, orders=_ORDERS)
    def execute_batched_orders(self, origin: Origin, netuid: int, orders: list[Any]) -> None:  # noqa: ARG002 - wire
        """Execute the orders of one subnet as one trade; refused."""
        origin.signed()
        self.fail("LimitOrdersDisabled")

    @call(2, order=Field(None, VersionedOrder, "VersionedOrder<T::AccountId>"))
    def cancel_order(self, origin: Origin, order: Any) -> None:  # noqa: ARG002 - wire
        """Take an order back; refused, as none can be executed."""
        origin.signed()
        self.fail("LimitOrdersDisabled")

    @call(3, enabled=boolean)
    def set_pallet_status(self, origin: Origin, enabled: bool) -> None:
        """Switch the pallet, by root: off is confirmed, on is refused."""
        origin.root()
        self.ensure(not enabled, "LimitOrdersDisabled")
        self.deposit("LimitOrdersPalletStatusChanged", enabled)
