"""Rates from counters: what grew, divided by the time it took.

Counters only grow while a process lives and start again at zero when it restarts; a fall is
therefore a restart, never a negative rate.
"""

from collections import deque


class CounterRate:
    """Growth per second over the last ``window_s`` seconds of readings."""

    def __init__(self, window_s: float = 5.0) -> None:
        self._window_s = window_s
        self._readings: deque[tuple[float, int]] = deque(maxlen=256)

    def add(self, time_s: float, count: int) -> None:
        """Note that the counter stood at ``count``; repeated or older times are ignored."""
        if self._readings:
            last_time, last_count = self._readings[-1]
            if count < last_count:
                self._readings.clear()
            elif time_s <= last_time:
                return
        self._readings.append((time_s, count))
        while len(self._readings) > 2 and time_s - self._readings[0][0] > self._window_s:
            self._readings.popleft()

    def per_second(self) -> float | None:
        """The rate, or None until two readings of one life of the counter are known."""
        if len(self._readings) < 2:
            return None
        (first_time, first_count), (last_time, last_count) = self._readings[0], self._readings[-1]
        return (last_count - first_count) / (last_time - first_time)
