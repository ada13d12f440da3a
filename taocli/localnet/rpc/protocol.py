"""JSON-RPC 2.0 as a Substrate node speaks it: errors, the method table, single and batch requests.

Methods are declared with ``@method("name", "alias")`` on a group of them and take positional
parameters; subscriptions with ``@subscription``, whose ``Sink`` pushes notifications after the answer.
A request is answered with a document or, when it is a notification, with nothing.
"""

import inspect
import json
import logging
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from taocli.localnet.pool import PoolRefused
from taocli.localnet.store import StateDiscarded, UnknownBlock

_log = logging.getLogger(__name__)

JsonValue = Any
"""Anything ``json`` reads or writes; parameters are checked by each method."""

MAX_BATCH = 1_000
MAX_SUBSCRIPTIONS = 1_024
"""Per connection, the limit of the real node."""

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
TOO_MANY_SUBSCRIPTIONS = -32006
CLIENT_ERROR = 4003
"""What the node answers when state is unknown or discarded."""


class RpcRefused(Exception):
    """An error answer."""

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


class Outbox(Protocol):
    """Where notifications go; both methods return at once."""

    def push(self, document: JsonValue) -> None:
        """Send a document to the client."""


class Sink:
    """One subscription of one client; silent until its id has been answered."""

    __slots__ = ("_backlog", "_name", "_outbox", "identifier", "on_close")

    def __init__(self, name: str, outbox: Outbox) -> None:
        self.identifier = secrets.token_urlsafe(12)
        self.on_close: Callable[[], None] | None = None
        self._name = name
        self._outbox = outbox
        self._backlog: list[JsonValue] | None = []

    def send(self, result: JsonValue) -> None:
        """Notify the client."""
        if self._backlog is not None:
            self._backlog.append(result)
            return
        params = {"subscription": self.identifier, "result": result}
        self._outbox.push({"jsonrpc": "2.0", "method": self._name, "params": params})

    def open(self) -> None:
        """Send what was held back while the client did not know the id."""
        backlog, self._backlog = self._backlog, None
        for result in backlog or ():
            self.send(result)

    def close(self) -> None:
        """End the subscription."""
        if self.on_close is not None:
            self.on_close()
            self.on_close = None


@dataclass(frozen=True, slots=True)
class Method:
    """An entry of the method table; ``notify`` is set for subscriptions."""

    name: str
    call: Callable[..., JsonValue]
    least: int
    most: int
    notify: str | None = None


def method(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Serve a function under these names."""

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        function.rpc_names = names  # type: ignore[attr-defined]  # read by collect()
        return function

    return mark


def subscription(
    *names: str, notify: str, ends: tuple[str, ...]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Serve a function as a subscription: it gets a ``Sink`` first; ``ends`` name the unsubscribers."""

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        function.rpc_names = names  # type: ignore[attr-defined]  # read by collect()
        function.rpc_notify = notify  # type: ignore[attr-defined]  # read by collect()
        function.rpc_ends = ends  # type: ignore[attr-defined]  # read by collect()
        return function

    return mark


@dataclass(frozen=True, slots=True)
class MethodTable:
    """All methods by name, and the names that end subscriptions."""

    methods: dict[str, Method] = field(default_factory=dict)
    ends: set[str] = field(default_factory=set)

    def names(self) -> list[str]:
        """What rpc_methods lists."""
        return sorted({*self.methods, *self.ends})

    def collect(self, groups: Iterable[object]) -> "MethodTable":
        """Add every marked function of these objects."""
        for group in groups:
            for _, call in inspect.getmembers(group, inspect.ismethod):
                names = getattr(call, "rpc_names", ())
                notify = getattr(call, "rpc_notify", None)
                self.ends.update(getattr(call, "rpc_ends", ()))
                for name in names:
                    self.methods[name] = _entry(name, call, notify)
        return self


def _entry(name: str, call: Callable[..., Any], notify: str | None) -> Method:
    parameters = list(inspect.signature(call).parameters.values())[1 if notify else 0 :]
    least = sum(item.default is inspect.Parameter.empty for item in parameters)
    many = any(item.kind is inspect.Parameter.VAR_POSITIONAL for item in parameters)
    return Method(name, call, 0 if many else least, 64 if many else len(parameters), notify)


class Session:
    """One client's view of the method table, with its open subscriptions.

    Without an ``outbox`` (HTTP) subscriptions are refused.
    """

    def __init__(self, table: MethodTable, outbox: Outbox | None = None) -> None:
        self._table = table
        self._outbox = outbox
        self._sinks: dict[str, Sink] = {}
        self._opening: list[Sink] = []

    def answer(self, text: str | bytes) -> str | None:
        """Answer one frame: a request or a batch; None when nothing is to be sent."""
        try:
            request = json.loads(text)
        except (ValueError, RecursionError):
            return dump(_failure(None, RpcRefused(PARSE_ERROR, "Parse error")))
        if not isinstance(request, list):
            answer = self._one(request)
            return None if answer is None else dump(answer)
        if not request or len(request) > MAX_BATCH:
            return dump(_failure(None, RpcRefused(INVALID_REQUEST, "Invalid request")))
        answers = [answer for item in request if (answer := self._one(item)) is not None]
        return dump(answers) if answers else None

    def after_answer(self) -> None:
        """Call when the answer is on its way: new subscriptions may speak now."""
        opening, self._opening = self._opening, []
        for sink in opening:
            sink.open()

    def close(self) -> None:
        """End every subscription of this client."""
        for sink in self._sinks.values():
            sink.close()
        self._sinks.clear()

    def _one(self, request: JsonValue) -> JsonValue | None:
        if not isinstance(request, dict) or not isinstance(request.get("method"), str):
            return _failure(None, RpcRefused(INVALID_REQUEST, "Invalid request"))
        identifier = request.get("id")
        if not isinstance(identifier, str | int | float | None):
            return _failure(None, RpcRefused(INVALID_REQUEST, "Invalid request"))
        try:
            result = self._call(request["method"], _positional(request.get("params")))
            answer = {"jsonrpc": "2.0", "result": result, "id": identifier}
        except (RpcRefused, PoolRefused) as refusal:
            answer = _failure(identifier, refusal)
        except (UnknownBlock, StateDiscarded) as error:
            answer = _failure(identifier, RpcRefused(CLIENT_ERROR, f"Client error: {error.what}"))
        except Exception as error:  # noqa: BLE001 - a bug in one method must not end the node
            _log.exception("The RPC method %s failed.", request["method"])
            why = f"{type(error).__name__}: {error}"
            answer = _failure(identifier, RpcRefused(INTERNAL_ERROR, "Internal error", why))
        return answer if "id" in request else None

    def _call(self, name: str, params: list[JsonValue]) -> JsonValue:
        if name in self._table.ends:
            return self._unsubscribe(params)
        entry = self._table.methods.get(name)
        if entry is None:
            raise RpcRefused(METHOD_NOT_FOUND, "Method not found")
        while len(params) > entry.least and params[-1] is None:
            params.pop()
        if not entry.least <= len(params) <= entry.most:
            wanted = f"{name} takes {entry.least} to {entry.most} parameters, not {len(params)}"
            raise RpcRefused(INVALID_PARAMS, "Invalid params", wanted)
        if entry.notify is None:
            return entry.call(*params)
        if self._outbox is None:
            raise RpcRefused(METHOD_NOT_FOUND, "Subscriptions need a WebSocket")
        if len(self._sinks) >= MAX_SUBSCRIPTIONS:
            raise RpcRefused(TOO_MANY_SUBSCRIPTIONS, "Too many subscriptions on the connection")
        sink = Sink(entry.notify, self._outbox)
        entry.call(sink, *params)
        self._sinks[sink.identifier] = sink
        self._opening.append(sink)
        return sink.identifier

    def _unsubscribe(self, params: list[JsonValue]) -> bool:
        sink = self._sinks.pop(str(params[0]), None) if params else None
        if sink is None:
            return False
        sink.close()
        return True


def _positional(params: JsonValue) -> list[JsonValue]:
    if params is None or params == {}:
        return []
    if not isinstance(params, list):
        raise RpcRefused(INVALID_PARAMS, "Invalid params", "Parameters must be a list")
    return list(params)


def _failure(identifier: JsonValue, refusal: RpcRefused | PoolRefused) -> JsonValue:
    error: dict[str, JsonValue] = {"code": refusal.code, "message": refusal.message}
    if refusal.data is not None:
        error["data"] = refusal.data
    return {"jsonrpc": "2.0", "error": error, "id": identifier}


def dump(document: JsonValue) -> str:
    """Write a document without spaces."""
    return json.dumps(document, separators=(",", ":"))
