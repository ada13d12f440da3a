"""The first screen: am I alive, am I safe, what do I earn, what changed?"""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Static

from taocli.feeds.snapshot import Overview

from .. import faces, overview_faces
from ..face import Face
from ..glyphs import Glyphs
from ..widgets.panel import Panel

_CARDS: dict[str, Callable[[Overview, Glyphs], Face]] = {
    "standing": faces.standing_face,
    "earning": faces.earning_face,
    "miner": faces.miner_face,
    "subnet": faces.subnet_face,
}
_CHARTS: dict[str, Callable[[Overview, Glyphs], Face]] = {
    "requests": overview_faces.request_chart,
    "tokens": overview_faces.token_chart,
    "earned": overview_faces.earned_chart,
    "latency": overview_faces.latency_chart,
}


class OverviewScreen(Screen[None]):
    """Header, cards, charts, events, keys; below 80x20 a card that says how much room is missing."""

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - an instance variable of Screen
        (0, "-tiny"), (80, "-narrow"), (110, "-wide"),
    ]  # fmt: skip
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]  # noqa: RUF012 - as above

    def __init__(self, glyphs: Glyphs, overview: Overview) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._overview = overview
        self._paused = False

    def compose(self) -> ComposeResult:
        """Every panel exists from the start; the stylesheet decides which are seen at which size."""
        with Vertical(id="body"):
            yield Panel(self._glyphs, framed=False, id="header")
            with Horizontal(id="cards"):
                for name in _CARDS:
                    yield Panel(self._glyphs, id=name)
            with Horizontal(id="charts"):
                for name in _CHARTS:
                    yield Panel(self._glyphs, id=name)
            yield Panel(self._glyphs, id="events")
            yield Panel(self._glyphs, framed=False, id="keys")
        yield Static(id="small", markup=False)

    def on_resize(self) -> None:
        """Say how much room there is, where it is not enough."""
        self.query_one("#small", Static).update(
            f"taocli needs 80x20\nthis terminal has {self.size.width}x{self.size.height}\n\nq quits"
        )
        self.call_after_refresh(self.paint)

    def show(self, overview: Overview, *, paused: bool) -> None:
        """Draw a new overview."""
        self._overview, self._paused = overview, paused
        self.paint()

    def paint(self) -> None:
        """Give every visible panel its face."""
        overview, glyphs = self._overview, self._glyphs
        with self.app.batch_update():
            header = overview_faces.header_face(overview, glyphs, paused=self._paused)
            self.query_one("#header", Panel).show(header)
            for name, make in (*_CARDS.items(), *_CHARTS.items()):
                self.query_one(f"#{name}", Panel).show(make(overview, glyphs))
            self.query_one("#events", Panel).show(overview_faces.events_face(overview, glyphs))
            self.query_one("#keys", Panel).show(overview_faces.keys_face())
