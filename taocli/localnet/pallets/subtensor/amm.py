"""A subnet's pool: TAO against the subnet's alpha, with weights that injections move.

With reserves x of alpha and y of TAO and weights w1 + w2 = 1 the price of one alpha in TAO is
(w1/w2)(y/x). A purchase of dy TAO gives x(1 - (y/(y+dy))^(w2/w1)) alpha, a sale of dx alpha gives
y(1 - (x/(x+dx))^(w1/w2)) TAO; at equal weights this is the constant product. Liquidity is added at a constant
price by moving the weights instead. The fee stays outside the pool. Source: Subtensor spec 425, pallet
``swap`` (``pallet/balancer.rs``). Amounts are integers of rao; powers are taken with 50 digits and
rounded down, so the pool never gives too much.
"""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, localcontext

PERQUINTILL = 10**18
HALF = PERQUINTILL // 2
U16_MAX = 65535
MINIMUM_RESERVE = 1_000_000
"""Below this the output reserve is too thin to trade (rao)."""

MAX_INPUT_RATIO = 1_000
PRICE_SCALE = 10**9
MIN_PRICE = Decimal(1_000) / PRICE_SCALE
MAX_PRICE = Decimal(10**15) / PRICE_SCALE
_DIGITS = 50


@dataclass(frozen=True, slots=True)
class Pool:
    """Reserves in rao, and the weight of TAO (``quote``) in parts of 10^18."""

    tao: int
    alpha: int
    quote: int = HALF

    @property
    def price(self) -> Decimal:
        """TAO for one alpha; 0 for a pool without alpha."""
        if self.alpha == 0 or self.quote == 0:
            return Decimal(0)
        with localcontext(prec=_DIGITS):
            weights = Decimal(PERQUINTILL - self.quote) / Decimal(self.quote)
            return weights * self.tao / self.alpha

    def alpha_for_tao(self, tao: int) -> int:
        """What ``tao`` net of fee buys."""
        kept = _power(self.tao, self.tao + tao, self.quote, PERQUINTILL - self.quote)
        return _taken(self.alpha, kept)

    def tao_for_alpha(self, alpha: int) -> int:
        """What ``alpha`` net of fee sells for."""
        kept = _power(self.alpha, self.alpha + alpha, PERQUINTILL - self.quote, self.quote)
        return _taken(self.tao, kept)

    def tao_to_price(self, limit: Decimal) -> int:
        """The most TAO net of fee that may be paid before the price passes ``limit``; 0 if it has."""
        if limit <= self.price or self.price == 0:
            return 0
        return self._growth(self.tao, limit / self.price, PERQUINTILL - self.quote)

    def alpha_to_price(self, limit: Decimal) -> int:
        """The most alpha net of fee that may be sold before the price falls below ``limit``."""
        if limit >= self.price or limit <= 0:
            return 0
        return self._growth(self.alpha, self.price / limit, self.quote)

    def injected(self, tao: int, alpha: int) -> "Pool":
        """The pool after adding liquidity at an unchanged price."""
        price = self.price
        grown = Pool(self.tao + tao, self.alpha + alpha, self.quote)
        return grown if price == 0 else Pool(grown.tao, grown.alpha, grown.quote_for(price))

    def quote_for(self, price: Decimal) -> int:
        """The weight of TAO at which the reserves have ``price``, within 1 % and 99 %."""
        with localcontext(prec=_DIGITS):
            weight = self.tao / (price * self.alpha + self.tao)
            return max(PERQUINTILL // 100, min(PERQUINTILL * 99 // 100, int(weight * PERQUINTILL)))

    @staticmethod
    def _growth(reserve: int, ratio: Decimal, weight: int) -> int:
        with localcontext(prec=_DIGITS):
            grown = reserve * (ratio ** (Decimal(weight) / PERQUINTILL) - 1)
            return int(grown.to_integral_value(ROUND_FLOOR))


def fee_on(amount: int, rate: int) -> int:
    """The fee on a gross amount; ``rate`` in parts of 65535."""
    return amount * rate // U16_MAX


def gross_of(net: int, rate: int) -> int:
    """The gross amount whose fee leaves ``net``, as an order that stops at a limit pays it."""
    return net + net * rate // (U16_MAX - rate)


def _power(before: int, after: int, numerator: int, denominator: int) -> Decimal:
    with localcontext(prec=_DIGITS):
        base = Decimal(before) / Decimal(after)
        return base if numerator == denominator else base ** (Decimal(numerator) / denominator)


def _taken(reserve: int, kept: Decimal) -> int:
    """The part of a reserve that leaves it, rounded in the pool's favour."""
    with localcontext(prec=_DIGITS):
        return int((reserve * (1 - kept)).to_integral_value(ROUND_FLOOR))
