"""Who gives way when a subnet is full."""

import pytest
from fixtures_chain import TAO, Chain

PERIOD = 100


@pytest.fixture
def full(chain: Chain) -> Chain:
    """Four slots: the owner's, and H1 to H3 of Bob, registered one block after the other."""
    module = chain.module
    module.ImmunityPeriod[1] = PERIOD
    module.MinNonImmuneUids[1] = 0
    for number in (1, 2, 3):
        assert chain.register("Bob", f"H{number}") == number
        chain.mine()
    module.MaxAllowedUids[1] = 4
    return chain


def age(chain: Chain, *uids: int) -> None:
    """Make slots as old as the chain, one block apart."""
    for number, uid in enumerate(uids):
        chain.module.BlockAtRegistration[1, uid] = number
    chain.runtime.system.Number.set(chain.number + PERIOD + 10)


def test_the_lowest_emission_goes_first(full: Chain) -> None:
    age(full, 0, 1, 2, 3)
    full.module.Emission[1] = [0, 7, 5, 6]
    assert full.module.neuron_to_prune(1) == 2


def test_then_the_oldest_registration(full: Chain) -> None:
    age(full, 0, 3, 2, 1)
    full.module.Emission[1] = [0, 5, 5, 5]
    assert full.module.neuron_to_prune(1) == 3


def test_then_the_lowest_uid(full: Chain) -> None:
    age(full, 0, 1, 2, 3)
    for uid in (1, 2, 3):
        full.module.BlockAtRegistration[1, uid] = 4
    assert full.module.neuron_to_prune(1) == 1


def test_newcomers_are_spared(full: Chain) -> None:
    age(full, 0, 1, 2)
    full.module.BlockAtRegistration[1, 3] = full.module.block_number - PERIOD + 1
    full.module.Emission[1] = [0, 7, 9, 0]
    assert full.module.neuron_to_prune(1) == 1
    full.module.BlockAtRegistration[1, 3] -= 1
    assert full.module.neuron_to_prune(1) == 3


@pytest.mark.parametrize(("least", "victim"), [(0, 1), (1, 1), (2, 3), (10, 3)])
def test_so_many_must_stay_that_are_not_new(full: Chain, least: int, victim: int) -> None:
    age(full, 0, 1, 2)
    full.module.BlockAtRegistration[1, 3] = full.module.block_number
    full.module.Emission[1] = [0, 5, 6, 9]
    full.module.MinNonImmuneUids[1] = least
    assert full.module.neuron_to_prune(1) == victim


def test_nobody_can_go_when_the_few_old_ones_must_stay(full: Chain) -> None:
    age(full, 0, 1, 2, 3)
    full.module.MinNonImmuneUids[1] = 3
    assert full.module.neuron_to_prune(1) is None
    error = full.do("Bob", "burned_register", netuid=1, hotkey="H4")
    assert error == "NoNeuronIdAvailable"


class TestTheOwner:
    @pytest.mark.parametrize(
        ("limit", "kept"), [(1, [0]), (2, [0, 1]), (3, [0, 1, 2]), (9, [0, 1, 2, 3])]
    )
    def test_keeps_the_earliest_of_its_slots(
        self, chain: Chain, limit: int, kept: list[int]
    ) -> None:
        for number in (1, 2, 3):
            chain.register("Alice", f"H{number}")
            chain.mine()
        chain.module.ImmuneOwnerUidsLimit[1] = limit
        assert chain.module.owner_uids(1) == kept

    def test_the_owner_hotkey_comes_first(self, chain: Chain) -> None:
        for number in (1, 2):
            chain.register("Alice", f"H{number}")
            chain.mine()
        chain.module.SubnetOwnerHotkey[1] = chain.key("H2")
        assert chain.module.owner_uids(1) == [2]
        chain.module.ImmuneOwnerUidsLimit[1] = 2
        assert chain.module.owner_uids(1) == [2, 0]

    def test_is_not_pruned(self, full: Chain) -> None:
        age(full, 0, 1, 2, 3)
        full.module.Emission[1] = [0, 7, 5, 6]
        full.ok("Bob", "burned_register", netuid=1, hotkey="H4")
        assert full.uid("AliceHotkey") == 0
        assert full.uid("H2") is None


def test_who_comes_finds_a_clean_slot(full: Chain) -> None:
    module = full.module
    age(full, 0, 1, 2, 3)
    module.Emission[1] = [0, 7, 5, 6]
    for item in (module.Consensus, module.Incentive, module.Dividends, module.ValidatorTrust):
        item[1] = [9, 9, 9, 9]
    module.StakeWeight[1] = [9, 9, 9, 9]
    module.ValidatorPermit[1] = [True] * 4
    module.Weights[1, 1] = [(0, 5), (2, 65_535)]
    module.Weights[1, 2] = [(1, 65_535)]
    module.Bonds[1, 2] = [(1, 65_535)]
    module.AssociatedEvmAddress[1, 2] = (bytes(20), 1)
    full.ok("Bob", "burned_register", netuid=1, hotkey="H4")
    assert full.uid("H4") == 2
    assert module.Emission[1] == [0, 7, 0, 6]
    for item in (module.Consensus, module.Incentive, module.Dividends, module.ValidatorTrust,
                 module.StakeWeight):  # fmt: skip
        assert item[1] == [9, 9, 0, 9]
    assert module.ValidatorPermit[1] == [True, True, False, True]
    assert module.Weights[1, 2] == []
    assert module.Bonds[1, 2] == []
    assert module.Weights[1, 1] == [(0, 5), (2, 0)]  # said about somebody else
    assert module.AssociatedEvmAddress[1, 2] is None
    assert module.LastUpdate[1][2] == module.BlockAtRegistration[1, 2] == module.block_number
    assert not module.IsNetworkMember[full.key("H2"), 1]
    assert module.RAORecycledForRegistration[1] > TAO // 10


def test_counters_of_registrations(chain: Chain) -> None:
    module = chain.module
    chain.register("Bob", "H1")
    chain.register("Bob", "H2")
    assert module.RegistrationsThisBlock[1] == 2
    chain.mine()
    assert module.RegistrationsThisBlock[1] == 0
    module.Tempo[0] = 10
    module.RegistrationsThisInterval[0] = 2
    while chain.number % 10:
        assert module.RegistrationsThisInterval[0] == 2
        chain.mine()
    assert module.RegistrationsThisInterval[0] == 0
