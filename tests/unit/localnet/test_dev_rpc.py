"""dev_*: what only a localnet can do, asked over HTTP as any client would."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fixtures_chain import TAO

from taocli.localnet.assemble import build_localnet
from taocli.localnet.dev_uri import key_of
from taocli.localnet.node import LocalNode
from taocli.localnet.rpc.dev import DevMethods
from taocli.localnet.rpc.service import build_methods

DAY_MS = 86_400_000
BOB = key_of("//Bob").address.ss58


@pytest.fixture
async def node() -> AsyncIterator[LocalNode]:
    """A chain with a seed, blocks on demand, two subnets."""
    made = build_localnet(port=0, block_time=None, seed=9, subnets=2, neurons=5, accounts=2)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def ask(node: LocalNode) -> AsyncIterator[Any]:
    """``await ask(method, *params)``: the result, or the error's code and reason."""
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        url = node.endpoint.replace("ws://", "http://")

        async def call(method: str, *params: Any) -> Any:
            request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
            answer = (await client.post(url, json=request)).json()
            error = answer.get("error")
            return (error["code"], error.get("data", "")) if error else answer["result"]

        yield call


async def test_the_status_tells_where_the_chain_stands(ask: Any, node: LocalNode) -> None:
    hashes = await ask("dev_mineBlocks", 3)
    await ask("dev_snapshot")
    state = await ask("dev_status")
    assert state["block"] == 3
    assert state["hash"] == hashes[-1] == "0x" + node.head.hash.hex()
    assert state["seed"] == 9
    assert state["snapshots"] == [1]
    assert state["nextTime"] == state["time"] + 250


async def test_an_epoch_is_reached_and_says_what_it_paid(ask: Any, node: LocalNode) -> None:
    left = await ask("dev_blocksToEpoch", 2)
    ran = await ask("dev_advanceEpoch", 2)
    assert ran["mined"] >= left  # others may go first
    assert (ran["netuid"], ran["block"], len(ran["paid"])) == (2, node.head.number, 5)
    assert int(ran["total"]) == sum(int(row["emission"]) for row in ran["paid"]) > 0
    module = node.producer.runtime.subtensor_module
    assert module.LastEpochBlock[2] == ran["block"]
    again = await ask("dev_advanceEpoch", 2)
    assert again["block"] > ran["block"]


async def test_time_goes_forward_only(ask: Any) -> None:
    await ask("dev_mineBlocks", 1)
    before = (await ask("dev_status"))["time"]
    due = await ask("dev_advanceTime", DAY_MS)
    assert due == before + 250 + DAY_MS
    await ask("dev_mineBlocks", 2)
    assert (await ask("dev_status"))["time"] == due + 250
    assert await ask("dev_setTime", due + 5_000) == due + 5_000
    await ask("dev_mineBlocks", 1)
    assert (await ask("dev_status"))["time"] == due + 5_000
    code, why = await ask("dev_setTime", due)
    assert (code, "comes after the last" in why) == (-32602, True)


async def test_going_back_makes_the_same_blocks_again(ask: Any) -> None:
    await ask("dev_mineBlocks", 2)
    place = await ask("dev_snapshot")
    first = await ask("dev_mineBlocks", 5)
    assert (await ask("dev_revert", place))["block"] == 2
    assert await ask("dev_mineBlocks", 5) == first
    assert [item["block"] for item in await ask("dev_snapshots")] == [2]
    genesis = (await ask("dev_status"))["genesis"]
    assert (await ask("dev_reset"))["hash"] == genesis
    assert await ask("dev_snapshots") == []
    assert await ask("chain_getBlockHash") == genesis


async def test_money_comes_from_alice_in_a_block(ask: Any, node: LocalNode) -> None:
    free = node.producer.runtime.balances.free
    before, alice = free(key_of("//Bob").public_key), free(key_of("//Alice").public_key)
    given = await ask("dev_fund", BOB, str(3 * TAO))
    assert int(given["free"]) == before + 3 * TAO
    assert given["block"] == node.head.number == 1
    assert alice - free(key_of("//Alice").public_key) >= 3 * TAO
    assert (await ask("dev_fund", "//dev/1", 5))["address"] == key_of("//dev/1").address.ss58
    code, why = await ask("dev_fund", BOB, (1 << 64) - 1)
    assert (code, "It can give" in why) == (4_100, True)


async def test_accounts_are_listed(ask: Any) -> None:
    found = {item["name"]: item for item in await ask("dev_accounts")}
    assert found["//dev/1"] == {
        "name": "//dev/1",
        "address": key_of("//dev/1").address.ss58,
        "balance": str(10_000 * TAO),
    }
    assert "//Alice" in found


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("dev_mineBlocks", [-1]),
        ("dev_mineBlocks", ["5"]),
        ("dev_mineBlocks", [True]),
        ("dev_mineBlocks", [1_001]),
        ("dev_advanceEpoch", []),
        ("dev_advanceEpoch", [0]),
        ("dev_advanceEpoch", [77]),
        ("dev_advanceEpoch", [70_000]),
        ("dev_blocksToEpoch", ["1"]),
        ("dev_setTime", ["tomorrow"]),
        ("dev_setTime", [1]),
        ("dev_setTime", [1 << 63]),
        ("dev_advanceTime", [-1]),
        ("dev_advanceTime", [1.5]),
        ("dev_revert", [1]),
        ("dev_revert", [0]),
        ("dev_revert", [None]),
        ("dev_fund", [BOB, 0]),
        ("dev_fund", [BOB, "1.5"]),
        ("dev_fund", [BOB, -1]),
        ("dev_fund", ["nobody", 1]),
        ("dev_fund", [5, 1]),
        ("dev_fund", ["//Bob///secret", 1]),
    ],
)
async def test_parameters_that_make_no_sense_change_nothing(
    ask: Any, node: LocalNode, method: str, params: list[Any]
) -> None:
    before = await ask("dev_status")
    code, why = await ask(method, *params)
    assert code == -32602
    assert why
    assert await ask("dev_status") == before


async def test_a_distant_epoch_is_left_to_the_caller(ask: Any, node: LocalNode) -> None:
    node.producer.runtime.subtensor_module.Tempo[1] = 5_000
    code, why = await ask("dev_advanceEpoch", 1)
    assert (code, "dev_mineBlocks" in why) == (-32602, True)
    node.producer.runtime.subtensor_module.Tempo[1] = 0
    assert (await ask("dev_advanceEpoch", 1))[1].startswith("Subnet 1 has no epochs")


async def test_an_epoch_that_never_comes_is_not_waited_for(ask: Any, node: LocalNode) -> None:
    node.producer.runtime.subtensor_module.MaxEpochsPerBlock.set(0)
    code, why = await ask("dev_advanceEpoch", 1)
    assert (code, "MaxEpochsPerBlock" in why or "limited" in why) == (4_100, True)


async def test_every_method_has_a_line_in_the_readme(node: LocalNode, readme: str) -> None:
    served = {name for name in build_methods(node).names() if name.startswith("dev_")}
    assert len(served) == sum(name.startswith("dev_") for name in vars(DevMethods))
    assert {name for name in served if f"`{name}" not in readme} == set()


@pytest.fixture
def readme(request: pytest.FixtureRequest) -> str:
    return (request.config.rootpath / "README.md").read_text()
