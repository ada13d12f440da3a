"""The one widget of the dashboard: a face, drawn line by line, repainting only the lines that changed."""

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from ..face import Face, Role, Row, Span, fit, fixed
from ..glyphs import Glyphs

_KEEPS_COLOUR = {Role.WARN, Role.BAD, Role.LINE}
Line = tuple[Span, ...]


class Panel(Widget):
    """Shows a face; ``framed`` draws a border that carries the face's four captions."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {role.value for role in Role}

    def __init__(self, glyphs: Glyphs, *, framed: bool = True, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, markup=False)
        self._glyphs = glyphs
        self._framed = framed
        self._face = Face(fixed(()))
        self._lines: list[Line] = []

    def show(self, face: Face) -> None:
        """Draw ``face`` from now on; lines that stay the same are not sent to the terminal."""
        self._face = face
        old, self._lines = self._lines, self._compose_lines()
        if len(old) != len(self._lines):
            self.refresh()
            return
        width = self.size.width
        changed = [y for y, line in enumerate(self._lines) if line != old[y]]
        if changed:
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    def on_resize(self) -> None:
        """Compose again for the new size."""
        self._lines = self._compose_lines()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the panel."""
        width = self.size.width
        if y >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        segments = [
            Segment(span.text, self.get_component_rich_style(span.role.value))
            for span in self._lines[y]
        ]
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    @property
    def text(self) -> str:
        """The panel as plain lines."""
        return "\n".join("".join(span.text for span in line) for line in self._lines)

    def _compose_lines(self) -> list[Line]:
        width, height = self.size
        if not width or not height:
            return []
        margin, frame = 2 if self._framed else 1, 2 if self._framed else 0
        inner = max(1, width - 2 * margin)
        rows = list(self._face.body(inner, height - frame))[: height - frame]
        rows += [Row()] * (height - frame - len(rows))
        body = [
            tuple(self._toned(span) for span in fit(self._plain(row), inner, self._glyphs.ellipsis))
            for row in rows
        ]
        if not self._framed:
            return [(Span(" "), *line, Span(" ")) for line in body]
        edge = Span(self._glyphs.box[5], Role.LINE)
        face = self._face
        note = face.note if isinstance(face.note, str) else face.note(inner)
        return [
            self._border(0, width, Span(face.title, Role.MUTED), self._toned(face.value)),
            *((edge, Span(" "), *line, Span(" "), edge) for line in body),
            self._border(2, width, Span(face.foot, Role.MUTED), Span(note, Role.MUTED)),
        ]

    def _border(self, corner: int, width: int, left: Span, right: Span) -> Line:
        box = self._glyphs.box
        left, right = (
            Span(self._glyphs.plain(f" {span.text} ") if span.text else "", span.role)
            for span in (left, right)
        )
        fill = width - 4 - cell_len(left.text) - cell_len(right.text)
        if fill < 0:
            right, fill = Span(""), max(0, width - 4 - cell_len(left.text))
        return (
            Span(box[corner] + box[4], Role.LINE), left, Span(box[4] * fill, Role.LINE), right,
            Span(box[4] + box[corner + 1], Role.LINE),
        )  # fmt: skip

    def _plain(self, row: Row) -> Row:
        if self._glyphs.braille:
            return row
        left, right = (
            tuple(Span(self._glyphs.plain(span.text), span.role) for span in side)
            for side in (row.left, row.right)
        )
        return Row(left, right)

    def _toned(self, span: Span) -> Span:
        if not self._face.dim or span.role in _KEEPS_COLOUR:
            return span
        return Span(span.text, Role.DIM)
