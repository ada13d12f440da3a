"""AdminUtils: hyperparameters of subnets and numbers of the whole chain.

Only the calls are here that a localnet has a use for; the indices, names and arguments are those of
Subtensor spec 425.
"""

from typing import Any

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import Origin
from taocli.localnet.frame.pallet import Error, Event
from taocli.localnet.frame.types import U64F64, AccountId, boolean, i16, u8, u16, u64
from taocli.localnet.pallets.admin_setters import (
    Method,
    Setters,
    SubnetSetter,
    not_on_root,
    root_call,
    subnet_call,
)

_MIN_BURN_CEILING = 10**9
_MAX_BURN_FLOOR = 10**8
_ONE_U64F64 = 1 << 64
_MOST_UIDS = 256
_BONDS_AVERAGE_MOST = 975_000
_REVEAL_PERIOD_MOST = 100
_MOST_EPOCHS = 32


def _min_burn(pallet: Setters, netuid: int, value: int) -> None:
    fits = value < _MIN_BURN_CEILING and value < pallet.subnets.MaxBurn[netuid]
    pallet.ensure(fits, "ValueNotInBounds")


def _max_burn(pallet: Setters, netuid: int, value: int) -> None:
    fits = value > _MAX_BURN_FLOOR and value > pallet.subnets.MinBurn[netuid]
    pallet.ensure(fits, "ValueNotInBounds")


def _half_life(pallet: Setters, netuid: int, value: int) -> None:
    not_on_root(pallet, netuid, value)
    pallet.ensure(value > 0, "InvalidValue")


def _multiplier(pallet: Setters, netuid: int, value: int) -> None:
    not_on_root(pallet, netuid, value)
    pallet.ensure(value >= _ONE_U64F64, "InvalidValue")


def _max_uids(pallet: Setters, netuid: int, value: int) -> None:
    subnets = pallet.subnets
    pallet.ensure(value >= subnets.MinAllowedUids[netuid], "MaxAllowedUidsLessThanMinAllowedUids")
    pallet.ensure(value >= subnets.SubnetworkN[netuid], "MaxAllowedUIdsLessThanCurrentUIds")
    pallet.ensure(value <= _MOST_UIDS, "MaxAllowedUidsGreaterThanDefaultMaxAllowedUids")


def _min_uids(pallet: Setters, netuid: int, value: int) -> None:
    subnets = pallet.subnets
    pallet.ensure(value < subnets.MaxAllowedUids[netuid], "MinAllowedUidsGreaterThanMaxAllowedUids")
    pallet.ensure(value < subnets.SubnetworkN[netuid], "MinAllowedUidsGreaterThanCurrentUids")


def _max_validators(pallet: Setters, netuid: int, value: int) -> None:
    fits = value <= pallet.subnets.MaxAllowedUids[netuid]
    pallet.ensure(fits, "MaxValidatorsLargerThanMaxUIds")


def _bonds_average(pallet: Setters, netuid: int, value: int) -> None:  # noqa: ARG001 - a check's signature
    pallet.ensure(value <= _BONDS_AVERAGE_MOST, "BondsMovingAverageMaxReached")


def _steepness(pallet: Setters, netuid: int, value: int) -> None:  # noqa: ARG001 - a check's signature
    pallet.ensure(value >= 0, "NegativeSigmoidSteepness")


def _reveal_period(pallet: Setters, netuid: int, value: int) -> None:  # noqa: ARG001 - a check's signature
    pallet.subnets.ensure(value <= _REVEAL_PERIOD_MOST, "RevealPeriodTooLarge")
    pallet.subnets.ensure(value >= 1, "RevealPeriodTooSmall")


def _subnet(name: str, index: int, *args: Any, **options: Any) -> Method:
    return subnet_call(name, index, SubnetSetter(*args, **options))


def _root(name: str, index: int, *args: Any) -> Method:
    return root_call(name, index, *args)


class OwnerSetters(Setters):
    """What a subnet's owner may change."""

    # fmt: off
    sudo_set_serving_rate_limit = _subnet(
        "sudo_set_serving_rate_limit", 3, "ServingRateLimit", "serving_rate_limit", u64,
        limit="ServingRateLimit", must_exist=False, event="ServingRateLimitSet",
    )
    sudo_set_weights_version_key = _subnet(
        "sudo_set_weights_version_key", 6, "WeightsVersionKey", "weights_version_key", u64,
        limit="Unknown", event="WeightsVersionKeySet",
    )
    sudo_set_immunity_period = _subnet(
        "sudo_set_immunity_period", 13, "ImmunityPeriod", "immunity_period", u16,
        limit="ImmunityPeriod", event="ImmunityPeriodSet",
    )
    sudo_set_min_allowed_weights = _subnet(
        "sudo_set_min_allowed_weights", 14, "MinAllowedWeights", "min_allowed_weights", u16,
        limit="MinAllowedWeights", event="MinAllowedWeightSet",
    )
    sudo_set_max_allowed_uids = _subnet(
        "sudo_set_max_allowed_uids", 15, "MaxAllowedUids", "max_allowed_uids", u16,
        limit="MaxAllowedUids", event="MaxAllowedUidsSet", check=_max_uids,
    )
    sudo_set_rho = _subnet("sudo_set_rho", 17, "Rho", "rho", u16, limit="Rho", event="RhoSet")
    sudo_set_min_burn = _subnet(
        "sudo_set_min_burn", 22, "MinBurn", "min_burn", u64,
        limit="MinBurn", event="MinBurnSet", check=_min_burn,
    )
    sudo_set_max_burn = _subnet(
        "sudo_set_max_burn", 23, "MaxBurn", "max_burn", u64,
        limit="MaxBurn", event="MaxBurnSet", check=_max_burn,
    )
    sudo_set_bonds_moving_average = _subnet(
        "sudo_set_bonds_moving_average", 26, "BondsMovingAverage", "bonds_moving_average", u64,
        limit="BondsMovingAverage", event="BondsMovingAverageSet", check=_bonds_average,
    )
    sudo_set_commit_reveal_weights_enabled = _subnet(
        "sudo_set_commit_reveal_weights_enabled", 49, "CommitRevealWeightsEnabled", "enabled",
        boolean, limit="CommitRevealEnabled", event="CommitRevealEnabled",
    )
    sudo_set_liquid_alpha_enabled = _subnet(
        "sudo_set_liquid_alpha_enabled", 50, "LiquidAlphaOn", "enabled", boolean,
        limit="LiquidAlphaEnabled", must_exist=False,
    )
    sudo_set_commit_reveal_weights_interval = _subnet(
        "sudo_set_commit_reveal_weights_interval", 57, "RevealPeriodEpochs", "interval", u64,
        limit="WeightCommitInterval", event="CommitRevealPeriodsSet", check=_reveal_period,
    )
    sudo_set_bonds_penalty = _subnet(
        "sudo_set_bonds_penalty", 60, "BondsPenalty", "bonds_penalty", u16,
        limit="BondsPenalty", event="BondsPenaltySet",
    )
    sudo_set_toggle_transfer = _subnet(
        "sudo_set_toggle_transfer", 61, "TransferToggle", "toggle", boolean,
        limit="TransferEnabled", must_exist=False, event="TransferToggle",
    )
    sudo_set_alpha_sigmoid_steepness = _subnet(
        "sudo_set_alpha_sigmoid_steepness", 68, "AlphaSigmoidSteepness", "steepness", i16,
        limit="AlphaSigmoidSteepness", event="AlphaSigmoidSteepnessSet", check=_steepness,
    )
    sudo_set_yuma3_enabled = _subnet(
        "sudo_set_yuma3_enabled", 69, "Yuma3On", "enabled", boolean,
        limit="Yuma3Enabled", must_exist=False, own_event="Yuma3EnableToggled",
    )
    sudo_set_bonds_reset_enabled = _subnet(
        "sudo_set_bonds_reset_enabled", 70, "BondsResetOn", "enabled", boolean,
        limit="BondsResetEnabled", must_exist=False, own_event="BondsResetToggled",
    )
    sudo_set_owner_immune_neuron_limit = _subnet(
        "sudo_set_owner_immune_neuron_limit", 72, "ImmuneOwnerUidsLimit", "immune_neurons", u16,
        limit="ImmuneNeuronLimit", must_exist=False,
    )
    sudo_set_burn_half_life = _subnet(
        "sudo_set_burn_half_life", 89, "BurnHalfLife", "burn_half_life", u16,
        limit="BurnHalfLife", own_event="BurnHalfLifeSet", check=_half_life,
    )
    sudo_set_burn_increase_mult = _subnet(
        "sudo_set_burn_increase_mult", 90, "BurnIncreaseMult", "burn_increase_mult", U64F64,
        limit="BurnIncreaseMult", own_event="BurnIncreaseMultSet", check=_multiplier,
    )
    # fmt: on


class RootSetters(Setters):
    """What only root may change."""

    # fmt: off
    sudo_set_weights_set_rate_limit = _subnet(
        "sudo_set_weights_set_rate_limit", 7, "WeightsSetRateLimit", "weights_set_rate_limit", u64,
        window=False, event="WeightsSetRateLimitSet",
    )
    sudo_set_kappa = _subnet("sudo_set_kappa", 16, "Kappa", "kappa", u16, window=False, event="KappaSet")
    sudo_set_network_registration_allowed = _subnet(
        "sudo_set_network_registration_allowed", 19, "NetworkRegistrationAllowed",
        "registration_allowed", boolean, window=False, must_exist=False,
        event="RegistrationAllowed",
    )
    sudo_set_target_registrations_per_interval = _subnet(
        "sudo_set_target_registrations_per_interval", 21, "TargetRegistrationsPerInterval",
        "target_registrations_per_interval", u16, event="RegistrationPerIntervalSet",
    )
    sudo_set_max_allowed_validators = _subnet(
        "sudo_set_max_allowed_validators", 25, "MaxAllowedValidators", "max_allowed_validators",
        u16, event="MaxAllowedValidatorsSet", check=_max_validators,
    )
    sudo_set_max_registrations_per_block = _subnet(
        "sudo_set_max_registrations_per_block", 27, "MaxRegistrationsPerBlock",
        "max_registrations_per_block", u16, event="MaxRegistrationsPerBlockSet",
    )
    sudo_set_tempo = _subnet("sudo_set_tempo", 30, "Tempo", "tempo", u16, event="TempoSet")
    sudo_set_ema_price_halving_period = _subnet(
        "sudo_set_ema_price_halving_period", 65, "EMAPriceHalvingBlocks", "ema_halving", u64,
        window=False, must_exist=False,
    )
    sudo_set_subtoken_enabled = _subnet(
        "sudo_set_subtoken_enabled", 66, "SubtokenEnabled", "subtoken_enabled", boolean,
        must_exist=False,
    )
    sudo_set_min_allowed_uids = _subnet(
        "sudo_set_min_allowed_uids", 79, "MinAllowedUids", "min_allowed_uids", u16,
        event="MinAllowedUidsSet", check=_min_uids,
    )
    sudo_set_min_non_immune_uids = _subnet(
        "sudo_set_min_non_immune_uids", 84, "MinNonImmuneUids", "min", u16, window=False,
        must_exist=False, event="MinNonImmuneUidsSet",
    )
    sudo_set_subnet_emission_enabled = _subnet(
        "sudo_set_subnet_emission_enabled", 94, "SubnetEmissionEnabled", "enabled", boolean,
        window=False, own_event="SubnetEmissionEnabledSet", check=not_on_root,
    )
    sudo_set_default_take = _root("sudo_set_default_take", 1, "MaxDelegateTake", "default_take", u16, "MaxDelegateTakeSet")
    sudo_set_tx_rate_limit = _root("sudo_set_tx_rate_limit", 2, "TxRateLimit", "tx_rate_limit", u64, "TxRateLimitSet")
    sudo_set_subnet_owner_cut = _root(
        "sudo_set_subnet_owner_cut", 28, "SubnetOwnerCut", "subnet_owner_cut", u16,
        "SubnetOwnerCutSet",
    )
    sudo_set_network_rate_limit = _root(
        "sudo_set_network_rate_limit", 29, "NetworkRateLimit", "rate_limit", u64,
        "NetworkRateLimitSet",
    )
    sudo_set_network_immunity_period = _root(
        "sudo_set_network_immunity_period", 35, "NetworkImmunityPeriod", "immunity_period", u64,
        "NetworkImmunityPeriodSet",
    )
    sudo_set_network_min_lock_cost = _root(
        "sudo_set_network_min_lock_cost", 36, "NetworkMinLockCost", "lock_cost", u64,
        "NetworkMinLockCostSet",
    )
    sudo_set_subnet_limit = _root("sudo_set_subnet_limit", 37, "SubnetLimit", "max_subnets", u16, "SubnetLimitSet")
    sudo_set_lock_reduction_interval = _root(
        "sudo_set_lock_reduction_interval", 38, "NetworkLockReductionInterval", "interval", u64,
        "NetworkLockCostReductionIntervalSet",
    )
    sudo_set_stake_threshold = _root("sudo_set_stake_threshold", 42, "StakeThreshold", "min_stake", u64, "StakeThresholdSet")
    sudo_set_nominator_min_required_stake = _root(
        "sudo_set_nominator_min_required_stake", 43, "NominatorMinRequiredStake", "min_stake", u64,
        None,
    )
    sudo_set_tx_delegate_take_rate_limit = _root(
        "sudo_set_tx_delegate_take_rate_limit", 45, "TxDelegateTakeRateLimit", "tx_rate_limit", u64,
        "TxDelegateTakeRateLimitSet",
    )
    sudo_set_min_delegate_take = _root("sudo_set_min_delegate_take", 46, "MinDelegateTake", "take", u16, "MinDelegateTakeSet")
    sudo_set_admin_freeze_window = _root(
        "sudo_set_admin_freeze_window", 74, "AdminFreezeWindow", "window", u16,
        "AdminFreezeWindowSet",
    )
    sudo_set_owner_hparam_rate_limit = _root(
        "sudo_set_owner_hparam_rate_limit", 75, "OwnerHyperparamRateLimit", "epochs", u16,
        "OwnerHyperparamRateLimitSet",
    )
    sudo_set_start_call_delay = _root("sudo_set_start_call_delay", 85, "StartCallDelay", "delay", u64, "StartCallDelaySet")
    # fmt: on


class AdminUtils(OwnerSetters, RootSetters):
    """Parameters of subnets and of the chain."""

    name = "AdminUtils"
    index = 19
    crate = "pallet_admin_utils"

    events = (
        Event("Yuma3EnableToggled", index=1, netuid=u16, enabled=boolean),
        Event("BondsResetToggled", index=2, netuid=u16, enabled=boolean),
        Event("BurnHalfLifeSet", index=3, netuid=u16, burn_half_life=u16),
        Event("BurnIncreaseMultSet", index=4, netuid=u16, burn_increase_mult=U64F64),
        Event("SubnetEmissionEnabledSet", index=5, netuid=u16, enabled=boolean),
    )
    errors = (
        Error("SubnetDoesNotExist", "The subnet does not exist, check the netuid parameter."),
        Error(
            "MaxValidatorsLargerThanMaxUIds",
            "The maximum number of subnet validators must be less than the maximum number of allowed UIDs in the subnet.",
        ),
        Error(
            "MaxAllowedUIdsLessThanCurrentUIds",
            "The maximum number of subnet validators must be more than the current number of UIDs already in the subnet.",
        ),
        Error(
            "BondsMovingAverageMaxReached", "The maximum value for bonds moving average is reached."
        ),
        Error("NegativeSigmoidSteepness", "Only root can set negative sigmoid steepness values."),
        Error("ValueNotInBounds", "Value not in allowed bounds."),
        Error(
            "MinAllowedUidsGreaterThanCurrentUids",
            "The minimum allowed UIDs must be less than the current number of UIDs in the subnet.",
        ),
        Error(
            "MinAllowedUidsGreaterThanMaxAllowedUids",
            "The minimum allowed UIDs must be less than the maximum allowed UIDs.",
        ),
        Error(
            "MaxAllowedUidsLessThanMinAllowedUids",
            "The maximum allowed UIDs must be greater than the minimum allowed UIDs.",
        ),
        Error(
            "MaxAllowedUidsGreaterThanDefaultMaxAllowedUids",
            "The maximum allowed UIDs must be less than the default maximum allowed UIDs.",
        ),
        Error("InvalidValue", "Bad parameter value."),
        Error("NotPermittedOnRootSubnet", "Operation is not permitted on the root network."),
        Error("POWRegistrationDisabled", "POW Registration has been deprecated."),
        Error("Deprecated", "Call is deprecated."),
    )

    @call(51, netuid=u16, alpha_low=u16, alpha_high=u16)
    def sudo_set_alpha_values(
        self, origin: Origin, netuid: int, alpha_low: int, alpha_high: int
    ) -> None:
        """Set the bounds of liquid alpha, in parts of 65535."""
        setter = SubnetSetter("AlphaValues", "", u16, limit="AlphaValues")
        self.admit(origin, netuid, setter)
        subnets = self.subnets
        subnets.ensure(subnets.LiquidAlphaOn[netuid], "LiquidAlphaDisabled")
        subnets.ensure(alpha_high >= 1638, "AlphaHighTooLow")
        subnets.ensure(1638 <= alpha_low <= alpha_high, "AlphaLowOutOfRange")
        subnets.AlphaValues[netuid] = (alpha_low, alpha_high)
        self.note_owner(origin, netuid, setter)

    @call(67, netuid=u16, hotkey=AccountId)
    def sudo_set_sn_owner_hotkey(self, origin: Origin, netuid: int, hotkey: bytes) -> None:
        """Name another hotkey as the subnet owner's."""
        setter = SubnetSetter("SubnetOwnerHotkey", "", AccountId, limit="Unknown", window=False)
        self.admit(origin, netuid, setter)
        self.subnets.SubnetOwnerHotkey[netuid] = hotkey
        self.note_owner(origin, netuid, setter)
        self.subnets.deposit("SubnetOwnerHotkeySet", netuid, hotkey)

    @call(92, netuid=u16, enabled=boolean)
    def sudo_set_owner_cut_enabled(self, origin: Origin, netuid: int, enabled: bool) -> None:
        """Switch the owner's cut; owner or root, without a rate limit."""
        if not origin.is_root and origin.signed() == self.subnets.SubnetOwner[netuid]:
            frozen = self.is_frozen(netuid)
            self.subnets.ensure(not frozen, "AdminActionProhibitedDuringWeightsWindow")
        else:
            self.admit(origin, netuid, SubnetSetter("OwnerCutEnabled", "enabled", boolean))
        self.ensure(self.subnets.NetworksAdded[netuid], "SubnetDoesNotExist")
        not_on_root(self, netuid, enabled)
        self.subnets.OwnerCutEnabled[netuid] = enabled

    @call(96, max_epochs_per_block=u8)
    def sudo_set_max_epochs_per_block(self, origin: Origin, max_epochs_per_block: int) -> None:
        """Set how many epochs may run in one block."""
        origin.root()
        self.ensure(1 <= max_epochs_per_block <= _MOST_EPOCHS, "ValueNotInBounds")
        self.subnets.MaxEpochsPerBlock.set(max_epochs_per_block)
        self.subnets.deposit("MaxEpochsPerBlockSet", max_epochs_per_block)
