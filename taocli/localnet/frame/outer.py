"""The runtime's outer enums: one variant per pallet, holding that pallet's calls, events or errors.

The first byte of an encoded call or event is the pallet's index, the second the call's or event's
own: together they are an enum of enums, and that is how the metadata publishes them.
"""

from collections.abc import Mapping, Sequence

from taocli.localnet.frame.pallet import Pallet
from taocli.localnet.frame.scale import Field, Type
from taocli.localnet.frame.types import Enum, RuntimeCall, Variant

_RUNTIME_CRATE = "node_subtensor_runtime"


class _RuntimeEvent(Type):
    """An event that is already encoded; the registry shows the outer enum in its place."""

    name = "RuntimeEvent"
    identity = "RuntimeEvent"

    def encode(self, value: bytes) -> bytes:
        """Events are encoded where they are recorded."""
        return value


RuntimeEvent = _RuntimeEvent()


class OuterEnums:
    """RuntimeCall, RuntimeEvent and RuntimeError of one set of pallets."""

    def __init__(self, pallets: Sequence[Pallet]) -> None:
        calls = {p.name: [d.variant for d in p.calls.values()] for p in pallets}
        events = {p.name: list(p.event_variants.values()) for p in pallets}
        errors = {p.name: list(p.error_variants.values()) for p in pallets}
        self.inner = tuple(
            {p.name: _inner(p, kind, found[p.name]) for p in pallets if found[p.name]}
            for kind, found in (("Call", calls), ("Event", events), ("Error", errors))
        )
        self.call = _outer("RuntimeCall", pallets, self.inner[0])
        self.event = _outer("RuntimeEvent", pallets, self.inner[1])
        self.error = _outer("RuntimeError", pallets, self.inner[2])
        self.call.identity = RuntimeCall.identity  # one type under two names
        self.event.identity = RuntimeEvent.identity

    def resolve(self, kind: Type) -> Type:
        """The enum that a placeholder stands for; any other type is itself."""
        if kind is RuntimeCall:
            return self.call
        return self.event if kind is RuntimeEvent else kind


def _inner(pallet: Pallet, kind: str, variants: Sequence[Variant]) -> Enum:
    return Enum(f"{pallet.crate}::pallet::{kind}", *variants, params={"T": None})


def _outer(name: str, pallets: Sequence[Pallet], inner: Mapping[str, Enum]) -> Enum:
    return Enum(
        f"{_RUNTIME_CRATE}::{name}",
        *(
            Variant(pallet.index, pallet.name, Field(None, inner[pallet.name]))
            for pallet in pallets
            if pallet.name in inner
        ),
    )
