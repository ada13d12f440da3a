"""Owned tasks: each has a name, a restart policy and somebody who stops it.

A task that breaks is started again after a pause that doubles from 1 to 30 seconds; one that breaks
too often within ten minutes is given up, and its last error ends the miner. Tasks stop in the
reverse order of their start.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """Pauses in seconds, and how many breaks within ``window_s`` are too many."""

    first_pause_s: float = 1.0
    longest_pause_s: float = 30.0
    window_s: float = 600.0
    max_breaks: int = 20


class TaskSupervisor:
    """Starts, restarts and stops named tasks; ``wait`` returns only by raising."""

    def __init__(self, policy: RestartPolicy | None = None) -> None:
        self._policy = policy or RestartPolicy()
        self._tasks: list[asyncio.Task[None]] = []
        self._fatal: asyncio.Future[None] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Running tasks in order of their start."""
        return tuple(task.get_name() for task in self._tasks if not task.done())

    def start(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run ``work`` until stopped; it is called anew after it breaks or returns."""
        if self._fatal is None:
            self._fatal = asyncio.get_running_loop().create_future()
        self._tasks.append(asyncio.create_task(self._keep(name, work), name=name))

    def end(self, error: BaseException) -> None:
        """Make ``wait`` raise ``error``: something happened that the miner cannot outlive."""
        if self._fatal is not None and not self._fatal.done():
            self._fatal.set_exception(error)

    async def wait(self) -> None:
        """Wait for the first error that no restart can cure, and raise it."""
        if self._fatal is not None:
            await asyncio.shield(self._fatal)

    async def stop(self) -> None:
        """Cancel every task, newest first, and wait until each has ended."""
        for task in reversed(self._tasks):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._tasks.clear()
        if self._fatal is not None and self._fatal.done() and not self._fatal.cancelled():
            self._fatal.exception()  # read, or asyncio complains that nobody did

    async def _keep(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        breaks: deque[float] = deque()
        pause_s = self._policy.first_pause_s
        while True:
            began = time.monotonic()
            try:
                await work()
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - any task may break in any way; that is the point
                now = time.monotonic()
                breaks.append(now)
                while breaks and now - breaks[0] > self._policy.window_s:
                    breaks.popleft()
                if len(breaks) > self._policy.max_breaks:
                    self.end(error)
                    return
                _log.warning("%s broke (%s: %s)", name, type(error).__name__, error)
            if time.monotonic() - began > self._policy.longest_pause_s:
                pause_s = self._policy.first_pause_s
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, self._policy.longest_pause_s)
