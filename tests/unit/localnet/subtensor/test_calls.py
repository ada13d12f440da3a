"""Calls of SubtensorModule: what they do, and which error comes first when several apply."""

import pytest
from fixtures_chain import TAO, Chain

AXON = {
    "netuid": 1, "version": 7, "ip": 0x0A000001, "port": 8091, "ip_type": 4, "protocol": 4,
    "placeholder1": 0, "placeholder2": 0,
}  # fmt: skip
LOOPBACK = 0x7F000001


class TestRegistration:
    def test_it_takes_the_next_uid_and_raises_the_price(self, chain: Chain) -> None:
        price = chain.module.Burn[1]
        before = chain.free("Bob")
        assert chain.register("Bob", "Hot") == 1
        assert chain.free("Bob") == before - price
        assert chain.module.Burn[1] == price * 126 // 100
        assert chain.module.Keys[1, 1] == chain.key("Hot")
        assert chain.module.Owner[chain.key("Hot")] == chain.key("Bob")
        assert chain.module.IsNetworkMember[chain.key("Hot"), 1]
        assert chain.module.BlockAtRegistration[1, 1] == chain.number

    def test_the_price_falls_back_by_half_in_its_half_life(self, chain: Chain) -> None:
        chain.register("Bob", "Hot")
        price = chain.module.Burn[1]
        chain.mine(360)
        assert chain.module.Burn[1] == pytest.approx(price / 2, abs=360)  # a rao lost per block

    def test_a_limit_below_the_price_is_kept(self, chain: Chain) -> None:
        price = chain.module.Burn[1]
        args = {"netuid": 1, "hotkey": "Hot"}
        error = chain.do("Bob", "register_limit", **args, limit_price=price - 1)
        assert error == "RegistrationPriceLimitExceeded"
        chain.ok("Bob", "register_limit", **args, limit_price=price)

    def test_proof_of_work_is_ignored(self, chain: Chain) -> None:
        chain.ok(
            "Bob", "register", netuid=1, block_number=0, nonce=0, work=b"", hotkey="Hot",
            coldkey="Eve",
        )  # fmt: skip
        assert chain.module.Owner[chain.key("Hot")] == chain.key("Bob")

    def test_errors_come_in_the_chains_order(self, chain: Chain) -> None:
        def register(netuid: int, who: str = "Nobody") -> str | None:
            return chain.do(who, "burned_register", netuid=netuid, hotkey="Hot")

        assert register(0) == "RegistrationNotPermittedOnRootSubnet"
        assert register(9) == "SubnetNotExists"
        chain.module.NetworkRegistrationAllowed[1] = False
        assert register(1) == "SubNetRegistrationDisabled"
        chain.module.NetworkRegistrationAllowed[1] = True
        assert register(1) == "NotEnoughBalanceToStake"
        assert register(1, "Bob") is None
        assert register(1) == "HotKeyAlreadyRegisteredInSubNet"
        assert register(1, "Dave") == "HotKeyAlreadyRegisteredInSubNet"

    def test_a_hotkey_belongs_to_one_coldkey(self, chain: Chain) -> None:
        chain.ok("Bob", "try_associate_hotkey", hotkey="Hot")
        error = chain.do("Dave", "burned_register", netuid=1, hotkey="Hot")
        assert error == "NonAssociatedColdKey"

    def test_the_pool_turns_away_what_cannot_work(self, chain: Chain) -> None:
        args = {"hotkey": "Hot"}
        assert chain.refused("Bob", "burned_register", netuid=9, **args) == "Custom(3)"
        assert chain.refused("Nobody", "burned_register", netuid=1, **args) == "Custom(2)"
        assert chain.refused("Bob", "burned_register", netuid=1, **args) is None


class TestPruning:
    @staticmethod
    def fill(chain: Chain) -> None:
        """Slots 0 (the owner) to 3 are taken, one a block, and nobody is immune any more."""
        chain.module.MaxAllowedUids[1] = 4
        chain.module.ImmunityPeriod[1] = 10
        chain.module.MinNonImmuneUids[1] = 0
        for name in ("H1", "H2", "H3"):
            chain.register("Bob", name)
            chain.mine()
        chain.mine(10)

    def test_the_lowest_emission_goes_first(self, chain: Chain) -> None:
        self.fill(chain)
        chain.module.Emission[1] = [0, 5, 3, 9]
        chain.ok("H2", "serve_axon", **AXON)
        chain.module.Weights[1, 2] = [(1, 65535)]
        assert chain.register("Dave", "New") == 2
        assert chain.uid("H2") is None
        assert chain.module.Axons[1, chain.key("H2")] is None
        assert chain.module.Weights[1, 2] == []
        assert chain.module.LastUpdate[1][2] == chain.number
        assert not chain.module.IsNetworkMember[chain.key("H2"), 1]

    def test_equal_emission_prunes_the_oldest(self, chain: Chain) -> None:
        self.fill(chain)
        assert chain.register("Dave", "New") == 1

    def test_the_immune_are_spared_while_others_can_go(self, chain: Chain) -> None:
        self.fill(chain)
        chain.module.Emission[1] = [0, 5, 3, 9]
        chain.module.BlockAtRegistration[1, 2] = chain.number
        assert chain.register("Dave", "New") == 1

    def test_when_all_are_immune_the_worst_of_them_goes(self, chain: Chain) -> None:
        self.fill(chain)
        chain.module.ImmunityPeriod[1] = 5_000
        chain.module.Emission[1] = [0, 5, 3, 9]
        assert chain.register("Dave", "New") == 2

    def test_the_owner_alone_leaves_no_room(self, chain: Chain) -> None:
        chain.module.MaxAllowedUids[1] = 1
        error = chain.do("Bob", "burned_register", netuid=1, hotkey="Hot")
        assert error == "NoNeuronIdAvailable"


class TestServing:
    def test_an_axon_is_published_with_its_block(self, chain: Chain) -> None:
        chain.register("Bob", "Hot")
        chain.ok("Hot", "serve_axon", **AXON)
        stored = chain.module.Axons[1, chain.key("Hot")]
        assert stored["block"] == chain.number
        assert {key: stored[key] for key in ("ip", "port", "version")} == {
            "ip": 0x0A000001, "port": 8091, "version": 7,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("changed", "error"),
        [
            ({"ip_type": 5, "ip": LOOPBACK, "port": 0}, "InvalidIpType"),
            ({"ip": LOOPBACK, "port": 0}, "InvalidIpAddress"),
            ({"ip": 0xFFFFFFFF}, "InvalidIpAddress"),
            ({"ip": 1 << 40}, "InvalidIpAddress"),
            ({"ip": 1, "ip_type": 6}, "InvalidIpAddress"),
            ({"ip": (1 << 128) - 1, "ip_type": 6}, "InvalidIpAddress"),
            ({"port": 0}, "InvalidPort"),
            ({"ip": 0}, None),
            ({"ip": 0x20010DB8 << 96, "ip_type": 6}, None),
        ],
    )
    def test_addresses_are_checked(
        self, chain: Chain, changed: dict[str, int], error: str | None
    ) -> None:
        chain.register("Bob", "Hot")
        assert chain.do("Hot", "serve_axon", **{**AXON, **changed}) == error

    def test_strangers_come_before_bad_addresses(self, chain: Chain) -> None:
        error = chain.do("Hot", "serve_axon", **{**AXON, "ip_type": 5})
        assert error == "HotKeyNotRegisteredInNetwork"
        assert chain.refused("Hot", "serve_axon", **AXON) == "Custom(10)"

    def test_it_may_be_repeated_after_the_rate_limit(self, chain: Chain) -> None:
        chain.register("Bob", "Hot")
        chain.ok("Hot", "serve_axon", **AXON)
        chain.mine(4)
        assert chain.do("Hot", "serve_axon", **{**AXON, "port": 0}) == "ServingRateLimitExceeded"
        assert chain.refused("Hot", "serve_axon", **AXON) == "Custom(12)"
        chain.mine()
        chain.ok("Hot", "serve_axon", **AXON)

    def test_prometheus_needs_an_address(self, chain: Chain) -> None:
        chain.register("Bob", "Hot")
        args = {"netuid": 1, "version": 1, "port": 9090, "ip_type": 4}
        assert chain.do("Hot", "serve_prometheus", **args, ip=0) == "InvalidIpAddress"
        chain.ok("Hot", "serve_prometheus", **args, ip=0x0A000001)


class TestWeights:
    @staticmethod
    def validator(chain: Chain) -> None:
        """uid 1 is a validator with a permit, uid 2 a miner."""
        chain.register("Bob", "Val")
        chain.register("Bob", "Min")
        chain.ok("Bob", "add_stake", hotkey="Val", netuid=1, amount_staked=100 * TAO)
        chain.mine(21)

    def test_they_are_stored_scaled_to_the_largest(self, chain: Chain) -> None:
        self.validator(chain)
        chain.ok("Val", "set_weights", netuid=1, dests=[0, 2], weights=[1, 2], version_key=0)
        assert chain.module.Weights[1, 1] == [(0, 32768), (2, 65535)]
        assert chain.module.LastUpdate[1][1] == chain.number

    def test_errors_come_in_the_chains_order(self, chain: Chain) -> None:
        self.validator(chain)

        def weigh(who: str, dests: list[int], weights: list[int], netuid: int = 1) -> str | None:
            return chain.do(
                who, "set_weights", netuid=netuid, dests=dests, weights=weights, version_key=0
            )

        chain.module.CommitRevealWeightsEnabled[1] = True
        assert weigh("Val", [0], []) == "CommitRevealEnabled"
        chain.module.CommitRevealWeightsEnabled[1] = False
        chain.module.CommitRevealWeightsEnabled[0] = False
        assert weigh("Val", [0], [], 0) == "CanNotSetRootNetworkWeights"
        assert weigh("Nobody", [0], []) == "WeightVecNotEqualSize"
        assert weigh("Nobody", [0] * 9, [1] * 9) == "UidsLengthExceedUidsInSubNet"
        assert weigh("Nobody", [0], [1]) == "HotKeyNotRegisteredInSubNet"
        chain.module.StakeThreshold.set(1)
        assert weigh("Min", [0], [1]) == "NotEnoughStakeToSetWeights"
        chain.module.StakeThreshold.set(0)
        assert weigh("Min", [0, 0], [1, 1]) == "NeuronNoValidatorPermit"
        assert weigh("Val", [0, 0], [1, 1]) == "DuplicateUids"
        assert weigh("Val", [0, 7], [1, 1]) == "UidVecContainInvalidOne"
        chain.module.MinAllowedWeights[1] = 2
        assert weigh("Val", [0], [1]) == "WeightVecLengthIsLow"
        assert weigh("Val", [1], [1]) is None  # weighing only oneself is exempt
        assert weigh("Val", [0, 2], [1, 1]) == "SettingWeightsTooFast"
        args = {"netuid": 1, "dests": [0, 2], "weights": [1, 1], "version_key": 0}
        assert chain.refused("Val", "set_weights", **args) == "Custom(6)"
        chain.mine(5)
        assert weigh("Val", [0, 2], [1, 1]) is None

    def test_an_old_version_key_is_refused(self, chain: Chain) -> None:
        self.validator(chain)
        chain.module.WeightsVersionKey[1] = 5
        args = {"netuid": 1, "dests": [2], "weights": [1]}
        assert chain.do("Val", "set_weights", **args, version_key=4) == "IncorrectWeightVersionKey"
        chain.ok("Val", "set_weights", **args, version_key=5)


class TestStaking:
    def test_stake_is_bought_at_the_pools_price_and_sold_back(self, chain: Chain) -> None:
        chain.register("Bob", "Hot")
        pool = chain.module.pool(1)
        before = chain.free("Bob")
        chain.ok("Bob", "add_stake", hotkey="Hot", netuid=1, amount_staked=10 * TAO)
        fee = 10 * TAO * 33 // 65535
        assert chain.stake("Hot", "Bob") == pool.alpha_for_tao(10 * TAO - fee)
        assert chain.free("Bob") == before - 10 * TAO
        chain.ok("Bob", "remove_stake", hotkey="Hot", netuid=1, amount_unstaked=10**18)
        assert chain.stake("Hot", "Bob") == 0
        lost = before - chain.free("Bob")
        assert 0 < lost == pytest.approx(2 * fee, rel=0.01)

    def test_root_stake_is_one_to_one_and_free(self, chain: Chain) -> None:
        chain.register("Bob", "Hot")
        chain.ok("Bob", "add_stake", hotkey="Hot", netuid=0, amount_staked=10 * TAO)
        assert chain.stake("Hot", "Bob", 0) == 10 * TAO

    def test_errors_come_in_the_chains_order(self, chain: Chain) -> None:
        def add(who: str, amount: int, netuid: int = 1, hotkey: str = "None") -> str | None:
            return chain.do(who, "add_stake", hotkey=hotkey, netuid=netuid, amount_staked=amount)

        assert add("Nobody", 10**18) == "InsufficientLiquidity"
        assert add("Nobody", 1, netuid=9) == "SubnetNotExists"
        chain.module.SubtokenEnabled[1] = False
        assert add("Nobody", 1) == "SubtokenDisabled"
        chain.module.SubtokenEnabled[1] = True
        assert add("Nobody", 1_999_999) == "AmountTooLow"
        assert add("Nobody", TAO) == "NotEnoughBalanceToStake"
        assert add("Bob", TAO) == "HotKeyAccountNotExists"
        chain.ok("Bob", "try_associate_hotkey", hotkey="Hot")
        assert add("Bob", TAO, hotkey="Hot") is None

    def test_removing_checks_too(self, chain: Chain) -> None:
        def remove(amount: int, hotkey: str = "Hot") -> str | None:
            return chain.do("Bob", "remove_stake", hotkey=hotkey, netuid=1, amount_unstaked=amount)

        assert remove(1) == "HotKeyAccountNotExists"
        chain.register("Bob", "Hot")
        assert remove(1) == "AmountTooLow"
        chain.ok("Bob", "add_stake", hotkey="Hot", netuid=1, amount_staked=TAO)
        assert remove(0) == "AmountTooLow"
        assert remove(1000) == "AmountTooLow"  # a part worth less than the smallest stake
        assert remove(chain.stake("Hot", "Bob")) is None

    def test_a_limit_price_stops_or_refuses(self, chain: Chain) -> None:
        chain.register("Bob", "Hot")
        price = chain.module.price_rao(1)
        args = {"hotkey": "Hot", "netuid": 1}
        low = {**args, "amount_staked": TAO, "limit_price": price - 10**6, "allow_partial": True}
        assert chain.do("Bob", "add_stake_limit", **low) == "PriceLimitExceeded"
        big = {**args, "amount_staked": 500_000 * TAO, "limit_price": price * 101 // 100}
        assert chain.do("Bob", "add_stake_limit", **big, allow_partial=False) == "SlippageTooHigh"
        chain.ok("Bob", "add_stake_limit", **big, allow_partial=True)
        assert chain.module.price_rao(1) == pytest.approx(price * 1.01, rel=1e-4)
        half = {
            **args,
            "amount_unstaked": 10**15,
            "limit_price": chain.module.price_rao(1) * 999 // 1000,
        }
        chain.ok("Bob", "remove_stake_limit", **half, allow_partial=True)
        assert chain.module.price_rao(1) == pytest.approx(price * 1.01 * 0.999, rel=1e-4)


class TestNetworks:
    def test_a_new_subnet_belongs_to_its_creator(self, chain: Chain) -> None:
        before = chain.free("Bob")
        chain.module.SubnetMechanism[1] = 0  # no other subnet has a price
        chain.ok("Bob", "register_network", hotkey="Hot")
        assert chain.module.NetworksAdded[2]
        assert chain.free("Bob") == before - 1000 * TAO
        assert chain.module.SubnetTAO[2] == chain.module.SubnetAlphaIn[2] == 1000 * TAO  # D25
        assert chain.module.SubnetLocked[2] == 1000 * TAO
        assert chain.uid("Hot", 2) == 0
        assert not chain.module.SubnetEmissionEnabled[2]
        error = chain.do("Dave", "register_network", hotkey="Hot2")
        assert error == "NetworkTxRateLimitExceeded"

    def test_its_alpha_starts_at_the_others_median_price(self, chain: Chain) -> None:
        chain.module.NetworkRateLimit.set(0)
        chain.module.SubnetTAO[1] = 3 * chain.module.SubnetAlphaIn[1]
        chain.ok("Bob", "register_network", hotkey="Hot")
        assert chain.module.price_rao(2) == pytest.approx(3 * TAO, abs=9)

    def test_it_trades_only_after_start_call(self, chain: Chain) -> None:
        chain.ok("Bob", "register_network", hotkey="Hot")
        stake = {"hotkey": "Hot", "netuid": 2, "amount_staked": TAO}
        assert chain.do("Bob", "add_stake", **stake) == "SubtokenDisabled"
        assert chain.do("Dave", "start_call", netuid=2) == "BadOrigin"
        assert chain.do("Bob", "start_call", netuid=9) == "SubnetNotExists"
        chain.ok("Bob", "start_call", netuid=2)
        assert chain.module.FirstEmissionBlockNumber[2] == chain.number + 1
        chain.ok("Bob", "add_stake", **stake)
        again = chain.do("Bob", "start_call", netuid=2)
        assert again == "FirstEmissionBlockNumberAlreadySet"

    def test_the_next_one_costs_twice_as_much(self, chain: Chain) -> None:
        chain.ok("Bob", "register_network", hotkey="Hot")
        assert chain.module.lock_cost() == 2000 * TAO
        assert chain.do("Nobody", "register_network", hotkey="X") == "NetworkTxRateLimitExceeded"


def test_every_error_has_a_sentence_for_clients_to_show(chain: Chain) -> None:
    bare = [
        f"{pallet.name}.{name}"
        for pallet in chain.runtime.pallets
        for name, variant in pallet.error_variants.items()
        if not variant.docs or not variant.docs[0].endswith(".")
    ]
    assert bare == []
