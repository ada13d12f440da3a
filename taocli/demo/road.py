"""The demo's cast and the order of its entrances: chain, wallets, validator, miner.

Each step waits until the one before it is really there. Leaving the ``open_road`` block stops everyone
in reverse order and removes the folder, whatever happened.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from taocli import bootstrap
from taocli.config import Settings, load_settings
from taocli.demo.child import Child
from taocli.demo.stage import HOTKEY, MINER_WALLET, NETUID, VALIDATOR_WALLET, Stage
from taocli.domain.address import Address
from taocli.domain.errors import NetworkError, TaoError, Unhealthy
from taocli.domain.ports import Chain
from taocli.domain.status import MinerState
from taocli.feeds.miner_feed import MinerDirectory

CHAIN_DEADLINE_S = 30.0
SERVING_DEADLINE_S = 90.0
PERMIT_DEADLINE_S = 120.0
_POLL_S = 0.2

Narrate = Callable[[str], None]


@dataclass(slots=True)
class Road:
    """Everybody on stage: the connection, the children, and whose earnings are watched."""

    stage: Stage
    settings: Settings
    chain: Chain
    hotkey: Address
    coldkey: Address
    validator_hotkey: Address
    feed: MinerDirectory
    children: list[Child] = field(default_factory=list)

    def check(self) -> None:
        """Raise ``Unhealthy`` when one of the children is gone."""
        for child in self.children:
            child.check()


@asynccontextmanager
async def open_road(stage: Stage, device: str, narrate: Narrate) -> AsyncIterator[Road]:
    """Start everything, yield when the miner serves and the validator may set weights, stop it all."""
    os.environ.update(stage.environ)  # every directory of this process is the demo's from here on
    async with AsyncExitStack() as stack:
        narrate("Starting a chain of our own.")
        node = await _start(stack, "localnet", [
            "localnet", "start", "--port", str(stage.chain_port),
            "--block-time", stage.block_time_s, "--tempo", str(stage.tempo),
        ], stage)  # fmt: skip
        settings = load_settings(network=stage.endpoint, wallet=MINER_WALLET, hotkey=HOTKEY)
        chain = await _connect(settings, node)
        stack.push_async_callback(chain.close)
        narrate("Making two throwaway wallets and funding them from the dev account.")
        miner = await bootstrap.make_dev_wallet(settings, chain, MINER_WALLET, HOTKEY)
        judge = await bootstrap.make_dev_wallet(settings, chain, VALIDATOR_WALLET, HOTKEY)
        road = Road(
            stage, settings, chain, miner.hotkey, miner.coldkey, judge.hotkey,
            bootstrap.build_miner_feed(stage.endpoint, NETUID, miner.hotkey), [node],
        )  # fmt: skip
        stack.push_async_callback(road.feed.close)
        narrate("Registering a validator that asks sums and pays for right answers.")
        road.children.append(await _start(stack, "validator", [
            "localnet", "validator", "--netuid", str(NETUID), "--network", stage.endpoint,
            "--wallet", VALIDATOR_WALLET, "--hotkey", HOTKEY, "--json",
        ], stage))  # fmt: skip
        narrate("Registering a miner and loading its model.")
        road.children.append(await _start(stack, "miner", [
            "mine", "--subnet", str(NETUID), "--gpu", device, "--network", stage.endpoint,
            "--wallet", MINER_WALLET, "--hotkey", HOTKEY, "--port", str(stage.axon_port),
            "--register", "--max-burn", "1.0", "--yes",
        ], stage))  # fmt: skip
        await _until_serving(road)
        narrate("The miner serves. Waiting for the validator's permit.")
        await _until_permitted(road)
        yield road


async def _start(stack: AsyncExitStack, name: str, arguments: list[str], stage: Stage) -> Child:
    child = await Child.start(name, arguments, folder=stage.folder, environ=stage.environ)
    stack.push_async_callback(child.stop)
    return child


async def _connect(settings: Settings, node: Child) -> Chain:
    async with asyncio.timeout(CHAIN_DEADLINE_S):
        while True:
            node.check()
            try:
                return await bootstrap.build_chain(settings)
            except (NetworkError, TimeoutError):
                await asyncio.sleep(_POLL_S)


async def _until_serving(road: Road) -> None:
    await _until(road, SERVING_DEADLINE_S, "The miner does not serve", lambda: _serving(road))


async def _until_permitted(road: Road) -> None:
    await _until(road, PERMIT_DEADLINE_S, "The validator gets no permit", lambda: _permitted(road))


async def _until(
    road: Road, deadline_s: float, complaint: str, done: Callable[[], Awaitable[bool]]
) -> None:
    try:
        async with asyncio.timeout(deadline_s):
            while not await done():
                road.check()
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        raise Unhealthy(
            f"{complaint} after {deadline_s:.0f} seconds.",
            why=road.children[-1].last_words(),
            fix="Run taocli demo --keep and read the logs in its folder.",
        ) from None


async def _serving(road: Road) -> bool:
    try:
        status = await road.feed.read()
    except TaoError:
        return False
    return status is not None and status.state is MinerState.SERVING


async def _permitted(road: Road) -> bool:
    view = road.chain.at(await road.chain.head())
    neuron = (await view.metagraph(NETUID)).by_hotkey(road.validator_hotkey)
    return neuron is not None and neuron.validator_permit
