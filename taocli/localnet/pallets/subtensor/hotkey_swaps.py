"""Replacing a hotkey: the calls, their checks and their price.

A hotkey can be replaced in one subnet, for 0.001 TAO, or everywhere, for 0.1 TAO; the price is recycled.
With ``keep_stake`` the slot and what belongs to it move, while the stake stays behind on the old hotkey,
which keeps its owner. Everywhere, the new hotkey also inherits the delegate take and the old one is
forgotten. Source: Subtensor spec 425, ``swap/swap_hotkey.rs``.

A new hotkey that already has an owner must be the signer's own, and where root is
touched it must have neither root stake nor root claims, because the two ledgers could not be told apart.
Unlike spec 425, and like later versions, the pause between two swaps in a subnet starts with the first swap
and not with block 0; so a young chain lets everybody swap once.
"""

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import Origin
from taocli.localnet.frame.types import AccountId, Option, boolean, u16
from taocli.localnet.pallets.subtensor.hotkey_records import HotkeyRecords
from taocli.localnet.pallets.subtensor.networks import is_subnet_account
from taocli.localnet.pallets.subtensor.shares import ROOT

_TIMES = ("LastTxBlock", "LastTxBlockDelegateTake", "LastTxBlockChildKeyTake")


class HotkeySwaps(HotkeyRecords):
    """``swap_hotkey`` and ``swap_hotkey_v2``."""

    name = "SubtensorModule"

    @call(70, hotkey=AccountId, new_hotkey=AccountId, netuid=Option(u16))
    def swap_hotkey(
        self, origin: Origin, hotkey: bytes, new_hotkey: bytes, netuid: int | None
    ) -> None:
        """Replace a hotkey in one subnet or everywhere, stake included."""
        self._swap_hotkey(origin.signed(), hotkey, new_hotkey, netuid, keep_stake=False)

    @call(72, hotkey=AccountId, new_hotkey=AccountId, netuid=Option(u16), keep_stake=boolean)
    def swap_hotkey_v2(
        self,
        origin: Origin,
        hotkey: bytes,
        new_hotkey: bytes,
        netuid: int | None,
        keep_stake: bool,
    ) -> None:
        """Replace a hotkey in one subnet or everywhere; the stake can stay behind."""
        self._swap_hotkey(origin.signed(), hotkey, new_hotkey, netuid, keep_stake=keep_stake)

    def _swap_hotkey(
        self, coldkey: bytes, old: bytes, new: bytes, netuid: int | None, *, keep_stake: bool
    ) -> None:
        self._check_swap(coldkey, old, new, netuid)
        paused = [netuid] if netuid is not None else self._subnets_of(old)
        self._check_pause(coldkey, paused)
        self._charge(coldkey, one_subnet=netuid is not None)
        for kind in _TIMES:
            self._copy_time(kind, old, new)
        self.create_hotkey(new, coldkey)
        if netuid is None:
            self._swap_everywhere(coldkey, old, new, keep_stake=keep_stake)
            self.deposit("HotkeySwapped", coldkey, old, new)
        else:
            self.move_hotkey_records(old, new, netuid, keep_stake=keep_stake)
            self.deposit("HotkeySwappedOnSubnet", coldkey, old, new, netuid)
        self.LastRateLimitedBlock["LastTxBlock", coldkey] = self.block_number
        for subnet in paused:
            self.LastHotkeySwapOnNetuid[subnet, coldkey] = self.block_number

    def _check_swap(self, coldkey: bytes, old: bytes, new: bytes, netuid: int | None) -> None:
        exists = netuid is None or self.NetworksAdded[netuid]
        self.ensure(exists, "SubnetNotExists")
        owned = self.hotkey_exists(old) and self.Owner[old] == coldkey
        self.ensure(owned, "NonAssociatedColdKey")
        free = not self.hotkey_exists(new) or self.Owner[new] == coldkey
        self.ensure(free, "NonAssociatedColdKey")
        self.ensure(old != new, "NewHotKeyIsSameWithOld")
        last, pause = self.LastRateLimitedBlock["LastTxBlock", coldkey], self.TxRateLimit.get()
        rested = not last or not pause or self.block_number - last > pause
        self.ensure(rested, "HotKeySetTxRateLimitExceeded")
        seated = (
            self.is_registered_anywhere(new)
            if netuid is None
            else self.uid_of(netuid, new) is not None
        )
        self.ensure(not seated, "HotKeyAlreadyRegisteredInSubNet")
        if netuid in (None, ROOT):
            self.ensure(self._is_clean_on_root(new), "NewHotKeyNotCleanForRootSwap")
        self.ensure(not is_subnet_account(new), "CannotUseSystemAccount")

    def _is_clean_on_root(self, hotkey: bytes) -> bool:
        return not (
            self.TotalHotkeyAlpha[hotkey, ROOT]
            or self.RootClaimable[hotkey]
            or self.RootClaimed.keys_under(ROOT, hotkey)
        )

    def _subnets_of(self, hotkey: bytes) -> list[int]:
        """Where a hotkey holds a slot or has given stake to children."""
        return [
            netuid
            for netuid in self.NetworksAdded.keys_under()
            if self.uid_of(netuid, hotkey) is not None or self.ChildKeys[hotkey, netuid]
        ]

    def _check_pause(self, coldkey: bytes, netuids: list[int]) -> None:
        pause = self.constant("HotkeySwapOnSubnetInterval")
        for netuid in netuids:
            last = self.LastHotkeySwapOnNetuid[netuid, coldkey]
            passed = not last or last + pause < self.block_number
            self.ensure(passed, "HotKeySwapOnSubnetIntervalNotPassed")

    def _charge(self, coldkey: bytes, *, one_subnet: bool) -> None:
        price = self.constant("KeySwapOnSubnetCost" if one_subnet else "KeySwapCost")
        affordable = self.runtime.balances.reducible(coldkey) >= price
        self.ensure(affordable, "NotEnoughBalanceToPaySwapHotKey")
        self.recycle_tao(coldkey, price)

    def _copy_time(self, kind: str, old: bytes, new: bytes) -> None:
        last = self.LastRateLimitedBlock[kind, old]
        if last:
            self.LastRateLimitedBlock[kind, new] = last

    def _swap_everywhere(self, coldkey: bytes, old: bytes, new: bytes, *, keep_stake: bool) -> None:
        for netuid in self.NetworksAdded.keys_under():
            self.move_hotkey_records(old, new, netuid, keep_stake=keep_stake)
        self.Delegates[new] = self.Delegates[old]
        for kind in _TIMES:
            del self.LastRateLimitedBlock[kind, old]
        if keep_stake:
            return  # what stays needs the old hotkey's owner
        for item in (self.Delegates, self.Owner):
            del item[old]
        owned = self.OwnedHotkeys[coldkey]
        self.OwnedHotkeys[coldkey] = [hotkey for hotkey in owned if hotkey != old]
