"""A one-second history as a panel's face: the scale on the left of the lower border, the window on its right."""

from collections.abc import Sequence
from dataclasses import dataclass

from .chart import area, nice_top, thin_out
from .face import Face, Role, Row, Span, fixed
from .text import span_of_time

SCALED_S = 240
"""A chart of single seconds is scaled to this many; a wider panel than that is not expected."""


@dataclass(frozen=True, slots=True)
class Plot:
    """``steps`` are the seconds that one column may stand for; the first that shows all is taken."""

    history: Sequence[float | None]
    least_top: float
    braille: bool
    role: Role = Role.ACCENT
    steps: tuple[int, ...] = (1,)

    def face(self, title: str, value: str, *, dim: bool) -> Face:
        """The chart under ``title`` with its newest ``value``; without readings an empty box."""
        shown = Span(value, Role.STRONG)
        if all(reading is None for reading in self.history):
            return Face(fixed(()), title, shown, dim=dim)
        scaled = self.history if len(self.steps) > 1 else self.history[-SCALED_S:]
        top = nice_top(scaled, self.least_top)

        def body(width: int, height: int) -> Sequence[Row]:
            columns = thin_out(self.history, self._step(width))
            lines = area(columns, width, height, top, braille=self.braille)
            return [Row((Span(line, self.role),)) for line in lines]

        def window(width: int) -> str:
            return f"last {span_of_time(self._columns(width) * self._step(width))}"

        return Face(body, title, shown, foot=f"0…{top:,g}", note=window, dim=dim)

    def _columns(self, width: int) -> int:
        return width * (2 if self.braille else 1)

    def _step(self, width: int) -> int:
        room = self._columns(width)
        return next(
            (step for step in self.steps if len(self.history) <= step * room), self.steps[-1]
        )
