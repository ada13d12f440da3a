"""Child hotkeys: who may name them, when they take effect, and what bounds their takes."""

from typing import Any

import pytest
from fixtures_chain import TAO, Chain

WHOLE = (1 << 64) - 1
HALF = 1 << 63


@pytest.fixture
def events(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What SubtensorModule records from here on."""
    seen: list[tuple[Any, ...]] = []
    deposit = chain.module.deposit

    def note(event: str, *values: Any, **named: Any) -> None:
        seen.append((event, *values, *named.values()))
        deposit(event, *values, **named)

    monkeypatch.setattr(chain.module, "deposit", note)
    return seen


@pytest.fixture
def family(chain: Chain) -> Chain:
    """Bob owns Parent, Dave owns Child, both in subnet 1, where a change waits five blocks."""
    chain.register("Bob", "Parent")
    chain.register("Dave", "Child")
    chain.ok(None, "set_pending_childkey_cooldown", cooldown=5)
    return chain


def links(chain: Chain, *given: tuple[int, str]) -> list[tuple[int, bytes]]:
    return [(part, chain.key(name)) for part, name in given]


def name_children(chain: Chain, *given: tuple[int, str], **changed: Any) -> str | None:
    args = {"hotkey": "Parent", "netuid": 1, "children": links(chain, *given)} | changed
    return chain.do("Bob", "set_children", **args)


def mine_past_epoch(chain: Chain) -> None:
    chain.mine(chain.module.next_epoch_block(1) - chain.number)


def children_of(chain: Chain, parent: str, netuid: int = 1) -> dict[bytes, int]:
    return {key: part for part, key in chain.module.ChildKeys[chain.key(parent), netuid]}


def parents_of(chain: Chain, child: str, netuid: int = 1) -> dict[bytes, int]:
    return {key: part for part, key in chain.module.ParentKeys[chain.key(child), netuid]}


class TestNaming:
    def test_it_waits_for_an_epoch_after_the_cooldown(
        self, family: Chain, events: list[tuple[Any, ...]]
    ) -> None:
        mine_past_epoch(family)
        family.mine(15)  # the cooldown ends in the block of the epoch, which is not after it
        given, due = links(family, (HALF, "Child")), family.number + 5
        assert name_children(family, (HALF, "Child")) is None
        assert family.module.PendingChildKeys[1, family.key("Parent")] == (given, due)
        assert events[-1:] == [("SetChildrenScheduled", family.key("Parent"), 1, due, given)]
        mine_past_epoch(family)
        assert family.number == due
        assert not children_of(family, "Parent")
        mine_past_epoch(family)
        assert children_of(family, "Parent") == {family.key("Child"): HALF}
        assert parents_of(family, "Child") == {family.key("Parent"): HALF}
        assert (1, family.key("Parent")) not in family.module.PendingChildKeys
        assert ("SetChildren", family.key("Parent"), 1, given) in events

    def test_before_the_subnet_starts_it_is_immediate(
        self, family: Chain, events: list[tuple[Any, ...]]
    ) -> None:
        family.module.SubtokenEnabled[1] = False
        assert name_children(family, (HALF, "Child")) is None
        assert children_of(family, "Parent") == {family.key("Child"): HALF}
        assert [event[0] for event in events] == ["SetChildren"]

    def test_children_are_stored_in_order_and_replaced(self, family: Chain) -> None:
        family.module.SubtokenEnabled[1] = False
        names = ("C1", "C2", "C3")
        assert name_children(family, *((7, name) for name in names)) is None
        stored = family.module.ChildKeys[family.key("Parent"), 1]
        assert [key for _, key in stored] == sorted(family.key(name) for name in names)
        family.mine(150)
        assert name_children(family, (9, "C2"), (7, "C4")) is None
        assert children_of(family, "Parent") == {family.key("C2"): 9, family.key("C4"): 7}
        assert parents_of(family, "C2") == {family.key("Parent"): 9}
        assert (family.key("C1"), 1) not in family.module.ParentKeys

    def test_without_children_the_links_are_gone(self, family: Chain) -> None:
        family.module.SubtokenEnabled[1] = False
        assert name_children(family, (WHOLE, "Child")) is None
        family.mine(150)
        assert name_children(family) is None
        assert (family.key("Parent"), 1) not in family.module.ChildKeys
        assert (family.key("Child"), 1) not in family.module.ParentKeys

    def test_a_child_that_became_a_parent_is_passed_over(self, family: Chain) -> None:
        assert name_children(family, (HALF, "Child")) is None
        args = {"hotkey": "Child", "netuid": 1, "children": links(family, (HALF, "Parent"))}
        family.ok("Dave", "set_children", **args)
        mine_past_epoch(family)
        linked = [name for name in ("Parent", "Child") if children_of(family, name)]
        assert len(linked) == 1
        assert not family.module.PendingChildKeys.keys_under(1)

    def test_a_deferred_epoch_defers_the_children(self, family: Chain) -> None:
        assert name_children(family, (HALF, "Child")) is None
        family.module.Tempo[1] = 0
        family.mine(30)
        assert not children_of(family, "Parent")
        family.module.Tempo[1] = 20
        family.mine()
        assert children_of(family, "Parent")


class TestRefusals:
    def test_once_in_150_blocks(self, family: Chain) -> None:
        assert name_children(family, (HALF, "Child")) is None
        family.mine(149)
        assert name_children(family, netuid=1) == "TxRateLimitExceeded"
        family.mine()
        assert name_children(family) is None

    @pytest.mark.parametrize(
        ("given", "changed", "error"),
        [
            ([], {"netuid": 0}, "RegistrationNotPermittedOnRootSubnet"),
            ([], {"netuid": 9}, "SubnetNotExists"),
            ([], {"hotkey": "Child"}, "NonAssociatedColdKey"),
            ([], {"hotkey": "Nobody"}, "NonAssociatedColdKey"),
            ([(1, f"C{n}") for n in range(6)], {}, "TooManyChildren"),
            ([(1, "Parent")], {}, "InvalidChild"),
            ([(1, "C1"), (2, "C1")], {}, "DuplicateChild"),
            ([(WHOLE, "C1"), (1, "C2")], {}, "ProportionOverflow"),
        ],
    )
    def test_errors(
        self, family: Chain, given: list[tuple[int, str]], changed: dict[str, Any], error: str
    ) -> None:
        assert name_children(family, *given, **changed) == error
        assert not family.module.PendingChildKeys.keys_under()
        assert not family.module.TransactionKeyLastBlock.keys_under()

    def test_nobody_is_parent_and_child_of_one_hotkey(self, family: Chain) -> None:
        family.module.ParentKeys[family.key("Parent"), 1] = links(family, (HALF, "Child"))
        assert name_children(family, (1, "Child")) == "ChildParentInconsistency"

    def test_children_need_a_parent_with_stake(self, family: Chain) -> None:
        family.module.StakeThreshold.set(10 * TAO)
        error = name_children(family, (1, "Child"))
        assert error == "NotEnoughStakeToSetChildkeys"
        assert name_children(family) is None  # giving up children needs none
        family.mine(150)
        args = {"hotkey": "Parent", "netuid": 0, "amount_staked": 10 * TAO}
        family.ok("Bob", "add_stake", **args)
        assert name_children(family, (1, "Child")) is None

    def test_the_subnets_owner_needs_no_stake(self, family: Chain) -> None:
        family.module.StakeThreshold.set(10**18)
        args = {"hotkey": "AliceHotkey", "netuid": 1, "children": links(family, (1, "Child"))}
        family.ok("Alice", "set_children", **args)


class TestTake:
    def take(self, chain: Chain, take: int, who: str = "Dave") -> str | None:
        return chain.do(who, "set_childkey_take", hotkey="Child", netuid=1, take=take)

    def test_it_is_set_per_subnet(self, family: Chain, events: list[tuple[Any, ...]]) -> None:
        assert self.take(family, 11_796) is None
        assert family.module.ChildkeyTake[family.key("Child"), 1] == 11_796
        assert family.module.ChildkeyTake[family.key("Child"), 0] == 0
        assert events == [("ChildKeyTakeSet", family.key("Child"), 11_796)]

    def test_bounds_and_owner(self, family: Chain) -> None:
        assert self.take(family, 1, who="Bob") == "NonAssociatedColdKey"
        assert self.take(family, 11_797) == "InvalidChildkeyTake"
        family.ok(None, "sudo_set_max_childkey_take", take=20_000)
        assert self.take(family, 11_797) is None
        family.ok(None, "sudo_set_min_childkey_take", take=100)
        assert self.take(family, 99) == "InvalidChildkeyTake"

    def test_a_subnet_may_want_more(self, family: Chain) -> None:
        setter = "AdminUtils.sudo_set_min_childkey_take_per_subnet"
        family.ok(None, "AdminUtils.sudo_set_admin_freeze_window", window=0)
        assert family.do("Bob", setter, netuid=1, take=500) == "BadOrigin"
        assert family.do("Alice", setter, netuid=1, take=11_797) == "InvalidValue"
        assert family.do(None, setter, netuid=9, take=5) == "SubnetDoesNotExist"
        family.ok("Alice", setter, netuid=1, take=500)
        assert self.take(family, 499) == "InvalidChildkeyTake"
        assert family.module.childkey_take(family.key("Child"), 1) == 500

    def test_raising_is_rare_lowering_is_free(self, family: Chain) -> None:
        assert self.take(family, 1_000) is None
        assert self.take(family, 1_001) == "TxChildkeyTakeRateLimitExceeded"
        assert self.take(family, 900) is None
        family.ok(None, "sudo_set_tx_childkey_take_rate_limit", tx_rate_limit=3)
        family.mine(2)
        assert self.take(family, 1_000) == "TxChildkeyTakeRateLimitExceeded"
        family.mine()
        assert self.take(family, 1_000) is None

    @pytest.mark.parametrize(
        ("call", "args"),
        [
            ("sudo_set_tx_childkey_take_rate_limit", {"tx_rate_limit": 1}),
            ("sudo_set_min_childkey_take", {"take": 1}),
            ("sudo_set_max_childkey_take", {"take": 1}),
            ("set_pending_childkey_cooldown", {"cooldown": 1}),
        ],
    )
    def test_only_root_sets_the_bounds(
        self, chain: Chain, events: list[tuple[Any, ...]], call: str, args: dict[str, int]
    ) -> None:
        assert chain.do("Alice", call, **args) == "BadOrigin"
        chain.ok(None, call, **args)
        recorded = {
            "sudo_set_tx_childkey_take_rate_limit": [("TxChildKeyTakeRateLimitSet", 1)],
            "sudo_set_min_childkey_take": [("MinChildKeyTakeSet", 1)],
            "sudo_set_max_childkey_take": [("MaxChildKeyTakeSet", 1)],
            "set_pending_childkey_cooldown": [],
        }
        assert events == recorded[call]


class TestRootValidators:
    @pytest.fixture
    def rooted(self, chain: Chain) -> Chain:
        """Bob's Val sits on root with 100 TAO."""
        chain.ok("Bob", "root_register", hotkey="Val")
        chain.ok("Bob", "add_stake", hotkey="Val", netuid=0, amount_staked=100 * TAO)
        return chain

    def test_they_become_parents_of_a_new_subnets_owner_hotkey(self, rooted: Chain) -> None:
        rooted.ok("Charlie", "register_network", hotkey="New")
        assert children_of(rooted, "Val", 2) == {rooted.key("New"): WHOLE}
        weight = rooted.module.stake_weight_of(rooted.key("New"), 2)
        assert weight == pytest.approx(100 * TAO * 0.052677, rel=1e-4)
        assert rooted.module.stake_weight_of(rooted.key("Val"), 2) == 0

    def test_they_may_refuse(self, rooted: Chain, events: list[tuple[Any, ...]]) -> None:
        args = {"hotkey": "Val", "enabled": False}
        call = "set_auto_parent_delegation_enabled"
        assert rooted.do("Dave", call, **args) == "NonAssociatedColdKey"
        rooted.ok("Bob", call, **args)
        assert events == [("AutoParentDelegationEnabledSet", rooted.key("Val"), False)]
        rooted.ok("Charlie", "register_network", hotkey="New")
        assert not children_of(rooted, "Val", 2)

    def test_only_root_validators_have_the_choice(self, rooted: Chain) -> None:
        rooted.register("Bob", "Hot")
        args = {"hotkey": "Hot", "enabled": False}
        error = rooted.do("Bob", "set_auto_parent_delegation_enabled", **args)
        assert error == "HotKeyNotRegisteredInSubNet"

    def test_one_without_stake_stays_without_children(self, rooted: Chain) -> None:
        rooted.module.StakeThreshold.set(1_000 * TAO)
        rooted.ok("Charlie", "register_network", hotkey="New")
        assert not children_of(rooted, "Val", 2)
        assert rooted.module.NetworksAdded[2]

    def test_the_owner_hotkey_is_not_its_own_parent(self, rooted: Chain) -> None:
        rooted.ok("Bob", "register_network", hotkey="Val")
        assert not children_of(rooted, "Val", 2)
