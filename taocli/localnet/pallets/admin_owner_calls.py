"""AdminUtils' calls by which a subnet's owner, or root, sets one hyperparameter.

Each line is a call: its name, index, storage item, argument and type, the owner's rate limit, and what
else holds. Indices, names, arguments and errors are those of Subtensor spec 425, pallet ``admin-utils``;
call 20 is that of spec 475, which brought registration by proof of work back.
"""

from typing import Any

from taocli.localnet.frame.types import U64F64, boolean, i16, u16, u64
from taocli.localnet.pallets.admin_setters import (
    Method,
    Setters,
    SubnetSetter,
    not_on_root,
    subnet_call,
)
from taocli.localnet.pallets.subtensor.chain_types import RecycleOrBurnEnum

_MIN_BURN_CEILING = 10**9
_MAX_BURN_FLOOR = 10**8
_ONE_U64F64 = 1 << 64
_MOST_UIDS = 256
_MOST_IMMUNE = 10
_BONDS_AVERAGE_MOST = 975_000
_REVEAL_PERIOD_MOST = 100


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
    subnets.ensure_slots(value, subnets.MechanismCountCurrent[netuid])


def _cutoff(pallet: Setters, netuid: int, value: int) -> None:  # noqa: ARG001 - a check's signature
    fits = value >= pallet.subnets.MinActivityCutoff.get()
    pallet.subnets.ensure(fits, "ActivityCutoffTooLow")


def _bonds_average(pallet: Setters, netuid: int, value: int) -> None:  # noqa: ARG001 - a check's signature
    pallet.ensure(value <= _BONDS_AVERAGE_MOST, "BondsMovingAverageMaxReached")


def _steepness(pallet: Setters, netuid: int, value: int) -> None:  # noqa: ARG001 - a check's signature
    pallet.ensure(value >= 0, "NegativeSigmoidSteepness")


def _reveal_period(pallet: Setters, netuid: int, value: int) -> None:  # noqa: ARG001 - a check's signature
    pallet.subnets.ensure(value <= _REVEAL_PERIOD_MOST, "RevealPeriodTooLarge")
    pallet.subnets.ensure(value >= 1, "RevealPeriodTooSmall")


def _immune(pallet: Setters, netuid: int, value: int) -> None:  # noqa: ARG001 - a check's signature
    pallet.subnets.ensure(1 <= value <= _MOST_IMMUNE, "InvalidValue")


def _childkey_take(pallet: Setters, netuid: int, value: int) -> None:  # noqa: ARG001 - a check's signature
    subnets = pallet.subnets
    fits = subnets.MinChildkeyTake.get() <= value <= subnets.MaxChildkeyTake.get()
    pallet.ensure(fits, "InvalidValue")


def _subnet(name: str, index: int, *args: Any, **options: Any) -> Method:
    return subnet_call(name, index, SubnetSetter(*args, **options))


class OwnerSetters(Setters):
    """What a subnet's owner may change."""

    # fmt: off
    sudo_set_serving_rate_limit = _subnet(
        "sudo_set_serving_rate_limit", 3, "ServingRateLimit", "serving_rate_limit", u64,
        limit="ServingRateLimit", must_exist=False, event="ServingRateLimitSet",
    )
    sudo_set_max_difficulty = _subnet(
        "sudo_set_max_difficulty", 5, "MaxDifficulty", "max_difficulty", u64,
        limit="MaxDifficulty", event="MaxDifficultySet",
    )
    sudo_set_weights_version_key = _subnet(
        "sudo_set_weights_version_key", 6, "WeightsVersionKey", "weights_version_key", u64,
        limit="SetWeightsVersionKey", event="WeightsVersionKeySet",
    )
    sudo_set_adjustment_alpha = _subnet(
        "sudo_set_adjustment_alpha", 9, "AdjustmentAlpha", "adjustment_alpha", u64,
        limit="AdjustmentAlpha", event="AdjustmentAlphaSet",
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
    sudo_set_rho = _subnet("sudo_set_rho", 17, "Rho", "rho", u16, limit="Rho")
    sudo_set_activity_cutoff = _subnet(
        "sudo_set_activity_cutoff", 18, "ActivityCutoff", "activity_cutoff", u16,
        limit="ActivityCutoff", event="ActivityCutoffSet", check=_cutoff,
    )
    sudo_set_network_pow_registration_allowed = _subnet(
        "sudo_set_network_pow_registration_allowed", 20, "NetworkPowRegistrationAllowed",
        "registration_allowed", boolean, limit="PowRegistrationAllowed",
        event="PowRegistrationAllowed",
    )
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
        limit="BondsMovingAverage", event="BondsMovingAverageSet", owner_check=_bonds_average,
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
        limit="AlphaSigmoidSteepness", owner_check=_steepness,
    )
    sudo_set_yuma3_enabled = _subnet(
        "sudo_set_yuma3_enabled", 69, "Yuma3On", "enabled", boolean,
        limit="Yuma3Enabled", must_exist=False, own_event="Yuma3EnableToggled",
    )
    sudo_set_bonds_reset_enabled = _subnet(
        "sudo_set_bonds_reset_enabled", 70, "BondsResetOn", "enabled", boolean,
        limit="BondsResetEnabled", must_exist=False, event="BondsResetOnSet",
        own_event="BondsResetToggled",
    )
    sudo_set_owner_immune_neuron_limit = _subnet(
        "sudo_set_owner_immune_neuron_limit", 72, "ImmuneOwnerUidsLimit", "immune_neurons", u16,
        limit="ImmuneNeuronLimit", must_exist=False, check=_immune,
    )
    sudo_set_recycle_or_burn = _subnet(
        "sudo_set_recycle_or_burn", 80, "RecycleOrBurn", "recycle_or_burn", RecycleOrBurnEnum,
        limit="RecycleOrBurn", must_exist=False,
    )
    sudo_set_burn_half_life = _subnet(
        "sudo_set_burn_half_life", 89, "BurnHalfLife", "burn_half_life", u16,
        limit="BurnHalfLife", own_event="BurnHalfLifeSet", check=_half_life,
    )
    sudo_set_burn_increase_mult = _subnet(
        "sudo_set_burn_increase_mult", 90, "BurnIncreaseMult", "burn_increase_mult", U64F64,
        limit="BurnIncreaseMult", own_event="BurnIncreaseMultSet", check=_multiplier,
    )
    sudo_set_min_childkey_take_per_subnet = _subnet(
        "sudo_set_min_childkey_take_per_subnet", 93, "MinChildkeyTakePerSubnet", "take", u16,
        limit="MinChildkeyTake", event="MinChildKeyTakePerSubnetSet", check=_childkey_take,
    )
    # fmt: on
