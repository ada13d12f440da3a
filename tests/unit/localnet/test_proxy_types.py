"""What each proxy type allows, and how the chain tells."""

import pytest
from fixtures_chain import Chain
from fixtures_delegation import Desk

from taocli.localnet.frame.scale import Reader
from taocli.localnet.frame.types import Vec
from taocli.localnet.pallets.proxy_api import ProxyFilterInfo, ProxyTypeInfo
from taocli.localnet.pallets.proxy_types import RULES, allows, covers


@pytest.fixture(scope="module")
def chain() -> Chain:
    return Chain()


@pytest.mark.parametrize(
    ("kind", "label", "arguments", "allowed"),
    [
        ("NonTransfer", "Balances.burn", {}, False),
        ("NonTransfer", "SubtensorModule.add_stake", {}, True),
        ("NonTransfer", "SubtensorModule.swap_coldkey_announced", {}, False),
        ("NonFungible", "SubtensorModule.add_stake", {}, False),
        ("NonFungible", "SubtensorModule.set_weights", {}, True),
        ("NonCritical", "Sudo.sudo", {}, False),
        ("NonCritical", "Balances.transfer_all", {}, True),
        ("Owner", "AdminUtils.sudo_set_serving_rate_limit", {}, True),
        ("Owner", "AdminUtils.sudo_set_sn_owner_hotkey", {}, False),
        ("Owner", "System.remark", {}, False),
        ("Staking", "SubtensorModule.remove_stake_limit", {}, True),
        ("Staking", "SubtensorModule.transfer_stake", {}, False),
        ("Registration", "SubtensorModule.burned_register", {}, True),
        ("ChildKeys", "SubtensorModule.set_children", {}, True),
        ("RootClaim", "SubtensorModule.claim_root", {}, True),
        ("SmallTransfer", "Balances.transfer_keep_alive", {"value": 499_999_999}, True),
        ("SmallTransfer", "Balances.transfer_keep_alive", {"value": 500_000_000}, False),
        ("SmallTransfer", "Balances.transfer_all", {}, False),
        ("SmallTransfer", "SubtensorModule.transfer_stake", {"alpha_amount": 1}, True),
        ("SubnetLeaseBeneficiary", "SubtensorModule.start_call", {}, True),
        ("Senate", "System.remark", {}, False),
    ],
)
def test_rules(
    chain: Chain, kind: str, label: str, arguments: dict[str, int], allowed: bool
) -> None:
    pallet, _, name = label.partition(".")
    assert allows(kind, chain.runtime.pallet(pallet).invocation(name, **arguments)) is allowed


def test_which_type_covers_which() -> None:
    assert all(covers("Any", kind) and covers(kind, kind) for kind in RULES)
    assert not any(covers(kind, "Any") for kind in RULES if kind != "Any")
    assert covers("Transfer", "SmallTransfer")
    assert not covers("NonTransfer", "SmallTransfer")
    assert not covers("Staking", "RootClaim")


def test_the_api_shows_the_same_rules() -> None:
    desk = Desk()
    raw = desk.runtime.call_api("ProxyFilterRuntimeApi_get_proxy_types", b"")
    types = Vec(ProxyTypeInfo).decode(Reader(raw))
    assert [(t["index"], t["name"].decode()) for t in types] == list(enumerate(RULES))
    assert [t["index"] for t in types if t["deprecated"]] == [4, 6, 7, 12]
    raw = desk.runtime.call_api("ProxyFilterRuntimeApi_get_proxy_filter", b"\0")
    rules = Vec(ProxyFilterInfo).decode(Reader(raw))
    modes = {rule["proxy_type"]: rule["filter_mode"] for rule in rules}
    assert [modes[n] for n in (0, 4, 8, 3)] == ["AllowAll", "DenyAll", "Allow", "Deny"]
    raw = desk.runtime.call_api("ProxyFilterRuntimeApi_get_proxy_filter", b"\1\x0b")
    (small,) = Vec(ProxyFilterInfo).decode(Reader(raw))
    assert small["calls"][0] == {
        "pallet_name": b"Balances",
        "pallet_index": 5,
        "call_name": b"transfer_keep_alive",
        "call_index": 3,
        "condition": ("ParamLessThan", {"param_name": b"value", "limit": 500_000_000}),
    }
    assert desk.runtime.call_api("ProxyFilterRuntimeApi_get_proxy_filter", b"\1\xff") == b"\0"
