"""Reading parameters from JSON and writing chain values as JSON.

Everything a client sends is checked here before a method sees it; what does not fit is answered with
"Invalid params" and the reason.
"""

import re
from typing import Any

from taocli.domain.address import Address
from taocli.domain.errors import InvalidAddress
from taocli.localnet.chain_block import Block, Header
from taocli.localnet.rpc.protocol import INVALID_PARAMS, RpcRefused

MAX_BYTES = 16 * 1024 * 1024
MAX_PAGE = 1_000
"""Keys in one page, the limit of the real node."""
MAX_QUERIED = 20_000
"""Keys, or block numbers, in one query; the real node has no limit."""
MAX_KEY_BYTES = 4_096
_HEX_NUMBER = re.compile(r"0x[0-9a-fA-F]{1,16}")


def invalid(why: str) -> RpcRefused:
    """The error for a parameter that cannot be used."""
    return RpcRefused(INVALID_PARAMS, "Invalid params", why)


def to_hex(data: bytes) -> str:
    """Bytes as 0x-prefixed hex."""
    return "0x" + data.hex()


def from_hex(value: Any, what: str = "value", most: int = MAX_BYTES) -> bytes:
    """At most ``most`` bytes from 0x-prefixed (or bare) hex."""
    if not isinstance(value, str):
        raise invalid(f"{what} must be a hex string")
    digits = value.removeprefix("0x")
    if len(digits) > 2 * most or len(digits) % 2:
        raise invalid(f"{what} has a length that cannot be right")
    try:
        data = bytes.fromhex(digits)
    except ValueError:
        raise invalid(f"{what} is not hex") from None
    if 2 * len(data) != len(digits):  # Python would read past spaces
        raise invalid(f"{what} is not hex")
    return data


def hash_from(value: Any) -> bytes:
    """A 32-byte hash."""
    digest = from_hex(value, "hash")
    if len(digest) != 32:
        raise invalid("A hash has 32 bytes")
    return digest


def key_from(value: Any) -> bytes:
    """A storage key, or the beginning of one."""
    return from_hex(value, "storage key", MAX_KEY_BYTES)


def keys_from(value: Any, most: int = MAX_QUERIED) -> list[bytes]:
    """A list of storage keys."""
    if not isinstance(value, list) or len(value) > most:
        raise invalid(f"keys must be a list of at most {most} hex strings")
    return [key_from(key) for key in value]


def count_from(value: Any, what: str, most: int) -> int:
    """An integer from 0 to ``most``."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise invalid(f"{what} must be an integer from 0 to {most}")
    return value


def number_from(value: Any) -> int:
    """A block number: an integer or a hex string, as Substrate's NumberOrHex."""
    if isinstance(value, str):
        if not _HEX_NUMBER.fullmatch(value):
            raise invalid("A block number is an integer or 0x-prefixed hex")
        value = int(value, 16)
    return count_from(value, "block number", 2**32 - 1)


def account_from(value: Any) -> bytes:
    """The public key of an account, from its SS58 address."""
    try:
        return Address.parse(str(value)).public_key
    except InvalidAddress:
        raise invalid("The account is an SS58 address") from None


def bytes_from(value: Any) -> bytes:
    """Bytes from a list of numbers, as Rust's ``Vec<u8>`` is written."""
    if not isinstance(value, list) or len(value) > MAX_KEY_BYTES:
        raise invalid(f"Bytes are a list of at most {MAX_KEY_BYTES} numbers")
    return bytes(count_from(item, "A byte", 255) for item in value)


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
