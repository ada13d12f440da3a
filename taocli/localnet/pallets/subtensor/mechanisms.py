"""Mechanisms: several games of consensus in one subnet, with weights of their own.

An owner can split a subnet into up to ``MaxMechanismCount`` mechanisms, told apart by ``mecid``, for instance
one that rewards answers and one that rewards storage. Neurons, stake and permits are the subnet's; weights,
bonds, incentive and commits are each mechanism's, stored under ``mechanism_index``. The alpha of an epoch is
split between them evenly or by ``MechanismEmissionSplit``. All slots of all mechanisms together may not be
more than a subnet can have. Source: Subtensor spec 425, ``subnets/mechanism.rs``.
"""

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import Origin
from taocli.localnet.frame.types import H256, Vec, u8, u16, u64
from taocli.localnet.pallets.subtensor.mechanism_index import MOST_MECHANISMS, storage_index
from taocli.localnet.pallets.subtensor.timelocked_weights import TimelockedWeights
from taocli.localnet.pallets.subtensor.weight_batches import WeightBatches
from taocli.localnet.pallets.subtensor.weight_checks import WeightChecks

MOST_UIDS = 256
_WHOLE = 65_535


class Mechanisms(WeightBatches, TimelockedWeights, WeightChecks):
    """The weight calls that name a mechanism, and how many mechanisms there are."""

    name = "SubtensorModule"

    @call(119, free=True, netuid=u16, mecid=u8, dests=Vec(u16), weights=Vec(u16), version_key=u64)
    def set_mechanism_weights(
        self,
        origin: Origin,
        netuid: int,
        mecid: int,
        dests: list[int],
        weights: list[int],
        version_key: int,
    ) -> None:
        """Set weights for one mechanism of a subnet."""
        self.set_openly(origin.signed(), netuid, mecid, dests, weights, version_key)

    @call(115, free=True, netuid=u16, mecid=u8, commit_hash=H256)
    def commit_mechanism_weights(
        self, origin: Origin, netuid: int, mecid: int, commit_hash: bytes
    ) -> None:
        """Promise weights for one mechanism by their hash."""
        self.commit_hash(origin.signed(), netuid, mecid, commit_hash)

    @call(
        116,
        free=True,
        netuid=u16,
        mecid=u8,
        uids=Vec(u16),
        values=Vec(u16),
        salt=Vec(u16),
        version_key=u64,
    )
    def reveal_mechanism_weights(
        self,
        origin: Origin,
        netuid: int,
        mecid: int,
        uids: list[int],
        values: list[int],
        salt: list[int],
        version_key: int,
    ) -> None:
        """Show what was committed for one mechanism."""
        self.reveal(origin.signed(), netuid, mecid, uids, values, salt, version_key)

    def set_mechanism_count(self, netuid: int, count: int) -> None:
        """Split a subnet into so many mechanisms; what mechanisms that end had stored is forgotten."""
        self.ensure(self.NetworksAdded[netuid], "MechanismDoesNotExist")
        self.ensure(0 < count <= self.MaxMechanismCount.get(), "InvalidValue")
        self.ensure_slots(self.MaxAllowedUids[netuid], count)
        self.ensure(count <= MOST_MECHANISMS, "InvalidValue")
        former = self.MechanismCountCurrent[netuid]
        if count == former:
            return
        for mecid in range(count, former):
            self._forget_mechanism(storage_index(netuid, mecid))
        self.MechanismCountCurrent[netuid] = count
        del self.MechanismEmissionSplit[netuid]

    def ensure_slots(self, max_uids: int, mechanisms: int) -> None:
        """Refuse more slots over all mechanisms than a subnet can have."""
        self.ensure(max_uids * mechanisms <= MOST_UIDS, "TooManyUIDsPerMechanism")

    def set_max_mechanism_count(self, count: int) -> None:
        """Set how many mechanisms a subnet may have."""
        self.ensure(0 < count <= MOST_MECHANISMS, "InvalidValue")
        self.MaxMechanismCount.set(count)

    def set_emission_split(self, netuid: int, parts: list[int] | None) -> None:
        """Set each mechanism's part (of 65535) of the subnet's alpha; None for equal parts."""
        self.ensure(self.NetworksAdded[netuid], "MechanismDoesNotExist")
        if parts is None:
            del self.MechanismEmissionSplit[netuid]
            return
        fits = 0 < len(parts) <= self.MechanismCountCurrent[netuid]
        self.ensure(fits and sum(parts) == _WHOLE, "InvalidValue")
        self.MechanismEmissionSplit[netuid] = parts

    def _forget_mechanism(self, index: int) -> None:
        for item in (self.Weights, self.Bonds, self.WeightCommits, self.TimelockedWeightCommits):
            item.clear_under(index)
        del self.Incentive[index]
        del self.LastUpdate[index]
