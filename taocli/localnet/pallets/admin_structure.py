"""AdminUtils' calls that reshape a subnet: its owner's hotkey, its mechanisms, how many slots it has.

The owner may call them, each more rarely than once in two epochs: the hotkey once a week, mechanisms once a
day, trimming once in thirty days; two switches of the owner's cut have no such limit. Source: Subtensor spec
425, pallet ``admin-utils``.
"""

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import Origin
from taocli.localnet.frame.types import AccountId, Field, Option, Vec, boolean, u8, u16
from taocli.localnet.pallets.admin_setters import Setters, SubnetSetter, not_on_root
from taocli.localnet.pallets.subtensor.networks import is_subnet_account

_WEEK = 50_400
_LEAST_ALPHA = 1_638
_COUNT = SubnetSetter("MechanismCountCurrent", "mechanism_count", u8, limit="MechanismCountUpdate")
_SPLIT = SubnetSetter("MechanismEmissionSplit", "maybe_split", u16, limit="MechanismEmission")
_TRIM = SubnetSetter("MaxAllowedUids", "max_n", u16, limit="MaxUidsTrimming")
_ALPHAS = SubnetSetter("AlphaValues", "", u16, limit="AlphaValues")


class StructureCalls(Setters):
    """What changes more than one number of a subnet."""

    @call(51, netuid=u16, alpha_low=u16, alpha_high=u16)
    def sudo_set_alpha_values(
        self, origin: Origin, netuid: int, alpha_low: int, alpha_high: int
    ) -> None:
        """Set the bounds of liquid alpha, in parts of 65535."""
        self.admit(origin, netuid, _ALPHAS)
        subnets = self.subnets
        subnets.ensure(subnets.LiquidAlphaOn[netuid], "LiquidAlphaDisabled")
        subnets.ensure(alpha_high >= _LEAST_ALPHA, "AlphaHighTooLow")
        subnets.ensure(_LEAST_ALPHA <= alpha_low <= alpha_high, "AlphaLowOutOfRange")
        subnets.AlphaValues[netuid] = (alpha_low, alpha_high)
        self.note_owner(origin, netuid, _ALPHAS)

    @call(64, netuid=u16, hotkey=Field(None, AccountId, "<T as frame_system::Config>::AccountId"))
    def sudo_set_subnet_owner_hotkey(self, origin: Origin, netuid: int, hotkey: bytes) -> None:
        """The former name of ``sudo_set_sn_owner_hotkey``."""
        self.sudo_set_sn_owner_hotkey(origin, netuid, hotkey)

    @call(67, netuid=u16, hotkey=AccountId)
    def sudo_set_sn_owner_hotkey(self, origin: Origin, netuid: int, hotkey: bytes) -> None:
        """Name another hotkey as the subnet owner's, once a week."""
        subnets, key = self.subnets, ("SetSNOwnerHotkey", netuid)
        self.ensure_owner_or_root(origin, netuid)
        subnets.ensure(subnets.NetworksAdded[netuid], "SubnetNotExists")
        last = subnets.LastRateLimitedBlock[key]
        subnets.ensure(not last or self.block_number - last >= _WEEK, "TxRateLimitExceeded")
        subnets.ensure(not is_subnet_account(hotkey), "CannotUseSystemAccount")
        subnets.LastRateLimitedBlock[key] = self.block_number
        subnets.SubnetOwnerHotkey[netuid] = hotkey
        subnets.deposit("SubnetOwnerHotkeySet", netuid, hotkey)

    @call(76, netuid=u16, mechanism_count=Field(None, u8, "MechId"))
    def sudo_set_mechanism_count(self, origin: Origin, netuid: int, mechanism_count: int) -> None:
        """Set how many mechanisms a subnet has; the alpha is then split evenly."""
        self.admit(origin, netuid, _COUNT)
        self.subnets.set_mechanism_count(netuid, mechanism_count)
        self.note_owner(origin, netuid, _COUNT)

    @call(77, netuid=u16, maybe_split=Option(Vec(u16)))
    def sudo_set_mechanism_emission_split(
        self, origin: Origin, netuid: int, maybe_split: list[int] | None
    ) -> None:
        """Set each mechanism's part of the alpha, of 65535; None splits it evenly."""
        self.admit(origin, netuid, _SPLIT)
        self.subnets.set_emission_split(netuid, maybe_split)
        self.note_owner(origin, netuid, _SPLIT)

    @call(78, netuid=u16, max_n=u16)
    def sudo_trim_to_max_allowed_uids(self, origin: Origin, netuid: int, max_n: int) -> None:
        """Take the least earning neurons out until so many are left."""
        self.admit(origin, netuid, _TRIM)
        self.subnets.trim_uids(netuid, max_n)
        self.note_owner(origin, netuid, _TRIM)

    @call(92, netuid=u16, enabled=boolean)
    def sudo_set_owner_cut_enabled(self, origin: Origin, netuid: int, enabled: bool) -> None:
        """Switch the owner's cut; owner or root, without a rate limit."""
        self._admit_switch(origin, netuid, enabled)
        self.subnets.OwnerCutEnabled[netuid] = enabled

    @call(95, netuid=u16, enabled=boolean)
    def sudo_set_owner_cut_auto_lock_enabled(
        self, origin: Origin, netuid: int, enabled: bool
    ) -> None:
        """Switch whether the owner's cut is locked as it comes; owner or root, without a rate limit."""
        self._admit_switch(origin, netuid, enabled)
        self.subnets.OwnerCutAutoLockEnabled[netuid] = enabled

    def _admit_switch(self, origin: Origin, netuid: int, value: bool) -> None:
        self.ensure_owner_or_root(origin, netuid)
        self.ensure_window(netuid)
        self.ensure_subnet(netuid)
        not_on_root(self, netuid, value)
