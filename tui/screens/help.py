"""The help page: keys, signs and what the numbers mean. Generated from the table of actions."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen

from ..actions import ACTIONS
from ..face import Face, Role, Row, Span, fixed
from ..glyphs import Glyphs
from ..widgets.panel import Panel

_MEANINGS = (
    ("incentive", "share of the subnet's miner pay, 0 to 1"),
    ("position", "1 is the best-paid hotkey of the subnet"),
    ("per tempo", "alpha that the last epoch paid"),
    ("earned", "growth of your stake since this dashboard began"),
    ("= τ", "at the pool's price, before slippage"),
)


class HelpScreen(ModalScreen[None]):
    """Any of the usual keys closes it."""

    BINDINGS = [Binding("escape,q,question_mark,enter,1", "dismiss", "Close")]  # noqa: RUF012 - Textual reads a list

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        """One panel."""
        yield Panel(self._glyphs, id="help")

    def on_resize(self) -> None:
        """Draw when the size is known."""
        self.call_after_refresh(
            lambda: self.query_one("#help", Panel).show(help_face(self._glyphs))
        )


def help_face(glyphs: Glyphs) -> Face:
    """Keys, signs, meanings."""
    rows = [_line(action.shown, action.help, Role.ACCENT) for action in ACTIONS]
    rows.append(Row())
    signs = (
        (glyphs.live, "live", Role.GOOD), (glyphs.stale, "stale", Role.WARN),
        (glyphs.down, "down", Role.BAD), (glyphs.never, "not yet", Role.MUTED),
    )  # fmt: skip
    states: list[Span] = []
    for sign, word, role in signs:
        states += [Span(f"{sign} {word}", role), Span("   ")]
    rows += [Row((Span(f"{'state':<11}", Role.MUTED), *states)), Row()]
    rows += [_line(word, meaning, Role.MUTED) for word, meaning in _MEANINGS]
    return Face(fixed(rows), "Help", note="esc closes")


def _line(word: str, text: str, role: Role) -> Row:
    return Row((Span(f"{word:<11}", role), Span(text)))
