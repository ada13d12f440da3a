"""What is said through the agent's socket: one request, one answer, each a JSON object on a line.

Both sides read the other as untrusted. A frame is at most ``MAX_FRAME`` bytes, names its kind, and has
exactly the fields of that kind, each of its type and range; anything else is ``InvalidRequest``. Errors
name the field and never its value, which may be a key.
"""

import base64
import binascii
import contextlib
import dataclasses
import json
from collections.abc import Callable
from typing import Any, NoReturn

from taocli.agent.frames import (
    MAX_KEYS,
    MAX_MESSAGE,
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
from taocli.agent.held import LEAST_LIFETIME_S, MOST_LIFETIME_S, HeldKey, is_label
from taocli.domain.address import Address
from taocli.domain.errors import InvalidAddress, InvalidRequest

VERSION = 1
MAX_FRAME = 96 * 1024
_MAX_SECRET = 64


class OtherVersion(InvalidRequest):
    """A frame of another version of taocli."""


def encode(frame: Request | Answer) -> bytes:
    """The line that says it, with its line end."""
    content = {name: _plain(getattr(frame, name)) for name in _fields_of(type(frame))}
    return json.dumps({"v": VERSION, "is": type(frame).__name__} | content).encode() + b"\n"


def decode_request(line: bytes) -> Request:
    """What a client asks; ``InvalidRequest`` for anything else, ``OtherVersion`` for another version."""
    request: Request = _decode(line, _REQUESTS)
    return request


def decode_answer(line: bytes) -> Answer:
    """What the agent answers; ``InvalidRequest`` for anything else, ``OtherVersion`` for another version."""
    answer: Answer = _decode(line, _ANSWERS)
    return answer


def _decode(line: bytes, kinds: dict[str, type]) -> Any:
    content = _object(line)
    version = content.pop("v", None)
    if type(version) is not int:
        _refuse("it has no version")
    if version != VERSION:
        raise OtherVersion(
            "The agent and this command are of different versions of taocli.",
            fix="End the agent, and unlock the key again.",
        )
    name = content.pop("is", None)
    kind = kinds.get(name) if isinstance(name, str) else None
    if kind is None:
        _refuse("its kind is unknown")
    expected = _fields_of(kind)
    if content.keys() != set(expected):
        _refuse("it does not have the fields of its kind")
    return kind(**{name: _READERS[name](name, content[name]) for name in expected})


def _object(line: bytes) -> dict[str, Any]:
    if len(line) > MAX_FRAME:
        _refuse("it is too long")
    content = None
    with contextlib.suppress(
        ValueError, RecursionError
    ):  # a refusal must not carry the frame along
        content = json.loads(line.decode())
    if not isinstance(content, dict):
        _refuse("it is not a JSON object")
    return content


def _fields_of(kind: type) -> tuple[str, ...]:
    return tuple(item.name for item in dataclasses.fields(kind))


def _plain(value: Any) -> Any:
    if isinstance(value, Address):
        return value.ss58
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, tuple):
        return [{name: _plain(getattr(key, name)) for name in _fields_of(HeldKey)} for key in value]
    return value


def _address(name: str, value: Any) -> Address:
    try:
        return Address.parse(value) if isinstance(value, str) else _refuse_field(name)
    except InvalidAddress:
        _refuse_field(name)


def _bytes(limit: int) -> Callable[[str, Any], bytes]:
    def read(name: str, value: Any) -> bytes:
        if not isinstance(value, str) or len(value) > 4 * (limit // 3 + 1):
            _refuse_field(name)
        try:
            found = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):  # ValueError: text that is not ASCII
            _refuse_field(name)
        return found if len(found) <= limit else _refuse_field(name)

    return read


def _number(least: int, most: int) -> Callable[[str, Any], int]:
    def read(name: str, value: Any) -> int:
        # type, because True is an int
        return value if type(value) is int and least <= value <= most else _refuse_field(name)

    return read


def _flag(name: str, value: Any) -> bool:
    return value if isinstance(value, bool) else _refuse_field(name)


def _label(name: str, value: Any) -> str:
    return value if isinstance(value, str) and is_label(value) else _refuse_field(name)


def _reason(name: str, value: Any) -> Refusal:
    try:
        return Refusal(value)
    except ValueError:
        _refuse_field(name)


def _keys(name: str, value: Any) -> tuple[HeldKey, ...]:
    if not isinstance(value, list) or len(value) > MAX_KEYS:
        _refuse_field(name)
    expected = _fields_of(HeldKey)
    for item in value:
        if not isinstance(item, dict) or item.keys() != set(expected):
            _refuse_field(name)
    return tuple(
        HeldKey(**{key: _READERS[key](key, item[key]) for key in expected}) for item in value
    )


def _optional_address(name: str, value: Any) -> Address | None:
    return None if value is None else _address(name, value)


_READERS: dict[str, Callable[[str, Any], Any]] = {
    "address": _address,
    "crypto_type": _number(0, 1),
    "private_key": _bytes(_MAX_SECRET),
    "label": _label,
    "lifetime_s": _number(LEAST_LIFETIME_S, MOST_LIFETIME_S),
    "seconds_left": _number(0, MOST_LIFETIME_S),
    "message": _bytes(MAX_MESSAGE),
    "signature": _bytes(64),
    "count": _number(0, MAX_KEYS),
    "pid": _number(1, 1 << 31),
    "protected": _flag,
    "keys_locked": _flag,
    "memory_locked": _flag,
    "reason": _reason,
    "keys": _keys,
    "which": _optional_address,
}
_REQUESTS: dict[str, type] = {kind.__name__: kind for kind in (Hello, Add, Sign, ListKeys, Lock)}
_ANSWERS: dict[str, type] = {
    kind.__name__: kind for kind in (Welcome, Held, Signed, Dropped, Refused)
}


def _refuse_field(name: str) -> NoReturn:
    _refuse(f"its {name} is not one")


def _refuse(why: str) -> NoReturn:
    raise InvalidRequest(
        "A message between taocli and its agent cannot be understood.",
        why=f"{why[0].upper()}{why[1:]}.",
        fix="End the agent, and unlock the key again.",
    )
