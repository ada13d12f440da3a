"""Pools, issuance and registration prices against Subtensor's own expectations (spec 425)."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from taocli.localnet.pallets.subtensor.amm import PERQUINTILL, Pool, fee_on, gross_of
from taocli.localnet.pallets.subtensor.burn import bumped, decay_factor, decayed
from taocli.localnet.pallets.subtensor.issuance import block_emission

RESERVES = st.integers(10**6, 10**16)


@pytest.mark.parametrize(
    ("amount", "fee", "out"), [(1000, 0, 3999), (2000, 1, 7995), (123456, 62, 493515)]
)
def test_d12_purchases(amount: int, fee: int, out: int) -> None:
    pool = Pool(10**9, 4 * 10**9)
    assert fee_on(amount, 33) == fee
    assert pool.alpha_for_tao(amount - fee) == pytest.approx(out, abs=1)


@pytest.mark.parametrize(
    ("amount", "fee", "out"), [(1000, 0, 249), (2000, 1, 499), (123456, 62, 30847)]
)
def test_d12_sales(amount: int, fee: int, out: int) -> None:
    assert fee_on(amount, 33) == fee
    assert Pool(10**9, 4 * 10**9).tao_for_alpha(amount - fee) == pytest.approx(out, abs=1)


def test_d13_a_requested_price_moves_the_weights() -> None:
    pool = Pool(10**9, 4 * 10**9)
    assert pool.price == Decimal("0.25")
    quote = pool.quote_for(Decimal("0.2"))
    assert quote / PERQUINTILL == pytest.approx(0.5555555555, abs=1e-9)
    assert float(Pool(10**9, 4 * 10**9, quote).price) == pytest.approx(0.2, rel=1e-12)


@pytest.mark.parametrize(
    "added",
    [(0, 1), (1, 0), (10**6, 10**6), (0, 10**12), (10**12, 0), (10**12, 10**12), (1234567, 2432765890)],
)  # fmt: skip
def test_d14_injection_keeps_the_price(added: tuple[int, int]) -> None:
    pool = Pool(10**12, 4 * 10**12).injected(*added)
    assert float(pool.price) == pytest.approx(0.25, rel=1e-12)
    expected = pool.tao / (pool.alpha * 0.25 + pool.tao)
    assert pool.quote / PERQUINTILL == pytest.approx(expected, rel=1e-12)


def test_d15_weighted_exponents() -> None:
    pool = Pool(10**14, 500_000 * 10**9, PERQUINTILL // 4)
    kept = 1 - pool.tao_for_alpha(5000 * 10**9) / pool.tao
    assert kept == pytest.approx(0.970590147927644, abs=1e-9)


@pytest.mark.parametrize(
    ("tao", "alpha", "limit", "most"),
    [
        (10**6, 10**6, 4 * 10**9, 1_000_500), (10**6, 10**6, 9 * 10**9, 2_001_000),
        (100, 100, 1_100_000_000, 4), (1000, 1000, 1_100_000_000, 48),
        (10_000, 10_000, 1_100_000_000, 488), (150 * 10**9, 100 * 10**9, 1_500_000_001, 49),
        (150 * 10**9, 100 * 10**9, 1_500_000_000, 0), (150 * 10**9, 100 * 10**9, 0, 0),
    ],
)  # fmt: skip
def test_d16_the_most_that_fits_under_a_limit(tao: int, alpha: int, limit: int, most: int) -> None:
    net = Pool(tao, alpha).tao_to_price(Decimal(limit) / 10**9)
    assert gross_of(net, 33) == pytest.approx(most, rel=1e-4, abs=1)


@given(RESERVES, RESERVES, st.integers(1, 10**15))
def test_a_round_trip_never_gains(tao: int, alpha: int, amount: int) -> None:
    assume(amount <= 1000 * tao)
    pool = Pool(tao, alpha)
    bought = pool.alpha_for_tao(amount)
    after = Pool(tao + amount, alpha - bought)
    assert bought < alpha
    assert after.tao_for_alpha(bought) <= amount


@given(RESERVES, RESERVES, st.integers(0, 10**12))
def test_a_purchase_raises_the_price(tao: int, alpha: int, amount: int) -> None:
    pool = Pool(tao, alpha)
    assert Pool(tao + amount, alpha - pool.alpha_for_tao(amount)).price >= pool.price


@pytest.mark.parametrize(
    ("half_life", "factor"),
    [(1, 2147483648), (2, 3037000500), (360, 4286705684), (1000, 4291991283)],
)
def test_decay_factors(half_life: int, factor: int) -> None:
    assert decay_factor(half_life) == factor


def test_d10_bump_and_decay() -> None:
    assert bumped(1000, 2 << 64, 0, 2**64 - 1) == 2000
    assert decayed(2000, 1000, 0, 2**64 - 1) == 1998


def test_d11_bounds() -> None:
    assert decayed(1000, 1, 100_000, 150_000) == 100_000
    assert bumped(100_000, 2 << 64, 100_000, 150_000) == 150_000
    assert decayed(150_000, 1, 100_000, 150_000) == 100_000


def test_d27_default_decay() -> None:
    price = 10**9
    assert decayed(price, 360, 500_000, 10**11) == 998_076_443
    for _ in range(360):
        price = decayed(price, 360, 500_000, 10**11)
    assert price == 499_999_865


@pytest.mark.parametrize(
    ("issued_tao", "emission"),
    [(0, 10**9), (10_499_999, 10**9), (10_500_000, 5 * 10**8), (15_749_999, 5 * 10**8),
     (15_750_000, 25 * 10**7), (18_375_000, 125 * 10**6), (21_000_000, 0)],
)  # fmt: skip
def test_halvings(issued_tao: int, emission: int) -> None:
    assert block_emission(issued_tao * 10**9) == emission


@given(st.integers(0, 21_000_000 * 10**9), st.integers(0, 10**15))
def test_emission_never_grows(issued: int, more: int) -> None:
    assert block_emission(issued + more) <= block_emission(issued)
