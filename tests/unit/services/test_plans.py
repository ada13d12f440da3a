"""What each use case would sign, what it promises, and when it refuses."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taocli.domain.address import Address
from taocli.domain.balance import alpha, tao
from taocli.domain.errors import (
    ChainRefused,
    InvalidAmount,
    NotEnoughBalance,
    NotRegistered,
    PriceError,
    ValidationError,
)
from taocli.domain.neuron import AxonEndpoint
from taocli.domain.stake import StakePosition
from taocli.services.balances import plan_transfer
from taocli.services.registration import plan_registration
from taocli.services.serving import plan_serve_axon
from taocli.services.staking import plan_add, plan_remove
from taocli.services.weights import plan_set_weights, upscale

COLD, HOT, OTHER = Address(b"c" * 32), Address(b"h" * 32), Address(b"x" * 32)


class TestTransfer:
    async def test_shows_both_sides(self, chain):
        chain.balances = {COLD: tao(10), OTHER: tao(1)}
        plan = await plan_transfer(chain, COLD, OTHER, tao("2.5"))
        assert plan.call.function == "transfer_keep_alive"
        assert plan.call.args == {"dest": OTHER, "value": 2_500_000_000}
        assert [(effect.before, effect.after) for effect in plan.effects] == [
            ("τ10", "τ7.5"),
            ("τ1", "τ3.5"),
        ]

    async def test_refuses_what_is_not_there(self, chain):
        with pytest.raises(NotEnoughBalance):
            await plan_transfer(chain, COLD, OTHER, tao(1))

    @pytest.mark.parametrize("amount", [tao(0), tao(-1), alpha(1, 1)])
    async def test_refuses_what_is_no_amount_of_tao(self, chain, amount):
        chain.balances = {COLD: tao(10)}
        with pytest.raises(InvalidAmount):
            await plan_transfer(chain, COLD, OTHER, amount)


class TestRegistration:
    async def test_the_limit_travels_with_the_call(self, chain):
        chain.balances = {COLD: tao(10)}
        plan = await plan_registration(chain, COLD, HOT, 1, tao(1))
        assert plan.signer == COLD
        assert plan.call.function == "register_limit"
        assert plan.call.args == {"netuid": 1, "hotkey": HOT, "limit_price": 1_000_000_000}

    async def test_nothing_to_do_for_a_neuron(self, chain):
        chain.uids = {HOT: 3}
        assert await plan_registration(chain, COLD, HOT, 1, tao(1)) is None

    async def test_a_price_at_the_limit_is_paid_and_above_it_not(self, chain):
        chain.balances = {COLD: tao(10)}
        assert await plan_registration(chain, COLD, HOT, 1, tao("0.5")) is not None
        with pytest.raises(PriceError):
            await plan_registration(chain, COLD, HOT, 1, tao("0.499999999"))

    async def test_a_poor_coldkey(self, chain):
        chain.balances = {COLD: tao("0.4")}
        with pytest.raises(NotEnoughBalance):
            await plan_registration(chain, COLD, HOT, 1, tao(1))

    async def test_a_closed_subnet_and_one_that_is_not_there(self, chain):
        chain.balances = {COLD: tao(10)}
        with pytest.raises(ValidationError):
            await plan_registration(chain, COLD, HOT, 2, tao(1))
        chain.subnet_1 = replace(chain.subnet_1, registration_allowed=False)
        with pytest.raises(ChainRefused):
            await plan_registration(chain, COLD, HOT, 1, tao(1))


class TestServing:
    HERE = AxonEndpoint("10.0.0.1", 8091)

    async def test_announces_once(self, chain):
        chain.uids = {HOT: 1}
        plan = await plan_serve_axon(chain, HOT, 1, self.HERE)
        assert plan.signer == HOT
        assert (plan.call.args["ip"], plan.call.args["port"]) == (0x0A000001, 8091)
        chain.axons = {HOT: replace(self.HERE, block=77)}
        assert await plan_serve_axon(chain, HOT, 1, self.HERE) is None

    @pytest.mark.parametrize(
        "stored", [AxonEndpoint("10.0.0.2", 8091), AxonEndpoint("10.0.0.1", 8092)]
    )
    async def test_announces_again_when_something_changed(self, chain, stored):
        chain.uids, chain.axons = {HOT: 1}, {HOT: stored}
        plan = await plan_serve_axon(chain, HOT, 1, self.HERE)
        assert plan.effects[0].before == stored.url

    async def test_only_neurons_serve(self, chain):
        with pytest.raises(NotRegistered):
            await plan_serve_axon(chain, HOT, 1, self.HERE)


class TestStaking:
    async def test_adding_shows_what_the_pool_gives_and_bounds_the_price(self, chain):
        chain.balances = {COLD: tao(300)}
        plan = await plan_add(chain, COLD, HOT, 1, tao(250))
        assert plan.call.function == "add_stake_limit"
        assert plan.call.args["limit_price"] == 2_100_000_000
        assert plan.call.args["allow_partial"] is False
        # 500 alpha * 250 / (1000 + 250): a quarter more TAO, a fifth of the alpha
        assert plan.effects[1].after == "about 100α1"

    async def test_removing_is_the_way_back(self, chain):
        chain.balances = {COLD: tao(1)}
        chain.positions = [StakePosition(COLD, HOT, 1, alpha(500, 1))]
        plan = await plan_remove(chain, COLD, HOT, alpha(500, 1))
        assert plan.call.args["limit_price"] == 1_900_000_000
        assert plan.effects[1].after == "about τ501"

    async def test_root_has_no_pool(self, chain):
        chain.balances = {COLD: tao(300)}
        chain.subnet_1 = replace(
            chain.subnet_1, netuid=0, price=Fraction(1), tao_in=tao(0), alpha_in=tao(0)
        )
        plan = await plan_add(chain, COLD, HOT, 1, tao(5))
        assert plan.call.args["limit_price"] == 1_000_000_000

    async def test_more_than_there_is(self, chain):
        chain.positions = [StakePosition(COLD, OTHER, 1, alpha(500, 1))]
        with pytest.raises(NotEnoughBalance):
            await plan_add(chain, COLD, HOT, 1, tao(1))
        with pytest.raises(InvalidAmount):
            await plan_remove(chain, COLD, HOT, alpha(1, 1))
        with pytest.raises(InvalidAmount):
            await plan_add(chain, COLD, HOT, 1, alpha(1, 1))


class TestWeights:
    async def test_the_call_names_uids_in_order(self, chain):
        plan = await plan_set_weights(chain, HOT, 1, {5: Fraction(1, 4), 2: Fraction(1, 2)})
        assert plan.call.args["dests"] == [2, 5]
        assert plan.call.args["weights"] == [65535, 32768]

    @pytest.mark.parametrize("weights", [{}, {1: Fraction(0)}, {1: Fraction(1), 2: Fraction(-1)}])
    def test_no_weights(self, weights):
        with pytest.raises(ValidationError):
            upscale(weights)

    @given(
        st.dictionaries(
            st.integers(0, 65535), st.fractions(0, 1, max_denominator=10**6), min_size=1
        ).filter(lambda weights: any(weights.values()))
    )
    def test_proportions_survive(self, weights):
        uids, values = upscale(weights)
        largest = max(weights.values())
        assert max(values) == 65535
        assert uids == sorted(weights)
        for uid, value in zip(uids, values, strict=True):
            assert 0 <= value <= 65535
            assert abs(Fraction(value, 65535) - weights[uid] / largest) <= Fraction(1, 2 * 65535)
