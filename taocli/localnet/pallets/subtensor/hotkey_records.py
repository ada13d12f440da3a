"""What is remembered about a hotkey in one subnet, and moving it to another hotkey.

A slot keeps its uid, so everything stored by uid (weights, bonds, permits, registration block) stays in
place; only what is stored under the hotkey itself has to move: membership, endpoints, certificate, commits,
children and parents, automatic staking, locks, dividends and stake. Root's ledger of claims follows the root
stake, and only that: rates and what was claimed belong together. Source: Subtensor spec 425,
``swap/swap_hotkey.rs`` and ``staking/set_children.rs``.

Stake moves as shares of the old pot, so that every coldkey holds exactly what it held; where the new hotkey
has stake of its own, holdings are moved by value, and a rao per holder can change hands in rounding.
Timelocked commits name their hotkey inside the cipher and are not moved, as on the real chain.
"""

from taocli.localnet.frame.storage import Map
from taocli.localnet.pallets.subtensor.conviction import LockedAlpha
from taocli.localnet.pallets.subtensor.lock_ledger import LockLedger
from taocli.localnet.pallets.subtensor.mechanism_index import storage_index
from taocli.localnet.pallets.subtensor.networks import Networks
from taocli.localnet.pallets.subtensor.shares import ROOT

_Links = list[tuple[int, bytes]]


class HotkeyRecords(Networks, LockLedger):
    """``move_hotkey_records``."""

    name = "SubtensorModule"

    def move_hotkey_records(self, old: bytes, new: bytes, netuid: int, *, keep_stake: bool) -> None:
        """Let ``new`` be in the subnet what ``old`` was; with ``keep_stake`` all but the stake."""
        locks = self._take_locks(netuid, old, new)
        if self.uid_of(netuid, old) is not None:
            self._move_slot(old, new, netuid)
        self._move_family(old, new, netuid)
        self._move_auto_stake(old, new, netuid)
        if self.SubnetOwnerHotkey[netuid] == old:
            self.SubnetOwnerHotkey[netuid] = new
        for coldkey, lock in locks.items():
            self.put_lock(coldkey, netuid, new, lock)
        if keep_stake:
            return
        for item in (self.TotalHotkeyAlphaLastEpoch, self.LastHotkeyEmissionOnNetuid):
            _add(item, (old, netuid), (new, netuid))
        for item in (
            self.AlphaDividendsPerSubnet,
            self.RootAlphaDividendsPerSubnet,
            self.VotingPower,
        ):
            _add(item, (netuid, old), (netuid, new))
        self._move_stake(old, new, netuid)
        if netuid == ROOT:
            self._move_root_claims(old, new)

    def _move_slot(self, old: bytes, new: bytes, netuid: int) -> None:
        uid = self.Uids.take(netuid, old)
        self.Uids[netuid, new] = uid
        self.Keys[netuid, uid] = new
        del self.IsNetworkMember[old, netuid]
        self.IsNetworkMember[new, netuid] = True
        for item in (self.Prometheus, self.Axons, self.NeuronCertificates):
            _move(item, (netuid, old), (netuid, new))
        for mecid in range(self.MechanismCountCurrent[netuid]):
            index = storage_index(netuid, mecid)
            _move(self.WeightCommits, (index, old), (index, new))
        loaded = self.LoadedEmission[netuid]
        if loaded is not None:
            self.LoadedEmission[netuid] = [
                (new if hotkey == old else hotkey, server, validator)
                for hotkey, server, validator in loaded
            ]

    def _move_family(self, old: bytes, new: bytes, netuid: int) -> None:
        """Children, parents, the take, and what waits: the hotkey's own change and others' that name it."""
        links = self.ChildKeys[old, netuid], self.ParentKeys[old, netuid]
        related = {hotkey for side in links for _, hotkey in side}
        self.ensure(new not in related, "InvalidChild")
        if related:
            self._unlink(new, netuid)
            self._unlink(old, netuid)
            self._link(new, netuid, *links)
        _move(self.PendingChildKeys, (netuid, old), (netuid, new))
        _move(self.ChildkeyTake, (old, netuid), (new, netuid))
        for keys, (links, due) in self.PendingChildKeys.items_under(netuid):
            if any(child == old for _, child in links):
                renamed = [(part, new if child == old else child) for part, child in links]
                self.PendingChildKeys[keys] = (renamed, due)

    def _unlink(self, hotkey: bytes, netuid: int) -> None:
        """End all links of a hotkey, on both sides."""
        for own, other in ((self.ChildKeys, self.ParentKeys), (self.ParentKeys, self.ChildKeys)):
            for _, relative in own.take(hotkey, netuid):
                left = [link for link in other[relative, netuid] if link[1] != hotkey]
                if left:
                    other[relative, netuid] = left
                else:
                    del other[relative, netuid]

    def _link(self, hotkey: bytes, netuid: int, children: _Links, parents: _Links) -> None:
        """Give a hotkey without links these, on both sides."""
        for own, other, links in (
            (self.ChildKeys, self.ParentKeys, children),
            (self.ParentKeys, self.ChildKeys, parents),
        ):
            if links:
                own[hotkey, netuid] = links
            for part, relative in links:
                other[relative, netuid] = [*other[relative, netuid], (part, hotkey)]

    def _move_auto_stake(self, old: bytes, new: bytes, netuid: int) -> None:
        coldkeys = self.AutoStakeDestinationColdkeys[old, netuid]
        if not coldkeys:
            return
        for coldkey in coldkeys:
            self.AutoStakeDestination[coldkey, netuid] = new
        del self.AutoStakeDestinationColdkeys[old, netuid]
        known = self.AutoStakeDestinationColdkeys[new, netuid]
        self.AutoStakeDestinationColdkeys[new, netuid] = [
            *known, *(coldkey for coldkey in coldkeys if coldkey not in known)
        ]  # fmt: skip

    def _take_locks(self, netuid: int, *hotkeys: bytes) -> dict[bytes, LockedAlpha]:
        """The locks on both hotkeys, out of the books: either one's kind may be about to change."""
        taken: dict[bytes, LockedAlpha] = {}
        for hotkey in hotkeys:
            for coldkey, lock in self.take_locks_on(netuid, hotkey):
                taken[coldkey] = taken[coldkey].plus(lock) if coldkey in taken else lock
        return taken

    def _move_stake(self, old: bytes, new: bytes, netuid: int) -> None:
        entries = [keys for keys in self.AlphaV2.keys_under(old) if keys[2] == netuid]
        coldkeys = [coldkey for _, coldkey, _ in entries]
        if self.TotalHotkeySharesV2[new, netuid]["mantissa"]:
            self._merge_stake(old, new, netuid)
        else:
            for coldkey in coldkeys:
                _move(self.AlphaV2, (old, coldkey, netuid), (new, coldkey, netuid))
            _move(self.TotalHotkeySharesV2, (old, netuid), (new, netuid))
            _add(self.TotalHotkeyAlpha, (old, netuid), (new, netuid))
        for coldkey in coldkeys:
            self._restake(old, new, coldkey)

    def _merge_stake(self, old: bytes, new: bytes, netuid: int) -> None:
        """By value, each as it was before; what rounding left in the old pot goes along."""
        holdings = self.stakers_of(old, netuid)
        pot = self.TotalHotkeyAlpha[old, netuid]
        for coldkey, _ in holdings:
            del self.AlphaV2[old, coldkey, netuid]
        del self.TotalHotkeySharesV2[old, netuid]
        del self.TotalHotkeyAlpha[old, netuid]
        for coldkey, amount in holdings:
            self.credit_stake(new, coldkey, netuid, amount)
        self.TotalHotkeyAlpha[new, netuid] += pot - sum(amount for _, amount in holdings)

    def _restake(self, old: bytes, new: bytes, coldkey: bytes) -> None:
        """A staker's list of hotkeys: the new one, and the old one while stake is left on it."""
        stays = any(keys[1] == coldkey for keys in self.AlphaV2.keys_under(old))
        gone = {new} if stays else {old, new}
        kept = [hotkey for hotkey in self.StakingHotkeys[coldkey] if hotkey not in gone]
        self.StakingHotkeys[coldkey] = [*kept, new]

    def _move_root_claims(self, old: bytes, new: bytes) -> None:
        _move(self.RootClaimable, (old,), (new,))
        for netuid in self.NetworksAdded.keys_under():
            for _, _, coldkey in self.RootClaimed.keys_under(netuid, old):
                _move(self.RootClaimed, (netuid, old, coldkey), (netuid, new, coldkey))


def _move(item: Map, source: tuple[object, ...], target: tuple[object, ...]) -> None:
    """Give an entry another key; nothing where there is none."""
    single = len(item.keys) == 1
    if (source[0] if single else source) in item:
        item[target[0] if single else target] = item.take(*source)


def _add(item: Map, source: tuple[object, ...], target: tuple[object, ...]) -> None:
    """Add an entry's number to another's."""
    if source in item:
        item[target] += item.take(*source)
