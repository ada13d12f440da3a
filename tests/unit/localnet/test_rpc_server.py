"""JSON-RPC over WebSocket and HTTP on one port."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from taocli.domain.address import Address
from taocli.domain.errors import InvalidSetting, PortInUse
from taocli.localnet.node import LocalNode
from taocli.localnet.producer import Producer
from taocli.localnet.rpc import limits

ALICE = b"A" * 32


@pytest.fixture
async def node(producer: Producer) -> AsyncIterator[LocalNode]:
    """A node on a free port whose clock never ticks by itself."""
    localnet = LocalNode(producer, block_time=3_600.0, port=0)
    await localnet.start()
    yield localnet
    await localnet.stop()


@pytest.fixture
async def socket(node: LocalNode) -> AsyncIterator[ClientConnection]:
    async with connect(node.endpoint) as made:
        yield made


async def ask(socket: ClientConnection, name: str, *params: Any) -> Any:
    """The result of a call, or the error document."""
    await socket.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": name, "params": params}))
    answer = json.loads(await asyncio.wait_for(socket.recv(), 5))
    assert answer["jsonrpc"] == "2.0"
    assert answer["id"] == 1
    return answer["error"] if "error" in answer else answer["result"]


async def hear(socket: ClientConnection) -> Any:
    return json.loads(await asyncio.wait_for(socket.recv(), 5))


async def test_blocks_have_the_shapes_of_the_real_node(
    node: LocalNode, socket: ClientConnection
) -> None:
    genesis = await ask(socket, "chain_getBlockHash", 0)
    node.mine_blocks(17)
    best = await ask(socket, "chain_getHead")
    assert best == await ask(socket, "chain_getFinalizedHead")
    header = await ask(socket, "chain_getHeader", best)
    assert header["number"] == "0x11"
    kinds = [bytes.fromhex(item[2:])[:5] for item in header["digest"]["logs"]]
    assert kinds == [b"\x06aura", b"\x05aura"]
    assert (await ask(socket, "chain_getHeader", genesis))["parentHash"] == "0x" + "00" * 32
    block = await ask(socket, "chain_getBlock")
    assert block["block"]["header"] == header
    assert block["justifications"] is None
    assert await ask(socket, "chain_getBlockHash", [0, "0x11", 99]) == [genesis, best, None]
    assert await ask(socket, "chain_getBlock", "0x" + "ab" * 32) is None


async def test_storage_is_read_at_any_block(node: LocalNode, socket: ClientConnection) -> None:
    key = "0x" + b"number".hex()
    node.mine_blocks(2)
    first = await ask(socket, "chain_getBlockHash", 1)
    assert await ask(socket, "state_getStorage", key) == "0x02000000"
    assert await ask(socket, "state_getStorageAt", key, first) == "0x01000000"
    assert await ask(socket, "state_getStorage", "0xffff", None) is None
    assert await ask(socket, "state_getKeysPaged", "0x6e", 10) == [key]
    assert await ask(socket, "state_getKeysPaged", "0x6e", 10, key, first) == []
    changes = [{"block": first, "changes": [[key, "0x01000000"], ["0xff", None]]}]
    assert await ask(socket, "state_queryStorageAt", [key, "0xff"], first) == changes
    assert await ask(socket, "state_call", "Test_number", "0x", first) == "0x01000000"


async def test_errors_have_the_codes_and_texts_that_clients_match(socket: ClientConnection) -> None:
    async def code(name: str, *params: Any) -> tuple[int, str]:
        error = await ask(socket, name, *params)
        return error["code"], error["message"]

    assert await code("no_such") == (-32601, "Method not found")
    assert (await code("state_getStorage"))[0] == -32602
    assert (await code("state_getStorage", "zz"))[0] == -32602
    assert (await code("chain_getBlockHash", -1))[0] == -32602
    assert await code("state_getKeysPaged", "0x", 5_000) == (
        4002,
        "count exceeds maximum value. value: 5000, max: 1000",
    )
    number, text = await code("state_call", "Metadata_nothing", "0x")
    assert (number, text.split(": ", 1)[1]) == (
        4003,
        "Execution failed: Other: Exported method Metadata_nothing is not found",
    )
    assert (await code("state_getStorage", "0x", "0x" + "ab" * 32))[0] == 4003
    assert await code("state_call", "Test_bug", "0x") == (-32603, "Internal error")
    assert (await code("author_submitExtrinsic", "0x0400"))[0] == 1001


async def test_a_batch_is_answered_as_a_batch(socket: ClientConnection) -> None:
    calls = [{"jsonrpc": "2.0", "id": n, "method": "system_chain"} for n in range(3)]
    notification = {"jsonrpc": "2.0", "method": "system_chain"}
    await socket.send(json.dumps([*calls, notification, 7]))
    answers = await hear(socket)
    assert [item.get("id") for item in answers] == [0, 1, 2, None]
    assert answers[0]["result"] == "Bittensor"
    assert answers[3]["error"]["code"] == -32600
    for bad, code in (("{", -32700), ("[]", -32600), (json.dumps([1] * 2_000), -32010)):
        await socket.send(bad)
        assert (await hear(socket))["error"]["code"] == code


@pytest.mark.parametrize(
    ("name", "notice"),
    [
        ("chain_subscribeNewHeads", "chain_newHead"),
        ("chain_subscribeNewHead", "chain_newHead"),
        ("chain_subscribeFinalizedHeads", "chain_finalizedHead"),
        ("chain_subscribeAllHeads", "chain_allHead"),
    ],
)
async def test_heads_stream_until_unsubscribed(
    node: LocalNode, socket: ClientConnection, name: str, notice: str
) -> None:
    identifier = await ask(socket, name)
    first = await hear(socket)
    assert first["method"] == notice
    assert first["params"]["subscription"] == identifier
    assert first["params"]["result"]["number"] == "0x0"
    node.mine_blocks(1)
    assert (await hear(socket))["params"]["result"]["number"] == "0x1"
    assert await ask(socket, name.replace("subscribe", "unsubscribe"), identifier) is True
    node.mine_blocks(1)
    assert await ask(socket, name.replace("subscribe", "unsubscribe"), identifier) is False


async def test_storage_changes_stream(node: LocalNode, socket: ClientConnection, sign: Any) -> None:
    key = "0x" + (b"note:" + ALICE).hex()
    await ask(socket, "state_subscribeStorage", [key])
    assert (await hear(socket))["params"]["result"]["changes"] == [[key, None]]
    node.mine_blocks(1)
    node.submit(sign(ALICE, 0, b"hi"))
    block = node.mine_blocks(1)[0]
    result = (await hear(socket))["params"]["result"]
    assert result == {"block": "0x" + block.hash.hex(), "changes": [[key, "0x6869"]]}


async def test_a_watched_transaction_is_followed_to_its_block(
    node: LocalNode, socket: ClientConnection, sign: Any
) -> None:
    account = Address(ALICE).ss58
    assert await ask(socket, "account_nextIndex", account) == 0
    identifier = await ask(socket, "author_submitAndWatchExtrinsic", "0x" + sign(ALICE, 0).hex())
    ready = await hear(socket)
    assert ready["method"] == "author_extrinsicUpdate"
    assert ready["params"] == {"subscription": identifier, "result": "ready"}
    assert await ask(socket, "system_accountNextIndex", account) == 1
    assert await ask(socket, "author_pendingExtrinsics") == ["0x" + sign(ALICE, 0).hex()]
    digest = "0x" + node.mine_blocks(1)[0].hash.hex()
    results = [(await hear(socket))["params"]["result"] for _ in range(2)]
    assert results == [{"inBlock": digest}, {"finalized": digest}]


async def test_http_answers_on_the_same_port(node: LocalNode) -> None:
    url = node.endpoint.replace("ws://", "http://")
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(2):  # twice on one connection
            answer = await client.post(
                url, json={"id": "x", "jsonrpc": "2.0", "method": "rpc_methods"}
            )
            assert "state_getStorageAt" in answer.json()["result"]["methods"]
        heads = await client.post(
            url, json={"id": 1, "jsonrpc": "2.0", "method": "chain_subscribeNewHeads"}
        )
        assert heads.json()["error"]["code"] == -32601


async def test_http_bodies_are_bounded(node: LocalNode) -> None:
    host, port = node.endpoint.removeprefix("ws://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST / HTTP/1.1\r\ncontent-length: 999999999\r\n\r\n")
    assert (await asyncio.wait_for(reader.readline(), 5)).split()[1] == b"413"
    writer.close()


async def test_hostile_bytes_end_only_their_own_connection(
    node: LocalNode, socket: ClientConnection, monkeypatch: Any
) -> None:
    host, port = node.endpoint.removeprefix("ws://").split(":")
    for bytes_ in (
        b"\0" * 100,
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nx: y",
        b"POST " + b"a" * 40_000,
    ):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(bytes_)
        writer.write_eof()
        assert len(await asyncio.wait_for(reader.read(), 5)) < 4_096
        writer.close()
    assert await ask(socket, "system_chain") == "Bittensor"


async def test_frames_are_bounded(node: LocalNode, monkeypatch: Any) -> None:
    monkeypatch.setattr(limits, "MAX_MESSAGE", 1_000)
    async with connect(node.endpoint) as socket:
        await socket.send("x" * 2_000)
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), 5)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009


async def test_subscriptions_are_bounded_and_end_with_their_connection(
    node: LocalNode, monkeypatch: Any
) -> None:
    monkeypatch.setattr(limits, "MAX_SUBSCRIPTIONS", 1)
    async with connect(node.endpoint) as socket:
        await ask(socket, "state_subscribeRuntimeVersion")
        assert (await hear(socket))["params"]["result"]["specVersion"] == 425
        assert (await ask(socket, "chain_subscribeNewHeads"))["code"] == -32006
    async with connect(node.endpoint) as socket:
        await ask(socket, "chain_subscribeNewHeads")
    await asyncio.sleep(0.05)
    assert node._listeners == []


async def test_a_client_that_never_reads_is_dropped(node: LocalNode, monkeypatch: Any) -> None:
    monkeypatch.setattr(limits, "MAX_UNSENT", 10_000)
    async with connect(node.endpoint, max_queue=1) as socket:
        await ask(socket, "chain_subscribeNewHeads")
        socket.transport.pause_reading()
        for _ in range(200):
            node.mine_blocks(100)
            await asyncio.sleep(0)
            if not node._listeners:
                break
        assert node._listeners == []
        socket.transport.abort()


async def test_a_second_node_on_the_port_says_that_it_is_taken(node: LocalNode) -> None:
    port = int(node.endpoint.rsplit(":", 1)[1])
    with pytest.raises(PortInUse, match=str(port)):
        await LocalNode(node.producer, port=port).start()


async def test_instant_sealing_makes_one_block_for_each_transaction(
    producer: Producer, sign: Any
) -> None:
    node = LocalNode(producer, block_time=None, port=0)
    await node.start()
    try:
        for nonce in range(3):
            node.submit(sign(ALICE, nonce))
        await asyncio.sleep(0.05)
        assert node.head.number == 3
        assert {
            len(producer.store.block(producer.store.hash_at(n)).extrinsics) for n in (1, 2, 3)
        } == {2}
    finally:
        await node.stop()


async def test_the_clock_makes_blocks_and_skips_what_it_missed(producer: Producer) -> None:
    node = LocalNode(producer, block_time=0.02, port=0)
    await node.start()
    try:
        await asyncio.sleep(0.3)
        assert 5 <= node.head.number <= 16
    finally:
        await node.stop()


@pytest.mark.parametrize(
    ("options", "shown", "closed"),
    [
        ({}, "127.0.0.1", "127.0.0.2"),
        ({"host": "localhost"}, "localhost", "127.0.0.2"),
        ({"host": "127.0.0.2"}, "127.0.0.2", "127.0.0.3"),
        ({"host": "0.0.0.0"}, "127.0.0.1", None),
    ],
)
async def test_it_listens_on_loopback_and_elsewhere_only_when_told(
    producer: Producer, options: dict[str, str], shown: str, closed: str | None
) -> None:
    node = LocalNode(producer, block_time=3_600.0, port=0, **options)
    await node.start()
    try:
        assert node.endpoint == f"ws://{shown}:{node.port}"
        for host in ("127.0.0.1", shown, "127.0.0.9" if closed is None else shown):
            async with connect(f"ws://{host}:{node.port}") as socket:
                assert await ask(socket, "system_chain") == "Bittensor"
        if closed is not None:
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection(closed, node.port)
    finally:
        await node.stop()


async def test_a_name_is_no_address_to_listen_on(producer: Producer) -> None:
    with pytest.raises(InvalidSetting, match="no address"):
        await LocalNode(producer, port=0, host="everywhere").start()


async def test_only_pages_of_this_machine_may_talk_to_it(node: LocalNode) -> None:
    url = node.endpoint.replace("ws://", "http://")
    request = {"id": 1, "jsonrpc": "2.0", "method": "system_chain"}
    for origin, welcome in (
        ("http://localhost:3000", True),
        ("https://polkadot.js.org", True),
        ("https://evil.example", False),
        ("http://localhost.evil.example", False),
        ("http://[", False),
        ("null", False),
    ):
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(url, json=request, headers={"origin": origin})
        assert answer.status_code == (200 if welcome else 403), origin
        shown = answer.headers.get("access-control-allow-origin")
        assert shown == (origin if welcome else None)
        if welcome:
            async with connect(node.endpoint, origin=Origin(origin)) as socket:
                assert await ask(socket, "system_chain") == "Bittensor"
        else:
            with pytest.raises(InvalidStatus, match="403"):
                await connect(node.endpoint, origin=Origin(origin))
