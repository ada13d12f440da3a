"""Utility: several calls in one extrinsic, and calls in another's name.

``batch`` stops at the first failure and keeps what ran, ``batch_all`` undoes everything, ``force_batch``
goes on. A batch inside a batch is refused by the chain's call filter.
"""

from dataclasses import replace
from typing import Any

from taocli.localnet.frame.call import Invocation, call
from taocli.localnet.frame.outcome import (
    ROOT,
    DispatchError,
    DispatchFailure,
    DispatchResult,
    Origin,
)
from taocli.localnet.frame.pallet import Constant, Error, Event, Pallet
from taocli.localnet.frame.storage import blake2_256
from taocli.localnet.frame.types import (
    AccountId,
    Enum,
    Field,
    RuntimeCall,
    Variant,
    Vec,
    u16,
    u32,
)
from taocli.localnet.pallets.sudo import as_result
from taocli.localnet.pallets.system_types import Weight

RawOrigin = Enum(
    "frame_support::dispatch::RawOrigin",
    Variant(0, "Root"),
    Variant(1, "Signed", Field(None, AccountId, "AccountId")),
    Variant(2, "None"),
    Variant(3, "Authorized"),
    params={"AccountId": AccountId},
)
OriginCaller = Enum(
    "node_subtensor_runtime::OriginCaller",
    Variant(0, "system", Field(None, RawOrigin, "frame_system::Origin<Runtime>")),
)
MAX_CALLS = 10_922
_CALL = Field(None, RuntimeCall, "Box<<T as Config>::RuntimeCall>")
_CALLS = Field(None, Vec(RuntimeCall), "Vec<<T as Config>::RuntimeCall>")
_ORIGIN = Field(None, OriginCaller, "Box<T::PalletsOrigin>")
_BATCHES = frozenset({"batch", "batch_all", "force_batch"})


class Utility(Pallet):
    """Batches and derived origins."""

    name = "Utility"
    index = 11

    events = (
        Event("BatchInterrupted", fields={"index": u32, "error": DispatchError}),
        Event("BatchCompleted"),
        Event("BatchCompletedWithErrors"),
        Event("ItemCompleted"),
        Event("ItemFailed", error=DispatchError),
        Event("DispatchedAs", result=Field(None, DispatchResult, "DispatchResult")),
        Event("IfElseMainSuccess"),
        Event("IfElseFallbackCalled", main_error=DispatchError),
    )
    errors = (
        Error("TooManyCalls", "Too many calls batched."),
        Error("InvalidDerivedAccount", "Bad input data for derived account ID."),
    )
    constants = (Constant("batched_calls_limit", u32, MAX_CALLS),)

    @call(0, calls=_CALLS)
    def batch(self, origin: Origin, calls: list[Invocation]) -> None:
        """Run calls until one fails; what ran before it stays."""
        self.ensure(len(calls) <= MAX_CALLS, "TooManyCalls")
        for position, item in enumerate(calls):
            failure = self.runtime.try_dispatch(item, origin)
            if failure is not None:
                self.deposit("BatchInterrupted", position, failure.value)
                return
            self.deposit("ItemCompleted")
        self.deposit("BatchCompleted")

    @call(1, args={"index": u16, "call": _CALL})
    def as_derivative(self, origin: Origin, index: int, call: Invocation) -> None:
        """Run a call as the account that is derived from the signer and a number."""
        who = derived_account(origin.signed(), index)
        self.runtime.dispatch(call, replace(origin, account=who))  # a proxy's limits stay

    @call(2, calls=_CALLS)
    def batch_all(self, origin: Origin, calls: list[Invocation]) -> None:
        """Run all calls or none."""
        self.ensure(len(calls) <= MAX_CALLS, "TooManyCalls")
        for item in calls:
            self.runtime.dispatch(item, origin)
            self.deposit("ItemCompleted")
        self.deposit("BatchCompleted")

    @call(3, as_origin=_ORIGIN, call=_CALL)
    def dispatch_as(self, origin: Origin, as_origin: Any, call: Invocation) -> None:
        """Run a call under another origin, by root; its failure is an event."""
        origin.root()
        failure = self.runtime.try_dispatch(call, _origin(as_origin))
        self.deposit("DispatchedAs", as_result(failure))

    @call(4, calls=_CALLS)
    def force_batch(self, origin: Origin, calls: list[Invocation]) -> None:
        """Run all calls, whatever fails."""
        self.ensure(len(calls) <= MAX_CALLS, "TooManyCalls")
        failed = False
        for item in calls:
            failure = self.runtime.try_dispatch(item, origin)
            if failure is None:
                self.deposit("ItemCompleted")
            else:
                failed = True
                self.deposit("ItemFailed", failure.value)
        self.deposit("BatchCompletedWithErrors" if failed else "BatchCompleted")

    @call(5, args={"call": _CALL, "weight": Weight})
    def with_weight(
        self,
        origin: Origin,
        call: Invocation,
        weight: dict[str, int],  # noqa: ARG002  # only the sender's claim of what it costs
    ) -> None:
        """Run a call as root, whatever it weighs."""
        origin.root()
        self.runtime.dispatch(call, ROOT)

    @call(6, main=_CALL, fallback=_CALL)
    def if_else(self, origin: Origin, main: Invocation, fallback: Invocation) -> None:
        """Run a call, and when it fails another."""
        failure = self.runtime.try_dispatch(main, origin)
        if failure is None:
            self.deposit("IfElseMainSuccess")
            return
        self.runtime.dispatch(fallback, origin)
        self.deposit("IfElseFallbackCalled", failure.value)

    @call(7, as_origin=_ORIGIN, call=_CALL)
    def dispatch_as_fallible(self, origin: Origin, as_origin: Any, call: Invocation) -> None:
        """Run a call under another origin, by root, and fail when it fails."""
        origin.root()
        self.runtime.dispatch(call, _origin(as_origin))
        self.deposit("DispatchedAs", as_result(None))

    def filters(self, invocation: Invocation) -> bool:
        """Refuse a batch of batches."""
        return self._is_batch(invocation) and any(
            self._is_batch(item) for item in invocation.args["calls"]
        )

    def _is_batch(self, invocation: Invocation) -> bool:
        return invocation.pallet is self and invocation.declaration.name in _BATCHES


def derived_account(who: bytes, index: int) -> bytes:
    """The account number ``index`` that only ``who`` can act for (pallet_utility)."""
    return blake2_256(b"modlpy/utilisuba" + who + u16.encode(index))


def _origin(caller: Any) -> Origin:
    raw = caller[1]
    if raw == "Root":
        return ROOT
    if isinstance(raw, tuple) and raw[0] == "Signed":
        return Origin.from_account(raw[1])
    raise DispatchFailure.bad_origin()
