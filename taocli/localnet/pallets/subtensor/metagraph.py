"""Storage gathered into the records that runtime APIs answer with.

Records are dictionaries with the field names of ``api_types``; they leave this package only as SCALE.
"""

from typing import Any

_Record = dict[str, Any]
_NO_AXON = {
    "block": 0, "version": 0, "ip": 0, "port": 0, "ip_type": 0, "protocol": 0, "placeholder1": 0,
    "placeholder2": 0,
}  # fmt: skip
_NO_PROMETHEUS = {"block": 0, "version": 0, "ip": 0, "port": 0, "ip_type": 0}
_U16_MAX = 65535
_NAMES = {0: "root", 1: "apex"}


class SubnetReader:
    """Reads one subnet out of a SubtensorModule."""

    def __init__(self, module: Any) -> None:
        self._m = module

    def info(self, netuid: int) -> _Record:
        """``SubnetInfo`` and ``SubnetInfov2``."""
        m = self._m
        return {
            "netuid": netuid,
            "rho": m.Rho[netuid],
            "kappa": m.Kappa[netuid],
            "difficulty": m.Difficulty[netuid],
            "immunity_period": m.ImmunityPeriod[netuid],
            "max_allowed_validators": m.MaxAllowedValidators[netuid],
            "min_allowed_weights": m.MinAllowedWeights[netuid],
            "max_weights_limit": _U16_MAX,
            "scaling_law_power": m.ScalingLawPower[netuid],
            "subnetwork_n": m.SubnetworkN[netuid],
            "max_allowed_uids": m.MaxAllowedUids[netuid],
            "blocks_since_last_step": m.BlocksSinceLastStep[netuid],
            "tempo": m.Tempo[netuid],
            "network_modality": 0,
            "network_connect": [],
            "emission_values": 0,
            "emission_value": 0,
            "burn": m.Burn[netuid],
            "owner": m.SubnetOwner[netuid],
            "identity": m.SubnetIdentitiesV3[netuid],
        }

    def hyperparameters(self, netuid: int) -> _Record:
        """``SubnetHyperparams`` and ``SubnetHyperparamsV2``."""
        m = self._m
        low, high = m.AlphaValues[netuid]
        return {
            "rho": m.Rho[netuid],
            "kappa": m.Kappa[netuid],
            "immunity_period": m.ImmunityPeriod[netuid],
            "min_allowed_weights": m.MinAllowedWeights[netuid],
            "max_weights_limit": _U16_MAX,
            "tempo": m.Tempo[netuid],
            "min_difficulty": m.MinDifficulty[netuid],
            "max_difficulty": m.MaxDifficulty[netuid],
            "weights_version": m.WeightsVersionKey[netuid],
            "weights_rate_limit": m.WeightsSetRateLimit[netuid],
            "adjustment_interval": m.AdjustmentInterval[netuid],
            "activity_cutoff": m.activity_cutoff(netuid),
            "registration_allowed": m.NetworkRegistrationAllowed[netuid],
            "target_regs_per_interval": m.TargetRegistrationsPerInterval[netuid],
            "min_burn": m.MinBurn[netuid],
            "max_burn": m.MaxBurn[netuid],
            "bonds_moving_avg": m.BondsMovingAverage[netuid],
            "max_regs_per_block": m.MaxRegistrationsPerBlock[netuid],
            "serving_rate_limit": m.ServingRateLimit[netuid],
            "max_validators": m.MaxAllowedValidators[netuid],
            "adjustment_alpha": m.AdjustmentAlpha[netuid],
            "difficulty": m.Difficulty[netuid],
            "commit_reveal_period": m.RevealPeriodEpochs[netuid],
            "commit_reveal_weights_enabled": m.CommitRevealWeightsEnabled[netuid],
            "alpha_high": high,
            "alpha_low": low,
            "liquid_alpha_enabled": m.LiquidAlphaOn[netuid],
            "alpha_sigmoid_steepness": m.AlphaSigmoidSteepness[netuid] << 32,
            "yuma_version": 3 if m.Yuma3On[netuid] else 2,
            "subnet_is_active": m.SubtokenEnabled[netuid],
            "transfers_enabled": m.TransferToggle[netuid],
            "bonds_reset_enabled": m.BondsResetOn[netuid],
            "user_liquidity_enabled": False,
        }

    def hyperparameter_entries(self, netuid: int) -> list[_Record]:
        """The third form: name and tagged value, in the chain's order."""
        m = self._m
        extra = {
            "activity_cutoff_factor": m.ActivityCutoffFactorMilli[netuid],
            "burn_half_life": m.BurnHalfLife[netuid],
            "burn_increase_mult": m.BurnIncreaseMult[netuid],
            "owner_cut_enabled": m.OwnerCutEnabled[netuid],
            "owner_cut_auto_lock_enabled": m.OwnerCutAutoLockEnabled[netuid],
            "min_childkey_take": m.MinChildkeyTakePerSubnet[netuid],
        }
        known = self.hyperparameters(netuid) | extra
        return [{"name": name.encode(), "value": (kind, known[name])} for name, kind in ENTRY_KINDS]

    def dynamic_info(self, netuid: int) -> _Record:
        """``DynamicInfo``."""
        m = self._m
        return self._pool(netuid) | {
            "subnet_name": self._subnet_name(netuid),
            "token_symbol": list(m.TokenSymbol[netuid]),
            "emission": 0,
            "subnet_identity": m.SubnetIdentitiesV3[netuid],
        }

    def metagraph(self, netuid: int) -> _Record:
        """``Metagraph``: the subnet, its hyperparameters and its neurons as columns."""
        m = self._m
        return (
            self.hyperparameters(netuid)
            | self._pool(netuid)
            | self._neurons(netuid)
            | {
                "name": self._subnet_name(netuid),
                "symbol": list(m.TokenSymbol[netuid]),
                "identity": m.SubnetIdentitiesV3[netuid],
                "block": m.block_number,
                "subnet_emission": 0,
                "num_uids": m.SubnetworkN[netuid],
                "max_uids": m.MaxAllowedUids[netuid],
                "burn": m.Burn[netuid],
                "pow_registration_allowed": m.NetworkPowRegistrationAllowed[netuid],
            }
        )

    def axon(self, netuid: int, hotkey: bytes) -> _Record:
        """What a hotkey serves, zeros for nothing."""
        return m if (m := self._m.Axons[netuid, hotkey]) is not None else dict(_NO_AXON)

    def prometheus(self, netuid: int, hotkey: bytes) -> _Record:
        """Where a hotkey's metrics are, zeros for nowhere."""
        found = self._m.Prometheus[netuid, hotkey]
        return found if found is not None else dict(_NO_PROMETHEUS)

    def _pool(self, netuid: int) -> _Record:
        m = self._m
        waiting = m.PendingValidatorEmission[netuid] + m.PendingServerEmission[netuid]
        return {
            "netuid": netuid,
            "owner_hotkey": m.SubnetOwnerHotkey[netuid],
            "owner_coldkey": m.SubnetOwner[netuid],
            "tempo": m.Tempo[netuid],
            "last_step": m.LastMechansimStepBlock[netuid],
            "blocks_since_last_step": m.block_number - m.LastMechansimStepBlock[netuid],
            "alpha_in": m.SubnetAlphaIn[netuid],
            "alpha_out": m.SubnetAlphaOut[netuid],
            "tao_in": m.SubnetTAO[netuid],
            "alpha_out_emission": m.SubnetAlphaOutEmission[netuid],
            "alpha_in_emission": m.SubnetAlphaInEmission[netuid],
            "tao_in_emission": m.SubnetTaoInEmission[netuid],
            "pending_alpha_emission": waiting,
            "pending_root_emission": 0,
            "subnet_volume": m.SubnetVolume[netuid],
            "network_registered_at": m.NetworkRegisteredAt[netuid],
            "moving_price": m.SubnetMovingPrice[netuid],
        }

    def _neurons(self, netuid: int) -> _Record:
        m = self._m
        hotkeys = m.hotkeys_of(netuid)
        coldkeys = [m.Owner[hotkey] for hotkey in hotkeys]
        inherited = [m.inherited(hotkey, netuid) for hotkey in hotkeys]
        return {
            "hotkeys": hotkeys,
            "coldkeys": coldkeys,
            "identities": [m.IdentitiesV2[coldkey] for coldkey in coldkeys],
            "axons": [self.axon(netuid, hotkey) for hotkey in hotkeys],
            "active": m.Active[netuid],
            "validator_permit": m.ValidatorPermit[netuid],
            "pruning_score": [],
            "last_update": m.LastUpdate[netuid],
            "emission": m.Emission[netuid],
            "dividends": m.Dividends[netuid],
            "incentives": m.Incentive[netuid],
            "consensus": m.Consensus[netuid],
            "trust": [],
            "rank": [],
            "block_at_registration": [
                m.BlockAtRegistration[netuid, uid] for uid in range(len(hotkeys))
            ],
            "alpha_stake": [alpha for alpha, _ in inherited],
            "tao_stake": [root for _, root in inherited],
            "total_stake": [m.stake_weight_of(hotkey, netuid) for hotkey in hotkeys],
            "tao_dividends_per_hotkey": [],
            "alpha_dividends_per_hotkey": [
                (hotkey, m.AlphaDividendsPerSubnet[netuid, hotkey]) for hotkey in hotkeys
            ],
        }

    def _subnet_name(self, netuid: int) -> list[int]:
        identity = self._m.SubnetIdentitiesV3[netuid]
        if identity and identity["subnet_name"]:
            return list(identity["subnet_name"])
        return list(_NAMES.get(netuid, "unknown").encode())


ENTRY_KINDS = (
    ("kappa", "U16"),
    ("immunity_period", "U16"),
    ("min_allowed_weights", "U16"),
    ("max_weights_limit", "U16"),
    ("tempo", "U16"),
    ("weights_version", "U64"),
    ("weights_rate_limit", "U64"),
    ("activity_cutoff", "U64"),
    ("activity_cutoff_factor", "U32"),
    ("registration_allowed", "Bool"),
    ("target_regs_per_interval", "U16"),
    ("min_burn", "TaoBalance"),
    ("max_burn", "TaoBalance"),
    ("burn_half_life", "U16"),
    ("burn_increase_mult", "U64F64"),
    ("bonds_moving_avg", "U64"),
    ("max_regs_per_block", "U16"),
    ("serving_rate_limit", "U64"),
    ("max_validators", "U16"),
    ("commit_reveal_period", "U64"),
    ("commit_reveal_weights_enabled", "Bool"),
    ("alpha_high", "U16"),
    ("alpha_low", "U16"),
    ("liquid_alpha_enabled", "Bool"),
    ("alpha_sigmoid_steepness", "I32F32"),
    ("yuma_version", "U16"),
    ("subnet_is_active", "Bool"),
    ("transfers_enabled", "Bool"),
    ("bonds_reset_enabled", "Bool"),
    ("user_liquidity_enabled", "Bool"),
    ("owner_cut_enabled", "Bool"),
    ("owner_cut_auto_lock_enabled", "Bool"),
    ("min_childkey_take", "U16"),
)
