"""The time of blocks, which a developer may move: forward only, as on every chain.

A real clock follows the machine's, shifted by what was travelled. A simulated one knows nothing of the
machine: each block comes a fixed step after its parent, so that a run can be repeated to the millisecond.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

EPOCH_MS = 1_735_689_600_000
"""Where simulated time begins: 2025-01-01, plus a second for each unit of the seed."""
_YEAR_MS = 366 * 86_400_000
LATEST_MS = 253_402_300_799_000
"""The end of the year 9999; dates beyond it cannot be written."""


def machine_ms() -> int:
    """The machine's time in milliseconds since the Unix epoch."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class ClockState:
    """What a clock must remember to go back: the shift, and a jump that the next block makes."""

    shift_ms: int = 0
    jump_ms: int = 0


class Clock:
    """Says when the next block is; ``step_ms`` makes it simulated, beginning at ``start_ms``."""

    def __init__(
        self,
        now_ms: Callable[[], int] = machine_ms,
        *,
        step_ms: int | None = None,
        start_ms: int = 0,
    ) -> None:
        self.start_ms = start_ms
        self.state = ClockState()
        self._now_ms = now_ms
        self._step_ms = step_ms

    @classmethod
    def simulated(cls, seed: int, step_ms: int) -> "Clock":
        """The clock of a chain with a seed: the first block is a step behind the start."""
        start = EPOCH_MS + seed * 1_000 % _YEAR_MS
        return cls(step_ms=step_ms, start_ms=start)

    @property
    def is_simulated(self) -> bool:
        """Whether the machine's clock has no say."""
        return self._step_ms is not None

    def preview(self, last_ms: int) -> int:
        """When a block behind one of ``last_ms`` would come if it were made now."""
        state = self.state
        due = self._now_ms() + state.shift_ms if self._step_ms is None else last_ms + self._step_ms
        return max(due + state.jump_ms, last_ms + 1)

    def next_after(self, last_ms: int) -> int:
        """The time of the block that is made now, behind one of ``last_ms``."""
        due = self.preview(last_ms)
        self.state = ClockState(self.state.shift_ms)
        return due

    def advance(self, milliseconds: int) -> None:
        """Move the following blocks so much later."""
        state = self.state
        if self.is_simulated:
            self.state = ClockState(jump_ms=state.jump_ms + milliseconds)
        else:
            self.state = ClockState(state.shift_ms + milliseconds)

    def set(self, target_ms: int, last_ms: int) -> None:
        """Let the next block come at ``target_ms``, and the others behind it."""
        self.advance(target_ms - self.preview(last_ms))
