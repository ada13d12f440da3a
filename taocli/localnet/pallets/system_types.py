"""The types of the System pallet: accounts, weights, limits, phases and event records."""

from typing import Any

from taocli.localnet.frame.outer import RuntimeEvent
from taocli.localnet.frame.types import (
    H256,
    Compact,
    Enum,
    Field,
    Newtype,
    Option,
    Struct,
    Type,
    Variant,
    Vec,
    boolean,
    u32,
    u64,
    u128,
)
from taocli.localnet.frame.version import CowStr

ExtraFlags = Newtype("pallet_balances::types::ExtraFlags", u128)
AccountData = Struct(
    "pallet_balances::types::AccountData",
    {"Balance": u64},
    free=Field(None, u64, "Balance"),
    reserved=Field(None, u64, "Balance"),
    frozen=Field(None, u64, "Balance"),
    flags=ExtraFlags,
)
AccountInfo = Struct(
    "frame_system::AccountInfo",
    {"Nonce": u32, "AccountData": AccountData},
    nonce=Field(None, u32, "Nonce"),
    consumers=Field(None, u32, "RefCount"),
    providers=Field(None, u32, "RefCount"),
    sufficients=Field(None, u32, "RefCount"),
    data=Field(None, AccountData, "AccountData"),
)
Weight = Struct(
    "sp_weights::weight_v2::Weight",
    ref_time=Field(None, Compact(u64), "u64"),
    proof_size=Field(None, Compact(u64), "u64"),
)
DispatchClass = Enum(
    "frame_support::dispatch::DispatchClass",
    Variant(0, "Normal"),
    Variant(1, "Operational"),
    Variant(2, "Mandatory"),
)
PaysType = Enum("frame_support::dispatch::Pays", Variant(0, "Yes"), Variant(1, "No"))
DispatchEventInfo = Struct(
    "frame_system::DispatchEventInfo",
    None,
    weight=Weight,
    **{"class": DispatchClass},
    pays_fee=PaysType,
)
Phase = Enum(
    "frame_system::Phase",
    Variant(0, "ApplyExtrinsic", u32),
    Variant(1, "Finalization"),
    Variant(2, "Initialization"),
)
EventRecord = Struct(
    "frame_system::EventRecord",
    {"E": RuntimeEvent, "T": H256},
    phase=Phase,
    event=Field(None, RuntimeEvent, "E"),
    topics=Field(None, Vec(H256), "Vec<T>"),
)
LastRuntimeUpgradeInfo = Struct(
    "frame_system::LastRuntimeUpgradeInfo", spec_version=Compact(u32), spec_name=CowStr
)
CodeUpgradeAuthorization = Struct(
    "frame_system::CodeUpgradeAuthorization", code_hash=H256, check_version=boolean
)
RuntimeDbWeight = Struct("sp_weights::RuntimeDbWeight", read=u64, write=u64)


def per_class(content: Type) -> Struct:
    """One value for each class of dispatch."""
    return Struct(
        "frame_support::dispatch::PerDispatchClass",
        {"T": content},
        normal=Field(None, content, "T"),
        operational=Field(None, content, "T"),
        mandatory=Field(None, content, "T"),
    )


PerClassWeight = per_class(Weight)
WeightsPerClass = Struct(
    "frame_system::limits::WeightsPerClass",
    base_extrinsic=Weight,
    max_extrinsic=Option(Weight),
    max_total=Option(Weight),
    reserved=Option(Weight),
)
BlockWeights = Struct(
    "frame_system::limits::BlockWeights",
    base_block=Weight,
    max_block=Weight,
    per_class=per_class(WeightsPerClass),
)
BlockLength = Struct("frame_system::limits::BlockLength", max=per_class(u32))

BASE_EXTRINSIC_WEIGHT = 108_157_000
"""ref_time of an extrinsic that does nothing (spec 424's BlockWeights)."""

_ALL_PROOF = (1 << 64) - 1


def _weight(ref_time: int, proof_size: int = _ALL_PROOF) -> dict[str, int]:
    return {"ref_time": ref_time, "proof_size": proof_size}


def _limits(largest: Any, total: Any, reserved: Any) -> dict[str, Any]:
    return {
        "base_extrinsic": _weight(BASE_EXTRINSIC_WEIGHT, 0),
        "max_extrinsic": largest,
        "max_total": total,
        "reserved": reserved,
    }


BLOCK_LENGTH = {"max": {"normal": 7_864_320, "operational": 10_485_760, "mandatory": 10_485_760}}
BLOCK_WEIGHTS: dict[str, Any] = {
    "base_block": _weight(431_614_000, 0),
    "max_block": _weight(4_000_000_000_000),
    "per_class": {
        "normal": _limits(
            _weight(2_599_891_843_000, 11_990_383_647_911_208_550),
            _weight(3_000_000_000_000, 13_835_058_055_282_163_711),
            _weight(0, 0),
        ),
        "operational": _limits(
            _weight(3_599_891_843_000, 16_602_069_666_338_596_454),
            _weight(4_000_000_000_000),
            _weight(1_000_000_000_000, 4_611_686_018_427_387_904),
        ),
        "mandatory": _limits(None, None, None),
    },
}
"""Subtensor's limits: 4 s per block, 75 % of it for normal calls (spec 424)."""
