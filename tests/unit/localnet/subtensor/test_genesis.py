"""What block 0 holds, by profile."""

from collections.abc import Callable

import pytest
from fixtures_chain import TAO, Chain

from taocli.localnet.genesis import funded_accounts

RICH, MODEST = 1_000_000 * TAO, 2_000 * TAO


def test_dev_is_ready_to_mine(chain: Chain) -> None:
    module = chain.module
    assert sorted(module.NetworksAdded.keys_under()) == [0, 1]
    assert module.TotalNetworks.get() == 2
    assert module.SubnetOwner[1] == chain.key("Alice")
    assert module.hotkeys_of(1) == [chain.key("AliceHotkey")]
    assert module.SubtokenEnabled[1]
    assert module.SubnetEmissionEnabled[1]
    assert module.NetworkRegistrationAllowed[1]
    assert not module.CommitRevealWeightsEnabled[1]
    assert (module.Tempo[1], module.WeightsSetRateLimit[1], module.ServingRateLimit[1]) == (
        20,
        5,
        5,
    )
    assert module.MinBurn[1] == TAO // 2000
    assert module.price_rao(1) == pytest.approx(TAO, rel=1e-4)
    assert {name: chain.free(name) for name in ("Alice", "Bob", "Charlie")} == dict.fromkeys(
        ("Alice", "Bob", "Charlie"), RICH
    )
    assert {chain.free(name) for name in ("Dave", "Eve", "Ferdie")} == {MODEST}


def test_its_price_stays_sane_for_hours(chain: Chain) -> None:
    price = chain.module.price_rao(1)
    chain.mine(1_000)
    assert chain.module.price_rao(1) < price * 103 // 100


def test_subtensor_is_as_the_real_local_chain_starts(start_chain: Callable[..., Chain]) -> None:
    chain = start_chain(profile="subtensor")
    module = chain.module
    assert sorted(module.NetworksAdded.keys_under()) == [0, 1]
    assert module.SubnetTAO[1] == module.SubnetAlphaIn[1] == 10 * TAO
    assert module.Tempo[0] == module.Tempo[1] == 100
    assert module.MaxAllowedUids[0] == 64
    assert module.hotkeys_of(1) == [bytes(32)]
    assert module.FirstEmissionBlockNumber[1] is None
    assert not module.SubtokenEnabled[1]
    assert module.lock_cost() == 1_000 * TAO
    chain.mine(5)
    assert module.TotalIssuance.get() == 0  # nobody can take what is minted
    chain.ok("Bob", "register_network", hotkey="Hot")
    assert chain.uid("Hot", 2) == 0


def test_the_tempo_can_be_chosen(start_chain: Callable[..., Chain]) -> None:
    assert start_chain(tempo=5).module.Tempo[1] == 5


@pytest.mark.parametrize(("profile", "count"), [("dev", 6), ("subtensor", 11)])
def test_every_funded_account_has_its_money(
    start_chain: Callable[..., Chain], profile: str, count: int
) -> None:
    chain = start_chain(profile=profile)
    accounts = funded_accounts(profile)
    assert len(accounts) == count
    for account in accounts:
        free = chain.runtime.balances.free(account.address.public_key)
        assert account.balance.rao - TAO <= free <= account.balance.rao + TAO
