"""A miner on a real localnet: it pays for its slot, puts its address on the chain, and answers."""

import asyncio
import os
import signal

import pytest

from taocli import bootstrap
from taocli.config import load_settings
from taocli.domain.balance import tao
from taocli.domain.inference import FinishReason, GenerationChunk
from taocli.domain.status import MinerState, WorkerState, WorkerStatus
from taocli.miner.address import ServingAddress
from taocli.miner.onchain import Slot, find_uid
from taocli.miner.parts import MinerOptions, MinerParts
from taocli.miner.runtime import Miner
from taocli.protocol.dendrite import Dendrite, Synapse, Target
from taocli.services.registration import plan_registration
from taocli.subnets.text import PLUGIN
from taocli.wallet.derivation import keypair_from_uri
from taocli.wallet.keypair import SR25519

pytestmark = pytest.mark.slow


class Adder:
    """A model that knows one sum."""

    async def generate(self, request):
        yield GenerationChunk("42", 5, 1, FinishReason.STOP)

    async def status(self):
        return WorkerStatus(WorkerState.READY, "cpu", "adder")


class Worker:
    engine = Adder()
    restarts = 0

    async def start(self):
        pass

    async def stop(self, drain_s):
        pass


def dev_key(uri):
    return keypair_from_uri(uri, SR25519, dev=True)


async def register(chain, hotkey):
    alice = dev_key("//Alice")
    plan = await plan_registration(chain, alice.address, hotkey, 1, tao("100"))
    await chain.submit(plan, alice)


async def until(condition, seconds=40):
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.05)


async def test_a_miner_registers_serves_and_outlives_a_silent_chain(
    start_localnet, tmp_path, monkeypatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    localnet = start_localnet("--block-time", "0.25")
    settings = load_settings(network=localnet.endpoint, environ={"HOME": str(tmp_path)})
    hotkey, caller = dev_key("//Alice//miner"), dev_key("//Alice//caller")
    options = MinerOptions(
        network=localnet.endpoint, netuid=1, address=ServingAddress("127.0.0.2", "127.0.0.2"),
        port=0, directory=tmp_path / "miner", device="cpu", model="adder",
        poll_s=0.2, refresh_s=0.2, stale_s=2.0,
    )  # fmt: skip
    parts = MinerParts(
        connect=lambda: bootstrap.build_chain(settings),
        hotkey=hotkey, adaptor=PLUGIN, worker=Worker(),
        register=lambda chain: register(chain, hotkey.address),
        say=lambda state, detail: None,
    )  # fmt: skip
    chain = await bootstrap.build_chain(settings)
    await register(chain, caller.address)
    miner = Miner(options, parts)
    task = asyncio.create_task(miner.run())
    try:
        await until(lambda: miner.state is MinerState.SERVING or task.done())
        if task.done():
            await task
        slot = Slot(1, hotkey.address)
        assert await find_uid(chain, slot) == miner.report().uid
        axon = await chain.at(await chain.head()).axon(1, hotkey.address)
        assert (axon.ip, axon.port) == ("127.0.0.2", miner.endpoint.port)
        assert await ask(miner, hotkey, caller) == (200, "42")
        os.kill(localnet.process.pid, signal.SIGSTOP)
        try:
            await until(lambda: miner.state is MinerState.DEGRADED)
            assert await ask(miner, hotkey, caller) == (200, "42")
        finally:
            os.kill(localnet.process.pid, signal.SIGCONT)
        await until(lambda: miner.state is MinerState.SERVING)
    finally:
        miner.request_stop()
        await asyncio.wait_for(asyncio.gather(task, return_exceptions=True), 20)
        await chain.close()


async def ask(miner, hotkey, caller):
    fields = {"roles": ["user"], "messages": ["17+25="], "max_tokens": 4, "completion": ""}
    synapse = Synapse("TextSynapse", fields, ("roles", "messages"), ("roles", "messages"))
    async with Dendrite(caller) as dendrite:
        reply = await dendrite.call(Target(miner.endpoint.url, hotkey.address), synapse)
    return reply.status, reply.fields.get("completion")
