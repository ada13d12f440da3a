"""The axon's sockets: uvicorn's HTTP parser on an asyncio server that taocli owns.

Owning the server keeps signals, start and stop in the miner's hands. Each connection has limits a
stranger cannot widen: bytes before the headers end, time until they end, and a share of all
connections per address. Draining stops accepting, lets running requests finish, then cuts.
"""

import asyncio
import errno
import socket
from collections import Counter
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from taocli.domain.errors import NetworkError, PortInUse
from taocli.protocol.axon import MAX_HEADER_BYTES, Axon

HEADER_DEADLINE_S = 10.0
KEEP_ALIVE_S = 75
MAX_CONNECTIONS = 1024
MAX_CONNECTIONS_PER_ADDRESS = 256
_BACKLOG = 512


class _Connections:
    """How many connections each address holds."""

    def __init__(self) -> None:
        self.by_address: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """Count a connection in; False when the address, or everyone together, has too many."""
        self.by_address[address] += 1
        return (
            self.by_address[address] <= MAX_CONNECTIONS_PER_ADDRESS
            and self.by_address.total() <= MAX_CONNECTIONS
        )

    def leave(self, address: str) -> None:
        self.by_address[address] -= 1
        if self.by_address[address] <= 0:
            del self.by_address[address]


class _GuardedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with bounds on the head of a request."""

    def __init__(self, connections_seen: _Connections, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._seen = connections_seen
        self._address = ""
        self._head_bytes = 0
        self._in_head = True
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self._address = str(peer[0]) if peer else ""
        if not self._seen.enter(self._address):
            transport.abort()
            return
        self._start_head_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_head_timer()
        self._seen.leave(self._address)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        # A body may share a packet with its head, so only an unfinished head is judged.
        if self._in_head and self._head_bytes > MAX_HEADER_BYTES + 8192:
            self.transport.abort()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        if self._head_timer is None:
            self._start_head_timer()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head_bytes = 0
        self._stop_head_timer()
        super().on_headers_complete()

    def _start_head_timer(self) -> None:
        self._head_timer = self.loop.call_later(HEADER_DEADLINE_S, self.transport.abort)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


class AxonServer:
    """Listens on one address for one axon."""

    def __init__(self, axon: Axon, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._connections = _Connections()
        self._state = ServerState()
        self._config = uvicorn.Config(
            axon,
            http=_GuardedProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=KEEP_ALIVE_S,
        )
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port in use; the real one once started on port 0."""
        return self._port

    @property
    def in_flight(self) -> int:
        """Requests being worked on."""
        return len(self._state.tasks)

    async def start(self) -> None:
        """Bind and listen; ``PortInUse`` when somebody else has the port."""
        if not self._config.loaded:
            self._config.load()
        listener = bind(self._host, self._port)
        self._port = listener.getsockname()[1]
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, sock=listener, backlog=_BACKLOG)

    async def stop(self, drain_s: float) -> None:
        """Stop accepting, give running requests ``drain_s`` seconds, then cut them off."""
        if self._server is None:
            return
        self._server.close()
        for connection in list(self._state.connections):
            connection.shutdown()
        if self._state.tasks and drain_s > 0:
            await asyncio.wait(set(self._state.tasks), timeout=drain_s)
        for task in list(self._state.tasks):
            task.cancel()
        if self._state.tasks:
            await asyncio.wait(set(self._state.tasks), timeout=2.0)
        for connection in list(self._state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()
        self._server = None

    def _protocol(self) -> _GuardedProtocol:
        return _GuardedProtocol(
            connections_seen=self._connections,
            config=self._config,
            server_state=self._state,
            app_state={},
        )


def bind(host: str, port: int) -> socket.socket:
    """A listening-ready TCP socket; ``PortInUse`` or ``NetworkError`` when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setblocking(False)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(
                f"Port {port} on {host} is in use.",
                why="Another program, perhaps another miner, listens there.",
                fix="Stop it, or choose another port with --port.",
            ) from None
        raise NetworkError(
            f"Cannot listen on {host}:{port}.",
            why=f"The system says: {error.strerror or error}.",
            fix="Choose an address of this machine with --axon-ip and a port with --port.",
        ) from None
    return listener
