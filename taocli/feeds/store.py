"""The store: the newest of everything a dashboard shows, a short history, and a diary.

Feeds write here and never wait; dashboards read here and never poll. The store owns no task and does
no I/O, so every rule about ages, rates and events can be tested with a clock of one's own.
"""

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import TypeVar

from taocli.domain.balance import Balance
from taocli.domain.block import BlockRef
from taocli.domain.ports import Clock
from taocli.domain.subnet import Subnet
from taocli.domain.text import clean
from taocli.feeds.events import (
    Change,
    Event,
    Level,
    miner_changes,
    standing_changes,
    subnet_changes,
)
from taocli.feeds.rates import CounterRate
from taocli.feeds.readings import MinerReport, Standing, Watched
from taocli.feeds.samples import Cell, Freshness, Ring, Sample

T = TypeVar("T")

HEAD_INTERVAL_S = 5.0
BLOCK_INTERVAL_S = 30.0
METAGRAPH_INTERVAL_S = 90.0
MINER_INTERVAL_S = 1.5
MAX_EVENTS = 200
MAX_REORG_BLOCKS = 50
"""A head that falls further than this belongs to a chain that was started anew."""


class SystemClock:
    """The machine's own time."""

    def now(self) -> float:
        """Seconds since the Unix epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that never jump."""
        return time.monotonic()


class Store:
    """Latest samples, one-second history and events of one watched hotkey."""

    def __init__(self, watched: Watched, clock: Clock | None = None) -> None:
        self.watched = watched
        self.clock: Clock = clock or SystemClock()
        self.started_at = self.clock.now()
        self.head: Cell[BlockRef] = Cell(HEAD_INTERVAL_S)
        self.subnet: Cell[Subnet | None] = Cell(BLOCK_INTERVAL_S)
        self.standing: Cell[Standing | None] = Cell(METAGRAPH_INTERVAL_S)
        self.stake: Cell[Balance] = Cell(BLOCK_INTERVAL_S)
        self.first_stake: Sample[Balance] | None = None
        self.miner: Cell[MinerReport | None] = Cell(MINER_INTERVAL_S)
        self.requests = CounterRate()
        self.tokens = CounterRate()
        self.request_history = Ring()
        self.token_history = Ring()
        self.latency_history = Ring()
        self.earned_history = Ring()
        self.events: deque[Event] = deque(maxlen=MAX_EVENTS)
        self.block_seen_at: float | None = None
        self._arrivals: deque[tuple[float, int]] = deque(maxlen=17)

    def put_head(self, head: BlockRef, source: str) -> None:
        """The node answered with its best block."""
        now = self.clock.monotonic()
        if self.head.error and self.head.sample is not None:
            self._note(Level.GOOD, "chain", f"connected again at block {head.number:,}")
        if self.head.value is not None and head.number < self.head.value.number - MAX_REORG_BLOCKS:
            self._note(
                Level.WARN, "chain", f"another chain answers: it is at block {head.number:,}"
            )
            self.first_stake = None
            self._arrivals.clear()
        if self.head.value is None or head.number != self.head.value.number:
            self.block_seen_at = now
            self._arrivals.append((now, head.number))
        self.head.put(self._sample(head, source))

    def put_subnet(self, subnet: Subnet | None, source: str) -> None:
        """The watched subnet at the best block; its texts are cleaned here."""
        if subnet is not None:
            subnet = replace(subnet, name=clean(subnet.name, 40), symbol=clean(subnet.symbol, 8))
            self._note_all("chain", subnet_changes(self.subnet.value, subnet))
        self.subnet.put(self._sample(subnet, source))

    def put_standing(self, standing: Standing | None, source: str) -> None:
        """Where the hotkey stands in a fresh metagraph; None when it holds no slot."""
        changes = standing_changes(
            self.standing.value, standing, first=self.standing.sample is None
        )
        self._note_all("chain", changes)
        self.standing.put(self._sample(standing, source))

    def put_stake(self, stake: Balance, source: str) -> None:
        """The owner's alpha on the hotkey; what came since the first reading was earned."""
        sample = self._sample(stake, source)
        if self.first_stake is None:
            self.first_stake = sample
        self.stake.put(sample)

    def put_miner(self, report: MinerReport | None, source: str) -> None:
        """A miner's report, already checked and cleaned; None when no miner has run here."""
        self._note_all("miner", miner_changes(self.miner.value, report))
        now = self.clock.monotonic()
        if report is None:
            self.miner.put(self._sample(None, source))
            return
        status = report.status
        self.requests.add(status.reported_at, status.requests)
        self.tokens.add(status.reported_at, status.worker.generated_tokens)
        age = max(0.0, self.clock.now() - status.reported_at)
        self.miner.put(Sample(report, now - age, status.reported_at, source))

    def fail_chain(self, error: str, retry_s: float) -> None:
        """The node cannot be read; the next attempt is ``retry_s`` seconds away."""
        error = clean(error, 160)
        if not self.head.error:
            self._note(Level.BAD, "chain", error)
        self.head.fail(error, self.clock.monotonic() + retry_s)

    def fail_miner(self, error: str, retry_s: float) -> None:
        """The miner's report cannot be read; the next attempt is ``retry_s`` seconds away."""
        error = clean(error, 160)
        if self.miner.error != error:
            self._note(Level.WARN, "miner", error)
        self.miner.fail(error, self.clock.monotonic() + retry_s)

    def tick(self) -> None:
        """Append one second of history; what is not known now becomes a gap."""
        now = self.clock.monotonic()
        report = self.miner.value
        live = self.miner.freshness(now) is Freshness.LIVE and report is not None
        self.request_history.append(self.requests.per_second() if live else None)
        self.token_history.append(self.tokens.per_second() if live else None)
        self.latency_history.append(report.status.latency_p95_ms if live and report else None)
        earned = self.earned() if self.head.freshness(now) is Freshness.LIVE else None
        self.earned_history.append(None if earned is None else float(earned.rao))

    def earned(self) -> Balance | None:
        """Change of the owner's stake on the hotkey since the store began to watch."""
        if self.stake.sample is None or self.first_stake is None:
            return None
        return self.stake.sample.value - self.first_stake.value

    def block_time(self) -> float | None:
        """Seconds between blocks as observed here, or None until three have arrived."""
        pairs = list(self._arrivals)
        spacings = [
            (later - earlier) / (high - low)
            for (earlier, low), (later, high) in pairwise(pairs)
            if high > low
        ]
        return median(spacings) if len(spacings) >= 2 else None

    def price(self) -> Fraction | None:
        """TAO for one alpha at the pool, if known."""
        return self.subnet.value.price if self.subnet.value is not None else None

    def _sample(self, value: T, source: str) -> Sample[T]:
        return Sample(value, self.clock.monotonic(), self.clock.now(), source)

    def _note_all(self, source: str, changes: Iterable[Change]) -> None:
        for level, text in changes:
            self._note(level, source, text)

    def _note(self, level: Level, source: str, text: str) -> None:
        event = Event(self.clock.now(), level, source, clean(text, 200))
        if self.events and _is_routine(self.events[-1], event):
            self.events.pop()
        self.events.append(event)


def _is_routine(last: Event, event: Event) -> bool:
    """Whether ``event`` only brings ``last`` up to date, as one quiet epoch does after another."""
    same_words = last.text.split()[:2] == event.text.split()[:2]
    return same_words and last.level is event.level is Level.INFO and last.source == event.source
