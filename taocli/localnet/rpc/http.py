"""JSON-RPC over HTTP/1.1 POST: enough of HTTP for curl, requests and browsers, and nothing more."""

import asyncio
from dataclasses import dataclass

from taocli.localnet.rpc import limits
from taocli.localnet.rpc.origins import is_welcome
from taocli.localnet.rpc.protocol import REQUEST_TOO_BIG, RpcRefused, dump, error_document
from taocli.localnet.rpc.session import Session

MAX_HEAD = 16 * 1024
_CHUNK = 65_536
_END = b"\r\n\r\n"


class Refused(Exception):
    """A request that ends its connection with an HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Head:
    """The start of a request."""

    verb: str
    length: int
    keep_alive: bool
    expects_continue: bool
    origin: str | None


class HttpClient:
    """One HTTP connection; ``received`` was read from it already."""

    def __init__(
        self,
        session: Session,
        holdings: limits.Holdings,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        received: bytes,
    ) -> None:
        self._session = session
        self._holdings = holdings
        self._reader = reader
        self._writer = writer
        self._buffer = bytearray(received)

    def held(self) -> int:
        """Bytes of an incomplete request and of an unread answer."""
        return len(self._buffer) + self._writer.transport.get_write_buffer_size()

    async def run(self) -> None:
        """Answer requests until the connection closes."""
        self._holdings.add(self)
        try:
            while self._buffer or await self._wait_for_more():
                if not await self._serve_one():
                    return
        except Refused as refused:
            self._respond(refused.status, _explanation(refused.status), keep_alive=False)
            await self._linger()
        finally:
            self._holdings.discard(self)

    async def _wait_for_more(self) -> bool:
        async with asyncio.timeout(limits.REQUEST_S):
            return await self._read_more()

    async def _read_request(self) -> tuple[Head, bytes]:
        try:
            async with asyncio.timeout(limits.REQUEST_S):
                head = await self._read_head()
                if head.expects_continue:
                    self._writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                return head, await self._read_body(head.length)
        except TimeoutError:
            raise Refused(408) from None

    async def _serve_one(self) -> bool:
        head, body = await self._read_request()
        if head.verb == "OPTIONS":
            self._respond(204, b"", keep_alive=head.keep_alive, origin=head.origin)
        else:
            answer = await self._session.answer(body)
            text = (answer or "").encode()
            self._respond(200, text, keep_alive=head.keep_alive, origin=head.origin)
        async with asyncio.timeout(limits.REQUEST_S):
            await self._writer.drain()
        await asyncio.sleep(0)  # everybody else has a turn between two requests
        return head.keep_alive

    async def _read_head(self) -> Head:
        while _END not in self._buffer:
            if len(self._buffer) > MAX_HEAD:
                raise Refused(431)
            if not await self._read_more():
                raise Refused(400)
        raw, _, rest = bytes(self._buffer).partition(_END)
        self._buffer[:] = rest
        if len(raw) > MAX_HEAD:
            raise Refused(431)
        return _parse_head(raw.decode("latin-1"))

    async def _read_body(self, length: int) -> bytes:
        while len(self._buffer) < length:
            if not await self._read_more():
                raise Refused(400)
            if self._holdings.are_exceeded_by(self):
                raise Refused(503)
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        return body

    async def _read_more(self) -> bool:
        received = await self._reader.read(_CHUNK)
        self._buffer += received
        return bool(received)

    async def _linger(self) -> None:
        """Let a client that still sends read why it was refused: closing at once would cut that off."""
        if self._writer.can_write_eof():
            self._writer.write_eof()
        seen = 0
        async with asyncio.timeout(limits.GOODBYE_S):
            while seen < limits.SMALL_SHARE and (chunk := await self._reader.read(_CHUNK)):
                seen += len(chunk)

    def _respond(
        self, status: int, body: bytes, *, keep_alive: bool, origin: str | None = None
    ) -> None:
        if self._writer.is_closing():
            return
        lines = [
            f"HTTP/1.1 {status} {_REASONS[status]}",
            "content-type: application/json; charset=utf-8",
            f"content-length: {len(body)}",
            f"connection: {'keep-alive' if keep_alive else 'close'}",
        ]
        if status == 405:
            lines.append("allow: POST, OPTIONS")
        if origin is not None:
            lines += [f"access-control-allow-origin: {origin}", "vary: origin"]
            lines += ["access-control-allow-methods: POST"]
            lines += ["access-control-allow-headers: content-type"]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body)


def _parse_head(text: str) -> Head:
    first, *lines = text.split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise Refused(400)
    verb, _, version = words
    if verb not in {"POST", "OPTIONS"}:
        raise Refused(405)
    fields: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or "\n" in line or "\r" in line:
            raise Refused(400)
        fields[name.strip().lower()] = value.strip()
    origin = fields.get("origin")
    if not is_welcome(origin):
        raise Refused(403)
    connection = fields.get("connection", "").lower()
    keep_alive = connection == "keep-alive" if version == "HTTP/1.0" else connection != "close"
    expects = fields.get("expect", "").lower() == "100-continue"
    return Head(verb, _length(verb, fields), keep_alive, expects, origin)


def _length(verb: str, fields: dict[str, str]) -> int:
    text = fields.get("content-length")
    if "transfer-encoding" in fields or (text is None and verb == "POST"):
        raise Refused(411)
    text = text or "0"
    if not (text.isascii() and text.isdigit()):
        raise Refused(400)
    if len(text) > 12 or int(text) > limits.MAX_MESSAGE:
        raise Refused(413)
    return int(text)


def _explanation(status: int) -> bytes:
    if status != 413:
        return b""
    refusal = RpcRefused.beyond(REQUEST_TOO_BIG, "Request is too big", limits.MAX_MESSAGE)
    return dump(error_document(None, refusal)).encode()


_REASONS = {
    200: "OK",
    204: "No Content",
    400: "Bad Request",
    403: "Forbidden",
    405: "Method Not Allowed",
    408: "Request Timeout",
    411: "Length Required",
    413: "Content Too Large",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}
