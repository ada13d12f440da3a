"""A synapse on the wire: one named message whose metadata travels twice, in headers and in the body.

Headers are enough to decide whether a caller is believed, so a server can refuse before it reads a
byte of the body. The link between both is the *body hash*: SHA3-256 over the joined hex SHA3-256
digests of the Python text of each hashed field, in the order the synapse declares. "Python text"
is meant literally (``str([...])`` with its quotes, ``None``, ``True``): bittensor 7.2 to 10.5
hashes the repr of the parsed value, and a peer in any language must reproduce it.

Sources: bittensor 10.5.0 ``core/synapse.py`` (``to_headers``, ``from_headers``, ``body_hash``).
"""

import base64
import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from taocli.domain.errors import InvalidRequest

JsonValue = None | bool | int | float | str | Sequence["JsonValue"] | Mapping[str, "JsonValue"]
JsonObject = Mapping[str, JsonValue]

DEFAULT_TIMEOUT_S = 12.0
"""What a dendrite waits when its caller names no timeout (SDK 10.5)."""

MAX_TIMEOUT_S = 600.0
MAX_FIELD_CHARS = 256
"""No identity header of the wire is longer: a signature is 130 characters."""

_AXON = "bt_header_axon_"
_DENDRITE = "bt_header_dendrite_"
_WIRE_FIELDS = frozenset(
    {"name", "timeout", "total_size", "header_size", "dendrite", "axon", "computed_body_hash"}
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a caller says about itself, unverified; text is exactly as it came, or empty."""

    hotkey: str
    nonce: str
    uuid: str
    signature: str


@dataclass(frozen=True, slots=True)
class RequestHead:
    """The headers of a request, shape-checked: the claim, the addressee and the body's hash.

    ``timeout_s`` is how long the caller says it waits; it is not signed. ``echo`` are the
    ``bt_header_`` pairs that an answer repeats.
    """

    name: str
    timeout_s: float
    claim: Claim
    axon_hotkey: str
    body_hash: str
    echo: tuple[tuple[bytes, bytes], ...]


def parse_head(name: str, headers: Iterable[tuple[bytes, bytes]]) -> RequestHead:
    """Read lower-case ASGI headers; raise ``InvalidRequest`` when one has an impossible shape."""
    found: dict[str, str] = {}
    echo: list[tuple[bytes, bytes]] = []
    for key, value in headers:
        if key.startswith(b"bt_header_"):
            if not _is_own_verdict(key):
                echo.append((key, value))
        elif key not in {b"timeout", b"computed_body_hash"}:
            continue
        text = key.decode("latin-1")
        if text in found:
            raise _invalid(f"the header {text[:64]} is given twice")
        if not text.startswith("bt_header_input_obj_"):
            if len(value) > MAX_FIELD_CHARS:
                raise _invalid(f"the header {text[:64]} is too long")
            found[text] = value.decode("latin-1")
    return RequestHead(
        name=name,
        timeout_s=_timeout(found.get("timeout")),
        claim=Claim(
            hotkey=found.get(f"{_DENDRITE}hotkey", ""),
            nonce=found.get(f"{_DENDRITE}nonce", ""),
            uuid=found.get(f"{_DENDRITE}uuid", ""),
            signature=found.get(f"{_DENDRITE}signature", ""),
        ),
        axon_hotkey=found.get(f"{_AXON}hotkey", ""),
        body_hash=found.get("computed_body_hash", ""),
        echo=tuple(echo),
    )


def parse_body(raw: bytes) -> JsonObject:
    """Read a body as a JSON object; raise ``InvalidRequest`` for anything else."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise _invalid("the body is not JSON") from None
    if not isinstance(body, dict):
        raise _invalid("the body is not a JSON object")
    return body


def body_hash(fields: JsonObject, hash_fields: Sequence[str]) -> str:
    """The hash that a signature covers, as 64 hex digits; a missing field hashes as ``None``.

    With no hashed field this is the SHA3-256 of nothing: such a synapse leaves its body unsigned.
    """
    digests = (
        hashlib.sha3_256(str(fields.get(name)).encode("utf-8", "surrogatepass")).hexdigest()
        for name in hash_fields
    )
    return hashlib.sha3_256("".join(digests).encode()).hexdigest()


def payload_of(body: JsonObject) -> JsonObject:
    """The subnet's own fields of a body, without the wire's metadata."""
    return {key: value for key, value in body.items() if key not in _WIRE_FIELDS}


def answer_body(
    body: JsonObject, outputs: JsonObject, *, status: int, message: str, process_time_s: float
) -> bytes:
    """The JSON of an answer: the request echoed, outputs filled in, the axon's verdict added.

    A dendrite takes the status from ``axon.status_code`` and requires every required input back.
    """
    axon = body.get("axon")
    terminal = {
        **(axon if isinstance(axon, Mapping) else {}),
        "status_code": status,
        "status_message": message,
        "process_time": process_time_s,
    }
    return json.dumps({**body, **outputs, "axon": terminal}, separators=(",", ":")).encode()


def answer_headers(
    head: RequestHead, *, status: int, message: str, process_time_s: float, size: int
) -> list[tuple[bytes, bytes]]:
    """The metadata headers of an answer, all lower case: streaming clients compare bytes."""
    return [
        (b"name", head.name.encode()),
        (b"timeout", str(head.timeout_s).encode()),
        *verdict_headers(status, message, process_time_s),
        *head.echo,
        (b"header_size", b"0"),
        (b"total_size", str(size).encode()),
        (b"computed_body_hash", head.body_hash.encode("latin-1")),
    ]


def verdict_headers(status: int, message: str, process_time_s: float) -> list[tuple[bytes, bytes]]:
    """The three headers that tell a dendrite how its call went."""
    safe = "".join(letter if " " <= letter <= "~" else "?" for letter in message)[:512]
    return [
        (b"bt_header_axon_status_code", str(status).encode()),
        (b"bt_header_axon_status_message", safe.encode()),
        (b"bt_header_axon_process_time", repr(process_time_s).encode()),
    ]


def placeholder(value: JsonValue) -> str:
    """The empty stand-in of a required field in its ``bt_header_input_obj_`` header, base64 JSON.

    An SDK axon rebuilds the object from headers before it reads the body, so it must see a value of
    the right type for every required field.
    """
    empty: JsonValue = None
    if isinstance(value, bool | int | float | str):
        empty = type(value)()
    elif isinstance(value, Mapping):
        empty = {}
    elif isinstance(value, Sequence):
        empty = []
    return base64.b64encode(json.dumps(empty).encode()).decode()


def _is_own_verdict(key: bytes) -> bool:
    return key in {
        b"bt_header_axon_status_code",
        b"bt_header_axon_status_message",
        b"bt_header_axon_process_time",
    }


def _timeout(text: str | None) -> float:
    if text is None:
        return DEFAULT_TIMEOUT_S
    try:
        seconds = float(text)
    except ValueError:
        raise _invalid("the timeout header is not a number") from None
    if not math.isfinite(seconds) or seconds <= 0:
        raise _invalid("the timeout header is not a positive number")
    return min(seconds, MAX_TIMEOUT_S)


def _invalid(why: str) -> InvalidRequest:
    return InvalidRequest(
        f"Bad request: {why}.",
        why="The request does not have the shape of a synapse.",
        fix="Send the headers and JSON body that a bittensor 7.2 to 10.5 dendrite sends.",
    )
