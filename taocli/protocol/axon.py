"""The axon: an ASGI application that answers signed synapses.

Checks run from cheap to dear, so that a stranger costs almost nothing: size, route, shape of the
headers, whether the claimed caller is welcome, age of the nonce, signature, and only then is the
body read, parsed and compared with the signed hash. A route's handler runs last, and is cancelled
when its caller hangs up. ``/Synapse`` is the built-in ping of the wire: verified, then echoed.

Status codes are those of the SDK's axon (bittensor 10.5.0 ``core/axon.py``), with its mistakes
left out: a broken header or body is 400 and a body that does not match its signed hash 401, where
the SDK says 500; every refusal has the ``message`` key that dendrites read.
"""

import asyncio
import json
import logging
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from taocli.domain.address import Address
from taocli.domain.errors import (
    DeadlineExceeded,
    InvalidRequest,
    TaoError,
    Unauthenticated,
    WorkerBusy,
    WorkerError,
)
from taocli.protocol.signature import Refusal, Verifier, refuse
from taocli.protocol.synapse import (
    JsonObject,
    RequestHead,
    answer_body,
    answer_headers,
    body_hash,
    parse_body,
    parse_head,
    payload_of,
    verdict_headers,
)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAX_BODY_BYTES = 4 * 1024 * 1024
MAX_HEADER_BYTES = 64 * 1024
BODY_DEADLINE_S = 20.0
PING = "Synapse"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Inbound:
    """A believed request: who asks, for which route, the subnet's fields and the time left."""

    route: str
    caller: Address
    fields: JsonObject
    timeout_s: float
    received_at: float


@dataclass(frozen=True, slots=True)
class Answer:
    """Output fields to write into the echoed synapse."""

    fields: JsonObject


@dataclass(frozen=True, slots=True)
class StreamAnswer:
    """Raw bytes to send as they come, under ``text/event-stream``."""

    chunks: AsyncIterator[bytes]


Reply = Answer | StreamAnswer
Handler = Callable[[Inbound], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Route:
    """One synapse class: its name is the path; ``hash_fields`` are covered by the signature."""

    name: str
    hash_fields: tuple[str, ...]
    handler: Handler


class Gate(Protocol):
    """Who may ask. Consulted with a claimed, unverified hotkey, so it must not touch a network."""

    def refusal(self, caller: Address, route: str) -> str | None:
        """Why this caller may not use this route, or None when it is welcome."""


class Observer(Protocol):
    """Counts what the axon does."""

    def answered(self, caller: Address, seconds: float) -> None:
        """A request of the subnet was answered in full."""

    def refused(self, status: int) -> None:
        """A request was turned away before or instead of being worked on."""

    def failed(self) -> None:
        """Work on a believed request broke."""


class _Gone(Exception):
    """The caller hung up."""


@dataclass(slots=True)
class _Exchange:
    """One request under way: its channel, its head once known and when it began."""

    receive: Receive
    send: Send
    began: float = field(default_factory=time.perf_counter)
    head: RequestHead | None = None
    started: bool = False

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began


class Axon:
    """Serves routes for one hotkey; ``clock_ns`` is Unix time in nanoseconds."""

    def __init__(
        self,
        verifier: Verifier,
        routes: Sequence[Route],
        gate: Gate,
        observer: Observer,
        *,
        clock_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._verifier = verifier
        self._gate = gate
        self._observer = observer
        self._clock_ns = clock_ns
        self._routes = {route.name: route for route in (Route(PING, (), _echo), *routes)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; ASGI 3."""
        if scope["type"] != "http":
            return
        exchange = _Exchange(receive, send)
        try:
            route, head, caller = self._believe(scope, exchange)
            body = await _read_body(scope, receive)
            fields = _signed_body(body, route, head)
            await self._work(exchange, route, head, caller, fields)
        except _Gone:
            return
        except _Refused as refusal:
            self._observer.refused(refusal.status)
            await _send_error(exchange, refusal.status, refusal.message)
        except TaoError as error:
            await self._report(exchange, error)
        except Exception:  # noqa: BLE001 - a bug in a plug-in must not cost the caller its answer
            reference = uuid.uuid4()
            self._observer.failed()
            _log.exception("request failed, reference %s", reference)
            await _send_error(exchange, 500, f"Internal Server Error #{reference}")

    def _believe(self, scope: Scope, exchange: _Exchange) -> tuple[Route, RequestHead, Address]:
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        if sum(len(name) + len(value) for name, value in headers) > MAX_HEADER_BYTES:
            raise _Refused(431, "Request Header Fields Too Large")
        _check_length(headers)
        name = scope["path"][1:]
        route = self._routes.get(name)
        if route is None:
            raise _Refused(404, f"Synapse name '{_printable(name)}' not found.")
        if scope["method"] not in {"GET", "POST"}:
            raise _Refused(405, "Method Not Allowed")
        head = parse_head(name, headers)
        exchange.head = head
        caller = self._verifier.check_shape(head)
        reason = self._gate.refusal(caller, name)
        if reason is not None:
            raise _Refused(403, f"Forbidden. Key is blacklisted: {reason}.")
        self._verifier.check(head, caller, self._clock_ns())
        return route, head, caller

    async def _work(
        self,
        exchange: _Exchange,
        route: Route,
        head: RequestHead,
        caller: Address,
        body: JsonObject,
    ) -> None:
        inbound = Inbound(
            route=route.name,
            caller=caller,
            fields=payload_of(body),
            timeout_s=head.timeout_s,
            received_at=time.monotonic(),
        )
        hangup = asyncio.create_task(_hung_up(exchange.receive), name="axon-hangup")
        work = asyncio.create_task(
            self._answer(exchange, route, head, body, inbound), name=f"axon-{route.name}"
        )
        try:
            async with asyncio.timeout(head.timeout_s):
                await asyncio.wait({hangup, work}, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            raise _late(head.timeout_s) from None
        finally:
            hangup.cancel()
            if not work.done():
                work.cancel()
                await asyncio.wait({work})
        if work.cancelled():
            raise _Gone
        work.result()
        if route.name != PING:
            self._observer.answered(caller, exchange.seconds)

    async def _answer(
        self,
        exchange: _Exchange,
        route: Route,
        head: RequestHead,
        body: JsonObject,
        inbound: Inbound,
    ) -> None:
        reply = await route.handler(inbound)
        if isinstance(reply, StreamAnswer):
            await _send_stream(exchange, head, reply.chunks)
            return
        seconds = exchange.seconds
        raw = answer_body(body, reply.fields, status=200, message="Success", process_time_s=seconds)
        headers = answer_headers(
            head, status=200, message="Success", process_time_s=seconds, size=len(raw)
        )
        headers += [(b"content-type", b"application/json"), _content_length(raw)]
        await _send_whole(exchange, 200, headers, raw)

    async def _report(self, exchange: _Exchange, error: TaoError) -> None:
        status = _status_of(error)
        if status in {500, 503}:
            self._observer.failed()
            _log.warning("%s: %s %s", error.code, error.what, error.why)
        else:
            self._observer.refused(status)
        message = f"{error.what}" if status != 500 else f"Internal Server Error #{uuid.uuid4()}"
        await _send_error(exchange, status, message)


class _Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


async def _echo(inbound: Inbound) -> Reply:  # noqa: ARG001 - a ping says nothing but "here"
    return Answer({})


def _status_of(error: TaoError) -> int:
    for kind, status in (
        (Unauthenticated, 401),
        (InvalidRequest, 400),
        (WorkerBusy, 429),
        (DeadlineExceeded, 408),
        (WorkerError, 503),
    ):
        if isinstance(error, kind):
            return status
    return 500


def _late(timeout_s: float) -> DeadlineExceeded:
    return DeadlineExceeded(
        f"Response timeout after: {timeout_s}s", why="The caller stopped waiting."
    )


def _check_length(headers: Sequence[tuple[bytes, bytes]]) -> None:
    declared = next((value for name, value in headers if name == b"content-length"), b"0")
    if not declared.isdigit() or int(declared[:12]) > MAX_BODY_BYTES or len(declared) > 12:
        raise _Refused(413, f"Content Too Large: at most {MAX_BODY_BYTES} bytes.")


async def _read_body(scope: Scope, receive: Receive) -> bytes:  # noqa: ARG001 - kept beside receive
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_DEADLINE_S):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise _Gone
                chunk: bytes = message.get("body", b"")
                size += len(chunk)
                if size > MAX_BODY_BYTES:
                    raise _Refused(413, f"Content Too Large: at most {MAX_BODY_BYTES} bytes.")
                chunks.append(chunk)
                if not message.get("more_body", False):
                    return b"".join(chunks)
    except TimeoutError:
        raise _Refused(408, f"The body did not arrive within {BODY_DEADLINE_S:.0f} s.") from None


def _signed_body(raw: bytes, route: Route, head: RequestHead) -> JsonObject:
    body = parse_body(raw)
    try:
        computed = body_hash(body, route.hash_fields)
    except RecursionError:
        raise refuse(Refusal.BODY_CHANGED, ": it is nested too deeply") from None
    if computed != head.body_hash:
        raise refuse(Refusal.BODY_CHANGED)
    return body


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_stream(
    exchange: _Exchange, head: RequestHead, chunks: AsyncIterator[bytes]
) -> None:
    """Send chunks as they come; headers wait for the first one, so an early failure has a status.

    A failure after that can only cut the answer short: the connection closes without the last
    chunk, and the caller sees a broken transfer instead of a complete one.
    """
    try:
        async for chunk in chunks:
            if not exchange.started:
                await _start_stream(exchange, head)
            await exchange.send({"type": "http.response.body", "body": chunk, "more_body": True})
    finally:
        close = getattr(chunks, "aclose", None)
        if close is not None:
            await close()
    if not exchange.started:
        await _start_stream(exchange, head)
    await exchange.send({"type": "http.response.body", "body": b"", "more_body": False})


async def _start_stream(exchange: _Exchange, head: RequestHead) -> None:
    headers = answer_headers(
        head, status=200, message="Success", process_time_s=exchange.seconds, size=0
    )
    headers.append((b"content-type", b"text/event-stream"))
    exchange.started = True
    await exchange.send({"type": "http.response.start", "status": 200, "headers": headers})


async def _send_whole(
    exchange: _Exchange, status: int, headers: list[tuple[bytes, bytes]], raw: bytes
) -> None:
    exchange.started = True
    await exchange.send({"type": "http.response.start", "status": status, "headers": headers})
    await exchange.send({"type": "http.response.body", "body": raw, "more_body": False})


async def _send_error(exchange: _Exchange, status: int, message: str) -> None:
    if exchange.started:
        return
    raw = json.dumps({"message": message}).encode()
    headers = verdict_headers(status, message, exchange.seconds)
    if exchange.head is not None:
        headers.append((b"name", exchange.head.name.encode()))
    headers += [(b"content-type", b"application/json"), _content_length(raw)]
    if status in {408, 413, 431}:
        headers.append((b"connection", b"close"))
    await _send_whole(exchange, status, headers, raw)


def _content_length(raw: bytes) -> tuple[bytes, bytes]:
    return (b"content-length", str(len(raw)).encode())


def _printable(text: str) -> str:
    return "".join(letter for letter in text[:64] if letter.isascii() and letter.isprintable())
