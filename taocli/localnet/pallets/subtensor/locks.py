"""Locking stake for conviction, and what conviction can do: take a subnet over.

Whoever locks alpha cannot unstake it until it has decayed, and backs a hotkey with it. When a subnet is a
year old and the conviction of all its locks is a tenth of the alpha in circulation, the hotkey with most
conviction becomes the owner's after the next epoch. Source: Subtensor spec 425, ``staking/lock.rs``.
"""

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import DispatchFailure, Origin
from taocli.localnet.frame.types import AccountId, boolean, u16, u64
from taocli.localnet.pallets.subtensor.conviction import FRACTION_BITS, LockedAlpha
from taocli.localnet.pallets.subtensor.lock_ledger import ACCEPTS_LOCKED_ALPHA, LockLedger
from taocli.localnet.pallets.subtensor.neurons import Neurons

ONE_YEAR = 2_629_800
"""Blocks before a subnet can be taken over."""

_PART_OF_ALPHA = 10


class Locks(Neurons, LockLedger):
    """``lock_stake`` and its relatives, and what follows an epoch."""

    name = "SubtensorModule"

    @call(136, hotkey=AccountId, netuid=u16, amount=u64)
    def lock_stake(self, origin: Origin, hotkey: bytes, netuid: int, amount: int) -> None:
        """Lock alpha towards a hotkey, or more of it towards the same one."""
        self._lock(origin.signed(), hotkey, netuid, amount)

    @call(137, destination_hotkey=AccountId, netuid=u16)
    def move_lock(self, origin: Origin, destination_hotkey: bytes, netuid: int) -> None:
        """Back another hotkey; conviction stays only if both have the same owner."""
        coldkey = origin.signed()
        self.ensure(self.NetworksAdded[netuid], "SubnetNotExists")
        self.ensure(self.hotkey_exists(destination_hotkey), "HotKeyAccountNotExists")
        found = self.lock_of(coldkey, netuid)
        if found is None:
            self.fail("NoExistingLock")
        hotkey, _ = found
        lock = self.take_lock(coldkey, netuid, hotkey)
        if self.Owner[hotkey] != self.Owner[destination_hotkey]:
            lock = LockedAlpha(lock.mass, 0, lock.updated)
        self.take_lock(coldkey, netuid, destination_hotkey)  # dust of long ago, if anything
        self.put_lock(coldkey, netuid, destination_hotkey, lock)
        self.deposit("LockMoved", coldkey, hotkey, destination_hotkey, netuid)

    @call(138, netuid=u16, enabled=boolean)
    def set_perpetual_lock(self, origin: Origin, netuid: int, enabled: bool) -> None:
        """Keep the mass of the signer's lock in a subnet, or let it decay again."""
        coldkey = origin.signed()
        self.ensure(self.NetworksAdded[netuid], "SubnetNotExists")
        found = self.lock_of(coldkey, netuid)
        lock = None if found is None else self.take_lock(coldkey, netuid, found[0])
        if enabled:
            self.DecayingLock[coldkey, netuid] = False
        elif (coldkey, netuid) in self.DecayingLock:
            del self.DecayingLock[coldkey, netuid]
        if found is not None and lock is not None:
            self.put_lock(coldkey, netuid, found[0], lock)
        self.deposit("PerpetualLockUpdated", coldkey, netuid, enabled)

    @call(142, enabled=boolean)
    def set_reject_locked_alpha(self, origin: Origin, enabled: bool) -> None:
        """Refuse locked alpha from others, which is the rule, or accept it."""
        coldkey = origin.signed()
        flags = self.AccountFlags[coldkey] & ~ACCEPTS_LOCKED_ALPHA
        flags |= 0 if enabled else ACCEPTS_LOCKED_ALPHA
        if flags:
            self.AccountFlags[coldkey] = flags
        elif coldkey in self.AccountFlags:
            del self.AccountFlags[coldkey]
        self.deposit("RejectLockedAlphaUpdated", coldkey, enabled)

    def cuts_to_lock(self) -> dict[int, int]:
        """Before the epochs: the owners' cuts that will be locked as soon as they are paid."""
        enabled = self.OwnerCutAutoLockEnabled.items_under()
        return {netuid: self.PendingOwnerCut[netuid] for netuid, wanted in enabled if wanted}

    def lock_cuts(self, cuts: dict[int, int]) -> None:
        """After the epochs: lock the cuts of those that ran, towards what the owner backs anyway."""
        for netuid, amount in cuts.items():
            if self.LastEpochBlock[netuid] != self.block_number or not amount:
                continue
            coldkey = self.SubnetOwner[netuid]
            found = self.lock_of(coldkey, netuid)
            hotkey = self.SubnetOwnerHotkey[netuid] if found is None else found[0]
            try:
                with self.runtime.transaction():
                    self._lock(coldkey, hotkey, netuid, amount)
            except DispatchFailure:
                continue  # an owner whose hotkey nobody knows keeps the cut unlocked

    def crown(self, netuid: int) -> None:
        """Give an old subnet to the owner of its most convicted hotkey, if conviction suffices."""
        convictions = self.convictions(netuid)
        circulating = self.SubnetAlphaOut[netuid]
        enough = sum(convictions.values()) * _PART_OF_ALPHA >= circulating << FRACTION_BITS
        of_age = self.block_number >= self.NetworkRegisteredAt[netuid] + ONE_YEAR
        hotkey = self.most_convicted(netuid)
        if not circulating or not of_age or not enough or hotkey is None:
            return
        former, owner = self.SubnetOwner[netuid], self.Owner[hotkey]
        if not self.hotkey_exists(hotkey) or owner == former:
            return
        try:
            with self.runtime.transaction():
                if self.uid_of(netuid, hotkey) is None:
                    self.register_neuron(netuid, hotkey)
                self._change_owner(netuid, owner, hotkey)
        except DispatchFailure:
            return  # no slot is free for the new owner
        self.deposit("SubnetOwnerChanged", netuid, former, owner)

    def _change_owner(self, netuid: int, coldkey: bytes, hotkey: bytes) -> None:
        """Locks on the old and the new owner's hotkey change their kind with it."""
        hotkeys = (self.SubnetOwnerHotkey[netuid], hotkey)
        taken = [(key, self.take_locks_on(netuid, key)) for key in hotkeys]
        self.SubnetOwner[netuid] = coldkey
        self.SubnetOwnerHotkey[netuid] = hotkey
        for key, locks in taken:
            self.put_locks_on(netuid, key, locks)

    def _lock(self, coldkey: bytes, hotkey: bytes, netuid: int, amount: int) -> None:
        self.ensure(self.NetworksAdded[netuid], "SubnetNotExists")
        self.ensure(amount > 0, "AmountTooLow")
        self.ensure(self.hotkey_exists(hotkey), "HotKeyAccountNotExists")
        found = self.lock_of(coldkey, netuid)
        self.ensure(found is None or found[0] == hotkey, "LockHotkeyMismatch")
        wanted = amount + (found[1].mass if found else 0)
        self.ensure(self.staked(coldkey, netuid) >= wanted, "InsufficientStakeForLock")
        self._forget_dust(coldkey, netuid)
        added = LockedAlpha(amount, 0, self.block_number)
        self.put_lock(coldkey, netuid, hotkey, self.take_lock(coldkey, netuid, hotkey).plus(added))
        self.deposit("StakeLocked", coldkey, hotkey, netuid, amount)

    def _forget_dust(self, coldkey: bytes, netuid: int) -> None:
        """A lock that has decayed to nothing makes room for one on another hotkey."""
        if self.lock_of(coldkey, netuid) is None:
            for keys, _ in list(self.Lock.items_under(coldkey, netuid)):
                self.take_lock(coldkey, netuid, keys[2])
