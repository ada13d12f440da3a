"""Keeping a block log of a running node, and making its chain again from the log alone.

A replay starts from the recipe, puts each block's extrinsics into a block of the same time, and compares hashes:
a hash covers the whole state, so where two agree everything agrees. The transaction pool has no part in it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from taocli.domain.errors import InvalidSetting, TaoError, Unhealthy
from taocli.localnet.assemble import build_producer
from taocli.localnet.block_log import (
    BlockLog,
    BlockMade,
    ChainBegan,
    Entry,
    Reverted,
    SnapshotTaken,
    block_made,
    read_log,
)
from taocli.localnet.node import LocalNode
from taocli.localnet.producer import Producer, time_of
from taocli.localnet.snapshots import Snapshot, Snapshots


class ReplayDiffers(Unhealthy):
    """The chain that was made from a block log is not the one that wrote it."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a log held: runs of the chain, blocks in all, and the head where the last one ended."""

    chains: int
    blocks: int
    number: int
    hash: bytes


def keep_log(node: LocalNode, path: Path) -> BlockLog:
    """Append everything that a node makes from now on to a block log; the caller closes it in the end."""
    if node.head.number:
        raise InvalidSetting(
            "This chain's beginning is in no block log.",
            why=f"Its directory holds {node.head.number} blocks; a log begins at block 0.",
            fix="Start a new chain with --block-log, or leave it out.",
        )
    log = BlockLog(path)
    spec = node.producer.runtime.version.spec_version
    log.write(ChainBegan(node.recipe, node.head.hash, spec))

    def note(snapshot: Snapshot, back: bool) -> None:
        made = Reverted if back else SnapshotTaken
        log.write(made(snapshot.id, snapshot.number))

    node.listen(lambda block: log.write(block_made(block, node.producer.last_ms)))
    node.snapshots.listen(note)
    return log


def replay(path: Path, told: Callable[[int], None] = lambda _: None) -> Replayed:
    """Make the chain of a log again; ``ReplayDiffers`` at the first block that is another.

    ``told`` hears the number of each block.
    """
    replayer = _Replayer()
    for entry in read_log(path):
        replayer.take(entry)
        if isinstance(entry, BlockMade):
            told(entry.number)
    if replayer.producer is None:
        raise InvalidSetting(
            f"{path} is an empty block log.", why="It describes no chain.", fix="Name another file."
        )
    head = replayer.producer.store.head
    return Replayed(replayer.chains, replayer.blocks, head.number, head.hash)


class _Replayer:
    """The chain as far as the log was read."""

    def __init__(self) -> None:
        self.chains = self.blocks = 0
        self.producer: Producer | None = None
        self._snapshots: Snapshots | None = None

    def take(self, entry: Entry) -> None:
        if isinstance(entry, ChainBegan):
            self._begin(entry)
            return
        if self.producer is None or self._snapshots is None:
            raise InvalidSetting(
                "The block log does not begin with a chain.",
                why="Its first line is something else.",
                fix="Name a file that taocli localnet start --block-log wrote.",
            )
        if isinstance(entry, BlockMade):
            self._repeat(self.producer, entry)
        elif isinstance(entry, SnapshotTaken):
            taken = self._snapshots.take()
            _same(entry.number, "snapshot", (taken.id, taken.number), (entry.id, entry.number))
        else:
            number = self._snapshots.revert(entry.id).number
            _same(entry.number, "height after going back", number, entry.number)

    def _begin(self, entry: ChainBegan) -> None:
        self.producer = build_producer(entry.recipe)
        self._snapshots = Snapshots(self.producer)
        self.chains += 1
        _same(0, "spec", self.producer.runtime.version.spec_version, entry.spec)
        _same(0, "hash", self.producer.store.head.hash, entry.genesis)

    def _repeat(self, producer: Producer, entry: BlockMade) -> None:
        _same(entry.number, "number", producer.store.head.number + 1, entry.number)
        try:
            block = producer.repeat_block(entry.time_ms, entry.extrinsics, entry.seal)
        except TaoError as refusal:
            raise ReplayDiffers(
                f"Block #{entry.number} cannot be made again.",
                why=f"An extrinsic in it is refused now: {refusal.what} {refusal.why}",
                fix="Use the version of taocli that wrote the log.",
            ) from None
        _same(entry.number, "hash", block.hash, entry.hash)
        _same(entry.number, "time", time_of(block), entry.time_ms)
        self.blocks += 1


def _same(number: int, what: str, found: object, logged: object) -> None:
    if found != logged:
        raise ReplayDiffers(
            f"Block #{number} is another than in the log.",
            why=f"Its {what} is {_text(found)}; the log has {_text(logged)}.",
            fix="Use the version of taocli that wrote the log, or see what was changed in it.",
        )


def _text(value: object) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)
