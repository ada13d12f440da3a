"""Text from strangers, made safe to show.

Subnet names, identities, endpoints and model output are chosen by people we do not know. A terminal
obeys escape sequences, right-to-left overrides rearrange a line, and zero-width characters make two
different names look alike. Text is cleaned once, where it enters, and is plain from then on.
"""

import unicodedata

ELLIPSIS = "…"
MAX_MARKS = 2
"""Combining marks kept after one character; more of them draw over the neighbouring lines."""


def clean(text: str, limit: int = 200) -> str:
    """Return ``text`` as one printable line of at most ``limit`` characters.

    Control characters, line breaks and unassigned code points become a space; formatting characters
    (bidi overrides, zero-width) vanish; runs of spaces shrink to one; a cut is marked by an ellipsis.
    """
    kept: list[str] = []
    marks = 0
    for character in text[: limit * 4 + 64]:
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if category == "Cf" or marks > MAX_MARKS:
            continue
        kept.append(" " if category[0] in "CZ" else character)
    line = " ".join("".join(kept).split())
    return line if len(line) <= limit else line[: max(0, limit - 1)].rstrip() + ELLIPSIS
