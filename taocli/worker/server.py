"""The worker's side of the socket: chat completions, health and metrics over HTTP/1.1.

A caller who hangs up cancels his request. SIGTERM begins the drain: new requests are refused, running
answers are finished, then ``serve`` returns.
"""

import asyncio
import contextlib
import dataclasses
import logging
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

from taocli.domain.errors import InvalidRequest, TaoError, WorkerBusy, WorkerDied
from taocli.domain.inference import GenerationChunk
from taocli.domain.status import WorkerState, WorkerStatus
from taocli.worker import http1
from taocli.worker.engine.loop import EngineLoop
from taocli.worker.engine.text import TextEngine
from taocli.worker.wire import (
    CHAT_PATH,
    DONE,
    decode_request,
    encode_answer,
    encode_chunk,
    encode_error,
    encode_status,
)

log = logging.getLogger(__name__)
HEAD_S = 30.0
"""How long a connection may take to send its request."""
WRITE_S = 30.0
"""How long a reader may let a piece wait."""
JSON = "application/json"


class WorkerServer:
    """Serves one engine on one Unix socket."""

    def __init__(self, engine: TextEngine, model: str, device: str) -> None:
        self._model = model
        self._device = device
        self._started_at = time.monotonic()
        self._ended = asyncio.Event()
        self._draining = False
        self._broke = False
        self._connections: set[asyncio.Task[None]] = set()
        self._engine = EngineLoop(engine, self._on_failure)

    @property
    def status(self) -> WorkerStatus:
        """What ``/health`` says."""
        counters = self._engine.counters
        return WorkerStatus(
            state=WorkerState.DRAINING if self._draining else WorkerState.READY,
            device=self._device,
            model=self._model,
            pid=os.getpid(),
            uptime_s=time.monotonic() - self._started_at,
            running=counters.running,
            waiting=counters.waiting,
            steps=counters.steps,
            prompt_tokens=counters.prompt_tokens,
            generated_tokens=counters.generated_tokens,
            kv_blocks_used=counters.blocks_used,
            kv_blocks_total=counters.blocks_total,
        )

    async def listen(self, socket: Path) -> asyncio.Server:
        """Bind the socket, private to this user, and start the engine."""
        await asyncio.to_thread(socket.unlink, missing_ok=True)
        before = os.umask(0o177)
        try:
            server = await asyncio.start_unix_server(
                self._accept, path=str(socket), limit=http1.MAX_HEAD_BYTES
            )
        finally:
            os.umask(before)
        self._engine.start()
        return server

    def drain(self) -> None:
        """Refuse new requests; ``wait`` returns when the running ones are answered."""
        self._draining = True
        self._leave_if_idle()

    async def wait(self) -> bool:
        """Wait for the end; False when the engine broke."""
        await self._ended.wait()
        if self._connections:
            await asyncio.wait(self._connections, timeout=WRITE_S)
        self._engine.stop()
        return not self._broke

    def _on_failure(self) -> None:
        self._broke = True
        self._ended.set()

    def _leave_if_idle(self) -> None:
        if self._draining and self._engine.open_requests == 0:
            self._ended.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            raise WorkerDied("A connection came without a task.")
        task.set_name("worker-connection")
        self._connections.add(task)
        try:
            while await self._exchange(reader, writer):
                await _flush(writer)
            await _flush(writer)
        except (OSError, TimeoutError) as gone:
            log.debug("a caller went away: %s", gone)
        finally:
            self._connections.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; True when the connection may carry another."""
        try:
            async with asyncio.timeout(HEAD_S):
                head = await http1.read_head(reader)
            if head is None:
                return False
            async with asyncio.timeout(HEAD_S):
                body = await http1.read_body(reader, head.headers)
        except InvalidRequest as problem:
            writer.write(http1.response(400, JSON, encode_error(problem)))
            return False
        method, path, _ = head.words
        if (method, path) == ("POST", CHAT_PATH):
            await self._chat(reader, writer, body)
            return False
        writer.write(self._page(method, path))
        return head.headers.get("connection", "").lower() != "close"

    def _page(self, method: str, path: str) -> bytes:
        if path not in ("/health", "/metrics", CHAT_PATH):
            problem = InvalidRequest(
                f"There is nothing at {path[:100]!r}.",
                why=f"The worker serves {CHAT_PATH}, /health and /metrics.",
                fix="Correct the path.",
            )
            return http1.response(404, JSON, encode_error(problem))
        if method != "GET" or path == CHAT_PATH:
            problem = InvalidRequest(
                f"{path} does not take {method[:20]!r}.",
                why="Health and metrics are read with GET, completions are asked for with POST.",
                fix="Use the other method.",
            )
            return http1.response(405, JSON, encode_error(problem))
        if path == "/health":
            return http1.response(200, JSON, encode_status(self.status))
        return http1.response(200, "text/plain; version=0.0.4", metrics_text(self.status))

    async def _chat(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes
    ) -> None:
        """Run one completion beside a watch on the caller, whoever ends first."""
        answer = asyncio.create_task(self._answer(writer, body), name="worker-answer")
        hung_up = asyncio.create_task(reader.read(1), name="worker-hang-up")
        try:
            await asyncio.wait({answer, hung_up}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (answer, hung_up):
                if not task.done():
                    task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(answer, hung_up, return_exceptions=True)
            self._leave_if_idle()
        if not answer.cancelled() and answer.exception() is not None:
            log.debug("an answer ended early: %s", answer.exception())

    async def _answer(self, writer: asyncio.StreamWriter, body: bytes) -> None:
        begun = False
        try:
            if self._draining:
                raise WorkerBusy(
                    "The worker is shutting down.",
                    why="It finishes running answers and takes no new ones.",
                    fix="Ask another worker, or wait for the restart.",
                )
            request, stream = decode_request(body)
            pieces = self._engine.generate(request)
            async with contextlib.aclosing(pieces):
                if not stream:
                    await self._whole(writer, pieces)
                    return
                async for piece in pieces:
                    if not begun:
                        writer.write(http1.stream_head())
                        begun = True
                    writer.write(encode_chunk(piece))
                    await _flush(writer)
            writer.write(b"data: " + DONE + b"\n\n")
        except TaoError as problem:
            if not begun:
                status = 400 if isinstance(problem, InvalidRequest) else 503
                writer.write(http1.response(status, JSON, encode_error(problem)))

    async def _whole(
        self, writer: asyncio.StreamWriter, pieces: AsyncIterator[GenerationChunk]
    ) -> None:
        text, last = "", None
        async for piece in pieces:
            text += piece.text
            last = piece
        if last is not None:
            writer.write(http1.response(200, JSON, encode_answer(self._model, text, last)))


async def _flush(writer: asyncio.StreamWriter) -> None:
    async with asyncio.timeout(WRITE_S):
        await writer.drain()


def metrics_text(status: WorkerStatus) -> bytes:
    """Prometheus text of every number in the report."""
    lines = []
    for name, value in dataclasses.asdict(status).items():
        if isinstance(value, int | float) and name != "pid":
            lines.append(f"taocli_worker_{name} {value}")
    return ("\n".join(lines) + "\n").encode()
