"""The chain's fixed-point arithmetic on plain integers.

Consensus works in I32F32: a number is an integer of 2^-32 steps. Products are rounded towards negative
infinity, quotients towards zero, and dividing by zero gives zero, as substrate-fixed's saturating
operations do in Subtensor's ``epoch/math.rs``. ``ONE`` is 1.0; vectors are lists, sparse rows are lists of
``(column, value)`` in order of the column.
"""

from collections.abc import Iterable, Sequence

ONE = 1 << 32
U16_MAX = 65535

Vector = list[int]
Row = list[tuple[int, int]]
Rows = list[Row]


def multiply(first: int, second: int) -> int:
    """The product of two I32F32."""
    return (first * second) >> 32


def divide(numerator: int, denominator: int) -> int:
    """The quotient of two I32F32, 0 for a zero denominator."""
    if denominator == 0:
        return 0
    quotient = (abs(numerator) << 32) // abs(denominator)
    return quotient if (numerator < 0) == (denominator < 0) else -quotient


def normalised(values: Sequence[int]) -> Vector:
    """Values that are not negative, scaled to the sum 1; unchanged when the sum is 0."""
    total = sum(values)
    return [(value << 32) // total for value in values] if total else list(values)


def to_u16(value: int) -> int:
    """The proportion as parts of 65535, rounded down and saturated."""
    if value >= ONE:
        return U16_MAX
    return value * U16_MAX >> 32 if value > 0 else 0


def from_u16(parts: int) -> int:
    """Parts of 65535 as I32F32."""
    return (parts << 32) // U16_MAX


def max_upscaled(weights: Sequence[int]) -> list[int]:
    """u16 weights scaled so that the largest becomes 65535, rounded half up."""
    return fixed_max_upscaled([weight * ONE for weight in weights])


def fixed_max_upscaled(values: Sequence[int]) -> list[int]:
    """I32F32 values that are not negative as u16, the largest 65535, rounded half up."""
    largest = max(values, default=0)
    if largest == 0:
        return [0] * len(values)
    if largest > (U16_MAX // 2 + 1) * ONE:  # times 65535 it would not fit
        step = divide(U16_MAX * ONE, largest)
        scaled = [multiply(value, step) for value in values]
    else:
        scaled = [divide(value * U16_MAX, largest) for value in values]
    return [min(U16_MAX, (value + ONE // 2) >> 32) for value in scaled]


def column_sums(rows: Iterable[Row], columns: int) -> Vector:
    """The sum of each column."""
    sums = [0] * columns
    for row in rows:
        for column, value in row:
            sums[column] += value
    return sums


def column_normalised(rows: Rows, columns: int) -> Rows:
    """Each column scaled to the sum 1; a zero column stays. No value may be negative."""
    return _divided_by_column(rows, column_sums(rows, columns))


def column_max_scaled(rows: Rows, columns: int) -> Rows:
    """Each column scaled so that its largest value is 1. No value may be negative."""
    largest = [0] * columns
    for row in rows:
        for column, value in row:
            largest[column] = max(largest[column], value)
    return _divided_by_column(rows, largest)


def _divided_by_column(rows: Rows, divisors: Sequence[int]) -> Rows:
    # A value of a column whose sum or maximum is 0 is 0 itself.
    known = [divisor or 1 for divisor in divisors]
    return [[(column, (value << 32) // known[column]) for column, value in row] for row in rows]


def row_normalised(rows: Rows) -> Rows:
    """Each row scaled to the sum 1. No value may be negative."""
    result = []
    for row in rows:
        total = sum([value for _, value in row])
        scaled = [(column, (value << 32) // total) for column, value in row] if total else row
        result.append(scaled)
    return result


def moving_average(newest: Rows, known: Rows, alpha: int, columns: int) -> Rows:
    """``alpha * newest + (1 - alpha) * known`` over the union of entries; zeros are dropped."""
    result: Rows = []
    rest = ONE - alpha
    for new_row, known_row in zip(newest, known, strict=True):
        if not new_row and not known_row:
            result.append([])
            continue
        mixed = [0] * columns
        for column, value in new_row:
            mixed[column] += alpha * value >> 32
        for column, value in known_row:
            mixed[column] += rest * value >> 32
        result.append([(column, value) for column, value in enumerate(mixed) if value > 0])
    return result


def weighted_median(stakes: Sequence[int], scores: Sequence[int], minority: int) -> int:
    """The score at which the stake above first no longer exceeds the majority.

    A partition search over the pivot in the middle of the candidates, as ``weighted_median`` in
    Subtensor's ``epoch/math.rs``; ``stakes`` are normalised.
    """
    candidates = list(range(len(stakes)))
    below, above = 0, sum(stakes)
    while candidates:
        if len(candidates) == 1:
            return scores[candidates[0]]
        pivot = scores[candidates[len(candidates) // 2]]
        lower = [index for index in candidates if scores[index] < pivot]
        low = sum([stakes[index] for index in lower])
        if lower and minority < below + low:
            candidates, above = lower, below + low
            continue
        upper = [index for index in candidates if scores[index] > pivot]
        high = sum([stakes[index] for index in upper])
        if not upper or minority < above - high:
            return pivot
        candidates, below = upper, above - high
    return 0
