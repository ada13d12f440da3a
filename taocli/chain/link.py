"""One WebSocket to one node: many requests at a time, each with its own deadline.

JSON-RPC answers come back in any order and carry the number of the request; pushes of a subscription
carry its id. A reader task, owned by the link, sorts both. What the node sends is bounded: frames by
size (a larger one costs the connection), a subscription's backlog by count (the oldest is dropped).
"""

import asyncio
import contextlib
import itertools
import json
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from taocli.domain.errors import CannotConnect, ConnectionLost, DeadlineExceeded, RpcFailed
from taocli.domain.text import clean

Json = Any
"""A decoded JSON document, not yet checked."""

MAX_FRAME_BYTES = 32 * 1024 * 1024
MAX_BACKLOG = 1024
MAX_EARLY = 64
"""Pushes that may arrive before the answer that names their subscription."""


class Subscription:
    """What a node pushes for one subscription; ends with ``ConnectionLost``."""

    def __init__(self) -> None:
        self._items: asyncio.Queue[Json] = asyncio.Queue(MAX_BACKLOG)

    def push(self, item: "Json | ConnectionLost") -> None:
        """Take an item, or the reason why no more will come; a slow reader loses the oldest."""
        if self._items.full():
            self._items.get_nowait()
        self._items.put_nowait(item)

    async def newest(self) -> Json:
        """The last item that has arrived, waiting for one if need be; older ones are skipped."""
        item = await self.next()
        while not self._items.empty():
            item = await self.next()
        return item

    async def next(self, timeout_s: float | None = None) -> Json:
        """The next item; ``DeadlineExceeded`` after ``timeout_s`` seconds."""
        try:
            async with asyncio.timeout(timeout_s):
                item = await self._items.get()
        except TimeoutError:
            raise _late("a subscription", timeout_s or 0.0) from None
        if isinstance(item, ConnectionLost):
            self._items.put_nowait(item)
            raise ConnectionLost(item.what, item.why, item.fix)
        return item


class Link:
    """An open connection; ``open`` makes one, ``close`` ends it and fails what is under way."""

    def __init__(self, endpoint: str, socket: ClientConnection) -> None:
        self.endpoint = endpoint
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Json]] = {}
        self._subscriptions: dict[str, Subscription] = {}
        self._early: deque[tuple[str, Json]] = deque(maxlen=MAX_EARLY)
        self._lost: ConnectionLost | None = None
        self._reader = asyncio.create_task(self._read(), name=f"chain-link {endpoint}")

    @classmethod
    async def open(cls, endpoint: str, timeout_s: float) -> "Link":
        """Connect within ``timeout_s`` seconds or raise ``CannotConnect``."""
        try:
            async with asyncio.timeout(timeout_s):
                socket = await connect(
                    endpoint,
                    max_size=MAX_FRAME_BYTES,
                    max_queue=64,
                    open_timeout=None,
                    ping_interval=20,
                    ping_timeout=20,
                    close_timeout=1,
                    compression=None,
                    proxy=None,
                )
        except (OSError, TimeoutError, InvalidHandshake, InvalidURI, EOFError) as error:
            reason = "no answer in time" if isinstance(error, TimeoutError) else str(error)
            raise CannotConnect(
                f"Cannot connect to {endpoint}.",
                why=clean(reason or type(error).__name__),
                fix="Check the network connection, or name another endpoint with --network.",
            ) from None
        return cls(endpoint, socket)

    @property
    def is_open(self) -> bool:
        """Whether requests can still be sent."""
        return self._lost is None

    async def request(self, method: str, params: Sequence[Json], timeout_s: float) -> Json:
        """One answer; ``RpcFailed`` when the node says no, ``DeadlineExceeded`` when it says nothing."""
        number = next(self._numbers)
        future = self._expect(number)
        try:
            async with asyncio.timeout(timeout_s):
                await self._send(_document(number, method, params))
                return await future
        except TimeoutError:
            raise _late(method, timeout_s) from None
        finally:
            self._waiting.pop(number, None)
            future.cancel()

    async def batch(
        self, calls: Sequence[tuple[str, Sequence[Json]]], timeout_s: float
    ) -> list[Json]:
        """Several requests in one frame; answers in the order of ``calls``; the first failure raises."""
        numbers = [next(self._numbers) for _ in calls]
        futures = [self._expect(number) for number in numbers]
        documents = [_document(number, *call) for number, call in zip(numbers, calls, strict=True)]
        try:
            async with asyncio.timeout(timeout_s):
                await self._send(documents)
                return [await future for future in futures]
        except TimeoutError:
            raise _late(f"a batch of {len(calls)} requests", timeout_s) from None
        finally:
            for number, future in zip(numbers, futures, strict=True):
                self._waiting.pop(number, None)
                future.cancel()

    @contextlib.asynccontextmanager
    async def subscribe(
        self, method: str, params: Sequence[Json], cancel_method: str, timeout_s: float
    ) -> AsyncIterator[Subscription]:
        """A running subscription, cancelled on the way out."""
        subscription = Subscription()
        answer = await self.request(method, params, timeout_s)
        if not isinstance(answer, str | int):
            raise RpcFailed(f"{method} answered without a subscription id.")
        name = str(answer)
        self._subscriptions[name] = subscription
        for early in [item for item in self._early if item[0] == name]:
            self._early.remove(early)
            subscription.push(early[1])
        try:
            yield subscription
        finally:
            self._subscriptions.pop(name, None)
            if self.is_open:
                with contextlib.suppress(
                    RpcFailed, ConnectionLost, DeadlineExceeded, asyncio.CancelledError
                ):
                    await self.request(cancel_method, [answer], min(timeout_s, 2.0))

    async def close(self) -> None:
        """Close the socket and wait for the reader to end."""
        await self._socket.close()
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)
        self._fail("the connection was closed here")

    def _expect(self, number: int) -> asyncio.Future[Json]:
        if self._lost is not None:
            raise ConnectionLost(self._lost.what, self._lost.why, self._lost.fix)
        future: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        future.add_done_callback(_look_at)
        self._waiting[number] = future
        return future

    async def _send(self, document: Json) -> None:
        try:
            await self._socket.send(json.dumps(document, separators=(",", ":")))
        except ConnectionClosed as closed:
            self._fail(str(closed))
            raise ConnectionLost(*_lost_words(self.endpoint, str(closed))) from None

    async def _read(self) -> None:
        try:
            async for frame in self._socket:
                for document in _documents(frame):
                    self._sort(document)
            self._fail("the node closed it")
        except ConnectionClosed as closed:
            self._fail(str(closed))
        except (ValueError, RecursionError) as nonsense:
            self._fail(f"the node sent something that is not JSON-RPC: {nonsense}")
            await self._socket.close()

    def _sort(self, document: Mapping[str, Json]) -> None:
        number = document.get("id")
        future = self._waiting.get(number) if isinstance(number, int) else None
        if future is not None:
            if not future.done():
                _settle(future, document)
            return
        params = document.get("params")
        if not isinstance(params, dict) or "subscription" not in params:
            return  # an answer that came after its deadline
        name, item = str(params["subscription"]), params.get("result")
        subscription = self._subscriptions.get(name)
        if subscription is None:
            self._early.append((name, item))
        else:
            subscription.push(item)

    def _fail(self, reason: str) -> None:
        if self._lost is None:
            self._lost = ConnectionLost(*_lost_words(self.endpoint, reason))
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(
                    ConnectionLost(self._lost.what, self._lost.why, self._lost.fix)
                )
        for subscription in self._subscriptions.values():
            subscription.push(self._lost)


def _document(number: int, method: str, params: Sequence[Json]) -> dict[str, Json]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}


def _documents(frame: str | bytes) -> list[dict[str, Json]]:
    content = json.loads(frame)
    documents = content if isinstance(content, list) else [content]
    if not all(isinstance(document, dict) for document in documents):
        raise ValueError("a frame without objects")
    return documents


def _settle(future: asyncio.Future[Json], document: Mapping[str, Json]) -> None:
    error = document.get("error")
    if error is None:
        future.set_result(document.get("result"))
        return
    detail = error if isinstance(error, dict) else {"message": error}
    message, number = clean(str(detail.get("message", ""))), detail.get("code")
    data = clean(str(detail.get("data") or ""))
    future.set_exception(
        RpcFailed(
            f"The node refused a request: {message or 'without a reason'}.",
            why=data or f"JSON-RPC error {number}.",
            fix="Check that the endpoint serves a current Bittensor runtime and the block you ask for.",
            number=number if isinstance(number, int) else None,
            data=data,
        )
    )


def _look_at(future: asyncio.Future[Json]) -> None:
    if not future.cancelled():
        future.exception()  # seen, so that asyncio does not report it when nobody awaits it any more


def _lost_words(endpoint: str, reason: str) -> tuple[str, str, str]:
    return (
        f"The connection to {endpoint} broke.",
        f"{clean(reason)[:200]}.",
        "Try again; taocli reconnects by itself.",
    )


def _late(what: str, timeout_s: float) -> DeadlineExceeded:
    return DeadlineExceeded(
        f"No answer to {what} within {timeout_s:g} s.",
        why="The node is slow, overloaded or out of reach.",
        fix="Try again, or name another endpoint with --network.",
    )
