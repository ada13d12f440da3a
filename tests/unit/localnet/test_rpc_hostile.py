"""Clients that misbehave, over real sockets: they are refused or dropped, and nobody else notices."""

import asyncio
import json
import os
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from fixtures_localnet import RunningLocalnet, running_localnet
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from taocli.localnet.node import LocalNode
from taocli.localnet.producer import Producer
from taocli.localnet.rpc import limits

PATIENCE = 20.0
"""Nothing here takes a second on an idle machine."""
UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def request(name: str, *params: Any, identifier: Any = 1) -> str:
    document = {"jsonrpc": "2.0", "id": identifier, "method": name, "params": params}
    return json.dumps(document)


def frame(
    payload: bytes, opcode: int = 1, *, fin: bool = True, announced: int | None = None
) -> bytes:
    """A masked frame (with a mask of zeros); ``announced`` is its length if it lies about that."""
    length = len(payload) if announced is None else announced
    if length < 126:
        head = bytes([128 | length])
    elif length < 65_536:
        head = bytes([254]) + struct.pack(">H", length)
    else:
        head = bytes([255]) + struct.pack(">Q", length)
    return bytes([fin << 7 | opcode]) + head + bytes(4) + payload


class Steady:
    """A client that behaves: it follows the heads, and asks things."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._waiting: asyncio.Future[Any] | None = None
        self.heads: list[int] = []

    async def listen(self) -> None:
        async for text in self._socket:
            document = json.loads(text)
            if "params" in document:
                self.heads.append(int(document["params"]["result"]["number"], 16))
            elif self._waiting is not None:
                self._waiting.set_result(document)

    async def ask(self, name: str, *params: Any) -> Any:
        self._waiting = asyncio.get_running_loop().create_future()
        await self._socket.send(request(name, *params))
        return (await asyncio.wait_for(self._waiting, PATIENCE))["result"]

    async def hears(self, count: int) -> None:
        """Wait for so many more heads, none of them missing."""
        start = len(self.heads)
        async with asyncio.timeout(PATIENCE):
            while len(self.heads) < start + count:
                await asyncio.sleep(0.02)
        assert self.heads == list(range(self.heads[0], self.heads[0] + len(self.heads)))


@asynccontextmanager
async def steady_client(endpoint: str) -> AsyncIterator[Steady]:
    async with connect(endpoint) as socket:
        steady = Steady(socket)
        listening = asyncio.create_task(steady.listen())
        await steady.ask("chain_subscribeNewHeads")
        yield steady
        await steady.hears(1)
        listening.cancel()


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLocalnet]:
    """A node in a process of its own."""
    with running_localnet(tmp_path_factory.mktemp("hostile"), "--block-time", "0.15") as running:
        yield running


@pytest.fixture
async def steady(chain: RunningLocalnet) -> AsyncIterator[Steady]:
    """A well-behaved client of that node; it hears new heads to the end of each test."""
    async with steady_client(chain.endpoint) as client:
        yield client


def resident_mib(chain: RunningLocalnet) -> int:
    pages = int(Path(f"/proc/{chain.process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024**2


@pytest.fixture
async def node(producer: Producer) -> AsyncIterator[LocalNode]:
    """A node in this process, for tests that make its limits small."""
    localnet = LocalNode(producer, block_time=0.05, port=0)
    await localnet.start()
    yield localnet
    await localnet.stop()


@asynccontextmanager
async def raw(
    endpoint: str, first: bytes = b""
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A plain connection that says ``first``."""
    host, _, port = endpoint.removeprefix("ws://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(first)
    yield reader, writer
    writer.transport.abort()


async def upgraded(reader: asyncio.StreamReader) -> None:
    assert b" 101 " in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)


async def rest(reader: asyncio.StreamReader) -> bytes:
    """Everything until the other side closes."""
    try:
        return await asyncio.wait_for(reader.read(), PATIENCE)
    except ConnectionError:
        return b""


async def test_ten_thousand_subscriptions_hold_up_nobody(
    chain: RunningLocalnet, steady: Steady
) -> None:
    batch = [request("chain_subscribeNewHeads", identifier=n) for n in range(1_000)]
    before = resident_mib(chain)
    sockets = [await connect(chain.endpoint, max_queue=None) for _ in range(10)]
    try:
        for socket in sockets:
            await socket.send(f"[{','.join(batch)}]")
            answers = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))
            assert len({item["result"] for item in answers}) == 1_000
        await steady.hears(4)
        await sockets[0].send(f"[{','.join(batch[:25])}]")
        async with asyncio.timeout(PATIENCE):
            while "params" in (document := json.loads(await sockets[0].recv())):
                continue
        error = document[-1]["error"]
        assert error == {
            "code": -32006,
            "message": "Too many subscriptions on the connection",
            "data": "Exceeded max limit of 1024",
        }
        assert resident_mib(chain) - before < 200
    finally:
        for socket in sockets:
            socket.transport.abort()


async def test_clients_that_do_not_read_cost_little(chain: RunningLocalnet, steady: Steady) -> None:
    asked = [frame(request("state_getMetadata").encode()) for _ in range(400)]
    before = resident_mib(chain)
    async with asyncio.timeout(60):
        writers = []
        for _ in range(20):
            host, _, port = chain.endpoint.removeprefix("ws://").partition(":")
            _, writer = await asyncio.open_connection(host, int(port), limit=1024)
            writer.transport.pause_reading()
            writer.write(UPGRADE + b"".join(asked))
            writers.append(writer)
        await steady.hears(4)
        assert await steady.ask("system_chain") == "Bittensor"
        assert resident_mib(chain) - before < 300
        for writer in writers:
            writer.transport.abort()


async def test_a_flood_of_heavy_requests_is_taken_in_turns(
    chain: RunningLocalnet, steady: Steady
) -> None:
    async with connect(chain.endpoint, max_size=None, max_queue=None) as greedy:
        for _ in range(300):
            await greedy.send(request("state_getPairs", "0x"))
        await greedy.send(f"[{','.join([request('state_getMetadata')] * 100)}]")
        for _ in range(5):
            assert await steady.ask("system_chain") == "Bittensor"
        await steady.hears(2)
        greedy.transport.abort()


async def test_messages_that_make_no_sense_are_answered_with_codes(
    chain: RunningLocalnet, steady: Steady
) -> None:
    expected: list[tuple[str | bytes, int]] = [
        ("", -32700),
        ("{", -32700),
        (b"\xff\xfe\x00", -32700),
        ("[" * 1_000_000, -32007),
        ("[" * 200_000, -32700),
        ('{"a":' * 100_000, -32700),
        ("[" + "{}," * 500_000 + "{}]", -32007),
        ("9" * 100_000, -32700),
        ('{"jsonrpc":"2.0","id":1,"method":"' + "x" * 1_000_000 + '"}', -32601),
        (request("state_call", "Core_version", "0x" + "00" * 4_000_000), 4003),
        (request("author_submitExtrinsic", "0x" + "ff" * 4_000_000), 1001),
        (request("author_submitExtrinsic", "0x" + "00" * 6_000_000), 1010),
        (request("state_getStorage", "0x" + "00" * 4_000_000), -32602),
        (request("state_getStorage", [[[[[[[[]]]]]]]]), -32602),
    ]
    async with connect(chain.endpoint) as socket:
        for message, code in expected:
            await socket.send(message)
            answer = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))
            assert answer["error"]["code"] == code, message[:40]
        await socket.send(request("system_chain"))
        assert json.loads(await socket.recv())["result"] == "Bittensor"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (frame(b"", announced=limits.MAX_MESSAGE + 1), 1009),
        (frame(b"x" * 100, fin=False) + frame(b"", 0, announced=limits.MAX_MESSAGE), 1009),
        (frame(b"x", announced=2**63), 1009),
        (b"\x81\x02hi", 1002),  # not masked
        (b"\xf1\x80\0\0\0\0", 1002),  # reserved bits
        (frame(b"x", 0), 1002),  # a continuation of nothing
        (frame(b"x", 3), 1002),
        (frame(b"x" * 126, 9), 1002),  # a long ping
        (frame(b"\x03\xe7", 8), 1002),  # a close code that is none
    ],
)
async def test_frames_that_break_the_rules_end_their_connection(
    chain: RunningLocalnet, steady: Steady, sent: bytes, code: int
) -> None:
    async with raw(chain.endpoint, UPGRADE) as (reader, writer):
        await upgraded(reader)
        writer.write(sent)
        closing = await rest(reader)
    assert closing[0] == 0x88
    assert struct.unpack(">H", closing[2:4])[0] == code


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\0" * 100, b"400"),
        (b"POST / HTTP/1.1\r\nhost", b"400"),
        (b"POST / SPDY/9\r\n\r\n", b"400"),
        (b"PUT / HTTP/1.1\r\n\r\n", b"405"),
        (b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", b"426"),
        (b"POST / HTTP/1.1\r\n\r\n", b"411"),
        (b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n", b"411"),
        (b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\ncontent-length: 9, 9\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\ncontent-length: " + b"9" * 30 + b"\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\nab", b"400"),
        (b"POST / HTTP/1.1\r\nnonsense\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nx: " + b"a" * 40_000, b"431"),
        (b"POST / HTTP/1.1\r\norigin: https://evil.example\r\n\r\n", b"403"),
    ],
)
async def test_requests_that_are_no_http_are_refused(
    chain: RunningLocalnet, steady: Steady, sent: bytes, status: bytes
) -> None:
    async with raw(chain.endpoint, sent) as (reader, writer):
        writer.write_eof()
        assert (await rest(reader)).split()[1] == status


async def test_a_body_over_the_limit_is_refused_before_it_is_read(chain: RunningLocalnet) -> None:
    head = f"POST / HTTP/1.1\r\ncontent-length: {limits.MAX_MESSAGE + 1}\r\n\r\n"
    async with raw(chain.endpoint, head.encode() + b"x" * 100_000) as (reader, _):
        answer = await rest(reader)
    assert answer.split()[1] == b"413"
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"] == -32007


async def test_http_goes_on_after_an_error_in_json(chain: RunningLocalnet) -> None:
    body = b"[" * 1_000
    head = (
        f"POST / HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    )
    async with raw(chain.endpoint, head) as (reader, writer):
        assert b" 100 " in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
        for _ in range(3):
            writer.write(body)
            answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
            assert b" 200 OK" in answer
            assert b"-32700" in await asyncio.wait_for(reader.readuntil(b"}\n"[:1]), PATIENCE)
            await asyncio.wait_for(reader.readuntil(b"null}"), PATIENCE)
            writer.write(head.replace(b"expect: 100-continue\r\n", b""))


@pytest.mark.parametrize(
    "sent",
    [b"", b"G", b"GET / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\n", UPGRADE[:-2]],
)
async def test_connections_that_say_nothing_are_closed(
    node: LocalNode, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(limits, "HANDSHAKE_S", 0.2)
    monkeypatch.setattr(limits, "REQUEST_S", 0.2)
    monkeypatch.setattr(limits, "GOODBYE_S", 0.2)
    async with steady_client(node.endpoint), raw(node.endpoint, sent) as (reader, _):
        answer = await rest(reader)
        assert answer == b"" or b" 408 " in answer


async def test_a_silent_websocket_is_pinged_and_given_up(
    node: LocalNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PING_S", 0.1)
    monkeypatch.setattr(limits, "IDLE_S", 0.3)
    async with (
        connect(node.endpoint) as alive,  # its pongs are automatic
        raw(node.endpoint, UPGRADE) as (reader, _),
    ):
        await upgraded(reader)
        pings = await rest(reader)
        assert pings.startswith(b"\x89\x00")
        await alive.send(request("system_chain"))
        assert json.loads(await alive.recv())["result"] == "Bittensor"


async def test_connections_beyond_the_limit_are_told_so(
    node: LocalNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_CONNECTIONS", 1)
    async with raw(node.endpoint, UPGRADE) as (reader, writer):
        await upgraded(reader)
        async with raw(node.endpoint, UPGRADE) as (other, _):
            assert b" 429 " in await rest(other)
        writer.transport.abort()
    async with asyncio.timeout(PATIENCE):
        while True:  # its place is free as soon as the node noticed
            async with raw(node.endpoint, UPGRADE) as (reader, _):
                if b" 101 " in await reader.read(64):
                    break


async def test_who_leaves_without_reading_leaves_nothing_behind(
    node: LocalNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_CONNECTIONS", 2)
    monkeypatch.setattr(limits, "GOODBYE_S", 0.1)
    monkeypatch.setattr(limits, "REQUEST_S", 0.3)
    wide = "0x" + "ff" * 4_000
    asked = request("state_queryStorageAt", [wide] * 400)
    async with steady_client(node.endpoint):
        for _ in range(3):  # each would hold the only place if it were not given up
            async with raw(node.endpoint, UPGRADE) as (reader, writer):
                await upgraded(reader)
                reader._transport.pause_reading()  # type: ignore[attr-defined]  # asyncio's own
                writer.write(frame(asked.encode()) * 8)
                await asyncio.sleep(0.1)
                async with asyncio.timeout(PATIENCE):
                    while len(node._server._clients) > 1:
                        await asyncio.sleep(0.02)


async def test_memory_that_all_hold_together_is_bounded(
    node: LocalNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_HELD", 2_000_000)
    monkeypatch.setattr(limits, "SMALL_SHARE", 100_000)
    async with steady_client(node.endpoint) as steady:
        half = frame(b"x" * 900_000, announced=1_000_000)
        head = b"POST / HTTP/1.1\r\ncontent-length: 1000000\r\n\r\n" + b"x" * 900_000
        open_ones = [raw(node.endpoint, UPGRADE + half) for _ in range(4)]
        open_ones += [raw(node.endpoint, head) for _ in range(4)]
        streams = [await item.__aenter__() for item in open_ones]
        try:
            ended = [asyncio.create_task(rest(reader)) for reader, _ in streams]
            done, _ = await asyncio.wait(ended, timeout=PATIENCE, return_when="FIRST_COMPLETED")
            assert done
            assert await steady.ask("system_chain") == "Bittensor"
            async with asyncio.timeout(PATIENCE):
                while sum(not task.done() for task in ended) > 2:
                    await asyncio.sleep(0.02)
            for task in ended:
                task.cancel()
        finally:
            for item in open_ones:
                await item.__aexit__(None, None, None)


async def test_subscriptions_of_all_together_are_bounded_and_leave_some_to_each(
    node: LocalNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_SUBSCRIPTIONS_TOGETHER", 10)
    monkeypatch.setattr(limits, "FREE_SUBSCRIPTIONS", 3)

    async def opened(socket: ClientConnection, count: int) -> int:
        names = [request("state_subscribeRuntimeVersion", identifier=n) for n in range(count)]
        await socket.send(f"[{','.join(names)}]")
        return sum("result" in item for item in json.loads(await socket.recv()))

    async with connect(node.endpoint) as greedy, connect(node.endpoint) as modest:
        assert await opened(greedy, 20) == 10
        assert await opened(modest, 20) == 3
        await greedy.close()
        async with asyncio.timeout(PATIENCE):
            while node._server._subscriptions.total > 3:
                await asyncio.sleep(0.02)
        async with connect(node.endpoint) as later:
            assert await opened(later, 5) == 5


async def test_watched_keys_are_bounded(node: LocalNode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_WATCHED_KEYS", 5)
    async with connect(node.endpoint) as socket:
        for keys, is_allowed in ((["0x01", "0x02", "0x03"], True), (["0x04"] * 2, True)):
            await socket.send(request("state_subscribeStorage", keys))
            assert ("result" in json.loads(await socket.recv())) is is_allowed
            await socket.recv()
        await socket.send(request("state_subscribeStorage", ["0x05", "0x06"]))
        assert json.loads(await socket.recv())["error"]["code"] == -32006
        await socket.send(request("state_subscribeStorage", ["0x05"] * 6))
        assert json.loads(await socket.recv())["error"]["code"] == -32602


async def test_a_closing_node_says_so(producer: Producer) -> None:
    node = LocalNode(producer, block_time=3_600.0, port=0)
    await node.start()
    async with connect(node.endpoint) as socket:
        await node.stop()
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), PATIENCE)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1001
