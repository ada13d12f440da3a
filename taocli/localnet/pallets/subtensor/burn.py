"""The registration price: it halves every so many blocks and jumps with each registration.

Decay multiplies by a 32-bit fraction per block, the largest whose ``half_life``-th power is at most one
half. Source: Subtensor spec 425, ``subnets/registration.rs``. Prices are rao.
"""

from functools import lru_cache

Q32 = 1 << 32
_U64F64_ONE = 1 << 64


@lru_cache(maxsize=256)
def decay_factor(half_life: int) -> int:
    """The factor of one block in parts of 2^32; 2^32 (no decay) for a half-life of 0."""
    if half_life == 0:
        return Q32
    low, high = 0, Q32
    while low + 1 < high:
        middle = (low + high) // 2
        if _power(middle, half_life) <= Q32 // 2:
            low = middle
        else:
            high = middle
    return low


def decayed(price: int, half_life: int, least: int, most: int) -> int:
    """The price one block later."""
    return clamped(price * decay_factor(half_life) >> 32, least, most)


def bumped(price: int, multiplier_bits: int, least: int, most: int) -> int:
    """The price after a registration; the multiplier is a U64F64 as its 128 bits, one at least."""
    return clamped(price * max(multiplier_bits, _U64F64_ONE) >> 64, least, most)


def clamped(price: int, least: int, most: int) -> int:
    """The price within its bounds; the upper one counts where they contradict each other."""
    return min(most, max(least, price))


def _power(base: int, exponent: int) -> int:
    result = Q32
    while exponent:
        if exponent & 1:
            result = result * base >> 32
        base = base * base >> 32
        exponent >>= 1
    return result
