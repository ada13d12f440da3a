"""What a panel shows, before it is drawn: rows of words with a role each, and four captions.

Roles say what a word means (good, warning, muted); only the stylesheet knows colours. Faces are made
by pure functions, so a test can read a whole screen without a terminal.
"""

import enum
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size


class Role(enum.Enum):
    """What a word means; the value names its style in ``app.tcss``."""

    TEXT = "panel--text"
    MUTED = "panel--muted"
    STRONG = "panel--strong"
    GOOD = "panel--good"
    WARN = "panel--warn"
    BAD = "panel--bad"
    ACCENT = "panel--accent"
    LINE = "panel--line"
    DIM = "panel--dim"


@dataclass(frozen=True, slots=True)
class Span:
    """A few words in one role."""

    text: str
    role: Role = Role.TEXT


@dataclass(frozen=True, slots=True)
class Row:
    """One line: words on the left, words on the right, space between."""

    left: tuple[Span, ...] = ()
    right: tuple[Span, ...] = ()


Body = Callable[[int, int], Sequence[Row]]
"""Makes the rows for a width and height in cells."""


@dataclass(frozen=True, slots=True)
class Face:
    """A panel's content: ``title`` and ``value`` on its upper border, ``foot`` and ``note`` below.

    A ``note`` that depends on the width is a function of it.

    ``dim`` means that the numbers are old: only warnings keep their colour.
    """

    body: Body
    title: str = ""
    value: Span = Span("")
    foot: str = ""
    note: str | Callable[[int], str] = ""
    dim: bool = False


def pair(label: str, value: str, role: Role = Role.TEXT) -> Row:
    """A muted label on the left and its value on the right."""
    return Row((Span(label, Role.MUTED),), (Span(value, role),))


def fixed(rows: Sequence[Row]) -> Body:
    """A body that is the same at every size."""
    return lambda _width, _height: rows


def with_paragraph(rows: Sequence[Row], text: str, role: Role = Role.MUTED) -> Body:
    """``rows`` followed by ``text``, wrapped to the width."""

    def body(width: int, _height: int) -> Sequence[Row]:
        wrapped = (
            textwrap.wrap(part, max(1, width), break_on_hyphens=False) for part in text.split("\n")
        )
        return [*rows, *(Row((Span(line, role),)) for part in wrapped for line in part)]

    return body


def fit(row: Row, width: int, ellipsis: str = "…") -> tuple[Span, ...]:
    """Spans that fill exactly ``width`` cells; the left side gives way when both do not fit."""
    right = _cut(row.right, width, ellipsis)
    room = width - _width(right)
    left = _cut(row.left, room - 1 if right and room else room, ellipsis)
    return (*left, Span(" " * (room - _width(left))), *right)


def _width(spans: Sequence[Span]) -> int:
    return sum(cell_len(span.text) for span in spans)


def _cut(spans: Sequence[Span], width: int, ellipsis: str) -> tuple[Span, ...]:
    kept: list[Span] = []
    for span in spans:
        room = width - _width(kept)
        if room <= 0:
            break
        if cell_len(span.text) > room:
            kept.append(Span(set_cell_size(span.text, room - 1) + ellipsis, span.role))
            break
        kept.append(span)
    return tuple(kept)
