"""Root stake: its part of what validators earn, and claiming it. ``test_chain_vectors`` has the coinbase's."""

import pytest
from fixtures_chain import TAO, Chain

from taocli.localnet.pallets.subtensor import coinbase

U64_MAX = (1 << 64) - 1
ONE = 1 << 32


def set_pool(chain: Chain, netuid: int, *, tao: int, alpha: int, price: int) -> None:
    """Reserves in rao, and a moving price in whole TAO; weights are equal."""
    module = chain.module
    module.SubnetTAO[netuid], module.SubnetAlphaIn[netuid] = tao, alpha
    module.SubnetMovingPrice[netuid] = price * ONE
    chain.runtime.swap.set_quote(netuid, 10**18 // 2)


def outweigh_by_root(chain: Chain) -> None:
    """Make root's share of every subnet almost one."""
    chain.module.SubnetTAO[0] = 10**18


class TestPendingSplit:
    def test_d20_root_gets_its_weight_of_the_validators_half(
        self, chain: Chain, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        module = chain.module
        monkeypatch.setattr(coinbase, "block_emission", lambda _issued: TAO)
        module.OwnerCutEnabled[1] = False
        set_pool(chain, 1, tao=10**15, alpha=3 * 10**15 - TAO, price=2)  # and one is minted
        module.SubnetAlphaOut[1] = 0
        module.SubnetTAO[0] = 10**15 * U64_MAX // module.TaoWeight.get()
        for item in (module.PendingServerEmission, module.PendingValidatorEmission):
            item[1] = 0
        module.share_out(0)
        assert module.PendingServerEmission[1] == 500_000_000
        assert module.PendingValidatorEmission[1] == pytest.approx(375_000_000, abs=1)
        assert module.PendingRootAlphaDivs[1] == pytest.approx(125_000_000, abs=1)

    def test_the_part_is_recycled_while_all_prices_are_low(self, chain: Chain) -> None:
        outweigh_by_root(chain)
        assert not chain.module.is_root_paid()  # one TAO is not more than one TAO
        chain.module.share_out(0)
        assert chain.module.PendingRootAlphaDivs[1] == 0


class TestDistribution:
    @pytest.mark.parametrize("hotkeys", [["H1"], ["H1", "H2"]])
    def test_d21_stakers_share_what_nobody_mined(self, chain: Chain, hotkeys: list[str]) -> None:
        module = chain.module
        for name in hotkeys:
            chain.register("Bob", name)
            module.credit_stake(chain.key(name), chain.key("Bob"), 1, TAO)
        for item in (module.PendingServerEmission, module.PendingValidatorEmission):
            item[1] = 5 * 10**8
        module.PendingOwnerCut[1] = 0
        module.LastEpochBlock[1] = 0
        module.PendingEpochAt[1] = chain.number
        module.run_due_epochs()
        for name in hotkeys:
            expected = TAO + TAO // len(hotkeys)
            assert chain.stake(name, "Bob") == pytest.approx(expected, abs=10)

    def test_d22_the_wait_for_an_epoch(self, chain: Chain) -> None:
        cases = [(10, 5, 5), (20, 15, 5), (30, 25, 5), (10, 9, 1), (20, 21, 0)]
        chain.module.LastEpochBlock[7] = 0
        for tempo, now, left in cases:
            chain.module.Tempo[7] = tempo
            chain.runtime.system.Number.set(now)
            assert chain.module.blocks_until_epoch(7) == left
        chain.module.Tempo[7] = 0
        assert chain.module.blocks_until_epoch(7) is None


class TestClaims:
    @pytest.fixture
    def paid(self, chain: Chain) -> Chain:
        """D26: Dave's root stake and Bob's alpha on Bob's hotkey; root was paid 1,000,000 alpha."""
        chain.register("Bob", "Hot")
        chain.module.credit_stake(chain.key("Hot"), chain.key("Dave"), 0, 2_000_000)
        chain.module.credit_stake(chain.key("Hot"), chain.key("Bob"), 1, 10_000_000)
        chain.module.SubnetAlphaOut[1] += 11_000_000
        chain.module.reward_root(chain.key("Hot"), 1, 1_000_000)
        return chain

    def test_d26_the_rate_and_the_take(self, paid: Chain) -> None:
        assert paid.stake("Hot", "Bob") == pytest.approx(10_180_000, abs=100)
        rate = paid.module.RootClaimable[paid.key("Hot")][1] / ONE
        assert rate == pytest.approx(0.41, abs=1e-3)

    def test_d26_keeping_the_alpha(self, paid: Chain) -> None:
        paid.ok("Dave", "set_root_claim_type", new_root_claim_type="Keep")
        paid.ok("Dave", "claim_root", subnets=[1])
        assert paid.stake("Hot", "Dave") == pytest.approx(820_000, abs=100)
        before = paid.stake("Hot", "Dave")
        paid.ok("Dave", "claim_root", subnets=[1])
        assert paid.stake("Hot", "Dave") == before

    def test_swapping_makes_root_stake(self, paid: Chain) -> None:
        before = paid.stake("Hot", "Dave", 0)
        worth = paid.module.pool(1).tao_for_alpha(820_000)
        paid.ok("Dave", "claim_root", subnets=[1])
        assert paid.stake("Hot", "Dave", 0) - before == pytest.approx(worth, abs=100)
        assert paid.stake("Hot", "Dave") == 0
        assert paid.module.owed_on_root(paid.key("Hot"), paid.key("Dave"), 1) <= 1

    def test_keeping_some(self, paid: Chain) -> None:
        kind = ("KeepSubnets", {"subnets": [1]})
        paid.ok("Dave", "set_root_claim_type", new_root_claim_type=kind)
        paid.ok("Dave", "claim_root", subnets=[1])
        assert paid.stake("Hot", "Dave") > 0

    def test_small_debts_wait(self, paid: Chain) -> None:
        paid.module.RootClaimableThreshold[1] = 900_000 << 32
        paid.ok("Dave", "claim_root", subnets=[1])
        assert paid.module.owed_on_root(paid.key("Hot"), paid.key("Dave"), 1) > 800_000

    def test_latecomers_are_owed_nothing_from_before(self, paid: Chain) -> None:
        paid.ok("Eve", "add_stake", hotkey="Hot", netuid=0, amount_staked=TAO)
        assert paid.module.owed_on_root(paid.key("Hot"), paid.key("Eve"), 1) == 0
        owed = paid.module.owed_on_root(paid.key("Hot"), paid.key("Dave"), 1)
        assert owed == pytest.approx(820_000, abs=100)

    def test_one_to_five_subnets_at_a_time(self, paid: Chain) -> None:
        assert paid.do("Dave", "claim_root", subnets=[]) == "InvalidSubnetNumber"
        assert paid.do("Dave", "claim_root", subnets=[1, 2, 3, 4, 5, 6]) == "InvalidSubnetNumber"
        none = ("KeepSubnets", {"subnets": []})
        error = paid.do("Dave", "set_root_claim_type", new_root_claim_type=none)
        assert error == "InvalidSubnetNumber"

    def test_a_validators_root_stake_is_paid_at_the_epoch(self, chain: Chain) -> None:
        chain.register("Bob", "Val")
        chain.ok("Dave", "add_stake", hotkey="Val", netuid=0, amount_staked=1_000 * TAO)
        chain.ok("Bob", "add_stake", hotkey="Val", netuid=1, amount_staked=1_000 * TAO)
        chain.module.SubnetMovingPrice[1] = 2 * ONE
        chain.mine(45)
        owed = chain.module.owed_on_root(chain.key("Val"), chain.key("Dave"), 1)
        assert owed > 0
        assert chain.module.RootAlphaDividendsPerSubnet[1, chain.key("Val")] > 0
