"""Several endpoints: who is asked, what is asked again, and who is refused."""

import asyncio
from pathlib import Path

import pytest

from taocli.chain import transport as transport_module
from taocli.chain.connection import Connection
from taocli.chain.networks import Network
from taocli.chain.transport import Transport
from taocli.domain.errors import CannotConnect, ConnectionLost, NetworkError

NOBODY = "ws://127.0.0.1:9"


async def test_the_next_endpoint_is_used_when_the_first_is_down(node):
    node.script = {"echo": lambda value: value}
    transport = Transport([NOBODY, node.url])
    assert await transport.request("echo", [7]) == 7
    assert transport.endpoint == node.url
    await transport.close()


async def test_all_endpoints_down_is_one_error_that_names_each():
    transport = Transport([NOBODY, "ws://127.0.0.1:10"])
    with pytest.raises(CannotConnect) as caught:
        await transport.request("echo", [7])
    assert "127.0.0.1:9" in caught.value.why
    assert "127.0.0.1:10" in caught.value.why
    await transport.close()


async def test_a_read_survives_a_broken_link_and_a_write_is_sent_once(node):
    broken = []

    def breaks_once(value):
        if not broken:
            broken.append(True)
            node.sockets[-1].transport.abort()
        return value

    node.script = {"echo": breaks_once}
    transport = Transport([node.url])
    assert await transport.read("echo", [1]) == 1
    assert node.count("echo") == 2
    broken.clear()
    with pytest.raises(ConnectionLost):
        await transport.request("echo", [2])
    assert node.count("echo") == 3
    assert await transport.request("echo", [3]) == 3
    await transport.close()


async def test_reopening_waits_until_somebody_answers(node, monkeypatch):
    monkeypatch.setattr(transport_module, "FIRST_PAUSE_S", 0.02)
    tries = []

    async def third_time_lucky(link):
        tries.append(link)
        if len(tries) < 3:
            raise NetworkError("not yet")

    transport = Transport([node.url], third_time_lucky)
    async with asyncio.timeout(5):
        await transport.reopen_forever()
    assert len(tries) == 3
    await transport.close()


async def test_a_closed_transport_stays_closed(node):
    transport = Transport([node.url])
    await transport.open()
    await transport.close()
    with pytest.raises(ConnectionLost):
        await transport.request("echo", [1])


def _runtime(node, metadata, genesis):
    opaque = b"\1" + (len(metadata) << 2 | 2).to_bytes(4, "little") + metadata
    node.script |= {
        "chain_getBlockHash": genesis,
        "state_getRuntimeVersion": {"specVersion": 425, "transactionVersion": 1},
        "state_call": "0x" + opaque.hex(),
    }


async def test_metadata_is_fetched_once_and_then_comes_from_disk(
    node, tmp_path: Path, localnet_metadata
):
    _runtime(node, localnet_metadata, "0x" + "11" * 32)
    for _ in range(2):
        connection = Connection(Network("test", (node.url,)), tmp_path)
        assert (await connection.codec()).spec_version == 425
        await connection.close()
    assert node.count("state_call") == 1


async def test_an_endpoint_of_another_chain_is_refused(node, tmp_path: Path, localnet_metadata):
    _runtime(node, localnet_metadata, "0x" + "11" * 32)
    connection = Connection(Network("test", (node.url,), "0x" + "22" * 32), tmp_path)
    with pytest.raises(NetworkError) as caught:
        await connection.open()
    assert "another chain" in caught.value.what
    assert node.count("state_call") == 0
    await connection.close()


async def test_a_chain_that_was_replaced_behind_our_back_is_refused(
    node, tmp_path: Path, localnet_metadata
):
    _runtime(node, localnet_metadata, "0x" + "11" * 32)
    connection = Connection(Network("local", (node.url,)), tmp_path)
    await connection.open()
    _runtime(node, localnet_metadata, "0x" + "33" * 32)
    await node.sockets[-1].close()
    await asyncio.sleep(0.05)
    with pytest.raises(NetworkError) as caught:
        await connection.head()
    assert "another chain" in caught.value.what
    await connection.close()


async def test_a_new_runtime_replaces_the_codec(node, tmp_path: Path, localnet_metadata):
    _runtime(node, localnet_metadata, "0x" + "11" * 32)
    connection = Connection(Network("local", (node.url,)), tmp_path)
    assert (await connection.codec()).spec_version == 425
    node.script["state_getRuntimeVersion"] = {"specVersion": 426, "transactionVersion": 1}
    assert (await connection.codec()).spec_version == 425
    assert (await connection.codec(fresh=True)).spec_version == 426
    await connection.close()


@pytest.mark.parametrize("answer", ["0x00", "0x", "0x01", "0x0104ff", "nonsense", None, 5])
async def test_metadata_that_is_none_is_an_error(node, tmp_path: Path, localnet_metadata, answer):
    _runtime(node, localnet_metadata, "0x" + "11" * 32)
    node.script["state_call"] = answer
    connection = Connection(Network("local", (node.url,)), tmp_path)
    with pytest.raises(NetworkError):
        await connection.open()
    await connection.close()
    assert not list((tmp_path / "metadata").glob("*"))
