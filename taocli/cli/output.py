"""What commands print: data on stdout, talk on stderr.

In JSON mode stdout is always exactly one document, on failure too; streams are one document a line.
The mode is set once, by ``main`` before anything is parsed, so that even a usage error obeys it.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from taocli.domain.balance import Balance
from taocli.domain.errors import TaoError

if TYPE_CHECKING:
    from rich.console import Console

JsonValue = None | bool | int | float | str | Sequence["JsonValue"] | Mapping[str, "JsonValue"]
SCHEMA = "taocli/1"
_NARROWEST = 40


@dataclass(slots=True)
class OutputMode:
    """How this process talks; filled in from the command line by ``main``."""

    json: bool = False
    quiet: bool = False
    debug: bool = False


mode = OutputMode()


def emit(
    data: JsonValue,
    human: "Callable[[Console], None] | str",
    *,
    block: int | None = None,
    network: str | None = None,
) -> None:
    """Print the result of a command: ``data`` in JSON mode, else what ``human`` draws or says."""
    if mode.json:
        meta = {"network": network, "block": block, "schema": SCHEMA}
        _write_line({"ok": True, "data": data, "meta": meta})
    elif isinstance(human, str):
        sys.stdout.write((_harmless(human) if sys.stdout.isatty() else human) + "\n")
        sys.stdout.flush()
    else:
        human(stdout_console())


def stream_record(data: JsonValue) -> None:
    """Print one record of a stream as a line of JSON."""
    _write_line(data)


def note(text: str) -> None:
    """Say something that is not data, on stderr; silent with ``--quiet``."""
    if not mode.quiet:
        sys.stderr.write("\n".join(_folded(line) for line in text.split("\n")) + "\n")
        sys.stderr.flush()


def emit_error(error: TaoError) -> None:
    """Report a failure: one document on stdout in JSON mode, else what, why and fix on stderr."""
    if mode.json:
        _write_line(
            {
                "ok": False,
                "error": {
                    "code": error.code,
                    "name": error.name,
                    "what": error.what,
                    "why": error.why,
                    "fix": error.fix,
                    "retryable": error.retryable,
                },
            }
        )
        return
    label = f"error[{error.code}]:"
    lines = [
        _folded(f"{label} {error.what}", indent=2).replace(
            label, _paint(label, "31;1", sys.stderr), 1
        )
    ]
    lines += [
        _folded(f"  {name}: {text}", indent=7)
        for name, text in (("why", error.why), ("fix", error.fix))
        if text
    ]
    lines.append(f"  more: taocli explain {error.code}")
    sys.stderr.write("\n".join(lines) + "\n")
    sys.stderr.flush()


def _folded(text: str, indent: int = 0) -> str:
    """The text in lines that fit a terminal; anywhere else it stays one line, easy to search."""
    text = _harmless(text)
    if not sys.stderr.isatty() or len(text) < _NARROWEST:
        return text
    import shutil  # noqa: PLC0415 - only failures at a terminal need them
    import textwrap  # noqa: PLC0415

    width = max(_NARROWEST, min(shutil.get_terminal_size().columns, 100))
    return textwrap.fill(
        text, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )


def balance_json(amount: Balance) -> dict[str, JsonValue]:
    """An amount as scripts get it: rao as text, because JSON readers lose digits of large numbers."""
    return {"rao": str(amount.rao), "netuid": amount.netuid, "text": amount.text}


def stdout_console() -> "Console":
    """A console on stdout that draws boxes and colours only where a person looks."""
    from rich.console import Console  # noqa: PLC0415 - 60 ms that JSON mode never pays

    return Console(highlight=False, markup=False, emoji=False, no_color=_no_color() or None)


def _harmless(text: str) -> str:
    """File names and messages are other people's text: what a terminal would obey becomes visible."""
    return "".join(
        character if character.isprintable() or character in "\n\t" else ascii(character)[1:-1]
        for character in text
    )


def _write_line(document: JsonValue) -> None:
    line = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    if not (utf8 and line.isprintable()):  # the same document, with escapes for the rest
        line = json.dumps(document, separators=(",", ":"))
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _paint(text: str, style: str, stream: TextIO) -> str:
    return text if _no_color() or not stream.isatty() else f"\x1b[{style}m{text}\x1b[0m"


def _no_color() -> bool:
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
