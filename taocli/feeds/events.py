"""What changed, in words: events are made by comparing a new reading with the one before it.

Comparing, instead of listening, means that a reconnect repeats nothing and a missed block loses
nothing but detail.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from taocli.domain.status import MinerState, MinerStatus, WorkerState
from taocli.domain.subnet import Subnet
from taocli.feeds.readings import MinerReport, Standing


class Level(enum.Enum):
    """How much an event matters."""

    INFO = "info"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the dashboard's diary; ``wall`` is seconds since the epoch."""

    wall: float
    level: Level
    source: str
    text: str


Change = tuple[Level, str]

_MINER_LEVELS = {
    MinerState.SERVING: Level.GOOD,
    MinerState.DEGRADED: Level.WARN,
    MinerState.DEREGISTERED: Level.BAD,
    MinerState.STOPPED: Level.WARN,
}
_WORKER_LEVELS = {WorkerState.READY: Level.GOOD, WorkerState.DEAD: Level.BAD}


def subnet_changes(old: Subnet | None, new: Subnet) -> Iterator[Change]:
    """An epoch that ran, or a registration price that moved by half."""
    if old is None:
        return
    if new.last_epoch_block > old.last_epoch_block:
        yield Level.INFO, f"epoch ran at block {new.last_epoch_block:,}"
    if new.registration_allowed != old.registration_allowed:
        yield Level.WARN, f"registration {'opened' if new.registration_allowed else 'closed'}"


def standing_changes(
    old: Standing | None, new: Standing | None, *, first: bool
) -> Iterator[Change]:
    """A slot won or lost, and a payment that differs from the last one."""
    if new is None:
        if old is not None:
            yield Level.BAD, f"the hotkey lost uid {old.uid} and is not registered any more"
        elif first:
            yield Level.WARN, "the hotkey is not registered on this subnet"
        return
    if old is None or old.uid != new.uid:
        yield Level.GOOD, f"registered as uid {new.uid}"
    if old is not None and old.position != new.position:
        better = new.position < old.position
        yield (
            Level.GOOD if better else Level.WARN,
            f"incentive position {old.position} → {new.position} of {new.neurons}",
        )
    if old is not None and old.emission != new.emission:
        paid = f"{new.emission.rounded(4)}α{new.emission.netuid}"
        yield Level.GOOD if new.emission else Level.WARN, f"epoch pays {paid}"


def miner_changes(old: MinerReport | None, new: MinerReport | None) -> Iterator[Change]:
    """A state reached, a worker restarted, requests failed, a process gone."""
    if new is None:
        return
    status = new.status
    if new.exited and (old is None or not old.exited):
        reason = status.detail or "no reason was left"
        yield Level.BAD, f"the miner is gone: {reason}"
        return
    before = old.status if old is not None and not old.exited else None
    if before is None or before.state is not status.state:
        level = _MINER_LEVELS.get(status.state, Level.INFO)
        yield level, f"miner {status.state.value}" + (f": {status.detail}" if status.detail else "")
    yield from _worker_changes(before, status)


def _worker_changes(before: MinerStatus | None, status: MinerStatus) -> Iterator[Change]:
    if before is None or before.worker.state is not status.worker.state:
        level = _WORKER_LEVELS.get(status.worker.state, Level.INFO)
        detail = f": {status.worker.detail}" if status.worker.detail else ""
        yield level, f"worker {status.worker.state.value}{detail}"
    if before is None or before.pid != status.pid:
        return
    if status.worker_restarts > before.worker_restarts:
        yield Level.WARN, f"worker restarted ({status.worker_restarts} so far)"
    if status.failed > before.failed:
        yield Level.BAD, f"{status.failed - before.failed} requests failed"
    if status.refused > before.refused:
        yield Level.WARN, f"{status.refused - before.refused} requests refused"
