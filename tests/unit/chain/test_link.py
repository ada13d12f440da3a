"""One WebSocket: answers by number, deadlines, pushes, and what ends it."""

import asyncio

import pytest

from taocli.chain import link as link_module
from taocli.chain.link import Link
from taocli.domain.errors import CannotConnect, ConnectionLost, DeadlineExceeded, RpcFailed


async def test_answers_may_come_in_another_order(node):
    async def slow():
        await asyncio.sleep(0.2)
        return "slow"

    node.script = {"slow": slow, "fast": "fast"}
    link = await Link.open(node.url, 2)
    late = asyncio.create_task(link.request("slow", [], 2))
    assert await link.request("fast", [], 2) == "fast"
    assert not late.done()
    assert await late == "slow"
    await link.close()


async def test_a_batch_keeps_the_order_of_its_calls(node):
    node.script = {"echo": lambda value: value}
    link = await Link.open(node.url, 2)
    assert await link.batch([("echo", [1]), ("echo", [2]), ("echo", [3])], 2) == [1, 2, 3]
    await link.close()


async def test_silence_ends_at_the_deadline_and_leaves_the_link_usable(node):
    async def never():
        await asyncio.sleep(30)

    node.script = {"never": never, "fast": 1}
    link = await Link.open(node.url, 2)
    with pytest.raises(DeadlineExceeded):
        await link.request("never", [], 0.1)
    assert await link.request("fast", [], 2) == 1
    await link.close()


async def test_an_error_carries_number_and_data(node, refusal):
    node.script = {"bad": refusal(1010, "Invalid Transaction", "Custom error: 6")}
    link = await Link.open(node.url, 2)
    with pytest.raises(RpcFailed) as caught:
        await link.request("bad", [], 2)
    assert (caught.value.number, caught.value.data) == (1010, "Custom error: 6")
    await link.close()


async def test_an_error_text_cannot_move_the_cursor(node, refusal):
    node.script = {"bad": refusal(1, "red \x1b[31m alert\u202e")}
    link = await Link.open(node.url, 2)
    with pytest.raises(RpcFailed) as caught:
        await link.request("bad", [], 2)
    assert "\x1b" not in caught.value.what
    assert "\u202e" not in caught.value.what
    await link.close()


async def test_a_break_fails_what_is_under_way(node):
    async def never():
        await asyncio.sleep(30)

    node.script = {"never": never}
    link = await Link.open(node.url, 2)
    waiting = asyncio.create_task(link.request("never", [], 5))
    await asyncio.sleep(0.05)
    node.sockets[-1].transport.abort()
    with pytest.raises(ConnectionLost):
        await waiting
    assert not link.is_open
    with pytest.raises(ConnectionLost):
        await link.request("never", [], 5)
    await link.close()


@pytest.mark.parametrize("frame", ["not json", "[1]", '"text"', "[" * 100_000])
async def test_nonsense_ends_the_link(node, frame):
    link = await Link.open(node.url, 2)
    await asyncio.sleep(0.02)
    await node.sockets[-1].send(frame)
    async with asyncio.timeout(2):
        while link.is_open:
            await asyncio.sleep(0.01)
    await link.close()


async def test_a_frame_beyond_the_bound_ends_the_link(node, monkeypatch):
    monkeypatch.setattr(link_module, "MAX_FRAME_BYTES", 1000)
    node.script = {"large": "x" * 2000}
    link = await Link.open(node.url, 2)
    with pytest.raises(ConnectionLost):
        await link.request("large", [], 2)
    await link.close()


async def test_pushes_reach_their_subscription(node):
    node.script = {"sub": "s1", "unsub": True}
    link = await Link.open(node.url, 2)
    async with link.subscribe("sub", [], "unsub", 2) as pushes:
        await node.push("s1", 1)
        await node.push("other", 9)
        await node.push("s1", 2)
        assert [await pushes.next(2), await pushes.next(2)] == [1, 2]
    assert ("unsub", ["s1"]) in node.seen
    await link.close()


async def test_a_push_that_overtakes_its_answer_is_kept(node):
    async def subscribe():
        await node.push("s1", "early")
        return "s1"

    node.script = {"sub": subscribe, "unsub": True}
    link = await Link.open(node.url, 2)
    async with link.subscribe("sub", [], "unsub", 2) as pushes:
        assert await pushes.next(2) == "early"
    await link.close()


async def test_a_slow_reader_gets_the_newest_and_loses_the_oldest(node, monkeypatch):
    monkeypatch.setattr(link_module, "MAX_BACKLOG", 4)
    node.script = {"sub": "s1", "unsub": True, "sync": 0}
    link = await Link.open(node.url, 2)
    async with link.subscribe("sub", [], "unsub", 2) as pushes:
        for number in range(10):
            await node.push("s1", number)
        await link.request("sync", [], 2)
        assert await pushes.next(2) == 6
        assert await pushes.newest() == 9
    await link.close()


async def test_a_subscription_ends_with_its_link(node):
    node.script = {"sub": "s1", "unsub": True}
    link = await Link.open(node.url, 2)
    async with link.subscribe("sub", [], "unsub", 2) as pushes:
        node.sockets[-1].transport.abort()
        with pytest.raises(ConnectionLost):
            await pushes.next(2)
        with pytest.raises(ConnectionLost):
            await pushes.next(2)
    await link.close()


async def test_nobody_there():
    with pytest.raises(CannotConnect):
        await Link.open("ws://127.0.0.1:9", 2)


async def test_a_server_that_never_shakes_hands():
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(CannotConnect) as caught:
        await Link.open(f"ws://127.0.0.1:{port}", 0.2)
    assert "no answer in time" in caught.value.why
    server.close()
