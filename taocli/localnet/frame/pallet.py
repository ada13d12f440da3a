"""A pallet: a class whose attributes declare storage, events, errors, constants and calls.

    class Counter(Pallet):
        "Counts."
        name = "Counter"; index = 40; crate = "pallet_counter"
        events = (Event("Counted", by=AccountId, total=u64),)
        errors = ("TooHigh", Error("Locked", "Nobody may count."))
        constants = (Constant("Limit", u64, 10),)
        Total = Value(u64)

        @call(0, by=u64)
        def add(self, origin: Origin, by: int) -> None:
            who = origin.signed()
            total = self.Total.get() + by
            self.ensure(total <= self.constant("Limit"), "TooHigh")
            self.Total.set(total)
            self.deposit("Counted", who, total)

Signatures: ``Event(name, *types, index=None, **named types)``, ``Error(name, docs="", index=None)``,
``Constant(name, type, value, docs="")``; positions are indices unless given. On an instance:
``self.runtime`` (other pallets by snake-case name: ``self.runtime.balances``; ``attribute`` overrides the
name), ``self.block_number``, ``self.now_ms``, ``self.deposit(name, *values, **named)``,
``self.ensure(condition, error)``, ``self.fail(error)``, ``self.constant(name)``. Hooks to override:
``genesis(config)``, ``on_initialize(n)``, ``on_finalize(n)``, ``check_signed(who, call)`` (pool and block:
raise ``InvalidTransaction``), ``check_dispatch(origin, call)`` (every dispatch, nested too: raise
``DispatchFailure``), ``filters(call)`` (True refuses with System.CallFiltered), ``fee_payer(who, call)``
(another account than the signer that pays).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from taocli.domain.errors import ValidationError
from taocli.localnet.frame.call import CallDeclaration, Invocation, declaration_of
from taocli.localnet.frame.outcome import DispatchFailure, Origin
from taocli.localnet.frame.scale import Field, Type
from taocli.localnet.frame.storage import StorageItem
from taocli.localnet.frame.types import Variant

if TYPE_CHECKING:
    from taocli.localnet.runtime import Runtime


class Event:
    """Something a pallet records: ``Event("Transfer", from_=…)`` by name or ``Event("X", u16)``.

    Names that are Python keywords are given through ``fields={"from": AccountId}``.
    """

    __slots__ = ("index", "variant")

    def __init__(
        self,
        name: str,
        /,
        *types: Type | Field,
        index: int | None = None,
        fields: Mapping[str, Type | Field] | None = None,
        docs: str = "",
        **named: Type | Field,
    ) -> None:
        self.index = index
        self.variant = Variant(0, name, *types, **(fields or {}), **named)
        self.variant.docs = (docs,) if docs else ()


@dataclass(frozen=True, slots=True)
class Error:
    """A way in which calls of a pallet fail."""

    name: str
    docs: str = ""
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Constant:
    """A number of the runtime that the metadata publishes."""

    name: str
    type: Type
    value: Any
    docs: str = ""


class Pallet:
    """One part of the runtime; subclass and declare (see the module)."""

    name: ClassVar[str] = ""
    index: ClassVar[int] = 0
    crate: ClassVar[str] = ""
    attribute: ClassVar[str] = ""
    events: ClassVar[tuple[Event, ...]] = ()
    errors: ClassVar[tuple[str | Error, ...]] = ()
    constants: ClassVar[tuple[Constant, ...]] = ()

    storage_items: ClassVar[tuple[StorageItem, ...]] = ()
    calls: ClassVar[dict[int, CallDeclaration]] = {}
    event_variants: ClassVar[dict[str, Variant]] = {}
    error_variants: ClassVar[dict[str, Variant]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        members: dict[str, Any] = {}
        for ancestor in reversed(cls.__mro__):
            members |= vars(ancestor)
        cls.storage_items = tuple(m for m in members.values() if isinstance(m, StorageItem))
        found = sorted(
            (d for m in members.values() if (d := declaration_of(m)) is not None),
            key=lambda declaration: declaration.index,
        )
        cls.calls = _unique(cls.name, {d.index: d for d in found}, len(found))
        cls.event_variants = {}
        for position, event in enumerate(cls.events):
            event.variant.index = position if event.index is None else event.index
            cls.event_variants[event.variant.name] = event.variant
        cls.error_variants = {}
        for position, given in enumerate(cls.errors):
            error = Error(given) if isinstance(given, str) else given
            variant = Variant(position if error.index is None else error.index, error.name)
            variant.docs = (error.docs,) if error.docs else ()
            cls.error_variants[error.name] = variant
        if not cls.attribute:
            cls.attribute = snake_case(cls.name)
        if not cls.crate:
            cls.crate = f"pallet_{snake_case(cls.name)}"

    def __init__(self, runtime: "Runtime") -> None:
        self.runtime = runtime
        for item in self.storage_items:
            setattr(self, item.name, item.bind(self.name, runtime.current_state))
        self._constants = {constant.name: constant.value for constant in self.constants}
        self._methods: dict[int, Callable[..., Any]] = {
            index: getattr(self, declaration.name) for index, declaration in self.calls.items()
        }

    @property
    def block_number(self) -> int:
        """The number of the block being built (or, in an API, of the block asked about)."""
        return self.runtime.block_number

    @property
    def now_ms(self) -> int:
        """The block's time, milliseconds since the Unix epoch."""
        return self.runtime.now_ms

    def deposit(self, event: str, *values: Any, **named: Any) -> None:
        """Record an event; its values by position in order of the fields, or all by name."""
        variant = self.event_variants[event]
        ordered = tuple(named[field.name or ""] for field in variant.fields) if named else values
        if len(ordered) != len(variant.fields):
            raise ValidationError(
                f"Event {self.name}.{event} has {len(variant.fields)} fields, got {len(ordered)}.",
                "Events carry every field that they declare.",
                "Pass all of them.",
            )
        body = b"".join([f.type.encode(v) for f, v in zip(variant.fields, ordered, strict=True)])
        self.runtime.record_event(bytes((self.index, variant.index)) + body)

    def failure(self, error: str) -> DispatchFailure:
        """The failure for one of this pallet's errors."""
        index = self.error_variants[error].index
        value = ("Module", {"index": self.index, "error": bytes((index, 0, 0, 0))})
        return DispatchFailure(value, f"{self.name}.{error}")

    def fail(self, error: str) -> NoReturn:
        """Fail the call with one of this pallet's errors."""
        raise self.failure(error)

    def ensure(self, condition: object, error: str) -> None:
        """Fail with ``error`` unless ``condition`` holds."""
        if not condition:
            self.fail(error)

    def constant(self, name: str) -> Any:
        """The value of a declared constant, as this runtime has it."""
        return self._constants[name]

    def override_constant(self, name: str, value: Any) -> None:
        """Give a declared constant another value in this runtime, before its metadata is read."""
        if name not in self._constants:
            raise ValidationError(
                f"Pallet {self.name} declares no constant {name}.",
                "Only declared constants have a type.",
                "Declare it first.",
            )
        self._constants[name] = value

    def run_call(self, declaration: CallDeclaration, origin: Origin, args: dict[str, Any]) -> Any:
        """Run one call's method; dispatch has checked everything that is not the call's own."""
        return self._methods[declaration.index](origin, **args)

    def invocation(self, name: str, /, **args: Any) -> Invocation:
        """One of this pallet's calls as a value, by its name."""
        declaration = next(d for d in self.calls.values() if d.name == name)
        return Invocation(self, declaration, args)

    def genesis(self, config: Mapping[str, Any]) -> None:
        """Write this pallet's part of block 0; ``config`` is the pallet's own section."""

    def on_initialize(self, number: int) -> None:
        """Start of block ``number``, before any extrinsic."""

    def on_finalize(self, number: int) -> None:
        """End of block ``number``, after all extrinsics."""

    def check_signed(self, who: bytes, invocation: Invocation) -> None:
        """Refuse a signed extrinsic before it costs anything: raise ``InvalidTransaction``."""

    def check_dispatch(self, origin: Origin, invocation: Invocation) -> None:
        """Refuse a call, nested ones included, when it is dispatched: raise ``DispatchFailure``."""

    def fee_payer(self, who: bytes, invocation: Invocation) -> bytes | None:  # noqa: ARG002  # for subclasses
        """Who pays for a signed extrinsic in place of its signer, if anybody."""
        return None

    def filters(self, invocation: Invocation) -> bool:  # noqa: ARG002  # for subclasses
        """Whether a call from a non-root origin is refused with ``System.CallFiltered``."""
        return False


def _unique(
    pallet: str, calls: dict[int, CallDeclaration], count: int
) -> dict[int, CallDeclaration]:
    if len(calls) != count:
        raise ValidationError(
            f"Two calls of pallet {pallet} share an index.",
            "The index is how extrinsics name a call.",
            "Give each call its own.",
        )
    return calls


def snake_case(name: str) -> str:
    """``TransactionPayment`` -> ``transaction_payment``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
