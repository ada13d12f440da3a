"""How locks fade: the chain's closed form in integers, against a model in 60 digits."""

from decimal import ROUND_FLOOR, Decimal, localcontext

from fixtures_chain import TAO
from hypothesis import given, settings
from hypothesis import strategies as st

from taocli.localnet.pallets.subtensor.conviction import Kind, LockedAlpha, Rates

UNIT = 1 << 64
"""A rao of conviction."""

RATE = 934_866
DECAYING = Kind(owner=False, perpetual=False)
PERPETUAL = Kind(owner=False, perpetual=True)
OWNERS = Kind(owner=True, perpetual=False)

MASSES = st.integers(0, 21_000_000 * TAO)
BLOCKS = st.integers(1, 4 * RATE)
RATES = st.integers(RATE // 10, 10 * RATE)


def model(lock: LockedAlpha, blocks: int, rates: Rates, kind: Kind) -> tuple[Decimal, Decimal]:
    """Mass and conviction (rao) in 60 digits, straight from the differential equations' solution."""
    unlock, maturity = Decimal(rates.unlock), Decimal(rates.maturity)
    mass, conviction = Decimal(lock.mass), Decimal(lock.conviction) / UNIT
    unlocking, maturing = (-blocks / unlock).exp(), (-blocks / maturity).exp()
    if kind.perpetual:
        return mass, conviction * maturing + mass * (1 - maturing)
    if unlock == maturity:
        grown = blocks / maturity * maturing
    else:
        grown = unlock * (unlocking - maturing) / (unlock - maturity)
    return mass * unlocking, conviction * maturing + mass * grown


class TestFading:
    @given(MASSES, MASSES, BLOCKS, RATES, RATES, st.booleans(), st.booleans())
    @settings(deadline=None)
    def test_the_closed_form_within_four_parts_in_two_to_the_64(
        self,
        mass: int,
        conviction: int,
        blocks: int,
        unlock: int,
        maturity: int,
        equal: bool,
        perpetual: bool,
    ) -> None:
        rates = Rates(unlock, unlock if equal else maturity)
        kind = PERPETUAL if perpetual else DECAYING
        lock = LockedAlpha(mass, conviction * UNIT, 100)
        rolled = lock.rolled(100 + blocks, rates, kind)
        with localcontext(prec=60):
            expected_mass, expected = model(lock, blocks, rates, kind)
            # A mass is the model's, rounded down; a conviction loses two roundings of 2^-64 rao.
            assert rolled.mass == int(expected_mass.to_integral_value(ROUND_FLOOR))
            assert abs(Decimal(rolled.conviction) / UNIT - expected) <= Decimal(4) / UNIT
        assert rolled.updated == 100 + blocks

    @given(MASSES, BLOCKS, BLOCKS, st.booleans())
    @settings(deadline=None)
    def test_looking_in_between_changes_nothing(
        self, mass: int, first: int, second: int, perpetual: bool
    ) -> None:
        kind, rates = PERPETUAL if perpetual else DECAYING, Rates(RATE, RATE)
        lock = LockedAlpha(mass, 0, 0)
        at_once = lock.rolled(first + second, rates, kind)
        in_two = lock.rolled(first, rates, kind).rolled(first + second, rates, kind)
        assert at_once.mass - 1 <= in_two.mass <= at_once.mass
        assert abs(at_once.conviction - in_two.conviction) <= UNIT

    def test_one_time_constant(self) -> None:
        lock = LockedAlpha(TAO, 0, 0)
        rates = Rates(RATE, RATE)
        assert lock.rolled(RATE, rates, DECAYING).mass == 367_879_441  # 1/e
        assert lock.rolled(RATE, rates, DECAYING).conviction // UNIT == 367_879_441
        assert lock.rolled(RATE, rates, PERPETUAL).conviction // UNIT == 632_120_558  # 1 - 1/e
        assert lock.rolled(0, rates, OWNERS).conviction == TAO * UNIT

    def test_a_rate_of_zero_forgets_at_once(self) -> None:
        lock = LockedAlpha(TAO, TAO * UNIT, 0)
        assert lock.rolled(1, Rates(0, 0), DECAYING) == LockedAlpha(0, 0, 1)
        assert lock.rolled(1, Rates(0, 5), DECAYING).mass == 0

    def test_after_ages_nothing_is_left(self) -> None:
        gone = LockedAlpha(TAO, 0, 0).rolled(1 << 31, Rates(RATE, RATE), DECAYING)
        assert gone.is_dust
