"""Removing subnets: who is paid, what is forgotten, when one gives way; and the signs of their tokens."""

from typing import Any

import pytest
from fixtures_chain import TAO, Chain
from hypothesis import given, settings
from hypothesis import strategies as st

from taocli.localnet.frame.types import u16
from taocli.localnet.pallets.subtensor.pools import subnet_account
from taocli.localnet.pallets.subtensor.symbols import SYMBOLS

STAKERS = ("Bob", "Dave", "Eve")


@pytest.fixture
def second(chain: Chain) -> Chain:
    """Subnet 2 is Bob's, started, with stake of three people; subnet 1 has a neuron and stake, too."""
    chain.register("Bob", "H1")
    chain.ok("Bob", "add_stake", hotkey="H1", netuid=1, amount_staked=5 * TAO)
    chain.ok("Bob", "register_network", hotkey="H7")
    chain.ok("Bob", "start_call", netuid=2)
    for number, who in enumerate(STAKERS):
        amount = (number + 1) * 100 * TAO
        chain.ok(who, "add_stake", hotkey="H7", netuid=2, amount_staked=amount)
    return chain


def check_tao(chain: Chain) -> None:
    """Issuance is the sum of all accounts, and pools, subnet accounts and TotalStake agree."""
    runtime, module = chain.runtime, chain.module
    accounts = [account["data"] for _, account in runtime.system.Account.items_under()]
    held = sum(data["free"] + data["reserved"] for data in accounts)
    assert runtime.balances.TotalIssuance.get() == held
    pools = {netuid: module.SubnetTAO[netuid] for netuid in module.NetworksAdded.keys_under()}
    assert module.TotalStake.get() == sum(pools.values())
    for netuid, reserve in pools.items():
        account = runtime.balances.free(subnet_account(netuid))
        assert account == reserve or reserve < 500


class TestSettling:
    def test_by_root_only_and_never_root(self, second: Chain) -> None:
        assert second.do("Bob", "root_dissolve_network", netuid=2) == "BadOrigin"
        assert second.do("Bob", "dissolve_network", coldkey="Bob", netuid=2) == "BadOrigin"
        assert second.do(None, "root_dissolve_network", netuid=0) == "SubnetNotExists"
        assert second.do(None, "root_dissolve_network", netuid=9) == "SubnetNotExists"
        second.ok(None, "dissolve_network", coldkey="Dave", netuid=2)

    def test_stakers_share_the_pool_with_the_alpha_in_it(self, second: Chain) -> None:
        module = second.module
        module.SubnetProtocolAlpha[2] = 3 * TAO
        pot, pooled = module.SubnetTAO[2], module.SubnetAlphaIn[2] + 3 * TAO
        held = {who: second.stake("H7", who, 2) for who in STAKERS}
        free = {who: second.free(who) for who in STAKERS}
        total = pooled + sum(held.values())
        second.ok(None, "root_dissolve_network", netuid=2)
        for who in STAKERS:
            gained = second.free(who) - free[who]
            assert gained - pot * held[who] // total in (0, 1)
        assert second.runtime.balances.free(subnet_account(2)) == 0
        check_tao(second)

    def test_in_a_subnet_of_block_0_stakers_get_all(self, chain: Chain) -> None:
        chain.register("Bob", "H1")
        for who in STAKERS:
            chain.ok(who, "add_stake", hotkey="H1", netuid=1, amount_staked=3 * TAO + 1)
        chain.module.SubnetProtocolAlpha[1] = 0
        pot = chain.module.SubnetTAO[1]
        before = sum(chain.free(who) for who in STAKERS)
        chain.ok(None, "root_dissolve_network", netuid=1)
        assert sum(chain.free(who) for who in STAKERS) == before + pot
        check_tao(chain)

    def test_without_stakers_all_is_recycled(self, chain: Chain) -> None:
        pot, issued = chain.module.SubnetTAO[1], chain.runtime.balances.TotalIssuance.get()
        chain.ok(None, "root_dissolve_network", netuid=1)
        assert chain.runtime.balances.TotalIssuance.get() == issued - pot
        check_tao(chain)

    @pytest.mark.parametrize(("since", "refunded"), [(0, 0), (1_000, 10 * TAO)])
    def test_an_old_subnets_owner_is_refunded_from_what_is_left(
        self, second: Chain, since: int, refunded: int
    ) -> None:
        module = second.module
        module.NetworkRegistrationStartBlock.set(since)
        second.module.SubnetOwner[2] = second.key("Charlie")  # who has no stake
        account = subnet_account(2)
        second.ok("Bob", "Balances.transfer_keep_alive", dest=account, value=10 * TAO)
        free = second.free("Charlie")
        second.ok(None, "root_dissolve_network", netuid=2)
        assert second.free("Charlie") - free - refunded in range(len(STAKERS) if refunded else 1)
        assert second.runtime.balances.free(account) == 0
        check_tao(second)

    def test_a_refund_is_never_more_than_what_the_cut_left_unpaid(self, second: Chain) -> None:
        module = second.module
        module.NetworkRegistrationStartBlock.set(1_000)
        issued = module.SubnetAlphaIn[2] + module.SubnetAlphaOut[2]
        earned = int(issued * 11_796 // 65_535 * module.pool(2).price)
        module.SubnetLocked[2] = earned + 3 * TAO
        module.SubnetOwner[2] = second.key("Charlie")
        account = subnet_account(2)
        second.ok("Bob", "Balances.transfer_keep_alive", dest=account, value=10 * TAO)
        free = second.free("Charlie")
        second.ok(None, "root_dissolve_network", netuid=2)
        assert second.free("Charlie") - free == 3 * TAO

    def test_waiting_emission_and_root_claims_end(self, second: Chain) -> None:
        module, hotkey = second.module, second.key("H7")
        second.ok("Dave", "add_stake", hotkey="H7", netuid=0, amount_staked=TAO)
        module.reward_root(hotkey, 2, TAO)
        module.reward_root(hotkey, 1, TAO)
        second.mine(3)
        second.ok(None, "root_dissolve_network", netuid=2)
        assert list(module.RootClaimable[hotkey]) == [1]
        second.mine(30)
        check_tao(second)


class TestForgetting:
    def test_nothing_of_the_netuid_is_left(self, second: Chain) -> None:
        module, hotkey = second.module, second.key("H7")
        second.ok("Dave", "lock_stake", hotkey="H7", netuid=2, amount=TAO)
        second.ok("Dave", "set_coldkey_auto_stake_hotkey", netuid=2, hotkey="H7")
        module.ChildKeys[hotkey, 2] = [(1, second.key("H1"))]
        module.TransactionKeyLastBlock[hotkey, 2, 1] = 5
        module.Weights[4_098, 0] = [(0, 1)]
        module.MechanismCountCurrent[2] = 2
        module.LastRateLimitedBlock["AddStakeBurn", 2] = 7
        second.runtime.swap.FeeRate[2] = 99
        note = {"fields": [("TimelockEncrypted", {"encrypted": b"x", "reveal_round": 9})]}
        second.ok("H7", "Commitments.set_commitment", netuid=2, info=note)
        others = _entries_of(second, 1)
        second.ok(None, "root_dissolve_network", netuid=2)
        assert _entries_of(second, 2) == {"RegisteredSubnetCounter"}
        assert _entries_of(second, 4_098) == set()
        assert _entries_of(second, 1) == others
        assert second.runtime.swap.FeeRate[2] == 33
        assert second.runtime.commitments.TimelockedIndex.get() == []
        assert ("AddStakeBurn", 2) not in module.LastRateLimitedBlock
        assert module.TotalNetworks.get() == 2

    def test_it_says_so(self, second: Chain) -> None:
        texts = dict.fromkeys(
            ("subnet_name", "github_repo", "subnet_contact", "subnet_url", "discord",
             "description", "logo_url", "additional"), b"",
        )  # fmt: skip
        second.ok("Bob", "set_subnet_identity", netuid=2, **texts)
        second.mine()
        second.ok(None, "root_dissolve_network", netuid=2)
        second.runtime.end_block()
        recorded = second.runtime.state.get(second.runtime.system.Events.prefix)
        expected = [
            _record(second, name, 2) for name in ("SubnetIdentityRemoved", "NetworkRemoved")
        ]
        assert recorded.endswith(b"".join(expected))

    def test_the_number_is_used_again(self, second: Chain) -> None:
        second.module.NetworkRateLimit.set(0)
        second.ok(None, "root_dissolve_network", netuid=2)
        second.ok("Alice", "register_network", hotkey="H8")
        assert second.module.SubnetOwner[2] == second.key("Alice")
        assert second.stake("H7", "Dave", 2) == 0
        assert second.module.RegisteredSubnetCounter[2] == 2
        check_tao(second)


class TestPruning:
    @pytest.fixture
    def full(self, second: Chain) -> Chain:
        second.module.SubnetLimit.set(2)
        second.module.NetworkRateLimit.set(0)
        second.module.NetworkImmunityPeriod.set(10)
        return second

    def test_immune_subnets_stay(self, full: Chain) -> None:
        assert full.do("Alice", "register_network", hotkey="H8") == "SubnetLimitReached"

    def test_the_cheapest_gives_way(self, full: Chain) -> None:
        full.mine(11)
        full.module.SubnetMovingPrice[2] = full.module.SubnetMovingPrice[1] // 2
        free = full.free("Dave")
        assert full.module.network_to_prune() == 2
        full.ok("Alice", "register_network", hotkey="H8")
        assert full.module.SubnetOwner[2] == full.key("Alice")
        assert full.free("Dave") > free
        assert full.module.TotalNetworks.get() == 3
        check_tao(full)

    def test_of_equals_the_oldest(self, full: Chain) -> None:
        full.mine(11)
        full.module.SubnetMovingPrice[2] = full.module.SubnetMovingPrice[1]
        assert full.module.network_to_prune() == 1

    def test_the_poor_prune_nothing(self, full: Chain) -> None:
        full.mine(11)
        full.module.NetworkMinLockCost.set(3_000 * TAO)
        assert full.do("Ferdie", "register_network", hotkey="H8") == "CannotAffordLockCost"
        assert full.module.NetworksAdded[2]

    def test_with_an_identity_as_well(self, full: Chain) -> None:
        full.mine(11)
        texts = dict.fromkeys(
            ("github_repo", "subnet_contact", "subnet_url", "discord", "description",
             "logo_url", "additional"), b"",
        )  # fmt: skip
        full.module.SubnetMovingPrice[2] = 0
        identity = {"subnet_name": b"new", **texts}
        full.ok("Alice", "register_network_with_identity", hotkey="H8", identity=identity)
        assert full.module.SubnetIdentitiesV3[2]["subnet_name"] == b"new"

    def test_a_subnets_account_is_no_hotkey(self, full: Chain) -> None:
        refused = full.do("Alice", "register_network", hotkey=subnet_account(1))
        assert refused == "CannotUseSystemAccount"


class TestSymbols:
    def test_the_table(self) -> None:
        assert len(SYMBOLS) == len(set(SYMBOLS)) == 439
        assert [SYMBOLS[place].decode() for place in (0, 1, 19, 24, 25, 128, 438)] == list(
            "Ταtωאනධ"
        )

    def test_owners_choose_a_free_one(self, second: Chain) -> None:
        alpha, wanted = "α".encode(), "ω".encode()
        assert second.module.TokenSymbol[2] == "β".encode()
        args = {"netuid": 2, "symbol": wanted}
        assert second.do("Dave", "update_symbol", **args) == "BadOrigin"
        assert second.do(None, "update_symbol", netuid=9, symbol=wanted) == "SubnetNotExists"
        for unknown in (b"xx", b"", SYMBOLS[0]):
            refused = second.do("Bob", "update_symbol", netuid=2, symbol=unknown)
            assert refused == "SymbolDoesNotExist"
        assert second.do("Bob", "update_symbol", netuid=2, symbol=alpha) == "SymbolAlreadyInUse"
        second.ok("Bob", "update_symbol", **args)
        assert second.module.TokenSymbol[2] == wanted

    def test_a_new_subnet_takes_another_when_its_own_is_gone(self, second: Chain) -> None:
        second.module.NetworkRateLimit.set(0)
        second.ok("Bob", "update_symbol", netuid=2, symbol="γ".encode())
        second.ok("Alice", "register_network", hotkey="H8")
        assert second.module.TokenSymbol[3] == "β".encode()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("stake"), st.sampled_from(STAKERS), st.integers(1, 3), st.integers(2_010_000, 50 * TAO)),
        st.tuples(st.just("create"), st.sampled_from(("Alice", "Bob")), st.integers(20, 25)),
        st.tuples(st.just("dissolve"), st.integers(1, 3)),
        st.tuples(st.just("swap"), st.integers(20, 25), st.integers(20, 25), st.booleans()),
        st.tuples(st.just("coldkey"), st.sampled_from(STAKERS)),
        st.tuples(st.just("mine"), st.integers(1, 12)),
    ),
    max_size=14,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(STEPS)
def test_tao_is_conserved(steps: list[Any]) -> None:
    chain = Chain(tempo=5)
    module = chain.module
    module.SubnetLimit.set(2)
    for value in (module.NetworkRateLimit, module.NetworkImmunityPeriod, module.TxRateLimit):
        value.set(0)
    module.override_constant("HotkeySwapOnSubnetInterval", 0)
    chain.register("Bob", "H20")
    for number, step in enumerate(steps):
        match step:
            case "stake", who, netuid, amount:
                hotkey = module.SubnetOwnerHotkey[netuid]
                args = {"hotkey": hotkey, "netuid": netuid, "amount_staked": amount}
                chain.do(who, "add_stake", **args)
            case "create", who, hotkey:
                if chain.do(who, "register_network", hotkey=f"H{hotkey}") is None:
                    for netuid in (2, 1):
                        chain.do(who, "start_call", netuid=netuid)
            case "dissolve", netuid:
                chain.do(None, "root_dissolve_network", netuid=netuid)
            case "swap", old, new, keep:
                args = {"hotkey": f"H{old}", "new_hotkey": f"H{new}", "netuid": None}
                for who in ("Alice", "Bob"):
                    chain.do(who, "swap_hotkey_v2", **args, keep_stake=keep)
            case "coldkey", who:
                args = {"old_coldkey": who, "new_coldkey": f"New{number}", "swap_cost": TAO}
                chain.do(None, "swap_coldkey", **args)
            case "mine", count:
                chain.mine(count)
        check_tao(chain)


def _entries_of(chain: Chain, netuid: int) -> set[str]:
    """The storage items of three pallets with an entry whose first u16 key is the number."""
    found = set()
    pallets = (chain.module, chain.runtime.swap, chain.runtime.commitments)
    for pallet in pallets:
        for declared in pallet.storage_items:
            kinds = [kind for _, kind in declared.keys]
            if u16 not in kinds:
                continue
            for keys in getattr(pallet, declared.name).keys_under():
                key = (keys if isinstance(keys, tuple) else (keys,))[kinds.index(u16)]
                if key == netuid:
                    found.add(declared.name)
    return found


def _record(chain: Chain, event: str, netuid: int) -> bytes:
    """The event of the first extrinsic's phase, as the block's list has it."""
    index = chain.module.event_variants[event].index
    return bytes(5) + bytes((chain.module.index, index)) + u16.encode(netuid) + b"\0"
