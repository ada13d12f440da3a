"""Blocks and epochs through the real pallet: minting, waiting, consensus, and who is paid."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from fixtures_chain import TAO, Chain

OWNER = "AliceHotkey"


def people(chain: Chain, *, stake: int = 100 * TAO) -> None:
    """uid 1 is Bob's validator with stake, uid 2 is Charlie's miner; a permit has been given."""
    chain.register("Bob", "Val")
    chain.register("Charlie", "Min")
    chain.ok("Bob", "add_stake", hotkey="Val", netuid=1, amount_staked=stake)
    mine_past_epoch(chain)


def mine_past_epoch(chain: Chain, netuid: int = 1) -> None:
    """Mine until the next epoch has just run."""
    chain.mine(chain.module.next_epoch_block(netuid) - chain.number)
    assert chain.module.LastEpochBlock[netuid] == chain.number


def weigh(chain: Chain, who: str = "Val", uid: int = 2) -> None:
    chain.ok(who, "set_weights", netuid=1, dests=[uid], weights=[65535], version_key=0)


class TestMinting:
    def test_a_block_mints_one_tao_and_one_alpha(self, chain: Chain) -> None:
        before = chain.module.alpha_issuance(1), chain.module.TotalIssuance.get()
        chain.mine()
        assert chain.module.TotalIssuance.get() - before[1] == TAO
        assert chain.module.SubnetAlphaOutEmission[1] == TAO

    def test_without_root_stake_all_tao_buys_alpha(self, chain: Chain) -> None:
        price, held = chain.module.price_rao(1), chain.module.SubnetProtocolAlpha[1]
        chain.mine()
        assert chain.module.SubnetAlphaInEmission[1] == 0
        assert chain.module.SubnetExcessTao[1] == TAO
        assert chain.module.SubnetProtocolAlpha[1] > held
        assert chain.module.price_rao(1) > price

    def test_root_stake_lets_liquidity_in_without_moving_the_price(self, chain: Chain) -> None:
        chain.register("Bob", "Hot")
        chain.ok("Bob", "add_stake", hotkey="Hot", netuid=0, amount_staked=900_000 * TAO)
        chain.module.SubnetAlphaOut[1] = 0  # so that root outweighs the subnet's alpha
        chain.module.SubnetAlphaIn[1] = 10 * TAO
        chain.module.SubnetTAO[1] = 100 * TAO  # ten TAO for one alpha: a tenth goes in beside it
        price = chain.module.price_rao(1)
        chain.mine()
        assert chain.module.SubnetExcessTao[1] == 0
        assert chain.module.SubnetTaoInEmission[1] == TAO
        assert chain.module.SubnetAlphaInEmission[1] == pytest.approx(TAO // 10, abs=1)
        assert chain.module.price_rao(1) == pytest.approx(price, abs=2)

    def test_a_subnet_without_emission_still_pays_its_people(self, chain: Chain) -> None:
        chain.module.SubnetEmissionEnabled[1] = False
        before = chain.module.SubnetTAO[1]
        chain.mine()
        assert chain.module.SubnetTAO[1] == before
        assert chain.module.SubnetAlphaOutEmission[1] == TAO

    def test_what_waits_is_18_41_41(self, chain: Chain) -> None:
        mine_past_epoch(chain)
        chain.mine()
        cut = TAO * 11796 // 65535
        rest = TAO - cut
        assert chain.module.PendingOwnerCut[1] == cut  # D19's rule
        assert chain.module.PendingServerEmission[1] == pytest.approx(rest // 2, abs=1)
        assert chain.module.PendingValidatorEmission[1] == pytest.approx(rest - rest // 2, abs=1)

    def test_tao_follows_the_moving_prices(self, start_chain: Callable[..., Chain]) -> None:
        # D17: shares one to two.
        chain = start_chain()
        chain.module.NetworkRateLimit.set(0)
        chain.ok("Bob", "register_network", hotkey="Hot")
        chain.ok("Bob", "start_call", netuid=2)
        chain.module.SubnetEmissionEnabled[2] = True
        chain.module.SubnetMovingPrice[1] = (1 << 32) // 10
        chain.module.SubnetMovingPrice[2] = (1 << 32) // 5
        first, second = chain.module.SubnetTAO[1], chain.module.SubnetTAO[2]
        chain.mine()
        assert chain.module.SubnetTAO[1] - first == pytest.approx(TAO / 3, abs=10)
        assert chain.module.SubnetTAO[2] - second == pytest.approx(2 * TAO / 3, abs=10)

    def test_the_moving_price_creeps_towards_the_price(self, chain: Chain) -> None:
        chain.module.SubnetMovingPrice[1] = 0
        chain.mine(1000)
        age = chain.number - 1
        seen = Fraction(chain.module.SubnetMovingPrice[1], 1 << 32)
        assert 0 < seen < Fraction(3, 10**6) * age


class TestEpochs:
    def test_they_run_every_tempo(self, chain: Chain) -> None:
        mine_past_epoch(chain)
        first, index = chain.number, chain.module.SubnetEpochIndex[1]
        mine_past_epoch(chain)
        assert chain.number == first + 20
        assert chain.module.SubnetEpochIndex[1] == index + 1
        assert chain.module.BlocksSinceLastStep[1] == 0
        chain.mine(3)
        assert chain.module.BlocksSinceLastStep[1] == 3

    def test_the_tempo_is_a_parameter_of_the_chain(self, start_chain: Callable[..., Chain]) -> None:
        chain = start_chain(tempo=5)
        mine_past_epoch(chain)
        assert chain.number == 5

    def test_a_miner_is_paid_for_weights(self, chain: Chain) -> None:
        people(chain)
        weigh(chain)
        waiting = chain.module.PendingServerEmission[1]
        blocks = chain.module.next_epoch_block(1) - chain.number
        mine_past_epoch(chain)
        expected = waiting + blocks * ((TAO - TAO * 11796 // 65535) // 2)
        assert chain.stake("Min", "Charlie") == pytest.approx(expected, rel=1e-6)
        assert chain.module.Incentive[1] == [0, 0, 65535]
        assert chain.module.Dividends[1] == [0, 65535, 0]
        assert chain.module.Consensus[1] == [0, 0, 65535]
        assert chain.module.ValidatorPermit[1][1]

    def test_a_validator_shares_with_its_nominators(self, chain: Chain) -> None:
        people(chain)
        chain.ok("Dave", "add_stake", hotkey="Val", netuid=1, amount_staked=100 * TAO)
        weigh(chain)
        mine_past_epoch(chain)  # bonds start to grow
        weigh(chain)
        before = {who: chain.stake("Val", who) for who in ("Bob", "Dave")}
        mine_past_epoch(chain)
        gain = {who: chain.stake("Val", who) - before[who] for who in before}
        dividends = sum(gain.values())
        take = dividends * 11796 // 65535
        portion = before["Dave"] / (sum(before.values()) + take)  # the take is staked first
        assert gain["Dave"] == pytest.approx((dividends - take) * portion, rel=1e-6)
        assert gain["Bob"] == pytest.approx(dividends - gain["Dave"], rel=1e-9)

    def test_the_owner_earns_the_cut_as_stake(self, chain: Chain) -> None:
        people(chain)
        weigh(chain)
        before = chain.stake(OWNER, "Alice")
        mine_past_epoch(chain)
        cut = 20 * (TAO * 11796 // 65535)
        assert chain.stake(OWNER, "Alice") - before == cut

    def test_what_the_owner_would_mine_is_burned(self, chain: Chain) -> None:
        people(chain)
        weigh(chain, uid=0)
        before = chain.stake(OWNER, "Alice")
        out = chain.module.SubnetAlphaOut[1]
        blocks = chain.module.next_epoch_block(1) - chain.number
        mine_past_epoch(chain)
        assert chain.module.Incentive[1][0] == 65535
        assert chain.module.MinerBurned[1] == 1 << 32
        assert chain.stake(OWNER, "Alice") - before == 20 * (TAO * 11796 // 65535)
        assert chain.module.SubnetAlphaOut[1] < out + blocks * 2 * TAO

    def test_without_weights_validators_get_it_all(self, chain: Chain) -> None:
        people(chain)
        before = chain.stake("Val", "Bob"), chain.stake(OWNER, "Alice")
        mine_past_epoch(chain)
        after = chain.stake("Val", "Bob"), chain.stake(OWNER, "Alice")
        gained = sum(after) - sum(before)
        assert gained == pytest.approx(20 * TAO, abs=100)
        assert chain.stake("Min", "Charlie") == 0

    def test_incentive_goes_to_the_auto_stake_hotkey(self, chain: Chain) -> None:
        people(chain)
        weigh(chain)
        chain.module.AutoStakeDestination[chain.key("Charlie"), 1] = chain.key("Val")
        mine_past_epoch(chain)
        assert chain.stake("Min", "Charlie") == 0
        assert chain.stake("Val", "Charlie") > 0

    def test_weights_count_only_for_neurons_older_than_they_are(self, chain: Chain) -> None:
        people(chain)
        weigh(chain)
        chain.module.BlockAtRegistration[1, 2] = chain.number
        mine_past_epoch(chain)
        assert chain.module.Incentive[1] == [0, 0, 0]

    def test_a_silent_validator_becomes_inactive(self, chain: Chain) -> None:
        people(chain)
        cutoff = chain.module.activity_cutoff(1)
        assert cutoff == 100  # five tempos in profile dev
        chain.mine(cutoff + 20)
        assert chain.module.Active[1] == [False, False, False]

    def test_only_so_many_epochs_run_in_one_block(self, start_chain: Callable[..., Chain]) -> None:
        chain = start_chain(tempo=5)
        chain.module.NetworkRateLimit.set(0)
        for name in ("A", "B", "C"):
            chain.ok("Bob", "register_network", hotkey=name)
        chain.module.MaxEpochsPerBlock.set(2)
        chain.mine(10)
        now = chain.number
        for netuid in (1, 2, 3, 4):
            chain.module.Tempo[netuid] = 5
            chain.module.LastEpochBlock[netuid] = now - 4
        chain.mine()
        ran = [netuid for netuid in (1, 2, 3, 4) if chain.module.LastEpochBlock[netuid] == now + 1]
        assert len(ran) == 2
        chain.mine()
        ran = [netuid for netuid in (1, 2, 3, 4) if chain.module.LastEpochBlock[netuid] > now]
        assert ran == [1, 2, 3, 4]


class TestCommitReveal:
    def test_weights_are_revealed_in_the_next_epoch(self, chain: Chain) -> None:
        people(chain)
        chain.module.CommitRevealWeightsEnabled[1] = True
        args = {"netuid": 1, "uids": [2], "values": [65535], "salt": [1, 2], "version_key": 0}
        assert chain.do("Val", "reveal_weights", **args) == "NoWeightsCommitFound"
        chain.ok("Val", "commit_weights", netuid=1, commit_hash=commitment(chain, [1, 2]))
        assert chain.do("Val", "reveal_weights", **args) == "RevealTooEarly"
        wrong = chain.do("Val", "reveal_weights", **{**args, "salt": [1]})
        assert wrong == "InvalidRevealCommitHashNotMatch"
        mine_past_epoch(chain)
        chain.ok("Val", "reveal_weights", **args)
        assert chain.module.Weights[1, 1] == [(2, 65535)]
        assert chain.module.WeightCommits[1, chain.key("Val")] is None

    def test_a_commit_expires(self, chain: Chain) -> None:
        people(chain)
        chain.module.CommitRevealWeightsEnabled[1] = True
        chain.ok("Val", "commit_weights", netuid=1, commit_hash=commitment(chain, [7]))
        mine_past_epoch(chain)
        mine_past_epoch(chain)
        args = {"netuid": 1, "uids": [2], "values": [65535], "salt": [7], "version_key": 0}
        assert chain.do("Val", "reveal_weights", **args) == "ExpiredWeightCommit"

    def test_they_are_for_subnets_that_want_them(self, chain: Chain) -> None:
        people(chain)
        error = chain.do("Val", "commit_weights", netuid=1, commit_hash=bytes(32))
        assert error == "CommitRevealDisabled"


def commitment(chain: Chain, salt: list[int]) -> bytes:
    """BLAKE2-256 of SCALE (hotkey, netuid, [2], [65535], salt, version key 0), put together by hand."""
    from hashlib import blake2b

    def vector(values: list[int]) -> bytes:
        return bytes([len(values) << 2]) + b"".join(v.to_bytes(2, "little") for v in values)

    parts = (chain.key("Val"), b"\1\0", vector([2]), vector([65535]), vector(salt), bytes(8))
    return blake2b(b"".join(parts), digest_size=32).digest()
