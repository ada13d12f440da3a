"""How AdminUtils' calls are made: each writes one storage item of SubtensorModule after the same checks.

Who may call: root alone, or also the subnet's owner, who may change one hyperparameter once in
``OwnerHyperparamRateLimit`` tempos. Most changes are refused in the last ``AdminFreezeWindow`` blocks before
an epoch, for root too, so that consensus never runs on numbers nobody had time to see. Source: Subtensor
spec 425, ``utils/misc.rs`` and ``utils/rate_limiting.rs``.
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

Method = Callable[..., None]


@dataclass(frozen=True, slots=True)
class SubnetSetter:
    """A hyperparameter of one subnet: storage ``item``, wire argument ``argument`` of type ``type``.

    ``limit`` is the owner's rate limit key, None where only root may call; ``event`` is recorded by
    SubtensorModule, ``own_event`` by AdminUtils.
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


class Setters(Pallet):
    """The checks that AdminUtils' calls share."""

    name = "AdminUtils"
    index = 19

    @property
    def subnets(self) -> Any:
        """SubtensorModule."""
        return self.runtime.subtensor_module

    def admit(self, origin: Origin, netuid: int, setter: SubnetSetter) -> None:
        """BadOrigin, the freeze window and the owner's rate limit, in that order."""
        if not origin.is_root:
            signer = origin.signed()
            if setter.limit is None or signer != self.subnets.SubnetOwner[netuid]:
                raise DispatchFailure.bad_origin()
        if setter.window:
            frozen = self.is_frozen(netuid)
            self.subnets.ensure(not frozen, "AdminActionProhibitedDuringWeightsWindow")
        if not origin.is_root:
            last = self.subnets.LastRateLimitedBlock[self._limit_key(netuid, setter)]
            pause = self.subnets.OwnerHyperparamRateLimit.get() * self.subnets.Tempo[netuid]
            rested = not last or self.block_number - last >= pause
            self.subnets.ensure(rested, "TxRateLimitExceeded")

    def note_owner(self, origin: Origin, netuid: int, setter: SubnetSetter) -> None:
        """Start the owner's pause after a change."""
        if not origin.is_root:
            key = self._limit_key(netuid, setter)
            self.subnets.LastRateLimitedBlock[key] = self.block_number

    def is_frozen(self, netuid: int) -> bool:
        """Whether the next epoch is closer than the freeze window, or was asked for by hand."""
        left = self.subnets.blocks_until_epoch(netuid)
        if left is None:
            return False
        return bool(
            self.subnets.PendingEpochAt[netuid] or left < self.subnets.AdminFreezeWindow.get()
        )

    @staticmethod
    def _limit_key(netuid: int, setter: SubnetSetter) -> tuple[str, int, str]:
        return "OwnerHyperparamUpdate", netuid, str(setter.limit)


def subnet_call(name: str, index: int, setter: SubnetSetter) -> Method:
    """The call that sets a hyperparameter of a subnet."""

    def run(self: Setters, origin: Origin, netuid: int, **values: Any) -> None:
        value = values[setter.argument]
        self.admit(origin, netuid, setter)
        if setter.must_exist:
            self.ensure(self.subnets.NetworksAdded[netuid], "SubnetDoesNotExist")
        if setter.check is not None:
            setter.check(self, netuid, value)
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
    name: str, index: int, item: str, argument: str, kind: Type, event: str | None
) -> Method:
    """The call by which root sets a number of the whole chain."""

    def run(self: Setters, origin: Origin, **values: Any) -> None:
        origin.root()
        getattr(self.subnets, item).set(values[argument])
        if event is not None:
            self.subnets.deposit(event, values[argument])

    run.__name__ = name
    run.__doc__ = f"Set {item}."
    return call(index, args={argument: kind})(run)


def not_on_root(pallet: Setters, netuid: int, value: Any) -> None:  # noqa: ARG001 - a check's signature
    """Refuse netuid 0."""
    pallet.ensure(netuid != ROOT, "NotPermittedOnRootSubnet")
