"""A subscription of one client: what is sent into it, and how it ends.

A sink is silent until the client knows its id; what comes earlier waits. It ends when the client
unsubscribes or leaves, or by itself, when there is nothing more to tell.
"""

import secrets
from collections.abc import Callable
from typing import Protocol

from taocli.localnet.rpc.protocol import JsonValue, dump


class Outbox(Protocol):
    """Where notifications go."""

    def push(self, text: str) -> None:
        """Send a document to the client; returns at once."""


class Sink:
    """One subscription; ``on_close`` is called once when it ends, whoever ends it."""

    __slots__ = (
        "_backlog",
        "_forget",
        "_head",
        "identifier",
        "is_over",
        "name",
        "on_close",
        "outbox",
    )

    def __init__(self, name: str, outbox: Outbox, forget: Callable[["Sink"], None]) -> None:
        self.identifier = secrets.token_urlsafe(12)
        self.name = name
        self.outbox = outbox
        self.on_close: Callable[[], None] | None = None
        self.is_over = False
        self._forget = forget
        self._backlog: list[str] | None = []
        self._head = (
            f'{{"jsonrpc":"2.0","method":"{name}",'
            f'"params":{{"subscription":"{self.identifier}","result":'
        )

    def send(self, result: JsonValue) -> None:
        """Notify the client."""
        self.send_text(dump(result))

    def send_text(self, result: str) -> None:
        """Notify the client of a result in JSON; thousands of sinks can share the text."""
        if self._backlog is not None:
            self._backlog.append(result)
        else:
            self.outbox.push(f"{self._head}{result}}}}}")

    def open(self) -> None:
        """Send what was held back while the client did not know the id."""
        backlog, self._backlog = self._backlog, None
        for result in backlog or ():
            self.send_text(result)

    def finish(self) -> None:
        """End the subscription from this side: nothing will ever be sent again."""
        self.is_over = True
        self._forget(self)
        self.close()

    def close(self) -> None:
        """Let go of whatever feeds the sink."""
        on_close, self.on_close = self.on_close, None
        if on_close is not None:
            on_close()
