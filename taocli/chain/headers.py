"""Block headers: their number, and the hash that a node's JSON leaves out.

A block's hash is BLAKE2-256 over its SCALE-encoded header: parent hash, compact number, state root,
extrinsics root and the digest's items (Substrate ``sp_runtime::generic::Header``). Computing it saves a
request for each new block, and binds what is shown to what the node sent.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from taocli.domain.block import BlockRef
from taocli.domain.errors import RpcFailed


def block_ref(header: Any) -> BlockRef:
    """Number and hash of a header as ``chain_getHeader`` gives it."""
    try:
        number = int(header["number"], 16)
        raw = (
            _hash(header["parentHash"])
            + compact(number)
            + _hash(header["stateRoot"])
            + _hash(header["extrinsicsRoot"])
            + _digest(header["digest"])
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise RpcFailed(
            "The node sent a block header that cannot be read.",
            why="A header has a number, three hashes and a digest.",
            fix="Name another endpoint with --network.",
        ) from None
    return BlockRef(number, "0x" + hashlib.blake2b(raw, digest_size=32).hexdigest())


def compact(number: int) -> bytes:
    """A SCALE compact integer of up to 2^536 - 1."""
    if number < 1 << 6:
        return bytes([number << 2])
    if number < 1 << 14:
        return (number << 2 | 1).to_bytes(2, "little")
    if number < 1 << 30:
        return (number << 2 | 2).to_bytes(4, "little")
    size = max(4, (number.bit_length() + 7) // 8)
    return bytes([(size - 4) << 2 | 3]) + number.to_bytes(size, "little")


def _hash(text: str) -> bytes:
    raw = bytes.fromhex(text.removeprefix("0x"))
    if len(raw) != 32:
        raise ValueError
    return raw


def _digest(digest: Mapping[str, Any]) -> bytes:
    items = [bytes.fromhex(item.removeprefix("0x")) for item in digest["logs"]]
    return compact(len(items)) + b"".join(items)
