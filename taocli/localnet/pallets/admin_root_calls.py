"""AdminUtils' calls by which only root sets a number, of a subnet or of the whole chain.

Each line is a call: its name, index, storage item, argument, type and event. Indices, names, arguments and
errors are those of Subtensor spec 425, pallet ``admin-utils``.
"""

from typing import Any

from taocli.localnet.frame.types import I64F64, I96F32, U64F64, boolean, u16, u32, u64
from taocli.localnet.pallets.admin_setters import (
    Method,
    Setters,
    SubnetSetter,
    not_on_root,
    root_call,
    subnet_call,
)

_ONE_U64F64 = 1 << 64


def _min_uids(pallet: Setters, netuid: int, value: int) -> None:
    subnets = pallet.subnets
    pallet.ensure(value < subnets.MaxAllowedUids[netuid], "MinAllowedUidsGreaterThanMaxAllowedUids")
    pallet.ensure(value < subnets.SubnetworkN[netuid], "MinAllowedUidsGreaterThanCurrentUids")


def _max_validators(pallet: Setters, netuid: int, value: int) -> None:
    fits = value <= pallet.subnets.MaxAllowedUids[netuid]
    pallet.ensure(fits, "MaxValidatorsLargerThanMaxUIds")


def _flow_exponent(pallet: Setters, value: int) -> None:
    pallet.ensure(_ONE_U64F64 <= value <= 2 * _ONE_U64F64, "InvalidValue")


def _subnet(name: str, index: int, *args: Any, **options: Any) -> Method:
    return subnet_call(name, index, SubnetSetter(*args, **options))


def _root(name: str, index: int, *args: Any) -> Method:
    return root_call(name, index, *args)


class SubnetRootSetters(Setters):
    """What only root may change of a subnet."""

    # fmt: off
    sudo_set_min_difficulty = _subnet(
        "sudo_set_min_difficulty", 4, "MinDifficulty", "min_difficulty", u64,
        event="MinDifficultySet",
    )
    sudo_set_weights_set_rate_limit = _subnet(
        "sudo_set_weights_set_rate_limit", 7, "WeightsSetRateLimit", "weights_set_rate_limit", u64,
        window=False, event="WeightsSetRateLimitSet",
    )
    sudo_set_adjustment_interval = _subnet(
        "sudo_set_adjustment_interval", 8, "AdjustmentInterval", "adjustment_interval", u16,
        window=False, event="AdjustmentIntervalSet",
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
    sudo_set_difficulty = _subnet(
        "sudo_set_difficulty", 24, "Difficulty", "difficulty", u64, event="DifficultySet",
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
    sudo_set_rao_recycled = _subnet(
        "sudo_set_rao_recycled", 39, "RAORecycledForRegistration", "rao_recycled", u64,
        window=False, event="RAORecycledForRegistrationSet",
    )
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
    # fmt: on


class RootSetters(SubnetRootSetters):
    """What only root may change of the chain."""

    # fmt: off
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
    sudo_set_dissolve_network_schedule_duration = _root(
        "sudo_set_dissolve_network_schedule_duration", 55, "DissolveNetworkScheduleDuration",
        "duration", u32, "DissolveNetworkScheduleDurationSet",
    )
    sudo_set_subnet_moving_alpha = _root("sudo_set_subnet_moving_alpha", 63, "SubnetMovingAlpha", "alpha", I96F32, None)
    sudo_set_commit_reveal_version = _root(
        "sudo_set_commit_reveal_version", 71, "CommitRevealWeightsVersion", "version", u16,
        "CommitRevealVersionSet",
    )
    sudo_set_ck_burn = _root("sudo_set_ck_burn", 73, "CKBurn", "burn", u64, None)
    sudo_set_tao_flow_cutoff = _root("sudo_set_tao_flow_cutoff", 81, "TaoFlowCutoff", "flow_cutoff", I64F64, None)
    sudo_set_tao_flow_normalization_exponent = _root(
        "sudo_set_tao_flow_normalization_exponent", 82, "FlowNormExponent", "exponent", U64F64,
        None, _flow_exponent,
    )
    sudo_set_tao_flow_smoothing_factor = _root(
        "sudo_set_tao_flow_smoothing_factor", 83, "FlowEmaSmoothingFactor", "smoothing_factor", u64,
        None,
    )
    sudo_set_coldkey_swap_announcement_delay = _root(
        "sudo_set_coldkey_swap_announcement_delay", 86, "ColdkeySwapAnnouncementDelay", "duration",
        u32, "ColdkeySwapAnnouncementDelaySet",
    )
    sudo_set_coldkey_swap_reannouncement_delay = _root(
        "sudo_set_coldkey_swap_reannouncement_delay", 87, "ColdkeySwapReannouncementDelay",
        "duration", u32, "ColdkeySwapReannouncementDelaySet",
    )
    sudo_set_net_tao_flow_enabled = _root("sudo_set_net_tao_flow_enabled", 91, "NetTaoFlowEnabled", "enabled", boolean, None)
    # fmt: on
