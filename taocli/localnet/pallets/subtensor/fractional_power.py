"""Powers of fractions with fractional exponents, in integers only.

(a/b)^(p/q) is exp(p/q * ln(a/b)). The logarithm comes from the series of artanh after powers of two have been
taken out, the exponential from its Taylor series after more halving; numbers are integers of
2^-128 steps. The result is off by less than 2^-96 of its size for exponents up to 99, far below a rao of any
reserve. Subtensor does the same with 1024 bits (``safe_bigmath``, ``pow_ratio_scaled``).
"""

BITS = 128
ONE = 1 << BITS
SLACK = 1 << 32
"""How many steps a power below one may be off."""

_HALVINGS = 6


def power(numerator: int, denominator: int, exponent: int, divisor: int) -> int:
    """(numerator/denominator)^(exponent/divisor) in steps of 2^-128; all must be positive."""
    if exponent == divisor:
        return (numerator << BITS) // denominator
    return _exponential(_logarithm(numerator, denominator) * exponent // divisor)


def _logarithm(numerator: int, denominator: int) -> int:
    """ln(numerator/denominator)."""
    twos = numerator.bit_length() - denominator.bit_length()
    if twos > 0:
        denominator <<= twos
    else:
        numerator <<= -twos
    # Between one half and two now; the series converges fast at that distance from one.
    return twos * _LN_2 + _artanh_series(numerator - denominator, numerator + denominator)


def _artanh_series(numerator: int, denominator: int) -> int:
    """2 artanh(numerator/denominator) = 2 (z + z^3/3 + z^5/5 + …)."""
    z = (abs(numerator) << BITS) // denominator
    square = z * z >> BITS
    total, term, odd = 0, z, 1
    while term:
        total += term // odd
        term = term * square >> BITS
        odd += 2
    return -2 * total if numerator < 0 else 2 * total


_LN_2 = _artanh_series(1, 3)


def _exponential(value: int) -> int:
    """e^value."""
    twos, rest = divmod(value, _LN_2)
    small = rest >> _HALVINGS
    total = term = ONE
    step = 1
    while term:
        term = (term * small >> BITS) // step
        total += term
        step += 1
    for _ in range(_HALVINGS):
        total = total * total >> BITS
    return total << twos if twos >= 0 else total >> -twos
