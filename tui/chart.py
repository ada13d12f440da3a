"""Area charts out of characters: baseline always 0, a round top that is printed, gaps left empty."""

import math
from collections.abc import Sequence

_LEFT_DOTS = (0x40, 0x04, 0x02, 0x01)
_RIGHT_DOTS = (0x80, 0x20, 0x10, 0x08)
_BLANK = 0x2800
_ASCII_LEVELS = " .:|"


def nice_top(readings: Sequence[float | None], least: float = 1.0) -> float:
    """The smallest of 1, 2, 5 times a power of ten that holds every reading."""
    highest = max([least, *(reading for reading in readings if reading is not None)])
    power = 10.0 ** math.floor(math.log10(highest))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= highest * 0.999999)


def thin_out(readings: Sequence[float | None], step: int) -> tuple[float | None, ...]:
    """Means of ``step`` readings each, aligned to the newest; a column with no reading is a gap."""
    columns: list[float | None] = []
    for end in range(len(readings), 0, -step):
        known = [item for item in readings[max(0, end - step) : end] if item is not None]
        columns.append(sum(known) / len(known) if known else None)
    return tuple(reversed(columns))


def area(
    readings: Sequence[float | None], width: int, height: int, top: float, *, braille: bool
) -> list[str]:
    """``height`` lines of ``width`` characters; a Braille character holds two readings by four steps."""
    per_cell = 2 if braille else 1
    steps = 4 if braille else len(_ASCII_LEVELS) - 1
    wanted = width * per_cell
    recent = list(readings[-wanted:])
    columns = [None] * (wanted - len(recent)) + [
        None if item is None else _height(item, top, height * steps) for item in recent
    ]
    lines = []
    for row in range(height - 1, -1, -1):
        filled = [0 if item is None else max(0, min(steps, item - row * steps)) for item in columns]
        if braille:
            cells = zip(filled[::2], filled[1::2], strict=True)
            lines.append("".join(_braille(left, right) for left, right in cells))
        else:
            lines.append("".join(_ASCII_LEVELS[level] for level in filled))
    return lines


def _height(reading: float, top: float, steps: int) -> int:
    """Filled steps for a reading; zero keeps one step, so that a known nothing is not a gap."""
    return max(1, min(steps, round(max(0.0, reading) / top * steps)))


def _braille(left: int, right: int) -> str:
    return chr(_BLANK + sum(_LEFT_DOTS[:left]) + sum(_RIGHT_DOTS[:right]))
