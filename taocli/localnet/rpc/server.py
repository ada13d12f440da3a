"""One port for JSON-RPC: WebSocket and HTTP POST, told apart by the first bytes.

A connection that begins with POST or OPTIONS is answered as HTTP/1.1; everything else goes through
the WebSocket handshake of ``websockets`` (its protocol core without a transport). Frames, bodies,
headers, connections and unread output are all bounded, and a client that stops reading is dropped.
"""

import asyncio
import errno
import logging
from contextlib import suppress

from websockets.exceptions import InvalidState
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import OPEN, State
from websockets.server import ServerProtocol

from taocli.domain.errors import CannotConnect, PortInUse
from taocli.localnet.rpc.http import serve_http
from taocli.localnet.rpc.protocol import JsonValue, MethodTable, Session, dump

MAX_MESSAGE = 15 * 1024 * 1024
"""Bytes of one request, the real node's limit."""
MAX_UNSENT = 32 * 1024 * 1024
"""Bytes a client may leave unread before it is dropped."""
MAX_CONNECTIONS = 256
HANDSHAKE_S = 10.0
_CHUNK = 65_536

_log = logging.getLogger(__name__)


class RpcServer:
    """Listens on ``host:port`` (0 = any free port) and answers from a method table."""

    def __init__(self, table: MethodTable, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self._table = table
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Open the port; raises ``PortInUse``."""
        try:
            self._server = await asyncio.start_server(self._welcome, self.host, self.port)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortInUse(
                    f"Port {self.port} is taken.",
                    why=f"Another program listens on {self.host}:{self.port},"
                    " perhaps a localnet that is already running.",
                    fix="Stop it with taocli localnet stop, or choose another --port.",
                ) from None
            raise CannotConnect(
                f"Cannot listen on {self.host}:{self.port}.",
                why=str(error),
                fix="Choose another --port or --host.",
            ) from None
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._clients):
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._clients) >= MAX_CONNECTIONS:
            writer.close()
            return
        task.set_name(f"localnet-client-{writer.get_extra_info('peername')}")
        self._clients.add(task)
        try:
            await self._serve(reader, writer)
        except (ConnectionError, TimeoutError, asyncio.IncompleteReadError) as error:
            _log.debug("A client went away: %s", error)
        finally:
            self._clients.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(HANDSHAKE_S):
            first = await reader.read(_CHUNK)
        if first.startswith((b"POST ", b"OPTIONS ")):
            await serve_http(first, reader, writer, Session(self._table))
        elif first:
            await WebSocketClient(self._table, reader, writer).run(first)


class WebSocketClient:
    """One WebSocket connection: frames in, answers and notifications out."""

    def __init__(
        self, table: MethodTable, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._protocol = ServerProtocol(max_size=MAX_MESSAGE)
        self._reader = reader
        self._writer = writer
        self._session = Session(table, self)
        self._message = bytearray()

    async def run(self, received: bytes) -> None:
        """Serve until either side closes."""
        try:
            while received:
                self._protocol.receive_data(received)
                for event in self._protocol.events_received():
                    self._take(event)
                self._flush()
                if self._protocol.close_expected():
                    break
                await self._writer.drain()
                received = await self._reader.read(_CHUNK)
        finally:
            self._session.close()
            await self._say_goodbye()

    def push(self, document: JsonValue) -> None:
        """Send a document unless the connection is closing."""
        if self._protocol.state is OPEN:
            self._send(dump(document))

    def _take(self, event: Request | Frame | object) -> None:
        if isinstance(event, Request):
            self._protocol.send_response(self._protocol.accept(event))
        elif isinstance(event, Frame) and event.opcode in {Opcode.TEXT, Opcode.BINARY, Opcode.CONT}:
            self._message += event.data
            if event.fin:
                text, self._message = bytes(self._message), bytearray()
                self._answer(text)

    def _answer(self, text: bytes) -> None:
        answer = self._session.answer(text)
        if self._protocol.state is not OPEN:
            return
        if answer is not None:
            self._send(answer)
        self._session.after_answer()

    def _send(self, text: str) -> None:
        with suppress(InvalidState):  # closed between the check and here: nobody to tell
            self._protocol.send_text(text.encode())
        self._flush()
        if self._writer.transport.get_write_buffer_size() > MAX_UNSENT:
            _log.warning("A client does not read its answers; the connection is dropped.")
            self._writer.transport.abort()

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data and not self._writer.is_closing():
                self._writer.write(data)

    async def _say_goodbye(self) -> None:
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(1001, "the node stops")
            self._flush()
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(1.0):
                await self._writer.drain()
