"""The agent itself: one request per connection, answered at once or refused.

A connection has a deadline for its whole life, of newcomers beyond the limit the oldest gives way (an
honest one takes milliseconds), and a frame has a size limit; so garbage and silence cost little and
keep nobody out. Keys are dropped by a timer and not when somebody asks. The agent ends with its last
key; one that never got a key ends after ``wait_s``, and one that can no longer be told to forget, because
its socket was removed (as at logout), ends at once.
"""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass

from taocli.agent.frames import (
    Add,
    Answer,
    Dropped,
    Held,
    Hello,
    ListKeys,
    Lock,
    Refusal,
    Refused,
    Request,
    Sign,
    Signed,
    Welcome,
)
from taocli.agent.place import Peer, peer_of
from taocli.agent.ring import KeyRing
from taocli.agent.wire import MAX_FRAME, OtherVersion, decode_request, encode
from taocli.domain.errors import InvalidRequest, TaoError
from taocli.wallet.keypair import Keypair

log = logging.getLogger(__name__)
_TICK_S = 1.0
"""The longest sleep: the loop's clock stands still while the machine sleeps, and keys must not outlive it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much patience the agent has; times in seconds."""

    wait_s: float = 10.0
    exchange_s: float = 2.0
    connections: int = 64


class AgentServer:
    """Serves one key ring until it is empty.

    ``reachable`` tells whether clients can still find it, and ``asker`` who is connected.
    """

    def __init__(
        self,
        ring: KeyRing,
        welcome: Welcome,
        limits: Limits | None = None,
        *,
        reachable: Callable[[], bool] = lambda: True,
        asker: Callable[..., Peer] = peer_of,
    ) -> None:
        self._ring = ring
        self._welcome = welcome
        self._limits = limits or Limits()
        self._reachable = reachable
        self._asker = asker
        self._tasks: set[asyncio.Task[None]] = set()
        self._open: list[asyncio.StreamWriter] = []  # the oldest first
        self._changed = asyncio.Event()
        self._had_key = False
        self._stopped = False

    def stop(self) -> None:
        """Forget every key now and end."""
        self._ring.drop(None)
        self._stopped = True
        self._changed.set()

    async def serve(self, listener: socket.socket) -> None:
        """Answer until the last key is gone, ``wait_s`` pass without a first one, or ``stop``.

        What is left is forgotten at the end, whatever that was.
        """
        server = await asyncio.start_unix_server(self._accept, sock=listener, limit=MAX_FRAME)
        try:
            await self._until_empty()
        finally:
            self.stop()
            server.close()
            for writer in self._open:
                writer.transport.abort()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _until_empty(self) -> None:
        loop = asyncio.get_running_loop()
        no_key_until = loop.time() + self._limits.wait_s
        while not self._stopped and self._reachable():
            self._ring.drop_expired()
            left = self._ring.next_expiry_s()
            if left is None:
                left = 0.0 if self._had_key else no_key_until - loop.time()
                if left <= 0:
                    return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left, _TICK_S)):
                    await self._changed.wait()
            self._changed.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:  # never: asyncio runs this as a task
            return
        task.set_name("agent-exchange")
        self._tasks.add(task)
        self._open.append(writer)
        if len(self._open) > self._limits.connections:
            self._open.pop(0).transport.abort()
        try:
            async with asyncio.timeout(self._limits.exchange_s):
                writer.write(encode(await self._answer(reader, writer)))
                writer.close()
                await writer.wait_closed()
        except (TimeoutError, OSError) as silent:
            log.debug("a client went away: %s", silent)
        finally:
            self._tasks.discard(task)
            if writer in self._open:  # else it has given way already
                self._open.remove(writer)
            writer.transport.abort()
            self._changed.set()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Answer:
        if self._asker(writer.get_extra_info("socket")).uid != os.getuid():
            return Refused(Refusal.NOT_YOURS)
        try:
            request = decode_request(await reader.readuntil(b"\n"))
            if self._stopped:  # an agent that is ending must not say that it holds a key
                raise ConnectionAbortedError
            return self._handle(request)
        except OtherVersion:
            return Refused(Refusal.OTHER_VERSION)
        except (InvalidRequest, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return Refused(Refusal.NOT_UNDERSTOOD)

    def _handle(self, request: Request) -> Answer:
        match request:
            case Hello():
                return self._welcome
            case Add():
                return self._hold(request)
            case Sign(address, message):
                signature = self._ring.sign(address, message)
                return Refused(Refusal.UNKNOWN_KEY) if signature is None else Signed(signature)
            case ListKeys():
                return Held(self._ring.listing())
            case Lock(which):
                return Dropped(self._ring.drop(which))

    def _hold(self, request: Add) -> Answer:
        try:
            key = Keypair.from_private_key(request.private_key, request.crypto_type)
        except TaoError:
            return Refused(Refusal.BAD_KEY)
        if key.address != request.address:
            return Refused(Refusal.BAD_KEY)
        held = self._ring.hold(key, request.label, request.lifetime_s)
        if held is None:
            return Refused(Refusal.FULL)
        self._had_key = True
        return Held((held,))
