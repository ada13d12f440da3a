"""Making a subnet smaller: the neurons that earned least leave, the others move together.

The owner names a number of slots. Neurons go in order of their emission, the lowest first and the higher
uid first among equals, but not the owner's own and not those still immune; if four fifths or more of the
slots left would be held by such, nothing happens. Then uids are given out anew without gaps, in the old
order, and everything stored by uid follows: vectors, weights and bonds (also the uids inside them),
registration blocks, EVM addresses. Source: Subtensor spec 425, ``subnets/uids.rs``.
"""

from typing import Any

from taocli.localnet.frame.storage import Map
from taocli.localnet.pallets.subtensor.mechanism_index import storage_index
from taocli.localnet.pallets.subtensor.neurons import Neurons

_IMMUNE_PERCENT = 80

Renumbering = dict[int, int]
"""From the old uid to the new, for those who stay."""


class Trimming(Neurons):
    """``trim_uids``."""

    name = "SubtensorModule"

    def trim_uids(self, netuid: int, most: int) -> None:
        """Leave a subnet with at most so many slots."""
        self.ensure(self.NetworksAdded[netuid], "SubnetNotExists")
        fits = self.MinAllowedUids[netuid] <= most <= self.MaxAllowedUids[netuid]
        self.ensure(fits, "InvalidValue")
        self.MaxAllowedUids[netuid] = most
        count = int(self.SubnetworkN[netuid])
        if count <= most:
            return
        leaving = self._choose(netuid, count, most)
        for uid in leaving:
            self._remove_hotkey(netuid, self.Keys[netuid, uid])
        kept = [uid for uid in range(count) if uid not in leaving]
        self._renumber(netuid, count, {old: new for new, old in enumerate(kept)})
        self.SubnetworkN[netuid] = len(kept)

    def _choose(self, netuid: int, count: int, most: int) -> set[int]:
        """The slots to give up."""
        period, now = self.ImmunityPeriod[netuid], self.block_number
        immune = set(self.owner_uids(netuid)) | {
            uid for uid in range(count) if now - self.BlockAtRegistration[netuid, uid] < period
        }
        few = len(immune) * 100 < _IMMUNE_PERCENT * most
        self.ensure(few, "TrimmingWouldExceedMaxImmunePercentage")
        emission = self.Emission[netuid]
        ranked = sorted(range(count), key=lambda uid: (emission[uid], -uid))
        return set([uid for uid in ranked if uid not in immune][: count - most])

    def _remove_hotkey(self, netuid: int, hotkey: bytes) -> None:
        del self.Uids[netuid, hotkey]
        del self.IsNetworkMember[hotkey, netuid]
        del self.LastHotkeyEmissionOnNetuid[hotkey, netuid]
        for item in (
            self.AlphaDividendsPerSubnet,
            self.Axons,
            self.NeuronCertificates,
            self.Prometheus,
        ):
            del item[netuid, hotkey]

    def _renumber(self, netuid: int, count: int, renumbering: Renumbering) -> None:
        for item in (
            self.Emission,
            self.Active,
            self.Consensus,
            self.Dividends,
            self.ValidatorTrust,
            self.ValidatorPermit,
            self.StakeWeight,
        ):
            _keep_places(item, netuid, renumbering)
        for item in (self.Keys, self.BlockAtRegistration, self.AssociatedEvmAddress):
            _move_entries(item, netuid, count, renumbering)
        for mecid in range(self.MechanismCountCurrent[netuid]):
            index = storage_index(netuid, mecid)
            _keep_places(self.Incentive, index, renumbering)
            _keep_places(self.LastUpdate, index, renumbering)
            for item in (self.Weights, self.Bonds):
                _move_entries(item, index, count, renumbering)
                for keys, row in item.items_under(index):
                    item[keys] = [
                        (renumbering[uid], value) for uid, value in row if uid in renumbering
                    ]
        for uid in renumbering.values():
            self.Uids[netuid, self.Keys[netuid, uid]] = uid


def _keep_places(item: Map, key: int, renumbering: Renumbering) -> None:
    """A vector by uid without the slots that are gone; it may be short."""
    row = item[key]
    empty: Any = type(row[0])() if row else 0
    item[key] = [row[old] if old < len(row) else empty for old in renumbering]


def _move_entries(item: Map, key: int, count: int, renumbering: Renumbering) -> None:
    """Entries by (key, uid) at their new uids; going up, a new uid's old entry was moved before."""
    for old in range(count):
        if (key, old) not in item:
            continue
        value = item.take(key, old)
        if old in renumbering:
            item[key, renumbering[old]] = value
