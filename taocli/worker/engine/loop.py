"""The thread that steps the engine, and the asyncio side that feeds it.

Requests and cancellations cross to the thread through one queue. Results cross back once a step, all
together, so the event loop wakes once a step however many answers are streaming.
"""

import asyncio
import itertools
import logging
import queue
import threading
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from taocli.domain.errors import TaoError, WorkerBusy, WorkerDied
from taocli.domain.inference import GenerationChunk, GenerationRequest
from taocli.worker.engine.core import EngineCounters
from taocli.worker.engine.text import TextEngine

log = logging.getLogger(__name__)
Piece = GenerationChunk | TaoError


@dataclass(frozen=True, slots=True)
class Submit:
    """A new conversation under a number."""

    number: int
    request: GenerationRequest


@dataclass(frozen=True, slots=True)
class Cancel:
    """Nobody waits for this conversation any more."""

    number: int


class EngineLoop:
    """Owns the engine's thread. ``on_failure`` is called in the event loop if a step breaks."""

    def __init__(
        self, engine: TextEngine, on_failure: Callable[[], None], max_requests: int = 1024
    ) -> None:
        self._engine = engine
        self._on_failure = on_failure
        self._max_requests = max_requests
        self._commands: queue.SimpleQueue[Submit | Cancel | None] = queue.SimpleQueue()
        self._streams: dict[int, asyncio.Queue[Piece]] = {}
        self._numbers = itertools.count(1)
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._broken = False
        self.counters: EngineCounters = engine.counters()
        self.last_step_at = time.monotonic()

    @property
    def open_requests(self) -> int:
        """Conversations that somebody waits for."""
        return len(self._streams)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Let the thread end after its current step; called when nothing is open."""
        self._commands.put(None)

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationChunk, None]:
        """Stream one answer; closing the iterator cancels it."""
        if self._broken:
            raise _engine_broke()
        if len(self._streams) >= self._max_requests:
            raise WorkerBusy(
                f"The worker already holds {self._max_requests} requests.",
                why="A longer queue would only make every answer late.",
                fix="Try again later, or start another worker.",
            )
        number = next(self._numbers)
        stream: asyncio.Queue[Piece] = asyncio.Queue()
        self._streams[number] = stream
        self._commands.put(Submit(number, request))
        finished = False
        try:
            while not finished:
                piece = await stream.get()
                if isinstance(piece, TaoError):
                    finished = True
                    raise piece
                finished = piece.finish is not None
                yield piece
        finally:
            self._streams.pop(number, None)
            if not finished:
                self._commands.put(Cancel(number))

    def _run(self) -> None:
        try:
            while self._take_commands():
                results: list[tuple[int, Piece]] = list(self._engine.step())
                self.last_step_at = time.monotonic()
                self._deliver(results)
        except Exception:
            log.exception("the engine broke")
            self._loop.call_soon_threadsafe(self._break)

    def _take_commands(self) -> bool:
        """Apply what has arrived, waiting when there is nothing to compute; False ends the thread."""
        while not self._commands.empty() or not self._engine.busy:
            command = self._commands.get()
            if command is None:
                return False
            if isinstance(command, Cancel):
                self._engine.cancel(command.number)
                self._deliver([])
                continue
            try:
                self._engine.submit(command.number, command.request)
            except TaoError as refusal:
                self._deliver([(command.number, refusal)])
        return True

    def _deliver(self, results: list[tuple[int, Piece]]) -> None:
        self._loop.call_soon_threadsafe(self._receive, results, self._engine.counters())

    def _receive(self, results: list[tuple[int, Piece]], counters: EngineCounters) -> None:
        self.counters = counters
        for number, piece in results:
            stream = self._streams.get(number)
            if stream is not None:
                stream.put_nowait(piece)

    def _break(self) -> None:
        self._broken = True
        for stream in self._streams.values():
            stream.put_nowait(_engine_broke())
        self._on_failure()


def _engine_broke() -> WorkerDied:
    return WorkerDied(
        "The worker's engine broke while computing.",
        why="Its log has the traceback.",
        fix="Send the request again; the worker restarts by itself.",
    )
