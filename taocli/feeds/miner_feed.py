"""What a miner on this machine says about itself: pushed over its socket, or its last will on disk.

A running miner pushes a line a second. When nobody listens on the socket, ``state.json`` tells how
things stood last, and whether the process that wrote it still exists. Both are read as if a stranger
had written them.
"""

import asyncio
import contextlib
import math
from dataclasses import replace
from pathlib import Path

from taocli.domain.errors import InvalidRequest
from taocli.domain.status import MinerStatus
from taocli.domain.text import clean
from taocli.feeds.process import is_running
from taocli.feeds.readings import MinerReport
from taocli.feeds.status_wire import MAX_STATUS_BYTES, SOCKET_NAME, STATE_NAME, decode_status
from taocli.feeds.store import Store

PUSH_TIMEOUT_S = 3.0
"""A miner pushes every second; one that stays silent for longer is treated as not there."""

_LARGEST_COUNT = 2**63


class MinerDirectory:
    """Reads the rendezvous directory of one miner; keeps the ``MinerFeed`` port."""

    def __init__(self, directory: Path, netuid: int, hotkey_ss58: str) -> None:
        self.directory = directory
        self._netuid = netuid
        self._hotkey = hotkey_ss58
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def read(self) -> MinerStatus | None:
        """The newest report, or None when no miner has run here."""
        report = await self.report()
        return None if report is None else report.status

    async def report(self) -> MinerReport | None:
        """The newest report and how it was had; ``InvalidRequest`` when it makes no sense."""
        line = await self._pushed_line()
        if line is not None:
            return MinerReport(self._checked(line), pushed=True)
        line = await asyncio.to_thread(self._last_will)
        if line is None:
            return None
        status = self._checked(line)
        return MinerReport(
            status, pushed=False, exited=not is_running(status.pid, status.started_at)
        )

    async def close(self) -> None:
        """Hang up."""
        writer, self._reader, self._writer = self._writer, None, None
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _pushed_line(self) -> bytes | None:
        try:
            async with asyncio.timeout(PUSH_TIMEOUT_S):
                if self._reader is None:
                    self._reader, self._writer = await asyncio.open_unix_connection(
                        str(self.directory / SOCKET_NAME), limit=MAX_STATUS_BYTES
                    )
                line = await self._reader.readline()
        except (OSError, ValueError, TimeoutError):  # ValueError: a line over the limit
            line = b""
        if line.endswith(b"\n"):
            return line
        await self.close()
        return None

    def _last_will(self) -> bytes | None:
        try:
            with (self.directory / STATE_NAME).open("rb") as file:
                return file.read(MAX_STATUS_BYTES + 1)
        except FileNotFoundError:
            return None

    def _checked(self, line: bytes) -> MinerStatus:
        status = decode_status(line)
        if status.netuid != self._netuid or status.hotkey != self._hotkey:
            raise _implausible("It speaks of another hotkey or subnet.")
        worker = status.worker
        counts = (
            status.pid, status.requests, status.answered, status.refused, status.failed,
            status.in_flight, status.worker_restarts, status.uid or 0, worker.pid or 0,
            worker.running, worker.waiting, worker.steps, worker.prompt_tokens,
            worker.generated_tokens, worker.kv_blocks_used, worker.kv_blocks_total,
        )  # fmt: skip
        times = (
            status.started_at, status.reported_at, status.last_request_at or 0.0,
            status.latency_p50_ms or 0.0, status.latency_p95_ms or 0.0, worker.uptime_s,
        )  # fmt: skip
        if not all(0 <= count < _LARGEST_COUNT for count in counts):
            raise _implausible("A counter is negative or absurdly large.")
        if not all(math.isfinite(time) and 0 <= time < 1e12 for time in times):
            raise _implausible("A time is negative or absurdly large.")
        return replace(
            status,
            network=clean(status.network, 60),
            endpoint=clean(status.endpoint, 80),
            last_caller=clean(status.last_caller, 60),
            detail=clean(status.detail, 160),
            worker=replace(
                worker,
                device=clean(worker.device, 24),
                model=clean(worker.model, 60),
                detail=clean(worker.detail, 160),
            ),
        )


class MinerPolling:
    """Brings a miner's reports into the store."""

    name = "miner"
    poll_s = 0.5

    def __init__(self, directory: MinerDirectory, store: Store) -> None:
        self._directory = directory
        self._store = store

    async def poll(self) -> None:
        """One round: the next push, or the last will."""
        report = await self._directory.report()
        source = "file" if report is None or not report.pushed else "socket"
        self._store.put_miner(report, source)

    def fail(self, reason: str, retry_s: float) -> None:
        """Tell the store why a round failed."""
        self._store.fail_miner(reason, retry_s)

    async def close(self) -> None:
        """Hang up."""
        await self._directory.close()


def _implausible(why: str) -> InvalidRequest:
    return InvalidRequest(
        "The miner's status cannot be right.",
        why=why,
        fix="Run the same version of taocli for the miner and the dashboard.",
    )
