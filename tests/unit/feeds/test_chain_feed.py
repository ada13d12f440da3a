import asyncio

import pytest

from taocli.domain.balance import Balance
from taocli.domain.errors import CannotConnect
from taocli.feeds import chain_feed
from taocli.feeds.chain_feed import ChainFeed
from taocli.feeds.collector import Collector, attempt
from taocli.feeds.samples import Freshness
from taocli.feeds.snapshot import take


@pytest.fixture
def feed(chain, store):
    async def connect():
        if chain.broken:
            raise CannotConnect("Nothing answers at ws://fake.")
        return chain

    return ChainFeed(connect, store)


async def test_one_round_reads_everything(feed, store) -> None:
    await feed.poll()
    overview = take(store)
    assert overview.chain.state is Freshness.LIVE
    assert (overview.standing.uid, overview.standing.position) == (1, 2)
    assert overview.earnings.per_tempo == Balance(5 * 10**8, 1)
    assert overview.earnings.per_tempo_tao == Balance(25 * 10**7, 0)
    assert overview.earnings.stake == Balance(10 * 10**9, 1)


async def test_the_same_block_is_read_once(feed, chain) -> None:
    await feed.poll()
    await feed.poll()
    assert chain.asked == ["head", "subnet", "metagraph", "head"]


async def test_the_metagraph_is_read_at_epochs_and_every_minute(feed, chain, make, clock) -> None:
    await feed.poll()
    chain.number = 101
    await feed.poll()
    assert chain.asked.count("metagraph") == 1
    chain.number, chain.subnet_now = 110, make.subnet(110, last_epoch=110)
    await feed.poll()
    assert chain.asked.count("metagraph") == 2
    clock.advance(61)
    chain.number = 111
    await feed.poll()
    assert chain.asked.count("metagraph") == 3


async def test_deregistration_is_seen_at_the_next_block(feed, chain, store) -> None:
    await feed.poll()
    chain.number, chain.uid_now = 101, None
    await feed.poll()
    assert take(store).standing is None
    assert take(store).standing_known


async def test_a_broken_chain_keeps_the_numbers_and_comes_back(feed, chain, store) -> None:
    await feed.poll()
    chain.broken = True
    assert not await attempt(feed, retry_s=3.0)
    overview = take(store)
    assert overview.chain.state is Freshness.STALE
    assert overview.chain.error == "Nothing answers at ws://fake. It is off."
    assert overview.standing.uid == 1
    assert chain.closed == 1
    assert not await attempt(feed, retry_s=3.0)
    chain.broken = False
    assert await attempt(feed, retry_s=3.0)
    assert take(store).chain.state is Freshness.LIVE


async def test_a_silent_node_runs_into_the_deadline(feed, chain, store, monkeypatch) -> None:
    monkeypatch.setattr(chain_feed, "READ_TIMEOUT_S", 0.01)

    async def never():
        await asyncio.sleep(60)

    monkeypatch.setattr(chain, "head", never)
    assert not await attempt(feed, retry_s=1.0)
    assert take(store).chain.error == "the chain did not answer in time"


async def test_a_feed_that_explodes_stops_no_other(store, feed) -> None:
    class Exploding:
        name, poll_s = "bomb", 0.0

        def __init__(self):
            self.failures = 0

        async def poll(self):
            raise ZeroDivisionError("boom")

        def fail(self, reason, retry_s):
            self.failures += 1
            self.reason = reason

        async def close(self):
            raise OSError("broken too")

    bomb = Exploding()
    async with Collector(store, [bomb, feed]):
        await asyncio.sleep(0.05)
    assert bomb.failures >= 1
    assert "ZeroDivisionError boom" in bomb.reason
    assert take(store).chain.state is Freshness.LIVE


async def test_closing_leaves_no_task(store, feed) -> None:
    before = asyncio.all_tasks()
    async with Collector(store, [feed]):
        names = {task.get_name() for task in asyncio.all_tasks() - before}
        assert names == {"feed-chain", "feed-history"}
    assert asyncio.all_tasks() == before
