"""Weights that the chain opens by itself: when, whose, and what becomes of those it cannot open."""

from hashlib import blake2b, sha256
from typing import Any

import pytest
from fixtures_chain import Chain
from fixtures_events import listen
from fixtures_validators import next_epoch, populate

from taocli.localnet.pallets.drand_timelock import dev_envelope

GENESIS = 1_692_803_367
ROUND_1000 = bytes.fromhex(
    "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
)
SEALED_BY_A_CLIENT = bytes.fromhex(
    "a4211bc661bfef35ee7a7d6bf4b505bf461356d38b04f0720b7efda640b5e3c1c9a7d3f200e83357cdf8692b8597958d"
    "1139e469775ac45b6a954c4f1d4e8a1296264d417f5ba4eb6b4ef245dcc7866a4fc9072517f1d840e24a1fb74e979636"
    "20000000000000004b32271839a6701b9b18a3a7005f5144077934d9a2c217173276322170c79ecb2000000000000000"
    "7db142e271c92bf6cebf6a06253ac3e0fa9ce383d9d5f8b373371ea80e860fe95b000000000000003f00000000000000"
    "7d2ee66589d67fab1226e079147183384814c571f98784f0616b3f71e41c42d652b18c6eb8e96e930ee15cb722a34007"
    "8636faed467740ac974efae3129d510c000000000000008c89d0310a038e288977bb0608000000000000004145535f47"
    "434d5f"
)
"""//Val's weights [(2, 65535)] to round 1000, encrypted with bittensor-core 0.1.5."""


@pytest.fixture
def voting(chain: Chain) -> Chain:
    """A subnet with commit-reveal, at round 900."""
    populate(chain, commit_reveal=True)
    set_round(chain, 900)
    chain.mine()
    return chain


def set_round(chain: Chain, number: int) -> None:
    """Give the open block the time of a round; the next block sees it."""
    chain.runtime.timestamp.Now.set((GENESIS + 3 * (number - 1)) * 1000)


def content(hotkey: bytes, uids: list[int], values: list[int], version: int = 0) -> bytes:
    """SCALE by hand."""

    def vector(numbers: list[int]) -> bytes:
        return bytes([len(numbers) << 2]) + b"".join(n.to_bytes(2, "little") for n in numbers)

    owner = bytes([len(hotkey) << 2]) + hotkey
    return owner + vector(uids) + vector(values) + version.to_bytes(8, "little")


def envelope(chain: Chain, who: str = "Val", uid: int = 2) -> bytes:
    return dev_envelope(content(chain.key(who), [uid], [65535]))


def commit(
    chain: Chain, sealed: bytes, number: int = 900, who: str = "Val", **args: Any
) -> str | None:
    args = {"netuid": 1, "commit_reveal_version": 4, **args}
    return chain.do(who, "commit_timelocked_weights", commit=sealed, reveal_round=number, **args)


class TestCommitting:
    def test_it_is_kept_under_its_epoch(self, voting: Chain) -> None:
        heard = listen(voting.module)
        epoch, sealed = voting.module.SubnetEpochIndex[1], envelope(voting)
        assert commit(voting, sealed, 950) is None
        entry = (voting.key("Val"), voting.number, sealed, 950)
        assert voting.module.TimelockedWeightCommits[1, epoch] == [entry]
        assert voting.module.LastUpdate[1][1] == voting.number
        digest = blake2b(sealed, digest_size=32).digest()
        event = ("TimelockedWeightsCommitted", (voting.key("Val"), 1, digest, 950))
        assert heard == [event]
        assert voting.module.Weights[1, 1] == []

    def test_errors_come_in_the_chains_order(self, voting: Chain) -> None:
        sealed, module = envelope(voting), voting.module
        module.StakeThreshold.set(10**18)
        args = {"netuid": 9, "commit_reveal_version": 3}
        assert commit(voting, sealed, 1, "Nobody", **args) == "NotEnoughStakeToSetWeights"
        module.StakeThreshold.set(0)
        assert commit(voting, sealed, 899, "Nobody", **args) == "InvalidRevealRound"
        assert commit(voting, sealed, 900, "Nobody", **args) == "MechanismDoesNotExist"
        args["netuid"] = 1
        module.CommitRevealWeightsEnabled[1] = False
        assert commit(voting, sealed, 900, "Nobody", **args) == "CommitRevealDisabled"
        module.CommitRevealWeightsEnabled[1] = True
        assert commit(voting, sealed, 900, "Nobody", **args) == "IncorrectCommitRevealVersion"
        assert commit(voting, sealed, 900, "Nobody") == "HotKeyNotRegisteredInSubNet"
        assert commit(voting, sealed) is None
        assert commit(voting, sealed) == "CommittingWeightsTooFast"

    def test_ten_may_wait_in_an_epoch(self, voting: Chain) -> None:
        voting.module.WeightsSetRateLimit[1] = 0
        for _ in range(10):
            assert commit(voting, envelope(voting)) is None
        assert commit(voting, envelope(voting)) == "TooManyUnrevealedCommits"
        assert commit(voting, envelope(voting), who="Min") is None

    def test_it_may_not_be_large(self, voting: Chain) -> None:
        assert commit(voting, bytes(5001)) == "Exhausted"
        assert commit(voting, bytes(5000)) is None

    def test_the_pool_knows_what_cannot_work(self, voting: Chain) -> None:
        args = {"netuid": 1, "commit": b"", "commit_reveal_version": 4}
        call = "commit_timelocked_weights"
        assert voting.refused("Val", call, **args, reveal_round=899) == "Custom(15)"
        assert voting.refused("Val", call, **args, reveal_round=900) is None
        assert commit(voting, envelope(voting)) is None
        assert voting.refused("Val", call, **args, reveal_round=900) == "Custom(6)"
        voting.module.StakeThreshold.set(10**18)
        assert voting.refused("Val", call, **args, reveal_round=900) == "Custom(1)"

    def test_the_version_is_roots_to_set(self, voting: Chain) -> None:
        voting.ok(None, "AdminUtils.sudo_set_commit_reveal_version", version=5)
        assert commit(voting, envelope(voting)) == "IncorrectCommitRevealVersion"
        assert commit(voting, envelope(voting), commit_reveal_version=5) is None


class TestRevealing:
    def test_the_next_epoch_starts_with_it(self, voting: Chain) -> None:
        assert commit(voting, envelope(voting), 905) is None
        set_round(voting, 905)
        voting.mine(voting.module.next_epoch_block(1) - 1 - voting.number)
        assert voting.module.Weights[1, 1] == []
        heard = listen(voting.module)
        last = voting.module.LastUpdate[1]
        voting.mine()
        assert voting.module.Weights[1, 1] == [(2, 65535)]
        assert voting.module.LastUpdate[1] == last
        assert ("WeightsSet", (1, 1)) in heard
        assert ("TimelockedWeightsRevealed", (1, voting.key("Val"))) in heard
        assert voting.module.TimelockedWeightCommits.keys_under() == []
        assert voting.module.Incentive[1][2] == 65535  # the epoch went by them already

    def test_the_reveal_period_counts_epochs(self, voting: Chain) -> None:
        voting.module.RevealPeriodEpochs[1] = 2
        assert commit(voting, envelope(voting)) is None
        next_epoch(voting)
        assert voting.module.Weights[1, 1] == []
        next_epoch(voting)
        assert voting.module.Weights[1, 1] == [(2, 65535)]

    def test_it_waits_for_its_round_in_that_epoch(self, voting: Chain) -> None:
        assert commit(voting, envelope(voting), 1200) is None
        next_epoch(voting)
        voting.mine(3)
        assert voting.module.Weights[1, 1] == []
        set_round(voting, 1200)
        voting.mine()
        assert voting.module.Weights[1, 1] == [(2, 65535)]

    def test_and_is_dropped_when_the_epoch_ends(self, voting: Chain) -> None:
        assert commit(voting, envelope(voting), 1200) is None
        next_epoch(voting)
        assert len(voting.module.TimelockedWeightCommits.keys_under(1)) == 1
        next_epoch(voting)
        assert voting.module.TimelockedWeightCommits.keys_under(1) == []
        set_round(voting, 1200)
        voting.mine(2)
        assert voting.module.Weights[1, 1] == []

    def test_the_later_of_two_stays(self, voting: Chain) -> None:
        voting.module.WeightsSetRateLimit[1] = 0
        assert commit(voting, envelope(voting, uid=2)) is None
        assert commit(voting, envelope(voting, uid=3)) is None
        next_epoch(voting)
        assert voting.module.Weights[1, 1] == [(3, 65535)]

    @pytest.mark.parametrize(
        "inside",
        [
            b"\xff",
            content(b"x" * 32, [2], [65535]),  # somebody else's
            content(b"V" * 32, [2], [65535])[:40],  # cut short
        ],
    )
    def test_what_is_no_weights_of_the_sender_is_dropped(
        self, voting: Chain, inside: bytes
    ) -> None:
        assert commit(voting, dev_envelope(inside[:-4])) is None
        assert commit(voting, dev_envelope(inside), who="Min") is None
        next_epoch(voting)
        assert voting.module.Weights[1, 1] == voting.module.Weights[1, 2] == []
        assert voting.module.TimelockedWeightCommits.keys_under() == []

    def test_weights_that_may_not_be_set_are_dropped(self, voting: Chain) -> None:
        heard = listen(voting.module)
        assert commit(voting, envelope(voting, "Min", uid=3), who="Min") is None
        next_epoch(voting)
        assert voting.module.Weights[1, 2] == []  # a miner has no permit
        assert not [name for name, _ in heard if name == "TimelockedWeightsRevealed"]

    def test_the_form_without_a_hotkey_still_opens(self, voting: Chain) -> None:
        old = content(b"", [3], [65535])[1:]
        assert commit(voting, dev_envelope(old)) is None
        next_epoch(voting)
        assert voting.module.Weights[1, 1] == [(3, 65535)]

    def test_an_epoch_that_is_put_off_puts_it_off(self, voting: Chain) -> None:
        assert commit(voting, envelope(voting)) is None
        voting.module.MaxEpochsPerBlock.set(0)
        voting.mine(voting.module.next_epoch_block(1) + 3 - voting.number)
        assert voting.module.Weights[1, 1] == []
        voting.module.MaxEpochsPerBlock.set(1)
        voting.mine()
        assert voting.module.Weights[1, 1] == [(2, 65535)]


class TestRealClients:
    def test_their_commits_stay_closed_without_the_pulse(self, voting: Chain) -> None:
        assert commit(voting, SEALED_BY_A_CLIENT, 1000) is None
        set_round(voting, 2000)
        next_epoch(voting)
        assert voting.module.Weights[1, 1] == []
        next_epoch(voting)
        assert voting.module.TimelockedWeightCommits.keys_under() == []

    def test_and_open_with_it(self, voting: Chain) -> None:
        assert commit(voting, SEALED_BY_A_CLIENT, 1000) is None
        next_epoch(voting)
        pulse = {
            "round": 1000, "randomness": sha256(ROUND_1000).digest(), "signature": ROUND_1000,
        }  # fmt: skip
        payload = {"block_number": 1, "pulses": [pulse], "public": ("Sr25519", bytes(32))}
        voting.ok(None, "Drand.write_pulse", pulses_payload=payload, signature=None)
        voting.mine()
        assert voting.module.Weights[1, 1] == [(2, 65535)]


class TestMechanisms:
    def test_each_has_its_own(self, voting: Chain) -> None:
        voting.module.MechanismCountCurrent[1] = 2
        args = {"netuid": 1, "commit": envelope(voting), "reveal_round": 900}
        versioned = {**args, "commit_reveal_version": 4}
        call = "commit_timelocked_mechanism_weights"
        assert voting.do("Val", call, **versioned, mecid=2) == "MechanismDoesNotExist"
        voting.ok("Val", call, **versioned, mecid=1)
        assert voting.do("Val", call, **versioned, mecid=1) == "CommittingWeightsTooFast"
        voting.ok("Val", "commit_crv3_mechanism_weights", **args, mecid=0)
        next_epoch(voting)
        assert voting.module.Weights[1, 1] == [(2, 65535)]
        assert voting.module.Weights[4097, 1] == [(2, 65535)]

    def test_the_call_without_a_version_means_four(self, voting: Chain) -> None:
        voting.module.CommitRevealWeightsVersion.set(5)
        args = {"netuid": 1, "mecid": 0, "commit": envelope(voting), "reveal_round": 900}
        error = voting.do("Val", "commit_crv3_mechanism_weights", **args)
        assert error == "IncorrectCommitRevealVersion"
