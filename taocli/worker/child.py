"""One worker process seen from its parent: spawn, wait for ready, end."""

import asyncio
import collections
import contextlib
import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from taocli.domain.errors import WorkerError
from taocli.worker.wire import decode_error

KEPT_LOG_LINES = 50
MAX_LINE_BYTES = 64 * 1024
KILL_WAIT_S = 5.0


@dataclass(frozen=True, slots=True)
class ChildCommand:
    """What to run; ``threads`` None lets the worker choose by the size of the model."""

    model: Path
    device: str
    socket: Path
    threads: int | None = None

    def argv(self) -> list[str]:
        """The command line; nothing in it is secret."""
        words = [sys.executable, "-m", "taocli.worker", "--socket", str(self.socket)]
        words += ["--model", str(self.model), "--device", self.device, "--parent", str(os.getpid())]
        return words if self.threads is None else [*words, "--threads", str(self.threads)]


class WorkerChild:
    """A running worker process. Its last log lines are kept for the error that ends it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._log: collections.deque[str] = collections.deque(maxlen=KEPT_LOG_LINES)
        self._reader = asyncio.create_task(self._read_log(), name=f"worker-log-{process.pid}")

    @classmethod
    async def spawn(cls, command: ChildCommand) -> "WorkerChild":
        """Start the process, in its own session so that Ctrl-C reaches only the miner."""
        process = await asyncio.create_subprocess_exec(
            *command.argv(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=os.environ | {"OMP_WAIT_POLICY": "PASSIVE", "TOKENIZERS_PARALLELISM": "false"},
            limit=MAX_LINE_BYTES,
            start_new_session=True,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def log(self) -> tuple[str, ...]:
        """The newest lines of its log."""
        return tuple(self._log)

    async def ready(self, timeout_s: float) -> None:
        """Wait until it answers; raise what it says is wrong, or ``WorkerError`` with its last words."""
        line = b""
        with contextlib.suppress(TimeoutError, ValueError):
            async with asyncio.timeout(timeout_s):
                line = await self._stdout().readline()
        event = _event(line)
        if event == "ready":
            return
        if event == "failed":
            raise decode_error(line)
        await self.kill()
        raise WorkerError(
            "The model worker did not start.",
            why=self._log[-1] if self._log else f"It said nothing within {timeout_s:.0f} s.",
            fix="Run `python -m taocli.worker --probe`; the worker's log says more.",
        )

    async def ended(self, within_s: float) -> bool:
        """Whether the process ends within that time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._process.wait()
        return self._process.returncode is not None

    async def stop(self, drain_s: float) -> None:
        """Ask it to finish its answers; kill it after ``drain_s`` seconds."""
        self._signal(signal.SIGTERM)
        if not await self.ended(drain_s):
            self._signal(signal.SIGKILL)
            await self.ended(KILL_WAIT_S)
        await self._close()

    async def kill(self) -> None:
        """End it at once."""
        self._signal(signal.SIGKILL)
        await self.ended(KILL_WAIT_S)
        await self._close()

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def _close(self) -> None:
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)

    def _stdout(self) -> asyncio.StreamReader:
        if self._process.stdout is None:
            raise WorkerError("The worker was started without a pipe.")
        return self._process.stdout

    async def _read_log(self) -> None:
        stream = self._process.stderr
        while stream is not None:
            try:
                line = await stream.readline()
            except ValueError:  # longer than the limit; asyncio has dropped it
                continue
            if not line:
                return
            self._log.append(line.decode(errors="replace").rstrip()[:500])


def _event(line: bytes) -> str | None:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return str(content.get("event")) if isinstance(content, dict) else None
