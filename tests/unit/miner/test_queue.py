import asyncio

import pytest

from taocli.domain.errors import WorkerBusy
from taocli.miner.queue import AdmissionQueue


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_the_largest_stake_goes_first_and_equals_keep_their_order():
    queue = AdmissionQueue(1, 10, Clock())
    holder = await queue.enter(0, 1e9)
    order = []

    async def ask(name, priority):
        ticket = await queue.enter(priority, 1e9)
        order.append(name)
        ticket.release()

    names = [("poor", 1), ("rich", 9), ("also rich", 9), ("middle", 5)]
    tasks = []
    for name, priority in names:
        tasks.append(asyncio.create_task(ask(name, priority)))
        await settle()
    holder.release()
    await asyncio.gather(*tasks)
    assert order == ["rich", "also rich", "middle", "poor"]
    assert (queue.running, queue.waiting) == (0, 0)


async def test_work_that_cannot_be_done_in_time_is_refused_at_once():
    clock = Clock()
    queue = AdmissionQueue(1, 10, clock)
    first = await queue.enter(0, 1e9)
    clock.now += 2.0
    first.release()  # a service takes two seconds
    second = await queue.enter(0, clock.now + 10)
    with pytest.raises(WorkerBusy, match="too late"):
        await queue.enter(9, clock.now + 3)
    second.release()


async def test_a_full_line_gives_way_to_more_stake_only():
    queue = AdmissionQueue(1, 1, Clock())
    holder = await queue.enter(0, 1e9)
    poor = asyncio.create_task(queue.enter(1, 1e9))
    await settle()
    with pytest.raises(WorkerBusy, match="full"):
        await queue.enter(1, 1e9)
    rich = asyncio.create_task(queue.enter(2, 1e9))
    await settle()
    with pytest.raises(WorkerBusy, match="more stake"):
        await poor
    holder.release()
    (await rich).release()


@pytest.mark.parametrize("moment", ["waiting", "same moment"])
async def test_a_caller_that_leaves_the_line_takes_no_place_with_it(moment):
    queue = AdmissionQueue(1, 10, Clock())
    holder = await queue.enter(0, 1e9)
    leaver = asyncio.create_task(queue.enter(5, 1e9))
    await settle()
    if moment == "same moment":
        holder.release()
        leaver.cancel()
    else:
        leaver.cancel()
        await settle()
        holder.release()
    with pytest.raises(asyncio.CancelledError):
        await leaver
    assert (queue.running, queue.waiting) == (0, 0)
    (await queue.enter(0, 1e9)).release()


async def test_a_ticket_is_given_back_once():
    queue = AdmissionQueue(2, 10, Clock())
    ticket = await queue.enter(0, 1e9)
    ticket.release()
    ticket.release()
    assert queue.running == 0
