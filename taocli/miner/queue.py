"""The line in front of the model: bounded, by stake, honest about deadlines.

A request that could not be answered in time is refused at once instead of being worked on for
nobody. The highest priority goes first; among equals the first come. When the line is full a
newcomer with more priority takes the place of the least one waiting. The service time that
predictions rest on is a moving average of recent work.
"""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from taocli.domain.errors import WorkerBusy

_NEWEST_WEIGHT = 0.2


@dataclass(order=True, slots=True)
class _Waiting:
    rank: tuple[int, int]
    deadline: float = field(compare=False)
    turn: "asyncio.Future[None]" = field(compare=False)


class Ticket:
    """A place at the model; give it back exactly when the work ends, however it ends."""

    def __init__(self, release: Callable[[float], None], clock: Callable[[], float]) -> None:
        self._release = release
        self._clock = clock
        self._began = clock()
        self._held = True

    def release(self) -> None:
        """Let the next one in; a second call does nothing."""
        if self._held:
            self._held = False
            self._release(self._clock() - self._began)


class AdmissionQueue:
    """At most ``concurrency`` at work and ``capacity`` waiting; ``clock`` is monotonic seconds."""

    def __init__(
        self, concurrency: int, capacity: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._concurrency = concurrency
        self._capacity = capacity
        self._clock = clock
        self._line: list[_Waiting] = []
        self._counter = itertools.count()
        self._running = 0
        self._service_s = 0.0

    @property
    def running(self) -> int:
        """Requests at work."""
        return self._running

    @property
    def waiting(self) -> int:
        """Requests in line."""
        return len(self._line)

    async def enter(self, priority: int, deadline: float) -> Ticket:
        """Wait for a turn; ``WorkerBusy`` as soon as it cannot come in time for ``deadline``."""
        if self._running < self._concurrency and not self._line:
            self._running += 1
            return Ticket(self._leave, self._clock)
        waiting = _Waiting(
            (-priority, next(self._counter)), deadline, asyncio.get_running_loop().create_future()
        )
        self._refuse_if_hopeless(waiting)
        self._make_room(waiting)
        heapq.heappush(self._line, waiting)
        try:
            await waiting.turn
        except asyncio.CancelledError:
            if (
                waiting.turn.done()
                and not waiting.turn.cancelled()
                and not waiting.turn.exception()
            ):
                self._leave(self._service_s)  # the turn came in the same moment
            else:
                self._forget(waiting)
            raise
        return Ticket(self._leave, self._clock)

    def _refuse_if_hopeless(self, newcomer: _Waiting) -> None:
        ahead = sum(other.rank < newcomer.rank for other in self._line)
        rounds = ahead // self._concurrency + 1
        if self._clock() + (rounds + 1) * self._service_s > newcomer.deadline:
            raise _busy("its turn would come too late")

    def _make_room(self, newcomer: _Waiting) -> None:
        if len(self._line) < self._capacity:
            return
        least = max(self._line, default=None)
        if least is None or least.rank < newcomer.rank:
            raise _busy("the line is full")
        self._forget(least)
        least.turn.set_exception(_busy("a caller with more stake took its place"))

    def _leave(self, seconds: float) -> None:
        self._service_s += (seconds - self._service_s) * (
            _NEWEST_WEIGHT if self._service_s else 1.0
        )
        self._running -= 1
        while self._line and self._running < self._concurrency:
            first = heapq.heappop(self._line)
            if first.turn.done():
                continue
            if self._clock() + self._service_s > first.deadline:
                first.turn.set_exception(_busy("its turn came too late"))
                continue
            self._running += 1
            first.turn.set_result(None)

    def _forget(self, waiting: _Waiting) -> None:
        self._line = [other for other in self._line if other is not waiting]
        heapq.heapify(self._line)


def _busy(why: str) -> WorkerBusy:
    return WorkerBusy(
        f"Busy: {why}.",
        why="The model has more to do than it can answer in time.",
        fix="Ask again later, or allow more time.",
    )
