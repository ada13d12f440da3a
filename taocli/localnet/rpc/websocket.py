"""JSON-RPC over one WebSocket: frames in, answers and notifications out.

Only one request is answered at a time and nothing more is read meanwhile, so what a client has in
flight is what the kernel buffers. Output never waits for the client: notifications are handed to the
transport, and a client that leaves too much of them unread is dropped.
"""

import asyncio
import logging
from collections import deque
from contextlib import suppress
from http import HTTPStatus

from websockets.exceptions import InvalidState
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import CONNECTING, OPEN
from websockets.server import ServerProtocol

from taocli.localnet.rpc import limits
from taocli.localnet.rpc.origins import is_welcome
from taocli.localnet.rpc.protocol import MethodTable
from taocli.localnet.rpc.session import Session

_CHUNK = 65_536
_DATA = frozenset({Opcode.TEXT, Opcode.BINARY, Opcode.CONT})

_log = logging.getLogger(__name__)


class WebSocketClient:
    """One WebSocket connection."""

    def __init__(
        self,
        table: MethodTable,
        count: limits.SubscriptionCount,
        holdings: limits.Holdings,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._protocol = ServerProtocol(max_size=limits.MAX_MESSAGE)
        self._session = Session(table, count, self)
        self._holdings = holdings
        self._reader = reader
        self._writer = writer
        self._messages: deque[bytes] = deque()
        self._parts = bytearray()
        self._incomplete = 0
        self._unflushed = 0

    async def run(self, received: bytes) -> None:
        """Serve until either side closes; ``received`` was read already."""
        self._holdings.add(self)
        try:
            async with asyncio.timeout(limits.HANDSHAKE_S):
                while self._protocol.state is CONNECTING and received:
                    self._feed(received)
                    if self._protocol.close_expected():
                        return
                    if self._protocol.state is CONNECTING:
                        received = await self._reader.read(_CHUNK)
            await self._serve()
        finally:
            self._session.close()
            self._holdings.discard(self)
            self._end(CloseCode.GOING_AWAY, "the node stops")

    def push(self, text: str) -> None:
        """Send a document unless the connection is closing."""
        with suppress(InvalidState):  # closing: nobody to tell
            self._protocol.send_text(text.encode())
        if not self._unflushed:
            asyncio.get_running_loop().call_soon(self._flush)
        self._unflushed += len(text)
        if self._unflushed > _CHUNK:
            self._flush()

    def held(self) -> int:
        """Bytes of an incomplete message and of unread output."""
        unsent = self._writer.transport.get_write_buffer_size()
        return self._incomplete + self._unflushed + unsent

    async def _serve(self) -> None:
        while True:
            while self._messages and not self._writer.is_closing():
                await self._answer(self._messages.popleft())
            if self._protocol.state is not OPEN:
                return
            received = await self._read()
            if not received:
                return
            self._feed(received)

    async def _answer(self, text: bytes) -> None:
        answer = await self._session.answer(text)
        if answer is not None:
            self.push(answer)
        self._session.after_answer()
        self._flush()
        async with asyncio.timeout(limits.REQUEST_S):
            await self._writer.drain()
        await asyncio.sleep(0)  # everybody else has a turn between two requests

    async def _read(self) -> bytes:
        """What comes next; pings a silent client and gives it up after a while."""
        silent = 0.0
        while True:
            try:
                async with asyncio.timeout(limits.PING_S):
                    return await self._reader.read(_CHUNK)
            except TimeoutError:
                silent += limits.PING_S
                if silent >= limits.IDLE_S:
                    raise
                with suppress(InvalidState):
                    self._protocol.send_ping(b"")
                self._flush()

    def _feed(self, received: bytes) -> None:
        self._incomplete += len(received)
        self._protocol.receive_data(received)
        for event in self._protocol.events_received():
            if isinstance(event, Request):
                self._accept(event)
            elif isinstance(event, Frame) and event.opcode in _DATA:
                self._take(event)
        self._flush()
        if self._holdings.are_exceeded_by(self):
            self._end(CloseCode.TRY_AGAIN_LATER, "too much is in flight")

    def _accept(self, request: Request) -> None:
        if is_welcome(request.headers.get("Origin")):
            self._protocol.send_response(self._protocol.accept(request))
        else:
            why = "Pages of this origin may not talk to the node.\n"
            self._protocol.send_response(self._protocol.reject(HTTPStatus.FORBIDDEN, why))

    def _take(self, frame: Frame) -> None:
        self._parts += frame.data
        if frame.fin:
            self._messages.append(bytes(self._parts))
            self._parts.clear()
            self._incomplete = 0

    def _flush(self) -> None:
        self._unflushed = 0
        data = b"".join(self._protocol.data_to_send())
        if data and not self._writer.is_closing():
            self._writer.write(data)
        unsent = self._writer.transport.get_write_buffer_size()
        if unsent > limits.MAX_UNSENT or self._holdings.are_exceeded_by(self):
            _log.warning("A client does not read its answers; the connection is dropped.")
            self._writer.transport.abort()

    def _end(self, code: CloseCode, reason: str) -> None:
        if self._protocol.state is OPEN:
            self._protocol.fail(code, reason)
        self._flush()
