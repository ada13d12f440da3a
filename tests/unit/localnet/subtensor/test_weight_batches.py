"""Batches of weight calls, and the epochs by which hashes are revealed."""

from hashlib import blake2b

import pytest
from fixtures_chain import Chain
from fixtures_events import listen
from fixtures_validators import next_epoch, populate


@pytest.fixture
def open_voting(chain: Chain) -> Chain:
    populate(chain)
    return chain


@pytest.fixture
def voting(chain: Chain) -> Chain:
    populate(chain, commit_reveal=True)
    chain.module.WeightsSetRateLimit[1] = 0
    return chain


def commitment(chain: Chain, uid: int, salt: int, index: int = 1, who: str = "Val") -> bytes:
    """BLAKE2-256 of SCALE (hotkey, index, [uid], [65535], [salt], version key 0)."""

    def number(value: int) -> bytes:
        return b"\4" + value.to_bytes(2, "little")

    parts = chain.key(who), index.to_bytes(2, "little"), number(uid), number(65535), number(salt)
    return blake2b(b"".join(parts) + bytes(8), digest_size=32).digest()


def reveal_args(*pairs: tuple[int, int]) -> dict[str, object]:
    """Arguments of a batch reveal of (uid, salt) pairs."""
    return {
        "netuid": 1,
        "uids_list": [[uid] for uid, _ in pairs],
        "values_list": [[65535] for _ in pairs],
        "salts_list": [[salt] for _, salt in pairs],
        "version_keys": [0 for _ in pairs],
    }


class TestSetting:
    def test_items_that_fail_leave_the_others(self, open_voting: Chain) -> None:
        heard = listen(open_voting.module)
        args = {
            "netuids": [1, 9, 0],
            "weights": [[(2, 1), (3, 2)], [(0, 1)], [(0, 1)]],
            "version_keys": [0, 0, 0],
        }
        open_voting.ok("Val", "batch_set_weights", **args)
        assert open_voting.module.Weights[1, 1] == [(2, 32768), (3, 65535)]
        names = [name for name, _ in heard]
        assert names == [
            "WeightsSet", "BatchCompletedWithErrors", "BatchWeightItemFailed",
            "BatchWeightItemFailed", "BatchWeightsCompleted",
        ]  # fmt: skip
        failed = [values[0] for name, values in heard if name == "BatchWeightItemFailed"]
        assert failed == [9, 0]
        assert heard[-1][1] == ([1, 9, 0], open_voting.key("Val"))

    def test_a_failed_item_leaves_no_trace(self, open_voting: Chain) -> None:
        item = [(2, 1), (2, 1)]
        before = open_voting.module.LastUpdate[1]
        args = {"netuids": [1], "weights": [item], "version_keys": [0]}
        open_voting.ok("Val", "batch_set_weights", **args)
        assert open_voting.module.Weights[1, 1] == []
        assert open_voting.module.LastUpdate[1] == before

    def test_commit_reveal_is_kept(self, voting: Chain) -> None:
        args = {"netuids": [1], "weights": [[(2, 1)]], "version_keys": [0]}
        heard = listen(voting.module)
        voting.ok("Val", "batch_set_weights", **args)
        assert voting.module.Weights[1, 1] == []
        assert heard[0][0] == "BatchCompletedWithErrors"

    def test_lists_must_fit_together(self, open_voting: Chain) -> None:
        args = {"netuids": [1, 1], "weights": [[]], "version_keys": [0]}
        assert open_voting.do("Val", "batch_set_weights", **args) == "InputLengthsUnequal"
        assert open_voting.refused("Val", "batch_set_weights", **args) == "Custom(18)"

    def test_the_pool_asks_for_stake_in_every_subnet(self, open_voting: Chain) -> None:
        args = {"netuids": [1, 9], "weights": [[], []], "version_keys": [0, 0]}
        assert open_voting.refused("Val", "batch_set_weights", **args) is None
        open_voting.module.StakeThreshold.set(1)
        assert open_voting.refused("Val", "batch_set_weights", **args) == "Custom(1)"


class TestCommitting:
    def test_one_hash_for_each_subnet(self, voting: Chain) -> None:
        heard = listen(voting.module)
        first, second = commitment(voting, 2, 1), commitment(voting, 3, 2)
        args = {"netuids": [1, 1, 7], "commit_hashes": [first, second, first]}
        voting.ok("Val", "batch_commit_weights", **args)
        epoch = voting.module.SubnetEpochIndex[1]
        stored = voting.module.WeightCommits[1, voting.key("Val")]
        assert stored == [(first, epoch, voting.number, 0), (second, epoch, voting.number, 0)]
        assert [values[0] for name, values in heard if name == "BatchWeightItemFailed"] == [7]

    def test_lists_must_fit_together(self, voting: Chain) -> None:
        args = {"netuids": [1], "commit_hashes": []}
        assert voting.do("Val", "batch_commit_weights", **args) == "InputLengthsUnequal"


class TestRevealing:
    def test_all_of_them_at_once(self, voting: Chain) -> None:
        digests = [commitment(voting, 2, 1), commitment(voting, 3, 2), commitment(voting, 2, 3)]
        for digest in digests:
            voting.ok("Val", "commit_weights", netuid=1, commit_hash=digest)
        args = reveal_args((3, 2), (2, 1))
        assert voting.do("Val", "batch_reveal_weights", **args) == "RevealTooEarly"
        assert voting.refused("Val", "batch_reveal_weights", **args) == "Custom(17)"
        next_epoch(voting)
        assert voting.refused("Val", "batch_reveal_weights", **args) is None
        heard = listen(voting.module)
        voting.ok("Val", "batch_reveal_weights", **args)
        assert voting.module.Weights[1, 1] == [(2, 65535)]
        assert heard[-1] == ("WeightsBatchRevealed", (voting.key("Val"), 1, digests[1::-1]))
        left = voting.module.WeightCommits[1, voting.key("Val")]
        assert [commit[0] for commit in left] == digests[2:]
        voting.ok("Val", "batch_reveal_weights", **reveal_args((2, 3)))
        assert voting.module.WeightCommits[1, voting.key("Val")] is None

    def test_or_none(self, voting: Chain) -> None:
        voting.ok("Val", "commit_weights", netuid=1, commit_hash=commitment(voting, 2, 1))
        next_epoch(voting)
        args = reveal_args((2, 1), (3, 9))
        error = voting.do("Val", "batch_reveal_weights", **args)
        assert error == "InvalidRevealCommitHashNotMatch"
        assert voting.refused("Val", "batch_reveal_weights", **args) == "Custom(16)"
        again = voting.do("Val", "batch_reveal_weights", **reveal_args((2, 1), (2, 1)))
        assert again == "InvalidRevealCommitHashNotMatch"
        assert voting.module.Weights[1, 1] == []
        assert len(voting.module.WeightCommits[1, voting.key("Val")]) == 1

    def test_errors_come_in_the_chains_order(self, voting: Chain) -> None:
        args = reveal_args((2, 1))
        call = "batch_reveal_weights"
        assert voting.do("Val", call, **{**args, "netuid": 9}) == "SubnetNotExists"
        assert voting.do("Val", call, **{**args, "salts_list": []}) == "InputLengthsUnequal"
        assert voting.do("Val", call, **args) == "NoWeightsCommitFound"
        voting.ok("Val", "commit_weights", netuid=1, commit_hash=commitment(voting, 2, 1))
        next_epoch(voting)
        next_epoch(voting)
        assert voting.do("Val", call, **args) == "ExpiredWeightCommit"
        voting.module.CommitRevealWeightsEnabled[1] = False
        assert voting.do("Val", call, **args) == "CommitRevealDisabled"


class TestEpochs:
    def test_a_hash_is_revealed_in_one_epoch_only(self, voting: Chain) -> None:
        voting.module.RevealPeriodEpochs[1] = 2
        voting.ok("Val", "commit_weights", netuid=1, commit_hash=commitment(voting, 2, 1))
        args = {"netuid": 1, "uids": [2], "values": [65535], "salt": [1], "version_key": 0}
        answers = []
        for _ in range(4):
            answers.append(voting.refused("Val", "reveal_weights", **args))
            next_epoch(voting)
        assert answers == ["Custom(17)", "Custom(17)", None, "Custom(17)"]
        other = {**args, "salt": [5]}
        assert voting.refused("Val", "reveal_weights", **other) == "Custom(16)"

    def test_revealing_does_not_renew_the_stamp(self, voting: Chain) -> None:
        voting.ok("Val", "commit_weights", netuid=1, commit_hash=commitment(voting, 2, 1))
        stamped = voting.number
        next_epoch(voting)
        args = {"netuid": 1, "uids": [2], "values": [65535], "salt": [1], "version_key": 0}
        voting.ok("Val", "reveal_weights", **args)
        assert voting.module.LastUpdate[1][1] == stamped

    def test_ten_unrevealed_are_the_most_until_they_expire(self, voting: Chain) -> None:
        for salt in range(10):
            voting.ok("Val", "commit_weights", netuid=1, commit_hash=commitment(voting, 2, salt))
        args = {"netuid": 1, "commit_hash": commitment(voting, 2, 99)}
        assert voting.do("Val", "commit_weights", **args) == "TooManyUnrevealedCommits"
        next_epoch(voting)
        assert voting.do("Val", "commit_weights", **args) == "TooManyUnrevealedCommits"
        next_epoch(voting)
        voting.ok("Val", "commit_weights", **args)
        assert len(voting.module.WeightCommits[1, voting.key("Val")]) == 1

    def test_weights_for_a_uid_newer_than_the_commit_do_not_count(self, voting: Chain) -> None:
        voting.ok("Val", "commit_weights", netuid=1, commit_hash=commitment(voting, 2, 1))
        next_epoch(voting)
        args = {"netuid": 1, "uids": [2], "values": [65535], "salt": [1], "version_key": 0}
        voting.ok("Val", "reveal_weights", **args)
        voting.ok("Val", "commit_weights", netuid=1, commit_hash=commitment(voting, 3, 2))
        voting.module.BlockAtRegistration[1, 2] = voting.number + 1
        voting.module.LastUpdate[1] = [*voting.module.LastUpdate[1][:1], voting.number + 2, 1, 1]
        next_epoch(voting)
        assert voting.module.Incentive[1] == [0, 0, 0, 0]
