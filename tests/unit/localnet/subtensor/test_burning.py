"""Recycling and burning alpha, buying it to burn it: what leaves, from which books, and who may."""

from typing import Any

import pytest
from fixtures_chain import TAO, Chain
from fixtures_events import listen
from hypothesis import given, settings
from hypothesis import strategies as st

from taocli.localnet.pallets.subtensor.pools import subnet_account


@pytest.fixture
def staked(chain: Chain) -> Chain:
    """Bob holds about 100 alpha on Hot."""
    chain.register("Bob", "Hot")
    chain.ok("Bob", "add_stake", hotkey="Hot", netuid=1, amount_staked=100 * TAO)
    return chain


class TestGivingUp:
    def test_recycled_alpha_leaves_circulation(self, staked: Chain) -> None:
        held, out = staked.stake("Hot", "Bob"), staked.module.SubnetAlphaOut[1]
        heard = listen(staked.module)
        staked.ok("Bob", "recycle_alpha", hotkey="Hot", amount=TAO, netuid=1)
        assert staked.stake("Hot", "Bob") == held - TAO
        assert staked.module.SubnetAlphaOut[1] == out - TAO
        assert heard == [("AlphaRecycled", (staked.key("Bob"), staked.key("Hot"), TAO, 1))]

    def test_burned_alpha_counts_as_circulating_for_ever(self, staked: Chain) -> None:
        held, out = staked.stake("Hot", "Bob"), staked.module.SubnetAlphaOut[1]
        heard = listen(staked.module)
        staked.ok("Bob", "burn_alpha", hotkey="Hot", amount=TAO, netuid=1)
        assert staked.stake("Hot", "Bob") == held - TAO
        assert staked.module.SubnetAlphaOut[1] == out
        assert heard == [("AlphaBurned", (staked.key("Bob"), staked.key("Hot"), TAO, 1))]

    @pytest.mark.parametrize("call", ["recycle_alpha", "burn_alpha"])
    def test_more_than_is_held_is_all_of_it(self, staked: Chain, call: str) -> None:
        staked.ok("Bob", call, hotkey="Hot", amount=10**18, netuid=1)
        assert staked.stake("Hot", "Bob") == 0

    @pytest.mark.parametrize("call", ["recycle_alpha", "burn_alpha"])
    def test_errors_come_in_the_chains_order(self, staked: Chain, call: str) -> None:
        def give_up(netuid: int, hotkey: str = "None") -> str | None:
            return staked.do("Bob", call, hotkey=hotkey, amount=TAO, netuid=netuid)

        assert give_up(9) == "SubnetNotExists"
        assert give_up(0) == "CannotBurnOrRecycleOnRootSubnet"
        staked.module.SubtokenEnabled[1] = False
        assert give_up(1) == "SubtokenDisabled"
        staked.module.SubtokenEnabled[1] = True
        assert give_up(1) == "HotKeyAccountNotExists"
        staked.module.SubnetAlphaOut[1] = TAO - 1
        assert give_up(1, "Hot") == "InsufficientLiquidity"


class TestBuyingToBurn:
    def test_the_owner_buys_and_burns(self, chain: Chain) -> None:
        module = chain.module
        expected = module.quote_buy(1, 50 * TAO).received
        before, pool, out = chain.free("Alice"), module.SubnetAlphaIn[1], module.SubnetAlphaOut[1]
        heard = listen(module)
        buy = {"hotkey": "AliceHotkey", "netuid": 1, "amount": 50 * TAO}
        chain.ok("Alice", "add_stake_burn", **buy, limit=None)
        assert chain.free("Alice") == before - 50 * TAO
        assert chain.stake("AliceHotkey", "Alice") == 0
        assert module.SubnetAlphaIn[1] == pool - expected
        assert module.SubnetAlphaOut[1] == out + expected  # burned: nobody has it
        owner = chain.key("AliceHotkey")
        assert [name for name, _ in heard] == ["StakeAdded", "AlphaBurned", "AddStakeBurn"]
        assert heard[-1][1] == (1, owner, 50 * TAO, expected)

    def test_once_in_a_tempo(self, chain: Chain) -> None:
        buy = {"hotkey": "AliceHotkey", "netuid": 1, "amount": TAO, "limit": None}
        chain.ok("Alice", "add_stake_burn", **buy)
        assert chain.do("Alice", "add_stake_burn", **buy) == "AddStakeBurnRateLimitExceeded"
        chain.mine(chain.module.Tempo[1])
        chain.ok("Alice", "add_stake_burn", **buy)

    def test_only_for_owners_and_within_the_limit(self, chain: Chain) -> None:
        buy = {"hotkey": "AliceHotkey", "netuid": 1, "amount": 50_000 * TAO}
        assert chain.do("Bob", "add_stake_burn", **buy, limit=None) == "BadOrigin"
        limit = chain.module.price_rao(1) * 101 // 100
        before = chain.free("Alice")
        assert chain.do("Alice", "add_stake_burn", **buy, limit=limit) == "SlippageTooHigh"
        assert chain.free("Alice") == before
        small = {**buy, "amount": TAO}
        chain.ok("Alice", "add_stake_burn", **small, limit=limit)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("recycle_alpha", "burn_alpha", "add_stake_burn", "add_stake", "mine")),
        st.sampled_from(("Alice", "Bob")),
        st.integers(0, 80 * TAO),
    ),
    max_size=15,
)


def perform(chain: Chain, call: str, who: str, amount: int) -> None:
    hotkey: dict[str, Any] = {"hotkey": "AliceHotkey" if who == "Alice" else "Hot", "netuid": 1}
    if call == "mine":
        chain.mine(amount // (16 * TAO))
    elif call == "add_stake":
        chain.do(who, call, **hotkey, amount_staked=amount)
    elif call == "add_stake_burn":
        chain.do(who, call, **hotkey, amount=amount, limit=None)
    else:
        chain.do(who, call, **hotkey, amount=amount)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(STEPS)
def test_alpha_is_held_waiting_or_burned_and_tao_in_the_pool(
    steps: list[tuple[str, str, int]],
) -> None:
    chain = Chain(tempo=7)
    chain.register("Bob", "Hot")
    chain.ok("Bob", "add_stake", hotkey="Hot", netuid=1, amount_staked=100 * TAO)
    module = chain.module
    heard = listen(module)
    for step in steps:
        perform(chain, *step)
    burned = sum(values[2] for name, values in heard if name == "AlphaBurned")
    held = sum(pot for (_, netuid), pot in module.TotalHotkeyAlpha.items_under() if netuid == 1)
    waiting = sum(
        item[1]
        for item in (
            module.PendingOwnerCut,
            module.PendingServerEmission,
            module.PendingValidatorEmission,
            module.PendingRootAlphaDivs,
            module.SubnetProtocolAlpha,
        )
    )
    assert module.SubnetAlphaOut[1] == held + waiting + burned
    assert chain.runtime.balances.free(subnet_account(1)) == module.SubnetTAO[1]
