"""Who has locked what, and the sums of it that are kept beside.

A coldkey locks alpha of a subnet towards one hotkey; the lock covers its stake on any hotkey of that subnet. Besides
each lock the chain keeps the sum per hotkey, decaying and perpetual ones apart, and for the owner's hotkey
in two sums of their own. Every change here takes a lock out of the books, and puts one back, so the sums
always agree with the locks up to rounding. Source: Subtensor spec 425, ``staking/lock.rs``.

Simplified: a lock that has become dust counts as gone at once; the real chain waits for the next change.
"""

from collections.abc import Iterator
from typing import Any

from taocli.localnet.frame.storage import Map
from taocli.localnet.pallets.subtensor.conviction import Kind, LockedAlpha, Rates
from taocli.localnet.pallets.subtensor.shares import Shares

ACCEPTS_LOCKED_ALPHA = 1
"""Bit of ``AccountFlags``; without it locked alpha is not accepted from others."""


class LockLedger(Shares):
    """Reading, taking and putting locks; what they leave available."""

    name = "SubtensorModule"

    def lock_of(self, coldkey: bytes, netuid: int) -> tuple[bytes, LockedAlpha] | None:
        """The hotkey and the present state of a coldkey's lock in a subnet."""
        for keys, stored in self.Lock.items_under(coldkey, netuid):
            hotkey = keys[2]
            lock = self._roll(stored, self._kind(coldkey, netuid, hotkey))
            if not lock.is_dust:
                return hotkey, lock
        return None

    def locked(self, coldkey: bytes, netuid: int) -> int:
        """How much of a coldkey's alpha is locked in a subnet."""
        found = self.lock_of(coldkey, netuid)
        return found[1].mass if found else 0

    def staked(self, coldkey: bytes, netuid: int) -> int:
        """All alpha of a coldkey in a subnet, on whatever hotkey."""
        return sum(
            self.stake_of(hotkey, coldkey, netuid) for hotkey in self.StakingHotkeys[coldkey]
        )

    def available_stake(self, coldkey: bytes, netuid: int) -> int:
        """What the lock leaves free to go."""
        locked = self.locked(coldkey, netuid)
        return max(0, self.staked(coldkey, netuid) - locked)

    def ensure_available(self, coldkey: bytes, netuid: int, amount: int) -> None:
        """Fail with ``StakeUnavailable`` if so much cannot go without breaking the lock."""
        if self.locked(coldkey, netuid):
            self.ensure(self.available_stake(coldkey, netuid) >= amount, "StakeUnavailable")

    def is_perpetual(self, coldkey: bytes, netuid: int) -> bool:
        """Whether the coldkey's locks in a subnet keep their mass."""
        return bool(self.DecayingLock[coldkey, netuid] is False)

    def take_lock(self, coldkey: bytes, netuid: int, hotkey: bytes) -> LockedAlpha:
        """Take a lock out of the books and return it as it is now, perhaps empty."""
        kind = self._kind(coldkey, netuid, hotkey)
        stored = self.Lock[coldkey, netuid, hotkey]
        lock = self._roll(stored, kind)
        if stored is not None:
            del self.Lock[coldkey, netuid, hotkey]
            del self.LockingColdkeys[netuid, hotkey, coldkey]
            self._change_sum(netuid, hotkey, kind, taken=lock)
        return lock

    def put_lock(self, coldkey: bytes, netuid: int, hotkey: bytes, lock: LockedAlpha) -> None:
        """Enter a lock of this block; there must be none. Dust is dropped."""
        kind = self._kind(coldkey, netuid, hotkey)
        lock = lock.under(kind)
        if not lock.is_dust:
            self.Lock[coldkey, netuid, hotkey] = lock.stored()
            self.LockingColdkeys[netuid, hotkey, coldkey] = ()
            self._change_sum(netuid, hotkey, kind, put=lock)

    def take_locks_on(self, netuid: int, hotkey: bytes) -> list[tuple[bytes, LockedAlpha]]:
        """Take every coldkey's lock on a hotkey, for instance before the hotkey's role changes."""
        coldkeys = [keys[2] for keys, _ in self.LockingColdkeys.items_under(netuid, hotkey)]
        return [(coldkey, self.take_lock(coldkey, netuid, hotkey)) for coldkey in coldkeys]

    def put_locks_on(
        self, netuid: int, hotkey: bytes, locks: list[tuple[bytes, LockedAlpha]]
    ) -> None:
        """Enter locks that ``take_locks_on`` took, on the same hotkey or on another."""
        for coldkey, lock in locks:
            self.put_lock(coldkey, netuid, hotkey, lock)

    def carry_lock(self, coldkey: bytes, receiver: bytes, netuid: int, amount: int) -> None:
        """Before ``amount`` goes to another coldkey: what was not available goes locked."""
        carried = amount - self.available_stake(coldkey, netuid)
        found = self.lock_of(coldkey, netuid)
        if coldkey == receiver or carried <= 0 or found is None:
            return
        hotkey, lock = found
        theirs = self.lock_of(receiver, netuid)
        self.ensure(theirs is None or theirs[0] == hotkey, "LockHotkeyMismatch")
        accepts = self.AccountFlags[receiver] & ACCEPTS_LOCKED_ALPHA
        self.ensure(accepts, "AccountRejectsLockedAlpha")
        gone = lock.part(min(carried, lock.mass))
        left = self.take_lock(coldkey, netuid, hotkey).minus(gone)
        self.put_lock(coldkey, netuid, hotkey, left)
        received = self.take_lock(receiver, netuid, hotkey).plus(gone)
        self.put_lock(receiver, netuid, hotkey, received)

    def convictions(self, netuid: int) -> dict[bytes, int]:
        """The present conviction of every hotkey with locks in a subnet, in 2^-64 rao."""
        found: dict[bytes, int] = {}
        for hotkey, lock in self._sums(netuid):
            found[hotkey] = found.get(hotkey, 0) + lock.conviction
        return found

    def most_convicted(self, netuid: int) -> bytes | None:
        """The hotkey with the highest conviction in a subnet; of equals the one with the higher key."""
        ranked = [(conviction, hotkey) for hotkey, conviction in self.convictions(netuid).items()]
        return max(ranked)[1] if ranked else None

    def _sums(self, netuid: int) -> Iterator[tuple[bytes, LockedAlpha]]:
        for perpetual in (True, False):
            general = self.HotkeyLock if perpetual else self.DecayingHotkeyLock
            for keys, stored in general.items_under(netuid):
                yield keys[1], self._roll(stored, Kind(owner=False, perpetual=perpetual))
            stored = (self.OwnerLock if perpetual else self.DecayingOwnerLock)[netuid]
            if stored is not None:
                kind = Kind(owner=True, perpetual=perpetual)
                yield self.SubnetOwnerHotkey[netuid], self._roll(stored, kind)

    def _kind(self, coldkey: bytes, netuid: int, hotkey: bytes) -> Kind:
        return Kind(
            owner=hotkey == self.SubnetOwnerHotkey[netuid],
            perpetual=self.is_perpetual(coldkey, netuid),
        )

    def _roll(self, stored: dict[str, Any] | None, kind: Kind) -> LockedAlpha:
        rates = Rates(self.UnlockRate.get(), self.MaturityRate.get())
        return LockedAlpha.read(stored, self.block_number).rolled(self.block_number, rates, kind)

    def _change_sum(
        self,
        netuid: int,
        hotkey: bytes,
        kind: Kind,
        *,
        taken: LockedAlpha | None = None,
        put: LockedAlpha | None = None,
    ) -> None:
        item, key = self._sum_of(netuid, hotkey, kind)
        total = self._roll(item[key], kind)
        total = total if taken is None else total.minus(taken)
        total = total if put is None else total.plus(put)
        if total.mass or total.conviction:
            item[key] = total.stored()
        elif key in item:
            del item[key]

    def _sum_of(self, netuid: int, hotkey: bytes, kind: Kind) -> tuple[Map, Any]:
        if kind.owner:
            return (self.OwnerLock if kind.perpetual else self.DecayingOwnerLock), netuid
        general = self.HotkeyLock if kind.perpetual else self.DecayingHotkeyLock
        return general, (netuid, hotkey)
