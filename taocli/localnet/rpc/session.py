"""One client's conversation: requests and batches in, answers out, subscriptions kept in between.

A batch is answered one request at a time, and everybody else gets a turn in between; so does the block
clock. What one request costs is bounded by its method, what an answer weighs is bounded here. A
notification (no id) is ignored, as jsonrpsee does.
"""

import asyncio
import inspect
import logging

from taocli.localnet.pool import PoolRefused
from taocli.localnet.rpc import limits
from taocli.localnet.rpc.protocol import (
    ANSWER_TOO_BIG,
    BATCH_ANSWER_TOO_BIG,
    BATCH_TOO_BIG,
    INTERNAL_ERROR,
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    TOO_MANY_SUBSCRIPTIONS,
    JsonValue,
    Method,
    MethodTable,
    RpcRefused,
    dump,
    error_document,
    identifier_of,
    is_identifier,
    parse,
    positional,
    result_document,
)
from taocli.localnet.rpc.sink import Outbox, Sink

_log = logging.getLogger(__name__)
_MAX_REASON = 500


class Session:
    """One client's view of the method table, with its open subscriptions.

    Without an ``outbox`` (HTTP) subscriptions are refused.
    """

    def __init__(
        self, table: MethodTable, count: limits.SubscriptionCount, outbox: Outbox | None = None
    ) -> None:
        self._table = table
        self._count = count
        self._outbox = outbox
        self._sinks: dict[str, Sink] = {}
        self._opening: list[Sink] = []

    async def answer(self, text: bytes) -> str | None:
        """Answer one message: a request or a batch; None when nothing is to be sent."""
        try:
            request = parse(text)
        except RpcRefused as refusal:
            return dump(error_document(None, refusal))
        if not isinstance(request, list):
            return await self._one(request)
        try:
            return await self._batch(request)
        except RpcRefused as refusal:
            return dump(error_document(None, refusal))

    def after_answer(self) -> None:
        """Call when the answer is on its way: new subscriptions may speak now."""
        opening, self._opening = self._opening, []
        for sink in opening:
            sink.open()

    def close(self) -> None:
        """End every subscription of this client."""
        for sink in tuple(self._sinks.values()):
            self._forget(sink)
            sink.close()

    async def _batch(self, requests: list[JsonValue]) -> str | None:
        if not requests:
            raise RpcRefused(INVALID_REQUEST, "Invalid request")
        if len(requests) > limits.MAX_BATCH:
            why = "The batch request was too large"
            raise RpcRefused.beyond(BATCH_TOO_BIG, why, limits.MAX_BATCH)
        answers: list[str] = []
        size = 0
        for request in requests:
            answer = await self._one(request)
            if answer is not None:
                answers.append(answer)
                size += len(answer)
            if size > limits.MAX_ANSWER:
                why = "The batch response was too large"
                raise RpcRefused.beyond(BATCH_ANSWER_TOO_BIG, why, limits.MAX_ANSWER)
            await asyncio.sleep(0)
        return f"[{','.join(answers)}]" if answers else None

    async def _one(self, request: JsonValue) -> str | None:
        identifier = identifier_of(request)
        if not _is_request(request):
            return dump(error_document(identifier, RpcRefused(INVALID_REQUEST, "Invalid request")))
        if "id" not in request:
            return None
        try:
            result = await self._call(request["method"], positional(request.get("params")))
            answer = _sized(dump(result_document(identifier, result)))
        except (RpcRefused, PoolRefused) as refusal:
            answer = dump(error_document(identifier, refusal))
        except Exception as error:  # noqa: BLE001 - a bug in one method must not end the node
            _log.exception("The RPC method %.100r failed.", request["method"])
            why = f"{type(error).__name__}: {error}"[:_MAX_REASON]
            refused = RpcRefused(INTERNAL_ERROR, "Internal error", why)
            answer = dump(error_document(identifier, refused))
        return answer

    async def _call(self, name: str, params: list[JsonValue]) -> JsonValue:
        ended = self._table.ends.get(name)
        if ended is not None:
            return self._unsubscribe(ended, params)
        entry = self._table.methods.get(name)
        if entry is None:
            raise RpcRefused(METHOD_NOT_FOUND, "Method not found")
        given = params[: entry.most]
        while len(given) > entry.least and given[-1] is None:
            given.pop()
        if len(given) < entry.least:
            raise RpcRefused(INVALID_PARAMS, "Invalid params", "No more params")
        if entry.notify is not None:
            return self._subscribe(entry, entry.notify, given)
        result = entry.call(*given)
        return await result if inspect.isawaitable(result) else result

    def _subscribe(self, entry: Method, notify: str, params: list[JsonValue]) -> str:
        if self._outbox is None:
            raise RpcRefused(METHOD_NOT_FOUND, "Method not found", "Subscribe over a WebSocket")
        if not self._count.allows(len(self._sinks)):
            why = "Too many subscriptions on the connection"
            raise RpcRefused.beyond(TOO_MANY_SUBSCRIPTIONS, why, limits.MAX_SUBSCRIPTIONS)
        sink = Sink(notify, self._outbox, self._forget)
        entry.call(sink, *params)
        if not sink.is_over:
            self._sinks[sink.identifier] = sink
            self._count.total += 1
        self._opening.append(sink)
        return sink.identifier

    def _unsubscribe(self, notify: str, params: list[JsonValue]) -> bool:
        found = params[0] if params else None
        sink = self._sinks.get(found) if isinstance(found, str) else None
        if sink is None or sink.name != notify:
            return False
        self._forget(sink)
        if sink in self._opening:  # opened and ended in one batch
            self._opening.remove(sink)
        sink.close()
        return True

    def _forget(self, sink: Sink) -> None:
        if self._sinks.pop(sink.identifier, None) is not None:
            self._count.total -= 1


def _sized(answer: str) -> str:
    if len(answer) > limits.MAX_ANSWER:
        raise RpcRefused.beyond(ANSWER_TOO_BIG, "Response is too big", limits.MAX_ANSWER)
    return answer


def _is_request(request: JsonValue) -> bool:
    return (
        isinstance(request, dict)
        and request.get("jsonrpc") == "2.0"
        and isinstance(request.get("method"), str)
        and is_identifier(request.get("id"))
    )
