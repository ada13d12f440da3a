"""The types of the Balances pallet beyond an account's data: locks, reserves, holds and freezes."""

from taocli.localnet.frame.types import Array, Enum, Field, Struct, Type, Variant, u8, u64

Reasons = Enum(
    "pallet_balances::types::Reasons", Variant(0, "Fee"), Variant(1, "Misc"), Variant(2, "All")
)
BalanceLock = Struct(
    "pallet_balances::types::BalanceLock",
    {"Balance": u64},
    id=Field(None, Array(u8, 8), "LockIdentifier"),
    amount=Field(None, u64, "Balance"),
    reasons=Reasons,
)
ReserveData = Struct(
    "pallet_balances::types::ReserveData",
    {"ReserveIdentifier": Array(u8, 8), "Balance": u64},
    id=Field(None, Array(u8, 8), "ReserveIdentifier"),
    amount=Field(None, u64, "Balance"),
)


def _reasons(index: int, pallet: str, crate: str, *names: str) -> Variant:
    reasons = (Variant(position, name) for position, name in enumerate(names))
    return Variant(index, pallet, Enum(f"{crate}::pallet::HoldReason", *reasons))


HoldReason = Enum(  # for the interface: nothing here holds, Preimage reserves its deposit instead
    "node_subtensor_runtime::RuntimeHoldReason",
    _reasons(14, "Preimage", "pallet_preimage", "Preimage"),
    _reasons(20, "SafeMode", "pallet_safe_mode", "EnterOrExtend"),
    _reasons(
        29, "Contracts", "pallet_contracts", "CodeUploadDepositReserve", "StorageDepositReserve"
    ),
)
FreezeReason = Enum("node_subtensor_runtime::RuntimeFreezeReason")
AdjustmentDirection = Enum(
    "pallet_balances::types::AdjustmentDirection", Variant(0, "Increase"), Variant(1, "Decrease")
)
BalanceStatus = Enum(
    "frame_support::traits::tokens::misc::BalanceStatus",
    Variant(0, "Free"),
    Variant(1, "Reserved"),
)


def id_amount(reason: Type) -> Struct:
    """An amount held or frozen for a reason."""
    return Struct(
        "frame_support::traits::tokens::misc::IdAmount",
        {"Id": reason, "Balance": u64},
        id=Field(None, reason, "Id"),
        amount=Field(None, u64, "Balance"),
    )
