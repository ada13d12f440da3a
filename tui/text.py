"""Numbers as people read them: short, aligned, always with their unit."""

import time
from fractions import Fraction

from taocli.domain.balance import Balance

UNKNOWN = "–"


def span_of_time(seconds: float | None) -> str:
    """``7s``, ``3m 20s``, ``2h 5m``, ``4d 3h``."""
    if seconds is None:
        return UNKNOWN
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    for unit, size, smaller, part in (
        ("m", 60, "s", 1),
        ("h", 3600, "m", 60),
        ("d", 86400, "h", 3600),
    ):
        if whole < size * {"m": 60, "h": 24, "d": 10**6}[unit]:
            rest = whole % size // part
            return f"{whole // size}{unit} {rest}{smaller}" if rest else f"{whole // size}{unit}"
    return f"{whole // 86400}d"


def ago(seconds: float | None) -> str:
    """``7s ago``, or nothing when the time is not known."""
    return "" if seconds is None else f"{span_of_time(seconds)} ago"


def money(amount: Balance | None, places: int = 4) -> str:
    """``1.0639α1`` or ``τ0.0248``; digits are grouped and cut, never rounded up."""
    if amount is None:
        return UNKNOWN
    whole, _, part = amount.rounded(places).partition(".")
    sign, whole = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    number = sign + f"{int(whole):,}" + (f".{part}" if part else "")
    return f"τ{number}" if amount.netuid == 0 else f"{number}α{amount.netuid}"


def share(value: Fraction | None) -> str:
    """A share in [0, 1] with five decimals, the resolution of the chain's u16."""
    return UNKNOWN if value is None else f"{float(value):.5f}"


def per_second(rate: float | None) -> str:
    """``13.2/s``; large rates lose the decimal."""
    if rate is None:
        return UNKNOWN
    return f"{rate:,.0f}/s" if rate >= 100 else f"{rate:.1f}/s"


def clock(wall: float) -> str:
    """Local time of day."""
    return time.strftime("%H:%M:%S", time.localtime(wall))
