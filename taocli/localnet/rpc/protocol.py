"""JSON-RPC 2.0 as a Substrate node speaks it: the errors, the table of methods, and parsing.

Methods are declared with ``@method("name", "alias")`` on a group of them and take positional
parameters; those a method does not know are ignored, as jsonrpsee does. Subscriptions are declared with
``@subscription`` and get a ``Sink`` first, which pushes notifications after the answer. Error codes and
texts are jsonrpsee's and, from 1000 on, those of Substrate's own methods.
"""

import inspect
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from taocli.localnet.pool import PoolRefused
from taocli.localnet.rpc import limits

JsonValue = Any
"""Anything ``json`` reads or writes; parameters are checked by each method."""

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
TOO_MANY_SUBSCRIPTIONS = -32006
REQUEST_TOO_BIG = -32007
ANSWER_TOO_BIG = -32008
BATCH_TOO_BIG = -32010
BATCH_ANSWER_TOO_BIG = -32011
RUNTIME_ERROR = 1
"""Subtensor's own methods answer with it whatever went wrong."""
INVALID_COUNT = 4002
CLIENT_ERROR = 4003
"""What the node answers when state is unknown or discarded, or a runtime call fails."""


class RpcRefused(Exception):
    """An error answer."""

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data

    @classmethod
    def beyond(cls, code: int, message: str, most: int) -> "RpcRefused":
        """The error for something that is larger than a limit."""
        return cls(code, message, f"Exceeded max limit of {most}")


@dataclass(frozen=True, slots=True)
class Method:
    """An entry of the method table; ``notify`` is set for subscriptions."""

    name: str
    call: Callable[..., JsonValue]
    least: int
    most: int
    notify: str | None = None


def method(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Serve a function, or a coroutine function, under these names."""

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
    """All methods by name; ``ends`` names, for each unsubscriber, the notifications that it ends."""

    methods: dict[str, Method] = field(default_factory=dict)
    ends: dict[str, str] = field(default_factory=dict)

    def names(self) -> list[str]:
        """What rpc_methods lists."""
        return sorted({*self.methods, *self.ends})

    def add(self, name: str, call: Callable[..., Any], notify: str | None = None) -> None:
        """Serve one function under a name."""
        self.methods[name] = _entry(name, call, notify)

    def collect(self, groups: Iterable[object]) -> "MethodTable":
        """Add every marked function of these objects."""
        for group in groups:
            for _, call in inspect.getmembers(group, inspect.ismethod):
                notify = getattr(call, "rpc_notify", None)
                for end in getattr(call, "rpc_ends", ()):
                    self.ends[end] = notify or ""
                for name in getattr(call, "rpc_names", ()):
                    self.add(name, call, notify)
        return self


def _entry(name: str, call: Callable[..., Any], notify: str | None) -> Method:
    parameters = list(inspect.signature(call).parameters.values())[1 if notify else 0 :]
    least = sum(item.default is inspect.Parameter.empty for item in parameters)
    many = any(item.kind is inspect.Parameter.VAR_POSITIONAL for item in parameters)
    return Method(name, call, 0 if many else least, 64 if many else len(parameters), notify)


def parse(text: bytes) -> JsonValue:
    """The document in a message; ``RpcRefused`` for one that cannot be read, or only at a high price."""
    if sum(text.count(mark) for mark in (b",", b":", b"[", b"{")) > limits.MAX_VALUES:
        raise RpcRefused.beyond(REQUEST_TOO_BIG, "Request is too big", limits.MAX_VALUES)
    try:
        return json.loads(text.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RpcRefused(PARSE_ERROR, "Parse error") from None


def _no_constant(name: str) -> None:
    # Python would read NaN and Infinity, which are no JSON and could not be written back.
    raise ValueError(name)


def identifier_of(request: JsonValue) -> JsonValue:
    """A request's id where it has a usable one, else None; errors carry it back."""
    found = request.get("id") if isinstance(request, dict) else None
    return found if is_identifier(found) else None


def is_identifier(value: JsonValue) -> bool:
    """Whether this can be an id: null, a string, or an integer of 64 bits."""
    if isinstance(value, str):
        return len(value) <= limits.MAX_IDENTIFIER
    if isinstance(value, int):
        return not isinstance(value, bool) and abs(value) < 1 << 64
    return value is None


def positional(params: JsonValue) -> list[JsonValue]:
    """A request's parameters; by name they are refused, for the node's methods have none."""
    if params is None or params == {}:
        return []
    if not isinstance(params, list):
        raise RpcRefused(INVALID_PARAMS, "Invalid params", "Parameters must be a list")
    return params


def result_document(identifier: JsonValue, result: JsonValue) -> JsonValue:
    """An answer."""
    return {"jsonrpc": "2.0", "result": result, "id": identifier}


def error_document(identifier: JsonValue, refusal: RpcRefused | PoolRefused) -> JsonValue:
    """An error answer."""
    error: dict[str, JsonValue] = {"code": refusal.code, "message": refusal.message}
    if refusal.data is not None:
        error["data"] = refusal.data
    return {"jsonrpc": "2.0", "error": error, "id": identifier}


def dump(document: JsonValue) -> str:
    """Write a document without spaces."""
    return json.dumps(document, separators=(",", ":"))
