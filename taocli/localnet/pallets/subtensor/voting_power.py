"""Voting power: a slow average of each validator's stake, for contracts that count votes.

Off until a subnet's owner or root turns it on. After each epoch every validator's power moves a little towards
the TAO value of the stake on its hotkey; miners and those who left have none. Turning it off takes effect two weeks
later. Source: Subtensor spec 425, ``utils/voting_power.rs``.
"""

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import DispatchFailure, Origin
from taocli.localnet.frame.types import u16, u64
from taocli.localnet.pallets.subtensor.neurons import Neurons

GRACE_PERIOD = 100_800
"""Blocks from the request to the end of tracking: 14 days of 12 seconds."""

_ONE = 10**18


class VotingPowers(Neurons):
    """Switching the tracking, and the average itself."""

    name = "SubtensorModule"

    @call(129, netuid=u16)
    def enable_voting_power_tracking(self, origin: Origin, netuid: int) -> None:
        """Track the voting power of a subnet's validators from the next epoch on."""
        self._owner_or_root(origin, netuid)
        self.VotingPowerTrackingEnabled[netuid] = True
        if netuid in self.VotingPowerDisableAtBlock:
            del self.VotingPowerDisableAtBlock[netuid]
        self.deposit("VotingPowerTrackingEnabled", netuid)

    @call(130, netuid=u16)
    def disable_voting_power_tracking(self, origin: Origin, netuid: int) -> None:
        """Stop tracking after the grace period."""
        self._owner_or_root(origin, netuid)
        enabled = self.VotingPowerTrackingEnabled[netuid]
        self.ensure(enabled, "VotingPowerTrackingNotEnabled")
        end = self.block_number + GRACE_PERIOD
        self.VotingPowerDisableAtBlock[netuid] = end
        self.deposit("VotingPowerTrackingDisableScheduled", netuid, end)

    @call(131, netuid=u16, alpha=u64)
    def sudo_set_voting_power_ema_alpha(self, origin: Origin, netuid: int, alpha: int) -> None:
        """Set how fast power follows stake, in parts of 10^18, by root."""
        origin.root()
        self.ensure(self.NetworksAdded[netuid], "SubnetNotExists")
        self.ensure(alpha <= _ONE, "InvalidVotingPowerEmaAlpha")
        self.VotingPowerEmaAlpha[netuid] = alpha
        self.deposit("VotingPowerEmaAlphaSet", netuid, alpha)

    def follow_stake(self, netuid: int) -> None:
        """After an epoch: move every power, or end the tracking when its time has come."""
        if not self.VotingPowerTrackingEnabled[netuid]:
            return
        end = self.VotingPowerDisableAtBlock[netuid]
        if end and self.block_number >= end:
            self._stop_tracking(netuid)
            return
        permits = self.ValidatorPermit[netuid]
        validators = {
            hotkey
            for uid, hotkey in enumerate(self.hotkeys_of(netuid))
            if uid < len(permits) and permits[uid]
        }
        for hotkey in validators:
            self._follow(netuid, hotkey)
        for _, hotkey in list(self.VotingPower.keys_under(netuid)):
            if hotkey not in validators:
                del self.VotingPower[netuid, hotkey]

    def _follow(self, netuid: int, hotkey: bytes) -> None:
        share, former = self.VotingPowerEmaAlpha[netuid], self.VotingPower[netuid, hotkey]
        power = (share * self._worth(hotkey) + (_ONE - share) * former) // _ONE
        least = self.StakeThreshold.get()
        if power < least <= former:
            del self.VotingPower[netuid, hotkey]
        elif power:
            self.VotingPower[netuid, hotkey] = power

    def _worth(self, hotkey: bytes) -> int:
        """All stake on a hotkey in rao of TAO, at the pools' prices."""
        return sum(
            self.TotalHotkeyAlpha[hotkey, netuid] * self.price_rao(netuid) // 10**9
            for netuid in self.NetworksAdded.keys_under()
        )

    def _stop_tracking(self, netuid: int) -> None:
        for _, hotkey in list(self.VotingPower.keys_under(netuid)):
            del self.VotingPower[netuid, hotkey]
        self.VotingPowerTrackingEnabled[netuid] = False
        del self.VotingPowerDisableAtBlock[netuid]
        self.deposit("VotingPowerTrackingDisabled", netuid)

    def _owner_or_root(self, origin: Origin, netuid: int) -> None:
        if not origin.is_root and origin.signed() != self.SubnetOwner[netuid]:
            raise DispatchFailure.bad_origin()
        self.ensure(self.NetworksAdded[netuid], "SubnetNotExists")
