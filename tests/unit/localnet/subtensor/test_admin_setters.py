"""Every call of AdminUtils: who may make it, when, within which bounds, what it writes and records."""

from typing import Any

import pytest
from fixtures_chain import TAO, Chain
from fixtures_events import listen
from fixtures_validators import next_epoch, populate

from taocli.localnet.pallets.admin_utils import AdminUtils
from taocli.localnet.pallets.subtensor.pools import subnet_account

ONE = 1 << 64
EVM_CHAIN_ID = bytes.fromhex("0f6342be23148b1fecb28322dcb30aefd8b4519d4aceb8073dbaffde1eef0d79")
NAMES = {declaration.name for declaration in AdminUtils.calls.values()}

OWNERS = [  # name, argument, value, storage item, event
    ("max_difficulty", "max_difficulty", 5, "MaxDifficulty", "MaxDifficultySet"),
    ("adjustment_alpha", "adjustment_alpha", 5, "AdjustmentAlpha", "AdjustmentAlphaSet"),
    ("activity_cutoff", "activity_cutoff", 400, "ActivityCutoff", "ActivityCutoffSet"),
    ("network_pow_registration_allowed", "registration_allowed", True,
     "NetworkPowRegistrationAllowed", "PowRegistrationAllowed"),
    ("rho", "rho", 11, "Rho", None),
    ("alpha_sigmoid_steepness", "steepness", 5, "AlphaSigmoidSteepness", None),
    ("bonds_reset_enabled", "enabled", True, "BondsResetOn", "BondsResetOnSet"),
    ("weights_version_key", "weights_version_key", 3, "WeightsVersionKey", "WeightsVersionKeySet"),
    ("owner_immune_neuron_limit", "immune_neurons", 3, "ImmuneOwnerUidsLimit", None),
    ("recycle_or_burn", "recycle_or_burn", "Recycle", "RecycleOrBurn", None),
    ("min_childkey_take_per_subnet", "take", 9, "MinChildkeyTakePerSubnet",
     "MinChildKeyTakePerSubnetSet"),
]  # fmt: skip
ROOTS = [  # name, argument, value, storage item, event, whether the window binds
    ("min_difficulty", "min_difficulty", 5, "MinDifficulty", "MinDifficultySet", True),
    ("difficulty", "difficulty", 5, "Difficulty", "DifficultySet", True),
    ("adjustment_interval", "adjustment_interval", 5, "AdjustmentInterval",
     "AdjustmentIntervalSet", False),
    ("rao_recycled", "rao_recycled", 5, "RAORecycledForRegistration",
     "RAORecycledForRegistrationSet", False),
]  # fmt: skip
GLOBALS = [
    ("dissolve_network_schedule_duration", "duration", 5, "DissolveNetworkScheduleDuration",
     "DissolveNetworkScheduleDurationSet"),
    ("subnet_moving_alpha", "alpha", 5, "SubnetMovingAlpha", None),
    ("commit_reveal_version", "version", 5, "CommitRevealWeightsVersion",
     "CommitRevealVersionSet"),
    ("ck_burn", "burn", 5, "CKBurn", None),
    ("tao_flow_cutoff", "flow_cutoff", -5, "TaoFlowCutoff", None),
    ("tao_flow_normalization_exponent", "exponent", ONE + 5, "FlowNormExponent", None),
    ("tao_flow_smoothing_factor", "smoothing_factor", 5, "FlowEmaSmoothingFactor", None),
    ("coldkey_swap_announcement_delay", "duration", 5, "ColdkeySwapAnnouncementDelay",
     "ColdkeySwapAnnouncementDelaySet"),
    ("coldkey_swap_reannouncement_delay", "duration", 5, "ColdkeySwapReannouncementDelay",
     "ColdkeySwapReannouncementDelaySet"),
    ("net_tao_flow_enabled", "enabled", False, "NetTaoFlowEnabled", None),
]  # fmt: skip


def setter(name: str) -> str:
    return f"AdminUtils.sudo_set_{name}"


def names(heard: list[tuple[str, Any]]) -> list[str]:
    return [name for name, _ in heard]


@pytest.fixture
def free(chain: Chain) -> Chain:
    """No freeze window."""
    chain.module.AdminFreezeWindow.set(0)
    return chain


def test_no_call_is_missing() -> None:
    assert len(NAMES) == 82


class TestOwners:
    @pytest.mark.parametrize(("name", "argument", "value", "item", "event"), OWNERS)
    def test_owner_and_root_set_them(
        self, free: Chain, name: str, argument: str, value: Any, item: str, event: str | None
    ) -> None:
        args = {"netuid": 1, argument: value}
        assert free.do("Bob", setter(name), **args) == "BadOrigin"
        heard = listen(free.module)
        free.ok("Alice", setter(name), **args)
        assert getattr(free.module, item)[1] == value
        assert heard == ([] if event is None else [(event, (1, value))])
        assert free.do("Alice", setter(name), **args) == "TxRateLimitExceeded"
        free.ok(None, setter(name), **args)
        free.module.AdminFreezeWindow.set(10_000)
        error = free.do(None, setter(name), **args)
        assert error == "AdminActionProhibitedDuringWeightsWindow"
        assert free.do("Alice", setter(name), **args) == "TxRateLimitExceeded"

    @pytest.mark.parametrize(
        ("name", "args", "owners", "roots"),
        [
            ("activity_cutoff", {"activity_cutoff": 359}, "ActivityCutoffTooLow", 1),
            ("owner_immune_neuron_limit", {"immune_neurons": 0}, "InvalidValue", 1),
            ("owner_immune_neuron_limit", {"immune_neurons": 11}, "InvalidValue", 1),
            ("min_childkey_take_per_subnet", {"take": 11797}, "InvalidValue", 1),
            ("alpha_sigmoid_steepness", {"steepness": -1}, "NegativeSigmoidSteepness", 0),
            ("bonds_moving_average", {"bonds_moving_average": 975_001},
             "BondsMovingAverageMaxReached", 0),
        ],
    )  # fmt: skip
    def test_values_are_checked_some_for_the_owner_only(
        self, free: Chain, name: str, args: dict[str, int], owners: str, roots: int
    ) -> None:
        assert free.do("Alice", setter(name), netuid=1, **args) == owners
        assert free.do(None, setter(name), netuid=1, **args) == (owners if roots else None)

    def test_the_version_key_has_a_pause_of_its_own(self, free: Chain) -> None:
        free.module.WeightsVersionKeyRateLimit.set(1)
        name, key = setter("weights_version_key"), free.key("Alice")
        free.ok("Alice", name, netuid=1, weights_version_key=1)
        assert free.module.TransactionKeyLastBlock[key, 1, 4] == free.number
        free.mine(19)
        assert free.do("Alice", name, netuid=1, weights_version_key=2) == "TxRateLimitExceeded"
        free.mine()
        free.ok("Alice", name, netuid=1, weights_version_key=2)

    def test_a_pending_epoch_freezes_until_it_comes(self, free: Chain) -> None:
        free.module.PendingEpochAt[1] = free.number + 1
        error = free.do(None, setter("rho"), netuid=1, rho=1)
        assert error == "AdminActionProhibitedDuringWeightsWindow"
        free.module.PendingEpochAt[1] = free.number
        free.ok(None, setter("rho"), netuid=1, rho=1)


class TestRoots:
    @pytest.mark.parametrize(("name", "argument", "value", "item", "event", "window"), ROOTS)
    def test_only_root_sets_them(
        self, free: Chain, name: str, argument: str, value: int, item: str, event: str, window: bool
    ) -> None:
        args = {argument: value}
        assert free.do("Alice", setter(name), netuid=1, **args) == "BadOrigin"
        assert free.do(None, setter(name), netuid=9, **args) == "SubnetDoesNotExist"
        heard = listen(free.module)
        free.ok(None, setter(name), netuid=1, **args)
        assert getattr(free.module, item)[1] == value
        assert heard == [(event, (1, value))]
        free.module.AdminFreezeWindow.set(10_000)
        frozen = "AdminActionProhibitedDuringWeightsWindow"
        assert free.do(None, setter(name), netuid=1, **args) == (frozen if window else None)

    @pytest.mark.parametrize(("name", "argument", "value", "item", "event"), GLOBALS)
    def test_numbers_of_the_chain(
        self, chain: Chain, name: str, argument: str, value: Any, item: str, event: str | None
    ) -> None:
        assert chain.do("Alice", setter(name), **{argument: value}) == "BadOrigin"
        heard = listen(chain.module)
        chain.ok(None, setter(name), **{argument: value})
        assert getattr(chain.module, item).get() == value
        assert heard == ([] if event is None else [(event, (value,))])

    def test_the_flow_exponent_is_between_one_and_two(self, chain: Chain) -> None:
        name = setter("tao_flow_normalization_exponent")
        assert chain.do(None, name, exponent=ONE - 1) == "InvalidValue"
        assert chain.do(None, name, exponent=2 * ONE + 1) == "InvalidValue"
        chain.ok(None, name, exponent=2 * ONE)


class TestChain:
    def test_authors_are_swapped(self, chain: Chain) -> None:
        args = {"new_authorities": [chain.key("Bob")]}
        assert chain.do("Alice", "AdminUtils.swap_authorities", **args) == "BadOrigin"
        chain.ok(None, "AdminUtils.swap_authorities", **args)
        assert chain.runtime.aura.author() == chain.key("Bob")
        chain.ok(None, "AdminUtils.swap_authorities", new_authorities=[])
        assert chain.runtime.aura.author() == chain.key("Bob")

    def test_nobody_sets_the_issuance(self, chain: Chain) -> None:
        before = chain.module.TotalIssuance.get()
        for who in (None, "Alice"):
            error = chain.do(who, setter("total_issuance"), total_issuance=7)
            assert error == "Deprecated"
        assert chain.module.TotalIssuance.get() == before

    def test_precompiles_are_switched_though_there_is_no_evm(self, chain: Chain) -> None:
        admin = chain.runtime.admin_utils
        heard = listen(admin)
        name, args = "AdminUtils.sudo_toggle_evm_precompile", {"precompile_id": "Staking"}
        assert chain.do("Alice", name, **args, enabled=False) == "BadOrigin"
        chain.ok(None, name, **args, enabled=True)  # it is already
        chain.ok(None, name, **args, enabled=False)
        assert heard == [("PrecompileUpdated", ("Staking", False))]
        assert admin.PrecompileEnable["Staking"] is False
        assert admin.PrecompileEnable["Neuron"] is True

    def test_the_evm_chain_id_is_written_where_its_pallet_has_it(self, chain: Chain) -> None:
        assert chain.do("Alice", setter("evm_chain_id"), chain_id=42) == "BadOrigin"
        chain.ok(None, setter("evm_chain_id"), chain_id=42)
        assert chain.runtime.state.get(EVM_CHAIN_ID) == bytes([42, *[0] * 7])

    def test_grandpa_is_told_in_vain(self, chain: Chain) -> None:
        args = {"next_authorities": [(bytes(32), 1)], "in_blocks": 0, "forced": None}
        assert chain.do("Alice", "AdminUtils.schedule_grandpa_change", **args) == "BadOrigin"
        chain.ok(None, "AdminUtils.schedule_grandpa_change", **args)


class TestOwnersCut:
    @pytest.mark.parametrize("name", ["owner_cut_enabled", "owner_cut_auto_lock_enabled"])
    def test_its_switches_have_no_pause(self, chain: Chain, name: str) -> None:
        item = "OwnerCutEnabled" if name == "owner_cut_enabled" else "OwnerCutAutoLockEnabled"
        for value in (True, False, True):
            chain.ok("Alice", setter(name), netuid=1, enabled=value)
            assert getattr(chain.module, item)[1] is value
        assert chain.do("Bob", setter(name), netuid=1, enabled=True) == "BadOrigin"
        assert chain.do(None, setter(name), netuid=9, enabled=True) == "SubnetDoesNotExist"
        chain.module.AdminFreezeWindow.set(0)
        assert chain.do(None, setter(name), netuid=0, enabled=True) == "NotPermittedOnRootSubnet"
        chain.module.AdminFreezeWindow.set(10_000)
        frozen = "AdminActionProhibitedDuringWeightsWindow"
        assert chain.do("Alice", setter(name), netuid=1, enabled=True) == frozen


class TestOwnersHotkey:
    @pytest.mark.parametrize("name", ["sn_owner_hotkey", "subnet_owner_hotkey"])
    def test_it_changes_once_a_week(self, chain: Chain, name: str) -> None:
        heard = listen(chain.module)
        assert chain.do("Bob", setter(name), netuid=1, hotkey="New") == "BadOrigin"
        chain.ok("Alice", setter(name), netuid=1, hotkey="New")
        assert chain.module.SubnetOwnerHotkey[1] == chain.key("New")
        assert heard == [("SubnetOwnerHotkeySet", (1, chain.key("New")))]
        chain.mine(50)
        assert chain.do(None, setter(name), netuid=1, hotkey="Newer") == "TxRateLimitExceeded"

    def test_it_is_a_hotkey_of_a_subnet_that_exists(self, chain: Chain) -> None:
        name = setter("sn_owner_hotkey")
        assert chain.do(None, name, netuid=9, hotkey="New") == "SubnetNotExists"
        error = chain.do(None, name, netuid=1, hotkey=subnet_account(1))
        assert error == "CannotUseSystemAccount"


class TestTrimming:
    """Subnet 1 with the owner's uid 0 and nine others, nobody immune; uid 3 validates."""

    @pytest.fixture
    def full(self, free: Chain) -> Chain:
        populate(free)
        module = free.module
        for number in range(4, 10):
            module.RegistrationsThisBlock[1] = 0
            free.mine()
            free.register("Dave", f"H{number}")
        module.ImmunityPeriod[1] = 0
        module.MinAllowedUids[1] = 2
        module.MechanismCountCurrent[1] = 2
        module.Emission[1] = [0, 90, 0, 70, 0, 50, 0, 30, 0, 10]
        module.Incentive[1] = list(range(10))
        module.Weights[1, 1] = [(0, 5), (2, 6), (5, 7), (9, 8)]
        module.Bonds[1, 1] = [(7, 9)]
        module.Weights[4097, 5] = [(1, 3), (8, 3)]
        module.LastUpdate[4097] = [4, 4, 4]
        return free

    @staticmethod
    def trim(chain: Chain, most: int, who: str | None = None) -> str | None:
        name = "AdminUtils.sudo_trim_to_max_allowed_uids"
        return chain.do(who, name, netuid=1, max_n=most)

    def test_the_least_earning_leave_and_the_rest_move_together(self, full: Chain) -> None:
        module = full.module
        hotkeys = module.hotkeys_of(1)
        registered = [module.BlockAtRegistration[1, uid] for uid in range(10)]
        assert self.trim(full, 5) is None
        # 8, 6, 4, 2 earned nothing, then 9; uid 0 earned nothing either and is the owner's.
        kept = [0, 1, 3, 5, 7]
        assert module.SubnetworkN[1] == module.MaxAllowedUids[1] == 5
        assert module.hotkeys_of(1) == [hotkeys[uid] for uid in kept]
        assert [module.uid_of(1, hotkeys[uid]) for uid in kept] == [0, 1, 2, 3, 4]
        assert module.uid_of(1, hotkeys[9]) is None
        assert not module.IsNetworkMember[hotkeys[9], 1]
        assert module.Emission[1] == [0, 90, 70, 50, 30]
        assert module.Incentive[1] == kept
        stored = [module.BlockAtRegistration[1, uid] for uid in range(5)]
        assert stored == [registered[uid] for uid in kept]
        assert module.Weights[1, 1] == [(0, 5), (3, 7)]
        assert module.Bonds[1, 1] == [(4, 9)]
        assert module.Weights[4097, 3] == [(1, 3)]
        assert module.LastUpdate[4097] == [4, 4, 0, 0, 0]
        for item in (module.Active, module.Consensus, module.ValidatorPermit, module.StakeWeight):
            assert len(item[1]) == 5
        for item in (module.Keys, module.BlockAtRegistration):
            assert len(item.keys_under(1)) == 5
        module.MechanismCountCurrent[1] = 1
        next_epoch(full)  # consensus runs on what is left
        assert len(module.Dividends[1]) == 5

    def test_stake_stays_where_it_is(self, full: Chain) -> None:
        full.ok("Dave", "add_stake", hotkey="H9", netuid=1, amount_staked=TAO)
        held = full.stake("H9", "Dave")
        assert self.trim(full, 5) is None
        assert full.stake("H9", "Dave") == held > 0

    def test_bounds(self, full: Chain) -> None:
        assert self.trim(full, 1) == "InvalidValue"
        assert self.trim(full, 257) == "InvalidValue"
        name = "AdminUtils.sudo_trim_to_max_allowed_uids"
        assert full.do(None, name, netuid=9, max_n=5) == "SubnetNotExists"
        assert self.trim(full, 12) is None
        assert full.module.SubnetworkN[1] == 10
        assert full.module.MaxAllowedUids[1] == 12

    def test_immune_neurons_stay_and_must_be_few(self, full: Chain) -> None:
        module = full.module
        module.ImmunityPeriod[1] = 3  # H9 and the one or two before it
        immune = [
            module.Keys[1, uid] for uid in range(10)
            if full.number - module.BlockAtRegistration[1, uid] < 3
        ]  # fmt: skip
        assert len(immune) == 3
        assert self.trim(full, 5) == "TrimmingWouldExceedMaxImmunePercentage"
        assert module.MaxAllowedUids[1] == 256
        assert self.trim(full, 6) is None
        assert set(immune) < set(module.hotkeys_of(1))

    def test_the_owner_does_it_once_a_month(self, full: Chain) -> None:
        assert self.trim(full, 9, "Bob") == "BadOrigin"
        assert self.trim(full, 9, "Alice") is None
        assert self.trim(full, 8, "Alice") == "TxRateLimitExceeded"
        key = full.key("Alice")
        assert full.module.TransactionKeyLastBlock[key, 1, 9] == full.number
        full.runtime.system.Number.set(full.number + 216_000)
        assert self.trim(full, 8, "Alice") is None

    def test_on_a_quick_chain_with_every_block(self, start_chain: Any) -> None:
        quick = start_chain(block_time=0.25)
        quick.module.AdminFreezeWindow.set(0)
        assert self.trim(quick, 100, "Alice") is None
        assert self.trim(quick, 90, "Alice") == "TxRateLimitExceeded"
        quick.mine()
        assert self.trim(quick, 90, "Alice") is None


def test_the_pow_switch_lets_work_in(free: Chain) -> None:
    assert free.module.NetworkPowRegistrationAllowed[1] is False
    name, args = setter("network_pow_registration_allowed"), {"registration_allowed": True}
    assert free.do(None, name, netuid=9, **args) == "SubnetDoesNotExist"
    heard = listen(free.module)
    free.ok("Alice", name, netuid=1, **args)
    assert names(heard) == ["PowRegistrationAllowed"]
