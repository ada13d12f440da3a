"""The weight calls by which newer clients name a mechanism of a subnet.

A subnet can have several consensus mechanisms, told apart by ``mecid``; here each has one, number 0, so
these calls are the plain ones after a check. Source: Subtensor spec 425, ``subnets/mechanism.rs``.
"""

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import Origin
from taocli.localnet.frame.types import H256, Vec, u8, u16, u64
from taocli.localnet.pallets.subtensor.weights import Weights


class Mechanisms(Weights):
    """``set_mechanism_weights`` and the commit and reveal of a mechanism."""

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
        self._check_mechanism(netuid, mecid)
        self.set_weights(origin, netuid, dests, weights, version_key)

    @call(115, free=True, netuid=u16, mecid=u8, commit_hash=H256)
    def commit_mechanism_weights(
        self, origin: Origin, netuid: int, mecid: int, commit_hash: bytes
    ) -> None:
        """Promise weights for one mechanism by their hash."""
        self._check_mechanism(netuid, mecid)
        self.commit_weights(origin, netuid, commit_hash)

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
        self._check_mechanism(netuid, mecid)
        self.reveal_weights(origin, netuid, uids, values, salt, version_key)

    def _check_mechanism(self, netuid: int, mecid: int) -> None:
        self.ensure(self.NetworksAdded[netuid], "MechanismDoesNotExist")
        self.ensure(mecid < self.MechanismCountCurrent[netuid], "MechanismDoesNotExist")
