"""Leased subnets: bought with a crowdloan, run by proxy, earning for everybody, and taken over at the end."""

from typing import Any

import pytest
from fixtures_chain import TAO, Chain

from taocli.localnet.pallets.crowdloan_ledger import funds_account
from taocli.localnet.pallets.subtensor.leases import lease_account
from taocli.localnet.pallets.subtensor.pools import subnet_account

COLDKEY, HOTKEY = lease_account("coldkey", 0), lease_account("hotkey", 0)
CAP = 2_000 * TAO
DEPOSIT = 93 * 10**6  # of one proxy
GIVEN = {"Alice": 200 * TAO, "Bob": 1_200 * TAO, "Dave": 600 * TAO}
NETUID = 2


def act(chain: Chain, who: str, call: str, **args: Any) -> str | None:
    return chain.do(who, f"Crowdloan.{call}", crowdloan_id=0, **args)


def raise_funds(chain: Chain, share: int = 50, end_block: int | None = None) -> None:
    """A loan of 2,000 TAO for a lease, full but not finalized; Alice is its creator."""
    lease = chain.invocation("register_leased_network", emissions_share=share, end_block=end_block)
    chain.ok(
        "Alice", "Crowdloan.create", deposit=GIVEN["Alice"], min_contribution=TAO, cap=CAP,
        end=60_000, call=lease, target_address=None,
    )  # fmt: skip
    for who in ("Bob", "Dave"):
        assert act(chain, who, "contribute", amount=GIVEN[who]) is None


@pytest.fixture
def leased(chain: Chain) -> Chain:
    """Subnet 2 is leased until block 40; half of the owner's cut is for those who gave."""
    raise_funds(chain, end_block=40)
    assert act(chain, "Alice", "finalize") is None
    return chain


def lease_of(chain: Chain, number: int = 0) -> Any:
    return chain.module.SubnetLeases[number]


class TestRegistering:
    def test_the_lease_owns_the_subnet(self, leased: Chain) -> None:
        cost = lease_of(leased)["cost"]
        assert lease_of(leased) == {
            "beneficiary": leased.key("Alice"), "coldkey": COLDKEY, "hotkey": HOTKEY,
            "emissions_share": 50, "end_block": 40, "netuid": NETUID, "cost": cost,
        }  # fmt: skip
        module = leased.module
        assert module.SubnetOwner[NETUID] == COLDKEY
        assert module.SubnetOwnerHotkey[NETUID] == HOTKEY
        assert module.SubnetUidToLeaseId[NETUID] == 0
        assert module.NextSubnetLeaseId.get() == 1
        assert module.Delegates[HOTKEY] == 0
        assert cost == module.SubnetLocked[NETUID] + DEPOSIT

    def test_what_was_not_needed_goes_back_by_share(self, chain: Chain) -> None:
        before = {who: chain.free(who) for who in GIVEN}
        raise_funds(chain)
        assert act(chain, "Alice", "finalize") is None
        leftover = CAP - lease_of(chain)["cost"]
        assert leftover > 0
        paid = {who: before[who] - chain.free(who) for who in GIVEN}
        assert sum(paid.values()) == lease_of(chain)["cost"]
        for who in ("Bob", "Dave"):
            share = (GIVEN[who] << 64) // CAP
            assert chain.module.SubnetLeaseShares[0, chain.key(who)] == share
            assert GIVEN[who] - paid[who] == share * leftover >> 64
        assert (0, chain.key("Alice")) not in chain.module.SubnetLeaseShares
        balances = chain.runtime.balances
        assert balances.free(funds_account(0)) == balances.free(COLDKEY) == 0
        assert chain.runtime.system.Account[COLDKEY]["data"]["reserved"] == DEPOSIT

    def test_the_creator_runs_it_by_proxy(self, leased: Chain) -> None:
        start = leased.invocation("start_call", netuid=NETUID)
        act_as = {"real": COLDKEY, "force_proxy_type": None, "call": start}
        leased.mine(leased.module.StartCallDelay.get())
        assert leased.do("Bob", "Proxy.proxy", **act_as) == "NotProxy"
        leased.ok("Alice", "Proxy.proxy", **act_as)
        assert leased.module.FirstEmissionBlockNumber[NETUID] is not None

    def test_only_a_crowdloan_can_ask(self, chain: Chain) -> None:
        args = {"emissions_share": 10, "end_block": None}
        assert chain.do("Alice", "register_leased_network", **args) == "InvalidCrowdloanId"
        raise_funds(chain)
        chain.runtime.crowdloan.CurrentCrowdloanId.set(0)
        assert chain.do("Bob", "register_leased_network", **args) == "InvalidLeaseBeneficiary"

    def test_what_fails_takes_nothing(self, chain: Chain) -> None:
        raise_funds(chain, end_block=1)
        before = chain.runtime.balances.TotalIssuance.get()
        assert act(chain, "Alice", "finalize") == "LeaseCannotEndInThePast"
        assert chain.runtime.balances.free(funds_account(0)) == CAP
        assert chain.runtime.balances.TotalIssuance.get() == before
        assert act(chain, "Alice", "refund") is None

    def test_too_little_money_for_a_subnet(self, chain: Chain) -> None:
        lease = chain.invocation("register_leased_network", emissions_share=50, end_block=None)
        chain.ok(
            "Alice", "Crowdloan.create", deposit=10 * TAO, min_contribution=TAO, cap=20 * TAO,
            end=60_000, call=lease, target_address=None,
        )  # fmt: skip
        assert act(chain, "Bob", "contribute", amount=10 * TAO) is None
        assert act(chain, "Alice", "finalize") == "CannotAffordLockCost"
        assert chain.module.NextSubnetLeaseId.get() == 0


class TestTerminating:
    def test_the_creator_takes_over(self, leased: Chain) -> None:
        leased.register("Alice", "H1")
        leased.mine(40 - leased.number)
        leased.ok("Alice", "terminate_lease", lease_id=0, hotkey="H1")
        module = leased.module
        assert module.SubnetOwner[NETUID] == leased.key("Alice")
        assert module.SubnetOwnerHotkey[NETUID] == leased.key("H1")
        assert lease_of(leased) is module.SubnetUidToLeaseId[NETUID] is None
        assert not list(module.SubnetLeaseShares.items_under(0))
        assert leased.runtime.proxy.Proxies[COLDKEY] == ([], 0)
        assert leased.runtime.balances.free(COLDKEY) == DEPOSIT

    def test_errors_come_in_the_chains_order(self, leased: Chain) -> None:
        def error(who: str = "Alice", lease_id: int = 0, hotkey: Any = "H1") -> str | None:
            return leased.do(who, "terminate_lease", lease_id=lease_id, hotkey=hotkey)

        assert error("Bob", 7) == "LeaseDoesNotExist"
        assert error("Bob") == "ExpectedBeneficiaryOrigin"
        assert error() == "LeaseHasNotEnded"
        leased.mine(40 - leased.number)
        assert error() == "BeneficiaryDoesNotOwnHotkey"
        system = subnet_account(1)
        leased.module.Owner[system] = leased.key("Alice")
        assert error(hotkey=system) == "CannotUseSystemAccount"
        leased.module.SubnetLeases[0] = lease_of(leased) | {"end_block": None}
        assert error() == "LeaseHasNoEndBlock"


class TestDividends:
    @pytest.fixture
    def earning(self, chain: Chain) -> Chain:
        """The lease has no end, and its subnet an epoch every tenth block."""
        raise_funds(chain)
        assert act(chain, "Alice", "finalize") is None
        module = chain.module
        module.Tempo[NETUID] = 10
        module.LastEpochBlock[NETUID] = 0
        module.SubnetOwnerCut.set(65535)  # all of it, so that nothing else changes anybody's stake
        module.start_emission(NETUID)
        return chain

    def test_they_wait_for_the_hundredth_block(self, earning: Chain) -> None:
        module = earning.module
        waited = 0
        while earning.number < 99:
            earning.mine()
            assert module.AccumulatedLeaseDividends[0] >= waited
            waited = module.AccumulatedLeaseDividends[0]
        own = module.stake_of(HOTKEY, COLDKEY, NETUID)
        assert waited == pytest.approx(own / 2, rel=1e-6)
        assert module.stake_of(HOTKEY, earning.key("Bob"), NETUID) == 0

    def test_by_share_and_the_rest_for_the_creator(self, earning: Chain) -> None:
        module = earning.module
        earning.mine(99 - earning.number)
        module.LastEpochBlock[NETUID] = 90  # so that the hundredth block has an epoch
        earning.mine()
        assert module.AccumulatedLeaseDividends[0] == 0
        got = {who: module.stake_of(HOTKEY, earning.key(who), NETUID) for who in GIVEN}
        kept = module.stake_of(HOTKEY, COLDKEY, NETUID)
        total = sum(got.values())
        assert total == pytest.approx(kept, rel=1e-6)  # half of the cut
        for who in GIVEN:
            assert got[who] == pytest.approx(total * GIVEN[who] / CAP, rel=1e-6)
        pot = module.TotalHotkeyAlpha[HOTKEY, NETUID]
        assert pot - 8 <= total + kept <= pot

    def test_crumbs_wait_on(self, earning: Chain) -> None:
        module = earning.module
        module.SubnetLeaseShares[0, earning.key("Eve")] = 1  # next to nothing
        earning.mine(99 - earning.number)
        module.LastEpochBlock[NETUID] = 90
        waiting = module.AccumulatedLeaseDividends[0]
        earning.mine()
        assert module.AccumulatedLeaseDividends[0] > waiting
        assert module.stake_of(HOTKEY, earning.key("Bob"), NETUID) == 0

    def test_an_ended_lease_earns_nothing(self, leased: Chain) -> None:
        leased.module.Tempo[NETUID] = 10
        leased.module.start_emission(NETUID)
        leased.mine(39 - leased.number)
        before = leased.module.AccumulatedLeaseDividends[0]
        leased.mine(30)
        assert leased.module.AccumulatedLeaseDividends[0] == before > 0
