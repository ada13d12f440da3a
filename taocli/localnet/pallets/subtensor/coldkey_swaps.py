"""Replacing a coldkey, slowly enough for its owner to object.

The owner announces the hash of the new coldkey, for 0.1 TAO, and waits; meanwhile the coldkey can do nothing
but go on with the swap. After the delay the swap is carried out: money, stake, hotkeys, subnets, identity,
automatic staking and locks change hands. Whoever sees an announcement that is not theirs disputes it: then
nothing works until root has looked at it. Root can swap any coldkey at once. Source: Subtensor spec 425,
``swap/swap_coldkey.rs``, ``macros/dispatches.rs`` and ``guards/check_coldkey_swap.rs``.

Simplified: reserved money and leases stay with the old coldkey.
"""

from taocli.localnet.frame.call import Invocation, call
from taocli.localnet.frame.outcome import DispatchFailure, InvalidTransaction, Origin
from taocli.localnet.frame.storage import Map, blake2_256
from taocli.localnet.frame.types import H256, AccountId, u64
from taocli.localnet.pallets.subtensor.dissolving import Dissolving
from taocli.localnet.pallets.subtensor.lock_ledger import LockLedger
from taocli.localnet.pallets.subtensor.shares import from_safe_float, to_safe_float

_ALLOWED = frozenset(
    {
        "SubtensorModule.announce_coldkey_swap",
        "SubtensorModule.swap_coldkey_announced",
        "SubtensorModule.dispute_coldkey_swap",
        "SubtensorModule.clear_coldkey_swap_announcement",
        "MevShield.submit_encrypted",
    }
)
_ANNOUNCED, _DISPUTED = 0, 21
"""The pool's codes for a coldkey that is about to change."""


class ColdkeySwaps(Dissolving, LockLedger):
    """Announcing, disputing and carrying out the swap of a coldkey."""

    name = "SubtensorModule"

    @call(125, new_coldkey_hash=H256)
    def announce_coldkey_swap(self, origin: Origin, new_coldkey_hash: bytes) -> None:
        """Announce the new coldkey by its hash; announcing again later is free."""
        who = origin.signed()
        known = self.ColdkeySwapAnnouncements[who]
        if known is None:
            self._charge_swap(who, self.constant("KeySwapCost"))
        else:
            again = known[0] + self.ColdkeySwapReannouncementDelay.get()
            self.ensure(self.block_number >= again, "ColdkeySwapReannouncedTooEarly")
        due = self.block_number + self.ColdkeySwapAnnouncementDelay.get()
        self.ColdkeySwapAnnouncements[who] = (due, new_coldkey_hash)
        self.deposit("ColdkeySwapAnnounced", who, new_coldkey_hash)

    @call(126, new_coldkey=AccountId)
    def swap_coldkey_announced(self, origin: Origin, new_coldkey: bytes) -> None:
        """Carry out the announced swap once its delay is over."""
        who = origin.signed()
        announced = self.ColdkeySwapAnnouncements.take(who)
        if announced is None:
            self.fail("ColdkeySwapAnnouncementNotFound")
        due, digest = announced
        self.ensure(digest == blake2_256(new_coldkey), "AnnouncedColdkeyHashDoesNotMatch")
        self.ensure(self.block_number >= due, "ColdkeySwapTooEarly")
        self._swap_coldkey(who, new_coldkey)

    @call(127)
    def dispute_coldkey_swap(self, origin: Origin) -> None:
        """Stop the signer's swap, and everything else the coldkey does, until root decides."""
        who = origin.signed()
        known = self.ColdkeySwapAnnouncements[who] is not None
        self.ensure(known, "ColdkeySwapAnnouncementNotFound")
        self.ensure(self.ColdkeySwapDisputes[who] is None, "ColdkeySwapAlreadyDisputed")
        self.ColdkeySwapDisputes[who] = self.block_number
        self.deposit("ColdkeySwapDisputed", who)

    @call(128, coldkey=AccountId)
    def reset_coldkey_swap(self, origin: Origin, coldkey: bytes) -> None:
        """Forget an announcement and its dispute, by root."""
        origin.root()
        self._forget_swap(coldkey)
        self.deposit("ColdkeySwapReset", coldkey)

    @call(133)
    def clear_coldkey_swap_announcement(self, origin: Origin) -> None:
        """Withdraw the announcement, some time after the swap could have been carried out."""
        who = origin.signed()
        known = self.ColdkeySwapAnnouncements[who]
        if known is None:
            self.fail("ColdkeySwapAnnouncementNotFound")
        ripe = known[0] + self.ColdkeySwapReannouncementDelay.get()
        self.ensure(self.block_number >= ripe, "ColdkeySwapClearTooEarly")
        del self.ColdkeySwapAnnouncements[who]
        self.deposit("ColdkeySwapCleared", who)

    @call(71, old_coldkey=AccountId, new_coldkey=AccountId, swap_cost=u64)
    def swap_coldkey(
        self, origin: Origin, old_coldkey: bytes, new_coldkey: bytes, swap_cost: int
    ) -> None:
        """Swap any coldkey at once, by root, at a price that root names."""
        origin.root()
        self._charge_swap(old_coldkey, swap_cost)
        self._swap_coldkey(old_coldkey, new_coldkey)
        self._forget_swap(old_coldkey)

    @call(73, new_coldkey=AccountId)
    def schedule_swap_coldkey(self, origin: Origin, new_coldkey: bytes) -> None:  # noqa: ARG002 - wire
        """Deprecated: swaps are announced."""
        self.fail("Deprecated")

    def guard_coldkey_swap(self, origin: Origin, invocation: Invocation) -> None:
        """Let a coldkey with an announced swap do nothing else, in nested calls neither."""
        error = None if origin.account is None else self._swap_error(origin.account, invocation)
        if error is not None:
            self.fail(error)

    def check_coldkey_swap(self, who: bytes, invocation: Invocation) -> None:
        """The same, for the pool."""
        error = self._swap_error(who, invocation)
        if error is not None:
            disputed = error == "ColdkeySwapDisputed"
            raise InvalidTransaction.custom(_DISPUTED if disputed else _ANNOUNCED)

    def _swap_error(self, who: bytes, invocation: Invocation) -> str | None:
        if who not in self.ColdkeySwapAnnouncements:
            return None
        if who in self.ColdkeySwapDisputes:
            return "ColdkeySwapDisputed"
        return None if invocation.label in _ALLOWED else "ColdkeySwapAnnounced"

    def _forget_swap(self, coldkey: bytes) -> None:
        for item in (self.ColdkeySwapAnnouncements, self.ColdkeySwapDisputes):
            del item[coldkey]

    def _charge_swap(self, coldkey: bytes, price: int) -> None:
        affordable = self.runtime.balances.reducible(coldkey) >= price
        self.ensure(affordable, "NotEnoughBalanceToPaySwapColdKey")
        self.recycle_tao(coldkey, price)

    def _swap_coldkey(self, old: bytes, new: bytes) -> None:
        self.ensure(not self.StakingHotkeys[new], "ColdKeyAlreadyAssociated")
        self.ensure(not self.hotkey_exists(new), "NewColdKeyIsHotkey")
        if new not in self.IdentitiesV2:
            _move(self.IdentitiesV2, old, new)
        for netuid in self.NetworksAdded.keys_under():
            if self.SubnetOwner[netuid] == old:
                self.SubnetOwner[netuid] = new
            self._move_auto_stake_of(old, new, netuid)
        self._move_stake_of(old, new)
        self._move_hotkeys(old, new)
        self._move_locks_of(old, new)
        self._move_money(old, new)
        self.deposit("ColdkeySwapped", old, new)

    def _move_auto_stake_of(self, old: bytes, new: bytes, netuid: int) -> None:
        hotkey = self.AutoStakeDestination[old, netuid]
        if hotkey is not None:
            del self.AutoStakeDestination[old, netuid]
            self.AutoStakeDestination[new, netuid] = hotkey
            known = self.AutoStakeDestinationColdkeys[hotkey, netuid]
            kept = [coldkey for coldkey in known if coldkey not in (old, new)]
            self.AutoStakeDestinationColdkeys[hotkey, netuid] = [*kept, new]

    def _move_stake_of(self, old: bytes, new: bytes) -> None:
        """Shares change their holder, and root claims with them; the pots are not touched."""
        hotkeys = self.StakingHotkeys.take(old)
        for hotkey in hotkeys:
            for keys in self.AlphaV2.keys_under(hotkey, old):
                share = from_safe_float(self.AlphaV2.take(*keys))
                held = from_safe_float(self.AlphaV2[hotkey, new, keys[2]])
                self.AlphaV2[hotkey, new, keys[2]] = to_safe_float(share + held)
            for netuid in self.NetworksAdded.keys_under():
                if (netuid, hotkey, old) in self.RootClaimed:
                    claimed = self.RootClaimed.take(netuid, hotkey, old)
                    self.RootClaimed[netuid, hotkey, new] += claimed
        if hotkeys:
            self.StakingHotkeys[new] = hotkeys
        if old in self.StakingColdkeys and new not in self.StakingColdkeys:
            index = self.StakingColdkeys.take(old)
            self.StakingColdkeys[new] = index
            self.StakingColdkeysByIndex[index] = new

    def _move_hotkeys(self, old: bytes, new: bytes) -> None:
        owned = self.OwnedHotkeys.take(old)
        for hotkey in owned:
            self.Owner[hotkey] = new
        if owned:
            known = self.OwnedHotkeys[new]
            self.OwnedHotkeys[new] = [*known, *(key for key in owned if key not in known)]

    def _move_locks_of(self, old: bytes, new: bytes) -> None:
        """Locks keep mass and conviction, and with the flags stay perpetual or not."""
        for _, netuid, hotkey in self.Lock.keys_under(new):
            self.ensure(self.take_lock(new, netuid, hotkey).is_dust, "ActiveLockExists")
        taken = [
            (netuid, hotkey, self.take_lock(old, netuid, hotkey))
            for _, netuid, hotkey in self.Lock.keys_under(old)
        ]
        for _, netuid in self.DecayingLock.keys_under(old):
            self.DecayingLock[new, netuid] = self.DecayingLock.take(old, netuid)
        del self.AccountFlags[new]
        _move(self.AccountFlags, old, new)
        for netuid, hotkey, lock in taken:
            self.put_lock(new, netuid, hotkey, lock)

    def _move_money(self, old: bytes, new: bytes) -> None:
        """All that can go; less than an account needs to exist stays behind."""
        balances = self.runtime.balances
        try:
            with self.runtime.transaction():
                balances.transfer(old, new, balances.reducible(old, keep_alive=False))
        except DispatchFailure:
            return


def _move(item: Map, old: bytes, new: bytes) -> None:
    if old in item:
        item[new] = item.take(old)
