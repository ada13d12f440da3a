"""AdminUtils and Commitments: who may change what, when, and within which bounds."""

import pytest
from fixtures_chain import TAO, Chain


def setter(name: str) -> str:
    return f"AdminUtils.sudo_set_{name}"


class TestWhoMayCall:
    def test_root_sets_the_tempo(self, chain: Chain) -> None:
        assert chain.do("Alice", setter("tempo"), netuid=1, tempo=7) == "BadOrigin"
        chain.ok(None, setter("tempo"), netuid=1, tempo=7)
        assert chain.module.Tempo[1] == 7

    def test_sudo_is_root(self, chain: Chain) -> None:
        inner = chain.invocation(setter("admin_freeze_window"), window=0)
        chain.ok("Alice", "Sudo.sudo", call=inner)
        assert chain.module.AdminFreezeWindow.get() == 0

    def test_the_owner_sets_hyperparameters_of_the_own_subnet(self, chain: Chain) -> None:
        args = {"netuid": 1, "immunity_period": 9}
        assert chain.do("Bob", setter("immunity_period"), **args) == "BadOrigin"
        chain.ok("Alice", setter("immunity_period"), **args)
        assert chain.module.ImmunityPeriod[1] == 9

    def test_the_owner_may_change_one_thing_once_in_two_tempos(self, chain: Chain) -> None:
        chain.ok(None, setter("admin_freeze_window"), window=0)
        chain.ok("Alice", setter("rho"), netuid=1, rho=11)
        assert chain.do("Alice", setter("rho"), netuid=1, rho=12) == "TxRateLimitExceeded"
        chain.ok("Alice", setter("immunity_period"), netuid=1, immunity_period=9)
        chain.ok(None, setter("rho"), netuid=1, rho=13)
        chain.mine(40)
        chain.ok("Alice", setter("rho"), netuid=1, rho=14)


class TestFreezeWindow:
    def test_the_blocks_before_an_epoch_are_frozen_for_root_too(self, chain: Chain) -> None:
        due = chain.module.next_epoch_block(1)
        chain.mine(due - 10 - chain.number)  # ten left: the last block in which it works
        chain.ok(None, setter("tempo"), netuid=1, tempo=20)
        chain.mine()
        error = chain.do(None, setter("tempo"), netuid=1, tempo=20)
        assert error == "AdminActionProhibitedDuringWeightsWindow"
        chain.ok(None, setter("admin_freeze_window"), window=0)
        chain.ok(None, setter("tempo"), netuid=1, tempo=20)

    def test_some_numbers_are_free_of_it(self, chain: Chain) -> None:
        chain.mine(chain.module.next_epoch_block(1) - 1 - chain.number)
        chain.ok(None, setter("weights_set_rate_limit"), netuid=1, weights_set_rate_limit=3)
        assert chain.module.WeightsSetRateLimit[1] == 3


class TestBounds:
    @pytest.mark.parametrize(
        ("name", "args", "error"),
        [
            ("tempo", {"netuid": 9, "tempo": 5}, "SubnetDoesNotExist"),
            ("min_burn", {"netuid": 1, "min_burn": TAO}, "ValueNotInBounds"),
            ("max_burn", {"netuid": 1, "max_burn": TAO // 10}, "ValueNotInBounds"),
            ("max_burn", {"netuid": 1, "max_burn": TAO}, None),
            ("burn_half_life", {"netuid": 1, "burn_half_life": 0}, "InvalidValue"),
            ("burn_half_life", {"netuid": 0, "burn_half_life": 5}, "NotPermittedOnRootSubnet"),
            ("burn_increase_mult", {"netuid": 1, "burn_increase_mult": 1 << 63}, "InvalidValue"),
            ("max_allowed_uids", {"netuid": 1, "max_allowed_uids": 300},
             "MaxAllowedUidsGreaterThanDefaultMaxAllowedUids"),
            ("max_allowed_uids", {"netuid": 1, "max_allowed_uids": 8},
             "MaxAllowedUidsLessThanMinAllowedUids"),
            ("max_allowed_validators", {"netuid": 1, "max_allowed_validators": 300},
             "MaxValidatorsLargerThanMaxUIds"),
            ("bonds_moving_average", {"netuid": 1, "bonds_moving_average": 975_001}, None),
            ("alpha_sigmoid_steepness", {"netuid": 1, "steepness": -1}, None),
            ("commit_reveal_weights_interval", {"netuid": 1, "interval": 0},
             "RevealPeriodTooSmall"),
            ("alpha_values", {"netuid": 1, "alpha_low": 5000, "alpha_high": 50000},
             "LiquidAlphaDisabled"),
            ("max_epochs_per_block", {"max_epochs_per_block": 0}, "ValueNotInBounds"),
        ],
    )  # fmt: skip
    def test_values_are_checked(
        self, chain: Chain, name: str, args: dict[str, int], error: str | None
    ) -> None:
        chain.ok(None, setter("admin_freeze_window"), window=0)
        assert chain.do(None, setter(name), **args) == error

    def test_liquid_alpha(self, chain: Chain) -> None:
        chain.ok(None, setter("admin_freeze_window"), window=0)
        chain.ok(None, setter("liquid_alpha_enabled"), netuid=1, enabled=True)
        chain.ok(None, setter("alpha_values"), netuid=1, alpha_low=5000, alpha_high=50000)
        assert chain.module.AlphaValues[1] == (5000, 50000)

    def test_switches_take_effect(self, chain: Chain) -> None:
        chain.ok(None, setter("network_registration_allowed"), netuid=1, registration_allowed=False)
        error = chain.do("Bob", "burned_register", netuid=1, hotkey="Hot")
        assert error == "SubNetRegistrationDisabled"
        chain.ok(None, setter("subnet_emission_enabled"), netuid=1, enabled=False)
        before = chain.module.SubnetTAO[1]
        chain.mine()
        assert chain.module.SubnetTAO[1] == before


class TestCommitments:
    INFO = {"fields": [("Raw5", b"hello")]}  # noqa: RUF012 - a value that no test changes

    def test_a_neuron_leaves_a_note(self, chain: Chain) -> None:
        chain.register("Bob", "Hot")
        chain.ok("Hot", "Commitments.set_commitment", netuid=1, info=self.INFO)
        note = chain.runtime.commitments.CommitmentOf[1, chain.key("Hot")]
        assert note["info"] == self.INFO
        assert note["block"] == chain.number

    def test_strangers_may_not(self, chain: Chain) -> None:
        error = chain.do("Hot", "Commitments.set_commitment", netuid=1, info=self.INFO)
        assert error == "AccountNotAllowedCommit"

    def test_fields_and_space_are_limited(self, chain: Chain) -> None:
        chain.register("Bob", "Hot")
        many = {"fields": [("Raw1", b"x")] * 4}
        error = chain.do("Hot", "Commitments.set_commitment", netuid=1, info=many)
        assert error == "TooManyFieldsInCommitmentInfo"
        big = {"fields": [("BigRaw", bytes(1_500))]}
        for _ in range(2):
            chain.ok("Hot", "Commitments.set_commitment", netuid=1, info=big)
        error = chain.do("Hot", "Commitments.set_commitment", netuid=1, info=big)
        assert error == "SpaceLimitExceeded"
        chain.mine(20)  # a new epoch has new space
        chain.ok("Hot", "Commitments.set_commitment", netuid=1, info=big)
