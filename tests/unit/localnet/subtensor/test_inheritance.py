"""Stake lent to child hotkeys: what consensus counts, what clients see, and who is paid for it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from fixtures_chain import TAO, Chain
from hypothesis import given, settings
from hypothesis import strategies as st

from taocli.localnet.frame.scale import Reader
from taocli.localnet.pallets.subtensor.api_types import Metagraph, NeuronInfo

WHOLE = (1 << 64) - 1
HALF = 1 << 63
QUARTER = 1 << 62
OWNER = "AliceHotkey"


def staked(chain: Chain, owners: dict[str, str], alpha: int = 100 * TAO) -> None:
    """Register hotkeys by name of their owner, with alpha of their owner's on each."""
    for hotkey, coldkey in owners.items():
        chain.register(coldkey, hotkey)
        chain.module.credit_stake(chain.key(hotkey), chain.key(coldkey), 1, alpha)
        chain.module.SubnetAlphaOut[1] += alpha


def lend(chain: Chain, parent: str, *children: tuple[int, str], netuid: int = 1) -> None:
    """Make hotkeys children at once."""
    links = [(part, chain.key(child)) for part, child in children]
    chain.module.link_children(chain.key(parent), netuid, links)


def weight(chain: Chain, hotkey: str, netuid: int = 1) -> int:
    return int(chain.module.stake_weight_of(chain.key(hotkey), netuid))


def run_epoch(chain: Chain, *, servers: int = 0, validators: int = 0, root: int = 0) -> None:
    """Run subnet 1's epoch now, with these pots, which are new alpha."""
    module = chain.module
    for item in ("PendingServerEmission", "PendingValidatorEmission", "PendingRootAlphaDivs"):
        module.SubnetAlphaOut[1] -= getattr(module, item).take(1)
    module.SubnetAlphaOut[1] -= module.PendingOwnerCut.take(1)
    module.SubnetAlphaOut[1] += servers + validators + root
    module.PendingServerEmission[1] = servers
    module.PendingValidatorEmission[1] = validators
    module.PendingRootAlphaDivs[1] = root
    module.PendingEpochAt[1] = chain.number
    module.run_due_epochs()
    assert module.LastEpochBlock[1] == chain.number


class TestWeight:
    def test_a_child_has_what_its_parent_gave(self, chain: Chain) -> None:
        staked(chain, {"Parent": "Bob", "Child": "Dave"})
        lend(chain, "Parent", (QUARTER, "Child"))
        assert weight(chain, "Parent") == pytest.approx(75 * TAO, abs=50)
        assert weight(chain, "Child") == pytest.approx(125 * TAO, abs=50)

    def test_all_of_it_is_exact(self, chain: Chain) -> None:
        staked(chain, {"Parent": "Bob", "Child": "Dave"})
        lend(chain, "Parent", (WHOLE, "Child"))
        assert weight(chain, "Parent") == 0
        assert weight(chain, "Child") == 200 * TAO

    def test_root_tao_is_lent_too(self, chain: Chain) -> None:
        staked(chain, {"Parent": "Bob", "Child": "Dave"}, alpha=0)
        chain.ok("Bob", "add_stake", hotkey="Parent", netuid=0, amount_staked=1_000 * TAO)
        alone = weight(chain, "Parent")
        assert alone == pytest.approx(1_000 * TAO * 0.052677, rel=1e-4)
        lend(chain, "Parent", (HALF, "Child"))
        assert weight(chain, "Parent") == pytest.approx(alone / 2, rel=1e-8)
        assert weight(chain, "Child") == pytest.approx(alone / 2, rel=1e-8)

    def test_what_is_borrowed_cannot_be_lent_on(self, chain: Chain) -> None:
        staked(chain, {"Parent": "Bob", "Child": "Dave", "Grandchild": "Charlie"})
        lend(chain, "Parent", (WHOLE, "Child"))
        lend(chain, "Child", (WHOLE, "Grandchild"))
        assert weight(chain, "Child") == 100 * TAO
        assert weight(chain, "Grandchild") == 200 * TAO

    def test_another_subnet_is_untouched(self, chain: Chain) -> None:
        staked(chain, {"Parent": "Bob", "Child": "Dave"})
        lend(chain, "Parent", (WHOLE, "Child"), netuid=2)
        assert weight(chain, "Parent") == weight(chain, "Child") == 100 * TAO

    def test_a_parents_weight_lets_its_child_validate(self, chain: Chain) -> None:
        staked(chain, {"Parent": "Bob"})
        chain.register("Dave", "Child")
        lend(chain, "Parent", (WHOLE, "Child"))
        run_epoch(chain)
        uids = chain.uid("Parent"), chain.uid("Child")
        permits = [chain.module.ValidatorPermit[1][uid] for uid in uids]
        weights = [chain.module.StakeWeight[1][uid] for uid in uids]
        assert permits == [False, True]
        assert weights == [0, 65535]

    def test_the_threshold_counts_what_is_borrowed(self, chain: Chain) -> None:
        staked(chain, {"Parent": "Bob", "Child": "Dave"}, alpha=10 * TAO)
        chain.module.StakeThreshold.set(15 * TAO)
        run_epoch(chain)
        assert not any(chain.module.StakeWeight[1])
        lend(chain, "Parent", (HALF, "Child"))
        run_epoch(chain)
        assert chain.module.StakeWeight[1][chain.uid("Child")] == 65535

    def test_clients_see_inherited_stake(self, chain: Chain) -> None:
        staked(chain, {"Parent": "Bob", "Child": "Dave"})
        chain.ok("Bob", "add_stake", hotkey="Parent", netuid=0, amount_staked=40 * TAO)
        lend(chain, "Parent", (WHOLE, "Child"))
        answer = chain.runtime.call_api("SubnetInfoRuntimeApi_get_metagraph", b"\1\0")
        seen = Metagraph.decode(Reader(answer[1:], chain.runtime))
        assert seen["alpha_stake"][1:] == [0, 200 * TAO]
        assert seen["tao_stake"][1:] == [0, 40 * TAO]
        assert seen["total_stake"][1:] == [0, weight(chain, "Child")]
        answer = chain.runtime.call_api("NeuronInfoRuntimeApi_get_neuron", b"\1\0\1\0")
        neuron = NeuronInfo.decode(Reader(answer[1:], chain.runtime))
        assert neuron["stake"] == [(chain.key("Bob"), 100 * TAO)]  # what is staked there is


class TestDividends:
    """Nobody mines, so validators share both pots; delegate takes are the owners' own anyway."""

    def gains(self, chain: Chain, hotkeys: Iterable[str], **pots: int) -> dict[str, int]:
        keys = {name: chain.key(name) for name in hotkeys}
        before = {name: chain.module.TotalHotkeyAlpha[key, 1] for name, key in keys.items()}
        run_epoch(chain, **pots)
        return {
            name: chain.module.TotalHotkeyAlpha[key, 1] - before[name] for name, key in keys.items()
        }

    def test_parent_and_child_share_by_stake(self, chain: Chain) -> None:
        staked(chain, {"Parent": "Bob", "Child": "Dave"})
        lend(chain, "Parent", (WHOLE, "Child"))
        gains = self.gains(chain, ("Parent", "Child"), validators=8 * TAO)
        assert gains == {"Parent": pytest.approx(4 * TAO, abs=20), "Child": gains["Parent"]}

    def test_a_parent_with_half_its_stake_given_away_earns_twice(self, chain: Chain) -> None:
        staked(chain, {"Parent": "Bob", "Child": "Dave"})
        lend(chain, "Parent", (HALF, "Child"))
        gains = self.gains(chain, ("Parent", "Child"), validators=8 * TAO)
        # Its own half earns 1/4 of all; of the child's 3/4 a third is earned with the other half.
        assert gains["Parent"] == pytest.approx(4 * TAO, abs=50)
        assert gains["Child"] == pytest.approx(4 * TAO, abs=50)

    def test_the_child_takes_first(self, chain: Chain) -> None:
        staked(chain, {"Parent": "Bob", "Child": "Dave"})
        lend(chain, "Parent", (WHOLE, "Child"))
        chain.ok("Dave", "set_childkey_take", hotkey="Child", netuid=1, take=6_553)
        gains = self.gains(chain, ("Parent", "Child"), validators=8 * TAO)
        take = 4 * TAO * 6_553 // 65_535
        assert gains["Parent"] == pytest.approx(4 * TAO - take, abs=50)
        assert gains["Child"] == pytest.approx(4 * TAO + take, abs=50)

    def test_it_takes_nothing_from_its_own_coldkeys_parents(self, chain: Chain) -> None:
        staked(chain, {"Parent": "Bob", "Child": "Bob"})
        lend(chain, "Parent", (WHOLE, "Child"))
        chain.ok("Bob", "set_childkey_take", hotkey="Child", netuid=1, take=11_796)
        gains = self.gains(chain, ("Parent", "Child"), validators=8 * TAO)
        assert gains["Parent"] == gains["Child"]

    def test_an_unregistered_parent_is_paid_and_its_nominators_too(self, chain: Chain) -> None:
        chain.register("Dave", "Child")
        chain.ok("Bob", "try_associate_hotkey", hotkey="Parent")
        for coldkey in ("Bob", "Charlie"):
            chain.module.credit_stake(chain.key("Parent"), chain.key(coldkey), 1, 50 * TAO)
        lend(chain, "Parent", (WHOLE, "Child"))
        run_epoch(chain, validators=8 * TAO)
        take = 8 * TAO * 11_796 // 65_535
        rest = 8 * TAO - take
        nominator = chain.stake("Parent", "Charlie") - 50 * TAO
        assert nominator == pytest.approx(rest * 50 * TAO / (100 * TAO + take), rel=1e-6)
        assert chain.stake("Child", "Dave") <= 10
        assert chain.module.AlphaDividendsPerSubnet[1, chain.key("Parent")] == pytest.approx(
            rest, abs=10
        )
        lend(chain, "Parent")
        run_epoch(chain, validators=8 * TAO)  # old dividends are not left standing
        assert (1, chain.key("Parent")) not in chain.module.AlphaDividendsPerSubnet

    def test_alpha_and_root_earn_from_their_own_pots(self, chain: Chain) -> None:
        staked(chain, {"Rooted": "Bob"}, alpha=0)
        staked(chain, {"Child": "Dave"})
        chain.ok("Bob", "add_stake", hotkey="Rooted", netuid=0, amount_staked=1_000 * TAO)
        lend(chain, "Rooted", (WHOLE, "Child"))
        gains = self.gains(chain, ("Rooted", "Child"), validators=8 * TAO, root=2 * TAO)
        take = 2 * TAO * 11_796 // 65_535
        assert gains["Child"] == pytest.approx(8 * TAO, abs=20)
        assert gains["Rooted"] == pytest.approx(take, abs=20)
        owed = chain.module.owed_on_root(chain.key("Rooted"), chain.key("Bob"), 1)
        assert owed == pytest.approx(2 * TAO - take, rel=1e-6)

    def test_ck_burn_takes_from_strangers(self, chain: Chain) -> None:
        staked(chain, {"Parent": "Bob", "Child": "Dave"})
        lend(chain, "Parent", (WHOLE, "Child"))
        chain.module.CKBurn.set(HALF)
        before = circulating(chain)
        gains = self.gains(chain, ("Parent", "Child"), validators=8 * TAO)
        # A quarter of all dividends is burned; the pot's rest is shared one to two.
        assert sum(gains.values()) == pytest.approx(6 * TAO, abs=50)
        assert gains["Child"] == pytest.approx(2 * gains["Parent"], abs=50)
        assert circulating(chain) - before == sum(gains.values())


class TestOwnersMiners:
    def test_no_hotkey_of_the_owner_can_mine(self, chain: Chain) -> None:
        staked(chain, {"Val": "Bob"})
        chain.register("Alice", "Second")
        chain.register("Charlie", "Min")
        chain.module.WeightsSetRateLimit[1] = 0
        run_epoch(chain)
        chain.mine()
        chain.ok("Val", "set_weights", netuid=1, dests=[2, 3], weights=[1, 1], version_key=0)
        run_epoch(chain, servers=4 * TAO, validators=4 * TAO)
        assert chain.stake("Second", "Alice") == 0
        assert chain.stake("Min", "Charlie") == pytest.approx(2 * TAO, abs=50)
        assert chain.module.MinerBurned[1] == pytest.approx(1 << 31, rel=1e-6)

    def test_without_dividends_miners_get_everything(self, chain: Chain) -> None:
        staked(chain, {"Val": "Bob"})
        chain.register("Charlie", "Min")
        chain.module.BondsMovingAverage[1] = 1_000_000  # bonds never grow, so nobody earns by them
        chain.module.WeightsSetRateLimit[1] = 0
        run_epoch(chain)
        chain.mine()
        chain.ok("Val", "set_weights", netuid=1, dests=[2], weights=[1], version_key=0)
        run_epoch(chain, servers=4 * TAO, validators=4 * TAO)
        assert chain.stake("Min", "Charlie") == pytest.approx(8 * TAO, abs=50)


def circulating(chain: Chain) -> int:
    """Alpha of subnet 1 that somebody holds, counted one by one."""
    module = chain.module
    pots = sum(pot for (_, netuid), pot in module.TotalHotkeyAlpha.items_under() if netuid == 1)
    return int(pots)


def claimable(chain: Chain) -> int:
    """Alpha of subnet 1 that root stake may claim, rounded down per hotkey."""
    module = chain.module
    return sum(
        rates.get(1, 0) * module.TotalHotkeyAlpha[hotkey, 0] >> 32
        for hotkey, rates in module.RootClaimable.items_under()
    )


HOTKEYS = ("H0", "H1", "H2", "H3")
COLDKEYS = ("Bob", "Dave", "Charlie", "Bob")
PARTS = st.lists(
    st.tuples(st.integers(0, WHOLE), st.sampled_from(HOTKEYS)), max_size=3, unique_by=lambda x: x[1]
)
FAMILIES = st.lists(PARTS, min_size=4, max_size=4)
STAKES = st.lists(st.integers(0, 10**15), min_size=4, max_size=4)


@pytest.fixture(scope="module")
def four() -> Chain:
    """Four hotkeys in subnet 1, in which children are linked at once."""
    chain = Chain()
    for hotkey, coldkey in zip(HOTKEYS, COLDKEYS, strict=True):
        chain.register(coldkey, hotkey)
    chain.mine()
    chain.module.SubtokenEnabled[1] = False
    chain.module.WeightsSetRateLimit[1] = 0
    return chain


@contextmanager
def built(
    chain: Chain, families: Sequence[Sequence[tuple[int, str]]], stakes: Sequence[int]
) -> Iterator[Any]:
    """Give the four alpha and root stake and link them as far as the chain allows; then undo it."""
    module, state = chain.module, chain.runtime.current_state()
    state.begin()
    for hotkey, coldkey, amount in zip(HOTKEYS, COLDKEYS, stakes, strict=True):
        module.credit_stake(chain.key(hotkey), chain.key(coldkey), 1, amount)
        module.credit_stake(chain.key(hotkey), chain.key(coldkey), 0, stakes[-1] // 3)
        module.SubnetAlphaOut[1] += amount
    for hotkey, coldkey, children in zip(HOTKEYS, COLDKEYS, families, strict=True):
        links = [(part, chain.key(child)) for part, child in children]
        chain.do(coldkey, "set_children", hotkey=hotkey, netuid=1, children=links)
    try:
        yield module
    finally:
        state.rollback()


def all_links(chain: Chain, item: Any) -> set[tuple[bytes, bytes, int]]:
    return {(key, other, part) for (key, _), row in item.items_under() for part, other in row}


@settings(max_examples=40, deadline=None)
@given(families=FAMILIES, stakes=STAKES)
def test_lending_makes_no_weight(
    four: Chain, families: list[list[tuple[int, str]]], stakes: list[int]
) -> None:
    with built(four, families, stakes) as module:
        forward = all_links(four, module.ChildKeys)
        assert forward == {(b, a, part) for a, b, part in all_links(four, module.ParentKeys)}
        rows = [row for _, row in module.ChildKeys.items_under()]
        assert all(sum(part for part, _ in row) <= WHOLE for row in rows)
        assert not {(a, b) for a, b, _ in forward} & {(b, a) for a, b, _ in forward}
        lent = sum(weight(four, hotkey) for hotkey in HOTKEYS)
        for hotkey in HOTKEYS:
            module.link_children(four.key(hotkey), 1, [])
        assert not module.ChildKeys.keys_under()
        assert not module.ParentKeys.keys_under()
        alone = [weight(four, hotkey) for hotkey in HOTKEYS]
        assert alone == [own_weight(four, hotkey) for hotkey in HOTKEYS]
        assert lent == pytest.approx(sum(alone), abs=2 * len(HOTKEYS))


@settings(max_examples=60, deadline=None)
@given(
    families=FAMILIES,
    stakes=STAKES,
    pots=st.tuples(*[st.integers(0, 10**13)] * 3),
    take=st.integers(0, 11_796),
    burn=st.sampled_from([0, HALF, WHOLE]),
    mined=st.booleans(),
)
def test_what_is_paid_is_what_was_pending(
    four: Chain,
    families: list[list[tuple[int, str]]],
    stakes: list[int],
    pots: tuple[int, int, int],
    take: int,
    burn: int,
    mined: bool,
) -> None:
    with built(four, families, stakes) as module:
        module.CKBurn.set(burn)
        for hotkey, coldkey in zip(HOTKEYS, COLDKEYS, strict=True):
            four.ok(coldkey, "set_childkey_take", hotkey=hotkey, netuid=1, take=take)
        run_epoch(four)  # gives permits
        for hotkey in HOTKEYS if mined else ():
            args = {"netuid": 1, "dests": [0, 4], "weights": [1, 2], "version_key": 0}
            four.do(hotkey, "set_weights", **args)
        held, out, owed = circulating(four), module.SubnetAlphaOut[1], claimable(four)
        servers, validators, root = pots
        run_epoch(four, servers=servers, validators=validators, root=root)
        claims = claimable(four) - owed
        paid = circulating(four) - held + claims
        assert 0 <= paid <= sum(pots)
        # What counts as circulating grew by what somebody got; a claim's rate is rounded down.
        rounding = len(HOTKEYS) * (2 + (stakes[-1] // 3 >> 32))
        assert 0 <= module.SubnetAlphaOut[1] - out - paid <= rounding
        if not burn and not mined and min(stakes) > TAO:
            assert sum(pots) - paid <= 1_000 + rounding + (sum(pots) >> 20)


def own_weight(chain: Chain, hotkey: str) -> int:
    """What is staked on a hotkey itself, as consensus counts it."""
    module, key = chain.module, chain.key(hotkey)
    root = int(module.TotalHotkeyAlpha[key, 0])
    weighed = root * ((int(module.TaoWeight.get()) << 32) // WHOLE) >> 32
    return int(module.TotalHotkeyAlpha[key, 1]) + weighed
