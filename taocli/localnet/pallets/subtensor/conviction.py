"""Conviction: what locked alpha is worth as a voice, and how both fade.

A lock has a mass, the alpha that cannot be unstaked, and a conviction that starts at zero and follows the
mass. With m the mass, c the conviction, U and M the unlock and maturity rates (in blocks) and t blocks:

    decaying    m(t) = m e^(-t/U)    c(t) = c e^(-t/M) + m U (e^(-t/U) - e^(-t/M)) / (U - M)
    U = M       m(t) = m e^(-t/U)    c(t) = c e^(-t/M) + m (t/M) e^(-t/M)
    perpetual   m(t) = m             c(t) = c e^(-t/M) + m (1 - e^(-t/M))

Locks on the hotkey of a subnet's owner have their whole mass as conviction at once. Nothing is written from
block to block: a lock is rolled forward when somebody looks. Both formulas are linear in m and c, so the sum of
many locks of one kind rolls like a single lock. Source: Subtensor spec 425, ``staking/lock.rs``.

Everything is integer arithmetic: a mass is rounded down to a whole rao, a conviction (U64F64) to 2^-64 rao,
with exponentials exact to 2^-160. The chain takes them from a series of 64 bits, so its last digits may differ.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

FRACTION_BITS = 64
DUST = 100
"""Rao; a lock with less mass than this and less conviction is gone."""

_FURTHEST = 40  # e^-40 of all alpha there can be is less than a rao
_BITS = 192
_ONE = 1 << _BITS
_HALVINGS = 8


@dataclass(frozen=True, slots=True)
class Rates:
    """Time constants in blocks: of unlocking, and of conviction's maturing."""

    unlock: int
    maturity: int


@dataclass(frozen=True, slots=True)
class Kind:
    """Which rules a lock follows: on the owner's hotkey or not, perpetual or decaying."""

    owner: bool
    perpetual: bool


@dataclass(frozen=True, slots=True)
class LockedAlpha:
    """A lock in block ``updated``: rao of alpha, and conviction in 2^-64 rao."""

    mass: int
    conviction: int
    updated: int

    @classmethod
    def read(cls, stored: dict[str, Any] | None, now: int) -> Self:
        """From storage; nothing stored is an empty lock."""
        if stored is None:
            return cls(0, 0, now)
        return cls(stored["locked_mass"], stored["conviction"], stored["last_update"])

    def stored(self) -> dict[str, int]:
        """As storage and runtime APIs carry it."""
        return {
            "locked_mass": self.mass,
            "conviction": self.conviction,
            "last_update": self.updated,
        }

    @property
    def is_dust(self) -> bool:
        """Whether too little is left to count."""
        return self.mass < DUST and self.conviction < DUST << FRACTION_BITS

    def plus(self, other: "LockedAlpha") -> "LockedAlpha":
        """Two locks of the same block as one."""
        return LockedAlpha(self.mass + other.mass, self.conviction + other.conviction, self.updated)

    def minus(self, other: "LockedAlpha") -> "LockedAlpha":
        """Without a part; what rounding took before is not missed twice."""
        return LockedAlpha(
            max(0, self.mass - other.mass),
            max(0, self.conviction - other.conviction),
            self.updated,
        )

    def part(self, mass: int) -> "LockedAlpha":
        """So much of the mass, and as large a share of the conviction."""
        conviction = self.conviction * mass // self.mass if self.mass else 0
        return LockedAlpha(mass, conviction, self.updated)

    def under(self, kind: Kind) -> "LockedAlpha":
        """The lock as its kind counts it: an owner's conviction is the mass."""
        if not kind.owner:
            return self
        return LockedAlpha(self.mass, self.mass << FRACTION_BITS, self.updated)

    def rolled(self, now: int, rates: Rates, kind: Kind) -> "LockedAlpha":
        """The lock in block ``now``."""
        blocks = now - self.updated
        if blocks <= 0:
            return self.under(kind)
        unlocking, maturing = decay(blocks, rates.unlock), decay(blocks, rates.maturity)
        mass = self.mass if kind.perpetual else self.mass * unlocking >> _BITS
        gained = _ONE - maturing if kind.perpetual else _growth(blocks, rates)
        conviction = (self.conviction * maturing >> _BITS) + (
            self.mass * gained >> _BITS - FRACTION_BITS
        )
        return LockedAlpha(mass, conviction, now).under(kind)


@lru_cache(maxsize=1024)
def decay(blocks: int, rate: int) -> int:
    """e^(-blocks/rate) in 2^-192, rounded down; a rate of 0 forgets at once."""
    if blocks == 0:
        return _ONE
    if rate == 0:
        return 0
    exponent = min((blocks << _BITS) // rate, _FURTHEST << _BITS) >> _HALVINGS
    term, total, count = _ONE, _ONE, 0
    while term:  # the series of e^-x: 1 - x + x^2/2 - ...
        count += 1
        term = (term * exponent >> _BITS) // count
        total += -term if count % 2 else term
    for _ in range(_HALVINGS):  # e^-x is the 256th power of e^(-x/256), whose series is short
        total = total * total >> _BITS
    return total


def _growth(blocks: int, rates: Rates) -> int:
    """How much conviction a decaying mass of one leaves behind, in 2^-192."""
    if not rates.unlock or not rates.maturity:
        return 0
    maturing = decay(blocks, rates.maturity)
    if rates.unlock == rates.maturity:
        return blocks * maturing // rates.maturity
    difference = decay(blocks, rates.unlock) - maturing
    return rates.unlock * difference // (rates.unlock - rates.maturity)
