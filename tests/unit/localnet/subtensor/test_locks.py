"""Locks: what they forbid, how they travel, and what conviction decides."""

from typing import Any

import pytest
from fixtures_chain import TAO, Chain
from fixtures_events import listen
from hypothesis import given, settings
from hypothesis import strategies as st

from taocli.localnet.pallets.subtensor.locks import ONE_YEAR

UNIT = 1 << 64
"""A rao of conviction."""

RATE = 934_866


@pytest.fixture
def staked(chain: Chain) -> Chain:
    """Bob and Dave hold about 100 alpha each; Bob owns Hot and Own, Dave owns Cold."""
    chain.register("Bob", "Hot")
    chain.module.MaxRegistrationsPerBlock[1] = 9
    chain.register("Dave", "Cold")
    chain.ok("Bob", "try_associate_hotkey", hotkey="Own")
    for who, hotkey in (("Bob", "Hot"), ("Dave", "Cold")):
        chain.ok(who, "add_stake", hotkey=hotkey, netuid=1, amount_staked=100 * TAO)
    return chain


def api(chain: Chain, method: str, *args: Any) -> Any:
    return getattr(chain.runtime.apis["StakeInfoRuntimeApi"], method)(*args)


def skip(chain: Chain, blocks: int) -> None:
    """Let blocks pass without running them: locks only look at the number."""
    chain.runtime.system.Number.set(chain.runtime.block_number + blocks)


def lock(chain: Chain, who: str, hotkey: str, amount: int) -> str | None:
    return chain.do(who, "lock_stake", hotkey=hotkey, netuid=1, amount=amount)


def sum_of(chain: Chain, item: str, *key: Any) -> int:
    stored = getattr(chain.module, item)[key if len(key) > 1 else key[0]]
    return 0 if stored is None else int(stored["locked_mass"])


class TestLocking:
    def test_a_lock_is_written_and_added_to(self, staked: Chain) -> None:
        heard = listen(staked.module)
        assert lock(staked, "Bob", "Hot", 5 * TAO) is None
        assert heard == [("StakeLocked", (staked.key("Bob"), staked.key("Hot"), 1, 5 * TAO))]
        assert lock(staked, "Bob", "Hot", 2 * TAO) is None
        bob, hot = staked.key("Bob"), staked.key("Hot")
        stored = staked.module.Lock[bob, 1, hot]
        assert stored == {
            "locked_mass": 7 * TAO, "conviction": 0, "last_update": staked.number,
        }  # fmt: skip
        assert staked.module.DecayingHotkeyLock[1, hot] == stored
        assert (1, hot, bob) in staked.module.LockingColdkeys

    def test_errors_come_in_the_chains_order(self, staked: Chain) -> None:
        error = staked.do("Bob", "lock_stake", hotkey="None", netuid=9, amount=0)
        assert error == "SubnetNotExists"
        assert lock(staked, "Bob", "None", 0) == "AmountTooLow"
        assert lock(staked, "Bob", "None", TAO) == "HotKeyAccountNotExists"
        assert lock(staked, "Bob", "Hot", TAO) is None
        assert lock(staked, "Bob", "Cold", 10**18) == "LockHotkeyMismatch"
        assert lock(staked, "Bob", "Hot", 100 * TAO) == "InsufficientStakeForLock"

    def test_a_lock_may_back_somebody_elses_hotkey(self, staked: Chain) -> None:
        assert lock(staked, "Bob", "Cold", TAO) is None

    def test_dust_makes_room_for_another_hotkey(self, staked: Chain) -> None:
        assert lock(staked, "Bob", "Hot", TAO) is None
        skip(staked, 39 * RATE)
        assert api(staked, "get_coldkey_lock", staked.key("Bob"), 1) is None
        assert lock(staked, "Bob", "Cold", TAO) is None
        assert [keys[2] for keys, _ in staked.module.Lock.items_under(staked.key("Bob"), 1)] == [
            staked.key("Cold")
        ]
        assert sum_of(staked, "DecayingHotkeyLock", 1, staked.key("Hot")) == 0

    def test_the_apis_see_the_lock_as_it_is_now(self, staked: Chain) -> None:
        assert lock(staked, "Bob", "Hot", 50 * TAO) is None
        skip(staked, RATE)
        bob, hot = staked.key("Bob"), staked.key("Hot")
        now = api(staked, "get_coldkey_lock", bob, 1)
        assert now["locked_mass"] == pytest.approx(50 * TAO / 2.718281828459045, rel=1e-9)
        assert now["last_update"] == staked.runtime.block_number
        assert api(staked, "get_hotkey_conviction", hot, 1) == now["conviction"] > 0
        total = staked.stake("Hot", "Bob")
        availability = api(staked, "get_stake_availability_for_coldkeys", [bob], [1])
        assert availability == {
            bob: {
                1: {
                    "total": total,
                    "locked": now["locked_mass"],
                    "available": total - now["locked_mass"],
                }
            }
        }
        assert api(staked, "get_coldkey_lock", staked.key("Dave"), 1) is None
        assert api(staked, "get_hotkey_conviction", staked.key("Cold"), 1) == 0

    def test_a_perpetual_lock_keeps_its_mass(self, staked: Chain) -> None:
        bob, hot = staked.key("Bob"), staked.key("Hot")
        assert lock(staked, "Bob", "Hot", 10 * TAO) is None
        heard = listen(staked.module)
        staked.ok("Bob", "set_perpetual_lock", netuid=1, enabled=True)
        assert heard == [("PerpetualLockUpdated", (bob, 1, True))]
        assert sum_of(staked, "HotkeyLock", 1, hot) == 10 * TAO
        assert sum_of(staked, "DecayingHotkeyLock", 1, hot) == 0
        skip(staked, RATE)
        assert staked.module.locked(bob, 1) == 10 * TAO
        staked.ok("Bob", "set_perpetual_lock", netuid=1, enabled=False)
        assert (bob, 1) not in staked.module.DecayingLock
        assert staked.module.HotkeyLock[1, hot] is None
        moved = staked.module.DecayingHotkeyLock[1, hot]
        assert moved == staked.module.Lock[bob, 1, hot]
        assert moved["conviction"] // UNIT == 6_321_205_588
        error = staked.do("Bob", "set_perpetual_lock", netuid=9, enabled=True)
        assert error == "SubnetNotExists"


class TestUnavailable:
    @pytest.fixture
    def half(self, staked: Chain) -> Chain:
        """Bob has locked 60 of his 100 alpha."""
        assert lock(staked, "Bob", "Hot", 60 * TAO) is None
        return staked

    def test_locked_alpha_cannot_be_unstaked(self, half: Chain) -> None:
        remove = {"hotkey": "Hot", "netuid": 1}
        error = half.do("Bob", "remove_stake", **remove, amount_unstaked=10**18)
        assert error == "StakeUnavailable"
        error = half.do("Bob", "remove_stake", **remove, amount_unstaked=41 * TAO)
        assert error == "StakeUnavailable"
        half.ok("Bob", "remove_stake", **remove, amount_unstaked=39 * TAO)
        half.ok("Bob", "unstake_all", hotkey="Hot")  # skips what it may not touch
        assert half.stake("Hot", "Bob") >= 60 * TAO

    def test_nor_leave_the_subnet_nor_be_destroyed(self, half: Chain) -> None:
        out = {"hotkey": "Hot", "origin_netuid": 1, "destination_netuid": 0}
        assert half.do("Bob", "swap_stake", **out, alpha_amount=90 * TAO) == "StakeUnavailable"
        for call in ("recycle_alpha", "burn_alpha"):
            error = half.do("Bob", call, hotkey="Hot", amount=90 * TAO, netuid=1)
            assert error == "StakeUnavailable"

    def test_but_it_may_go_to_another_hotkey(self, half: Chain) -> None:
        held = half.stake("Hot", "Bob")
        half.ok(
            "Bob", "move_stake", origin_hotkey="Hot", destination_hotkey="Own", origin_netuid=1,
            destination_netuid=1, alpha_amount=held,
        )  # fmt: skip
        error = half.do("Bob", "remove_stake", hotkey="Own", netuid=1, amount_unstaked=held)
        assert error == "StakeUnavailable"

    def test_time_sets_it_free(self, half: Chain) -> None:
        skip(half, 40 * RATE)
        half.ok("Bob", "remove_stake", hotkey="Hot", netuid=1, amount_unstaked=10**18)
        assert half.stake("Hot", "Bob") == 0


class TestTravelling:
    @pytest.fixture
    def old(self, staked: Chain) -> Chain:
        """Bob locked 60 of his 100 alpha some time ago."""
        assert lock(staked, "Bob", "Hot", 60 * TAO) is None
        staked.ok("Bob", "set_perpetual_lock", netuid=1, enabled=True)
        skip(staked, RATE)
        return staked

    @staticmethod
    def give(chain: Chain, amount: int, receiver: str = "Eve") -> str | None:
        return chain.do(
            "Bob", "transfer_stake", destination_coldkey=receiver, hotkey="Hot", origin_netuid=1,
            destination_netuid=1, alpha_amount=amount,
        )  # fmt: skip

    def test_free_alpha_goes_without_a_lock(self, old: Chain) -> None:
        assert self.give(old, 30 * TAO) is None
        assert old.module.locked(old.key("Eve"), 1) == 0
        assert old.module.locked(old.key("Bob"), 1) == 60 * TAO

    def test_locked_alpha_is_refused_until_it_is_welcome(self, old: Chain) -> None:
        held = old.stake("Hot", "Bob")
        assert self.give(old, held - 30 * TAO) == "AccountRejectsLockedAlpha"
        heard = listen(old.module)
        old.ok("Eve", "set_reject_locked_alpha", enabled=False)
        assert heard == [("RejectLockedAlphaUpdated", (old.key("Eve"), False))]
        assert old.module.AccountFlags[old.key("Eve")] == 1
        _, before = old.module.lock_of(old.key("Bob"), 1)
        assert self.give(old, held - 30 * TAO) is None
        _, kept = old.module.lock_of(old.key("Bob"), 1)
        hotkey, gone = old.module.lock_of(old.key("Eve"), 1)
        assert hotkey == old.key("Hot")
        assert (kept.mass, gone.mass) == (30 * TAO, 30 * TAO)
        assert kept.conviction + gone.conviction == before.conviction
        assert gone.conviction == before.conviction // 2
        old.ok("Eve", "set_reject_locked_alpha", enabled=True)
        assert old.key("Eve") not in old.module.AccountFlags

    def test_a_receiver_backs_one_hotkey_only(self, old: Chain) -> None:
        old.ok("Dave", "set_reject_locked_alpha", enabled=False)
        assert lock(old, "Dave", "Cold", TAO) is None
        assert self.give(old, 90 * TAO, "Dave") == "LockHotkeyMismatch"

    def test_moving_a_lock_to_a_hotkey_of_the_same_owner_keeps_conviction(self, old: Chain) -> None:
        _, before = old.module.lock_of(old.key("Bob"), 1)
        heard = listen(old.module)
        old.ok("Bob", "move_lock", destination_hotkey="Own", netuid=1)
        assert heard == [("LockMoved", (*map(old.key, ("Bob", "Hot", "Own")), 1))]
        assert old.module.lock_of(old.key("Bob"), 1) == (old.key("Own"), before)
        assert sum_of(old, "HotkeyLock", 1, old.key("Hot")) == 0
        assert sum_of(old, "HotkeyLock", 1, old.key("Own")) == 60 * TAO

    def test_moving_it_to_a_stranger_begins_anew(self, old: Chain) -> None:
        old.ok("Bob", "move_lock", destination_hotkey="Cold", netuid=1)
        hotkey, moved = old.module.lock_of(old.key("Bob"), 1)
        assert (hotkey, moved.mass, moved.conviction) == (old.key("Cold"), 60 * TAO, 0)

    def test_moving_checks(self, old: Chain) -> None:
        move = {"destination_hotkey": "None"}
        assert old.do("Dave", "move_lock", **move, netuid=9) == "SubnetNotExists"
        assert old.do("Dave", "move_lock", **move, netuid=1) == "HotKeyAccountNotExists"
        error = old.do("Dave", "move_lock", destination_hotkey="Cold", netuid=1)
        assert error == "NoExistingLock"


class TestOwners:
    def test_a_lock_on_the_owners_hotkey_counts_in_full_at_once(self, staked: Chain) -> None:
        assert lock(staked, "Bob", "AliceHotkey", 7 * TAO) is None
        owner = staked.key("AliceHotkey")
        assert api(staked, "get_hotkey_conviction", owner, 1) == 7 * TAO * UNIT
        assert sum_of(staked, "DecayingOwnerLock", 1) == 7 * TAO
        assert staked.module.DecayingHotkeyLock[1, owner] is None
        staked.ok("Bob", "set_perpetual_lock", netuid=1, enabled=True)
        assert sum_of(staked, "OwnerLock", 1) == 7 * TAO
        assert api(staked, "get_most_convicted_hotkey_on_subnet", 1) == owner

    def test_the_most_convicted_hotkey(self, staked: Chain) -> None:
        assert api(staked, "get_most_convicted_hotkey_on_subnet", 1) is None
        assert lock(staked, "Bob", "Hot", 20 * TAO) is None
        assert lock(staked, "Dave", "Cold", 10 * TAO) is None
        skip(staked, 1_000)
        assert api(staked, "get_most_convicted_hotkey_on_subnet", 1) == staked.key("Hot")

    def test_conviction_takes_an_old_subnet_over(self, staked: Chain) -> None:
        module, hot = staked.module, staked.key("Hot")
        module.SubnetAlphaOut[1] = 300 * TAO
        assert lock(staked, "Bob", "Hot", 60 * TAO) is None
        assert lock(staked, "Dave", "AliceHotkey", 5 * TAO) is None
        staked.ok("Bob", "set_perpetual_lock", netuid=1, enabled=True)
        skip(staked, ONE_YEAR - staked.number - 1)
        module.crown(1)
        assert module.SubnetOwner[1] == staked.key("Alice")  # a block too early
        skip(staked, 1)
        heard = listen(module)
        module.crown(1)
        alice, bob = staked.key("Alice"), staked.key("Bob")
        assert ("SubnetOwnerChanged", (1, alice, bob)) in heard
        assert (module.SubnetOwner[1], module.SubnetOwnerHotkey[1]) == (bob, hot)
        assert module.OwnerLock[1]["conviction"] == 60 * TAO * UNIT
        assert module.HotkeyLock[1, hot] is None
        assert module.DecayingOwnerLock[1] is None
        assert module.DecayingHotkeyLock[1, staked.key("AliceHotkey")]["locked_mass"] > 0

    def test_too_little_conviction_changes_nothing(self, staked: Chain) -> None:
        assert lock(staked, "Bob", "Hot", 60 * TAO) is None
        staked.module.SubnetAlphaOut[1] = 1_000 * TAO
        staked.ok("Bob", "set_perpetual_lock", netuid=1, enabled=True)
        skip(staked, ONE_YEAR)
        staked.module.crown(1)
        assert staked.module.SubnetOwner[1] == staked.key("Alice")

    @pytest.mark.parametrize("enabled", [True, False])
    def test_an_owners_cut_may_be_locked_as_it_comes(self, chain: Chain, enabled: bool) -> None:
        chain.module.OwnerCutAutoLockEnabled[1] = enabled
        heard = listen(chain.module)
        chain.mine(25)
        cut = 20 * (TAO * chain.module.SubnetOwnerCut.get() // 65_535)  # one epoch of 20 blocks
        key = chain.key("AliceHotkey")
        locks = [values for name, values in heard if name == "StakeLocked"]
        assert locks == ([(chain.key("Alice"), key, 1, cut)] if enabled else [])
        locked = chain.module.locked(chain.key("Alice"), 1)
        assert locked == (pytest.approx(cut, rel=1e-4) if enabled else 0)
        assert chain.stake("AliceHotkey", "Alice") >= cut


PEOPLE = st.sampled_from(("Bob", "Dave", "Eve"))
HOTS = st.sampled_from(("Hot", "Own", "Cold", "AliceHotkey"))
AMOUNTS = st.integers(0, 120 * TAO)
STEPS = st.one_of(
    st.tuples(st.just("lock"), PEOPLE, HOTS, AMOUNTS),
    st.tuples(st.just("move"), PEOPLE, HOTS),
    st.tuples(st.just("perpetual"), PEOPLE, st.booleans()),
    st.tuples(st.just("welcome"), PEOPLE),
    st.tuples(st.just("give"), PEOPLE, PEOPLE, HOTS, AMOUNTS),
    st.tuples(st.just("wait"), st.integers(1, RATE)),
    st.tuples(st.just("unstake"), PEOPLE, HOTS, AMOUNTS),
)


def perform(chain: Chain, step: Any) -> None:
    match step:
        case "lock", who, hotkey, amount:
            lock(chain, who, hotkey, amount)
        case "move", who, hotkey:
            chain.do(who, "move_lock", destination_hotkey=hotkey, netuid=1)
        case "perpetual", who, enabled:
            chain.do(who, "set_perpetual_lock", netuid=1, enabled=enabled)
        case "welcome", who:
            chain.do(who, "set_reject_locked_alpha", enabled=False)
        case "give", who, receiver, hotkey, amount:
            chain.do(
                who, "transfer_stake", destination_coldkey=receiver, hotkey=hotkey,
                origin_netuid=1, destination_netuid=1, alpha_amount=amount,
            )  # fmt: skip
        case "wait", blocks:
            skip(chain, blocks)
        case "unstake", who, hotkey, amount:
            chain.do(who, "remove_stake", hotkey=hotkey, netuid=1, amount_unstaked=amount)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(STEPS, max_size=25))
def test_locks_are_covered_by_stake_and_the_sums_by_locks(steps: list[Any]) -> None:
    chain = Chain()
    chain.module.MaxRegistrationsPerBlock[1] = 9
    chain.register("Bob", "Hot")
    chain.register("Dave", "Cold")
    chain.ok("Bob", "try_associate_hotkey", hotkey="Own")
    for who, hotkey in (("Bob", "Hot"), ("Dave", "Cold"), ("Eve", "Cold")):
        chain.ok(who, "add_stake", hotkey=hotkey, netuid=1, amount_staked=100 * TAO)
    module = chain.module
    for step in steps:
        before = module.SubnetAlphaOut[1], module.SubnetTAO[1]
        perform(chain, step)
        if step[0] != "unstake":
            assert before == (module.SubnetAlphaOut[1], module.SubnetTAO[1])
        by_hotkey: dict[bytes, int] = {}
        for who in ("Bob", "Dave", "Eve"):
            found = module.lock_of(chain.key(who), 1)
            # Shares of a pot are worth a rao less at times.
            assert module.locked(chain.key(who), 1) <= module.staked(chain.key(who), 1) + 8
            if found is not None:
                hotkey, lock_now = found
                by_hotkey[hotkey] = by_hotkey.get(hotkey, 0) + lock_now.conviction
        sums = module.convictions(1)
        for hotkey in by_hotkey.keys() | sums.keys():
            difference = sums.get(hotkey, 0) - by_hotkey.get(hotkey, 0)
            assert abs(difference) <= 400 * UNIT  # dust that no longer counts, and roundings
