"""Knows how the model worker is: its newest report, or why there is none."""

import asyncio
import dataclasses

from taocli.domain.errors import TaoError
from taocli.domain.status import WorkerState, WorkerStatus
from taocli.miner.parts import MinerOptions, ModelWorker

_DEADLINE_S = 2.0


class WatchWorker:
    """Reads the worker's status once a second; the worker's own supervisor restarts it."""

    def __init__(self, worker: ModelWorker, options: MinerOptions) -> None:
        self._worker = worker
        self.newest = WorkerStatus(WorkerState.STARTING, options.device, options.model)

    @property
    def restarts(self) -> int:
        """How often the worker was started again."""
        return self._worker.restarts

    async def run(self) -> None:
        """Read for ever."""
        while True:
            await self.read()
            await asyncio.sleep(1.0)

    async def read(self) -> None:
        """Read once; a worker that does not answer is reported dead."""
        try:
            async with asyncio.timeout(_DEADLINE_S):
                self.newest = await self._worker.engine.status()
        except (TaoError, TimeoutError, OSError) as error:
            detail = error.what if isinstance(error, TaoError) else "The worker does not answer."
            self.newest = dataclasses.replace(self.newest, state=WorkerState.DEAD, detail=detail)
