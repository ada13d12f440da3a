"""Swapping a coldkey: announcing, waiting, disputing, and what changes hands."""

from typing import Any

import pytest
from fixtures_chain import TAO, Chain

from taocli.localnet.frame.storage import blake2_256

COST = TAO // 10


@pytest.fixture
def rich(chain: Chain) -> Chain:
    """Bob has a neuron H1, stake on it and on Dave's H3, and the delays are short."""
    chain.register("Bob", "H1")
    chain.register("Dave", "H3")
    chain.ok("Bob", "add_stake", hotkey="H1", netuid=1, amount_staked=50 * TAO)
    chain.ok("Bob", "add_stake", hotkey="H3", netuid=1, amount_staked=20 * TAO)
    chain.ok("Bob", "add_stake", hotkey="H3", netuid=0, amount_staked=10 * TAO)
    chain.module.ColdkeySwapAnnouncementDelay.set(5)
    chain.module.ColdkeySwapReannouncementDelay.set(3)
    return chain


def announce(chain: Chain, new: str = "New") -> str | None:
    digest = blake2_256(chain.key(new))
    return chain.do("Bob", "announce_coldkey_swap", new_coldkey_hash=digest)


def carry_out(chain: Chain, new: str = "New") -> str | None:
    return chain.do("Bob", "swap_coldkey_announced", new_coldkey=new)


class TestAnnouncement:
    def test_the_first_costs_and_the_next_waits(self, rich: Chain) -> None:
        issued, free = rich.runtime.balances.TotalIssuance.get(), rich.free("Bob")
        assert announce(rich) is None
        assert rich.free("Bob") == free - COST
        assert rich.runtime.balances.TotalIssuance.get() == issued - COST
        rich.mine(7)
        assert announce(rich, "Other") == "ColdkeySwapReannouncedTooEarly"
        rich.mine()
        assert announce(rich, "Other") is None
        assert rich.free("Bob") == free - COST

    def test_it_must_be_paid(self, rich: Chain) -> None:
        rich.ok(None, "Balances.force_set_balance", who=rich.key("Bob"), new_free=COST)
        assert announce(rich) == "NotEnoughBalanceToPaySwapColdKey"

    def test_carrying_out_checks(self, rich: Chain) -> None:
        assert carry_out(rich) == "ColdkeySwapAnnouncementNotFound"
        assert announce(rich) is None
        assert carry_out(rich, "Other") == "AnnouncedColdkeyHashDoesNotMatch"
        assert carry_out(rich) == "ColdkeySwapTooEarly"
        rich.mine(5)
        assert carry_out(rich) is None
        assert carry_out(rich) == "ColdkeySwapAnnouncementNotFound"

    @pytest.mark.parametrize(
        ("new", "error"), [("H3", "NewColdKeyIsHotkey"), ("Dave", "ColdKeyAlreadyAssociated")]
    )
    def test_keys_that_are_taken(self, rich: Chain, new: str, error: str) -> None:
        rich.ok("Dave", "add_stake", hotkey="H3", netuid=1, amount_staked=TAO)
        assert announce(rich, new) is None
        rich.mine(5)
        assert carry_out(rich, new) == error
        assert rich.module.ColdkeySwapAnnouncements[rich.key("Bob")] is not None

    def test_clearing(self, rich: Chain) -> None:
        call = "clear_coldkey_swap_announcement"
        assert rich.do("Bob", call) == "ColdkeySwapAnnouncementNotFound"
        assert announce(rich) is None
        rich.mine(7)
        assert rich.do("Bob", call) == "ColdkeySwapClearTooEarly"
        rich.mine()
        rich.ok("Bob", call)
        rich.ok("Bob", "remove_stake", hotkey="H1", netuid=1, amount_unstaked=TAO)


UNSTAKE = {"hotkey": "H1", "netuid": 1, "amount_unstaked": TAO}


class TestGuard:
    def test_everything_else_is_refused(self, rich: Chain) -> None:
        assert announce(rich) is None
        assert rich.do("Bob", "remove_stake", **UNSTAKE) == "ColdkeySwapAnnounced"
        remark = rich.runtime.pallet("System").invocation("remark", remark=b"")
        assert rich.do("Bob", "Utility.batch_all", calls=[remark]) == "ColdkeySwapAnnounced"
        assert rich.refused("Bob", "remove_stake", **UNSTAKE) == "Custom(0)"
        assert rich.refused("Bob", "dispute_coldkey_swap") is None
        assert rich.refused("Dave", "remove_stake", **UNSTAKE) is None

    def test_nested_calls_too(self, rich: Chain) -> None:
        assert announce(rich) is None
        inner = rich.invocation("remove_stake", **UNSTAKE)
        before = rich.stake("H1", "Bob")
        rich.ok(None, "Sudo.sudo_as", who=rich.key("Bob"), call=inner)
        assert rich.stake("H1", "Bob") == before

    def test_a_dispute_stops_all_until_root_decides(self, rich: Chain) -> None:
        assert rich.do("Bob", "dispute_coldkey_swap") == "ColdkeySwapAnnouncementNotFound"
        assert announce(rich) is None
        rich.ok("Bob", "dispute_coldkey_swap")
        rich.mine(5)
        assert carry_out(rich) == "ColdkeySwapDisputed"
        assert rich.do("Bob", "dispute_coldkey_swap") == "ColdkeySwapDisputed"
        assert rich.refused("Bob", "dispute_coldkey_swap") == "Custom(21)"
        assert rich.do("Dave", "reset_coldkey_swap", coldkey="Bob") == "BadOrigin"
        rich.ok(None, "reset_coldkey_swap", coldkey="Bob")
        rich.ok("Bob", "remove_stake", **UNSTAKE)


class TestChangingHands:
    def swapped(self, chain: Chain, cost: int = 0) -> None:
        args: dict[str, Any] = {"old_coldkey": "Bob", "new_coldkey": "New", "swap_cost": cost}
        chain.ok(None, "swap_coldkey", **args)

    def test_money_stake_hotkeys_and_subnets(self, rich: Chain) -> None:
        module, bob, new = rich.module, rich.key("Bob"), rich.key("New")
        rich.ok("Bob", "register_network", hotkey="H7")
        rich.ok("Bob", "set_coldkey_auto_stake_hotkey", netuid=1, hotkey="H3")
        rich.ok(
            "Bob", "set_identity", name=b"B", url=b"", github_repo=b"", image=b"", discord=b"",
            description=b"", additional=b"",
        )  # fmt: skip
        free, stakes = rich.free("Bob"), [rich.stake(h, "Bob", n) for h, n in _HELD]
        pots = list(module.TotalHotkeyAlpha.items_under())
        issued = rich.runtime.balances.TotalIssuance.get()
        self.swapped(rich)
        assert rich.free("Bob") == 0
        assert rich.free("New") == free
        assert [rich.stake(h, "New", n) for h, n in _HELD] == stakes
        assert [rich.stake(h, "Bob", n) for h, n in _HELD] == [0, 0, 0]
        assert list(module.TotalHotkeyAlpha.items_under()) == pots
        assert rich.runtime.balances.TotalIssuance.get() == issued
        assert module.Owner[rich.key("H1")] == new
        assert module.OwnedHotkeys[new] == [rich.key("H1"), rich.key("H7")]
        assert module.SubnetOwner[2] == new
        assert module.AutoStakeDestination[new, 1] == rich.key("H3")
        assert module.AutoStakeDestinationColdkeys[rich.key("H3"), 1] == [new]
        assert module.IdentitiesV2[new]["name"] == b"B"
        for item in (module.StakingHotkeys, module.OwnedHotkeys, module.IdentitiesV2):
            assert bob not in item
        rich.ok("New", "remove_stake", hotkey="H3", netuid=1, amount_unstaked=TAO)

    def test_root_claims_and_their_number(self, rich: Chain) -> None:
        module, hotkey = rich.module, rich.key("H3")
        module.reward_root(hotkey, 1, 5 * TAO)
        module.SubnetAlphaOut[1] += 5 * TAO
        rich.ok("Bob", "add_stake", hotkey="H3", netuid=0, amount_staked=4 * TAO)
        owed = module.owed_on_root(hotkey, rich.key("Bob"), 1)
        number = module.StakingColdkeys[rich.key("Bob")]
        self.swapped(rich)
        assert module.owed_on_root(hotkey, rich.key("New"), 1) == owed > 0
        assert module.StakingColdkeysByIndex[number] == rich.key("New")
        assert module.StakingColdkeys[rich.key("Bob")] is None

    def test_locks(self, rich: Chain) -> None:
        module = rich.module
        rich.ok("Bob", "lock_stake", hotkey="H3", netuid=1, amount=15 * TAO)
        rich.ok("Bob", "set_perpetual_lock", netuid=1, enabled=True)
        before = module.HotkeyLock[1, rich.key("H3")]
        self.swapped(rich)
        assert module.locked(rich.key("New"), 1) == 15 * TAO
        assert module.locked(rich.key("Bob"), 1) == 0
        assert module.is_perpetual(rich.key("New"), 1)
        assert module.HotkeyLock[1, rich.key("H3")] == before

    def test_root_names_a_price(self, rich: Chain) -> None:
        free = rich.free("Bob")
        assert announce(rich) is None
        self.swapped(rich, cost=3 * TAO)
        assert rich.free("New") == free - COST - 3 * TAO
        assert rich.module.ColdkeySwapAnnouncements[rich.key("Bob")] is None
        args = {"old_coldkey": "Dave", "new_coldkey": "New2", "swap_cost": 0}
        assert rich.do("Dave", "swap_coldkey", **args) == "BadOrigin"

    def test_the_old_way_is_gone(self, rich: Chain) -> None:
        assert rich.do("Bob", "schedule_swap_coldkey", new_coldkey="New") == "Deprecated"


_HELD = (("H1", 1), ("H3", 1), ("H3", 0))
