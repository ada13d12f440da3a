"""A number is worth as much as its age: values that know when and where they were read.

A cell keeps the newest sample of one thing and what has gone wrong since. It never queues: a new
sample replaces the old one. While a feed fails the last value stays, and its state says how far to
trust it.
"""

import enum
from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

DOWN_AFTER_S = 60.0
"""However rare its samples, a cell without a fresh one for longer than this and ten times its interval is down."""


class Freshness(enum.Enum):
    """How far a value can be trusted now."""

    LIVE = "live"
    STALE = "stale"
    DOWN = "down"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Sample(Generic[T]):
    """A value with the time it was true (seconds, monotonic and since the epoch), its source, and the failure since."""

    value: T
    monotonic: float
    wall: float
    source: str
    error: str = ""

    def age(self, now: float) -> float:
        """Seconds since the value was true; ``now`` is monotonic."""
        return max(0.0, now - self.monotonic)


class Cell(Generic[T]):
    """The newest sample of one thing, expected every ``interval_s`` seconds."""

    def __init__(self, interval_s: float) -> None:
        self.interval_s = interval_s
        self.sample: Sample[T] | None = None
        self.error = ""
        self.retry_at: float | None = None

    @property
    def value(self) -> T | None:
        """The newest value, however old."""
        return None if self.sample is None else self.sample.value

    def put(self, sample: Sample[T]) -> None:
        """Replace the value; the failure, if any, is over."""
        self.sample, self.error, self.retry_at = sample, sample.error, None

    def fail(self, error: str, retry_at: float | None) -> None:
        """Keep the value and note why no newer one came; ``retry_at`` is monotonic."""
        self.error, self.retry_at = error, retry_at

    def freshness(self, now: float) -> Freshness:
        """``live`` up to two intervals of age, ``down`` after ten (or a minute), ``stale`` between."""
        if self.sample is None:
            return Freshness.NEVER
        age = self.sample.age(now)
        if age > min(10 * self.interval_s, max(DOWN_AFTER_S, 2 * self.interval_s)):
            return Freshness.DOWN
        if self.error or age > 2 * self.interval_s:
            return Freshness.STALE
        return Freshness.LIVE


class Ring:
    """The last ``size`` readings of a number; None marks a second without one."""

    def __init__(self, size: int = 900) -> None:
        self._readings: deque[float | None] = deque(maxlen=size)

    def append(self, reading: float | None) -> None:
        """Add the newest reading; the oldest falls out when the ring is full."""
        self._readings.append(reading)

    def readings(self) -> tuple[float | None, ...]:
        """Oldest first."""
        return tuple(self._readings)
