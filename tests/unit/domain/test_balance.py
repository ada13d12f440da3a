from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taocli.domain.balance import Balance, alpha, tao
from taocli.domain.errors import InvalidAmount, UnitMismatch

RAO = st.integers(-(2**64), 2**64)


@pytest.mark.parametrize(
    ("text", "rao"),
    [
        ("1.5", 1_500_000_000),
        ("0", 0),
        ("τ2", 2 * 10**9),
        ("0.000000001", 1),
        ("1_000", 10**12),
        ("-1", -(10**9)),
    ],
)
def test_parse(text: str, rao: int) -> None:
    assert tao(text) == Balance(rao)


@pytest.mark.parametrize("text", ["", "one", "1.0000000001", "nan", "inf", "1,5", "0x10"])
def test_refuses_what_is_no_amount(text: str) -> None:
    with pytest.raises(InvalidAmount) as caught:
        tao(text)
    assert caught.value.fix


def test_alpha_shows_its_subnet() -> None:
    assert str(alpha("1.5", netuid=8)) == "1.5α8"
    assert str(tao("1.5")) == "τ1.5"


def test_units_never_mix() -> None:
    for combine in (
        lambda: tao(1) + alpha(1, 8),
        lambda: alpha(1, 3) - alpha(1, 8),
        lambda: tao(1) < alpha(1, 8),
    ):
        with pytest.raises(UnitMismatch):
            combine()
    assert tao(1) != alpha(1, 8)


@given(RAO)
def test_text_is_exact_and_parses_back(rao: int) -> None:
    assert tao(Balance(rao).text) == Balance(rao)
    assert Decimal(Balance(rao).text) * 10**9 == rao


@given(RAO, RAO)
def test_arithmetic_is_that_of_integers(first: int, second: int) -> None:
    assert Balance(first) + Balance(second) == Balance(first + second)
    assert Balance(first) - Balance(second) == Balance(first - second)
    assert (Balance(first) < Balance(second)) == (first < second)


@given(RAO, st.integers(0, 9))
def test_rounding_cuts_towards_zero(rao: int, places: int) -> None:
    shown = Decimal(Balance(rao).rounded(places))
    assert abs(shown) <= abs(Decimal(rao) / 10**9)
    assert abs(Decimal(rao) / 10**9 - shown) < Decimal(1).scaleb(-places)
