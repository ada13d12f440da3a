"""ProxyFilterRuntimeApi: the proxy types and their rules, for clients that explain them to people.

Calls that this chain does not serve have no index here and are left out of the lists; what they would
decide, ``proxy_types.allows`` decides by the same rules. Source: Subtensor spec 425, common/src/proxy.rs.
"""

from typing import Any

from taocli.localnet.frame.runtime_api import RuntimeApi, method
from taocli.localnet.frame.types import (
    Bytes,
    Enum,
    Option,
    Struct,
    Variant,
    Vec,
    boolean,
    u8,
    u128,
)
from taocli.localnet.pallets.proxy_types import RETIRED, RULES, ProxyType, Rule

_COMMON = "subtensor_runtime_common"
ProxyTypeInfo = Struct(f"{_COMMON}::ProxyTypeInfo", name=Bytes, index=u8, deprecated=boolean)
CallCondition = Enum(
    f"{_COMMON}::CallCondition",
    Variant(0, "ParamLessThan", param_name=Bytes, limit=u128),
    Variant(1, "NestedCallMustBe", pallet_name=Bytes, call_name=Bytes),
)
CallInfo = Struct(
    f"{_COMMON}::CallInfo",
    pallet_name=Bytes,
    pallet_index=u8,
    call_name=Option(Bytes),
    call_index=Option(u8),
    condition=Option(CallCondition),
)
FilterMode = Enum(
    f"{_COMMON}::FilterMode",
    Variant(0, "AllowAll"),
    Variant(1, "DenyAll"),
    Variant(2, "Allow"),
    Variant(3, "Deny"),
)
ProxyFilterInfo = Struct(
    f"{_COMMON}::ProxyFilterInfo",
    proxy_type=u8,
    name=Bytes,
    deprecated=boolean,
    filter_mode=FilterMode,
    calls=Vec(CallInfo),
    exceptions=Vec(CallInfo),
)


class ProxyFilterRuntimeApi(RuntimeApi):
    """What each proxy type may do."""

    @method(Vec(ProxyTypeInfo))
    def get_proxy_types(self) -> list[dict[str, Any]]:
        """All types in order of their index."""
        return [
            {"name": name.encode(), "index": _index(name), "deprecated": name in RETIRED}
            for name in RULES
        ]

    @method(Vec(ProxyFilterInfo), proxy_type=Option(u8))
    def get_proxy_filter(self, proxy_type: int | None) -> list[dict[str, Any]]:
        """The rule of one type, or of all."""
        return [
            {
                "proxy_type": _index(name),
                "name": name.encode(),
                "deprecated": name in RETIRED,
                "filter_mode": rule.mode,
                "calls": self._calls(rule, rule.calls),
                "exceptions": self._calls(rule, rule.exceptions),
            }
            for name, rule in RULES.items()
            if proxy_type in (None, _index(name))
        ]

    def _calls(self, rule: Rule, labels: tuple[str, ...]) -> list[dict[str, Any]]:
        pallets = {pallet.name: pallet for pallet in self.runtime.pallets}
        found = []
        for label in labels:
            owner, _, name = label.partition(".")
            pallet = pallets.get(owner)
            indices = {d.name: d.index for d in pallet.calls.values()} if pallet else {}
            if pallet is None or (name != "*" and name not in indices):
                continue
            found.append(
                {
                    "pallet_name": owner.encode(),
                    "pallet_index": pallet.index,
                    "call_name": None if name == "*" else name.encode(),
                    "call_index": indices.get(name),
                    "condition": _condition(rule, label),
                }
            )
        return found


def _index(name: str) -> int:
    return ProxyType.variant(name).index


def _condition(rule: Rule, label: str) -> tuple[str, dict[str, Any]] | None:
    for limited, argument, limit in rule.below:
        if limited == label:
            return "ParamLessThan", {"param_name": argument.encode(), "limit": limit}
    for outer, inner in rule.wrapping:
        if outer == label:
            pallet, _, name = inner.encode().partition(b".")
            return "NestedCallMustBe", {"pallet_name": pallet, "call_name": name}
    return None
