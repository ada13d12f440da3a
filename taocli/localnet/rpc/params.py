"""Reading parameters from JSON and writing chain values as JSON.

Everything a client sends is checked here before a method sees it; what does not fit is answered with
"Invalid params" and the reason.
"""

from typing import Any

from taocli.localnet.chain_block import Block, Header
from taocli.localnet.rpc.protocol import INVALID_PARAMS, RpcRefused

MAX_BYTES = 16 * 1024 * 1024
MAX_KEYS = 1_000
"""Keys in one page or one query, the limit of the real node."""


def invalid(why: str) -> RpcRefused:
    """The error for a parameter that cannot be used."""
    return RpcRefused(INVALID_PARAMS, "Invalid params", why)


def to_hex(data: bytes) -> str:
    """Bytes as 0x-prefixed hex."""
    return "0x" + data.hex()


def from_hex(value: Any, what: str = "value") -> bytes:
    """Bytes from 0x-prefixed (or bare) hex."""
    if not isinstance(value, str):
        raise invalid(f"{what} must be a hex string")
    digits = value.removeprefix("0x")
    if len(digits) > 2 * MAX_BYTES or len(digits) % 2:
        raise invalid(f"{what} has a length that cannot be right")
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise invalid(f"{what} is not hex") from None


def hash_from(value: Any) -> bytes:
    """A 32-byte block hash."""
    digest = from_hex(value, "block hash")
    if len(digest) != 32:
        raise invalid("A block hash has 32 bytes")
    return digest


def count_from(value: Any, what: str, most: int) -> int:
    """An integer from 0 to ``most``."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise invalid(f"{what} must be an integer from 0 to {most}")
    return value


def number_from(value: Any) -> int:
    """A block number: an integer or a hex string, as Substrate's NumberOrHex."""
    if isinstance(value, str):
        try:
            value = int(value, 16)
        except ValueError:
            raise invalid("A block number is an integer or hex") from None
    return count_from(value, "block number", 2**32 - 1)


def keys_from(value: Any) -> list[bytes]:
    """A list of storage keys."""
    if not isinstance(value, list) or len(value) > MAX_KEYS:
        raise invalid(f"keys must be a list of at most {MAX_KEYS} hex strings")
    return [from_hex(key, "storage key") for key in value]


def header_json(header: Header) -> dict[str, Any]:
    """A header as chain_getHeader shows it."""
    return {
        "parentHash": to_hex(header.parent_hash),
        "number": hex(header.number),
        "stateRoot": to_hex(header.state_root),
        "extrinsicsRoot": to_hex(header.extrinsics_root),
        "digest": {"logs": [to_hex(item) for item in header.digest]},
    }


def block_json(block: Block) -> dict[str, Any]:
    """A block as chain_getBlock shows it."""
    bodies = [to_hex(item) for item in block.extrinsics]
    return {
        "block": {"header": header_json(block.header), "extrinsics": bodies},
        "justifications": None,
    }
