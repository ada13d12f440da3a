"""One frozen picture of everything a dashboard shows; `taocli tui` draws it, `taocli status` prints it."""

from dataclasses import dataclass

from taocli.domain.balance import Balance
from taocli.domain.block import BlockRef, blocks_until_epoch
from taocli.domain.status import MinerState, WorkerState
from taocli.domain.subnet import Subnet
from taocli.feeds.events import Event
from taocli.feeds.readings import MinerReport, Standing, Watched
from taocli.feeds.samples import Cell, Freshness
from taocli.feeds.store import Store, T


@dataclass(frozen=True, slots=True)
class Link:
    """How a source does: ages in seconds, ``retry_in_s`` while it fails."""

    state: Freshness
    age_s: float | None
    source: str
    error: str
    retry_in_s: float | None


@dataclass(frozen=True, slots=True)
class Earnings:
    """Alpha per tempo at the last epoch, alpha earned since ``since`` (epoch seconds), and its TAO value."""

    per_tempo: Balance | None
    per_tempo_tao: Balance | None
    earned: Balance | None
    earned_tao: Balance | None
    stake: Balance | None
    stake_tao: Balance | None
    since: float | None
    age_s: float | None


@dataclass(frozen=True, slots=True)
class Histories:
    """Readings of the last seconds, oldest first; None where nothing was known."""

    requests: tuple[float | None, ...]
    tokens: tuple[float | None, ...]
    latency_ms: tuple[float | None, ...]
    earned_rao: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The first screen: who is watched, chain, standing, earnings, miner, history and events."""

    watched: Watched
    taken_at: float
    chain: Link
    block: BlockRef | None
    block_age_s: float | None
    block_time_s: float | None
    subnet: Subnet | None
    subnet_known: bool
    epoch_in_blocks: int | None
    epoch_in_s: float | None
    standing: Standing | None
    standing_known: bool
    standing_age_s: float | None
    earnings: Earnings
    miner: Link
    report: MinerReport | None
    requests_per_s: float | None
    tokens_per_s: float | None
    histories: Histories
    events: tuple[Event, ...]

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong, worst first; empty when the miner is registered and serving."""
        found = []
        if self.chain.state is not Freshness.LIVE:
            found.append(
                f"the chain is {self.chain.state.value}: {self.chain.error or 'no answer yet'}"
            )
        elif self.standing is None:
            found.append("the hotkey is not registered on this subnet")
        if self.report is None:
            found.append("no miner has run here")
        elif self.report.exited or self.miner.state is not Freshness.LIVE:
            found.append("the miner is not running")
        elif self.report.status.state is not MinerState.SERVING:
            found.append(f"the miner is {self.report.status.state.value}")
        elif self.report.status.worker.state is not WorkerState.READY:
            found.append(f"the worker is {self.report.status.worker.state.value}")
        return tuple(found)


def take(store: Store) -> Overview:
    """The picture at this moment."""
    now = store.clock.monotonic()
    head, subnet, standing = store.head.value, store.subnet.value, store.standing.value
    blocks = (
        blocks_until_epoch(subnet.tempo, subnet.last_epoch_block, head.number)
        if head is not None and subnet is not None
        else None
    )
    block_time = store.block_time()
    report = store.miner.value
    talking = report is not None and store.miner.freshness(now) is Freshness.LIVE
    return Overview(
        watched=store.watched,
        taken_at=store.clock.now(),
        chain=_link(store.head, now),
        block=head,
        block_age_s=None if store.block_seen_at is None else max(0.0, now - store.block_seen_at),
        block_time_s=block_time,
        subnet=subnet,
        subnet_known=store.subnet.sample is not None,
        epoch_in_blocks=blocks,
        epoch_in_s=None if blocks is None or block_time is None else blocks * block_time,
        standing=standing,
        standing_known=store.standing.sample is not None,
        standing_age_s=_age(store.standing, now),
        earnings=_earnings(store, now),
        miner=_link(store.miner, now),
        report=report,
        requests_per_s=store.requests.per_second() if talking else None,
        tokens_per_s=store.tokens.per_second() if talking else None,
        histories=Histories(
            store.request_history.readings(),
            store.token_history.readings(),
            store.latency_history.readings(),
            store.earned_history.readings(),
        ),
        events=tuple(store.events),
    )


def _earnings(store: Store, now: float) -> Earnings:
    standing, subnet = store.standing.value, store.subnet.value
    per_tempo = standing.emission if standing is not None else None
    earned, stake = store.earned(), store.stake.value

    def value(amount: Balance | None) -> Balance | None:
        return None if amount is None or subnet is None else subnet.value_in_tao(amount)

    return Earnings(
        per_tempo=per_tempo,
        per_tempo_tao=value(per_tempo),
        earned=earned,
        earned_tao=value(earned),
        stake=stake,
        stake_tao=value(stake),
        since=store.first_stake.wall if store.first_stake is not None else None,
        age_s=_age(store.stake, now),
    )


def _link(cell: Cell[T], now: float) -> Link:
    retry = None if cell.retry_at is None else max(0.0, cell.retry_at - now)
    source = cell.sample.source if cell.sample is not None else ""
    return Link(cell.freshness(now), _age(cell, now), source, cell.error, retry)


def _age(cell: Cell[T], now: float) -> float | None:
    return None if cell.sample is None else cell.sample.age(now)
