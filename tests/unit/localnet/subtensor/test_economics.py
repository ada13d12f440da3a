"""Pools, issuance and registration prices: what must hold for all numbers.

``test_chain_vectors`` has Subtensor's own expectations.
"""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from taocli.localnet.pallets.subtensor.amm import PERQUINTILL, Pool
from taocli.localnet.pallets.subtensor.burn import decay_factor
from taocli.localnet.pallets.subtensor.fractional_power import BITS, power
from taocli.localnet.pallets.subtensor.issuance import block_emission

RESERVES = st.integers(10**6, 10**16)
WEIGHTS = st.integers(1, 99).map(lambda percent: percent * PERQUINTILL // 100)


@given(RESERVES, RESERVES, WEIGHTS, st.integers(1, 10**15))
def test_a_round_trip_never_gains(tao: int, alpha: int, quote: int, amount: int) -> None:
    assume(amount <= 1000 * tao)
    pool = Pool(tao, alpha, quote)
    bought = pool.alpha_for_tao(amount)
    after = Pool(tao + amount, alpha - bought, quote)
    assert bought < alpha
    assert after.tao_for_alpha(bought) <= amount


@given(RESERVES, RESERVES, WEIGHTS, st.integers(0, 10**12))
def test_a_purchase_raises_the_price(tao: int, alpha: int, quote: int, amount: int) -> None:
    pool = Pool(tao, alpha, quote)
    after = Pool(tao + amount, alpha - pool.alpha_for_tao(amount), quote)
    assert after.price >= pool.price


@given(RESERVES, RESERVES, WEIGHTS, st.integers(2, 40))
def test_an_order_stops_at_its_limit(tao: int, alpha: int, quote: int, times: int) -> None:
    pool = Pool(tao, alpha, quote)
    limit = pool.price * Fraction(times + 10, 11)
    paid = pool.tao_to_price(limit)
    after = Pool(tao + paid, alpha - pool.alpha_for_tao(paid), quote)
    assert after.price <= limit * (1 + Fraction(1, 10**5))  # reserves are whole rao


@given(RESERVES, RESERVES, WEIGHTS, st.integers(0, 10**12), st.integers(0, 10**12))
def test_an_injection_keeps_the_price(
    tao: int, alpha: int, quote: int, more_tao: int, more_alpha: int
) -> None:
    pool = Pool(tao, alpha, quote)
    grown = pool.injected(more_tao, more_alpha)
    assume(grown is not None and 10**17 < grown.quote < 9 * 10**17)
    assert grown is not None
    assert abs(grown.price / pool.price - 1) < Fraction(1, 10**10)  # reserves are whole rao


def test_an_injection_that_no_weights_allow_is_not_made() -> None:
    assert Pool(10**6, 10**6).injected(10**9, 0) is None
    assert Pool(10**6, 10**6).injected(0, 10**9) is None


@given(st.integers(1, 10**17), st.integers(0, 10**18), st.integers(1, 99))
def test_powers_of_fractions(before: int, more: int, percent: int) -> None:
    exponent, divisor = percent * 10**16, (100 - percent) * 10**16
    found = Fraction(power(before, before + more, exponent, divisor), 2**BITS)
    # To the whole power both ways; the error of the root grows with it.
    exact = Fraction(before, before + more) ** percent
    assume(exact > Fraction(1, 2**64))
    assert abs(found ** (100 - percent) - exact) < Fraction(1, 2**80)


@pytest.mark.parametrize(
    ("half_life", "factor"),
    [(1, 2147483648), (2, 3037000500), (360, 4286705684), (1000, 4291991283)],
)
def test_decay_factors(half_life: int, factor: int) -> None:
    assert decay_factor(half_life) == factor


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
