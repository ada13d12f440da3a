"""The chain client against a real localnet: reads, writes, refusals, and a connection that breaks."""

import asyncio
import contextlib
from contextlib import aclosing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve

from taocli.chain.client import SubstrateChain
from taocli.chain.networks import resolve_network
from taocli.domain.address import Address
from taocli.domain.balance import Balance, tao
from taocli.domain.errors import (
    ChainChanged,
    ChainRefused,
    DispatchFailed,
    NotEnoughBalance,
    PriceError,
    UnsupportedRuntime,
    ValidationError,
)
from taocli.domain.extrinsic import Call, Wait
from taocli.domain.neuron import AxonEndpoint
from taocli.services.balances import plan_transfer
from taocli.services.registration import plan_registration
from taocli.services.serving import plan_serve_axon
from taocli.services.staking import plan_add, plan_remove
from taocli.services.weights import plan_set_weights
from taocli.wallet.derivation import keypair_from_uri
from taocli.wallet.keypair import ED25519, SR25519

ALICE = keypair_from_uri("//Alice", SR25519, dev=True)


@pytest.fixture
async def chain(localnet, tmp_path: Path):
    connected = await SubstrateChain.connect(resolve_network(localnet.endpoint), tmp_path)
    yield connected
    await connected.close()


def key(name, crypto_type=SR25519):
    return keypair_from_uri(f"//chain-client//{name}", crypto_type, dev=True)


async def fund(chain, account: Address, amount: Balance):
    return await chain.submit(await plan_transfer(chain, ALICE.address, account, amount), ALICE)


async def test_a_head_is_hashed_as_the_node_hashes_it(chain):
    head = await chain.head()
    assert await chain.connection.block_hash(head.number) == head.hash


async def test_a_view_stays_where_it_was_pinned(chain):
    account = key("pinned").address
    before = chain.at(await chain.head())
    receipt = await fund(chain, account, tao(3))
    assert await before.balance(account) == tao(0)
    assert await chain.at(receipt.block).balance(account) == tao(3)


async def test_the_receipt_proves_the_transfer(chain):
    account = key("receipt").address
    plan = await plan_transfer(chain, ALICE.address, account, tao(2))
    before = await chain.at(plan.block).balance(ALICE.address)
    receipt = await chain.submit(plan, ALICE, Wait.FINALIZED)
    after = await chain.at(receipt.block).balance(ALICE.address)
    assert receipt.finalized
    assert receipt.fee == plan.fee
    assert before - after == tao(2) + receipt.fee
    moved = next(event for event in receipt.events if event.name == "Transfer")
    assert moved.fields["to"] == account.ss58
    in_block = await chain.at(receipt.block).events()
    assert [event for event in in_block if event.extrinsic == receipt.index] == list(receipt.events)


async def test_an_ed25519_account_can_send(chain):
    sender = key("edward", ED25519)
    await fund(chain, sender.address, tao(5))
    receipt = await chain.submit(
        await plan_transfer(chain, sender.address, ALICE.address, tao(1)), sender
    )
    left = await chain.at(receipt.block).balance(sender.address)
    assert left == tao(4) - receipt.fee


async def test_subnets_agree_one_by_one_and_all_together(chain):
    view = chain.at(await chain.head())
    listed = await view.subnets()
    assert [subnet.netuid for subnet in listed] == [0, 1]
    assert await view.subnet(1) == listed[1]
    assert listed[0].price == 1
    assert listed[1].price > 0
    assert await view.subnet(4321) is None
    with pytest.raises(ValidationError):
        await view.metagraph(4321)


async def test_a_life_in_a_subnet(chain):
    cold, hot = key("life"), key("life-hot")
    await fund(chain, cold.address, tao(100))
    with pytest.raises(PriceError):
        await plan_registration(chain, cold.address, hot.address, 1, Balance(1))
    plan = await plan_registration(chain, cold.address, hot.address, 1, tao(50))
    receipt = await chain.submit(plan, cold)
    view = chain.at(receipt.block)
    uid = await view.uid(1, hot.address)
    assert uid is not None
    assert await plan_registration(chain, cold.address, hot.address, 1, tao(50)) is None

    here = AxonEndpoint("203.0.113.7", 8091, version=3)
    await chain.submit(await plan_serve_axon(chain, hot.address, 1, here), hot)
    assert await plan_serve_axon(chain, hot.address, 1, here) is None

    added = await plan_add(chain, cold.address, hot.address, 1, tao(10), Fraction(1, 2))
    receipt = await chain.submit(added, cold)
    view = chain.at(receipt.block)
    (position,) = await view.stakes(cold.address)
    assert (position.hotkey, position.netuid) == (hot.address, 1)
    neuron = (await view.metagraph(1)).neurons[uid]
    assert (neuron.hotkey, neuron.coldkey) == (hot.address, cold.address)
    assert neuron.axon is not None
    assert (neuron.axon.url, neuron.axon.version) == ("http://203.0.113.7:8091", 3)
    assert await view.axon(1, hot.address) == neuron.axon

    before = await view.balance(cold.address)
    removed = await plan_remove(chain, cold.address, hot.address, position.stake, Fraction(1, 2))
    receipt = await chain.submit(removed, cold)
    gained = await chain.at(receipt.block).balance(cold.address) - before
    assert tao("9.9") < gained < tao("10.1")


async def test_a_refusal_says_its_name(chain):
    stranger = key("stranger")
    plan = await plan_set_weights(chain, stranger.address, 1, {0: Fraction(1)})
    with pytest.raises(ChainRefused) as caught:
        await chain.submit(plan, stranger)
    assert caught.value.why
    assert caught.value.fix


async def test_a_call_that_fails_in_its_block_costs_only_the_fee(chain):
    sender = key("fails")
    await fund(chain, sender.address, tao(1))
    call = Call("Balances", "transfer_keep_alive", {"dest": ALICE.address, "value": tao(9).rao})
    plan = await chain.plan(call, sender.address)
    with pytest.raises(DispatchFailed) as caught:
        await chain.submit(plan, sender)
    assert caught.value.error_name == "FundsUnavailable"
    left = await chain.at(await chain.head()).balance(sender.address)
    assert left == tao(1) - plan.fee


async def test_an_account_that_cannot_pay_the_fee_is_told_before_it_signs(chain):
    poor = key("poor")
    call = Call("Balances", "transfer_keep_alive", {"dest": ALICE.address, "value": 1})
    plan = await chain.plan(call, poor.address)
    assert plan.blockers
    with pytest.raises(ChainRefused):
        await chain.submit(plan, poor)
    with pytest.raises(NotEnoughBalance):
        await chain.submit(replace(plan, blockers=()), poor)


class Unwilling:
    """A key that must not be asked."""

    address = ALICE.address
    crypto_type = SR25519

    def sign(self, message: bytes) -> bytes:
        raise AssertionError("asked to sign")


@pytest.mark.parametrize("change", [{"genesis_hash": "0x" + "00" * 32}, {"spec_version": 1}])
async def test_nothing_is_signed_for_a_chain_that_changed(chain, change):
    plan = await plan_transfer(chain, ALICE.address, key("x").address, tao(1))
    with pytest.raises(ChainChanged):
        await chain.submit(replace(plan, **change), Unwilling())


async def test_nothing_is_signed_with_another_key(chain):
    plan = await plan_transfer(chain, ALICE.address, key("x").address, tao(1))
    with pytest.raises(ValidationError):
        await chain.submit(plan, key("x"))


async def test_a_call_that_does_not_exist(chain):
    with pytest.raises(UnsupportedRuntime):
        await chain.plan(Call("SubtensorModule", "make_me_rich"), ALICE.address)


async def test_several_transactions_at_once_get_nonces_of_their_own(chain):
    names = [key(f"many-{number}").address for number in range(4)]
    plans = [await plan_transfer(chain, ALICE.address, name, tao(1)) for name in names]
    receipts = await asyncio.gather(*(chain.submit(plan, ALICE) for plan in plans))
    assert len({receipt.extrinsic_hash for receipt in receipts}) == 4


class Proxy:
    """Stands between client and node, and can drop every connection."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.drop_after: str | None = None
        self._open = set()

    async def handle(self, socket) -> None:
        self._open.add(socket)
        async with connect(self.upstream, max_size=None) as node:
            back = asyncio.create_task(self._copy(node, socket))
            with contextlib.suppress(Exception):
                async for frame in socket:
                    await node.send(frame)
                    if self.drop_after and self.drop_after in frame:
                        self.drop_after = None
                        self.drop()
            back.cancel()
        self._open.discard(socket)

    def drop(self) -> None:
        for socket in self._open:
            socket.transport.abort()

    @staticmethod
    async def _copy(source, target) -> None:
        with contextlib.suppress(Exception):
            async for frame in source:
                await target.send(frame)


@pytest.fixture
async def proxied(localnet, tmp_path: Path):
    proxy = Proxy(localnet.endpoint)
    async with serve(proxy.handle, "127.0.0.1", 0, max_size=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        chain = await SubstrateChain.connect(resolve_network(f"ws://127.0.0.1:{port}"), tmp_path)
        yield chain, proxy
        await chain.close()


async def test_heads_go_on_after_a_break(proxied):
    chain, proxy = proxied
    numbers = []
    async with asyncio.timeout(20), aclosing(chain.heads()) as heads:
        async for head in heads:
            numbers.append(head.number)
            if len(numbers) == 2:
                proxy.drop()
            if len(numbers) == 5:
                break
    assert numbers == sorted(set(numbers))


async def test_heads_end_when_the_chain_is_closed(localnet, tmp_path: Path):
    chain = await SubstrateChain.connect(resolve_network(localnet.endpoint), tmp_path)
    async with asyncio.timeout(10):
        async for _ in chain.heads():
            await chain.close()


async def test_a_transaction_is_found_when_the_connection_broke_after_sending(proxied):
    chain, proxy = proxied
    account = key("found").address
    plan = await plan_transfer(chain, ALICE.address, account, tao(1))
    proxy.drop_after = "author_submitAndWatchExtrinsic"
    async with asyncio.timeout(40):
        receipt = await chain.submit(plan, ALICE)
    assert await chain.at(receipt.block).balance(account) == tao(1)


async def test_substrate_interface_reads_the_same(chain, localnet):
    """The library's own codec, in pure Python, over our transport: a second opinion."""
    from taocli.chain.substrate import substrate_interface

    head = await chain.head()
    view = chain.at(head)

    def read():
        with substrate_interface(localnet.endpoint) as interface:
            account = interface.query(
                "System", "Account", [ALICE.address.ss58], block_hash=head.hash
            )
            burn = interface.query("SubtensorModule", "Burn", [1], block_hash=head.hash)
            return account.value["data"]["free"], burn.value

    free, burn = await asyncio.to_thread(read)
    assert Balance(free) == await view.balance(ALICE.address)
    subnet = await view.subnet(1)
    assert subnet is not None
    assert Balance(burn) == subnet.burn
