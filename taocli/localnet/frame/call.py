"""Calls: methods of a pallet that extrinsics can name, marked with their wire index and types.

    @call(7, netuid=u16, hotkey=AccountId)
    def burned_register(self, origin: Origin, netuid: int, hotkey: bytes) -> None:
        "Buy a slot in a subnet."
        coldkey = origin.signed()

Signature: ``call(index, /, *, free=False, weight=DEFAULT_WEIGHT, dispatch_class="Normal", args=None,
**types)``. ``free`` is ``Pays::No``; ``weight`` is the fixed ref_time (picoseconds) that the fee is
computed from; ``args={"weight": Weight, …}`` names arguments that collide with these. A ``Field(None,
type, "T::Balance")`` in place of a type gives the metadata's type name. The method may return
``Pays.NO`` to give the fee back. An argument of type ``MultiAddress`` arrives as 32 bytes: what cannot
be looked up fails with ``CannotLookup`` before the method runs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from taocli.localnet.frame.scale import Field, Reader, Type
from taocli.localnet.frame.types import MultiAddress, Variant

if TYPE_CHECKING:
    from taocli.localnet.frame.pallet import Pallet

DEFAULT_WEIGHT = 160_000_000
"""ref_time of a call that declares none; a transfer on the real chain is of this size."""

_MARK = "__taocli_call__"
Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class CallDeclaration:
    """One call of a pallet: ``index`` is wire, ``variant`` holds name, fields and docs."""

    index: int
    name: str
    variant: Variant
    free: bool
    weight: int
    dispatch_class: str

    @property
    def fields(self) -> tuple[Field, ...]:
        """The arguments in order."""
        return self.variant.fields


def call(
    index: int,
    /,
    *,
    free: bool = False,
    weight: int = DEFAULT_WEIGHT,
    dispatch_class: str = "Normal",
    args: Mapping[str, Type | Field] | None = None,
    **types: Type | Field,
) -> Callable[[Method], Method]:
    """Mark a method as call number ``index``; see the module."""

    def mark(method: Method) -> Method:
        variant = Variant(index, method.__name__, **(args or {}), **types)
        variant.docs = doc_lines(method.__doc__)
        declaration = CallDeclaration(index, method.__name__, variant, free, weight, dispatch_class)
        setattr(method, _MARK, declaration)
        return method

    return mark


def declaration_of(member: object) -> CallDeclaration | None:
    """The declaration of a marked method, else None."""
    found = getattr(member, _MARK, None)
    return found if isinstance(found, CallDeclaration) else None


def doc_lines(docstring: str | None) -> tuple[str, ...]:
    """A docstring as the metadata's lines of documentation."""
    return tuple(line.strip() for line in (docstring or "").strip().splitlines())


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call with its arguments, ready to run: the value of ``RuntimeCall``."""

    pallet: "Pallet"
    declaration: CallDeclaration
    args: dict[str, Any]

    @property
    def label(self) -> str:
        """``Balances.transfer_keep_alive``."""
        return f"{self.pallet.name}.{self.declaration.name}"

    def encode(self) -> bytes:
        """Pallet index, call index and the arguments."""
        head = bytes((self.pallet.index, self.declaration.index))
        values = (self.args,) if self.declaration.fields else ()
        return head + self.declaration.variant.encode_fields(values)

    def unresolved(self) -> bool:
        """Whether an address argument is of a form that this chain cannot look up."""
        return any(
            field.type is MultiAddress and not isinstance(self.args[field.name or ""], bytes)
            for field in self.declaration.fields
        )


def decode_arguments(declaration: CallDeclaration, reader: Reader) -> dict[str, Any]:
    """The arguments of a call, by name."""
    return {field.name or "": field.type.decode(reader) for field in declaration.fields}
