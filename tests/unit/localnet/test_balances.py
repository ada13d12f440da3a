"""Balances: what an account can part with, above all while something depends on it."""

import pytest
from fixtures_chain import TAO, Chain
from hypothesis import given, settings
from hypothesis import strategies as st

from taocli.localnet.frame.outcome import DispatchFailure

ED = 500


@pytest.fixture
def chain() -> Chain:
    return Chain()


def account(chain: Chain, who: str) -> tuple[int, int, int, int]:
    """Providers, consumers, free and reserved."""
    found = chain.runtime.system.Account[chain.key(who)]
    data = found["data"]
    return found["providers"], found["consumers"], data["free"], data["reserved"]


def set_free(chain: Chain, who: str, free: int) -> None:
    chain.ok(None, "Balances.force_set_balance", who=chain.key(who), new_free=free)


def reserve(chain: Chain, who: str, amount: int) -> str | None:
    try:
        with chain.runtime.transaction():
            chain.runtime.balances.reserve(chain.key(who), amount)
    except DispatchFailure as failure:
        return failure.label
    return None


def transfer(chain: Chain, call: str, who: str, target: str, amount: int) -> str | None:
    return chain.do(who, f"Balances.{call}", dest=chain.key(target), value=amount)


class TestDeposits:
    def test_a_deposit_is_one_consumer_however_often_it_grows(self, chain: Chain) -> None:
        set_free(chain, "Bob", 10_000)
        assert account(chain, "Bob") == (1, 0, 10_000, 0)
        for _ in range(2):
            assert reserve(chain, "Bob", 1_000) is None
        assert account(chain, "Bob") == (1, 1, 8_000, 2_000)
        assert chain.runtime.balances.unreserve(chain.key("Bob"), 1_500) == 1_500
        assert account(chain, "Bob") == (1, 1, 9_500, 500)
        assert chain.runtime.balances.unreserve(chain.key("Bob"), 9_999) == 500
        assert account(chain, "Bob") == (1, 0, 10_000, 0)

    @pytest.mark.parametrize(
        ("amount", "error"),
        [(9_500, None), (9_501, "ConsumerRemaining"), (10_000, "ConsumerRemaining"),
         (10_001, "Balances.InsufficientBalance"), (0, None)],
    )  # fmt: skip
    def test_the_existential_deposit_stays_free(
        self, chain: Chain, amount: int, error: str | None
    ) -> None:
        set_free(chain, "Bob", 10_000)
        assert reserve(chain, "Bob", amount) == error
        kept = 0 if error else amount
        assert account(chain, "Bob") == (1, int(kept > 0), 10_000 - kept, kept)

    def test_nobody_reserves_what_nobody_has(self, chain: Chain) -> None:
        assert reserve(chain, "Nobody", 1) == "Balances.InsufficientBalance"

    @pytest.mark.parametrize("keep_alive", [True, False])
    def test_an_account_with_a_deposit_cannot_be_emptied(
        self, chain: Chain, keep_alive: bool
    ) -> None:
        set_free(chain, "Bob", 10_000)
        assert reserve(chain, "Bob", 1_000) is None
        arguments = {"dest": chain.key("Dave"), "keep_alive": keep_alive}
        chain.ok("Bob", "Balances.transfer_all", **arguments)
        assert account(chain, "Bob") == (1, 1, ED, 1_000)
        assert transfer(chain, "transfer_allow_death", "Bob", "Dave", 1) == "Frozen"
        assert transfer(chain, "transfer_allow_death", "Bob", "Dave", 501) == "FundsUnavailable"
        burn = {"value": 1, "keep_alive": False}
        assert chain.do("Bob", "Balances.burn", **burn) == "FundsUnavailable"
        wipe = {"who": chain.key("Bob"), "new_free": 0}
        assert chain.do(None, "Balances.force_set_balance", **wipe) == "ConsumerRemaining"

    def test_a_proxys_deposit_holds_too(self, chain: Chain) -> None:
        set_free(chain, "Bob", TAO)
        args = {"delegate": chain.key("Dave"), "proxy_type": "Any", "delay": 0}
        chain.ok("Bob", "Proxy.add_proxy", **args)
        assert account(chain, "Bob")[1] == 1
        chain.ok("Bob", "Balances.transfer_all", dest=chain.key("Dave"), keep_alive=False)
        assert account(chain, "Bob")[2] == ED
        chain.ok("Bob", "Proxy.remove_proxies")
        assert account(chain, "Bob")[1] == 0
        chain.ok("Bob", "Balances.transfer_all", dest=chain.key("Dave"), keep_alive=False)
        assert chain.key("Bob") not in chain.runtime.system.Account


class TestLivingAndDying:
    def test_dust_goes_with_the_account(self, chain: Chain) -> None:
        set_free(chain, "Bob", 10_000)
        issued = chain.runtime.balances.TotalIssuance.get()
        assert transfer(chain, "transfer_keep_alive", "Bob", "Dave", 9_501) == "NotExpendable"
        assert transfer(chain, "transfer_allow_death", "Bob", "Dave", 9_501) is None
        assert chain.key("Bob") not in chain.runtime.system.Account
        assert chain.runtime.balances.TotalIssuance.get() == issued - 499

    def test_what_is_too_little_makes_no_account(self, chain: Chain) -> None:
        assert transfer(chain, "transfer_allow_death", "Bob", "New", ED - 1) == "BelowMinimum"
        assert transfer(chain, "transfer_allow_death", "Bob", "New", ED) is None
        assert account(chain, "New") == (1, 0, ED, 0)

    def test_an_account_that_the_chain_provides_for_may_be_empty(self, chain: Chain) -> None:
        balances, who = chain.runtime.balances, chain.key("Machine")
        balances.provide_for(who)
        assert account(chain, "Machine") == (1, 0, 0, 0)
        balances.mint(who, 10_000)
        assert (
            reserve(chain, "Machine", 9_900) is None
        )  # less than ED stays, as it need not live of it
        assert account(chain, "Machine")[:2] == (1, 1)
        with pytest.raises(DispatchFailure, match="ConsumerRemaining"):
            balances.stop_providing(who)
        balances.unreserve(who, 9_900)
        balances.stop_providing(who)
        assert account(chain, "Machine")[0] == 1  # of its balance again


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("transfer", "keep", "all", "reserve", "unreserve", "burn")),
        st.sampled_from(("Bob", "Dave", "New")),
        st.sampled_from(("Bob", "Dave", "New")),
        st.integers(0, 3_000),
    ),
    max_size=30,
)


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_issuance_is_what_accounts_hold(steps: list[tuple[str, str, str, int]]) -> None:
    chain = Chain()
    for who in ("Bob", "Dave"):
        set_free(chain, who, 5_000)
    for step, who, target, amount in steps:
        match step:
            case "transfer":
                transfer(chain, "transfer_allow_death", who, target, amount)
            case "keep":
                transfer(chain, "transfer_keep_alive", who, target, amount)
            case "all":
                arguments = {"dest": chain.key(target), "keep_alive": bool(amount % 2)}
                chain.do(who, "Balances.transfer_all", **arguments)
            case "reserve":
                reserve(chain, who, amount)
            case "unreserve":
                chain.runtime.balances.unreserve(chain.key(who), amount)
            case "burn":
                chain.do(who, "Balances.burn", value=amount, keep_alive=bool(amount % 2))
        held = 0
        for _, found in chain.runtime.system.Account.items_under():
            data = found["data"]
            held += data["free"] + data["reserved"]
            assert data["free"] >= ED
            assert found["consumers"] == int(data["reserved"] > 0)
            assert found["providers"] == 1
        assert chain.runtime.balances.TotalIssuance.get() == held
