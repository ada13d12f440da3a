"""Crowdloans: what may be given, taken back and used, and that no rao of it is ever lost."""

from typing import Any

import pytest
from fixtures_chain import TAO, Chain
from hypothesis import given, settings
from hypothesis import strategies as st

from taocli.localnet.pallets.crowdloan_ledger import funds_account

END = 60_000
PEOPLE = ("Alice", "Bob", "Dave")


@pytest.fixture
def chain() -> Chain:
    return Chain()


def create(chain: Chain, who: str = "Alice", **changed: Any) -> str | None:
    """Create a loan of 100 TAO for Eve; the error's name, or None."""
    args = {
        "deposit": 10 * TAO, "min_contribution": TAO, "cap": 100 * TAO, "end": END,
        "call": None, "target_address": chain.key("Eve"),
    }  # fmt: skip
    return chain.do(who, "Crowdloan.create", **{**args, **changed})


def act(chain: Chain, who: str, call: str, **args: Any) -> str | None:
    return chain.do(who, f"Crowdloan.{call}", crowdloan_id=0, **args)


def loan(chain: Chain, number: int = 0) -> Any:
    return chain.runtime.crowdloan.Crowdloans[number]


def given_by(chain: Chain, who: str) -> Any:
    return chain.runtime.crowdloan.Contributions[0, chain.key(who)]


@pytest.fixture
def open_loan(chain: Chain) -> Chain:
    assert create(chain) is None
    return chain


@pytest.fixture
def full_loan(open_loan: Chain) -> Chain:
    assert act(open_loan, "Bob", "contribute", amount=90 * TAO) is None
    return open_loan


class TestCreating:
    def test_the_deposit_is_the_first_contribution(self, chain: Chain) -> None:
        before = chain.free("Alice")
        assert create(chain) is None
        assert before - chain.free("Alice") == 10 * TAO
        account = funds_account(0)
        assert account == b"modlbt/cloan" + bytes(20)
        assert chain.runtime.balances.free(account) == 10 * TAO
        assert loan(chain) == {
            "creator": chain.key("Alice"), "deposit": 10 * TAO, "min_contribution": TAO, "end": END,
            "cap": 100 * TAO, "funds_account": account, "raised": 10 * TAO,
            "target_address": chain.key("Eve"), "call": None, "finalized": False,
            "contributors_count": 1,
        }  # fmt: skip
        assert chain.runtime.crowdloan.NextCrowdloanId.get() == 1

    @pytest.mark.parametrize(
        ("changed", "error"),
        [
            ({"deposit": 10 * TAO - 1, "cap": 0}, "DepositTooLow"),
            ({"cap": 10 * TAO, "min_contribution": 0}, "CapTooLow"),
            ({"min_contribution": TAO // 10 - 1, "target_address": None}, "MinimumContributionTooLow"),
            ({"target_address": None, "end": 0}, "InvalidFinalizationConfig"),
            ({"end": 1}, "CannotEndInPast"),
            ({"end": 50_400}, "BlockDurationTooShort"),
            ({"end": 432_002}, "BlockDurationTooLong"),
            ({"deposit": 10**16, "cap": 10**17}, "InsufficientBalance"),
        ],
    )  # fmt: skip
    def test_errors_come_in_the_chains_order(
        self, chain: Chain, changed: dict[str, Any], error: str
    ) -> None:
        assert create(chain, **changed) == error
        assert loan(chain) is None

    def test_a_call_and_a_target_exclude_each_other(self, chain: Chain) -> None:
        call = chain.invocation("System.remark", remark=b"")
        assert create(chain, call=call) == "InvalidFinalizationConfig"
        assert create(chain, call=call, target_address=None) is None

    def test_the_limits_of_time_are_included(self, chain: Chain) -> None:
        assert create(chain, end=50_401) is None
        assert create(chain, end=432_001) is None

    def test_a_fast_chain_is_patient_for_less_long(self) -> None:
        chain = Chain(block_time=0.25)
        assert create(chain, end=50) == "BlockDurationTooShort"
        assert create(chain, end=51) is None
        assert create(chain, end=20_002) == "BlockDurationTooLong"


class TestContributing:
    def test_only_what_is_missing_is_taken(self, open_loan: Chain) -> None:
        before = open_loan.free("Bob")
        assert act(open_loan, "Bob", "contribute", amount=500 * TAO) is None
        assert before - open_loan.free("Bob") == given_by(open_loan, "Bob") == 90 * TAO
        assert loan(open_loan)["raised"] == 100 * TAO
        assert loan(open_loan)["contributors_count"] == 2
        assert act(open_loan, "Bob", "contribute", amount=TAO) == "CapRaised"

    def test_giving_again_adds_up_to_ones_limit(self, open_loan: Chain) -> None:
        limit = {"new_max_contribution": 15 * TAO}
        assert act(open_loan, "Alice", "set_max_contribution", **limit) is None
        for amount, total in ((4 * TAO, 4 * TAO), (20 * TAO, 15 * TAO)):
            assert act(open_loan, "Bob", "contribute", amount=amount) is None
            assert given_by(open_loan, "Bob") == total
        assert loan(open_loan)["contributors_count"] == 2
        assert act(open_loan, "Bob", "contribute", amount=TAO) == "MaxContributionReached"
        assert act(open_loan, "Alice", "set_max_contribution", new_max_contribution=None) is None
        assert act(open_loan, "Bob", "contribute", amount=TAO) is None

    def test_refusals(self, open_loan: Chain) -> None:
        missing = open_loan.do("Bob", "Crowdloan.contribute", crowdloan_id=7, amount=TAO)
        assert missing == "InvalidCrowdloanId"
        assert act(open_loan, "Bob", "contribute", amount=TAO - 1) == "ContributionTooLow"
        assert act(open_loan, "Nobody", "contribute", amount=TAO) == "InsufficientBalance"
        loans = open_loan.runtime.crowdloan.Crowdloans
        loans[0] = loans[0] | {"contributors_count": 500}
        assert act(open_loan, "Bob", "contribute", amount=TAO) == "MaxContributorsReached"
        loans[0] = loans[0] | {"end": open_loan.number}
        assert act(open_loan, "Bob", "contribute", amount=0) == "ContributionPeriodEnded"


class TestTakingBack:
    def test_everybody_may_but_the_deposit_stays(self, full_loan: Chain) -> None:
        before = full_loan.free("Bob")
        assert act(full_loan, "Bob", "withdraw") is None
        assert full_loan.free("Bob") - before == 90 * TAO
        assert given_by(full_loan, "Bob") is None
        assert loan(full_loan)["contributors_count"] == 1
        assert act(full_loan, "Bob", "withdraw") == "NoContribution"
        assert act(full_loan, "Alice", "withdraw") == "DepositCannotBeWithdrawn"
        assert act(full_loan, "Alice", "contribute", amount=5 * TAO) is None
        assert act(full_loan, "Alice", "withdraw") is None
        assert loan(full_loan)["raised"] == given_by(full_loan, "Alice") == 10 * TAO

    def test_the_creator_sends_everything_back_and_dissolves(self, full_loan: Chain) -> None:
        before = {who: full_loan.free(who) for who in ("Alice", "Bob")}
        assert act(full_loan, "Bob", "refund") == "InvalidOrigin"
        assert act(full_loan, "Alice", "dissolve") == "NotReadyToDissolve"
        assert act(full_loan, "Alice", "refund") is None
        assert full_loan.free("Bob") - before["Bob"] == 90 * TAO
        assert act(full_loan, "Bob", "dissolve") == "InvalidOrigin"
        assert act(full_loan, "Alice", "dissolve") is None
        assert full_loan.free("Alice") - before["Alice"] == 10 * TAO
        assert loan(full_loan) is None
        assert full_loan.runtime.balances.free(funds_account(0)) == 0
        assert act(full_loan, "Alice", "dissolve") == "InvalidCrowdloanId"

    def test_fifty_at_a_time(self, chain: Chain) -> None:
        assert create(chain, cap=1_000 * TAO) is None
        crowd = [f"P{number}" for number in range(60)]
        for who in crowd:
            chain.ok("Bob", "Balances.transfer_keep_alive", dest=chain.key(who), value=3 * TAO)
            assert act(chain, who, "contribute", amount=TAO) is None
        assert act(chain, "Alice", "refund") is None
        assert loan(chain)["contributors_count"] == 11
        assert loan(chain)["raised"] == 20 * TAO
        assert act(chain, "Alice", "refund") is None
        assert loan(chain)["contributors_count"] == 1
        assert [chain.free(who) for who in crowd] == [3 * TAO] * 60


class TestFinalizing:
    def test_the_target_gets_everything(self, full_loan: Chain) -> None:
        before = full_loan.free("Eve")
        assert act(full_loan, "Bob", "finalize") == "InvalidOrigin"
        assert act(full_loan, "Alice", "finalize") is None
        assert full_loan.free("Eve") - before == 100 * TAO
        assert loan(full_loan)["finalized"] is True
        calls = ("finalize", "withdraw", "refund", "dissolve")
        assert {act(full_loan, "Alice", call) for call in calls} == {"AlreadyFinalized"}

    def test_not_before_the_cap_is_raised(self, open_loan: Chain) -> None:
        assert act(open_loan, "Alice", "finalize") == "CapNotRaised"
        assert act(open_loan, "Alice", "update_cap", new_cap=10 * TAO) is None
        assert act(open_loan, "Alice", "finalize") is None

    @pytest.mark.parametrize("length", [1, 200])  # in the loan itself, and as a preimage
    def test_a_call_is_made_in_the_creators_name(self, chain: Chain, length: int) -> None:
        call = chain.invocation("System.remark_with_event", remark=bytes(length))
        assert create(chain, call=call, target_address=None) is None
        assert loan(chain)["call"][0] == ("Inline" if length == 1 else "Lookup")
        assert act(chain, "Bob", "contribute", amount=90 * TAO) is None
        assert act(chain, "Alice", "finalize") is None
        assert chain.runtime.crowdloan.CurrentCrowdloanId.get() is None
        assert loan(chain)["finalized"] is True

    def test_a_call_that_fails_leaves_the_loan_open(self, chain: Chain) -> None:
        forbidden = chain.invocation("System.set_storage", items=[])  # root's alone
        assert create(chain, call=forbidden, target_address=None) is None
        assert act(chain, "Bob", "contribute", amount=90 * TAO) is None
        assert act(chain, "Alice", "finalize") == "BadOrigin"
        assert loan(chain)["finalized"] is False
        assert chain.runtime.crowdloan.CurrentCrowdloanId.get() is None
        assert act(chain, "Bob", "withdraw") is None

    def test_a_long_call_may_be_gone(self, chain: Chain) -> None:
        call = chain.invocation("System.remark", remark=bytes(200))
        assert create(chain, call=call, target_address=None) is None
        kept = loan(chain)["call"][1]
        chain.ok(None, "Preimage.unrequest_preimage", hash=kept["hash"])
        assert act(chain, "Bob", "contribute", amount=90 * TAO) is None
        assert act(chain, "Alice", "finalize") == "CallUnavailable"
        assert act(chain, "Alice", "refund") is None
        assert act(chain, "Alice", "dissolve") is None

    def test_dissolving_forgets_a_long_call(self, chain: Chain) -> None:
        call = chain.invocation("System.remark", remark=bytes(200))
        assert create(chain, call=call, target_address=None) is None
        kept = loan(chain)["call"][1]
        assert act(chain, "Alice", "dissolve") is None
        assert chain.runtime.preimage.fetch(kept["hash"], kept["len"]) is None


class TestChangingTerms:
    def test_the_creator_may(self, open_loan: Chain) -> None:
        for call, changed, field in (
            ("update_min_contribution", {"new_min_contribution": 2 * TAO}, "min_contribution"),
            ("update_end", {"new_end": END + 1}, "end"),
            ("update_cap", {"new_cap": 50 * TAO}, "cap"),
        ):
            assert act(open_loan, "Bob", call, **changed) == "InvalidOrigin"
            assert act(open_loan, "Alice", call, **changed) is None
            assert loan(open_loan)[field] == next(iter(changed.values()))

    def test_within_limits(self, open_loan: Chain) -> None:
        def error(call: str, **changed: int) -> str | None:
            return act(open_loan, "Alice", call, **changed)

        low = error("update_min_contribution", new_min_contribution=TAO // 10 - 1)
        assert low == "MinimumContributionTooLow"
        assert error("set_max_contribution", new_max_contribution=9 * TAO) == (
            "MaximumContributionTooLow"  # the creator has given ten
        )
        assert error("set_max_contribution", new_max_contribution=10 * TAO) is None
        high = error("update_min_contribution", new_min_contribution=11 * TAO)
        assert high == "MinimumContributionTooHigh"
        assert error("update_cap", new_cap=10 * TAO - 1) == "CapTooLow"
        assert error("update_end", new_end=open_loan.number) == "CannotEndInPast"


AMOUNTS = st.integers(0, 60 * TAO)
WHO = st.sampled_from(PEOPLE)
STEPS = st.one_of(
    st.tuples(st.just("contribute"), WHO, AMOUNTS),
    st.tuples(st.sampled_from(("withdraw", "refund", "finalize", "dissolve")), WHO),
    st.tuples(st.just("update_cap"), WHO, AMOUNTS),
    st.tuples(st.just("set_max_contribution"), WHO, st.none() | AMOUNTS),
)
ARGUMENT = {
    "contribute": "amount",
    "update_cap": "new_cap",
    "set_max_contribution": "new_max_contribution",
}


@settings(max_examples=40, deadline=None)
@given(st.lists(STEPS, max_size=25))
def test_everything_given_is_in_the_loan_or_was_paid(steps: list[Any]) -> None:
    chain = Chain()
    everybody = (*PEOPLE, "Eve")
    before = {who: chain.free(who) for who in everybody}
    issued = chain.runtime.balances.TotalIssuance.get()
    assert create(chain) is None
    for call, who, *value in steps:
        act(chain, who, call, **(dict.fromkeys((ARGUMENT[call],), *value) if value else {}))
        held = chain.runtime.balances.free(funds_account(0))
        contributions = dict(chain.runtime.crowdloan.Contributions.items_under(0))
        now = loan(chain)
        if now is None or now["finalized"]:
            assert held == 0
        else:
            assert held == now["raised"] == sum(contributions.values()) <= now["cap"]
            assert now["contributors_count"] == len(contributions)
        spent = sum(before[who] - chain.free(who) for who in everybody)
        assert spent == held
        for giver in PEOPLE:  # nobody but the target ever has more than before
            out = before[giver] - chain.free(giver)
            assert out == contributions.get((0, chain.key(giver)), 0)
        if now is None:
            break
    assert chain.runtime.balances.TotalIssuance.get() == issued
