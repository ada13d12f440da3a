"""JSON-RPC over HTTP/1.1 POST: enough of HTTP for curl, requests and browsers, and nothing more."""

import asyncio
from dataclasses import dataclass

from taocli.localnet.rpc.protocol import Session

MAX_HEAD = 16 * 1024
MAX_BODY = 15 * 1024 * 1024
IDLE_S = 60.0
_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Head:
    """The start of a request."""

    verb: str
    length: int | None
    keep_alive: bool


async def serve_http(
    received: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, session: Session
) -> None:
    """Answer requests on one connection until it closes; ``received`` was read already."""
    buffer = bytearray(received)
    while True:
        head = await _read_head(buffer, reader)
        if head is None:
            _respond(writer, 400, b"", keep_alive=False)
            break
        if head.verb == "OPTIONS":
            _respond(writer, 204, b"", keep_alive=head.keep_alive)
        elif head.verb != "POST" or head.length is None:
            _respond(writer, 405, b"", keep_alive=False)
            break
        elif head.length > MAX_BODY:
            _respond(writer, 413, b"", keep_alive=False)
            break
        else:
            body = await _read_body(buffer, reader, head.length)
            answer = session.answer(body)
            _respond(writer, 200, (answer or "").encode(), keep_alive=head.keep_alive)
        await writer.drain()
        if not head.keep_alive:
            break
        if not buffer and not await _read_more(buffer, reader):
            return
    await writer.drain()


async def _read_head(buffer: bytearray, reader: asyncio.StreamReader) -> Head | None:
    while _END not in buffer:
        if len(buffer) > MAX_HEAD or not await _read_more(buffer, reader):
            return None
    raw, _, rest = bytes(buffer).partition(_END)
    buffer[:] = rest
    first, *lines = raw.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        return None
    fields = {}
    for line in lines:
        name, _, value = line.partition(":")
        fields[name.strip().lower()] = value.strip()
    length = fields.get("content-length", "")
    if "transfer-encoding" in fields:
        return None
    connection = fields.get("connection", "").lower()
    keep_alive = connection == "keep-alive" if words[2] == "HTTP/1.0" else connection != "close"
    known = int(length) if length.isascii() and length.isdigit() and len(length) < 12 else None
    return Head(words[0], known, keep_alive)


async def _read_body(buffer: bytearray, reader: asyncio.StreamReader, length: int) -> bytes:
    while len(buffer) < length:
        if not await _read_more(buffer, reader):
            raise asyncio.IncompleteReadError(bytes(buffer), length)
    body = bytes(buffer[:length])
    del buffer[:length]
    return body


async def _read_more(buffer: bytearray, reader: asyncio.StreamReader) -> bool:
    async with asyncio.timeout(IDLE_S):
        received = await reader.read(65_536)
    buffer += received
    return bool(received)


_REASONS = {
    200: "OK",
    204: "No Content",
    400: "Bad Request",
    405: "Method Not Allowed",
    413: "Payload Too Large",
}


def _respond(writer: asyncio.StreamWriter, status: int, body: bytes, *, keep_alive: bool) -> None:
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\n"
        "content-type: application/json; charset=utf-8\r\n"
        f"content-length: {len(body)}\r\n"
        f"connection: {'keep-alive' if keep_alive else 'close'}\r\n\r\n"
    )
    writer.write(head.encode() + body)
