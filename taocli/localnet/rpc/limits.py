"""What one client, and all of them together, may cost the node.

Everything a stranger can make the node keep is bounded here: messages, answers, waiting connections,
subscriptions, and output that nobody reads. Where the real node has a limit its number is used. Limits
on all clients together leave a small share to each, so that who asks for little is served whatever the
others do. Times are in seconds, sizes in bytes.
"""

from typing import Protocol

MAX_MESSAGE = 15 * 1024 * 1024
"""One request or batch, as on the real node."""
MAX_ANSWER = 15 * 1024 * 1024
"""One answer, as on the real node."""
MAX_UNSENT = 32 * 1024 * 1024
"""What a client may leave unread before it is dropped: two answers of full size."""
MAX_HELD = 192 * 1024 * 1024
"""What all clients together may leave unread or half sent."""
SMALL_SHARE = 1024 * 1024
"""A client that holds no more than this is never dropped for what others hold."""

MAX_VALUES = 262_144
"""Commas, colons and brackets in one message: a few bytes of JSON can cost a hundred once parsed."""
MAX_BATCH = 1_000
MAX_IDENTIFIER = 4_096

MAX_CONNECTIONS = 256
MAX_SUBSCRIPTIONS = 1_024
"""On one connection, as on the real node."""
MAX_SUBSCRIPTIONS_TOGETHER = 20_000
FREE_SUBSCRIPTIONS = 64
"""A connection gets as many even when all together have reached their limit."""
MAX_WATCHED_KEYS = 8_192
"""Storage keys that one connection may watch."""

HANDSHAKE_S = 10.0
"""For a connection to say what it is, and for the WebSocket handshake."""
REQUEST_S = 60.0
"""For an HTTP request to arrive in full, and for an answer to be taken."""
PING_S = 30.0
IDLE_S = 300.0
"""A WebSocket from which not even a pong came for so long is gone."""
GOODBYE_S = 2.0
"""For the last bytes of a closing connection to leave."""


class Holder(Protocol):
    """A connection, and how much it makes the node hold."""

    def held(self) -> int:
        """Bytes that came in half, or that were not taken yet."""


class Holdings:
    """Everybody who may hold memory of the node."""

    def __init__(self) -> None:
        self._holders: set[Holder] = set()

    def add(self, holder: Holder) -> None:
        """Count a new connection in."""
        self._holders.add(holder)

    def discard(self, holder: Holder) -> None:
        """Forget a connection that is gone."""
        self._holders.discard(holder)

    def are_exceeded_by(self, holder: Holder) -> bool:
        """Whether there is too much, and this connection is one of those that made it so."""
        if holder.held() <= SMALL_SHARE:
            return False
        return sum(other.held() for other in self._holders) > MAX_HELD


class SubscriptionCount:
    """How many subscriptions all clients have."""

    def __init__(self) -> None:
        self.total = 0

    def allows(self, own: int) -> bool:
        """Whether a connection with ``own`` subscriptions may open another."""
        if own >= MAX_SUBSCRIPTIONS:
            return False
        return own < FREE_SUBSCRIPTIONS or self.total < MAX_SUBSCRIPTIONS_TOGETHER
