"""Fees in alpha: who may pay so, what it costs, who gets it, and that nothing gets lost."""

from typing import Any

import pytest
from fixtures_chain import TAO, Chain
from fixtures_events import listen
from hypothesis import given, settings
from hypothesis import strategies as st

from taocli.localnet.dev_keys import dev_key
from taocli.localnet.frame.extrinsic import (
    ChainIdentity,
    Conditions,
    encode_signed,
    signing_payload,
)
from taocli.localnet.frame.outcome import InvalidTransaction
from taocli.localnet.pallets.subtensor.pools import subnet_account

AUTHOR = "One"
POOR = 1_000
"""Rao: enough for an account to live, not enough for a fee."""


def send(chain: Chain, who: str, call: str, /, tip: int = 0, **args: Any) -> Any:
    """Sign a call and put it into the block; how it went, or what the block says to it."""
    runtime, invocation = chain.runtime, chain.invocation(call, **args)
    genesis = runtime.system.BlockHash[0]
    nonce = runtime.system.Account[chain.key(who)]["nonce"]
    conditions = Conditions(None, nonce, tip)
    identity = ChainIdentity(
        runtime.version.spec_version, runtime.version.transaction_version, genesis, genesis
    )
    payload = signing_payload(invocation.encode(), conditions, identity)
    signature = ("Sr25519", dev_key(who).sign(payload))
    encoded = encode_signed(chain.key(who), signature, conditions, invocation.encode())
    try:
        return runtime.apply(encoded)
    except InvalidTransaction as refusal:
        return refusal.reason


def impoverish(chain: Chain, who: str, left: int = POOR) -> None:
    """Leave an account just alive."""
    chain.ok(None, "Balances.force_set_balance", who=chain.key(who), new_free=left)


@pytest.fixture
def poor(chain: Chain) -> Chain:
    """Bob has about 100 alpha on Hot and no TAO to speak of."""
    chain.register("Bob", "Hot")
    chain.ok("Bob", "try_associate_hotkey", hotkey="Own")
    chain.ok("Bob", "add_stake", hotkey="Hot", netuid=1, amount_staked=100 * TAO)
    impoverish(chain, "Bob")
    return chain


HOT = {"hotkey": "Hot", "netuid": 1}
SWAP = {"hotkey": "Hot", "origin_netuid": 1, "destination_netuid": 0, "alpha_amount": TAO}
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("remove_stake", {**HOT, "amount_unstaked": TAO}),
    ("remove_stake_limit", {**HOT, "amount_unstaked": TAO, "limit_price": 1, "allow_partial": True}),
    ("remove_stake_full_limit", {**HOT, "limit_price": None}),
    ("unstake_all", {"hotkey": "Hot"}),
    ("unstake_all_alpha", {"hotkey": "Hot"}),
    (
        "move_stake",
        {
            "origin_hotkey": "Hot", "destination_hotkey": "Own", "origin_netuid": 1,
            "destination_netuid": 1, "alpha_amount": TAO,
        },
    ),
    ("transfer_stake", {**SWAP, "destination_coldkey": "Dave"}),
    ("swap_stake", SWAP),
    ("swap_stake_limit", {**SWAP, "limit_price": 1, "allow_partial": True}),
    ("recycle_alpha", {**HOT, "amount": TAO}),
    ("burn_alpha", {**HOT, "amount": TAO}),
]  # fmt: skip


class TestPaying:
    @pytest.mark.parametrize(("call", "args"), CALLS, ids=[name for name, _ in CALLS])
    def test_calls_that_take_stake_out_may_pay_from_it(
        self, poor: Chain, call: str, args: dict[str, Any]
    ) -> None:
        heard, price = listen(poor.module), poor.module.price_rao(1)
        outcome = send(poor, "Bob", call, **args)
        assert outcome.ok, outcome.error
        who, netuid, alpha, tao = heard[-1][1]
        assert heard[-1][0] == "TransactionFeePaidWithAlpha"
        assert (who, netuid) == (poor.key("Bob"), 1)
        assert alpha == outcome.fee * TAO // price
        assert tao == pytest.approx(outcome.fee, rel=1e-4)  # the sale itself moves the price
        assert poor.free("Bob") >= POOR

    def test_it_is_the_fee_and_the_tip_and_the_author_gets_both(self, poor: Chain) -> None:
        held, before = poor.stake("Hot", "Bob"), poor.free(AUTHOR)
        issued = poor.runtime.balances.TotalIssuance.get()
        heard = listen(poor.module)
        paid = listen(poor.runtime.transaction_payment)
        outcome = send(poor, "Bob", "burn_alpha", tip=10**6, **HOT, amount=TAO)
        _, _, alpha, tao = heard[-1][1]
        assert tao == pytest.approx(outcome.fee + 10**6, rel=1e-4)
        assert poor.stake("Hot", "Bob") == held - alpha - TAO
        assert poor.free(AUTHOR) == before + tao
        assert poor.free("Bob") == POOR
        assert poor.runtime.balances.TotalIssuance.get() == issued
        total = outcome.fee + 10**6
        assert paid == [("TransactionFeePaid", (poor.key("Bob"), total, 10**6))]

    def test_without_an_author_the_tao_is_burned(self, poor: Chain) -> None:
        poor.runtime.aura.Authorities.set([])
        balances = poor.runtime.balances
        issued = balances.TotalIssuance.get()
        heard = listen(poor.module)
        assert send(poor, "Bob", "burn_alpha", **HOT, amount=TAO).ok
        assert balances.TotalIssuance.get() == issued - heard[-1][1][3]
        assert balances.free(subnet_account(1)) == poor.module.SubnetTAO[1]

    def test_who_has_tao_pays_tao(self, poor: Chain) -> None:
        impoverish(poor, "Bob", TAO)
        held = poor.stake("Hot", "Bob")
        heard = listen(poor.module)
        outcome = send(poor, "Bob", "burn_alpha", **HOT, amount=TAO)
        assert [name for name, _ in heard] == ["AlphaBurned"]
        assert poor.free("Bob") == TAO - outcome.fee
        assert poor.stake("Hot", "Bob") == held - TAO

    def test_a_call_that_fails_has_paid(self, poor: Chain) -> None:
        held = poor.stake("Hot", "Bob")
        outcome = send(poor, "Bob", "remove_stake", **HOT, amount_unstaked=0)
        assert outcome.error.label == "SubtensorModule.AmountTooLow"
        assert poor.stake("Hot", "Bob") < held

    def test_what_is_left_can_all_be_taken_out(self, poor: Chain) -> None:
        held = poor.stake("Hot", "Bob")
        assert send(poor, "Bob", "remove_stake", **HOT, amount_unstaked=held).ok
        assert poor.stake("Hot", "Bob") == 0


class TestRefusing:
    def test_other_calls_want_tao(self, poor: Chain) -> None:
        assert send(poor, "Bob", "add_stake", **HOT, amount_staked=TAO) == "Payment"
        dest = poor.key("Dave")
        assert send(poor, "Bob", "Balances.transfer_keep_alive", dest=dest, value=1) == "Payment"

    def test_nor_do_nested_calls_pay_so(self, poor: Chain) -> None:
        inner = poor.invocation("burn_alpha", **HOT, amount=TAO)
        assert send(poor, "Bob", "Utility.batch", calls=[inner]) == "Payment"

    def test_stake_that_is_not_there_pays_nothing(self, poor: Chain) -> None:
        own = {"hotkey": "Own", "netuid": 1, "amount_unstaked": TAO}
        assert send(poor, "Bob", "remove_stake", **own) == "Payment"
        assert send(poor, "Bob", "remove_stake", **{**own, "netuid": 9}) == "Payment"
        assert send(poor, "Bob", "unstake_all", hotkey="Own") == "Payment"

    def test_two_subnets_are_one_too_many(self, poor: Chain) -> None:
        impoverish(poor, "Bob", 50 * TAO)
        poor.ok("Bob", "add_stake", hotkey="Hot", netuid=0, amount_staked=10 * TAO)
        impoverish(poor, "Bob")
        assert send(poor, "Bob", "unstake_all", hotkey="Hot") == "Payment"
        root = {"hotkey": "Hot", "netuid": 0, "amount_unstaked": TAO}
        heard = listen(poor.module)
        outcome = send(poor, "Bob", "remove_stake", **root)
        assert outcome.ok  # root stake pays one for one
        assert heard[-1][1] == (poor.key("Bob"), 0, outcome.fee, outcome.fee)

    def test_locked_alpha_pays_nothing(self, poor: Chain) -> None:
        poor.ok("Bob", "lock_stake", hotkey="Hot", netuid=1, amount=poor.stake("Hot", "Bob"))
        assert send(poor, "Bob", "remove_stake", **HOT, amount_unstaked=TAO) == "Payment"

    def test_a_dry_pool_buys_no_fee(self, poor: Chain) -> None:
        poor.module.SubnetTAO[1] = 1_000
        assert send(poor, "Bob", "remove_stake", **HOT, amount_unstaked=TAO) == "Payment"


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(CALLS), st.integers(0, 10**7)), max_size=8), st.booleans()
)
def test_no_tao_or_alpha_appears_or_vanishes(
    steps: list[tuple[tuple[str, dict[str, Any]], int]], authored: bool
) -> None:
    chain = Chain()
    chain.register("Bob", "Hot")
    chain.ok("Bob", "try_associate_hotkey", hotkey="Own")
    chain.ok("Bob", "add_stake", hotkey="Hot", netuid=1, amount_staked=100 * TAO)
    if not authored:
        chain.runtime.aura.Authorities.set([])
    module, balances = chain.module, chain.runtime.balances
    heard = listen(module)
    for (call, args), tip in steps:
        impoverish(chain, "Bob")
        send(chain, "Bob", call, tip=tip, **args)
        accounts = [account["data"] for _, account in chain.runtime.system.Account.items_under()]
        held = sum(data["free"] + data["reserved"] for data in accounts)
        assert balances.TotalIssuance.get() == held
        for netuid in (0, 1):
            reserve = module.SubnetTAO[netuid]
            assert balances.free(subnet_account(netuid)) == reserve or reserve < 500
    burned = sum(values[2] for name, values in heard if name == "AlphaBurned")
    pots = sum(pot for (_, netuid), pot in module.TotalHotkeyAlpha.items_under() if netuid == 1)
    waiting = sum(
        item[1]
        for item in (
            module.PendingOwnerCut,
            module.PendingServerEmission,
            module.PendingValidatorEmission,
            module.PendingRootAlphaDivs,
            module.SubnetProtocolAlpha,
        )
    )
    assert module.SubnetAlphaOut[1] == pots + waiting + burned
    assert module.TotalStake.get() == module.SubnetTAO[0] + module.SubnetTAO[1]
