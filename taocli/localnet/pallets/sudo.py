"""Sudo: one key that may speak for the chain itself.

A failure of the inner call is an event, not a failure of the extrinsic; and sudo costs nothing.
"""

from collections.abc import Mapping
from typing import Any

from taocli.localnet.frame.call import Invocation, call
from taocli.localnet.frame.outcome import (
    OK,
    ROOT,
    DispatchFailure,
    DispatchResult,
    InvalidTransaction,
    Origin,
    Pays,
)
from taocli.localnet.frame.pallet import Error, Event, Pallet
from taocli.localnet.frame.storage import Value
from taocli.localnet.frame.types import AccountId, Field, MultiAddress, Option, RuntimeCall
from taocli.localnet.pallets.system_types import Weight

_CALL = Field(None, RuntimeCall, "Box<<T as Config>::RuntimeCall>")
_TARGET = Field(None, MultiAddress, "AccountIdLookupOf<T>")


def as_result(failure: DispatchFailure | None) -> tuple[str, Any]:
    """A call's end as the SCALE value of ``DispatchResult``."""
    return OK if failure is None else ("Err", failure.value)


class Sudo(Pallet):
    """The chain's own voice; ``genesis``: ``key``."""

    name = "Sudo"
    index = 12

    Key = Value(AccountId, optional=True)

    events = (
        Event("Sudid", sudo_result=Field(None, DispatchResult, "DispatchResult")),
        Event("KeyChanged", old=Option(AccountId), new=AccountId),
        Event("KeyRemoved"),
        Event("SudoAsDone", sudo_result=Field(None, DispatchResult, "DispatchResult")),
    )
    errors = (Error("RequireSudo", "Sender must be the Sudo account."),)

    @call(0, call=_CALL)
    def sudo(self, origin: Origin, call: Invocation) -> Pays:
        """Run a call as root."""
        self._ensure_sudo(origin)
        self.deposit("Sudid", as_result(self.runtime.try_dispatch(call, ROOT)))
        return Pays.NO

    @call(1, args={"call": _CALL, "weight": Weight})
    def sudo_unchecked_weight(
        self,
        origin: Origin,
        call: Invocation,
        weight: dict[str, int],  # noqa: ARG002  # only the sender's claim of what it costs
    ) -> Pays:
        """Run a call as root, whatever it weighs."""
        return self.sudo(origin, call)

    @call(2, new=_TARGET)
    def set_key(self, origin: Origin, new: bytes) -> Pays:
        """Hand sudo to another key."""
        self._ensure_sudo(origin)
        self.deposit("KeyChanged", self.Key.get(), new)
        self.Key.set(new)
        return Pays.NO

    @call(3, who=_TARGET, call=_CALL)
    def sudo_as(self, origin: Origin, who: bytes, call: Invocation) -> Pays:
        """Run a call as if an account had signed it."""
        self._ensure_sudo(origin)
        failure = self.runtime.try_dispatch(call, Origin.from_account(who))
        self.deposit("SudoAsDone", as_result(failure))
        return Pays.NO

    @call(4)
    def remove_key(self, origin: Origin) -> Pays:
        """Give sudo up for ever."""
        self._ensure_sudo(origin)
        self.Key.kill()
        self.deposit("KeyRemoved")
        return Pays.NO

    def genesis(self, config: Mapping[str, Any]) -> None:
        """Write the key."""
        if "key" in config:
            self.Key.set(config["key"])

    def check_signed(self, who: bytes, invocation: Invocation) -> None:
        """Keep everybody else's sudo calls out of the pool."""
        if invocation.pallet is self and who != self.Key.get():
            raise InvalidTransaction.named("BadSigner")

    def _ensure_sudo(self, origin: Origin) -> None:
        if not origin.is_root:
            self.ensure(origin.signed() == self.Key.get(), "RequireSudo")
