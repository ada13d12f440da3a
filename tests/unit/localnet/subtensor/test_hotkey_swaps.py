"""Swapping a hotkey: what moves, what stays, what it costs, and that nobody's stake changes."""

from typing import Any

import pytest
from fixtures_chain import TAO, Chain
from hypothesis import given, settings
from hypothesis import strategies as st

COST, SUBNET_COST = TAO // 10, TAO // 1_000


@pytest.fixture
def staked(chain: Chain) -> Chain:
    """Bob owns H1, a neuron with stake of Bob, Dave and Eve in subnet 1 and on root."""
    chain.register("Bob", "H1")
    for who in ("Bob", "Dave", "Eve"):
        chain.ok(who, "add_stake", hotkey="H1", netuid=1, amount_staked=50 * TAO + 7)
        chain.ok(who, "add_stake", hotkey="H1", netuid=0, amount_staked=11 * TAO)
    chain.mine()
    return chain


def swap(chain: Chain, who: str = "Bob", **changed: Any) -> str | None:
    args = {"hotkey": "H1", "new_hotkey": "H9", "netuid": None, "keep_stake": False, **changed}
    return chain.do(who, "swap_hotkey_v2", **args)


class TestChecks:
    def test_the_order_of_errors(self, staked: Chain) -> None:
        staked.register("Dave", "H3")
        assert swap(staked, netuid=9, hotkey="Nobody") == "SubnetNotExists"
        assert swap(staked, "Dave", new_hotkey="H1") == "NonAssociatedColdKey"
        assert swap(staked, new_hotkey="H3") == "NonAssociatedColdKey"
        staked.module.LastRateLimitedBlock["LastTxBlock", staked.key("Bob")] = staked.number
        assert swap(staked, new_hotkey="H1") == "NewHotKeyIsSameWithOld"
        staked.register("Bob", "H2")
        assert swap(staked, new_hotkey="H2") == "HotKeySetTxRateLimitExceeded"
        staked.module.TxRateLimit.set(0)
        staked.ok("Bob", "add_stake", hotkey="H2", netuid=0, amount_staked=TAO)
        assert swap(staked, new_hotkey="H2") == "HotKeyAlreadyRegisteredInSubNet"
        assert swap(staked, new_hotkey="H2", netuid=1) == "HotKeyAlreadyRegisteredInSubNet"
        assert swap(staked, new_hotkey="H2", netuid=0) == "NewHotKeyNotCleanForRootSwap"

    def test_a_purse_that_is_too_small(self, staked: Chain) -> None:
        staked.ok(None, "Balances.force_set_balance", who=staked.key("Bob"), new_free=COST)
        assert swap(staked) == "NotEnoughBalanceToPaySwapHotKey"
        assert swap(staked, netuid=1) is None

    def test_claims_left_on_the_new_hotkey_are_not_clean(self, staked: Chain) -> None:
        staked.module.RootClaimable[staked.key("H9")] = {1: 1}
        assert swap(staked) == "NewHotKeyNotCleanForRootSwap"
        assert swap(staked, netuid=1) is None

    def test_twice_in_a_subnet_needs_a_pause(self, staked: Chain) -> None:
        staked.module.TxRateLimit.set(0)
        assert swap(staked, netuid=1) is None
        again = {"hotkey": "H9", "new_hotkey": "H10"}
        assert swap(staked, **again, netuid=1) == "HotKeySwapOnSubnetIntervalNotPassed"
        assert swap(staked, **again) == "HotKeySwapOnSubnetIntervalNotPassed"
        key = (1, staked.key("Bob"))
        staked.module.LastHotkeySwapOnNetuid[key] = 1
        staked.module.override_constant("HotkeySwapOnSubnetInterval", staked.number - 2)
        assert swap(staked, **again, netuid=1) is None

    def test_a_refused_swap_costs_nothing(self, staked: Chain) -> None:
        before = staked.free("Bob")
        staked.module.ChildKeys[staked.key("H1"), 1] = [(1, staked.key("H9"))]
        staked.module.ParentKeys[staked.key("H9"), 1] = [(1, staked.key("H1"))]
        assert swap(staked) == "InvalidChild"
        assert staked.free("Bob") == before
        assert staked.uid("H1") == 1


class TestEverywhere:
    def test_the_price_is_recycled(self, staked: Chain) -> None:
        issued, free = staked.runtime.balances.TotalIssuance.get(), staked.free("Bob")
        assert swap(staked) is None
        assert staked.free("Bob") == free - COST
        assert staked.runtime.balances.TotalIssuance.get() == issued - COST

    def test_everything_moves(self, staked: Chain) -> None:
        module, old, new = staked.module, staked.key("H1"), staked.key("H9")
        staked.register("Dave", "H2")
        child, parent = staked.key("H2"), staked.key("AliceHotkey")
        module.ChildKeys[old, 1], module.ParentKeys[child, 1] = [(5, child)], [(5, old)]
        module.ParentKeys[old, 1], module.ChildKeys[parent, 1] = [(7, parent)], [(7, old)]
        module.PendingChildKeys[1, child] = ([(3, old)], 99)
        module.ChildkeyTake[old, 1] = 44
        module.VotingPower[1, old] = 12
        module.Delegates[old] = 1_234
        module.LastRateLimitedBlock["LastTxBlockDelegateTake", old] = 1
        module.WeightCommits[1, old] = [(bytes(32), 1, 2, 3)]
        staked.ok("Dave", "set_coldkey_auto_stake_hotkey", netuid=1, hotkey="H1")
        staked.ok(
            "H1", "serve_axon", netuid=1, version=1, ip=0x01020304, port=80, ip_type=4,
            protocol=0, placeholder1=0, placeholder2=0,
        )  # fmt: skip
        assert swap(staked) is None
        assert staked.uid("H9") == 1
        assert staked.uid("H1") is None
        assert module.Keys[1, 1] == new
        assert module.IsNetworkMember[new, 1]
        assert not module.IsNetworkMember[old, 1]
        assert module.Axons[1, new]["port"] == 80
        assert module.Axons[1, old] is None
        assert module.WeightCommits[1, new] == [(bytes(32), 1, 2, 3)]
        assert module.ChildKeys[new, 1] == [(5, child)]
        assert module.ParentKeys[child, 1] == [(5, new)]
        assert module.ParentKeys[new, 1] == [(7, parent)]
        assert module.ChildKeys[parent, 1] == [(7, new)]
        assert module.PendingChildKeys[1, child] == ([(3, new)], 99)
        assert module.ChildkeyTake[new, 1] == 44
        assert module.VotingPower[1, new] == 12
        assert module.Delegates[new] == 1_234
        assert module.LastRateLimitedBlock["LastTxBlockDelegateTake", new] == 1
        assert module.AutoStakeDestination[staked.key("Dave"), 1] == new
        assert module.AutoStakeDestinationColdkeys[new, 1] == [staked.key("Dave")]
        assert module.StakingHotkeys[staked.key("Eve")] == [new]
        assert module.OwnedHotkeys[staked.key("Bob")] == [new]
        assert module.Owner[new] == staked.key("Bob")

    def test_nothing_is_left_under_the_old_hotkey(self, staked: Chain) -> None:
        module, old = staked.module, staked.key("H1")
        assert swap(staked) is None
        left = [
            item.name
            for item in module.storage_items
            if item.keys
            and any(old in _as_tuple(k) for k in getattr(module, item.name).keys_under())
        ]
        assert left == []

    def test_the_owners_hotkey_of_a_subnet(self, chain: Chain) -> None:
        assert swap(chain, "Alice", hotkey="AliceHotkey") is None
        assert chain.module.SubnetOwnerHotkey[1] == chain.key("H9")
        chain.mine(25)  # an epoch runs and finds its owner

    def test_root_claims_follow(self, staked: Chain) -> None:
        module, old, new = staked.module, staked.key("H1"), staked.key("H9")
        module.reward_root(old, 1, 5 * TAO)
        module.SubnetAlphaOut[1] += 5 * TAO
        staked.ok("Dave", "claim_root", subnets=[1])
        people = [staked.key(who) for who in ("Bob", "Dave", "Eve")]
        owed = [module.owed_on_root(old, who, 1) for who in people]
        assert owed[1] < 10 < TAO < owed[2]
        assert swap(staked) is None
        assert [module.owed_on_root(new, who, 1) for who in people] == owed
        assert [module.owed_on_root(old, who, 1) for who in people] == [0, 0, 0]

    def test_locks_follow_and_keep_their_sums(self, staked: Chain) -> None:
        staked.ok("Dave", "lock_stake", hotkey="H1", netuid=1, amount=10 * TAO)
        assert swap(staked) is None
        assert staked.module.Lock[staked.key("Dave"), 1, staked.key("H9")]["locked_mass"]
        assert staked.module.convictions(1).keys() == {staked.key("H9")}
        refused = staked.do("Dave", "remove_stake", hotkey="H9", netuid=1, amount_unstaked=45 * TAO)
        assert refused == "StakeUnavailable"


class TestOneSubnet:
    def test_the_rest_stays(self, staked: Chain) -> None:
        issued = staked.runtime.balances.TotalIssuance.get()
        root = staked.stake("H1", "Dave", 0)
        assert swap(staked, netuid=1) is None
        assert issued - staked.runtime.balances.TotalIssuance.get() == SUBNET_COST
        assert staked.uid("H9") == 1
        assert staked.stake("H1", "Dave") == 0
        assert staked.stake("H1", "Dave", 0) == root
        owned = staked.module.OwnedHotkeys[staked.key("Bob")]
        assert owned == [staked.key("H1"), staked.key("H9")]
        hotkeys = set(staked.module.StakingHotkeys[staked.key("Dave")])
        assert hotkeys == {staked.key("H1"), staked.key("H9")}

    def test_stake_can_stay(self, staked: Chain) -> None:
        before = staked.stake("H1", "Dave")
        assert swap(staked, keep_stake=True) is None
        assert staked.uid("H9") == 1
        assert staked.stake("H1", "Dave") == before
        assert staked.stake("H9", "Dave") == 0
        assert staked.module.Owner[staked.key("H1")] == staked.key("Bob")
        staked.ok("Dave", "remove_stake", hotkey="H1", netuid=1, amount_unstaked=before)

    def test_the_old_call_moves_the_stake(self, staked: Chain) -> None:
        before = staked.stake("H1", "Dave")
        staked.ok("Bob", "swap_hotkey", hotkey="H1", new_hotkey="H9", netuid=None)
        assert staked.stake("H9", "Dave") == before


AMOUNTS = st.lists(st.integers(2_010_000, 90 * TAO), min_size=1, max_size=3)


@settings(max_examples=25, deadline=None)
@given(AMOUNTS, AMOUNTS, st.integers(0, 10**6), st.sampled_from([None, 1]))
def test_nobodys_stake_changes(
    on_old: list[int], on_new: list[int], growth: int, netuid: int | None
) -> None:
    chain = Chain()
    people = ("Bob", "Dave", "Eve")
    chain.register("Bob", "H1")
    chain.ok("Bob", "try_associate_hotkey", hotkey="H9")
    for hotkey, amounts in (("H1", on_old), ("H9", on_new[1:])):
        for who, amount in zip(people, amounts, strict=False):
            chain.ok(who, "add_stake", hotkey=hotkey, netuid=1, amount_staked=amount)
    chain.module.reward_hotkey(chain.key("H1"), 1, growth)
    held = {who: chain.stake("H1", who) + chain.stake("H9", who) for who in people}
    pots = sum(pot for _, pot in chain.module.TotalHotkeyAlpha.items_under())
    assert swap(chain, netuid=netuid) is None
    exact = len(on_new) == 1
    for who in people:
        assert abs(chain.stake("H9", who) - held[who]) <= (0 if exact else len(people))
    assert sum(pot for _, pot in chain.module.TotalHotkeyAlpha.items_under()) == pots


def _as_tuple(keys: Any) -> tuple[Any, ...]:
    return keys if isinstance(keys, tuple) else (keys,)
