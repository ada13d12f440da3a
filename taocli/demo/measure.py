"""Counting what happened on the road over a number of epochs."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from fractions import Fraction

from taocli.demo.outcome import Outcome
from taocli.demo.road import Narrate, Road
from taocli.demo.stage import NETUID
from taocli.domain.balance import Balance
from taocli.domain.block import BlockRef
from taocli.domain.errors import Unhealthy
from taocli.domain.neuron import Neuron


async def measure(road: Road, epochs: int, narrate: Narrate) -> Outcome:
    """Watch the chain until ``epochs`` more epochs have run, then read everything once."""
    first = await road.chain.head()
    before = await _stake(road, first)
    last, seen = await _follow(road, epochs, narrate)
    neuron = await _neuron(road, last)
    await road.feed.close()  # a fresh connection starts with the newest report
    status = await road.feed.read()
    if status is None:
        raise Unhealthy(
            "The miner reports nothing.", fix="Run taocli demo --keep and read its log."
        )
    return Outcome(
        netuid=NETUID,
        hotkey=road.hotkey,
        uid=neuron.uid,
        blocks=last.number - first.number,
        epochs=seen,
        requests_answered=status.answered,
        tokens_generated=status.worker.generated_tokens,
        answers_right=_share_right(road),
        incentive=neuron.incentive,
        earned=await _stake(road, last) - before,
        device=status.worker.device,
        block=last.number,
    )


async def _follow(road: Road, epochs: int, narrate: Narrate) -> tuple[BlockRef, int]:
    seen, newest = 0, None
    async with aclosing(_heads(road)) as heads:
        async for block in heads:
            road.check()
            subnet = await road.chain.at(block).subnet(NETUID)
            if subnet is None:
                raise Unhealthy(f"Subnet {NETUID} is gone from the chain.")
            if newest is not None and subnet.last_epoch_block > newest:
                seen += 1
                narrate(f"Epoch {seen} of {epochs} ran in block {subnet.last_epoch_block}.")
            newest = subnet.last_epoch_block
            if seen >= epochs:
                return block, seen
    raise Unhealthy("The chain stopped sending blocks.")


async def _heads(road: Road) -> AsyncGenerator[BlockRef, None]:
    async for block in road.chain.heads():
        yield block


async def _neuron(road: Road, block: BlockRef) -> Neuron:
    neuron = (await road.chain.at(block).metagraph(NETUID)).by_hotkey(road.hotkey)
    if neuron is None:
        raise Unhealthy("The miner lost its slot.")
    return neuron


async def _stake(road: Road, block: BlockRef) -> Balance:
    positions = await road.chain.at(block).stakes(road.coldkey)
    own = [item.stake for item in positions if item.hotkey == road.hotkey and item.netuid == NETUID]
    return sum(own, Balance(0, NETUID))


def _share_right(road: Road) -> Fraction:
    asked = right = 0
    validator = next(child for child in road.children if child.name == "validator")
    whole, _, _ = validator.out.read_text().rpartition("\n")  # the last line may be half written
    for line in whole.splitlines():
        record = json.loads(line)
        if record.get("kind") == "answer" and record.get("hotkey") == road.hotkey.ss58:
            asked += 1
            right += bool(record.get("right"))
    return Fraction(right, asked) if asked else Fraction(0)
