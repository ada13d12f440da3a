"""All workers of one miner behind one ``Engine``: a process per device, the least busy one asked first."""

import asyncio
import contextlib
import dataclasses
import logging
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path

from taocli.domain.errors import ModelInvalid
from taocli.domain.inference import GenerationChunk, GenerationRequest
from taocli.domain.status import WorkerState, WorkerStatus
from taocli.worker.child import ChildCommand
from taocli.worker.devices import Devices, require_torch
from taocli.worker.keeper import KeeperTiming, WorkerKeeper

log = logging.getLogger(__name__)
MAX_SOCKET_PATH = 100
"""Bytes of a Unix socket's path; Linux ends at 107, macOS at 103."""


class WorkerSupervisor:
    """Starts, watches and ends the workers; it is itself the ``Engine`` to ask.

    ``runtime`` is a private directory for sockets, created 0700 if absent.
    """

    def __init__(
        self,
        model: Path,
        devices: Devices,
        runtime: Path,
        *,
        threads: int | None = None,
        timing: KeeperTiming | None = None,
    ) -> None:
        self._model = model
        self._devices = devices
        self._runtime = runtime
        self._threads = threads
        self._timing = timing or KeeperTiming()
        self._keepers: list[WorkerKeeper] = []
        self._scratch: Path | None = None

    @property
    def engine(self) -> "WorkerSupervisor":
        """Where requests go."""
        return self

    @property
    def restarts(self) -> int:
        """How often a process was started again, over all devices."""
        return sum(keeper.restarts for keeper in self._keepers)

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the running workers."""
        return tuple(keeper.pid for keeper in self._keepers if keeper.pid is not None)

    async def start(self) -> None:
        """Load the model on every device; return when all answer.

        Raises ``WorkerExtraMissing``, ``NoGpu``, ``ModelInvalid`` or ``UnsupportedModel``; then nothing
        is left running.
        """
        require_torch()
        model = await asyncio.to_thread(self._model.resolve)
        if not await asyncio.to_thread(model.is_dir):
            raise ModelInvalid(
                f"There is no model directory {self._model}.",
                why="A model is served from a local Hugging Face directory.",
                fix="Download the model first and point --model at its directory.",
            )
        folder = await asyncio.to_thread(self._socket_folder)
        self._keepers = [
            WorkerKeeper(
                ChildCommand(model, device, folder / f"w{number}.sock", self._threads), self._timing
            )
            for number, device in enumerate(self._devices.names)
        ]
        outcomes = await asyncio.gather(
            *(keeper.start() for keeper in self._keepers), return_exceptions=True
        )
        failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        if failures:
            await self.stop(0)
            raise failures[0]

    async def stop(self, drain_s: float = 30.0) -> None:
        """End every process after at most ``drain_s`` seconds of finishing answers."""
        await asyncio.gather(*(keeper.stop(drain_s) for keeper in self._keepers))
        if self._scratch is not None:
            await asyncio.to_thread(shutil.rmtree, self._scratch, ignore_errors=True)
            self._scratch = None

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationChunk, None]:
        """Stream an answer from the ready worker with the fewest requests."""
        keeper = min(self._keepers, key=lambda keeper: (not keeper.ready, keeper.in_flight))
        async with contextlib.aclosing(keeper.generate(request)) as pieces:
            async for piece in pieces:
                yield piece

    async def status(self) -> WorkerStatus:
        """One report for all devices: the best state, and every counter added up."""
        if not self._keepers:
            return WorkerStatus(WorkerState.STARTING, str(self._devices), self._model.name)
        reports = await asyncio.gather(*(keeper.status() for keeper in self._keepers))
        order = [WorkerState.READY, WorkerState.STARTING, WorkerState.DRAINING, WorkerState.DEAD]
        best = min(reports, key=lambda report: order.index(report.state))
        if len(reports) == 1:
            return best
        return dataclasses.replace(
            best,
            device=str(self._devices),
            running=sum(report.running for report in reports),
            waiting=sum(report.waiting for report in reports),
            steps=sum(report.steps for report in reports),
            prompt_tokens=sum(report.prompt_tokens for report in reports),
            generated_tokens=sum(report.generated_tokens for report in reports),
            kv_blocks_used=sum(report.kv_blocks_used for report in reports),
            kv_blocks_total=sum(report.kv_blocks_total for report in reports),
            detail="; ".join(report.detail for report in reports if report.detail),
        )

    def _socket_folder(self) -> Path:
        """The runtime directory, or a short temporary one where its path is too long for a socket."""
        self._runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
        if len(os.fsencode(self._runtime / "w00.sock")) <= MAX_SOCKET_PATH:
            return self._runtime
        self._scratch = Path(tempfile.mkdtemp(prefix="taocli-"))
        return self._scratch
