"""The chain's fixed-point numbers as exact fractions.

Subtensor stores ratios as u16 parts of 65535 and prices as fixed-point structs with a ``bits`` field
(substrate-fixed): U64F64 has 64 fractional bits in a u128, I96F32 has 32 in an i128.
"""

from fractions import Fraction

U16_MAX = 65535


def u16_ratio(parts: int) -> Fraction:
    """The share that ``parts`` of 65535 stand for."""
    return Fraction(parts, U16_MAX)


def from_bits(bits: int, fractional_bits: int) -> Fraction:
    """The number that a fixed-point struct holds."""
    return Fraction(bits, 1 << fractional_bits)


def to_bits(value: Fraction, fractional_bits: int) -> int:
    """The ``bits`` field for ``value``, rounded towards negative infinity."""
    return (value.numerator << fractional_bits) // value.denominator
