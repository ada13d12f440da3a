"""The chain's proportions as exact fractions: Subtensor stores them as u16 parts of 65535."""

from fractions import Fraction

U16_MAX = 65535


def u16_ratio(parts: int) -> Fraction:
    """The share that ``parts`` of 65535 stand for."""
    return Fraction(parts, U16_MAX)
