"""Made-up numbers with the shape of real ones, for screenshots, tests and a look around.

Everything follows from the seed and from the seconds that passed on the demo's own clock, so the
same seed always draws the same screen.
"""

import math
import random
from dataclasses import replace
from fractions import Fraction

from taocli.domain.address import Address
from taocli.domain.balance import Balance, tao
from taocli.domain.block import BlockRef
from taocli.domain.neuron import AxonEndpoint
from taocli.domain.status import (
    MINER_STATUS_SCHEMA,
    MinerState,
    MinerStatus,
    WorkerState,
    WorkerStatus,
)
from taocli.domain.subnet import Subnet
from taocli.feeds.readings import MinerReport, Standing, Watched
from taocli.feeds.store import Store

START = 1_796_000_000.0
"""When the demo plays, in seconds since the epoch."""

NETUID = 1
TEMPO = 20
BLOCK_TIME_S = 12
FIRST_BLOCK = 6_100_003
WARM_UP_S = 1_000
SOURCE = "demo"


class DemoClock:
    """Time that moves only when told to."""

    def __init__(self, start: float = START) -> None:
        self._elapsed = 0.0
        self._start = start

    def now(self) -> float:
        """Seconds since the Unix epoch."""
        return self._start + self._elapsed

    def monotonic(self) -> float:
        """Seconds that never jump."""
        return self._elapsed

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._elapsed += seconds


class DemoFeed:
    """Plays a miner that serves, is paid every tempo and climbs; one second a round."""

    name = "demo"
    poll_s = 1.0

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.clock = DemoClock()
        self.store = Store(_watched(self._random), self.clock)
        self._second = 0
        self._stake = Balance(41_250_000_000, NETUID)
        self._standing = self._first_standing()
        self._status = _first_status(self.store.watched, self.clock.now())
        for _ in range(WARM_UP_S):
            self.step()

    async def poll(self) -> None:
        """One second of the play."""
        self.step()

    def fail(self, reason: str, retry_s: float) -> None:
        """The play cannot fail; the store is told all the same."""
        self.store.fail_chain(reason, retry_s)

    async def close(self) -> None:
        """Nothing is held."""

    def step(self) -> None:
        """Let one second pass and report everything that happened in it."""
        self.clock.advance(1.0)
        self._second += 1
        self._chain()
        self._miner()
        self.store.tick()

    def _chain(self) -> None:
        number = FIRST_BLOCK + self._second // BLOCK_TIME_S
        head = BlockRef(number, f"0x{number:064x}")
        self.store.put_head(head, SOURCE)
        if self._second % BLOCK_TIME_S not in {0, 1} and self.store.subnet.sample is not None:
            return
        epochs = (number - FIRST_BLOCK + 7) // TEMPO
        last_epoch = FIRST_BLOCK - 7 + epochs * TEMPO
        previous = self.store.subnet.value
        self.store.put_subnet(self._subnet(head, last_epoch), SOURCE)
        if previous is None or previous.last_epoch_block != last_epoch:
            if previous is not None:
                self._stake = self._stake + self._standing.emission
                self._standing = self._next_standing(head)
            self.store.put_standing(self._standing, SOURCE)
        elif self._second % 60 < BLOCK_TIME_S:
            self.store.put_standing(self._standing, SOURCE)
        self.store.put_stake(self._stake, SOURCE)

    def _miner(self) -> None:
        wave = 0.5 + 0.5 * math.sin(self._second / 17) * math.cos(self._second / 53)
        load = max(0.0, 0.25 + 0.75 * wave + self._random.gauss(0, 0.08))
        new, tokens = round(14 * load), round(820 * load)
        status, worker = self._status, self._status.worker
        self._status = replace(
            status,
            reported_at=self.clock.now(),
            requests=status.requests + new,
            answered=status.answered + new,
            in_flight=round(3 * load),
            last_request_at=self.clock.now() - self._random.random(),
            latency_p50_ms=18 + 10 * load,
            latency_p95_ms=48 + 45 * load,
            worker=replace(
                worker,
                uptime_s=worker.uptime_s + 1,
                running=round(3 * load),
                waiting=int(load > 0.9),
                generated_tokens=worker.generated_tokens + tokens,
                kv_blocks_used=round(400 * load),
            ),
        )
        self.store.put_miner(MinerReport(self._status, pushed=True), SOURCE)

    def _subnet(self, head: BlockRef, last_epoch: int) -> Subnet:
        drift = Fraction(1 + self._second % 97, 100_000)
        return Subnet(
            netuid=NETUID, name="apex", symbol="α", owner_hotkey=_account(self._random),
            owner_coldkey=_account(self._random), tempo=TEMPO, last_epoch_block=last_epoch,
            blocks_since_epoch=head.number - last_epoch, tao_in=tao("81250.5"),
            alpha_in=Balance(3_517_338_000_000_000, NETUID),
            alpha_out=Balance(2_100_000_000_000_000, NETUID), price=Fraction(231, 10_000) + drift,
            burn=tao("0.81"), neurons=256, max_neurons=256, registration_allowed=True,
            immunity_period=4096, weights_rate_limit=100, serving_rate_limit=50, block=head,
        )  # fmt: skip

    def _first_standing(self) -> Standing:
        return Standing(
            uid=42, coldkey=_account(self._random), incentive=Fraction(1004, 65535), position=12,
            neurons=256, emission=Balance(1_003_000_000, NETUID), dividends=Fraction(0),
            alpha_stake=self._stake, validator_permit=False,
            axon=AxonEndpoint("203.0.113.7", 8091), block=BlockRef(FIRST_BLOCK, "0x00"),
        )  # fmt: skip

    def _next_standing(self, head: BlockRef) -> Standing:
        parts = int(self._standing.incentive * 65535) + self._random.randint(-20, 60)
        rao = parts * 999_000 + self._random.randrange(1_000)
        return replace(
            self._standing,
            incentive=Fraction(parts, 65535),
            position=max(1, self._standing.position + self._random.choice((-1, 0, 0, 1, -1))),
            emission=Balance(rao, NETUID),
            alpha_stake=self._stake,
            block=head,
        )


def _watched(generator: random.Random) -> Watched:
    return Watched("demo", NETUID, _account(generator), _account(generator), "main/miner1")


def _account(generator: random.Random) -> Address:
    return Address(generator.randbytes(32))


def _first_status(watched: Watched, now: float) -> MinerStatus:
    worker = WorkerStatus(
        WorkerState.READY, device="cuda:0", model="sums-33m", pid=4243, kv_blocks_total=512
    )
    return MinerStatus(
        schema=MINER_STATUS_SCHEMA, state=MinerState.SERVING, network=watched.network,
        netuid=watched.netuid, hotkey=str(watched.hotkey), uid=42,
        endpoint="http://203.0.113.7:8091", pid=4242, started_at=now, reported_at=now, requests=0,
        answered=0, refused=0, failed=0, in_flight=0, last_request_at=None, last_caller="",
        latency_p50_ms=None, latency_p95_ms=None, worker=worker, worker_restarts=0,
    )  # fmt: skip
