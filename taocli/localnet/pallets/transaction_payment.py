"""Fees: what an extrinsic costs, who gets it, and how clients ask beforehand.

fee = base (the weight of an empty extrinsic) + 1 rao per byte + weight × 0.0005 rao, and five times the
weight's part for operational calls as priority. A call marked free costs nothing. The fee is withdrawn
before the call runs, kept when it fails, and given to the block's author; without one it is burned.
Where there are subnets, a signer short of TAO may pay in alpha (``subtensor.alpha_fees``).
"""

from typing import TYPE_CHECKING, Any

from taocli.localnet.frame.call import Invocation
from taocli.localnet.frame.dispatch import DispatchInfo, dispatch_info
from taocli.localnet.frame.extrinsic import UncheckedExtrinsic, decode_extrinsic
from taocli.localnet.frame.outcome import Pays
from taocli.localnet.frame.pallet import Constant, Event, Pallet
from taocli.localnet.frame.runtime_api import RuntimeApi, method
from taocli.localnet.frame.storage import Value
from taocli.localnet.frame.types import (
    AccountId,
    Enum,
    Field,
    Newtype,
    Option,
    RuntimeCall,
    Struct,
    Variant,
    u8,
    u32,
    u64,
    u128,
)
from taocli.localnet.pallets.system_types import BASE_EXTRINSIC_WEIGHT, DispatchClass, Weight

if TYPE_CHECKING:
    from taocli.localnet.pallets.subtensor.alpha_fees import AlphaFee

RAO_PER_BYTE = 1
_WEIGHT_TO_FEE_PER_BILLION = 500_000  # 0.0005 rao per picosecond of ref_time
_BILLION = 1_000_000_000
_ONE = 10**18  # FixedU128's 1.0

FixedU128 = Newtype("sp_arithmetic::fixed_point::FixedU128", u128)
Releases = Enum("pallet_transaction_payment::Releases", Variant(0, "V1Ancient"), Variant(1, "V2"))
InclusionFee = Struct(
    "pallet_transaction_payment::types::InclusionFee",
    {"Balance": u64},
    base_fee=u64,
    len_fee=u64,
    adjusted_weight_fee=u64,
)
FeeDetails = Struct(
    "pallet_transaction_payment::types::FeeDetails",
    {"Balance": u64},
    inclusion_fee=Option(InclusionFee),
    tip=u64,
)
RuntimeDispatchInfo = Struct(
    "pallet_transaction_payment::types::RuntimeDispatchInfo",
    {"Balance": u64, "Weight": Weight},
    weight=Weight,
    **{"class": DispatchClass},
    partial_fee=u64,
)


def weight_to_fee(ref_time: int) -> int:
    """The fee of a weight, in rao; rounded to the nearest, halves down, as Perbill multiplies."""
    return (ref_time * _WEIGHT_TO_FEE_PER_BILLION + _BILLION // 2 - 1) // _BILLION


class TransactionPayment(Pallet):
    """Transaction fees."""

    name = "TransactionPayment"
    index = 6

    NextFeeMultiplier = Value(FixedU128, default=_ONE)
    StorageVersion = Value(Releases)

    events = (
        Event(
            "TransactionFeePaid",
            who=Field(None, AccountId, "T::AccountId"),
            actual_fee=Field(None, u64, "BalanceOf<T>"),
            tip=Field(None, u64, "BalanceOf<T>"),
            docs="A transaction fee `actual_fee`, of which `tip` was added, has been paid by `who`.",
        ),
    )
    constants = (Constant("OperationalFeeMultiplier", u8, 5),)

    def __init__(self, runtime: Any) -> None:
        super().__init__(runtime)
        self._alpha_fee: AlphaFee | None = None  # of the extrinsic that is running

    def parts(self, info: DispatchInfo, length: int) -> tuple[int, int, int] | None:
        """Base, length and weight part in rao; None for a free call."""
        if info.pays is Pays.NO:
            return None
        return (
            weight_to_fee(BASE_EXTRINSIC_WEIGHT),
            length * RAO_PER_BYTE,
            weight_to_fee(info.weight),
        )

    def fee(self, info: DispatchInfo, length: int) -> int:
        """The whole fee without tip, in rao."""
        return sum(self.parts(info, length) or ())

    def can_pay(self, who: bytes, amount: int, invocation: Invocation) -> bool:
        """Whether an account can pay for a call, in TAO and stay alive or else in alpha."""
        return self._has_tao(who, amount) or self._in_alpha(who, amount, invocation) is not None

    def withdraw_fee(self, who: bytes, amount: int, invocation: Invocation) -> None:
        """Take fee and tip; ``can_pay`` was asked before."""
        has_tao = self._has_tao(who, amount)
        self._alpha_fee = None if has_tao else self._in_alpha(who, amount, invocation)
        if self._alpha_fee is None:
            self.runtime.balances.withdraw(who, amount)
        else:
            self.runtime.subtensor_module.take_alpha_fee(self._alpha_fee)

    def refund(self, who: bytes, amount: int) -> None:
        """Give back a fee that the call did not owe after all; what cannot go back is burned.

        A fee in alpha is final.
        """
        if self._alpha_fee is None and not self.runtime.balances.deposit_into(who, amount):
            self.runtime.balances.rescind(amount)

    def settle(self, who: bytes, fee: int, tip: int) -> None:
        """Hand what was paid to the author and record it; free calls record zeros."""
        author, balances = self.runtime.aura.author(), self.runtime.balances
        paid, self._alpha_fee = self._alpha_fee, None
        if paid is not None:  # its TAO went to the author at once
            self.runtime.subtensor_module.deposit(
                "TransactionFeePaidWithAlpha", who, paid.netuid, paid.alpha, paid.tao
            )
        elif author is None or not balances.deposit_into(author, fee + tip):
            balances.rescind(fee + tip)
        self.deposit("TransactionFeePaid", who, fee + tip, tip)

    def _has_tao(self, who: bytes, amount: int) -> bool:
        return bool(amount == 0 or self.runtime.balances.reducible(who) >= amount)

    def _in_alpha(self, who: bytes, amount: int, invocation: Invocation) -> "AlphaFee | None":
        subnets = getattr(self.runtime, "subtensor_module", None)
        fee: AlphaFee | None = subnets and subnets.alpha_fee(who, invocation, amount)
        return fee

    def info_value(self, info: DispatchInfo, fee: int) -> dict[str, object]:
        """The SCALE value of ``RuntimeDispatchInfo``."""
        return {
            "weight": {"ref_time": info.weight, "proof_size": 0},
            "class": info.dispatch_class,
            "partial_fee": fee,
        }

    def details_value(self, info: DispatchInfo, length: int, tip: int) -> dict[str, object]:
        """The SCALE value of ``FeeDetails``."""
        parts = self.parts(info, length)
        names = ("base_fee", "len_fee", "adjusted_weight_fee")
        inclusion = None if parts is None else dict(zip(names, parts, strict=True))
        return {"inclusion_fee": inclusion, "tip": tip}


class TransactionPaymentApi(RuntimeApi):
    """What an extrinsic would cost."""

    version = 4

    @method(RuntimeDispatchInfo, uxt=UncheckedExtrinsic, len=u32)
    def query_info(self, uxt: bytes, length: int) -> dict[str, object]:
        """Weight, class and fee without tip; a bare extrinsic pays nothing."""
        extrinsic = decode_extrinsic(uxt, self.runtime)
        payment, info = self.runtime.transaction_payment, dispatch_info(extrinsic.call)
        fee = payment.fee(info, length) if extrinsic.signer is not None else 0
        value: dict[str, object] = payment.info_value(info, fee)
        return value

    @method(FeeDetails, uxt=UncheckedExtrinsic, len=u32)
    def query_fee_details(self, uxt: bytes, length: int) -> dict[str, object]:
        """The fee's parts and the tip."""
        extrinsic = decode_extrinsic(uxt, self.runtime)
        if extrinsic.conditions is None:
            return {"inclusion_fee": None, "tip": 0}
        value: dict[str, object] = self.runtime.transaction_payment.details_value(
            dispatch_info(extrinsic.call), length, extrinsic.conditions.tip
        )
        return value

    @method(u64, weight=Weight)
    def query_weight_to_fee(self, weight: dict[str, int]) -> int:
        """The fee of a weight."""
        return weight_to_fee(weight["ref_time"])

    @method(u64, length=u32)
    def query_length_to_fee(self, length: int) -> int:
        """The fee of so many bytes."""
        return length * RAO_PER_BYTE


class TransactionPaymentCallApi(RuntimeApi):
    """What a call would cost inside a signed extrinsic of a given length."""

    version = 3

    @method(RuntimeDispatchInfo, call=RuntimeCall, len=u32)
    def query_call_info(self, call: Invocation, length: int) -> dict[str, object]:
        """Weight, class and fee."""
        payment, info = self.runtime.transaction_payment, dispatch_info(call)
        value: dict[str, object] = payment.info_value(info, payment.fee(info, length))
        return value

    @method(FeeDetails, call=RuntimeCall, len=u32)
    def query_call_fee_details(self, call: Invocation, length: int) -> dict[str, object]:
        """The fee's parts."""
        value: dict[str, object] = self.runtime.transaction_payment.details_value(
            dispatch_info(call), length, 0
        )
        return value

    @method(u64, weight=Weight)
    def query_weight_to_fee(self, weight: dict[str, int]) -> int:
        """The fee of a weight."""
        return weight_to_fee(weight["ref_time"])

    @method(u64, length=u32)
    def query_length_to_fee(self, length: int) -> int:
        """The fee of so many bytes."""
        return length * RAO_PER_BYTE
