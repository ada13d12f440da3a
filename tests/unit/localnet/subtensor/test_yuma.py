"""Yuma consensus against the expectations of Subtensor's own pallet tests (spec 425)."""

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taocli.localnet.pallets.subtensor.fixed_math import (
    ONE,
    max_upscaled,
    normalised,
    weighted_median,
)
from taocli.localnet.pallets.subtensor.yuma import EpochInput, EpochResult, EpochRules, run_epoch

E0 = 1_000_000_000


@dataclass
class Network:
    """A subnet between epochs, as the chain's tests set one up."""

    stakes: list[int]
    rules: EpochRules = field(default_factory=EpochRules)
    block: int = 0
    tempo: int = 1

    def __post_init__(self) -> None:
        count = len(self.stakes)
        self.permits = [False] * count
        self.updates = [0] * count
        self.registered = [0] * count
        self.weights: list[list[tuple[int, int]]] = [[] for _ in range(count)]
        self.bonds: list[list[tuple[int, int]]] = [[] for _ in range(count)]
        self.result: EpochResult | None = None

    def weigh(self, uid: int, uids: list[int], weights: list[int]) -> None:
        self.weights[uid] = list(zip(uids, max_upscaled(weights), strict=True))
        self.updates[uid] = self.block

    def epoch(self) -> EpochResult:
        before = EpochInput(
            block=self.block, last_step=max(0, self.block - self.tempo), stakes=self.stakes,
            permits=self.permits, last_updates=self.updates, registered_at=self.registered,
            weights=self.weights, bonds=self.bonds,
        )  # fmt: skip
        self.result = run_epoch(self.rules, before)
        self.permits = list(self.result.permits)
        for uid, row in enumerate(self.result.bonds):
            if row is not None:
                self.bonds[uid] = list(row)
        return self.result

    def emission(self) -> list[int]:
        assert self.result is not None
        return [share * E0 >> 32 for share in self.result.combined_share]

    def column(self, uid: int) -> list[int]:
        return [dict(row).get(uid, 0) for row in self.bonds]


def bonded_network() -> Network:
    """D1: four validators of stake 1 to 4 and four miners."""
    network = Network([1, 2, 3, 4, 0, 0, 0, 0], EpochRules(max_validators=8))
    network.epoch()
    network.block += 1
    for uid in range(4):
        network.weigh(uid, [4, 5, 6, 7], [16383, 32767, 49149, 65535])
    network.epoch()
    return network


def test_d1_bonds_of_the_first_weighted_epoch() -> None:
    network = bonded_network()
    assert network.column(4)[:4] == [16383, 32767, 49151, 65535]
    assert network.emission() == [
        49999998, 99999999, 150000000, 200000001, 49998779, 100000610, 149996337, 200004272,
    ]  # fmt: skip
    assert network.result is not None
    assert network.result.incentive[4:] == (6553, 13107, 19660, 26214)
    assert network.result.consensus[4:] == (6553, 13107, 19660, 26214)
    assert network.result.dividends[:4] == (6553, 13106, 19660, 26214)


def test_d2_a_validator_that_weighs_only_itself_loses_bonds() -> None:
    network = bonded_network()
    network.weigh(0, [0], [65535])
    network.block += 1
    network.epoch()
    assert network.column(4)[:4] == [14582, 32767, 49151, 65535]
    assert network.emission() == [
        44998351, 101110561, 151667215, 202223870, 49998779, 100000610, 149996337, 200004272,
    ]  # fmt: skip


def test_d3_d4_an_inactive_validator_keeps_bonds_but_earns_less() -> None:
    network = Network([1, 1, 1, 1], EpochRules(max_validators=4))
    network.epoch()
    network.block += 1
    for uid in (0, 1):
        network.weigh(uid, [2, 3], [32767, 32767])
    result = network.epoch()
    assert result.dividends[:2] == (32767, 32767)
    assert network.emission() == [250000000] * 4
    network.block = 5002
    network.weigh(0, [2, 3], [32767, 32767])
    result = network.epoch()
    assert result.dividends == (36044, 29490, 0, 0)
    assert network.emission() == [274999999, 224999999, 250000000, 250000000]
    assert [dict(row) for row in network.bonds[:2]] == [{2: 65535, 3: 65535}, {2: 53619, 3: 53619}]


def test_d5_without_weights_stake_earns() -> None:
    network = Network([1, 0], EpochRules(max_validators=2))
    network.epoch()
    assert network.emission() == [E0, 0]
    network.block += 1
    network.weigh(1, [1], [65535])
    network.epoch()
    assert network.emission() == [E0, 0]
    network.block += 1
    network.weigh(0, [1], [65535])
    network.epoch()
    assert network.emission() == [500000000, 500000000]


def test_d6_self_weights_count_for_nothing() -> None:
    network = Network([1] * 10, EpochRules(max_validators=10))
    network.epoch()
    network.block += 1
    for uid in range(10):
        network.weigh(uid, [uid], [65535])
    result = network.epoch()
    assert network.emission() == [99999999] * 10
    assert set(result.incentive + result.dividends + result.consensus) == {0}


YUMA3 = EpochRules(
    max_validators=3, yuma3=True, bonds_penalty=0, bonds_moving_average=975_000,
    liquid_alpha=True, alpha_low=6553, alpha_high=19660,
)  # fmt: skip


def check_yuma3(
    network: Network, epochs: list[dict[int, list[int]]], servers: list[int], expected: str
) -> None:
    network.epoch()
    network.block += 1
    for weights, line in zip(epochs, expected.strip().splitlines(), strict=True):
        for uid, values in weights.items():
            network.weigh(uid, servers, values)
        network.block += 1
        result = network.epoch()
        numbers = [float(word) for word in line.split()]
        bonds = [dict(network.bonds[uid]).get(s, 0) / 65535 for uid in range(3) for s in servers]
        dividends = [value / 65535 for value in result.dividends[:3]]
        assert bonds + dividends == pytest.approx(numbers, abs=1e-3)


def test_d8_the_kappa_validator_moves_first() -> None:
    first, second = [65535, 0], [0, 65535]
    epochs = [
        {0: first, 1: first, 2: first}, {0: second}, {1: second}, {2: second}, {}, {},
    ]  # fmt: skip
    expected = """
        .1013 0 .1013 0 .1013 0 .8000 .1000 .1000
        .0908 .1013 .3697 0 .3697 0 1.0000 0 0
        .0815 .1924 .3170 .1013 .5580 0 .9382 .0618 0
        .0731 .2742 .2765 .1924 .4306 .1013 .8819 .0773 .0407
        .0656 .3478 .2435 .2742 .3589 .1924 .8564 .0844 .0592
        .0588 .4139 .2157 .3478 .3089 .2742 .8418 .0884 .0697
    """
    check_yuma3(Network([8, 1, 1, 0, 0], YUMA3), epochs, [3, 4], expected)


def test_d9_a_stable_miner() -> None:
    half = 32767
    old, new = [half, 0, half], [0, half, half]
    epochs = [{0: old, 1: old, 2: old}, {1: new}, {0: new}, {2: new}, {}, {}]
    expected = """
        .0507 0 .0507 .0507 0 .0507 .0507 0 .0507 .8 .1 .1
        .0962 0 .0962 .0455 .1000 .0962 .0962 0 .0962 .8226 .0745 .1028
        .0863 .0507 .1371 .0408 .1405 .1371 .1770 0 .1371 .7750 .1685 .0565
        .0774 .0962 .1739 .0367 .1770 .1739 .1579 .0507 .1739 .7864 .1372 .0764
        .0694 .1371 .2069 .0329 .2097 .2069 .1411 .0962 .2069 .7912 .1241 .0847
        .0623 .1739 .2366 .0296 .2391 .2366 .1263 .1371 .2366 .7937 .1173 .0890
    """
    check_yuma3(Network([8, 1, 1, 0, 0, 0], YUMA3), epochs, [3, 4, 5], expected)


@pytest.mark.parametrize(
    ("stakes", "scores", "expected"),
    [
        ([0.49, 0.51], [0.5, 1], 1),
        ([0.51, 0.49], [0.5, 1], 0.5),
        ([0.49, 0, 0.51], [0.5, 0.7, 1], 1),
        ([0.49, 0.01, 0.5], [0.5, 0.7, 1], 0.7),
        ([], [], 0),
    ],
)
def test_d23_weighted_median(stakes: list[float], scores: list[float], expected: float) -> None:
    fixed = [round(stake * ONE) for stake in stakes]
    found = weighted_median(fixed, [round(score * ONE) for score in scores], round(0.49 * ONE))
    assert found == pytest.approx(expected * ONE, abs=1)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ([1], [65535]), ([0, 1], [0, 65535]), ([65534], [65535]), ([0, 1, 65534], [0, 1, 65535]),
        ([16383, 32767, 49149, 65535], [16383, 32767, 49149, 65535]), ([], []), ([0, 0], [0, 0]),
    ],
)  # fmt: skip
def test_d24_max_upscale(weights: list[int], expected: list[int]) -> None:
    assert max_upscaled(weights) == expected


@given(
    st.lists(st.integers(0, 10**18), min_size=1, max_size=12),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_shares_never_exceed_what_there_is(stakes: list[int], yuma3: bool, random: object) -> None:
    network = Network(stakes, EpochRules(max_validators=4, yuma3=yuma3))
    for _ in range(3):
        network.block += 1
        for uid in range(len(stakes)):
            network.weigh(uid, list(range(len(stakes))), [random.randrange(65536) for _ in stakes])  # type: ignore[attr-defined]
        result = network.epoch()
        for shares in (result.combined_share, result.server_share, result.validator_share):
            assert 0 <= sum(shares) <= ONE
            assert min(shares) >= 0
        assert sum(result.server_share) + sum(result.validator_share) <= ONE


def test_the_owner_may_weigh_itself_and_needs_no_permit() -> None:
    before = EpochInput(
        block=10, last_step=5, stakes=[1, 0], permits=[False, False], last_updates=[9, 0],
        registered_at=[1, 1], weights=[[(0, 65535)], []], bonds=[[], []], owner_uid=0,
    )  # fmt: skip
    assert run_epoch(EpochRules(), before).incentive[0] == 65535
    assert run_epoch(EpochRules(), replace(before, owner_uid=None)).incentive[0] == 0


def test_normalised_keeps_zero() -> None:
    assert normalised([0, 0]) == [0, 0]
