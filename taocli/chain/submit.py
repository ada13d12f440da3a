"""Sending a transaction and proving what became of it.

The node is watched until the transaction is in a block (or final); the block is then read, because only
its events tell whether the call worked. When the connection breaks meanwhile the outcome is not lost:
a mortal transaction can only be in the next 64 blocks, and those are searched for its hash.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any

from taocli.chain.calls.extrinsic import SignedExtrinsic
from taocli.chain.connection import Connection, unhex
from taocli.chain.dispatch_errors import dispatch_failure, pool_refusal
from taocli.chain.headers import block_ref
from taocli.domain.balance import Balance
from taocli.domain.block import BlockRef, ChainEvent
from taocli.domain.errors import (
    ConnectionLost,
    DeadlineExceeded,
    InvalidTransaction,
    NetworkError,
    RpcFailed,
)
from taocli.domain.extrinsic import Call, Receipt, Wait

INCLUSION_S = 150.0
FINALITY_S = 300.0
_SEARCH_PAUSE_S = 1.0
_FATAL = {
    "dropped": "The pool dropped it to make room for others.",
    "invalid": "It became invalid before it was included.",
    "usurped": "Another transaction with the same nonce took its place.",
    "finalityTimeout": "The chain did not make its block final in time.",
}


async def send_and_watch(
    connection: Connection, call: Call, extrinsic: SignedExtrinsic, wait: Wait
) -> Receipt:
    """Submit, wait, and return the receipt; ``DispatchFailed`` when the call failed in its block."""
    limit = INCLUSION_S if wait is Wait.INCLUSION else FINALITY_S
    try:
        async with asyncio.timeout(limit):
            block_hash = await _watch(connection, call, extrinsic, wait)
            return await _receipt(connection, call, extrinsic, block_hash, wait)
    except TimeoutError:
        raise DeadlineExceeded(
            f"{call} was sent, but not seen in a block within {limit:g} s.",
            why=f"Its hash is {extrinsic.hash}; it may be included until block {extrinsic.dies_at}.",
            fix="Look at the account before sending it again.",
        ) from None


async def _watch(connection: Connection, call: Call, extrinsic: SignedExtrinsic, wait: Wait) -> str:
    raw = "0x" + extrinsic.raw.hex()
    goal = "inBlock" if wait is Wait.INCLUSION else "finalized"
    try:
        async with connection.transport.subscribe(
            "author_submitAndWatchExtrinsic", [raw], "author_unwatchExtrinsic"
        ) as statuses:
            while True:
                status = await statuses.next()
                reached = _reached(call, status, goal)
                if reached is not None:
                    return reached
    except RpcFailed as failure:
        raise pool_refusal(call, failure) or failure from None
    except ConnectionLost:
        return await _search(connection, extrinsic)


def _reached(call: Call, status: Any, goal: str) -> str | None:
    name, value = _name_and_value(status)
    if name in _FATAL:
        raise InvalidTransaction(f"{call} was not carried out.", why=_FATAL[name], fix="Try again.")
    if name in {goal, "finalized"} and isinstance(value, str):
        return value
    return None


def _name_and_value(status: Any) -> tuple[str, Any]:
    """``"ready"`` has no value; ``{"inBlock": "0x…"}`` has one."""
    if isinstance(status, dict):
        return next(((str(name), value) for name, value in status.items()), ("", None))
    return str(status), None


async def _search(connection: Connection, extrinsic: SignedExtrinsic) -> str:
    number = extrinsic.born.number + 1
    while number <= extrinsic.dies_at:
        try:
            await connection.transport.reopen_forever()
            block_hash = await connection.block_hash(number)
            if block_hash is None:
                await asyncio.sleep(_SEARCH_PAUSE_S)
                continue
            if _position(await _extrinsics(connection, block_hash), extrinsic) is not None:
                return block_hash
            number += 1
        except (NetworkError, DeadlineExceeded):
            await asyncio.sleep(_SEARCH_PAUSE_S)
    raise ConnectionLost(
        "The transaction was lost with the connection.",
        why=f"None of the blocks in which it was valid holds {extrinsic.hash}.",
        fix="Nothing was spent; try again.",
    )


async def _receipt(
    connection: Connection, call: Call, extrinsic: SignedExtrinsic, block_hash: str, wait: Wait
) -> Receipt:
    codec = await connection.codec()
    events_key = "0x" + codec.storage_key("System", "Events").hex()
    answers = await connection.transport.read_batch(
        [
            ("chain_getHeader", [block_hash]),
            ("chain_getBlock", [block_hash]),
            ("state_getStorage", [events_key, block_hash]),
        ]
    )
    index = _position(_extrinsics_in(answers[1]), extrinsic)
    if index is None:
        raise RpcFailed(
            f"The block that should hold {call} does not.",
            why=f"{extrinsic.hash} is not in {block_hash[:66]}.",
            fix="Look at the account before sending it again.",
        )
    block = BlockRef(block_ref(answers[0]).number, block_hash)
    raw_events = None if answers[2] is None else unhex(answers[2])
    events = tuple(event for event in codec.events(raw_events) if event.extrinsic == index)
    failed = next((event for event in events if event.name == "ExtrinsicFailed"), None)
    if failed is not None:
        raise dispatch_failure(codec, call, failed.fields.get("dispatch_error"))
    return Receipt(
        extrinsic.hash, block, index, _fee_in(events), events, finalized=wait is Wait.FINALIZED
    )


async def _extrinsics(connection: Connection, block_hash: str) -> list[bytes]:
    return _extrinsics_in(await connection.transport.read("chain_getBlock", [block_hash]))


def _extrinsics_in(answer: Any) -> list[bytes]:
    try:
        listed = answer["block"]["extrinsics"]
    except (KeyError, TypeError):
        raise RpcFailed(
            "The node sent a block that cannot be read.",
            why="A block has a list of extrinsics.",
            fix="Name another endpoint with --network.",
        ) from None
    return [unhex(item) for item in listed]


def _position(extrinsics: Sequence[bytes], wanted: SignedExtrinsic) -> int | None:
    digests = ("0x" + hashlib.blake2b(raw, digest_size=32).hexdigest() for raw in extrinsics)
    return next((place for place, digest in enumerate(digests) if digest == wanted.hash), None)


def _fee_in(events: Sequence[ChainEvent]) -> Balance:
    for event in events:
        if (event.pallet, event.name) == ("TransactionPayment", "TransactionFeePaid"):
            fee = event.fields.get("actual_fee")
            return Balance(fee if isinstance(fee, int) else 0)
    return Balance(0)
