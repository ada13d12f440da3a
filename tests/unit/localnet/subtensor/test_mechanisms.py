"""Several mechanisms in a subnet: who makes them, what each has of its own, and how they share the alpha."""

import pytest
from fixtures_chain import TAO, Chain
from fixtures_validators import next_epoch, populate
from hypothesis import given
from hypothesis import strategies as st

from taocli.localnet.pallets.subtensor.mechanism_index import split_emission, storage_index

SECOND = 4097
"""Where mechanism 1 of subnet 1 is stored."""


def count(chain: Chain, number: int, who: str | None = None, netuid: int = 1) -> str | None:
    return chain.do(
        who, "AdminUtils.sudo_set_mechanism_count", netuid=netuid, mechanism_count=number
    )


def split(chain: Chain, parts: list[int] | None, who: str | None = None) -> str | None:
    return chain.do(
        who, "AdminUtils.sudo_set_mechanism_emission_split", netuid=1, maybe_split=parts
    )


def weigh(chain: Chain, mecid: int, uid: int, who: str = "Val") -> None:
    chain.ok(
        who, "set_mechanism_weights", netuid=1, mecid=mecid, dests=[uid], weights=[1],
        version_key=0,
    )  # fmt: skip


@pytest.fixture
def two(chain: Chain) -> Chain:
    """Subnet 1 with two mechanisms."""
    populate(chain)
    chain.module.AdminFreezeWindow.set(0)
    chain.module.MaxAllowedUids[1] = 128
    assert count(chain, 2) is None
    return chain


class TestCount:
    def test_the_owner_sets_it_once_a_day(self, chain: Chain) -> None:
        chain.module.AdminFreezeWindow.set(0)
        chain.module.MaxAllowedUids[1] = 128
        assert count(chain, 2, "Bob") == "BadOrigin"
        assert count(chain, 2, "Alice") is None
        chain.mine(50)
        assert count(chain, 1, "Alice") == "TxRateLimitExceeded"
        assert count(chain, 1) is None
        chain.module.TransactionKeyLastBlock[chain.key("Alice"), 1, 7] = 1
        chain.runtime.system.Number.set(7201)
        assert count(chain, 2, "Alice") is None

    def test_it_has_bounds(self, chain: Chain) -> None:
        chain.module.AdminFreezeWindow.set(0)
        assert count(chain, 2, netuid=9) == "MechanismDoesNotExist"
        assert count(chain, 0) == "InvalidValue"
        assert count(chain, 3) == "InvalidValue"
        assert count(chain, 2) == "TooManyUIDsPerMechanism"
        assert count(chain, 1) is None

    def test_slots_stay_within_what_a_subnet_can_have(self, two: Chain) -> None:
        args = {"netuid": 1, "max_allowed_uids": 129}
        error = two.do(None, "AdminUtils.sudo_set_max_allowed_uids", **args)
        assert error == "TooManyUIDsPerMechanism"

    def test_root_sets_the_most(self, chain: Chain) -> None:
        name = "AdminUtils.sudo_set_max_mechanism_count"
        assert chain.do("Alice", name, max_mechanism_count=3) == "BadOrigin"
        assert chain.do(None, name, max_mechanism_count=17) == "InvalidValue"
        assert chain.do(None, name, max_mechanism_count=0) == "InvalidValue"
        chain.ok(None, name, max_mechanism_count=3)
        assert chain.module.MaxMechanismCount.get() == 3

    def test_a_mechanism_that_ends_leaves_nothing(self, two: Chain) -> None:
        weigh(two, 1, 3)
        assert split(two, [1, 65534]) is None
        next_epoch(two)
        module = two.module
        assert module.Bonds[SECOND, 1]
        assert count(two, 1) is None
        for item in (module.Weights, module.Bonds, module.WeightCommits):
            assert item.keys_under(SECOND) == []
        assert module.Incentive[SECOND] == module.LastUpdate[SECOND] == []
        assert module.MechanismEmissionSplit[1] is None
        assert count(two, 2) is None
        assert module.Weights[SECOND, 1] == []


class TestSplit:
    def test_parts_make_a_whole(self, two: Chain) -> None:
        assert split(two, []) == "InvalidValue"
        assert split(two, [65535, 1]) == "InvalidValue"
        assert split(two, [1, 1, 65533]) == "InvalidValue"
        assert split(two, [65535], "Bob") == "BadOrigin"
        assert split(two, [16384, 49151], "Alice") is None
        assert two.module.MechanismEmissionSplit[1] == [16384, 49151]
        assert split(two, None, "Alice") == "TxRateLimitExceeded"
        assert split(two, None) is None
        assert two.module.MechanismEmissionSplit[1] is None

    @given(
        st.integers(0, 10**18),
        st.lists(st.integers(0, 65535), min_size=1, max_size=16).filter(sum),
        st.integers(0, 3),
    )
    def test_nothing_is_lost(self, alpha: int, raw: list[int], more: int) -> None:
        parts = [value * 65535 // sum(raw) for value in raw]
        parts[0] += 65535 - sum(parts)
        number = min(16, len(parts) + more)
        assert sum(split_emission(alpha, number, parts)) == alpha
        even = split_emission(alpha, number, None)
        assert sum(even) == alpha
        assert max(even) - min(even) < number

    def test_indices_never_meet(self) -> None:
        taken = {storage_index(netuid, mecid) for netuid in range(4096) for mecid in range(16)}
        assert len(taken) == max(taken) + 1 == 65536


class TestWeights:
    def test_each_mechanism_has_its_own(self, two: Chain) -> None:
        weigh(two, 0, 2)
        weigh(two, 1, 3)
        assert two.module.Weights[1, 1] == [(2, 65535)]
        assert two.module.Weights[SECOND, 1] == [(3, 65535)]

    def test_and_its_own_pace(self, two: Chain) -> None:
        weigh(two, 1, 3)
        args = {"netuid": 1, "dests": [3], "weights": [1], "version_key": 0}
        assert two.refused("Val", "set_mechanism_weights", **args, mecid=1) == "Custom(6)"
        assert two.refused("Val", "set_mechanism_weights", **args, mecid=2) == "Custom(6)"
        assert two.refused("Val", "set_mechanism_weights", **args, mecid=0) is None
        again = two.do("Val", "set_mechanism_weights", **args, mecid=1)
        assert again == "SettingWeightsTooFast"
        none = two.do("Val", "set_mechanism_weights", **args, mecid=2)
        assert none == "MechanismDoesNotExist"

    def test_hashes_are_of_the_index(self, two: Chain) -> None:
        from hashlib import blake2b

        two.module.CommitRevealWeightsEnabled[1] = True
        two.module.WeightsSetRateLimit[1] = 0
        one = b"\4\3\0" + b"\4\xff\xff" + b"\4\7\0"
        message = two.key("Val") + SECOND.to_bytes(2, "little") + one + bytes(8)
        digest = blake2b(message, digest_size=32).digest()
        args = {"netuid": 1, "mecid": 1}
        two.ok("Val", "commit_mechanism_weights", **args, commit_hash=digest)
        assert (SECOND, two.key("Val")) in two.module.WeightCommits
        next_epoch(two)
        shown = {"uids": [3], "values": [65535], "salt": [7], "version_key": 0}
        assert two.do("Val", "reveal_weights", netuid=1, **shown) == "NoWeightsCommitFound"
        two.ok("Val", "reveal_mechanism_weights", **args, **shown)
        assert two.module.Weights[SECOND, 1] == [(3, 65535)]

    def test_a_newcomer_starts_afresh_in_all_of_them(self, two: Chain) -> None:
        weigh(two, 1, 3)
        next_epoch(two)
        module = two.module
        assert module.Bonds[SECOND, 1]
        module.MaxAllowedUids[1] = 4
        module.MinNonImmuneUids[1] = 0
        module.ImmunityPeriod[1] = 0
        module.Emission[1] = [9, 0, 9, 9]
        two.register("Dave", "New")
        assert two.uid("New") == 1
        assert module.Weights[SECOND, 1] == module.Bonds[SECOND, 1] == []
        assert module.LastUpdate[SECOND][1] == two.number
        module.MaxAllowedUids[1] = 5
        assert two.register("Dave", "Newer") == 4
        assert module.LastUpdate[SECOND][4] == two.number
        assert len(module.Incentive[SECOND]) == 5


class TestEpochs:
    def test_they_share_the_alpha_by_their_parts(self, two: Chain) -> None:
        assert split(two, [16384, 49151]) is None
        weigh(two, 0, 2)
        weigh(two, 1, 3)
        before = two.stake("Min", "Charlie"), two.stake("Other", "Charlie")
        next_epoch(two)
        module = two.module
        assert module.Incentive[1] == [0, 0, 65535, 0]
        assert module.Incentive[SECOND] == [0, 0, 0, 65535]
        assert module.Bonds[1, 1]
        assert [uid for uid, _ in module.Bonds[SECOND, 1]] == [3]
        first = two.stake("Min", "Charlie") - before[0]
        second = two.stake("Other", "Charlie") - before[1]
        assert second == pytest.approx(3 * first, rel=1e-3)
        assert module.Consensus[1][2:] == [16383, 49150]
        assert module.Dividends[1][1] == pytest.approx(65535, abs=2)

    def test_a_mechanism_without_weights_pays_by_stake(self, two: Chain) -> None:
        weigh(two, 0, 2)
        minted_before = two.module.TotalHotkeyAlpha[two.key("Val"), 1]
        next_epoch(two)
        assert two.module.Incentive[SECOND] == [0, 0, 0, 0]
        assert two.module.TotalHotkeyAlpha[two.key("Val"), 1] > minted_before

    def test_no_alpha_is_made_or_lost(self, two: Chain) -> None:
        assert split(two, [1, 65534]) is None
        weigh(two, 0, 2)
        weigh(two, 1, 3)
        next_epoch(two)
        module = two.module
        staked = sum(
            amount for (_, netuid), amount in module.TotalHotkeyAlpha.items_under() if netuid == 1
        )
        waiting = sum(
            item[1]
            for item in (
                module.PendingOwnerCut, module.PendingServerEmission,
                module.PendingValidatorEmission, module.PendingRootAlphaDivs,
            )
        )  # fmt: skip
        assert module.SubnetAlphaOut[1] == staked + waiting + module.SubnetProtocolAlpha[1]

    def test_one_mechanism_is_as_before(self, start_chain) -> None:
        one, also_one = start_chain(), start_chain()
        for chain in (one, also_one):
            populate(chain)
        also_one.module.AdminFreezeWindow.set(0)
        assert count(also_one, 1) is None
        for chain in (one, also_one):
            weigh(chain, 0, 2)
            next_epoch(chain)
        assert one.stake("Min", "Charlie") == also_one.stake("Min", "Charlie") > TAO


def test_clients_read_one_mechanism_at_a_time(two: Chain) -> None:
    weigh(two, 0, 2)
    weigh(two, 1, 3)
    next_epoch(two)
    api = two.runtime.apis["SubnetInfoRuntimeApi"]
    first, second = api.get_mechagraph(1, 0), api.get_mechagraph(1, 1)
    assert first["incentives"] == [0, 0, 65535, 0]
    assert second["incentives"] == [0, 0, 0, 65535]
    assert first["last_update"] != second["last_update"]
    assert first["dividends"] == second["dividends"]
    assert api.get_mechagraph(1, 2) is api.get_mechagraph(9, 0) is None
    assert len(api.get_all_mechagraphs()) == len(api.get_all_metagraphs()) + 1
    for netuid, mecid, known in ((1, 1, True), (1, 2, False)):
        arguments = bytes([netuid, 0, mecid, 0])
        encoded = two.runtime.call_api("SubnetInfoRuntimeApi_get_selective_mechagraph", arguments)
        assert encoded[0] == known
