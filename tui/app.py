"""The dashboard's frame: one screen, one repaint a second, and a terminal that is always given back.

The app polls nothing. A collector fills the store in tasks of its own; once a second the app takes a
picture of the store and gives it to the screen in front.
"""

import asyncio
import signal
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from taocli.feeds.collector import Collector
from taocli.feeds.snapshot import Overview, take
from taocli.feeds.store import Store

from .actions import ACTIONS
from .glyphs import ASCII, UNICODE
from .screens.help import HelpScreen
from .screens.overview import OverviewScreen
from .theme import THEMES

PAINT_EVERY_S = 1.0
_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class Dashboard(App[None]):
    """Watches ``store``; ``collector`` is started after the first paint and stopped at the end."""

    TITLE = "taocli"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            action.key, action.action, action.label or action.help, priority=action.key == "ctrl+c"
        )
        for action in ACTIONS
    ]

    def __init__(
        self, store: Store, collector: Collector | None = None, *, ascii_only: bool = False
    ) -> None:
        super().__init__()
        self._store = store
        self._collector = collector
        self._glyphs = ASCII if ascii_only else UNICODE
        self._paused = False
        self._overview = OverviewScreen(self._glyphs, take(store))
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    def on_mount(self) -> None:
        """Show the screen, then begin to collect: the first paint waits for no network."""
        self.push_screen(self._overview)
        if not self.is_headless:
            loop = asyncio.get_running_loop()
            for number in _SIGNALS:
                loop.add_signal_handler(number, self.action_quit_with, 128 + number)
        if self._collector is not None:
            self.call_after_refresh(self._collector.start)
            self.set_interval(PAINT_EVERY_S, self.tick)

    async def on_unmount(self) -> None:
        """Stop collecting."""
        if self._collector is not None:
            await self._collector.close()

    def tick(self) -> None:
        """Paint the newest picture, unless painting is paused."""
        if not self._paused:
            self._show(take(self._store))

    def action_quit_with(self, code: int) -> None:
        """Give the terminal back and leave with ``code``."""
        self.exit(return_code=code)

    def action_pause(self) -> None:
        """Stop or resume painting; the header says so."""
        self._paused = not self._paused
        self._show(take(self._store))

    def action_next_theme(self) -> None:
        """Change to the next palette."""
        names = [theme.name for theme in THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)]

    def action_overview(self) -> None:
        """Come back to the first screen."""
        while len(self.screen_stack) > 1 and self.screen is not self._overview:
            self.pop_screen()

    def action_help(self) -> None:
        """Explain keys, signs and numbers."""
        self.push_screen(HelpScreen(self._glyphs))

    def _show(self, overview: Overview) -> None:
        self._overview.show(overview, paused=self._paused)
