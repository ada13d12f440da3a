"""Money: an integer count of rao tagged with the token it counts.

One TAO is 10^9 rao, and one alpha of any subnet is 10^9 of its own smallest unit, also called rao.
``netuid`` 0 means TAO; any other netuid means that subnet's alpha. Amounts of different tokens never
mix: arithmetic and comparison raise ``UnitMismatch``. No float enters or leaves.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation, localcontext

from taocli.domain.errors import InvalidAmount, UnitMismatch

RAO_PER_TOKEN = 10**9
DECIMALS = 9


@dataclass(frozen=True, slots=True, order=False)
class Balance:
    """``rao`` smallest units of TAO (``netuid`` 0) or of the alpha of subnet ``netuid``."""

    rao: int
    netuid: int = 0

    def __add__(self, other: "Balance") -> "Balance":
        return Balance(self.rao + self._same(other), self.netuid)

    def __sub__(self, other: "Balance") -> "Balance":
        return Balance(self.rao - self._same(other), self.netuid)

    def __neg__(self) -> "Balance":
        return Balance(-self.rao, self.netuid)

    def __lt__(self, other: "Balance") -> bool:
        return self.rao < self._same(other)

    def __le__(self, other: "Balance") -> bool:
        return self.rao <= self._same(other)

    def __gt__(self, other: "Balance") -> bool:
        return self.rao > self._same(other)

    def __ge__(self, other: "Balance") -> bool:
        return self.rao >= self._same(other)

    def __bool__(self) -> bool:
        return self.rao != 0

    def __str__(self) -> str:
        """``τ1.5`` for TAO, ``1.5α8`` for the alpha of subnet 8."""
        return f"τ{self.text}" if self.netuid == 0 else f"{self.text}α{self.netuid}"

    @property
    def text(self) -> str:
        """The exact decimal number of whole tokens, without unit or trailing zeros."""
        whole, part = divmod(abs(self.rao), RAO_PER_TOKEN)
        sign = "-" if self.rao < 0 else ""
        return f"{sign}{whole}" + (f".{part:09d}".rstrip("0") if part else "")

    def rounded(self, places: int = 4) -> str:
        """The number of whole tokens cut to ``places`` decimals, for narrow columns."""
        step = 10 ** (DECIMALS - places)
        cut = Balance((abs(self.rao) // step) * step * (-1 if self.rao < 0 else 1))
        whole, _, part = cut.text.partition(".")
        return f"{whole}.{part:0<{places}}" if places else whole

    def _same(self, other: "Balance") -> int:
        if not isinstance(other, Balance) or other.netuid != self.netuid:
            raise UnitMismatch(
                f"Cannot combine {self} with {other}.",
                why="TAO and the alpha of each subnet are different tokens.",
                fix="Convert one of them through the subnet's pool price first.",
            )
        return other.rao


def tao(amount: str | int | Decimal) -> Balance:
    """Parse a number of whole TAO, such as ``"1.5"``."""
    return Balance(_rao(amount), 0)


def alpha(amount: str | int | Decimal, netuid: int) -> Balance:
    """Parse a number of whole alpha of subnet ``netuid``."""
    return Balance(_rao(amount), netuid)


def _rao(amount: str | int | Decimal) -> int:
    if isinstance(amount, str):
        amount = amount.strip().removeprefix("τ").replace("_", "")
    try:
        with localcontext() as context:
            context.prec = 60
            scaled = Decimal(amount).scaleb(DECIMALS)
            exact = scaled == scaled.to_integral_value()
    except (InvalidOperation, ValueError, TypeError):
        exact, scaled = False, Decimal(0)
        raise InvalidAmount(
            f"{amount!r} is not an amount.", fix="Write a plain number such as 1.5."
        ) from None
    if not scaled.is_finite() or not exact:
        raise InvalidAmount(
            f"{amount} has more than {DECIMALS} decimals.",
            why="The smallest unit is one rao, 0.000000001 TAO.",
            fix="Round the amount to nine decimals.",
        )
    return int(scaled)
