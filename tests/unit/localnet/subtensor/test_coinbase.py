"""The block step: what is minted, injected, bought and recycled, and in which order."""

from collections.abc import Callable

import pytest
from fixtures_chain import TAO, Chain
from fixtures_events import listen

from taocli.localnet.pallets.subtensor import coinbase
from taocli.localnet.pallets.subtensor.amm import HALF
from taocli.localnet.pallets.subtensor.issuance import CAP
from taocli.localnet.pallets.subtensor.pools import subnet_account

ONE = 1 << 32


@pytest.fixture
def two(chain: Chain) -> Chain:
    """A second subnet, Bob's, started and emitting, with root outweighing both."""
    chain.ok("Bob", "register_network", hotkey="Second")
    chain.ok("Bob", "start_call", netuid=2)
    chain.module.SubnetEmissionEnabled[2] = True
    chain.module.SubnetTAO[0] = 10**18
    for netuid in (1, 2):
        chain.module.SubnetMovingPrice[netuid] = ONE
    return chain


def taken(chain: Chain, netuid: int) -> int:
    """The TAO that a subnet got in this block."""
    module = chain.module
    return int(module.SubnetTaoInEmission[netuid] + module.SubnetExcessTao[netuid])


class TestShares:
    def test_a_subnet_whose_miners_are_its_owners_gets_less(self, two: Chain) -> None:
        two.module.MinerBurned[2] = ONE // 2
        two.module.share_out(3_000_000)
        assert (taken(two, 1), taken(two, 2)) == pytest.approx((2_000_000, 1_000_000), abs=2)

    def test_all_burned_is_no_tao(self, two: Chain) -> None:
        two.module.MinerBurned[2] = ONE
        two.module.share_out(3_000_000)
        assert (taken(two, 1), taken(two, 2)) == (3_000_000, 0)

    def test_a_disabled_subnets_share_goes_to_the_others_but_it_mints_alpha(
        self, two: Chain
    ) -> None:
        two.module.SubnetEmissionEnabled[2] = False
        out = two.module.SubnetAlphaOut[2]
        two.module.share_out(3_000_000)
        assert (taken(two, 1), taken(two, 2)) == (3_000_000, 0)
        assert two.module.SubnetAlphaOut[2] > out
        assert two.module.PendingServerEmission[2] > 0

    @pytest.mark.parametrize(
        ("item", "value"), [("SubtokenEnabled", False), ("NetworkRegistrationAllowed", False)]
    )
    def test_what_is_not_open_emits_nothing(self, two: Chain, item: str, value: bool) -> None:
        getattr(two.module, item)[2] = value
        before, price = two.module.SubnetAlphaOut[2], two.module.SubnetMovingPrice[2]
        two.mine()
        assert two.module.SubnetAlphaOut[2] == before
        assert two.module.SubnetMovingPrice[2] == price

    def test_without_prices_nothing_is_issued(self, two: Chain) -> None:
        for netuid in (1, 2):
            two.module.SubnetMovingPrice[netuid] = 0
        issued = two.runtime.balances.TotalIssuance.get()
        counted = two.module.TotalIssuance.get()
        two.module.share_out(TAO)
        assert two.runtime.balances.TotalIssuance.get() == issued
        assert two.module.TotalIssuance.get() == counted


class TestInjection:
    def test_what_root_does_not_back_buys_alpha(self, chain: Chain) -> None:
        module, account = chain.module, subnet_account(1)
        assert module.SubnetTAO[0] == 0  # the cap is zero
        held, stake = chain.runtime.balances.free(account), module.TotalStake.get()
        pool, protocol = module.pool(1), module.SubnetProtocolAlpha[1]
        volume = module.SubnetVolume[1]
        module.share_out(TAO)
        bought = module.SubnetProtocolAlpha[1] - protocol
        assert bought == pool.alpha_for_tao(TAO)
        assert module.SubnetExcessTao[1] == TAO
        assert (module.SubnetTaoInEmission[1], module.SubnetAlphaInEmission[1]) == (0, 0)
        assert chain.runtime.balances.free(account) - held == TAO
        assert module.TotalStake.get() - stake == TAO
        assert module.SubnetVolume[1] - volume == TAO
        assert module.SubnetAlphaIn[1] == pool.alpha - bought
        assert module.pool(1).price > pool.price

    def test_the_rest_goes_in_at_the_new_price(self, chain: Chain) -> None:
        module = chain.module
        issued = module.alpha_issuance(1)
        weight = (module.TaoWeight.get() << 32) // ((1 << 64) - 1)
        module.SubnetTAO[0] = (issued << 32) // weight  # root backs half
        module.share_out(TAO)
        assert module.SubnetAlphaInEmission[1] == pytest.approx(TAO // 2, rel=1e-6)
        assert module.SubnetTaoInEmission[1] == pytest.approx(
            float(TAO // 2 * module.pool(1).price), rel=1e-4
        )
        assert taken(chain, 1) == pytest.approx(TAO, abs=2)

    def test_a_pool_that_cannot_sell_takes_nothing(self, chain: Chain) -> None:
        module = chain.module
        module.SubnetAlphaIn[1] = 999_999  # under the minimum reserve
        issued = chain.runtime.balances.TotalIssuance.get()
        module.share_out(TAO)
        assert module.SubnetExcessTao[1] == 0
        assert chain.runtime.balances.TotalIssuance.get() == issued

    def test_weights_stay_within_bounds(self, chain: Chain) -> None:
        module = chain.module
        module.SubnetTAO[0] = 10**18
        module.SubnetTAO[1], module.SubnetAlphaIn[1] = 10**6, 10**6
        chain.runtime.swap.set_quote(1, 2 * 10**16)
        module.share_out(TAO)  # of alpha 49 times as much as of TAO would go in
        quote = chain.runtime.swap.quote(1)
        assert 10**16 <= quote <= 99 * 10**16

    def test_21_million_is_all_there_ever_is(self, chain: Chain) -> None:
        chain.runtime.balances.TotalIssuance.set(CAP - 5)
        chain.module.share_out(TAO)
        assert taken(chain, 1) == 5
        assert chain.runtime.balances.TotalIssuance.get() == CAP

    def test_events_say_where_new_tao_went(self, chain: Chain) -> None:
        heard = listen(chain.runtime.balances)
        chain.module.share_out(TAO)
        assert heard == [("Issued", (TAO,)), ("Deposit", (subnet_account(1), TAO))]


class TestAlpha:
    def test_root_is_paid_only_while_the_live_subnets_are_worth_more_than_one_tao(
        self, two: Chain
    ) -> None:
        assert two.module.is_root_paid()
        two.module.SubtokenEnabled[2] = False
        assert not two.module.is_root_paid()  # one TAO is not more than one TAO

    def test_an_owner_may_do_without_the_cut(self, chain: Chain) -> None:
        chain.module.OwnerCutEnabled[1] = False
        before = chain.module.PendingOwnerCut[1], chain.module.PendingServerEmission[1]
        chain.module.share_out(0)
        assert chain.module.PendingOwnerCut[1] == before[0]
        assert chain.module.PendingServerEmission[1] - before[1] == TAO // 2

    def test_alpha_has_a_curve_of_its_own_and_it_shows(self, chain: Chain) -> None:
        chain.module.SubnetAlphaOut[1] = 11_000_000 * TAO
        chain.module.run_coinbase()
        assert chain.module.SubnetAlphaOutEmission[1] == TAO // 2
        assert chain.module.SubnetExcessTao[1] == TAO  # of TAO it is not half yet
        assert chain.module.BlockEmission.get() == TAO // 2  # the last curve that was asked


class TestFollowing:
    def test_the_moving_price_counts_from_the_start_call(
        self, start_chain: Callable[..., Chain]
    ) -> None:
        chain = start_chain()
        chain.mine(3)
        module = chain.module
        module.FirstEmissionBlockNumber[1] = chain.number + 1  # as start_call writes it now
        module.SubnetMovingAlpha.set(ONE // 2)
        module.EMAPriceHalvingBlocks[1] = 1
        module.SubnetMovingPrice[1] = 0
        module.follow_prices()
        assert module.SubnetMovingPrice[1] == 0  # no block has passed
        chain.mine()
        price = float(module.pool(1).price)
        expected = min(price, 1) / 4  # one half, times one block of two
        assert module.SubnetMovingPrice[1] / ONE == pytest.approx(expected, rel=1e-6)

    def test_prices_above_one_count_as_one(self, chain: Chain) -> None:
        module = chain.module
        module.SubnetMovingAlpha.set(ONE)
        module.EMAPriceHalvingBlocks[1] = 0
        module.SubnetTAO[1], module.SubnetAlphaIn[1] = 10**12, 10**11
        chain.runtime.swap.set_quote(1, HALF)
        module.follow_prices()
        assert module.SubnetMovingPrice[1] in (ONE - 1, ONE)

    def test_roots_share_is_written_after_the_epoch(
        self, chain: Chain, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        module = chain.module
        module.SubnetTAO[0] = 10**15
        seen = []
        monkeypatch.setattr(module, "run_due_epochs", lambda: seen.append(module.RootProp[1]))
        chain.mine()
        assert seen == [0]
        assert module.RootProp[1] == module.root_proportion(1) > 0

    def test_shares_use_the_moving_price_of_the_block_before(
        self, chain: Chain, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        order: list[str] = []
        module = chain.module
        for name in ("decay_prices", "share_out", "run_due_epochs", "follow_prices",
                     "link_pending_children", "claim_for_some"):  # fmt: skip
            made = getattr(module, name)
            monkeypatch.setattr(module, name, noting(order, name, made))
        chain.mine()
        assert order == ["decay_prices", "share_out", "run_due_epochs", "follow_prices",
                         "link_pending_children", "claim_for_some"]  # fmt: skip
        assert coinbase.block_emission(0) == TAO


def noting(order: list[str], name: str, made: Callable[..., None]) -> Callable[..., None]:
    """``made``, which notes its turn."""

    def noted(*args: int) -> None:
        order.append(name)
        made(*args)

    return noted
