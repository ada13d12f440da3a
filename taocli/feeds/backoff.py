"""Waiting between attempts: longer after every failure, never in step with other clients."""

import random

FIRST_S = 0.5
LONGEST_S = 30.0


class Backoff:
    """Delays that double from 0.5 s to 30 s, each shortened at random by up to a quarter."""

    def __init__(self, generator: random.Random | None = None) -> None:
        self._generator = generator or random.Random()
        self._failures = 0

    def next_s(self) -> float:
        """How many seconds to wait after one more failure."""
        longest = min(LONGEST_S, FIRST_S * float(1 << min(self._failures, 10)))
        self._failures += 1
        return longest * (1 - self._generator.random() / 4)

    def reset(self) -> None:
        """Start again at the shortest delay, after a success."""
        self._failures = 0
