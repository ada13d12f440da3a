"""Populated chains: what is counted twice agrees, epochs pay, and the same seed gives the same chain."""

import time

import pytest
from fixtures_chain import TAO

from taocli.domain.errors import InvalidAddress, InvalidSetting
from taocli.localnet.assemble import build_producer
from taocli.localnet.dev_keys import dev_key
from taocli.localnet.dev_uri import account_of, key_of
from taocli.localnet.pallets.subtensor.pools import subnet_account
from taocli.localnet.producer import Producer
from taocli.localnet.recipe import Recipe
from taocli.wallet.derivation import keypair_from_uri


def check_books(producer: Producer) -> None:
    """Issuance, reserves, stake and slots are what their parts add up to."""
    runtime = producer.runtime
    module = runtime.subtensor_module
    accounts = [account["data"] for _, account in runtime.system.Account.items_under()]
    assert runtime.balances.TotalIssuance.get() == sum(a["free"] + a["reserved"] for a in accounts)
    netuids = module.NetworksAdded.keys_under()
    assert module.TotalNetworks.get() == len(netuids)
    assert module.TotalStake.get() == sum(module.SubnetTAO[netuid] for netuid in netuids)
    for netuid in netuids:
        assert runtime.balances.free(subnet_account(netuid)) == module.SubnetTAO[netuid]
        pots = [pot for (_, where), pot in module.TotalHotkeyAlpha.items_under() if where == netuid]
        waiting = (
            module.PendingOwnerCut[netuid]
            + module.PendingServerEmission[netuid]
            + module.PendingValidatorEmission[netuid]
            + module.PendingRootAlphaDivs[netuid]
            + module.SubnetProtocolAlpha[netuid]
        )
        if producer.store.head.number == 0:
            assert module.SubnetAlphaOut[netuid] == sum(pots) + waiting
        hotkeys = module.hotkeys_of(netuid)
        assert len(set(hotkeys)) == module.SubnetworkN[netuid]
        for uid, hotkey in enumerate(hotkeys):
            assert module.uid_of(netuid, hotkey) == uid
            assert module.IsNetworkMember[hotkey, netuid]
            assert hotkey in module.OwnedHotkeys[module.Owner[hotkey]]
        for item in (module.Active, module.LastUpdate, module.ValidatorPermit, module.Emission):
            assert len(item[netuid]) == len(hotkeys)


def test_the_books_agree_and_epochs_pay() -> None:
    producer = build_producer(block_time=None, subnets=3, neurons=10, seed=5)
    module = producer.runtime.subtensor_module
    assert sorted(module.NetworksAdded.keys_under()) == [0, 1, 2, 3]
    assert [module.SubnetworkN[netuid] for netuid in (1, 2, 3)] == [10, 10, 10]
    check_books(producer)
    for _ in range(25):
        producer.seal_block()
    check_books(producer)
    for netuid in (1, 2, 3):
        assert any(module.Incentive[netuid]), "miners are weighed"
        assert any(module.Dividends[netuid]), "validators earn"
        assert sum(module.Emission[netuid]) > TAO


def test_everybodys_key_can_be_named() -> None:
    module = build_producer(block_time=None, subnets=2, neurons=4).runtime.subtensor_module
    assert module.SubnetOwner[2] == dev_key("subnet2").public_key
    assert module.hotkeys_of(2) == [dev_key(f"subnet2-hot{uid}").public_key for uid in range(4)]
    owner = module.Owner[dev_key("subnet2-hot3").public_key]
    assert owner == dev_key("subnet2-cold3").public_key


def test_the_seed_decides() -> None:
    def genesis(seed: int | None) -> bytes:
        made = build_producer(block_time=None, subnets=1, neurons=6, seed=seed)
        return made.store.head.hash

    assert genesis(1) == genesis(1)
    assert genesis(1) != genesis(2)


@pytest.mark.slow
def test_many_neurons_take_seconds() -> None:
    started = time.process_time()
    producer = build_producer(block_time=None, subnets=32, neurons=64, seed=1)
    assert time.process_time() - started < 5, "it takes less than 1 s of an idle core"
    assert producer.runtime.subtensor_module.SubnetworkN[32] == 64
    check_books(producer)


def test_numbered_accounts_are_those_of_their_uris() -> None:
    producer = build_producer(block_time=None, accounts=3)
    for number in range(3):
        uri = f"//dev/{number}"
        known = keypair_from_uri(uri, 1, dev=True).public_key
        assert key_of(uri).public_key == known
        assert producer.runtime.balances.free(known) == 10_000 * TAO
    assert producer.runtime.balances.free(key_of("//dev/3").public_key) == 0


def test_keys_that_are_no_development_keys_are_refused() -> None:
    for text in ("bottom drive", "0x" + "11" * 32, "//Alice///secret", "", "/soft"):
        with pytest.raises(InvalidAddress):
            key_of(text)
    assert account_of("//Alice").ss58 == "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"


@pytest.mark.parametrize(
    "options",
    [
        {"profile": "main"},
        {"seed": -1},
        {"seed": 1 << 64},
        {"accounts": 10_001},
        {"subnets": 129},
        {"subnets": 1, "neurons": 257},
        {"neurons": 4},
        {"subnets": 1, "profile": "subtensor"},
    ],
)
def test_recipes_that_cannot_be_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(InvalidSetting):
        Recipe(**options)
