"""How AdminUtils' calls are made: each writes one storage item of SubtensorModule after the same checks.

Who may call: root alone, or also the subnet's owner, who may change one hyperparameter once in
``OwnerHyperparamRateLimit`` tempos, and a few that reshape the subnet more rarely. Most changes are refused in the last
``AdminFreezeWindow`` blocks before an epoch, for root too, so that consensus never runs on numbers nobody
had time to see. Source: Subtensor spec 425, ``utils/misc.rs`` and ``utils/rate_limiting.rs``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import DispatchFailure, Origin
from taocli.localnet.frame.pallet import Pallet
from taocli.localnet.frame.scale import Type
from taocli.localnet.frame.types import u16
from taocli.localnet.pallets.subtensor.shares import ROOT

Check = Callable[["Setters", int, Any], None]
"""Refuses a value for a subnet by failing the call."""

KEYED_LIMITS = {
    "SetWeightsVersionKey": 4,
    "MechanismCountUpdate": 7,
    "MechanismEmission": 8,
    "MaxUidsTrimming": 9,
}
"""Limits kept by owner, subnet and this number instead of by hyperparameter."""

_DAY, _MONTH = 7_200, 216_000
_FAST_SLOT_MS = 250

Method = Callable[..., None]


@dataclass(frozen=True, slots=True)
class SubnetSetter:
    """A hyperparameter of one subnet: storage ``item``, wire argument ``argument`` of type ``type``.

    ``limit`` is the owner's rate limit (a ``Hyperparameter`` or one of ``KEYED_LIMITS``), None where only
    root may call; ``event`` is recorded by SubtensorModule, ``own_event`` by AdminUtils; ``owner_check``
    binds the owner and not root.
    """

    item: str
    argument: str
    type: Type
    limit: str | None = None
    window: bool = True
    must_exist: bool = True
    event: str | None = None
    own_event: str | None = None
    check: Check | None = None
    owner_check: Check | None = None


class Setters(Pallet):
    """The checks that AdminUtils' calls share."""

    name = "AdminUtils"
    index = 19

    @property
    def subnets(self) -> Any:
        """SubtensorModule."""
        return self.runtime.subtensor_module

    def admit(self, origin: Origin, netuid: int, setter: SubnetSetter) -> None:
        """BadOrigin, the owner's rate limit and the freeze window, in that order."""
        limit = setter.limit
        if not origin.is_root:
            signer = origin.signed()
            if limit is None or signer != self.subnets.SubnetOwner[netuid]:
                raise DispatchFailure.bad_origin()
            rested = self._is_rested(signer, netuid, limit)
            self.subnets.ensure(rested, "TxRateLimitExceeded")
        if setter.window:
            self.ensure_window(netuid)

    def ensure_owner_or_root(self, origin: Origin, netuid: int) -> None:
        """BadOrigin unless the owner or root asks."""
        if not origin.is_root and origin.signed() != self.subnets.SubnetOwner[netuid]:
            raise DispatchFailure.bad_origin()

    def ensure_window(self, netuid: int) -> None:
        """Refuse changes shortly before an epoch."""
        frozen = self.is_frozen(netuid)
        self.subnets.ensure(not frozen, "AdminActionProhibitedDuringWeightsWindow")

    def ensure_subnet(self, netuid: int) -> None:
        """Refuse a netuid that nobody has."""
        self.ensure(self.subnets.NetworksAdded[netuid], "SubnetDoesNotExist")

    def note_owner(self, origin: Origin, netuid: int, setter: SubnetSetter) -> None:
        """Start the owner's pause after a change."""
        if origin.is_root or setter.limit is None:
            return
        kind = KEYED_LIMITS.get(setter.limit)
        if kind is None:
            key = "OwnerHyperparamUpdate", netuid, setter.limit
            self.subnets.LastRateLimitedBlock[key] = self.block_number
        else:
            self.subnets.TransactionKeyLastBlock[origin.signed(), netuid, kind] = self.block_number

    def is_frozen(self, netuid: int) -> bool:
        """Whether the next epoch is closer than the freeze window, or was asked for by hand."""
        left = self.subnets.blocks_until_epoch(netuid)
        if left is None:
            return False
        asked = self.subnets.PendingEpochAt[netuid] > self.block_number
        return bool(asked or left < self.subnets.AdminFreezeWindow.get())

    def _is_rested(self, owner: bytes, netuid: int, limit: str) -> bool:
        kind = KEYED_LIMITS.get(limit)
        if kind is None:
            last = self.subnets.LastRateLimitedBlock["OwnerHyperparamUpdate", netuid, limit]
        else:
            last = self.subnets.TransactionKeyLastBlock[owner, netuid, kind]
        return bool(not last or self.block_number - last >= self._pause(netuid, limit))

    def _pause(self, netuid: int, limit: str) -> int:
        """The blocks between two changes by the owner."""
        tempo = self.subnets.Tempo[netuid]
        if limit == "SetWeightsVersionKey":
            return int(self.subnets.WeightsVersionKeyRateLimit.get() * tempo)
        if limit in KEYED_LIMITS:
            if self.runtime.aura.constant("SlotDuration") == _FAST_SLOT_MS:
                return 1
            return _MONTH if limit == "MaxUidsTrimming" else _DAY
        return int(self.subnets.OwnerHyperparamRateLimit.get() * tempo)


def subnet_call(name: str, index: int, setter: SubnetSetter) -> Method:
    """The call that sets a hyperparameter of a subnet."""

    def run(self: Setters, origin: Origin, netuid: int, **values: Any) -> None:
        value = values[setter.argument]
        self.admit(origin, netuid, setter)
        if setter.must_exist:
            self.ensure_subnet(netuid)
        if setter.check is not None:
            setter.check(self, netuid, value)
        if setter.owner_check is not None and not origin.is_root:
            setter.owner_check(self, netuid, value)
        getattr(self.subnets, setter.item)[netuid] = value
        self.note_owner(origin, netuid, setter)
        if setter.event is not None:
            self.subnets.deposit(setter.event, netuid, value)
        if setter.own_event is not None:
            self.deposit(setter.own_event, netuid, value)

    run.__name__ = name
    run.__doc__ = f"Set {setter.item} of a subnet."
    return call(index, args={"netuid": u16, setter.argument: setter.type})(run)


def root_call(
    name: str,
    index: int,
    item: str,
    argument: str,
    kind: Type,
    event: str | None,
    check: Callable[[Setters, Any], None] | None = None,
) -> Method:
    """The call by which root sets a number of the whole chain."""

    def run(self: Setters, origin: Origin, **values: Any) -> None:
        origin.root()
        if check is not None:
            check(self, values[argument])
        getattr(self.subnets, item).set(values[argument])
        if event is not None:
            self.subnets.deposit(event, values[argument])

    run.__name__ = name
    run.__doc__ = f"Set {item}."
    return call(index, args={argument: kind})(run)


def not_on_root(pallet: Setters, netuid: int, value: Any) -> None:  # noqa: ARG001 - a check's signature
    """Refuse netuid 0."""
    pallet.ensure(netuid != ROOT, "NotPermittedOnRootSubnet")
