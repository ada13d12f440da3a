"""What the axon has done so far: counters that only grow, and the newest latencies."""

import time
from collections import deque
from dataclasses import dataclass, field

from taocli.domain.address import Address

_WINDOW = 512


@dataclass(slots=True)
class Tally:
    """An ``Observer`` of the axon; times are Unix seconds, latencies seconds."""

    answers: int = 0
    refusals: int = 0
    failures: int = 0
    last_request_at: float | None = None
    last_caller: str = ""
    _latencies: deque[float] = field(default_factory=lambda: deque(maxlen=_WINDOW))

    @property
    def requests(self) -> int:
        """Everything that came, answered or not."""
        return self.answers + self.refusals + self.failures

    def answered(self, caller: Address, seconds: float) -> None:
        """A believed request got its answer."""
        self.answers += 1
        self.last_request_at = time.time()
        self.last_caller = caller.ss58
        self._latencies.append(seconds)

    def refused(self, status: int) -> None:  # noqa: ARG002 - the axon tells why, the count is enough
        """A request was turned away."""
        self.refusals += 1

    def failed(self) -> None:
        """Work on a believed request broke."""
        self.failures += 1

    def latency_ms(self, share: float) -> float | None:
        """The latency that ``share`` of the newest answers kept below, in milliseconds."""
        ranked = sorted(self._latencies)
        if not ranked:
            return None
        return round(ranked[min(len(ranked) - 1, int(share * len(ranked)))] * 1000, 3)
