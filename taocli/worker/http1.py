"""As much of HTTP/1.1 as two processes of one user need: bounded heads, bodies of known length.

No chunked bodies, no pipelining. A stream of events ends with the connection.
"""

import asyncio
from dataclasses import dataclass

from taocli.domain.errors import InvalidRequest

MAX_HEAD_BYTES = 16 * 1024
MAX_BODY_BYTES = 4 * 1024 * 1024
REASONS = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


@dataclass(frozen=True, slots=True)
class Head:
    """The first line's three words and the headers under lower-case names."""

    words: tuple[str, str, str]
    headers: dict[str, str]


async def read_head(reader: asyncio.StreamReader) -> Head | None:
    """The next head, or None when the other side has closed between messages."""
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as cut:
        if cut.partial:
            raise _malformed("it was cut off") from None
        return None
    except asyncio.LimitOverrunError:
        raise _malformed(f"its head is longer than {MAX_HEAD_BYTES} bytes") from None
    first, *lines = raw.decode("latin-1").split("\r\n")
    words = first.split(" ", 2)
    if len(words) != 3:
        raise _malformed("its first line does not have three parts")
    headers = {}
    for line in filter(None, lines):
        name, colon, value = line.partition(":")
        if not colon:
            raise _malformed("a header has no colon")
        headers[name.strip().lower()] = value.strip()
    return Head((words[0], words[1], words[2]), headers)


async def read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    """Exactly the bytes that content-length promises, at most ``MAX_BODY_BYTES``."""
    if "transfer-encoding" in headers:
        raise _malformed("chunked bodies are not spoken here")
    length = headers.get("content-length", "0")
    if not length.isascii() or not length.isdigit() or len(length) > 10:
        raise _malformed("its content-length is not a number")
    if int(length) > MAX_BODY_BYTES:
        raise _malformed(f"its body is longer than {MAX_BODY_BYTES} bytes")
    try:
        return await reader.readexactly(int(length))
    except asyncio.IncompleteReadError:
        raise _malformed("its body was cut off") from None


def response(status: int, content_type: str, body: bytes) -> bytes:
    """A whole response."""
    head = f"HTTP/1.1 {status} {REASONS[status]}\r\ncontent-type: {content_type}\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


def stream_head() -> bytes:
    """The head of a stream of events; the connection's end is the stream's."""
    return (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
        b"cache-control: no-store\r\nconnection: close\r\n\r\n"
    )


def request(method: str, path: str, body: bytes = b"") -> bytes:
    """A whole request."""
    head = f"{method} {path} HTTP/1.1\r\nhost: worker\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body


def _malformed(why: str) -> InvalidRequest:
    return InvalidRequest(
        "The HTTP message cannot be read.",
        why=f"{why[0].upper()}{why[1:]}.",
        fix="Send HTTP/1.1 with a content-length.",
    )
