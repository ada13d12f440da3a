"""Slots of a subnet: who holds which uid, and what is remembered per uid.

Numbers that every epoch rewrites are vectors by uid in one storage value per subnet. A new neuron is
appended while there is room; after that the worst one gives way: lowest emission, then oldest
registration, then lowest uid, and never the subnet owner's own. Newcomers are immune for a while; they give
way too when hardly anybody else is left (``MinNonImmuneUids``). Source: Subtensor spec 425,
``subnets/uids.rs`` and ``subnets/registration.rs``.
"""

from collections.abc import Callable
from typing import Any

from taocli.localnet.frame.storage import Map
from taocli.localnet.pallets.subtensor.mechanism_index import storage_index
from taocli.localnet.pallets.subtensor.pools import Pools

U16_MAX = 65535


class Neurons(Pools):
    """Reading and filling slots."""

    name = "SubtensorModule"

    def uid_of(self, netuid: int, hotkey: bytes) -> int | None:
        """The slot of a hotkey."""
        uid: int | None = self.Uids[netuid, hotkey]
        return uid

    def hotkeys_of(self, netuid: int) -> list[bytes]:
        """The hotkey of every slot, by uid."""
        return [self.Keys[netuid, uid] for uid in range(self.SubnetworkN[netuid])]

    def is_registered_anywhere(self, hotkey: bytes) -> bool:
        """Whether a hotkey holds a slot in any subnet."""
        return any(member for _, member in self.IsNetworkMember.items_under(hotkey))

    def hotkey_exists(self, hotkey: bytes) -> bool:
        """Whether the chain knows the hotkey's owner."""
        return hotkey in self.Owner

    def create_hotkey(self, hotkey: bytes, coldkey: bytes) -> None:
        """Remember the owner of a hotkey that is new."""
        if not self.hotkey_exists(hotkey):
            self.Owner[hotkey] = coldkey
            self.OwnedHotkeys[coldkey] = [*self.OwnedHotkeys[coldkey], hotkey]
            if hotkey not in self.Delegates:
                self.Delegates[hotkey] = self.Delegates.default_value

    def register_neuron(self, netuid: int, hotkey: bytes) -> int:
        """Give a hotkey a slot; fails with ``NoNeuronIdAvailable`` when all are taken for good."""
        count = self.SubnetworkN[netuid]
        if count < self.MaxAllowedUids[netuid]:
            self._append(netuid, count, hotkey)
            return int(count)
        uid = self.neuron_to_prune(netuid)
        if uid is None:
            self.fail("NoNeuronIdAvailable")
        self._replace(netuid, uid, hotkey)
        return uid

    def neuron_to_prune(self, netuid: int) -> int | None:
        """The slot that the next newcomer would take from somebody; None when nobody may lose one."""
        emission = self.Emission[netuid]
        period, now = self.ImmunityPeriod[netuid], self.block_number
        immortal = set(self.owner_uids(netuid))
        immune: list[tuple[int, int, int]] = []
        exposed: list[tuple[int, int, int]] = []
        for uid in range(self.SubnetworkN[netuid]):
            if uid not in immortal:
                block = self.BlockAtRegistration[netuid, uid]
                group = immune if now - block < period else exposed
                group.append((emission[uid] if uid < len(emission) else 0, block, uid))
        enough = len(exposed) > self.MinNonImmuneUids[netuid]
        worst = min(exposed if enough else immune, default=None)
        return None if worst is None else worst[2]

    def owner_uids(self, netuid: int) -> list[int]:
        """The owner's slots that cannot be lost: the owner hotkey's, then the earliest registered."""
        hotkeys = self.OwnedHotkeys[self.SubnetOwner[netuid]]
        found = [uid for hotkey in hotkeys if (uid := self.uid_of(netuid, hotkey)) is not None]
        found.sort(key=lambda uid: (self.BlockAtRegistration[netuid, uid], uid))
        limit = self.ImmuneOwnerUidsLimit[netuid]
        found = found[:limit]
        first = self.uid_of(netuid, self.SubnetOwnerHotkey[netuid])
        if first is not None and first not in found:
            found = [first, *found][:limit]
        return found

    def _append(self, netuid: int, uid: int, hotkey: bytes) -> None:
        self.SubnetworkN[netuid] = uid + 1
        fillers: tuple[tuple[Map, Any], ...] = (
            (self.Active, True),
            (self.Consensus, 0),
            (self.Incentive, 0),
            (self.Dividends, 0),
            (self.Emission, 0),
            (self.LastUpdate, self.block_number),
            (self.ValidatorTrust, 0),
            (self.ValidatorPermit, False),
            (self.StakeWeight, 0),
        )
        for item, value in fillers:
            known = list(item[netuid])[:uid]
            missing = uid - len(known)
            item[netuid] = [*known, *([type(value)()] * missing), value]
        self._occupy(netuid, uid, hotkey)

    def _replace(self, netuid: int, uid: int, hotkey: bytes) -> None:
        former = self.Keys[netuid, uid]
        del self.Uids[netuid, former]
        del self.IsNetworkMember[former, netuid]
        for by_hotkey in (self.Axons, self.Prometheus, self.NeuronCertificates):
            if (netuid, former) in by_hotkey:
                del by_hotkey[netuid, former]
        del self.AssociatedEvmAddress[netuid, uid]
        zeroed = (
            self.Consensus, self.Incentive, self.Dividends, self.Emission, self.ValidatorTrust,
            self.StakeWeight,
        )  # fmt: skip
        for item in zeroed:
            self._set_one(item, netuid, uid, 0)
        for mecid in range(self.MechanismCountCurrent[netuid]):
            self._forget_weights(storage_index(netuid, mecid), uid)
        self._set_one(self.ValidatorPermit, netuid, uid, False)
        self._set_one(self.Active, netuid, uid, True)
        self._set_one(self.LastUpdate, netuid, uid, self.block_number)
        self._occupy(netuid, uid, hotkey)

    def _occupy(self, netuid: int, uid: int, hotkey: bytes) -> None:
        self.Uids[netuid, hotkey] = uid
        self.Keys[netuid, uid] = hotkey
        self.IsNetworkMember[hotkey, netuid] = True
        self.BlockAtRegistration[netuid, uid] = self.block_number
        for mecid in range(1, self.MechanismCountCurrent[netuid]):
            self._enter_mechanism(storage_index(netuid, mecid), uid)

    def _enter_mechanism(self, index: int, uid: int) -> None:
        """Start a slot afresh in a mechanism beyond the first."""
        for item, value in ((self.LastUpdate, self.block_number), (self.Incentive, 0)):
            row = item[index]
            row += [0] * (uid + 1 - len(row))
            item[index] = [*row[:uid], value, *row[uid + 1 :]]
        del self.Weights[index, uid]
        del self.Bonds[index, uid]

    def _forget_weights(self, index: int, uid: int) -> None:
        """Drop what a slot said, and zero what others said about it."""
        del self.Bonds[index, uid]
        del self.Weights[index, uid]
        for _, other in self.Weights.keys_under(index):
            row = self.Weights[index, other]
            if any(column == uid and weight for column, weight in row):
                kept = [(column, 0 if column == uid else weight) for column, weight in row]
                self.Weights[index, other] = kept

    def _set_one(self, item: Map, netuid: int, uid: int, value: Any) -> None:
        change: Callable[[list[Any]], list[Any]] = lambda row: [*row[:uid], value, *row[uid + 1 :]]  # noqa: E731 - one-line edit of one place
        item.mutate(netuid, change=change)
