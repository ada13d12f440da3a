"""Talking to a worker over its Unix socket. Every request has a deadline; no torch here."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TypeVar

from taocli.domain.errors import DeadlineExceeded, InvalidRequest, WorkerDied
from taocli.domain.inference import GenerationChunk, GenerationRequest
from taocli.domain.status import WorkerStatus
from taocli.worker import http1
from taocli.worker.wire import (
    CHAT_PATH,
    DONE,
    decode_chunk,
    decode_error,
    decode_status,
    encode_request,
)

Result = TypeVar("Result")
CONNECT_S = 2.0
SILENCE_S = 120.0
"""How long a request without a deadline waits for its next piece."""
GRACE_S = 2.0
"""Time beyond a request's own deadline for the worker to say that it passed."""


class WorkerClient:
    """One worker, as the ``Engine`` port. A connection is made for each request."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationChunk, None]:
        """Stream an answer; closing the iterator closes the connection, which cancels the work.

        Raises ``WorkerDied`` when the connection ends before the answer does, ``WorkerBusy`` and
        ``InvalidRequest`` as the worker says, ``DeadlineExceeded`` when it says nothing in time.
        """
        budget = None if request.deadline_s is None else request.deadline_s + GRACE_S
        loop = asyncio.get_running_loop()
        limit = None if budget is None else loop.time() + budget
        async with AsyncExitStack() as stack:
            reader, head = await self._open(
                stack, "POST", CHAT_PATH, encode_request(request), budget or SILENCE_S
            )
            if head.words[1] != "200":
                raise decode_error(await _within(CONNECT_S, http1.read_body(reader, head.headers)))
            while True:
                wait = SILENCE_S if limit is None else limit - loop.time()
                event = await _within(wait, _next_event(reader))
                if event == DONE:
                    return
                chunk = decode_chunk(event)
                yield chunk
                if chunk.finish is not None:
                    return

    async def status(self, timeout_s: float = 2.0) -> WorkerStatus:
        """The worker's own report."""
        async with AsyncExitStack() as stack:
            reader, head = await self._open(stack, "GET", "/health", b"", timeout_s)
            return decode_status(await _within(timeout_s, http1.read_body(reader, head.headers)))

    async def _open(
        self, stack: AsyncExitStack, method: str, path: str, body: bytes, timeout_s: float
    ) -> tuple[asyncio.StreamReader, http1.Head]:
        reader, writer = await stack.enter_async_context(_connection(self._socket))
        try:
            writer.write(http1.request(method, path, body))
            await _within(timeout_s, writer.drain())
            head = await _within(timeout_s, http1.read_head(reader))
        except (OSError, InvalidRequest) as problem:
            raise _died(problem) from problem
        if head is None:
            raise _died(EOFError("the connection was closed"))
        return reader, head


@asynccontextmanager
async def _connection(
    socket: Path,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    try:
        opened = asyncio.open_unix_connection(str(socket), limit=http1.MAX_BODY_BYTES)
        reader, writer = await _within(CONNECT_S, opened)
    except OSError as problem:
        raise _died(problem) from problem
    try:
        yield reader, writer
    finally:
        writer.close()


async def _next_event(reader: asyncio.StreamReader) -> bytes:
    """The data of the next event."""
    try:
        raw = await reader.readuntil(b"\n\n")
    except (asyncio.IncompleteReadError, OSError) as problem:
        raise _died(problem) from problem
    except asyncio.LimitOverrunError:
        raise InvalidRequest(
            "The worker sent an event without end.",
            why="An event holds one piece of text and is small.",
            fix="Restart the miner; the worker is not the one it started.",
        ) from None
    return raw.strip().removeprefix(b"data: ")


async def _within(seconds: float, work: Awaitable[Result]) -> Result:
    try:
        async with asyncio.timeout(max(0.0, seconds)):
            return await work
    except TimeoutError:
        raise DeadlineExceeded(
            "The worker did not answer in time.",
            why=f"It was given {max(0.0, seconds):.1f} s.",
            fix="Allow more time, ask for fewer tokens, or send fewer requests at once.",
        ) from None


def _died(problem: BaseException) -> WorkerDied:
    return WorkerDied(
        "The worker process ended while it was needed.",
        why=f"Its socket says: {str(problem) or type(problem).__name__}.",
        fix="Send the request again; the worker restarts by itself within seconds.",
    )
