"""Claims made for others, the numbers that govern them, and voting power."""

import pytest
from fixtures_chain import TAO, Chain
from fixtures_events import listen

from taocli.localnet.pallets.subtensor.root_claim_admin import picked
from taocli.localnet.pallets.subtensor.voting_power import GRACE_PERIOD

ONE = 1 << 32
HALF = 5 * 10**17


class TestPicking:
    def test_words_of_the_hash_are_added_up(self) -> None:
        words = (3, 4, 5, 6)
        seed = b"".join(word.to_bytes(8, "big") for word in words)
        assert picked(seed, 6, 7) == [6, 3, 1, 0, 3, 0]  # 3+3, +4, +5, +6, +3, +4 modulo 7

    def test_nobody_to_pick(self) -> None:
        assert picked(bytes(32), 5, 0) == []
        assert picked(bytes(32), 0, 5) == []

    def test_large_words_saturate(self) -> None:
        assert picked(b"\xff" * 32, 1, 10) == [((1 << 64) - 1) % 10]


class TestClaimingForOthers:
    @pytest.fixture
    def paid(self, chain: Chain) -> Chain:
        """Dave's and Eve's root stake on Bob's hotkey was paid 2,000,000 alpha."""
        chain.register("Bob", "Hot")
        for who in ("Dave", "Eve"):
            chain.ok(who, "add_stake", hotkey="Hot", netuid=0, amount_staked=20 * TAO)
        chain.module.SubnetAlphaOut[1] += 2_000_000
        chain.module.reward_root(chain.key("Hot"), 1, 2_000_000)
        return chain

    def test_every_root_staker_has_a_number(self, paid: Chain) -> None:
        module = paid.module
        assert module.NumStakingColdkeys.get() == 2
        for number, who in enumerate(("Dave", "Eve")):
            assert module.StakingColdkeysByIndex[number] == paid.key(who)
            assert module.StakingColdkeys[paid.key(who)] == number
        paid.ok("Dave", "add_stake", hotkey="Hot", netuid=0, amount_staked=TAO)
        paid.ok("Bob", "add_stake", hotkey="Hot", netuid=1, amount_staked=TAO)
        assert module.NumStakingColdkeys.get() == 2  # again, or elsewhere, counts nothing

    def test_blocks_claim_until_nothing_is_owed(self, paid: Chain) -> None:
        module, hot = paid.module, paid.key("Hot")
        before = {who: paid.stake("Hot", who, 0) for who in ("Dave", "Eve")}
        assert all(module.owed_on_root(hot, paid.key(who), 1) > 800_000 for who in before)
        heard = listen(module)
        paid.mine(3)
        for who, stake in before.items():
            assert ("RootClaimed", (paid.key(who),)) in heard
            assert module.owed_on_root(hot, paid.key(who), 1) < 2
            assert paid.stake("Hot", who, 0) > stake

    def test_none_where_the_number_is_zero(self, paid: Chain) -> None:
        paid.ok(None, "sudo_set_num_root_claims", new_value=0)
        heard = listen(paid.module)
        paid.mine(3)
        assert "RootClaimed" not in dict(heard)
        assert paid.module.owed_on_root(paid.key("Hot"), paid.key("Dave"), 1) > 800_000

    def test_keepers_keep_alpha(self, paid: Chain) -> None:
        for who in ("Dave", "Eve"):
            paid.ok(who, "set_root_claim_type", new_root_claim_type="Keep")
        held = paid.stake("Hot", "Dave", 0)
        paid.mine(3)
        assert paid.stake("Hot", "Dave") > 800_000
        assert paid.stake("Hot", "Dave", 0) == held

    def test_a_threshold_lets_debts_grow(self, paid: Chain) -> None:
        paid.ok("Alice", "sudo_set_root_claim_threshold", netuid=1, new_value=900_000)
        assert paid.module.RootClaimableThreshold[1] == 900_000 * ONE
        paid.mine(3)
        assert paid.module.owed_on_root(paid.key("Hot"), paid.key("Dave"), 1) > 800_000


class TestSwitches:
    def test_the_number_of_claims(self, chain: Chain) -> None:
        assert chain.do("Alice", "sudo_set_num_root_claims", new_value=3) == "BadOrigin"
        assert chain.do(None, "sudo_set_num_root_claims", new_value=51) == "InvalidNumRootClaim"
        chain.ok(None, "sudo_set_num_root_claims", new_value=50)
        assert chain.module.NumRootClaim.get() == 50

    def test_the_threshold(self, chain: Chain) -> None:
        def change(who: str | None, value: int) -> str | None:
            return chain.do(who, "sudo_set_root_claim_threshold", netuid=1, new_value=value)

        assert change("Bob", 10**9) == "BadOrigin"
        assert change("Alice", 10_000_001) == "InvalidRootClaimThreshold"
        assert change(None, 10_000_000) is None
        assert chain.module.RootClaimableThreshold[1] == 10_000_000 * ONE


class TestVotingPower:
    def test_it_follows_the_stake_of_validators(self, chain: Chain) -> None:
        module, val = chain.module, chain.key("Val")
        chain.register("Bob", "Val")
        chain.ok("Bob", "add_stake", hotkey="Val", netuid=1, amount_staked=1_000 * TAO)
        chain.mine(21)  # an epoch hands out permits
        assert module.ValidatorPermit[1][chain.uid("Val")]
        assert not list(module.VotingPower.keys_under(1))
        heard = listen(module)
        chain.ok("Alice", "enable_voting_power_tracking", netuid=1)
        assert heard == [("VotingPowerTrackingEnabled", (1,))]
        chain.ok(None, "sudo_set_voting_power_ema_alpha", netuid=1, alpha=HALF)
        chain.mine(20)
        worth = module.TotalHotkeyAlpha[val, 1] * module.price_rao(1) // 10**9
        assert module.VotingPower[1, val] == pytest.approx(worth / 2, rel=0.01)
        chain.mine(20)
        assert module.VotingPower[1, val] == pytest.approx(worth * 3 / 4, rel=0.03)

    def test_it_ends_after_a_grace_period(self, chain: Chain) -> None:
        module = chain.module
        chain.ok(None, "enable_voting_power_tracking", netuid=1)
        module.VotingPower[1, chain.key("Gone")] = 5
        heard = listen(module)
        chain.ok("Alice", "disable_voting_power_tracking", netuid=1)
        end = chain.number + GRACE_PERIOD
        assert heard == [("VotingPowerTrackingDisableScheduled", (1, end))]
        module.VotingPowerDisableAtBlock[1] = chain.number + 1
        chain.mine(21)
        assert ("VotingPowerTrackingDisabled", (1,)) in heard
        assert not module.VotingPowerTrackingEnabled[1]
        assert 1 not in module.VotingPowerDisableAtBlock
        assert not list(module.VotingPower.keys_under(1))

    def test_asking_again_keeps_it_on(self, chain: Chain) -> None:
        chain.ok("Alice", "enable_voting_power_tracking", netuid=1)
        chain.ok("Alice", "disable_voting_power_tracking", netuid=1)
        chain.ok("Alice", "enable_voting_power_tracking", netuid=1)
        assert 1 not in chain.module.VotingPowerDisableAtBlock

    def test_who_may(self, chain: Chain) -> None:
        assert chain.do("Bob", "enable_voting_power_tracking", netuid=1) == "BadOrigin"
        assert chain.do(None, "enable_voting_power_tracking", netuid=9) == "SubnetNotExists"
        error = chain.do("Alice", "disable_voting_power_tracking", netuid=1)
        assert error == "VotingPowerTrackingNotEnabled"
        ema = {"netuid": 1, "alpha": 10**18 + 1}
        assert chain.do("Alice", "sudo_set_voting_power_ema_alpha", **ema) == "BadOrigin"
        error = chain.do(None, "sudo_set_voting_power_ema_alpha", **ema)
        assert error == "InvalidVotingPowerEmaAlpha"
