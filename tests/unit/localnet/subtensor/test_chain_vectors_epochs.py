"""Subtensor's own epoch expectations, run through storage and blocks instead of the bare functions.

``test_yuma`` and ``test_root`` have the other cases of D1 to D9 and D20 to D23.
"""

from collections.abc import Callable

import pytest
from fixtures_chain import TAO, Chain

NETUID = 7
LAST_BLOCK = (1 << 32) - 1
E0 = 1_000_000_000


def bare_subnet(chain: Chain, stakes: list[int]) -> list[bytes]:
    """A subnet as the chain's tests make one: original Yuma, no owner among its neurons."""
    module = chain.module
    module.NetworksAdded[NETUID] = True
    module.Tempo[NETUID] = 360
    module.MaxAllowedUids[NETUID] = 64
    module.MaxAllowedValidators[NETUID] = len(stakes)
    module.SubnetOwner[NETUID] = chain.key("NobodyCold")
    module.SubnetOwnerHotkey[NETUID] = chain.key("NobodyHot")
    module.CommitRevealWeightsEnabled[NETUID] = False
    module.WeightsSetRateLimit[NETUID] = 0
    module.MinAllowedWeights[NETUID] = 0
    hotkeys = [chain.key(f"Neuron{uid}") for uid in range(len(stakes))]
    for hotkey, stake in zip(hotkeys, stakes, strict=True):
        module.create_hotkey(hotkey, chain.key("Bob"))
        module.register_neuron(NETUID, hotkey)
        module.credit_stake(hotkey, chain.key("Bob"), NETUID, stake)
    return hotkeys


def run_epoch(chain: Chain, servers: int = 0, validators: int = 0) -> None:
    """Run the subnet's epoch now."""
    module = chain.module
    module.SubnetAlphaOut[NETUID] += servers + validators
    module.PendingServerEmission[NETUID] = servers
    module.PendingValidatorEmission[NETUID] = validators
    module.PendingEpochAt[NETUID] = chain.number
    module.run_due_epochs()


def weigh(chain: Chain, uid: int, uids: list[int], weights: list[int]) -> None:
    args = {"netuid": NETUID, "dests": uids, "weights": weights, "version_key": 0}
    chain.ok(f"Neuron{uid}", "set_weights", **args)


def test_d1_bonds_and_emission_as_stored(chain: Chain) -> None:
    bare_subnet(chain, [1, 2, 3, 4, 0, 0, 0, 0])
    run_epoch(chain)
    chain.mine()
    for uid in range(4):
        weigh(chain, uid, [4, 5, 6, 7], [16383, 32767, 49149, 65535])
    run_epoch(chain, E0 // 2, E0 // 2)
    module = chain.module
    for column in range(4, 8):
        stored = [dict(module.Bonds[NETUID, uid])[column] for uid in range(4)]
        assert stored == [16383, 32767, 49151, 65535]
    assert module.Emission[NETUID] == [
        49999998, 99999999, 150000000, 200000001, 49998779, 100000610, 149996337, 200004272,
    ]  # fmt: skip
    shares = [6553, 13107, 19660, 26214]
    assert module.Incentive[NETUID] == module.Consensus[NETUID] == [0, 0, 0, 0, *shares]
    assert module.Dividends[NETUID][:4] == [6553, 13106, 19660, 26214]
    assert module.ValidatorPermit[NETUID] == [True] * 4 + [False] * 4


def test_d1_what_emission_says_is_paid(chain: Chain) -> None:
    hotkeys = bare_subnet(chain, [1, 2, 3, 4, 0, 0, 0, 0])
    run_epoch(chain)
    chain.mine()
    for uid in range(4):
        weigh(chain, uid, [4, 5, 6, 7], [16383, 32767, 49149, 65535])
    run_epoch(chain, E0 // 2, E0 // 2)
    held = [chain.module.TotalHotkeyAlpha[hotkey, NETUID] for hotkey in hotkeys]
    assert held == pytest.approx(chain.module.Emission[NETUID], abs=10)
    assert sum(held) - 10 <= E0


def test_d7_a_single_neuron_changes_nothing_by_weighing_itself(chain: Chain) -> None:
    (hotkey,) = bare_subnet(chain, [TAO])
    run_epoch(chain)
    chain.mine()
    weigh(chain, 0, [0], [65535])
    run_epoch(chain)
    module = chain.module
    for column in (module.Incentive, module.Dividends, module.Consensus):
        assert column[NETUID] == [0]
    assert module.TotalHotkeyAlpha[hotkey, NETUID] == TAO


def test_d21_who_is_not_registered_gets_nothing(chain: Chain) -> None:
    bare_subnet(chain, [])
    stranger = chain.key("Stranger")
    chain.module.create_hotkey(stranger, chain.key("Bob"))
    chain.module.credit_stake(stranger, chain.key("Bob"), NETUID, TAO)
    out = chain.module.SubnetAlphaOut[NETUID]
    run_epoch(chain, 5 * 10**8, 5 * 10**8)
    assert chain.module.TotalHotkeyAlpha[stranger, NETUID] == TAO
    assert chain.module.SubnetAlphaOut[NETUID] == out  # it is not left over either


@pytest.mark.parametrize("netuid", [7, 4_000])
@pytest.mark.parametrize(
    ("tempo", "now", "left"), [(0, 100, None), (65_535, 0, 65_535), (65_535, LAST_BLOCK, 0)]
)
def test_d22_the_wait_at_the_ends(
    start_chain: Callable[..., Chain], netuid: int, tempo: int, now: int, left: int | None
) -> None:
    chain = start_chain()
    chain.module.Tempo[netuid] = tempo
    chain.runtime.system.Number.set(now)
    assert chain.module.blocks_until_epoch(netuid) == left
