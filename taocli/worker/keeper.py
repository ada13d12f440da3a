"""Keeps one worker process alive: heartbeat, stuck detection, restart with backoff."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from taocli.domain.errors import DeadlineExceeded, InvalidRequest, TaoError, WorkerBusy, WorkerDied
from taocli.domain.inference import GenerationChunk, GenerationRequest
from taocli.domain.status import WorkerState, WorkerStatus
from taocli.worker.child import ChildCommand, WorkerChild
from taocli.worker.client import WorkerClient

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeeperTiming:
    """When a worker counts as broken, and how soon it is started again; times in seconds.

    One that misses ``misses`` heartbeats in a row, or runs requests without a step for ``stuck_s``,
    is killed.
    """

    heartbeat_s: float = 1.0
    heartbeat_timeout_s: float = 5.0
    misses: int = 3
    stuck_s: float = 20.0
    load_s: float = 900.0
    first_backoff_s: float = 0.5
    longest_backoff_s: float = 60.0
    healthy_s: float = 60.0


class WorkerKeeper:
    """One device's worker, as the ``Engine`` port."""

    def __init__(self, command: ChildCommand, timing: KeeperTiming) -> None:
        self._command = command
        self._timing = timing
        self._client = WorkerClient(command.socket)
        self._child: WorkerChild | None = None
        self._task: asyncio.Task[None] | None = None
        self._state = WorkerState.STARTING
        self._detail = ""
        self._backoff_s = timing.first_backoff_s
        self.in_flight = 0
        self.restarts = 0

    @property
    def ready(self) -> bool:
        """Whether requests are taken now."""
        return self._state is WorkerState.READY

    @property
    def pid(self) -> int | None:
        """The process id of the running worker."""
        return self._child.pid if self._child is not None else None

    async def start(self) -> None:
        """Start the process and wait until it answers; raises what stops it from doing so."""
        await self._launch()
        self._task = asyncio.create_task(
            self._watch(), name=f"worker-keeper-{self._command.device}"
        )

    async def stop(self, drain_s: float) -> None:
        """End the process after at most ``drain_s`` seconds of finishing answers."""
        self._state = WorkerState.DRAINING
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._child is not None:
            await self._child.stop(drain_s)
            self._child = None
        self._state = WorkerState.DEAD

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationChunk, None]:
        """Stream an answer; ``WorkerBusy`` while the process is being restarted."""
        if not self.ready:
            raise WorkerBusy(
                f"The model worker on {self._command.device} is not ready.",
                why=self._detail or f"It is {self._state.value}.",
                fix="Send the request again in a few seconds.",
            )
        self.in_flight += 1
        try:
            async with contextlib.aclosing(self._client.generate(request)) as pieces:
                async for piece in pieces:
                    yield piece
        finally:
            self.in_flight -= 1

    async def status(self) -> WorkerStatus:
        """The worker's own report, or what is known while it does not answer."""
        if self.ready:
            try:
                return await self._client.status(self._timing.heartbeat_timeout_s)
            except (WorkerDied, DeadlineExceeded) as silent:
                detail, state = silent.what, WorkerState.DEAD
        else:
            detail, state = self._detail, self._state
        command = self._command
        return WorkerStatus(state, command.device, command.model.name, self.pid, detail=detail)

    async def _launch(self) -> None:
        self._state = WorkerState.STARTING
        child = await WorkerChild.spawn(self._command)
        try:
            await child.ready(self._timing.load_s)
        except BaseException:
            await child.kill()
            raise
        self._child, self._state, self._detail = child, WorkerState.READY, ""

    async def _watch(self) -> None:
        while self._child is not None:
            why = await self._until_it_fails(self._child)
            self._state, self._detail = WorkerState.DEAD, why
            log.warning("the worker on %s %s; starting it again", self._command.device, why)
            await self._child.kill()
            await self._relaunch()

    async def _relaunch(self) -> None:
        """Try until a process answers, waiting longer after each failure."""
        while True:
            self.restarts += 1
            await asyncio.sleep(self._backoff_s)
            self._backoff_s = min(2 * self._backoff_s, self._timing.longest_backoff_s)
            try:
                await self._launch()
            except (TaoError, OSError) as problem:
                self._state, self._detail = WorkerState.DEAD, str(problem)
                log.warning("the worker on %s: %s", self._command.device, problem)
            else:
                return

    async def _until_it_fails(self, child: WorkerChild) -> str:
        """Beat until the process ends, falls silent or is stuck; say which."""
        timing = self._timing
        now: Callable[[], float] = asyncio.get_running_loop().time
        started = moved_at = now()
        missed, steps = 0, 0
        while not await child.ended(timing.heartbeat_s):
            try:
                status = await self._client.status(timing.heartbeat_timeout_s)
            except (WorkerDied, DeadlineExceeded, InvalidRequest) as silent:
                log.debug("heartbeat of %s: %s", self._command.device, silent)
                missed += 1
                if missed >= timing.misses:
                    return "stopped answering"
                continue
            missed = 0
            if status.steps != steps or status.running == 0:
                steps, moved_at = status.steps, now()
            elif now() - moved_at > timing.stuck_s:
                return f"made no step for {timing.stuck_s:.0f} s"
            if now() - started > timing.healthy_s:
                self._backoff_s = timing.first_backoff_s
        return "ended"
