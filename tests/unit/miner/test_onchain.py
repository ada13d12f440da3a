import pytest

from taocli.domain.balance import tao
from taocli.domain.errors import NetworkError, NotEnoughBalance, PriceError
from taocli.domain.neuron import AxonEndpoint
from taocli.miner import onchain
from taocli.miner.onchain import advertise
from taocli.services.registration import plan_registration

HERE = AxonEndpoint("127.0.0.2", 8091)


async def test_an_address_is_sent_once_and_only_when_it_differs(key, fake_chain, monkeypatch):
    monkeypatch.setattr(onchain, "_POLL_S", 0)
    chain, hotkey, waits = fake_chain([key(1).address]), key(1), []
    assert await advertise(chain, hotkey, 1, HERE, waits.append)
    assert not await advertise(chain, hotkey, 1, HERE, waits.append)
    assert waits == []
    sent_at = chain.number
    assert await advertise(chain, hotkey, 1, AxonEndpoint("127.0.0.2", 8092), waits.append)
    assert [call.args["port"] for call in chain.submitted] == [8091, 8092]
    assert chain.submitted[0].args["ip"] == 0x7F000002
    (left,) = waits
    assert 0 < left <= 50
    assert chain.number >= sent_at + left


async def test_an_address_that_does_not_stick_is_an_error(key, fake_chain, monkeypatch):
    monkeypatch.setattr(onchain, "_READ_BACK_S", 0.05)
    chain = fake_chain([key(1).address])
    chain.swallow_axons = True
    with pytest.raises(NetworkError, match="does not show"):
        await advertise(chain, key(1), 1, HERE, lambda _: None)


async def test_a_slot_is_priced_before_anything_is_signed(key, fake_chain):
    hotkey, payer = key(1).address, key(3).address
    plan = await plan_registration(fake_chain(burn="0.5"), payer, hotkey, 1, tao("1"))
    assert plan.call.function == "register_limit"
    assert plan.call.args["limit_price"] == 10**9
    with pytest.raises(PriceError):
        await plan_registration(fake_chain(burn="1.5"), payer, hotkey, 1, tao("1"))
    with pytest.raises(NotEnoughBalance):
        await plan_registration(fake_chain(burn="0.5", free="0.1"), payer, hotkey, 1, tao("1"))
