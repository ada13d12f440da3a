"""Every key of the dashboard, once: bindings, the line at the bottom and the help page come from here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Action:
    """A key, the app's action it runs, how the key is written, and words for footer and help.

    ``label`` is empty for keys that the footer does not show.
    """

    key: str
    action: str
    shown: str
    label: str
    help: str


ACTIONS = (
    Action("q", "quit_with(0)", "q", "quit", "Leave the dashboard; the miner goes on."),
    Action("p", "pause", "p", "pause", "Stop painting, or go on; numbers are still collected."),
    Action("t", "next_theme", "t", "theme", "Dark, light, high contrast."),
    Action("question_mark", "help", "?", "help", "This page."),
    Action("1", "overview", "1", "", "The overview; other digits wait for other screens."),
    Action("ctrl+c", "quit_with(130)", "ctrl+c", "", "Leave at once."),
)
