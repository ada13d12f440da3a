"""The few signs the dashboard draws with, and how it speaks on a terminal that has only ASCII."""

from dataclasses import dataclass

from taocli.feeds.samples import Freshness


@dataclass(frozen=True, slots=True)
class Glyphs:
    """``box`` is corners and edges (top left, top right, bottom left, bottom right, across, down)."""

    live: str
    stale: str
    down: str
    never: str
    warn: str
    box: str
    bar_done: str
    bar_left: str
    ellipsis: str
    braille: bool

    def of(self, state: Freshness) -> str:
        """The sign of a state; always shown with its word."""
        return {
            Freshness.LIVE: self.live,
            Freshness.STALE: self.stale,
            Freshness.DOWN: self.down,
            Freshness.NEVER: self.never,
        }[state]

    def plain(self, text: str) -> str:
        """``text`` as this terminal can show it."""
        if self.braille:
            return text
        return text.translate(_ASCII).encode("ascii", "replace").decode("ascii")


UNICODE = Glyphs("●", "◌", "✖", "○", "▲", "╭╮╰╯─│", "━", "─", "…", braille=True)
ASCII = Glyphs("*", "~", "x", "o", "!", "++++-|", "=", ".", ">", braille=False)

_ASCII = str.maketrans(
    {"…": "..", "τ": "TAO ", "α": "a", "→": "->", "·": "-", "–": "-", "—": "-", "×": "x"}
)
