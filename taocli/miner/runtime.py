"""The life of a miner, in order, and the way back down.

PREFLIGHT -> CONNECTING -> REGISTERING -> LOADING -> LISTENING -> SERVING, then SERVING <-> DEGRADED
while the chain comes and goes, and DRAINING -> STOPPED at the end. The address is put on the chain
only after the axon has answered a signed request of its own: nobody is sent to a door that is shut.
"""

import asyncio
import os
import time
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any

from taocli.domain.errors import TaoError, Unhealthy
from taocli.domain.neuron import AxonEndpoint
from taocli.domain.ports import Chain
from taocli.domain.status import MINER_STATUS_SCHEMA, MinerState, MinerStatus, WorkerState
from taocli.miner.answering import build_routes
from taocli.miner.callers import CallerDirectory
from taocli.miner.onchain import Slot, advertise, find_uid, not_registered
from taocli.miner.parts import MinerOptions, MinerParts
from taocli.miner.preflight import check_port, single_instance
from taocli.miner.queue import AdmissionQueue
from taocli.miner.supervisor import TaskSupervisor
from taocli.miner.tally import Tally
from taocli.miner.tasks.follow_chain import FollowChain
from taocli.miner.tasks.publish_status import PublishStatus
from taocli.miner.tasks.watch_worker import WatchWorker
from taocli.protocol.axon import PING, Axon
from taocli.protocol.dendrite import WIRE_VERSION, Dendrite, Synapse, Target
from taocli.protocol.server import AxonServer
from taocli.protocol.signature import Verifier

_WORKER_STOP_S = 5.0
_PROBE_TIMEOUT_S = 5.0


class Miner:
    """One hotkey on one subnet; ``run`` once."""

    def __init__(self, options: MinerOptions, parts: MinerParts) -> None:
        self._options = options
        self._parts = parts
        self._slot = Slot(options.netuid, parts.hotkey.address)
        self._tally = Tally()
        self._callers = CallerDirectory(parts.hotkey.address, parts.adaptor)
        self._queue = AdmissionQueue(options.concurrency, options.capacity)
        self._tasks = TaskSupervisor()
        self._watch = WatchWorker(parts.worker, options)
        self._publish = PublishStatus(options.directory, self.report)
        self._endpoint = _endpoint(options.address.external, options.port)
        self._started_at = time.time()
        self._state = MinerState.PREFLIGHT
        self._detail = ""
        self._epitaph = "Stopped as asked."
        self._stopping = asyncio.Event()

    @property
    def state(self) -> MinerState:
        """Where in its life the miner is."""
        return self._state

    @property
    def endpoint(self) -> AxonEndpoint:
        """What the chain is told; with port 0 the real port is known once it listens."""
        return self._endpoint

    def request_stop(self) -> None:
        """Ask for a graceful end; ``run`` drains and returns."""
        self._stopping.set()

    async def run(self) -> None:
        """Mine until asked to stop; raise what made it impossible, after cleaning up."""
        with single_instance(self._options.directory):
            async with AsyncExitStack() as stack:
                await self._open_status(stack)
                try:
                    await self._until_stopped(self._live(stack))
                except TaoError as error:
                    self._epitaph = error.what
                    raise
                finally:
                    self._enter(MinerState.DRAINING, "Finishing running requests.")

    async def _live(self, stack: AsyncExitStack) -> None:
        self._enter(MinerState.PREFLIGHT, "Checking port, model and subnet.")
        self._parts.adaptor.preflight(self._options.network)
        check_port(self._options.address, self._options.port)
        self._enter(MinerState.CONNECTING, f"Connecting to {self._options.network}.")
        chain = await self._parts.connect()
        stack.push_async_callback(chain.close)
        await self._take_slot(chain)
        self._enter(MinerState.LOADING, f"Loading {self._options.model}.")
        stack.push_async_callback(self._parts.worker.stop, _WORKER_STOP_S)
        await self._parts.worker.start()
        await self._watch.read()
        self._enter(MinerState.LOADING, self._device_report())
        follow = FollowChain(chain, self._callers, self._options, self._lose_slot)
        await follow.refresh()
        await self._listen(stack)
        changed = await advertise(
            chain, self._parts.hotkey, self._options.netuid, self._endpoint, self._await_turn
        )
        told = "put on the chain" if changed else "already on the chain"
        self._enter(MinerState.SERVING, f"Serving at {self._endpoint.url}, {told}.")
        stack.push_async_callback(self._tasks.stop)
        self._tasks.start("follow-chain", follow.run)
        self._tasks.start("watch-worker", self._watch.run)
        self._tasks.start("judge-health", lambda: self._judge(follow))
        await self._tasks.wait()

    def _await_turn(self, blocks: int) -> None:
        """Say why nothing is announced yet."""
        self._enter(
            MinerState.LISTENING,
            f"The chain takes a new address in {blocks} blocks; until then validators do not know it.",
        )

    def _device_report(self) -> str:
        """Where the model runs; a CPU that nobody asked for by name is explained."""
        device = self._watch.newest.device
        fallback = device == "cpu" and self._options.device == "auto"
        why = " No GPU that torch can use was found." if fallback else ""
        return f"{self._options.model} runs on {device}.{why}"

    async def _open_status(self, stack: AsyncExitStack) -> None:
        await self._publish.open()
        stack.push_async_callback(self._close_status)
        publishing = TaskSupervisor()
        publishing.start("publish-status", self._publish.run)
        stack.push_async_callback(publishing.stop)

    async def _close_status(self) -> None:
        self._enter(MinerState.STOPPED, self._epitaph)
        await self._publish.close()

    async def _until_stopped(self, life: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(life, name="miner")
        asked = asyncio.create_task(self._stopping.wait(), name="stop-requested")
        try:
            await asyncio.wait({task, asked}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            asked.cancel()
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
        if not task.cancelled():
            await task

    async def _take_slot(self, chain: Chain) -> None:
        uid = await find_uid(chain, self._slot)
        self._enter(MinerState.REGISTERING, f"Looking for a slot on subnet {self._slot.netuid}.")
        if uid is None:
            if self._parts.register is None:
                raise not_registered(self._slot)
            await self._parts.register(chain)
            uid = await find_uid(chain, self._slot)
        if uid is None:
            raise not_registered(self._slot)
        self._callers.own_uid = uid

    async def _listen(self, stack: AsyncExitStack) -> None:
        options, hotkey = self._options, self._parts.hotkey
        routes = build_routes(
            self._parts.adaptor, self._callers, self._queue, self._parts.worker.engine
        )
        verifier = Verifier(hotkey.address, started_ns=time.time_ns())
        axon = Axon(verifier, routes, self._callers, self._tally)
        server = AxonServer(axon, options.address.bind, options.port)
        await server.start()
        stack.push_async_callback(server.stop, options.drain_s)
        self._endpoint = _endpoint(options.address.external, server.port)
        self._enter(MinerState.LISTENING, f"Listening at {self._endpoint.url}.")
        await self._probe(server.port)

    async def _probe(self, port: int) -> None:
        """Ask ourselves a signed question; a door that does not open is found before validators do."""
        bind = self._options.address.bind
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind, bind)  # noqa: S104 - compared, not bound
        target = Target(AxonEndpoint(host, port).url, self._slot.hotkey)
        async with Dendrite(self._parts.hotkey) as dendrite:
            reply = await dendrite.call(target, Synapse(PING, {}), _PROBE_TIMEOUT_S)
        if not reply.is_success:
            raise Unhealthy(
                "The axon does not answer its own signed request.",
                why=f"It says {reply.status}: {reply.message}.",
                fix="Check that no firewall or other program stands between, then start again.",
            )

    async def _judge(self, follow: FollowChain) -> None:
        while True:
            sick = self._watch.newest.state is WorkerState.DEAD
            if follow.is_stale:
                self._enter(
                    MinerState.DEGRADED, f"The chain is silent; still serving. {follow.trouble}"
                )
            elif sick:
                self._enter(MinerState.DEGRADED, f"The model is down. {self._watch.newest.detail}")
            elif self._state is MinerState.DEGRADED:
                self._enter(MinerState.SERVING, "Everything answers again.")
            await asyncio.sleep(0.25)

    def _lose_slot(self) -> None:
        self._enter(MinerState.DEREGISTERED, "Another neuron has taken the slot.")
        self._tasks.end(not_registered(self._slot))

    def _enter(self, state: MinerState, detail: str) -> None:
        if state is self._state and detail == self._detail:
            return
        news = state is not self._state or state is MinerState.PREFLIGHT
        self._state, self._detail = state, detail
        if news:
            self._parts.say(state, detail)
        self._publish.push()

    def report(self) -> MinerStatus:
        """The miner as dashboards see it."""
        tally = self._tally
        return MinerStatus(
            schema=MINER_STATUS_SCHEMA,
            state=self._state,
            network=self._options.network,
            netuid=self._options.netuid,
            hotkey=self._slot.hotkey.ss58,
            uid=self._callers.own_uid,
            endpoint=self._endpoint.url,
            pid=os.getpid(),
            started_at=self._started_at,
            reported_at=time.time(),
            requests=tally.requests,
            answered=tally.answers,
            refused=tally.refusals,
            failed=tally.failures,
            in_flight=self._queue.running + self._queue.waiting,
            last_request_at=tally.last_request_at,
            last_caller=tally.last_caller,
            latency_p50_ms=tally.latency_ms(0.5),
            latency_p95_ms=tally.latency_ms(0.95),
            worker=self._watch.newest,
            worker_restarts=self._watch.restarts,
            detail=self._detail,
        )


def _endpoint(ip: str, port: int) -> AxonEndpoint:
    """What the chain is told; the version is that of the wire, which validators of SDK 7-10 look at."""
    return AxonEndpoint(ip, port, version=WIRE_VERSION)
