"""How a miner's status travels: one JSON object a line, over a Unix socket or in a last-will file.

A running miner owns a directory per (network, netuid, hotkey). ``sock`` there is a Unix socket that
pushes one line a second to everyone connected; ``state.json`` is the newest line on disk, so that a
reader who comes after a crash still learns how it ended. Readers treat both as untrusted text.
"""

import dataclasses
import enum
import json
import types
import typing
from pathlib import Path
from typing import Any

from taocli.config import runtime_dir
from taocli.domain.errors import InvalidRequest
from taocli.domain.status import MINER_STATUS_SCHEMA, MinerStatus

MAX_STATUS_BYTES = 64 * 1024
"""A longer line is refused unread."""

SOCKET_NAME = "sock"
STATE_NAME = "state.json"


def rendezvous(network: str, netuid: int, hotkey_ss58: str) -> Path:
    """The directory where the miner of this hotkey and its dashboards meet; not created here."""
    safe = "".join(character if character.isalnum() else "-" for character in network)[:64]
    return runtime_dir() / safe / f"{netuid}-{hotkey_ss58[:8]}"


def encode_status(status: MinerStatus) -> bytes:
    """One JSON object on one line, newline included."""
    return json.dumps(_to_json(status), separators=(",", ":")).encode() + b"\n"


def decode_status(line: bytes) -> MinerStatus:
    """Read one line; ``InvalidRequest`` when it is not a status of this schema."""
    if len(line) > MAX_STATUS_BYTES:
        raise _invalid("it is longer than any status")
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        raise _invalid("it is not JSON") from None
    if not isinstance(content, dict) or content.get("schema") != MINER_STATUS_SCHEMA:
        raise _invalid(f"its schema is not {MINER_STATUS_SCHEMA}")
    status = _from_json(MinerStatus, content)
    if not isinstance(status, MinerStatus):
        raise _invalid("it is not an object")
    return status


def _to_json(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            item.name: _to_json(getattr(value, item.name)) for item in dataclasses.fields(value)
        }
    return value.value if isinstance(value, enum.Enum) else value


def _from_json(expected: Any, value: Any) -> Any:
    if isinstance(expected, types.UnionType):
        if value is None and type(None) in typing.get_args(expected):
            return None
        expected = next(arm for arm in typing.get_args(expected) if arm is not type(None))
    if isinstance(expected, type) and issubclass(expected, enum.Enum):
        try:
            return expected(value)
        except ValueError:
            raise _invalid(f"{value!r} is not a {expected.__name__}") from None
    if dataclasses.is_dataclass(expected):
        return _object(typing.cast("type", expected), value)
    if expected is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        raise _invalid(f"a {expected.__name__} was expected")
    return value


def _object(expected: type, value: Any) -> Any:
    if not isinstance(value, dict):
        raise _invalid(f"a {expected.__name__} was expected")
    hints = typing.get_type_hints(expected)
    try:
        arguments = {name: _from_json(hint, value[name]) for name, hint in hints.items()}
    except KeyError as missing:
        raise _invalid(f"the field {missing} is missing") from None
    return expected(**arguments)


def _invalid(why: str) -> InvalidRequest:
    return InvalidRequest(
        "The miner's status cannot be read.",
        why=f"{why[0].upper()}{why[1:]}.",
        fix="Run the same version of taocli for the miner and the dashboard.",
    )
