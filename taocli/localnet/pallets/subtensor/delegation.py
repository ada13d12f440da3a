"""What an owner decides about a hotkey: its take, its seat on root, and where incentive is staked.

Source: Subtensor spec 425, ``staking/increase_take.rs``, ``staking/decrease_take.rs``,
``coinbase/root.rs``. A take is in parts of 65535. Simplified: root registrations are limited per block
but not per interval.
"""

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import Origin
from taocli.localnet.frame.types import AccountId, u16
from taocli.localnet.pallets.subtensor.neurons import Neurons
from taocli.localnet.pallets.subtensor.shares import ROOT


class Delegation(Neurons):
    """Takes, root seats and automatic staking."""

    name = "SubtensorModule"

    @call(62, hotkey=AccountId)
    def root_register(self, origin: Origin, hotkey: bytes) -> None:
        """Take a seat on root; of a full house the one with the least root stake gives way."""
        coldkey = origin.signed()
        self.ensure(self.NetworkRegistrationAllowed[ROOT], "SubNetRegistrationDisabled")
        room = self.RegistrationsThisBlock[ROOT] < self.MaxRegistrationsPerBlock[ROOT]
        self.ensure(room, "TooManyRegistrationsThisBlock")
        seated = self.uid_of(ROOT, hotkey) is not None
        self.ensure(not seated, "HotKeyAlreadyRegisteredInSubNet")
        self.create_hotkey(hotkey, coldkey)
        self.ensure(self.Owner[hotkey] == coldkey, "NonAssociatedColdKey")
        uid = self._seat(hotkey)
        self.RegistrationsThisBlock[ROOT] += 1
        self.RegistrationsThisInterval[ROOT] += 1
        self.deposit("NeuronRegistered", ROOT, uid, hotkey)

    @call(65, free=True, hotkey=AccountId, take=u16)
    def decrease_take(self, origin: Origin, hotkey: bytes, take: int) -> None:
        """Keep less of what a hotkey's nominators earn."""
        coldkey = self._owner_of(origin, hotkey)
        lower = self.MinDelegateTake.get() <= take < self.Delegates[hotkey]
        self.ensure(lower, "DelegateTakeTooLow")
        self.Delegates[hotkey] = take
        self.deposit("TakeDecreased", coldkey, hotkey, take)

    @call(66, free=True, hotkey=AccountId, take=u16)
    def increase_take(self, origin: Origin, hotkey: bytes, take: int) -> None:
        """Keep more of it; rarely allowed."""
        coldkey = self._owner_of(origin, hotkey)
        self.ensure(take > self.Delegates[hotkey], "DelegateTakeTooLow")
        self.ensure(take <= self.MaxDelegateTake.get(), "DelegateTakeTooHigh")
        key = ("LastTxBlockDelegateTake", hotkey)
        last = self.LastRateLimitedBlock[key]
        rested = not last or self.block_number - last > self.TxDelegateTakeRateLimit.get()
        self.ensure(rested, "DelegateTxRateLimitExceeded")
        self.Delegates[hotkey] = take
        self.LastRateLimitedBlock[key] = self.block_number
        self.deposit("TakeIncreased", coldkey, hotkey, take)

    @call(114, netuid=u16, hotkey=AccountId)
    def set_coldkey_auto_stake_hotkey(self, origin: Origin, netuid: int, hotkey: bytes) -> None:
        """Stake the incentive of all the signer's miners in a subnet on one hotkey."""
        coldkey = origin.signed()
        self.ensure(self.NetworksAdded[netuid], "SubnetNotExists")
        member = self.uid_of(netuid, hotkey) is not None
        self.ensure(member, "HotKeyNotRegisteredInSubNet")
        former = self.AutoStakeDestination[coldkey, netuid]
        self.ensure(former != hotkey, "SameAutoStakeHotkeyAlreadySet")
        if former is not None:
            left = [
                key for key in self.AutoStakeDestinationColdkeys[former, netuid] if key != coldkey
            ]
            self.AutoStakeDestinationColdkeys[former, netuid] = left
        self.AutoStakeDestination[coldkey, netuid] = hotkey
        known = self.AutoStakeDestinationColdkeys[hotkey, netuid]
        self.AutoStakeDestinationColdkeys[hotkey, netuid] = [*known, coldkey]
        self.deposit("AutoStakeDestinationSet", coldkey, netuid, hotkey)

    def _owner_of(self, origin: Origin, hotkey: bytes) -> bytes:
        coldkey = origin.signed()
        owned = self.hotkey_exists(hotkey) and self.Owner[hotkey] == coldkey
        self.ensure(owned, "NonAssociatedColdKey")
        return coldkey

    def _seat(self, hotkey: bytes) -> int:
        """A free uid of root, or the one of the member with the least root stake."""
        if self.SubnetworkN[ROOT] < self.MaxAllowedUids[ROOT]:
            return self.register_neuron(ROOT, hotkey)
        stakes = [
            (int(self.TotalHotkeyAlpha[member, ROOT]), uid)
            for uid, member in enumerate(self.hotkeys_of(ROOT))
        ]
        least, uid = min(stakes)
        self.ensure(self.TotalHotkeyAlpha[hotkey, ROOT] > least, "StakeTooLowForRoot")
        self._replace(ROOT, uid, hotkey)
        return uid
