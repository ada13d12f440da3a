"""Every JSON-RPC method of the dev chain: shapes, aliases, block hashes, errors, subscriptions."""

import json
import re
from typing import Any

import pytest

from taocli.domain.address import Address
from taocli.localnet import store
from taocli.localnet.assemble import build_producer
from taocli.localnet.dev_keys import dev_key
from taocli.localnet.frame.extrinsic import (
    ChainIdentity,
    Conditions,
    encode_signed,
    signing_payload,
)
from taocli.localnet.frame.scale import encode_compact
from taocli.localnet.node import LocalNode
from taocli.localnet.rpc import limits
from taocli.localnet.rpc.service import build_methods
from taocli.localnet.rpc.session import Session

HASH = re.compile(r"0x[0-9a-f]{64}")
ALICE = dev_key("Alice")
BOB = dev_key("Bob")
ACCOUNT_PREFIX = "0x26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9"
NOW = "0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb"
UNKNOWN = "0x" + "ab" * 32


class Client:
    """A session without a socket: what is pushed is kept."""

    def __init__(self, node: LocalNode) -> None:
        self.heard: list[Any] = []
        self.session = Session(build_methods(node), limits.SubscriptionCount(), self)

    def push(self, text: str) -> None:
        self.heard.append(json.loads(text))

    async def say(self, document: Any) -> Any:
        text = document if isinstance(document, str) else json.dumps(document)
        answer = await self.session.answer(text.encode())
        self.session.after_answer()
        return None if answer is None else json.loads(answer)

    async def ask(self, name: str, *params: Any) -> Any:
        """A result, or the error."""
        request = {"jsonrpc": "2.0", "id": 1, "method": name, "params": params}
        answer = await self.say(request)
        assert answer["jsonrpc"] == "2.0"
        assert answer["id"] == 1
        assert len(answer) == 3
        return answer["error"] if "error" in answer else answer["result"]

    async def code(self, name: str, *params: Any) -> tuple[int, str]:
        error = await self.ask(name, *params)
        return error["code"], error["message"]

    def results(self) -> list[Any]:
        found = [item["params"]["result"] for item in self.heard]
        self.heard.clear()
        return found


@pytest.fixture
def node() -> LocalNode:
    """The dev chain, whose blocks are made by hand."""
    localnet = LocalNode(build_producer(), block_time=3_600.0, port=0)
    localnet.mine_blocks(2)
    return localnet


@pytest.fixture
def client(node: LocalNode) -> Client:
    return Client(node)


def remark(node: LocalNode, nonce: int = 0, tip: int = 0, note: bytes = b"hi") -> str:
    """An extrinsic of Alice."""
    call = b"\x00\x00" + encode_compact(len(note)) + note
    genesis = node.producer.store.hash_at(0) or b""
    identity = ChainIdentity(425, 1, genesis, genesis)
    conditions = Conditions(None, nonce, tip)
    signature = ALICE.sign(signing_payload(call, conditions, identity))
    encoded = encode_signed(ALICE.public_key, ("Sr25519", signature), conditions, call)
    return "0x" + encoded.hex()


async def test_system_methods_tell_who_the_node_is(client: Client) -> None:
    assert await client.ask("system_chain") == "Bittensor"
    assert await client.ask("system_chainType") == "Local"
    assert await client.ask("system_name") == "taocli localnet"
    assert (await client.ask("system_version")).endswith("-subtensor425")
    properties = {"ss58Format": 42, "tokenDecimals": 9, "tokenSymbol": "TAO"}
    assert await client.ask("system_properties") == properties
    health = {"peers": 0, "isSyncing": False, "shouldHavePeers": False}
    assert await client.ask("system_health") == health
    assert await client.ask("system_peers") == []
    assert await client.ask("system_nodeRoles") == ["Authority"]
    assert (await client.ask("system_localPeerId")).startswith("12D3KooW")
    assert await client.ask("system_localListenAddresses") == []
    state = {"startingBlock": 0, "currentBlock": 2, "highestBlock": 2}
    assert await client.ask("system_syncState") == state


async def test_rpc_methods_names_everything_that_clients_look_for(client: Client) -> None:
    names = (await client.ask("rpc_methods"))["methods"]
    assert names == sorted(set(names))
    wanted = {
        "account_nextIndex", "author_pendingExtrinsics", "author_submitAndWatchExtrinsic",
        "author_submitExtrinsic", "author_unwatchExtrinsic", "chain_getBlock", "chain_getBlockHash",
        "chain_getFinalizedHead", "chain_getHead", "chain_getHeader", "chain_subscribeFinalizedHeads",
        "chain_subscribeNewHead", "chain_subscribeNewHeads", "chain_unsubscribeFinalizedHeads",
        "chain_unsubscribeNewHead", "chain_unsubscribeNewHeads", "payment_queryInfo", "rpc_methods",
        "state_call", "state_getKeys", "state_getKeysPaged", "state_getMetadata", "state_getPairs",
        "state_getRuntimeVersion", "state_getStorage", "state_getStorageAt", "state_getStorageHash",
        "state_getStorageSize", "state_queryStorageAt", "state_subscribeStorage",
        "state_unsubscribeStorage", "system_accountNextIndex", "system_chain", "system_chainType",
        "system_name", "system_properties", "system_version",
    }  # fmt: skip
    assert wanted <= set(names)


async def test_blocks_are_found_by_number_and_hash(client: Client) -> None:
    genesis, first, best = await client.ask("chain_getBlockHash", [0, 1, "0x2"])
    assert all(HASH.fullmatch(item) for item in (genesis, first, best))
    for name in ("chain_getHead", "chain_getFinalizedHead", "chain_getFinalisedHead"):
        assert await client.ask(name) == best
    assert await client.ask("chain_getBlockHash", None) == best
    assert await client.ask("chain_getBlockHash", 3) is None
    assert await client.ask("chain_getBlockHash", [3, 0]) == [None, genesis]
    header = await client.ask("chain_getHeader", first)
    assert set(header) == {"parentHash", "number", "stateRoot", "extrinsicsRoot", "digest"}
    assert (header["number"], header["parentHash"]) == ("0x1", genesis)
    assert (await client.ask("chain_getHeader", genesis))["parentHash"] == "0x" + "00" * 32
    block = await client.ask("chain_getBlock", first)
    assert block["justifications"] is None
    assert block["block"]["header"] == header
    assert all(item.startswith("0x") for item in block["block"]["extrinsics"])
    assert bytes.fromhex(block["block"]["extrinsics"][0][2:])[1:4] == b"\x04\x02\x00"
    assert await client.ask("chain_getHeader", UNKNOWN) is None
    assert await client.ask("chain_getBlock", UNKNOWN) is None


@pytest.mark.parametrize("number", [-1, 1.5, True, "2", "0x", "0x1_0", " 0x1", "0xzz", 2**32, {}])
async def test_what_is_no_block_number_is_refused(client: Client, number: Any) -> None:
    assert await client.code("chain_getBlockHash", number) == (-32602, "Invalid params")


async def test_storage_is_read_in_every_way(client: Client, node: LocalNode) -> None:
    now = await client.ask("state_getStorage", NOW)
    first = await client.ask("chain_getBlockHash", 1)
    before = await client.ask("state_getStorageAt", NOW, first)
    assert int.from_bytes(bytes.fromhex(now[2:]), "little") > int.from_bytes(
        bytes.fromhex(before[2:]), "little"
    )
    assert await client.ask("state_getStorage", NOW.removeprefix("0x")) == now
    assert await client.ask("state_getStorage", "0xffff") is None
    assert await client.ask("state_getStorageSize", NOW) == 8
    assert await client.ask("state_getStorageSize", "0xffff") is None
    assert HASH.fullmatch(await client.ask("state_getStorageHash", NOW))
    changes = [{"block": first, "changes": [[NOW, before], ["0xffff", None]]}]
    assert await client.ask("state_queryStorageAt", [NOW, "0xffff"], first) == changes
    assert (await client.ask("state_queryStorageAt", []))[0]["changes"] == []


async def test_maps_are_listed_whole_and_in_pages(client: Client) -> None:
    keys = await client.ask("state_getKeys", ACCOUNT_PREFIX)
    assert keys == sorted(keys)
    assert len(keys) > 4
    pages: list[str] = []
    while page := await client.ask(
        "state_getKeysPaged", ACCOUNT_PREFIX, 4, pages[-1] if pages else None
    ):
        pages += page
    assert pages == keys
    first = await client.ask("chain_getBlockHash", 1)
    assert await client.ask("state_getKeysPagedAt", ACCOUNT_PREFIX, 1_000, None, first) == keys
    pairs = await client.ask("state_getPairs", ACCOUNT_PREFIX)
    assert [key for key, _ in pairs] == keys
    assert pairs[0][1] == await client.ask("state_getStorage", keys[0])
    sizes = sum(len(value) // 2 - 1 for _, value in pairs)
    assert await client.ask("state_getStorageSize", ACCOUNT_PREFIX) == sizes
    assert await client.code("state_getKeysPaged", "0x") == (-32602, "Invalid params")


async def test_state_is_readable_for_a_window_and_then_discarded(
    client: Client, node: LocalNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "STATE_HISTORY", 4)
    old = await client.ask("chain_getBlockHash", 1)
    for _ in range(4):
        assert await client.ask("state_getStorage", NOW, old)
        node.mine_blocks(1)
    why = f"Client error: UnknownBlock: State already discarded for {old}"
    assert await client.code("state_getStorage", NOW, old) == (4003, why)
    assert await client.code("state_getKeysPaged", "0x", 9, None, old) == (4003, why)
    assert await client.code("state_queryStorageAt", [NOW], old) == (4003, why)
    assert await client.code("state_call", "Core_version", "0x", old) == (4003, why)
    called = f"Client error: Api called for an unknown Block: State already discarded for {old}"
    assert await client.code("state_getRuntimeVersion", old) == (4003, called)
    assert await client.code("state_getMetadata", old) == (4003, called)
    told = f'Unable to get subnets info: UnknownBlock("State already discarded for {old}")'
    assert await client.code("subnetInfo_getSubnetsInfo", old) == (1, told)
    assert (await client.ask("chain_getHeader", old))["number"] == "0x1"
    gone = f"Client error: UnknownBlock: Header was not found in the database: {UNKNOWN}"
    assert await client.code("state_getStorage", NOW, UNKNOWN) == (4003, gone)


async def test_the_runtime_is_asked_by_name(client: Client) -> None:
    version = await client.ask("state_getRuntimeVersion")
    assert version == await client.ask("chain_getRuntimeVersion")
    assert set(version) == {
        "specName", "implName", "authoringVersion", "specVersion", "implVersion", "apis",
        "transactionVersion", "systemVersion", "stateVersion",
    }  # fmt: skip
    assert (version["specName"], version["specVersion"]) == ("node-subtensor", 425)
    assert all(re.fullmatch(r"0x[0-9a-f]{16}", name) for name, _ in version["apis"])
    assert (await client.ask("state_getMetadata")).startswith("0x6d6574610e")
    newest = await client.ask("state_call", "Metadata_metadata_at_version", "0x0f000000")
    assert newest.startswith("0x01")
    nonce = "AccountNonceApi_account_nonce"
    assert await client.ask("state_call", nonce, ALICE.public_key.hex()) == "0x00000000"


async def test_runtime_calls_that_cannot_be_are_refused_with_a_reason(client: Client) -> None:
    failed = "Client error: Execution failed: "
    missing = f"{failed}Other: Exported method Core_nothing is not found"
    assert await client.code("state_call", "Core_nothing", "0x") == (4003, missing)
    bad = f"{failed}Bad input data provided to account_nonce: The data ends 32 bytes early."
    assert await client.code("state_call", "AccountNonceApi_account_nonce", "0x") == (4003, bad)
    code, text = await client.code("state_call", "Core_version", "0x00")
    assert (code, text.startswith(f"{failed}Bad input data provided to version")) == (4003, True)
    info = "TransactionPaymentApi_query_info"
    code, text = await client.code("state_call", info, "0x0c01020300000000")
    assert (code, text.startswith(f"{failed}Bad input data provided to query_info")) == (4003, True)
    for name, arguments in ((7, "0x"), ("Core_version", 7), ("x" * 201, "0x")):
        assert await client.code("state_call", name, arguments) == (-32602, "Invalid params")


async def test_a_nonce_counts_what_waits(client: Client, node: LocalNode) -> None:
    alice = Address(ALICE.public_key).ss58
    assert await client.ask("account_nextIndex", alice) == 0
    await client.ask("author_submitExtrinsic", remark(node))
    assert await client.ask("system_accountNextIndex", alice) == 1
    for bad in ("5Grw", 7, None, [alice], "0x" + ALICE.public_key.hex()[:-2]):
        assert (await client.code("account_nextIndex", bad))[0] == -32602


async def test_fees_are_told_in_json(client: Client, node: LocalNode) -> None:
    extrinsic = remark(node)
    length = len(extrinsic) // 2 - 1
    info = await client.ask("payment_queryInfo", extrinsic)
    assert set(info) == {"weight", "class", "partialFee"}
    assert set(info["weight"]) == {"ref_time", "proof_size"}
    assert info["class"] == "normal"
    details = await client.ask("payment_queryFeeDetails", extrinsic, None)
    parts = details["inclusionFee"]
    assert parts["lenFee"] == length
    assert sum(parts.values()) == int(info["partialFee"])
    assert (await client.code("payment_queryInfo", "0x0400"))[0] == 2
    assert (await client.code("payment_queryInfo", extrinsic, UNKNOWN))[0] == 1


async def test_a_submitted_extrinsic_waits_and_can_be_removed(
    client: Client, node: LocalNode
) -> None:
    first, second = remark(node), remark(node, 1)
    digest = await client.ask("author_submitExtrinsic", first)
    assert HASH.fullmatch(digest)
    other = await client.ask("author_submitExtrinsic", second)
    assert await client.ask("author_pendingExtrinsics") == [first, second]
    named = [{"extrinsic": second}, {"hash": UNKNOWN}]
    assert await client.ask("author_removeExtrinsic", named) == [other]
    assert await client.ask("author_pendingExtrinsics") == [first]
    for bad in ("0x", [7], [{"hash": "0x12"}], [{"hash": digest, "extrinsic": first}], None):
        assert (await client.code("author_removeExtrinsic", bad))[0] == -32602


async def test_the_pool_refuses_with_the_codes_of_substrate(
    client: Client, node: LocalNode
) -> None:
    extrinsic = remark(node)
    await client.ask("author_submitExtrinsic", extrinsic)
    again = await client.ask("author_submitExtrinsic", extrinsic)
    assert (again["code"], again["message"]) == (1013, "Transaction Already Imported")
    code, text = await client.code("author_submitExtrinsic", remark(node, note=b"ho"))
    assert (code, text) == (1014, "Priority is too low: (0 vs 0)")
    forged = await client.ask("author_submitExtrinsic", extrinsic[:-2] + "ff")
    assert forged == {
        "code": 1010,
        "message": "Invalid Transaction",
        "data": "Transaction has a bad signature",
    }
    for bad in ("0x", "0x00", "0x0400", extrinsic[:-2], extrinsic + "00"):
        assert (await client.code("author_submitExtrinsic", bad))[0] == 1001
    bare = await client.ask("author_submitExtrinsic", "0x1004000004ff")
    assert bare["code"] in {1001, 1011}


async def test_a_watched_extrinsic_is_followed_to_its_end(client: Client, node: LocalNode) -> None:
    identifier = await client.ask("author_submitAndWatchExtrinsic", remark(node))
    assert client.heard[0]["method"] == "author_extrinsicUpdate"
    assert client.heard[0]["params"] == {"subscription": identifier, "result": "ready"}
    client.heard.clear()
    block = "0x" + node.mine_blocks(1)[0].hash.hex()
    assert client.results() == [{"inBlock": block}, {"finalized": block}]
    assert await client.ask("author_unwatchExtrinsic", identifier) is False  # over by itself
    for nonce in (1, 2):
        identifier = await client.ask("author_submitAndWatchExtrinsic", remark(node, nonce))
        client.heard.clear()
        if nonce == 1:
            await client.ask("author_submitExtrinsic", remark(node, nonce, tip=9))
            assert set(client.results()[0]) == {"usurped"}
        else:
            assert await client.ask("author_unwatchExtrinsic", identifier) is True
            node.mine_blocks(1)
            assert client.results() == []
    assert (await client.code("author_submitAndWatchExtrinsic", "0x0400"))[0] == 1001


async def test_watching_many_extrinsics_leaves_room_for_more(
    client: Client, node: LocalNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_SUBSCRIPTIONS", 2)
    for nonce in range(5):
        identifier = await client.ask("author_submitAndWatchExtrinsic", remark(node, nonce))
        assert isinstance(identifier, str)
        node.mine_blocks(1)


async def test_heads_are_heard_until_the_right_unsubscription(
    client: Client, node: LocalNode
) -> None:
    names = ("NewHeads", "AllHeads", "FinalizedHeads")
    ids = {name: await client.ask(f"chain_subscribe{name}") for name in names}
    assert len(set(ids.values())) == 3
    assert [item["number"] for item in client.results()] == ["0x2"] * 3
    node.mine_blocks(1)
    heard = {item["method"]: item["params"] for item in client.heard}
    assert heard["chain_newHead"]["subscription"] == ids["NewHeads"]
    assert heard["chain_allHead"]["subscription"] == ids["AllHeads"]
    assert heard["chain_finalizedHead"]["subscription"] == ids["FinalizedHeads"]
    assert heard["chain_newHead"]["result"] == await client.ask("chain_getHeader")
    client.heard.clear()
    assert await client.ask("chain_unsubscribeNewHeads", ids["AllHeads"]) is False
    assert await client.ask("chain_unsubscribeNewHead", ids["NewHeads"]) is True  # an alias
    assert await client.ask("chain_unsubscribeNewHeads", ids["NewHeads"]) is False
    for unknown in ("nobody", 7, None, [ids["AllHeads"]]):
        assert await client.ask("chain_unsubscribeAllHeads", unknown) is False
    assert await client.ask("chain_unsubscribeAllHeads") is False
    node.mine_blocks(1)
    assert [item["method"] for item in client.heard] == ["chain_allHead", "chain_finalizedHead"]
    client.session.close()
    client.heard.clear()
    node.mine_blocks(1)
    assert client.heard == []


async def test_storage_subscribers_hear_of_their_keys_alone(
    client: Client, node: LocalNode
) -> None:
    identifier = await client.ask("state_subscribeStorage", [NOW, "0xffff", NOW])
    first = client.results()[0]["changes"]
    assert [key for key, _ in first] == [NOW, "0xffff"]
    quiet = await client.ask("state_subscribeStorage", ["0xffff"])
    client.heard.clear()
    block = "0x" + node.mine_blocks(1)[0].hash.hex()
    value = await client.ask("state_getStorage", NOW)
    assert client.heard == [
        {
            "jsonrpc": "2.0",
            "method": "state_storage",
            "params": {
                "subscription": identifier,
                "result": {"block": block, "changes": [[NOW, value]]},
            },
        }
    ]
    assert await client.ask("state_unsubscribeStorage", quiet) is True
    for bad in ([], None, "0x", [7], ["0x" + "00" * 5_000], ["0x0"], ["0x zz"]):
        assert (await client.code("state_subscribeStorage", bad))[0] == -32602


async def test_the_runtime_version_is_told_once(client: Client, node: LocalNode) -> None:
    for name in ("state_subscribeRuntimeVersion", "chain_subscribeRuntimeVersion"):
        identifier = await client.ask(name)
        assert client.results()[0]["specVersion"] == 425
        ends = name.replace("subscribe", "unsubscribe")
        assert await client.ask(ends, identifier) is True


async def test_ids_of_every_kind_come_back(client: Client) -> None:
    request = {"jsonrpc": "2.0", "method": "system_chain"}
    for identifier in ("", "x", 0, -7, 2**64 - 1, None, "0x1"):
        answer = await client.say(request | {"id": identifier})
        assert answer == {"jsonrpc": "2.0", "result": "Bittensor", "id": identifier}
    for identifier in (True, 1.5, [], {}, 2**64, "x" * 5_000):
        answer = await client.say(request | {"id": identifier})
        assert answer["error"] == {"code": -32600, "message": "Invalid request"}
        assert answer["id"] is None
    assert await client.say(request) is None
    assert await client.say(request | {"method": "author_submitExtrinsic"}) is None


@pytest.mark.parametrize(
    "request_",
    [
        {"id": 5, "method": "system_chain"},
        {"id": 5, "jsonrpc": "1.0", "method": "system_chain"},
        {"id": 5, "jsonrpc": "2.0"},
        {"id": 5, "jsonrpc": "2.0", "method": 7},
        {"id": 5, "jsonrpc": "2.0", "method": ["system_chain"]},
    ],
)
async def test_what_is_no_request_is_refused_under_its_id(client: Client, request_: Any) -> None:
    error = {"code": -32600, "message": "Invalid request"}
    assert await client.say(request_) == {"jsonrpc": "2.0", "error": error, "id": 5}


@pytest.mark.parametrize(
    "text",
    ["", "{", "nul", '{"id":NaN}', "[Infinity]", "[" * 100_000, '{"a":' * 5_000, "\ud800", "1" * 9_999],
)  # fmt: skip
async def test_what_is_no_json_is_refused(client: Client, text: str) -> None:
    answer = await client.session.answer(text.encode("utf-8", "surrogatepass"))
    assert json.loads(answer or "") == {
        "jsonrpc": "2.0",
        "error": {"code": -32700, "message": "Parse error"},
        "id": None,
    }


@pytest.mark.parametrize("document", [0, "x", None, True, 1.5, {}])
async def test_json_that_is_no_request_is_refused(client: Client, document: Any) -> None:
    answer = await client.say(json.dumps(document))
    assert answer["error"]["code"] == -32600


async def test_parameters_are_positional_and_spare_ones_are_ignored(client: Client) -> None:
    request = {"jsonrpc": "2.0", "id": 1, "method": "system_chain"}
    for params in ([], None, {}, [None], ["spare", 7]):
        assert (await client.say(request | {"params": params}))["result"] == "Bittensor"
    for params in ({"a": 1}, "x", 7, True):
        answer = await client.say(request | {"params": params})
        assert answer["error"]["code"] == -32602
    answer = await client.say(request | {"method": "state_getStorage", "params": []})
    expected = {"code": -32602, "message": "Invalid params", "data": "No more params"}
    assert answer["error"] == expected
    assert await client.code("no_such") == (-32601, "Method not found")
    for bad in ("", "0x", "0x12", 7, "0x" + "zz" * 32, "0x" + "ab" * 31 + " a"):
        assert await client.code("state_getStorage", NOW, bad) == (-32602, "Invalid params")


async def test_batches_are_answered_in_order(client: Client, node: LocalNode) -> None:
    requests = [
        {"jsonrpc": "2.0", "id": "a", "method": "chain_subscribeNewHeads"},
        {"jsonrpc": "2.0", "method": "system_chain"},
        7,
        {"jsonrpc": "2.0", "id": "b", "method": "no_such"},
        [],
    ]
    answers = await client.say(requests)
    assert [item["id"] for item in answers] == ["a", None, "b", None]
    assert [item["error"]["code"] for item in answers[1:]] == [-32600, -32601, -32600]
    assert client.heard[0]["params"]["subscription"] == answers[0]["result"]
    assert (await client.say([]))["error"] == {"code": -32600, "message": "Invalid request"}
    assert await client.say([requests[1], requests[1]]) is None
    assert (await client.say([1]))[0]["error"]["code"] == -32600
    assert (await client.say([7] * 1_001))["error"] == {
        "code": -32010,
        "message": "The batch request was too large",
        "data": "Exceeded max limit of 1000",
    }


async def test_answers_have_a_limit(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_ANSWER", 3_000)
    expected = {
        "code": -32008,
        "message": "Response is too big",
        "data": "Exceeded max limit of 3000",
    }
    for name, params in (
        ("state_getMetadata", []),
        ("state_getPairs", ["0x"]),
        ("state_getKeys", ["0x"]),
        ("state_queryStorageAt", [["0x" + "ff" * 400] * 5]),
    ):
        assert await client.ask(name, *params) == expected
    call = {"jsonrpc": "2.0", "id": 1, "method": "system_properties"}
    answer = await client.say([call] * 100)
    assert answer["error"]["code"] == -32011


async def test_subtensors_own_methods_give_the_runtimes_bytes(client: Client) -> None:
    async def same(name: str, api: str, arguments: bytes, *params: Any) -> None:
        found = await client.ask(name, *params)
        assert isinstance(found, list), found
        encoded = await client.ask("state_call", api, "0x" + arguments.hex())
        assert bytes(found).hex() == encoded[2:]

    one, alice = b"\1\0", list(ALICE.public_key)
    ss58 = Address(ALICE.public_key).ss58
    subnet, neuron = "SubnetInfoRuntimeApi_get_", "NeuronInfoRuntimeApi_get_"
    delegate, swap = "DelegateInfoRuntimeApi_get_", "SwapRuntimeApi_"
    await same("delegateInfo_getDelegates", f"{delegate}delegates", b"")
    await same("delegateInfo_getDelegate", f"{delegate}delegate", ALICE.public_key, alice)
    await same("delegateInfo_getDelegated", f"{delegate}delegated", ALICE.public_key, alice)
    await same("neuronInfo_getNeuronsLite", f"{neuron}neurons_lite", one, 1)
    await same("neuronInfo_getNeuronLite", f"{neuron}neuron_lite", one + b"\0\0", 1, 0)
    await same("neuronInfo_getNeurons", f"{neuron}neurons", one, 1)
    await same("neuronInfo_getNeuron", f"{neuron}neuron", one + b"\0\0", 1, 0)
    await same("subnetInfo_getSubnetInfo", f"{subnet}subnet_info", one, 1)
    await same("subnetInfo_getSubnetsInfo", f"{subnet}subnets_info", b"")
    await same("subnetInfo_getSubnetInfo_v2", f"{subnet}subnet_info_v2", one, 1)
    await same("subnetInfo_getSubnetsInfo_v2", f"{subnet}subnets_info_v2", b"")
    await same("subnetInfo_getSubnetHyperparams", f"{subnet}subnet_hyperparams", one, 1)
    await same("subnetInfo_getSubnetHyperparamsV2", f"{subnet}subnet_hyperparams_v2", one, 1)
    await same("subnetInfo_getAllDynamicInfo", f"{subnet}all_dynamic_info", b"")
    await same("subnetInfo_getDynamicInfo", f"{subnet}dynamic_info", one, 1)
    await same("subnetInfo_getAllMetagraphs", f"{subnet}all_metagraphs", b"")
    await same("subnetInfo_getMetagraph", f"{subnet}metagraph", one, 1)
    await same("subnetInfo_getAllMechagraphs", f"{subnet}all_mechagraphs", b"")
    await same("subnetInfo_getMechagraph", f"{subnet}mechagraph", one + b"\0", 1, 0)
    await same("subnetInfo_getSubnetState", f"{subnet}subnet_state", one, 1)
    columns = one + b"\x08\x01\0\x02\0"
    await same(
        "subnetInfo_getSelectiveMetagraph", f"{subnet}selective_metagraph", columns, 1, [1, 2]
    )
    columns = one + b"\0\x04\x01\0"
    await same(
        "subnetInfo_getSelectiveMechagraph", f"{subnet}selective_mechagraph", columns, 1, 0, [1]
    )
    await same("subnetInfo_getSubnetAccountId", f"{subnet}subnet_account_id", one, 1)
    key = ALICE.public_key + one
    await same(
        "subnetInfo_getColdkeyAutoStakeHotkey", f"{subnet}coldkey_auto_stake_hotkey", key, ss58, 1
    )
    await same("stakeInfo_getColdkeyLock", "StakeInfoRuntimeApi_get_coldkey_lock", key, ss58, 1)
    amount = one + (5).to_bytes(8, "little")
    await same("swap_simSwapTaoForAlpha", f"{swap}sim_swap_tao_for_alpha", amount, 1, 5)
    await same("swap_simSwapAlphaForTao", f"{swap}sim_swap_alpha_for_tao", amount, 1, 5)


async def test_costs_prices_and_the_subnet_to_prune_are_plain_numbers(client: Client) -> None:
    assert await client.ask("subnetInfo_getLockCost") == 1_000 * 10**9
    assert await client.ask("subnetInfo_getSubnetToPrune") is None
    price = await client.ask("swap_currentAlphaPrice", 1)
    assert price > 0
    prices = await client.ask("swap_currentAlphaPriceAll")
    assert {"netuid": 1, "price": price} in prices
    genesis = await client.ask("chain_getBlockHash", 0)
    assert isinstance(await client.ask("swap_currentAlphaPrice", 1, genesis), int)


async def test_subtensors_own_methods_refuse_what_does_not_fit(client: Client) -> None:
    assert await client.ask("subnetInfo_getSubnetInfo", 9) == [0]
    for params in ([65_536], [-1], ["1"], [1.5], [True], [None], []):
        assert (await client.code("subnetInfo_getSubnetInfo", *params))[0] == -32602
    for account in ("5Grw", [256] * 32, [-1], {}, [0.5] * 32, "0x" + "00" * 32):
        assert (await client.code("delegateInfo_getDelegate", account))[0] == -32602
    assert (await client.code("delegateInfo_getDelegate", [1, 2]))[0] == 1
    assert (await client.code("stakeInfo_getColdkeyLock", list(ALICE.public_key), 1))[0] == -32602
    assert (await client.code("subnetInfo_getSelectiveMetagraph", 1, 7))[0] == -32602
    assert (await client.code("subnetInfo_getMechagraph", 1, 256))[0] == -32602
    assert (await client.code("swap_simSwapTaoForAlpha", 1, 2**64))[0] == -32602
    code, text = await client.code("neuronInfo_getNeurons", 1, UNKNOWN)
    assert code == 1
    assert text == (
        'Unable to get neurons info: UnknownBlock("Header was not found in the database: '
        f'{UNKNOWN}")'
    )
