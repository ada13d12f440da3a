"""Moving stake, takes, root seats, identities and what a subnet's owner controls."""

import pytest
from fixtures_chain import TAO, Chain


@pytest.fixture
def staked(chain: Chain) -> Chain:
    """Bob has 100 TAO worth of alpha on One; Bob owns One and Two, Dave owns Three."""
    chain.register("Bob", "H1")
    chain.register("Bob", "H2")
    chain.register("Dave", "H3")
    chain.ok("Bob", "add_stake", hotkey="H1", netuid=1, amount_staked=100 * TAO)
    return chain


def move(chain: Chain, **changed: object) -> str | None:
    args = {
        "origin_hotkey": "H1", "destination_hotkey": "H2", "origin_netuid": 1,
        "destination_netuid": 1, "alpha_amount": 10 * TAO,
    }  # fmt: skip
    return chain.do("Bob", "move_stake", **{**args, **changed})


class TestMoves:
    def test_inside_a_subnet_nothing_is_lost(self, staked: Chain) -> None:
        before, pool = staked.stake("H1", "Bob"), staked.module.pool(1)
        assert move(staked) is None
        assert staked.stake("H2", "Bob") == 10 * TAO
        assert staked.stake("H1", "Bob") == before - 10 * TAO
        assert staked.module.pool(1) == pool

    def test_to_root_costs_one_fee(self, staked: Chain) -> None:
        pool = staked.module.pool(1)
        alpha = 10 * TAO
        assert move(staked, destination_netuid=0) is None
        fee = alpha * 33 // 65535
        assert staked.stake("H2", "Bob", 0) == pool.tao_for_alpha(alpha - fee)

    def test_from_root_costs_one_fee(self, staked: Chain) -> None:
        staked.ok("Bob", "add_stake", hotkey="H1", netuid=0, amount_staked=10 * TAO)
        pool, before = staked.module.pool(1), staked.stake("H2", "Bob")
        assert move(staked, origin_netuid=0) is None
        fee = 10 * TAO * 33 // 65535
        assert staked.stake("H2", "Bob") - before == pool.alpha_for_tao(10 * TAO - fee)

    def test_between_subnets_costs_one_fee(self, staked: Chain) -> None:
        staked.ok("Bob", "register_network", hotkey="H4")
        staked.ok("Bob", "start_call", netuid=2)
        first, second = staked.module.pool(1), staked.module.pool(2)
        alpha = 10 * TAO
        args = {"hotkey": "H1", "origin_netuid": 1, "destination_netuid": 2}
        staked.ok("Bob", "swap_stake", **args, alpha_amount=alpha)
        tao = first.tao_for_alpha(alpha - alpha * 33 // 65535)
        assert staked.stake("H1", "Bob", 2) == second.alpha_for_tao(tao)

    def test_to_another_coldkey(self, staked: Chain) -> None:
        args = {
            "destination_coldkey": "Dave", "hotkey": "H1", "origin_netuid": 1,
            "destination_netuid": 1, "alpha_amount": 10 * TAO,
        }  # fmt: skip
        staked.module.TransferToggle[1] = False
        assert staked.do("Bob", "transfer_stake", **args) == "TransferDisallowed"
        staked.module.TransferToggle[1] = True
        staked.ok("Bob", "transfer_stake", **args)
        assert staked.stake("H1", "Dave") == 10 * TAO

    def test_errors_come_in_the_chains_order(self, staked: Chain) -> None:
        same = {"destination_hotkey": "H1"}
        assert move(staked, **same, origin_netuid=9, destination_netuid=9) == "SameNetuid"
        assert move(staked, destination_netuid=9) == "SubnetNotExists"
        staked.module.SubtokenEnabled[1] = False
        assert move(staked, destination_hotkey="Nobody") == "SubtokenDisabled"
        staked.module.SubtokenEnabled[1] = True
        assert move(staked, destination_hotkey="Nobody") == "HotKeyAccountNotExists"
        assert move(staked, origin_hotkey="H2", destination_hotkey="H1") == (
            "NotEnoughStakeToWithdraw"
        )
        assert move(staked, alpha_amount=1000) == "AmountTooLow"

    def test_a_swap_keeps_to_its_limit(self, staked: Chain) -> None:
        price = staked.module.price_rao(1)
        args = {
            "hotkey": "H1", "origin_netuid": 1, "destination_netuid": 0, "alpha_amount": 90 * TAO,
        }  # fmt: skip
        above = {**args, "limit_price": price + 10**6, "allow_partial": True}
        assert staked.do("Bob", "swap_stake_limit", **above) == "PriceLimitExceeded"
        near = {**args, "limit_price": price * 9999 // 10_000}
        error = staked.do("Bob", "swap_stake_limit", **near, allow_partial=False)
        assert error == "SlippageTooHigh"
        staked.ok("Bob", "swap_stake_limit", **near, allow_partial=True)
        assert staked.module.price_rao(1) == pytest.approx(price * 0.9999, rel=1e-7)

    def test_all_of_it_can_leave(self, staked: Chain) -> None:
        staked.ok("Bob", "add_stake", hotkey="H1", netuid=0, amount_staked=10 * TAO)
        staked.ok("Bob", "unstake_all_alpha", hotkey="H1")
        assert staked.stake("H1", "Bob") == 0
        assert staked.stake("H1", "Bob", 0) > 100 * TAO
        staked.ok("Bob", "unstake_all", hotkey="H1")
        assert staked.stake("H1", "Bob", 0) == 0
        assert staked.do("Bob", "unstake_all_alpha", hotkey="H1") == "AmountTooLow"

    def test_all_of_it_above_a_limit(self, staked: Chain) -> None:
        price = staked.module.price_rao(1)
        args = {"hotkey": "H1", "netuid": 1}
        high = staked.do("Bob", "remove_stake_full_limit", **args, limit_price=price - 1)
        assert high == "SlippageTooHigh"
        staked.ok("Bob", "remove_stake_full_limit", **args, limit_price=None)
        assert staked.stake("H1", "Bob") == 0


class TestTakes:
    def test_they_fall_freely_and_rise_rarely(self, staked: Chain) -> None:
        args = {"hotkey": "H1"}
        assert staked.do("Dave", "decrease_take", **args, take=1) == "NonAssociatedColdKey"
        assert staked.do("Bob", "decrease_take", **args, take=11_796) == "DelegateTakeTooLow"
        staked.ok("Bob", "decrease_take", **args, take=100)
        assert staked.do("Bob", "increase_take", **args, take=100) == "DelegateTakeTooLow"
        assert staked.do("Bob", "increase_take", **args, take=12_000) == "DelegateTakeTooHigh"
        staked.ok("Bob", "increase_take", **args, take=200)
        error = staked.do("Bob", "increase_take", **args, take=300)
        assert error == "DelegateTxRateLimitExceeded"
        assert staked.module.Delegates[staked.key("H1")] == 200


class TestRoot:
    def test_a_seat_is_free_while_there_is_room(self, staked: Chain) -> None:
        staked.ok("Bob", "root_register", hotkey="H1")
        assert staked.uid("H1", 0) == 0
        assert staked.do("Bob", "root_register", hotkey="H2") == "TooManyRegistrationsThisBlock"
        staked.mine()
        again = staked.do("Bob", "root_register", hotkey="H1")
        assert again == "HotKeyAlreadyRegisteredInSubNet"
        assert staked.do("Bob", "root_register", hotkey="H3") == "NonAssociatedColdKey"

    def test_a_full_house_goes_by_stake(self, staked: Chain) -> None:
        staked.module.MaxAllowedUids[0] = 1
        staked.ok("Bob", "root_register", hotkey="H1")
        staked.mine()
        assert staked.do("Bob", "root_register", hotkey="H2") == "StakeTooLowForRoot"
        staked.ok("Bob", "add_stake", hotkey="H2", netuid=0, amount_staked=TAO)
        staked.ok("Bob", "root_register", hotkey="H2")
        assert staked.uid("H1", 0) is None
        assert staked.uid("H2", 0) == 0


class TestNames:
    def test_an_identity_needs_a_registered_hotkey(self, staked: Chain) -> None:
        fields = ("name", "url", "github_repo", "image", "discord", "description", "additional")
        identity = dict.fromkeys(fields, b"x")
        assert staked.do("Eve", "set_identity", **identity) == "HotKeyNotRegisteredInNetwork"
        long = {**identity, "name": bytes(257)}
        assert staked.do("Bob", "set_identity", **long) == "InvalidIdentity"
        staked.ok("Bob", "set_identity", **identity)
        assert staked.module.IdentitiesV2[staked.key("Bob")] == identity

    def test_a_subnet_is_described_by_its_owner(self, chain: Chain) -> None:
        fields = (
            "subnet_name", "github_repo", "subnet_contact", "subnet_url", "discord", "description",
            "logo_url", "additional",
        )  # fmt: skip
        identity = dict.fromkeys(fields, b"x")
        assert chain.do("Bob", "set_subnet_identity", netuid=1, **identity) == "NotSubnetOwner"
        chain.ok("Alice", "set_subnet_identity", netuid=1, **identity)
        info = chain.runtime.apis["SubnetInfoRuntimeApi"].get_dynamic_info(1)
        assert bytes(info["subnet_name"]) == b"x"
        chain.ok("Bob", "register_network_with_identity", hotkey="H9", identity=identity)
        assert chain.module.SubnetIdentitiesV3[2] == identity

    def test_incentive_can_be_sent_to_one_hotkey(self, staked: Chain) -> None:
        args = {"netuid": 1, "hotkey": "H1"}
        staked.ok("Bob", "set_coldkey_auto_stake_hotkey", **args)
        again = staked.do("Bob", "set_coldkey_auto_stake_hotkey", **args)
        assert again == "SameAutoStakeHotkeyAlreadySet"
        staked.ok("Bob", "set_coldkey_auto_stake_hotkey", netuid=1, hotkey="H2")
        assert staked.module.AutoStakeDestinationColdkeys[staked.key("H1"), 1] == []


class TestEpochControls:
    def test_an_epoch_can_be_asked_for(self, chain: Chain) -> None:
        chain.ok(None, "AdminUtils.sudo_set_tempo", netuid=1, tempo=360)
        assert chain.do("Bob", "trigger_epoch", netuid=1) == "BadOrigin"
        chain.ok("Alice", "trigger_epoch", netuid=1)
        assert chain.do("Alice", "trigger_epoch", netuid=1) == "EpochTriggerAlreadyPending"
        fires_at = chain.number + 10
        chain.mine(10)
        assert chain.module.LastEpochBlock[1] == fires_at
        assert chain.module.PendingEpochAt[1] == 0

    def test_the_tempo_has_bounds(self, chain: Chain) -> None:
        assert chain.do("Alice", "set_tempo", netuid=1, tempo=359) == "TempoOutOfBounds"
        chain.ok("Alice", "set_tempo", netuid=1, tempo=360)
        assert chain.module.Tempo[1] == 360

    def test_so_has_the_activity_cutoff(self, chain: Chain) -> None:
        error = chain.do("Alice", "set_activity_cutoff_factor", netuid=1, factor_milli=999)
        assert error == "ActivityCutoffFactorMilliOutOfBounds"
        chain.ok("Alice", "set_activity_cutoff_factor", netuid=1, factor_milli=2000)
        assert chain.module.activity_cutoff(1) == 40


class TestMechanisms:
    def test_the_only_mechanism_is_number_0(self, staked: Chain) -> None:
        staked.mine(20)
        args = {"netuid": 1, "dests": [2], "weights": [1], "version_key": 0}
        assert staked.do("H1", "set_mechanism_weights", **args, mecid=1) == "MechanismDoesNotExist"
        staked.ok("H1", "set_mechanism_weights", **args, mecid=0)
        assert staked.module.Weights[1, 1] == [(2, 65535)]
        assert staked.refused("H1", "set_mechanism_weights", **args, mecid=0) == "Custom(6)"
