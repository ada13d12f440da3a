"""One port for JSON-RPC: WebSocket and HTTP POST, told apart by the first bytes.

GET begins a WebSocket handshake (the protocol core of ``websockets`` without its transport); every other
verb is answered as HTTP/1.1. Whatever address the server is told to listen on, it also listens on
127.0.0.1, where the node's own commands look for it. Frames, bodies, headers, connections and unread output are all bounded: see ``limits``.
"""

import asyncio
import errno
import ipaddress
import logging
from contextlib import suppress

from taocli.domain.errors import CannotConnect, InvalidSetting, PortInUse
from taocli.localnet.rpc import limits
from taocli.localnet.rpc.http import HttpClient
from taocli.localnet.rpc.protocol import MethodTable
from taocli.localnet.rpc.session import Session
from taocli.localnet.rpc.websocket import WebSocketClient

LOOPBACK = "127.0.0.1"
_CHUNK = 65_536
_GET = b"GET "
_FULL = b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"

_log = logging.getLogger(__name__)

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class RpcServer:
    """Listens on ``address:port`` (0 = any free port) and answers from a method table.

    ``address`` is an IP address; ``host`` is how a URL on this machine names it.
    """

    def __init__(self, table: MethodTable, address: str, port: int) -> None:
        self.host = _in_url(address)
        self.port = port
        self._table = table
        self._address = address
        self._servers: list[asyncio.Server] = []
        self._clients: set[asyncio.Task[None]] = set()
        self._turned_away = 0
        self._holdings = limits.Holdings()
        self._subscriptions = limits.SubscriptionCount()

    async def start(self) -> None:
        """Open the port; raises ``PortInUse``, ``CannotConnect`` or ``InvalidSetting``."""
        address = _parse_address(self._address)
        await self._listen(str(address))
        if not _covers_loopback(address):
            await self._listen(LOOPBACK)

    async def stop(self) -> None:
        """Close the port and every connection."""
        for server in self._servers:
            server.close()
        for task in tuple(self._clients):
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        for server in self._servers:
            await server.wait_closed()
        self._servers.clear()

    async def _listen(self, address: str) -> None:
        try:
            server = await asyncio.start_server(self._welcome, address, self.port)
        except OSError as error:
            await self.stop()
            if error.errno == errno.EADDRINUSE:
                raise PortInUse(
                    f"Port {self.port} is taken.",
                    why=f"Another program listens on {address}:{self.port},"
                    " perhaps a localnet that is already running.",
                    fix="Stop it with taocli localnet stop, or choose another --port.",
                ) from None
            raise CannotConnect(
                f"Cannot listen on {address}:{self.port}.",
                why=str(error),
                fix="Choose another --port or --listen address.",
            ) from None
        self._servers.append(server)
        self.port = server.sockets[0].getsockname()[1]

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._clients) >= limits.MAX_CONNECTIONS:
            await self._turn_away(reader, writer)
            return
        task.set_name(f"localnet-client-{writer.get_extra_info('peername')}")
        self._clients.add(task)
        try:
            await self._serve(reader, writer)
        except (ConnectionError, TimeoutError) as error:
            _log.debug("A client went away: %s", error)
        except asyncio.CancelledError:  # by stop(), which waits; asyncio would log it as a failure
            _log.debug("A client was left, for the node stops.")
        finally:
            await _close(writer)
            self._clients.discard(task)

    async def _turn_away(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer a connection too many; when these are many too, only close it."""
        if self._turned_away < limits.MAX_CONNECTIONS:
            self._turned_away += 1
            with suppress(ConnectionError, TimeoutError):
                async with asyncio.timeout(limits.GOODBYE_S):
                    await reader.read(_CHUNK)  # closing over unread bytes would cut the answer off
                    writer.write(_FULL)
                    await writer.drain()
            self._turned_away -= 1
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = b""
        async with asyncio.timeout(limits.HANDSHAKE_S):
            while len(first) < len(_GET) and b"\n" not in first:
                received = await reader.read(_CHUNK)
                if not received:
                    break
                first += received
        if first.startswith(_GET):
            client = WebSocketClient(
                self._table, self._subscriptions, self._holdings, reader, writer
            )
            await client.run(first)
        elif first:
            session = Session(self._table, self._subscriptions)
            await HttpClient(session, self._holdings, reader, writer, first).run()


async def _close(writer: asyncio.StreamWriter) -> None:
    """Let the last bytes out, but not for long: nobody counts what a closed connection still holds."""
    writer.close()
    try:
        async with asyncio.timeout(limits.GOODBYE_S):
            await writer.wait_closed()
    except TimeoutError:
        writer.transport.abort()
    except ConnectionError as error:
        _log.debug("A client cut its connection: %s", error)


def _parse_address(text: str) -> _Address:
    try:
        return ipaddress.ip_address(LOOPBACK if text == "localhost" else text)
    except ValueError:
        raise InvalidSetting(
            f"{text!r} is no address to listen on.",
            why="It is the IP address of one of this machine's network interfaces.",
            fix="Use --listen 127.0.0.1 for this machine alone, or 0.0.0.0 for its networks too.",
        ) from None


def _covers_loopback(address: _Address) -> bool:
    return address.version == 4 and (address.is_unspecified or str(address) == LOOPBACK)


def _in_url(text: str) -> str:
    with suppress(ValueError):
        address = ipaddress.ip_address(text)
        if address.is_unspecified:
            return LOOPBACK
        return f"[{address}]" if address.version == 6 else text
    return text
