"""What may be known of a key in the agent: everything but the key."""

from dataclasses import dataclass

from taocli.domain.address import Address
from taocli.domain.errors import ValidationError

LEAST_LIFETIME_S = 1
MOST_LIFETIME_S = 24 * 60 * 60
MAX_LABEL = 100
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key in the agent; ``seconds_left`` is rounded up, so it is at least 1."""

    address: Address
    crypto_type: int
    label: str
    seconds_left: int


def parse_lifetime(text: str) -> int:
    """Seconds in ``90s``, ``10m``, ``1h`` or a plain number of seconds; ``ValidationError`` otherwise."""
    cleaned = text.strip().lower()
    digits = cleaned.rstrip("smh")
    unit = cleaned[len(digits) :]
    if unit not in _UNITS or not (digits.isascii() and digits.isdigit()):
        raise ValidationError(
            f"{_shown(text)} is not a length of time.",
            why="One is a whole number with s, m or h for seconds, minutes or hours.",
            fix="Write it like 10m, 90s or 1h.",
        )
    significant = digits.lstrip("0") or "0"
    if len(significant) > _MOST_DIGITS:
        raise _out_of_bounds(_shown(text))
    return check_lifetime(int(significant) * _UNITS[unit])


def check_lifetime(lifetime_s: int) -> int:
    """The same number of seconds; ``ValidationError`` when it is not 1 second to 24 hours."""
    if not LEAST_LIFETIME_S <= lifetime_s <= MOST_LIFETIME_S:
        raise _out_of_bounds(f"{lifetime_s} s")
    return lifetime_s


def is_label(text: str) -> bool:
    """Whether text can name a key in a list: printable, not empty, at most 100 characters."""
    return 0 < len(text) <= MAX_LABEL and text.isprintable()


def as_label(text: str) -> str:
    """The nearest text that is a label; a key must not stay locked because of its name."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in text) or "?"
    return shown if len(shown) <= MAX_LABEL else shown[: MAX_LABEL - 1] + "…"


def _out_of_bounds(shown: str) -> ValidationError:
    return ValidationError(
        f"A key cannot be held for {shown}.",
        why="The agent holds keys for at least 1 second and at most 24 hours.",
        fix="Choose a time in between, such as 10m.",
    )


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")
