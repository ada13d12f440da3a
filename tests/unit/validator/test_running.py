"""When the validator asks, and when it sets weights: over a chain of a few scripted blocks."""

from dataclasses import dataclass, replace
from fractions import Fraction

import pytest

from taocli.domain.address import Address
from taocli.domain.balance import Balance
from taocli.domain.block import BlockRef
from taocli.domain.errors import DispatchFailed, NetworkError
from taocli.domain.extrinsic import Plan, Receipt
from taocli.domain.neuron import AxonEndpoint, Metagraph, Neuron
from taocli.domain.subnet import Subnet
from taocli.protocol.dendrite import AxonReply
from taocli.validator.asking import Answer
from taocli.validator.questions import QuestionSource
from taocli.validator.running import EpochRan, Trouble, Validator, WeightsSet

OWN, MINER, DOWN, SILENT = (Address(bytes([letter]) * 32) for letter in b"vmds")
NOTHING = Balance(0)


@dataclass(frozen=True)
class Key:
    address: Address
    crypto_type: int = 1

    def sign(self, message: bytes) -> bytes:
        return bytes(64)


def neuron(uid, hotkey, axon, **more):
    return Neuron(
        uid=uid, hotkey=hotkey, coldkey=hotkey, axon=axon, active=True,
        validator_permit=more.get("permit", False), incentive=Fraction(0), dividends=Fraction(0),
        consensus=Fraction(0), emission=NOTHING, alpha_stake=NOTHING, tao_stake=NOTHING,
        total_stake=NOTHING, last_update=more.get("last_update", 0), registered_at=0,
    )  # fmt: skip


class Blocks:
    """Ten blocks an epoch; weights change ``last_update``, as on a chain."""

    def __init__(self, count, *, permit=True):
        self.count, self.permit, self.last_update = count, permit, 0
        self.plans, self.fail_reads_at, self.refuse = [], set(), False

    async def heads(self):
        for number in range(1, self.count + 1):
            yield BlockRef(number, "0x")

    def at(self, block):
        return replace_view(self, block)

    async def head(self):
        return BlockRef(self.count, "0x")

    async def plan(self, call, signer, effects=()):
        return Plan(call, signer, NOTHING, BlockRef(1, "0x"), "0x", 425, tuple(effects))

    async def submit(self, plan, signer, wait=None):
        if self.refuse:
            raise DispatchFailed("no", error_name="SettingWeightsTooFast")
        self.plans.append(plan)
        self.last_update = self.now
        return Receipt("0x", BlockRef(self.now, "0x"), 1, NOTHING, (), finalized=False)


def replace_view(chain, block):
    chain.now = block.number
    return View(chain, block)


@dataclass
class View:
    chain: Blocks
    block: BlockRef

    async def subnet(self, netuid):
        if self.block.number in self.chain.fail_reads_at:
            raise NetworkError("the node went away")
        address, number = Address(b"o" * 32), self.block.number
        return Subnet(
            netuid=1, name="", symbol="", owner_hotkey=address, owner_coldkey=address, tempo=10,
            last_epoch_block=number // 10 * 10, blocks_since_epoch=number % 10, tao_in=NOTHING,
            alpha_in=NOTHING, alpha_out=NOTHING, price=Fraction(1), burn=NOTHING, neurons=4,
            max_neurons=256, registration_allowed=True, immunity_period=0, weights_rate_limit=3,
            serving_rate_limit=3, block=self.block,
        )  # fmt: skip

    async def metagraph(self, netuid):
        here = AxonEndpoint("10.0.0.1", 8091)
        return Metagraph(1, self.block, (
            neuron(0, OWN, here, permit=self.chain.permit, last_update=self.chain.last_update),
            neuron(1, MINER, here),
            neuron(2, DOWN, replace(here, port=8092)),
            neuron(3, SILENT, None),
        ))  # fmt: skip


class Caller:
    """The miner adds; the one that is down does not answer."""

    def __init__(self):
        self.asked = []

    async def call(self, target, synapse, timeout_s):
        self.asked.append(target.hotkey)
        if target.hotkey == DOWN:
            return AxonReply(503, "down", {}, 0.0)
        words = synapse.fields["messages"][0].replace("+", " ").rstrip("?").split()
        total = sum(int(word) for word in words if word.isdigit())
        return AxonReply(200, "ok", {"completion": str(total)}, 0.1)


async def run(chain, epochs=None):
    caller, records = Caller(), []
    validator = Validator(chain, caller, Key(OWN), 1, QuestionSource(1), records.append)
    await validator.run(epochs)
    return caller, records


async def test_it_asks_everybody_who_serves_but_never_itself():
    caller, records = await run(Blocks(1))
    assert set(caller.asked) == {MINER, DOWN}
    answers = [record for record in records if isinstance(record, Answer)]
    assert {answer.hotkey: answer.right for answer in answers} == {MINER: True, DOWN: False}


async def test_it_pays_the_miner_and_not_the_one_that_is_down():
    chain = Blocks(9)
    _, records = await run(chain)
    (plan,) = chain.plans
    assert plan.call.args["dests"] == [1]
    assert plan.call.args["weights"] == [65535]
    assert [type(record) for record in records].count(WeightsSet) == 1


async def test_weights_wait_for_the_second_half_of_each_epoch_and_come_once():
    chain = Blocks(39)
    _, records = await run(chain)
    blocks = [record.block.number for record in records if isinstance(record, WeightsSet)]
    assert blocks == [5, 15, 25, 35]


async def test_no_weights_without_a_permit():
    chain = Blocks(20, permit=False)
    await run(chain)
    assert chain.plans == []


async def test_it_stops_after_so_many_epochs():
    chain = Blocks(100)
    _, records = await run(chain, epochs=2)
    assert [record.block for record in records if isinstance(record, EpochRan)] == [10, 20]
    assert chain.now == 20


@pytest.mark.parametrize("kind", ["read", "submit"])
async def test_trouble_is_reported_and_outlived(kind):
    chain = Blocks(29)
    if kind == "read":
        chain.fail_reads_at = {3, 4}
    else:
        chain.refuse = True
    _, records = await run(chain)
    assert any(isinstance(record, Trouble) for record in records)
    assert [record.block for record in records if isinstance(record, EpochRan)] == [10, 20]
    if kind == "read":
        assert len(chain.plans) == 3
