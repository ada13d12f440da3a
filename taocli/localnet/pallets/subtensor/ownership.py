"""What belongs to names and owners: identities of coldkeys and subnets, and the owner's epoch controls.

Source: Subtensor spec 425, ``utils/identity.rs`` and ``subnets/tempo_control.rs``. Texts are bytes, limited
in length; nobody checks what they say.
"""

from typing import Any

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import DispatchFailure, Origin
from taocli.localnet.frame.types import AccountId, Bytes, Option, u16, u32
from taocli.localnet.pallets.subtensor.chain_types import SubnetIdentityV3
from taocli.localnet.pallets.subtensor.networks import Networks

_COLDKEY_LIMITS = {
    "name": 256, "url": 256, "github_repo": 256, "image": 1024, "discord": 256,
    "description": 1024, "additional": 1024,
}  # fmt: skip
_SUBNET_LIMITS = {
    "subnet_name": 256, "github_repo": 1024, "subnet_contact": 1024, "subnet_url": 1024,
    "discord": 256, "description": 1024, "logo_url": 1024, "additional": 1024,
}  # fmt: skip
_TEMPO_BOUNDS = range(360, 50_401)
_CUTOFF_BOUNDS = range(1_000, 50_001)


class Ownership(Networks):
    """Identities, and ``set_tempo``, ``set_activity_cutoff_factor`` and ``trigger_epoch``."""

    name = "SubtensorModule"

    @call(68, args=dict.fromkeys(_COLDKEY_LIMITS, Bytes))
    def set_identity(self, origin: Origin, **identity: bytes) -> None:
        """Describe the signer, who must own a registered hotkey."""
        coldkey = origin.signed()
        registered = any(self.is_registered_anywhere(key) for key in self.OwnedHotkeys[coldkey])
        self.ensure(registered, "HotKeyNotRegisteredInNetwork")
        self.ensure(_fits(identity, _COLDKEY_LIMITS), "InvalidIdentity")
        self.IdentitiesV2[coldkey] = identity
        self.deposit("ChainIdentitySet", coldkey)

    @call(78, args={"netuid": u16, **dict.fromkeys(_SUBNET_LIMITS, Bytes)})
    def set_subnet_identity(self, origin: Origin, netuid: int, **identity: bytes) -> None:
        """Describe a subnet, as its owner."""
        self.ensure(origin.signed() == self.SubnetOwner[netuid], "NotSubnetOwner")
        self._describe(netuid, identity)

    @call(79, hotkey=AccountId, identity=Option(SubnetIdentityV3))
    def register_network_with_identity(
        self, origin: Origin, hotkey: bytes, identity: dict[str, Any] | None
    ) -> None:
        """Create a subnet and describe it at once."""
        netuid = self.create_network(origin.signed(), hotkey)
        if identity is not None:
            self._describe(netuid, identity)

    @call(139, netuid=u16, tempo=u16)
    def set_tempo(self, origin: Origin, netuid: int, tempo: int) -> None:
        """Choose the blocks between epochs, as the subnet's owner."""
        self._owner_only(origin, netuid)
        self.ensure(tempo in _TEMPO_BOUNDS, "TempoOutOfBounds")
        hidden = self.CommitRevealWeightsEnabled[netuid]
        self.ensure(not hidden, "DynamicTempoBlockedByCommitReveal")
        self.Tempo[netuid] = tempo
        self.deposit("TempoSet", netuid, tempo)

    @call(140, netuid=u16, factor_milli=u32)
    def set_activity_cutoff_factor(self, origin: Origin, netuid: int, factor_milli: int) -> None:
        """Choose after how many thousandths of a tempo a silent validator no longer counts."""
        self._owner_only(origin, netuid)
        self.ensure(factor_milli in _CUTOFF_BOUNDS, "ActivityCutoffFactorMilliOutOfBounds")
        self.ActivityCutoffFactorMilli[netuid] = factor_milli
        self.deposit("ActivityCutoffFactorMilliSet", netuid, factor_milli)

    @call(141, netuid=u16)
    def trigger_epoch(self, origin: Origin, netuid: int) -> None:
        """Ask for an epoch after the freeze window instead of waiting for the tempo."""
        owner = self._owner_only(origin, netuid)
        self.ensure(not self.PendingEpochAt[netuid], "EpochTriggerAlreadyPending")
        wait = self.AdminFreezeWindow.get()
        left = self.LastEpochBlock[netuid] + self.Tempo[netuid] - self.block_number
        self.ensure(left > wait, "AutoEpochAlreadyImminent")
        fires_at = self.block_number + wait
        self.PendingEpochAt[netuid] = fires_at
        self.deposit("EpochTriggered", netuid, owner, fires_at)

    def _owner_only(self, origin: Origin, netuid: int) -> bytes:
        who = origin.signed()
        self.ensure(self.NetworksAdded[netuid], "SubnetNotExists")
        if who != self.SubnetOwner[netuid]:
            raise DispatchFailure.bad_origin()
        return who

    def _describe(self, netuid: int, identity: dict[str, Any]) -> None:
        self.ensure(_fits(identity, _SUBNET_LIMITS), "InvalidIdentity")
        self.SubnetIdentitiesV3[netuid] = identity
        self.deposit("SubnetIdentitySet", netuid)


def _fits(texts: dict[str, Any], limits: dict[str, int]) -> bool:
    return all(len(texts[field]) <= limit for field, limit in limits.items())
