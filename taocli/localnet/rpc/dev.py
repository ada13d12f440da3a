"""dev_*: what only a localnet can do: make blocks, run epochs, move time, go back, give money away.

These methods exist on no other chain, and clients of other chains are told "Method not found". Amounts are rao as
decimal text, because JSON readers lose digits of large numbers; times are milliseconds since the Unix
epoch. A parameter that cannot be used is answered with -32602 and the reason, what the chain refuses
with 4100. While a long request makes blocks everybody else gets a turn between two of them.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from taocli.domain.balance import Balance
from taocli.domain.errors import TaoError, ValidationError
from taocli.localnet import driving
from taocli.localnet.dev_uri import account_of
from taocli.localnet.rpc.node_seam import Node
from taocli.localnet.rpc.params import invalid, to_hex
from taocli.localnet.rpc.protocol import RpcRefused, method
from taocli.localnet.snapshots import Snapshot

MAX_BLOCKS = 1_000
"""Blocks in one request."""
MAX_RAO = (1 << 64) - 1
DEV_REFUSED = 4_100
"""The chain says no to what a dev_* method asks of it."""


class DevMethods:
    """Looking at and driving the chain."""

    def __init__(self, node: Node) -> None:
        self._node = node

    @method("dev_status")
    def dev_status(self) -> dict[str, Any]:
        """How this localnet was started and where it stands."""
        producer, recipe = self._node.producer, self._node.recipe
        clock = producer.clock
        return {
            "profile": recipe.profile,
            "blockTime": self._node.block_time,
            "seed": recipe.seed,
            "block": self._node.head.number,
            "hash": to_hex(self._node.head.hash),
            "genesis": to_hex(producer.store.hash_at(0) or b""),
            "time": producer.last_ms,
            "nextTime": clock.preview(producer.last_ms),
            "ready": producer.pool.ready_count,
            "future": len(producer.pool) - producer.pool.ready_count,
            "snapshots": [snapshot.id for snapshot in self._node.snapshots.listed()],
        }

    @method("dev_accounts")
    def dev_accounts(self) -> list[dict[str, str]]:
        """The development accounts that block 0 gave money to, and what they had."""
        return [
            {"name": item.name, "address": item.address.ss58, "balance": str(item.balance.rao)}
            for item in driving.accounts(self._node.recipe)
        ]

    @method("dev_mineBlocks")
    async def dev_mine_blocks(self, count: Any = 1) -> list[str]:
        """Make blocks at once; their hashes come back."""
        hashes = []
        for _ in range(_whole(count, "count", 0, MAX_BLOCKS)):
            hashes += [to_hex(block.hash) for block in self._node.mine_blocks(1)]
            await asyncio.sleep(0)
        return hashes

    @method("dev_blocksToEpoch")
    def dev_blocks_to_epoch(self, netuid: Any) -> int:
        """How many blocks it takes until the subnet's next epoch has run."""
        with _refusals():
            return driving.blocks_to_epoch(self._node, _netuid(netuid))

    @method("dev_advanceEpoch")
    async def dev_advance_epoch(self, netuid: Any) -> dict[str, Any]:
        """Make blocks up to the subnet's next epoch; what it paid comes back."""
        number, mined = _netuid(netuid), 0
        with _refusals():
            left = driving.blocks_to_epoch(self._node, number)
            if left > MAX_BLOCKS:
                raise invalid(f"The epoch is {left} blocks away: make some with dev_mineBlocks")
            for _ in driving.epoch_steps(self._node, number):
                mined += 1
                await asyncio.sleep(0)
            return _epoch_json(driving.epoch_ran(self._node, number, mined))

    @method("dev_setTime")
    def dev_set_time(self, milliseconds: Any) -> int:
        """Let the next block come at this time, and the others behind it."""
        with _refusals():
            return driving.set_time(self._node, _whole(milliseconds, "time", 0, MAX_RAO))

    @method("dev_advanceTime")
    def dev_advance_time(self, milliseconds: Any) -> int:
        """Let the following blocks come so much later; when the next one would come now."""
        with _refusals():
            return driving.advance_time(self._node, _whole(milliseconds, "time", 0, MAX_RAO))

    @method("dev_snapshot")
    def dev_snapshot(self) -> int:
        """Remember the chain as it is; the id to come back with."""
        with _refusals():
            return self._node.snapshots.take().id

    @method("dev_snapshots")
    def dev_snapshots(self) -> list[dict[str, Any]]:
        """What can be gone back to."""
        return [_snapshot_json(item) for item in self._node.snapshots.listed()]

    @method("dev_revert")
    def dev_revert(self, snapshot: Any) -> dict[str, Any]:
        """Go back to a snapshot; it stays, later ones and the pool's transactions are dropped."""
        with _refusals():
            number = _whole(snapshot, "snapshot", 1, MAX_RAO)
            return _snapshot_json(self._node.snapshots.revert(number))

    @method("dev_reset")
    def dev_reset(self) -> dict[str, Any]:
        """Go back to block 0; every snapshot is dropped."""
        with _refusals():
            return _snapshot_json(self._node.snapshots.reset())

    @method("dev_fund")
    def dev_fund(self, account: Any, rao: Any) -> dict[str, Any]:
        """Send TAO from //Alice in a block of its own; the account is an address or ``//URI``."""
        if not isinstance(account, str):
            raise invalid("The account is an SS58 address or a URI such as //Bob")
        amount = Balance(_rao(rao))
        with _refusals():
            address = account_of(account)
            block = driving.fund(self._node, address, amount)
        free = driving.runtime_of(self._node).balances.free(address.public_key)
        return {
            "address": address.ss58,
            "free": str(free),
            "block": block.number,
            "hash": to_hex(block.hash),
        }


@contextmanager
def _refusals() -> Iterator[None]:
    """Our errors as JSON-RPC ones."""
    try:
        yield
    except ValidationError as error:
        raise invalid(" ".join(part for part in (error.what, error.why) if part)) from None
    except TaoError as error:
        raise RpcRefused(DEV_REFUSED, error.what, error.why) from None


def _whole(value: Any, what: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise invalid(f"{what} must be an integer from {least} to {most}")
    return value


def _netuid(value: Any) -> int:
    return _whole(value, "netuid", 0, 65_535)


def _rao(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 20:
        value = int(value)
    return _whole(value, "rao", 1, MAX_RAO)


def _snapshot_json(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "id": snapshot.id,
        "block": snapshot.number,
        "hash": to_hex(snapshot.hash),
        "time": snapshot.time_ms,
    }


def _epoch_json(ran: driving.EpochRan) -> dict[str, Any]:
    return {
        "netuid": ran.netuid,
        "block": ran.block.number,
        "hash": to_hex(ran.block.hash),
        "mined": ran.mined,
        "total": str(ran.total.rao),
        "paid": [
            {
                "uid": item.uid,
                "hotkey": item.hotkey.ss58,
                "emission": str(item.emission.rao),
                "incentive": item.incentive,
                "dividends": item.dividends,
            }
            for item in ran.paid
        ],
    }
