"""Subtensor's own expectations of its economics (spec 425), each by its number: prices, pools, emission.

``test_chain_vectors_epochs``, ``test_yuma`` and ``test_root`` have D1 to D9 and D20 to D23, what epochs
compute and pay. Where a case's reserves are too thin for the calls (under ``MinimumReserve``, which its
authors' test runtime does not have), the pool is asked directly.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from fixtures_chain import TAO, Chain

from taocli.localnet.pallets.subtensor import fractional_power
from taocli.localnet.pallets.subtensor.amm import HALF, PERQUINTILL, Pool, gross_of
from taocli.localnet.pallets.subtensor.burn import decay_factor, decayed
from taocli.localnet.pallets.subtensor.fixed_math import (
    ONE,
    divide,
    fixed_max_upscaled,
    max_upscaled,
)

U64_MAX = (1 << 64) - 1
E18 = 10**18


def registration_price(chain: Chain, price: int, **settings: int) -> None:
    """Set subnet 1's price and what moves it."""
    chain.module.Burn[1] = price
    for item, value in settings.items():
        getattr(chain.module, item)[1] = value


def second_subnet(chain: Chain) -> None:
    """Subnet 2 is Bob's, started and emitting."""
    chain.ok("Bob", "register_network", hotkey="Second")
    chain.ok("Bob", "start_call", netuid=2)
    chain.module.SubnetEmissionEnabled[2] = True


def set_pool(chain: Chain, netuid: int, *, tao: int, alpha: int, moving: Fraction) -> None:
    """Reserves in rao at equal weights, no alpha in circulation, and a moving price in TAO."""
    module = chain.module
    module.SubnetTAO[netuid], module.SubnetAlphaIn[netuid] = tao, alpha
    module.SubnetAlphaOut[netuid] = 0
    module.SubnetMovingPrice[netuid] = int(moving * ONE)
    chain.runtime.swap.set_quote(netuid, HALF)


def outweigh_by_root(chain: Chain) -> None:
    """Make root's share of every subnet almost one."""
    chain.module.SubnetTAO[0] = E18


class TestRegistrationPrice:
    def test_d10_bump_and_decay(self, chain: Chain) -> None:
        settings = {"BurnHalfLife": 1_000, "BurnIncreaseMult": 2 << 64, "MinBurn": 0}
        registration_price(chain, 1_000, **settings, MaxBurn=U64_MAX)
        chain.register("Bob", "H1")
        assert chain.module.Burn[1] == 2_000
        chain.mine()
        assert chain.module.Burn[1] == 1_998

    def test_d11_bounds(self, chain: Chain) -> None:
        settings = {"BurnHalfLife": 1, "BurnIncreaseMult": 2 << 64, "MinBurn": 100_000}
        registration_price(chain, 1, **settings, MaxBurn=150_000)
        chain.mine()
        assert chain.module.Burn[1] == 100_000
        chain.register("Bob", "H1")
        assert chain.module.Burn[1] == 150_000
        for _ in range(2):
            chain.mine()
            assert chain.module.Burn[1] == 100_000

    def test_d27_default_decay(self, chain: Chain) -> None:
        assert decay_factor(chain.module.BurnHalfLife[1]) == 4_286_705_684
        price = TAO
        assert decayed(price, 360, 500_000, 10**11) == 998_076_443
        for _ in range(360):
            price = decayed(price, 360, 500_000, 10**11)
        assert price == 499_999_865


class TestPool:
    @pytest.fixture
    def thin(self, chain: Chain) -> Chain:
        """D12: a price of one quarter."""
        set_pool(chain, 1, tao=10**9, alpha=4 * 10**9, moving=Fraction(1))
        return chain

    @pytest.mark.parametrize(
        ("amount", "fee", "into_pool", "out"),
        [(1_000, 0, 1_000, 3_999), (2_000, 1, 1_999, 7_995), (123_456, 62, 123_394, 493_515)],
    )
    def test_d12_purchases(
        self, thin: Chain, amount: int, fee: int, into_pool: int, out: int
    ) -> None:
        trade = thin.module.buy_alpha(thin.key("Bob"), 1, amount)
        assert trade.fee == fee
        assert thin.module.SubnetTAO[1] == 10**9 + into_pool
        assert trade.received == pytest.approx(out, abs=1)
        assert thin.module.pool(1).price >= Fraction(1, 4)

    @pytest.mark.parametrize(
        ("amount", "fee", "into_pool", "out"),
        [(1_000, 0, 1_000, 249), (2_000, 1, 1_999, 499), (123_456, 62, 123_394, 30_847)],
    )
    def test_d12_sales(self, thin: Chain, amount: int, fee: int, into_pool: int, out: int) -> None:
        trade = thin.module.quote_sell(1, amount)
        assert (trade.fee, trade.paid - trade.fee) == (fee, into_pool)
        assert trade.received == pytest.approx(out, abs=1)
        after = Pool(10**9 - trade.received, 4 * 10**9 + into_pool)
        assert after.price <= Fraction(1, 4)

    def test_d13_a_new_pool_has_equal_weights(self, thin: Chain) -> None:
        pool = thin.module.pool(1)
        assert pool.quote * 2 == PERQUINTILL
        assert pool.price == Fraction(1, 4)

    def test_d13_a_requested_price_moves_the_weights(self) -> None:
        quote = Pool(10**9, 4 * 10**9).quote_for(Fraction(1, 5))
        assert quote / PERQUINTILL == pytest.approx(1e9 / (0.2 * 4e9 + 1e9), abs=1e-9)
        assert float(Pool(10**9, 4 * 10**9, quote).price) == pytest.approx(0.2, abs=1e-9)

    @pytest.mark.parametrize(
        ("tao", "alpha"),
        [(0, 1), (1, 0), (10**6, 10**6), (0, 10**12), (10**12, 0), (10**12, 10**12),
         (1_234_567, 2_432_765_890)],
    )  # fmt: skip
    def test_d14_injection_keeps_the_price(self, tao: int, alpha: int) -> None:
        pool = Pool(10**12, 4 * 10**12).injected(tao, alpha)
        assert pool is not None
        assert float(pool.price) == pytest.approx(0.25, rel=1e-12)
        expected = pool.tao / (pool.alpha * 0.25 + pool.tao)
        assert pool.quote / PERQUINTILL == pytest.approx(expected, rel=1e-12)

    def test_d14_a_pool_without_alpha_has_no_price_yet(self) -> None:
        pool = Pool(10**12, 0).injected(10**6, 0)
        assert pool is not None
        assert (pool.price, pool.quote) == (0, HALF)
        pool = pool.injected(0, 10**9)
        assert pool is not None
        assert pool.quote == HALF
        assert pool.price == Fraction(10**12 + 10**6, 10**9)

    @pytest.mark.parametrize(
        ("quote", "reserve", "delta", "value"),
        [(HALF, 100_000, 100, 0.999000999000999),
         (PERQUINTILL // 4, 500_000, 5_000, 0.970590147927644)],
    )  # fmt: skip
    def test_d15_weighted_exponents(
        self, quote: int, reserve: int, delta: int, value: float
    ) -> None:
        base = PERQUINTILL - quote
        found = fractional_power.power(reserve, reserve + delta, base, quote)
        assert found / fractional_power.ONE == pytest.approx(value, abs=1e-9)
        sold = Pool(10**16, reserve * 10**9, quote).tao_for_alpha(delta * 10**9)
        assert 1 - sold / 10**16 == pytest.approx(value, abs=1e-9)

    @pytest.mark.parametrize(
        ("tao", "alpha", "limit", "most"),
        [(10**6, 10**6, 4 * TAO, 1_000_500), (10**6, 10**6, 9 * TAO, 2_001_000),
         (100, 100, 1_100_000_000, 4), (1_000, 1_000, 1_100_000_000, 48),
         (10_000, 10_000, 1_100_000_000, 488), (150 * TAO, 100 * TAO, 1_500_000_001, 49)],
    )  # fmt: skip
    def test_d16_the_most_that_fits_under_a_limit(
        self, tao: int, alpha: int, limit: int, most: int
    ) -> None:
        net = Pool(tao, alpha).tao_to_price(Fraction(limit, TAO))
        assert gross_of(net, 33) == pytest.approx(most, rel=1e-4)

    @pytest.mark.parametrize("limit", [0, 10**8, 5 * 10**8, 1_499_999_999, 1_500_000_000])
    def test_d16_a_limit_that_the_price_has_reached(self, chain: Chain, limit: int) -> None:
        chain.register("Bob", "H1")
        set_pool(chain, 1, tao=150 * TAO, alpha=100 * TAO, moving=Fraction(1))
        args = {"hotkey": "H1", "netuid": 1, "amount_staked": TAO, "limit_price": limit}
        for partly in (False, True):
            error = chain.do("Bob", "add_stake_limit", **args, allow_partial=partly)
            assert error == "PriceLimitExceeded"


class TestEmission:
    @pytest.fixture
    def two(self, chain: Chain) -> Chain:
        second_subnet(chain)
        outweigh_by_root(chain)
        return chain

    def test_d17_tao_follows_the_moving_prices(self, two: Chain) -> None:
        emission, module = 10**8, two.module
        set_pool(two, 1, tao=100_000, alpha=10**6, moving=Fraction(1, 10))
        set_pool(two, 2, tao=100_000, alpha=5 * 10**5, moving=Fraction(2, 10))
        issued, staked = module.TotalIssuance.get(), module.TotalStake.get()
        module.share_out(emission)
        assert module.SubnetTAO[1] == pytest.approx(100_000 + emission // 3, abs=10)
        assert module.SubnetTAO[2] == pytest.approx(100_000 + 2 * emission // 3, abs=10)
        assert module.TotalIssuance.get() - issued == pytest.approx(emission, abs=10)
        assert module.TotalStake.get() - staked == pytest.approx(emission, abs=10)

    @pytest.mark.parametrize(("worth", "alpha"), [(1, 1_500_000), (2, 1_333_333)])
    def test_d18_alpha_is_injected_at_the_pools_price(
        self, two: Chain, worth: int, alpha: int
    ) -> None:
        set_pool(two, 1, tao=10**6, alpha=10**6, moving=Fraction(1))
        set_pool(two, 2, tao=worth * 10**6, alpha=10**6, moving=Fraction(worth))
        two.module.share_out(10**6)
        assert two.module.SubnetAlphaIn[1] == two.module.SubnetAlphaIn[2] == alpha

    @pytest.mark.parametrize(("share", "pending"), [(0, 0), (65_535, TAO)])
    def test_d19_the_owners_cut(self, chain: Chain, share: int, pending: int) -> None:
        chain.module.SubnetOwnerCut.set(share)
        before = chain.module.PendingOwnerCut[1]
        chain.mine()
        assert chain.module.PendingOwnerCut[1] - before == pending


class TestWeightsAsStored:
    @pytest.mark.parametrize(
        ("given", "stored"),
        [([1], [65_535]), ([0, 1], [0, 65_535]), ([65_534], [65_535]),
         ([0, 1, 65_534], [0, 1, 65_535]),
         ([16_383, 32_767, 49_149, 65_535], [16_383, 32_767, 49_149, 65_535])],
    )  # fmt: skip
    def test_d24_of_u16(self, given: list[int], stored: list[int]) -> None:
        assert max_upscaled(given) == stored

    @pytest.mark.parametrize(
        ("given", "scale", "stored"),
        [([0, 5, 10, 15, 20, 327_680], 10, [0, 1, 2, 3, 4, 65_535]),
         ([1, 6, 7, 100, 1_000, 10_000, 100_000, 200_000, 300_000, 400_000], 10**6,
          [0, 1, 1, 16, 164, 1_638, 16_384, 32_768, 49_151, 65_535])],
    )  # fmt: skip
    def test_d24_of_fixed_point(self, given: list[int], scale: int, stored: list[int]) -> None:
        assert fixed_max_upscaled([divide(value * ONE, scale * ONE) for value in given]) == stored


@pytest.mark.parametrize("least", [1_000, 1_000 * TAO])
def test_d25_the_pool_of_the_first_subnet_is_its_lock(
    start_chain: Callable[..., Chain], least: int
) -> None:
    chain = start_chain()
    module = chain.module
    chain.ok(None, "root_dissolve_network", netuid=1)
    module.NetworkMinLockCost.set(least)
    module.NetworkLastLockCost.set(least)
    cost = module.lock_cost()
    chain.ok("Bob", "register_network", hotkey="First")
    (netuid,) = (netuid for netuid in module.NetworksAdded.keys_under() if netuid)
    assert cost == least
    assert module.SubnetTAO[netuid] == module.SubnetAlphaIn[netuid] == cost
    assert module.SubnetLocked[netuid] == cost


def test_d26_the_rate_of_root_claims(chain: Chain) -> None:
    hotkey = chain.key("Hot")
    chain.register("Bob", "Hot")
    chain.module.credit_stake(hotkey, chain.key("Dave"), 0, 2_000_000)
    chain.module.credit_stake(hotkey, chain.key("Bob"), 1, 10_000_000)
    chain.module.SubnetAlphaOut[1] += 11_000_000
    chain.module.reward_root(hotkey, 1, 1_000_000)
    assert chain.stake("Hot", "Bob") == pytest.approx(10_180_000, abs=100)
    assert chain.module.RootClaimable[hotkey][1] / ONE == pytest.approx(0.41, abs=1e-3)
    kind: Any = "Keep"
    chain.ok("Dave", "set_root_claim_type", new_root_claim_type=kind)
    chain.ok("Dave", "claim_root", subnets=[1])
    assert chain.stake("Hot", "Dave") == pytest.approx(820_000, abs=100)
