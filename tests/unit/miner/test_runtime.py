"""A whole miner on a real socket, with a chain and a worker that the test can break."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from taocli.domain.errors import (
    AlreadyRunning,
    CannotConnect,
    NotRegistered,
    PluginError,
)
from taocli.domain.status import MinerState, WorkerState
from taocli.feeds.status_wire import decode_status
from taocli.miner.runtime import Miner
from taocli.protocol.dendrite import Dendrite, Synapse, Target
from taocli.subnets import apex


async def until(condition, what="it"):
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def mining(world):
    miner = Miner(world.options, world.parts)
    task = asyncio.create_task(miner.run())
    try:
        await until(lambda: miner.state is MinerState.SERVING or task.done())
        if task.done():
            await task
        yield miner
    finally:
        miner.request_stop()
        await asyncio.wait_for(asyncio.gather(task, return_exceptions=True), 10)


def question(text="What is 17+25?"):
    fields = {"roles": ["user"], "messages": [text], "max_tokens": 8, "completion": ""}
    return Synapse("TextSynapse", fields, ("roles", "messages"), ("roles", "messages"))


async def ask(world, miner, key=None, **changes):
    async with Dendrite(key or world.caller_key) as dendrite:
        target = Target(miner.endpoint.url, world.miner_key.address)
        return await dendrite.call(target, question(), **changes)


async def test_the_road_from_start_to_stop(world):
    async with mining(world) as miner:
        reply = await ask(world, miner)
        assert (reply.status, reply.fields["completion"]) == (200, "42")
        assert world.chain.axons[world.miner_key.address].port == miner.endpoint.port
        status = miner.report()
        assert (status.requests, status.answered, status.in_flight) == (1, 1, 0)
        assert status.worker.state is WorkerState.READY
    states = [state for state, _ in world.said]
    assert states == [
        MinerState.PREFLIGHT, MinerState.CONNECTING, MinerState.REGISTERING, MinerState.LOADING,
        MinerState.LISTENING, MinerState.SERVING, MinerState.DRAINING, MinerState.STOPPED,
    ]  # fmt: skip
    assert world.worker.stopped
    assert world.chain.closed
    will = decode_status((world.options.directory / "state.json").read_bytes())
    assert will.state is MinerState.STOPPED
    assert not (world.options.directory / "sock").exists()


async def test_strangers_are_turned_away(world, key):
    async with mining(world) as miner:
        reply = await ask(world, miner, key(9))
        assert (reply.status, reply.fields) == (403, {})
        assert "Unrecognized hotkey" in reply.message
        assert world.worker.engine.asked == []


async def test_the_address_is_not_sent_again_when_the_chain_has_it(world):
    async with mining(world) as miner:
        world.with_options(port=miner.endpoint.port)
    async with mining(world):
        pass
    assert [call.function for call in world.chain.submitted] == ["serve_axon"]


async def test_a_silent_chain_degrades_the_miner_and_does_not_stop_it(world):
    async with mining(world) as miner:
        world.chain.silent = True
        await until(lambda: miner.state is MinerState.DEGRADED)
        assert (await ask(world, miner)).is_success
        world.chain.silent = False
        await until(lambda: miner.state is MinerState.SERVING)


async def test_a_dead_worker_fails_requests_at_once_and_shows(world):
    async with mining(world) as miner:
        world.worker.engine.dead = True
        assert (await ask(world, miner)).status == 503
        await until(lambda: miner.state is MinerState.DEGRADED)
        world.worker.engine.dead = False
        await until(lambda: miner.state is MinerState.SERVING)
        assert (await ask(world, miner)).is_success


async def test_a_lost_slot_ends_the_miner(world):
    miner = Miner(world.options, world.parts)
    task = asyncio.create_task(miner.run())
    await until(lambda: miner.state is MinerState.SERVING)
    world.chain.neurons.pop()
    with pytest.raises(NotRegistered):
        await asyncio.wait_for(task, 10)
    assert MinerState.DEREGISTERED in [state for state, _ in world.said]


async def test_without_a_slot_it_registers_or_refuses(world):
    world.chain.neurons.pop()
    with pytest.raises(NotRegistered) as caught:
        async with mining(world):
            pytest.fail("served without a slot")
    assert "--register" in caught.value.fix
    assert not world.worker.started

    async def register(chain):
        from taocli.domain.balance import tao
        from taocli.services.registration import plan_registration

        payer, hotkey = world.caller_key.address, world.miner_key.address
        plan = await plan_registration(chain, payer, hotkey, 1, tao("1"))
        await chain.submit(plan, world.caller_key)

    world.register = register
    async with mining(world) as miner:
        assert (await ask(world, miner)).is_success


async def test_a_chain_that_is_down_at_the_start_is_an_error(world):
    world.chain.silent = True
    with pytest.raises(CannotConnect):
        async with mining(world):
            pytest.fail("served without a chain")


async def test_apex_is_explained_before_anything_happens(world):
    world.adaptor = apex.PLUGIN
    with pytest.raises(PluginError, match="cannot be mined by serving"):
        async with mining(world):
            pytest.fail("pretended to mine")
    assert not world.worker.started


async def test_two_miners_of_one_hotkey_do_not_run(world):
    async with mining(world):
        with pytest.raises(AlreadyRunning):
            await Miner(world.options, world.parts).run()


async def test_draining_finishes_what_runs(world):
    world.worker.engine.delay_s = 0.3
    async with mining(world) as miner:
        running = asyncio.create_task(ask(world, miner))
        await until(lambda: world.worker.engine.asked)
        miner.request_stop()
        assert (await running).fields["completion"] == "42"


async def test_a_caller_that_hangs_up_frees_the_model(world):
    world.worker.engine.delay_s = 5.0
    async with mining(world) as miner:
        reply = await ask(world, miner, timeout_s=0.3)
        assert reply.status == 408
        await until(lambda: world.worker.engine.cancelled == 1)
        await until(lambda: miner.report().in_flight == 0)


async def test_dashboards_get_a_line_a_second(world):
    async with mining(world):
        reader, writer = await asyncio.open_unix_connection(world.options.directory / "sock")
        lines = [await asyncio.wait_for(reader.readline(), 3) for _ in range(2)]
        writer.close()
        statuses = [decode_status(line) for line in lines]
        assert statuses[-1].state is MinerState.SERVING
        assert statuses[-1].reported_at >= statuses[0].reported_at
        assert (world.options.directory / "sock").stat().st_mode & 0o077 == 0


async def test_a_stream_comes_in_pieces(world):
    async with mining(world) as miner, Dendrite(world.caller_key) as dendrite:
        asked = question()
        synapse = Synapse("StreamTextSynapse", asked.fields, asked.hash_fields, asked.required)
        target = Target(miner.endpoint.url, world.miner_key.address)
        assert [piece async for piece in dendrite.stream(target, synapse)] == [b"4", b"2"]
        assert miner.report().in_flight == 0


async def test_garbage_on_the_socket_hurts_nobody(world):
    async with mining(world) as miner:
        for raw in (b"\x00\xff\r\n\r\n", b"POST / HTTP/1.1\r\n" + b"a: " + b"x" * 200_000):
            reader, writer = await asyncio.open_connection("127.0.0.2", miner.endpoint.port)
            writer.write(raw)
            try:
                async with asyncio.timeout(3):
                    await reader.read()
            except ConnectionError:
                continue
            finally:
                writer.close()
        assert (await ask(world, miner)).is_success
        assert json.loads((world.options.directory / "state.json").read_text())["netuid"] == 1
