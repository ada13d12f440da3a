"""Fakes of the miner's ports: a chain that can fall silent, a worker that can die."""

import asyncio
import dataclasses
from fractions import Fraction

import pytest
import sr25519

from taocli.domain.address import ZERO_ADDRESS, Address
from taocli.domain.balance import Balance, tao
from taocli.domain.block import BlockRef
from taocli.domain.errors import CannotConnect, WorkerDied
from taocli.domain.extrinsic import Plan, Receipt
from taocli.domain.inference import FinishReason, GenerationChunk
from taocli.domain.neuron import AxonEndpoint, Metagraph, Neuron
from taocli.domain.status import WorkerState, WorkerStatus
from taocli.domain.subnet import Subnet
from taocli.miner.address import ServingAddress
from taocli.miner.parts import MinerOptions, MinerParts
from taocli.subnets.text import PLUGIN


class Key:
    crypto_type = 1

    def __init__(self, seed):
        self.public, self.secret = sr25519.pair_from_seed(bytes([seed] * 32))
        self.address = Address(self.public)

    def sign(self, message):
        return sr25519.sign((self.public, self.secret), message)


def neuron(uid, hotkey, stake="10"):
    return Neuron(
        uid=uid, hotkey=hotkey, coldkey=ZERO_ADDRESS, axon=None, active=True,
        validator_permit=False, incentive=Fraction(0), dividends=Fraction(0),
        consensus=Fraction(0), emission=Balance(0, 1), alpha_stake=Balance(0, 1),
        tao_stake=tao(stake), total_stake=tao(stake), last_update=0, registered_at=0,
    )  # fmt: skip


class FakeChain:
    endpoint = "fake"

    def __init__(self, hotkeys=(), burn="0.5", free="10"):
        self.neurons = [neuron(uid, hotkey) for uid, hotkey in enumerate(hotkeys)]
        self.axons = {}
        self.burn, self.free = tao(burn), tao(free)
        self.number = 1
        self.silent = False
        self.closed = False
        self.submitted = []
        self.swallow_axons = False

    async def head(self):
        if self.silent:
            raise CannotConnect("Nothing answers at fake.")
        self.number += 1
        return BlockRef(self.number, hex(self.number))

    def at(self, block):
        return FakeView(self, block)

    async def plan(self, call, signer, effects=()):
        return Plan(call, signer, Balance(0), BlockRef(1, "0x1"), "0x0", 425, tuple(effects))

    async def submit(self, plan, signer, wait=None):
        self.submitted.append(plan.call)
        args = plan.call.args
        if plan.call.function == "serve_axon" and not self.swallow_axons:
            self.axons[signer.address] = AxonEndpoint.from_chain(
                args["ip"], args["port"], args["ip_type"], args["protocol"], args["version"], 1
            )
        if plan.call.function == "register_limit":
            self.neurons.append(neuron(len(self.neurons), args["hotkey"]))
        return Receipt("0x", BlockRef(1, "0x1"), 0, Balance(0), (), False)

    async def close(self):
        self.closed = True


class FakeView:
    def __init__(self, chain, block):
        self.chain, self.block = chain, block

    async def balance(self, account):
        return self.chain.free

    async def subnet(self, netuid):
        zero = Balance(0)
        return Subnet(
            netuid, "text", "a", ZERO_ADDRESS, ZERO_ADDRESS, 10, 0, 0, zero, zero, zero,
            Fraction(1), self.chain.burn, 1, 256, True, 0, 0, 50, self.block,
        )  # fmt: skip

    async def metagraph(self, netuid):
        return Metagraph(netuid, self.block, tuple(self.chain.neurons))

    async def uid(self, netuid, hotkey):
        return next((item.uid for item in self.chain.neurons if item.hotkey == hotkey), None)

    async def axon(self, netuid, hotkey):
        return self.chain.axons.get(hotkey)


class FakeEngine:
    def __init__(self):
        self.delay_s = 0.0
        self.dead = False
        self.cancelled = 0
        self.asked = []

    async def generate(self, request):
        self.asked.append(request)
        try:
            for count, piece in enumerate(("4", "2"), 1):
                await asyncio.sleep(self.delay_s)
                if self.dead:
                    raise WorkerDied("The worker died.")
                last = FinishReason.STOP if count == 2 else None
                yield GenerationChunk(piece, 5, count, last)
        except (asyncio.CancelledError, GeneratorExit):
            self.cancelled += 1
            raise

    async def status(self):
        if self.dead:
            raise WorkerDied("The worker died.")
        return WorkerStatus(WorkerState.READY, "cpu", "fake", generated_tokens=2)


class FakeWorker:
    def __init__(self):
        self.engine = FakeEngine()
        self.restarts = 0
        self.started = False
        self.stopped = False

    async def start(self):
        self.started = True

    async def stop(self, drain_s):
        self.stopped = True


class World:
    def __init__(self, directory):
        self.miner_key, self.caller_key = Key(1), Key(2)
        self.chain = FakeChain([self.caller_key.address, self.miner_key.address])
        self.worker = FakeWorker()
        self.said = []
        self.options = MinerOptions(
            network="local", netuid=1, address=ServingAddress("127.0.0.2", "127.0.0.2"), port=0,
            directory=directory, device="cpu", model="fake", poll_s=0.02, refresh_s=0.05,
            stale_s=0.4, drain_s=2.0,
        )  # fmt: skip
        self.register = None
        self.adaptor = PLUGIN

    def with_options(self, **changes):
        self.options = dataclasses.replace(self.options, **changes)

    async def connect(self):
        if self.chain.silent:
            raise CannotConnect("Nothing answers at fake.")
        return self.chain

    @property
    def parts(self):
        return MinerParts(
            self.connect, self.miner_key, self.adaptor, self.worker, self.register,
            lambda state, detail: self.said.append((state, detail)),
        )  # fmt: skip


@pytest.fixture
def world(tmp_path):
    return World(tmp_path / "miner")


@pytest.fixture
def key():
    return Key


@pytest.fixture
def fake_chain():
    return FakeChain
