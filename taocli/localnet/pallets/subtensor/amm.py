"""A subnet's pool: TAO against the subnet's alpha, with weights that injections move.

With reserves x of alpha and y of TAO and weights w1 + w2 = 1 the price of one alpha in TAO is
(w1/w2)(y/x). A purchase of dy TAO gives x(1 - (y/(y+dy))^(w2/w1)) alpha, a sale of dx alpha gives
y(1 - (x/(x+dx))^(w1/w2)) TAO; at equal weights this is the constant product. Liquidity is added at a constant
price by moving the weights instead. The fee stays outside the pool. Source: Subtensor spec 425, pallet
``swap`` (``pallet/balancer.rs``). Everything is an integer or a fraction of integers; what a trade pays out
is rounded down from 2^-96, so the pool never gives too much (the chain works in steps of 10^-18 and
may differ by a rao).
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from taocli.localnet.pallets.subtensor import fractional_power

PERQUINTILL = 10**18
HALF = PERQUINTILL // 2
LEAST_WEIGHT = PERQUINTILL // 100
U16_MAX = 65535
U64_MAX = (1 << 64) - 1
MINIMUM_RESERVE = 1_000_000
"""Below this the output reserve is too thin to trade (rao)."""

MAX_INPUT_RATIO = 1_000
PRICE_SCALE = 10**9
_PRICE_BITS = 64


class Ratio(Protocol):
    """A number that is exactly a fraction: int, Fraction or Decimal."""

    def as_integer_ratio(self) -> tuple[int, int]:
        """Numerator and denominator."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Reserves in rao, and the weight of TAO (``quote``) in parts of 10^18."""

    tao: int
    alpha: int
    quote: int = HALF

    @property
    def base(self) -> int:
        """The weight of alpha."""
        return PERQUINTILL - self.quote

    @property
    def price(self) -> Fraction:
        """TAO for one alpha; 0 for a pool without alpha."""
        if self.alpha == 0 or self.quote == 0:
            return Fraction(0)
        return Fraction(self.base * self.tao, self.quote * self.alpha)

    @property
    def price_bits(self) -> int:
        """The price as the chain computes it: U64F64, rounded down three times."""
        if self.alpha == 0 or self.quote == 0:
            return 0
        weights = (self.base << _PRICE_BITS) // self.quote
        return weights * ((self.tao << _PRICE_BITS) // self.alpha) >> _PRICE_BITS

    def alpha_for_tao(self, tao: int) -> int:
        """What ``tao`` net of fee buys."""
        return _paid_out(self.alpha, self.tao, tao, self.quote, self.base)

    def tao_for_alpha(self, alpha: int) -> int:
        """What ``alpha`` net of fee sells for."""
        return _paid_out(self.tao, self.alpha, alpha, self.base, self.quote)

    def tao_to_price(self, limit: Ratio) -> int:
        """The most TAO net of fee that may be paid before the price passes ``limit``; 0 if it has."""
        price, limit = self.price, Fraction(*limit.as_integer_ratio())
        if limit <= price or price == 0:
            return 0
        return _growth(self.tao, limit / price, self.base)

    def alpha_to_price(self, limit: Ratio) -> int:
        """The most alpha net of fee that may be sold before the price falls below ``limit``."""
        price, limit = self.price, Fraction(*limit.as_integer_ratio())
        if limit >= price or limit <= 0:
            return 0
        return _growth(self.alpha, price / limit, self.quote)

    def injected(self, tao: int, alpha: int) -> "Pool | None":
        """The pool after adding liquidity at an unchanged price; None when no weights allow that.

        A pool that has no price yet keeps its weights.
        """
        after = Pool(self.tao + tao, self.alpha + alpha, self.quote)
        if not self.tao or not self.alpha:
            return after
        alpha_side = _weighed(self.base, self.tao * after.alpha)
        tao_side = _weighed(self.quote, self.alpha * after.tao)
        quote = tao_side * PERQUINTILL // (alpha_side + tao_side)
        fits = LEAST_WEIGHT <= quote <= PERQUINTILL - LEAST_WEIGHT
        return Pool(after.tao, after.alpha, quote) if fits else None

    def quote_for(self, price: Ratio) -> int:
        """The weight of TAO at which the reserves have ``price``, within 1 % and 99 %."""
        numerator, denominator = price.as_integer_ratio()
        tao = self.tao * denominator
        weight = tao * PERQUINTILL // (numerator * self.alpha + tao)
        return max(LEAST_WEIGHT, min(PERQUINTILL - LEAST_WEIGHT, weight))


def fee_on(amount: int, rate: int) -> int:
    """The fee on a gross amount; ``rate`` in parts of 65535."""
    return amount * rate // U16_MAX


def gross_of(net: int, rate: int) -> int:
    """The gross amount whose fee leaves ``net``, as an order that stops at a limit pays it."""
    return net + net * rate // (U16_MAX - rate)


def _paid_out(reserve_out: int, reserve_in: int, paid: int, exponent: int, divisor: int) -> int:
    """``reserve_out`` (1 - (in / (in + paid))^(exponent/divisor)), rounded in the pool's favour."""
    if not paid:
        return 0
    if exponent == divisor:
        return reserve_out * paid // (reserve_in + paid)
    if not reserve_in:
        return reserve_out
    kept = fractional_power.power(reserve_in, reserve_in + paid, exponent, divisor)
    gone = max(0, fractional_power.ONE - kept - fractional_power.SLACK)
    return reserve_out * gone >> fractional_power.BITS


def _growth(reserve: int, ratio: Fraction, weight: int) -> int:
    """``reserve`` (ratio^weight - 1).

    The chain keeps the power in 64 bits of 10^-18 steps, so a reserve grows 18.4-fold at most.
    """
    power = fractional_power.power(ratio.numerator, ratio.denominator, weight, PERQUINTILL)
    half = fractional_power.ONE >> 1
    scaled = min(U64_MAX, (power * PERQUINTILL + half) >> fractional_power.BITS)
    return reserve * max(0, scaled - PERQUINTILL) // PERQUINTILL


def _weighed(weight: int, value: int) -> int:
    """A weight's part of a value, rounded to the nearest."""
    return (weight * value + HALF) // PERQUINTILL
