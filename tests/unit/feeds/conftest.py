"""Fakes of the feeds' tests: a clock one turns by hand, a chain that can break, values to show."""

import dataclasses
import types
from fractions import Fraction

import pytest

from taocli.domain.address import Address
from taocli.domain.balance import Balance, tao
from taocli.domain.block import BlockRef
from taocli.domain.errors import CannotConnect
from taocli.domain.neuron import Metagraph, Neuron
from taocli.domain.stake import StakePosition
from taocli.domain.status import (
    MINER_STATUS_SCHEMA,
    MinerState,
    MinerStatus,
    WorkerState,
    WorkerStatus,
)
from taocli.domain.subnet import Subnet
from taocli.feeds.demo_data import DemoClock
from taocli.feeds.readings import Watched
from taocli.feeds.store import Store

HOTKEY = Address(b"\x01" * 32)
COLDKEY = Address(b"\x02" * 32)


@pytest.fixture
def clock():
    return DemoClock(start=1_000_000.0)


@pytest.fixture
def store(clock):
    return Store(Watched("local", 1, HOTKEY, COLDKEY, "w/h"), clock)


def block(number):
    return BlockRef(number, f"0x{number:064x}")


def subnet(number=100, last_epoch=90, **changes):
    made = Subnet(
        netuid=1, name="text", symbol="α", owner_hotkey=COLDKEY, owner_coldkey=COLDKEY, tempo=20,
        last_epoch_block=last_epoch, blocks_since_epoch=number - last_epoch, tao_in=tao(1000),
        alpha_in=Balance(2000 * 10**9, 1), alpha_out=Balance(10**9, 1), price=Fraction(1, 2),
        burn=tao("0.1"), neurons=3, max_neurons=256, registration_allowed=True,
        immunity_period=4096, weights_rate_limit=5, serving_rate_limit=5, block=block(number),
    )  # fmt: skip
    return dataclasses.replace(made, **changes)


def neuron(uid, hotkey, incentive, emission=0):
    return Neuron(
        uid=uid, hotkey=hotkey, coldkey=COLDKEY, axon=None, active=True, validator_permit=False,
        incentive=incentive, dividends=Fraction(0), consensus=Fraction(0),
        emission=Balance(emission, 1), alpha_stake=Balance(7, 1), tao_stake=Balance(0),
        total_stake=Balance(7), last_update=0, registered_at=0,
    )  # fmt: skip


def status(**changes):
    worker = WorkerStatus(WorkerState.READY, device="cpu", model="sums")
    made = MinerStatus(
        schema=MINER_STATUS_SCHEMA, state=MinerState.SERVING, network="local", netuid=1,
        hotkey=HOTKEY.ss58, uid=1, endpoint="http://127.0.0.1:1", pid=1, started_at=999_000.0,
        reported_at=1_000_000.0, requests=0, answered=0, refused=0, failed=0, in_flight=0,
        last_request_at=None, last_caller="", latency_p50_ms=None, latency_p95_ms=None,
        worker=worker, worker_restarts=0,
    )  # fmt: skip
    return dataclasses.replace(made, **changes)


class FakeChain:
    """A chain of one subnet; ``broken`` makes every question fail."""

    endpoint = "ws://fake"

    def __init__(self):
        self.number = 100
        self.subnet_now = subnet()
        self.uid_now = 1
        self.stake = 10 * 10**9
        self.broken = False
        self.closed = 0
        self.asked = []

    async def head(self):
        self.asked.append("head")
        if self.broken:
            raise CannotConnect("Nothing answers at ws://fake.", why="It is off.")
        return block(self.number)

    def at(self, head):
        self.block = head
        return self

    async def subnet(self, netuid):
        self.asked.append("subnet")
        return self.subnet_now

    async def uid(self, netuid, hotkey):
        return self.uid_now

    async def metagraph(self, netuid):
        self.asked.append("metagraph")
        others = [neuron(0, COLDKEY, Fraction(1, 2)), neuron(1, HOTKEY, Fraction(1, 4), 5 * 10**8)]
        return Metagraph(1, block(self.number), tuple(others))

    async def stakes(self, coldkey):
        return [
            StakePosition(COLDKEY, HOTKEY, 2, Balance(99, 2)),
            StakePosition(COLDKEY, HOTKEY, 1, Balance(self.stake, 1)),
        ]

    async def close(self):
        self.closed += 1


@pytest.fixture
def chain():
    return FakeChain()


@pytest.fixture
def make():
    """The builders above, for tests."""
    return types.SimpleNamespace(
        status=status, subnet=subnet, block=block, neuron=neuron, hotkey=HOTKEY, coldkey=COLDKEY
    )
