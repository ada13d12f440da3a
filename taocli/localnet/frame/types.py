"""Every type that declarations name, gathered in one place to import from.

Python values: integers are int, ``Bytes`` and ``AccountId`` and ``H256`` are bytes, ``Vec`` is list,
``Tuple`` is tuple, ``Option`` is value or None, a struct is a dict in field order, an enum is
``"Name"`` or ``("Name", value, ...)`` (one dict for named fields), a fixed-point number is its raw
bits as int, ``BTreeMap`` is dict, ``BTreeSet`` is a sorted list. A ``MultiAddress`` is 32 bytes when it
is an account id, which is the only form that this chain can look up. A ``RuntimeCall`` decodes to an
``Invocation``.
"""

from typing import Any

from taocli.localnet.frame.composites import Enum, Newtype, Struct, Variant
from taocli.localnet.frame.containers import (
    Array,
    BTreeMap,
    BTreeSet,
    Bytes,
    ByteString,
    Option,
    Tuple,
    Unit,
    Vec,
)
from taocli.localnet.frame.primitives import (
    Boolean,
    Compact,
    Integer,
    Text,
    boolean,
    i8,
    i16,
    i32,
    i64,
    i128,
    string,
    u8,
    u16,
    u32,
    u64,
    u128,
)
from taocli.localnet.frame.scale import (
    MAX_CALL_DEPTH,
    Field,
    Reader,
    ScaleError,
    Type,
    TypeDefinition,
    TypeRegistry,
    Unencodable,
    malformed,
    same,
    unencodable,
)

__all__ = [
    "H256",
    "I32F32",
    "I64F64",
    "I96F32",
    "U64F64",
    "U96F32",
    "AccountId",
    "Array",
    "BTreeMap",
    "BTreeSet",
    "Boolean",
    "BoundedVec",
    "ByteString",
    "Bytes",
    "Compact",
    "Enum",
    "Era",
    "Field",
    "Integer",
    "MultiAddress",
    "MultiSignature",
    "Newtype",
    "Option",
    "Perquintill",
    "Reader",
    "RuntimeCall",
    "ScaleError",
    "Struct",
    "Text",
    "Tuple",
    "Type",
    "TypeDefinition",
    "TypeRegistry",
    "Unencodable",
    "Unit",
    "Variant",
    "Vec",
    "WeakBoundedVec",
    "boolean",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "string",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
]  # fmt: skip

AccountId = Newtype("sp_core::crypto::AccountId32", Array(u8, 32))
H256 = Newtype("primitive_types::H256", Array(u8, 32))
Perquintill = Newtype("sp_arithmetic::per_things::Perquintill", u64)


def BoundedVec(element: Type) -> Newtype:  # noqa: N802  # reads as the type it makes
    """A list whose bound the pallet checks; on the wire it is a ``Vec``."""
    inner = Bytes if element is u8 else Vec(element)
    return Newtype(
        "bounded_collections::bounded_vec::BoundedVec", inner, params={"T": element, "S": None}
    )


def WeakBoundedVec(element: Type) -> Newtype:  # noqa: N802  # reads as the type it makes
    """A ``BoundedVec`` that may have outgrown its bound."""
    return Newtype(
        "bounded_collections::weak_bounded_vec::WeakBoundedVec",
        Vec(element),
        params={"T": element, "S": None},
    )


def _type_number(number: int) -> Type:
    """A type-level binary number: how clients learn the width of a fraction."""
    if number == 0:
        kind = Struct("substrate_typenum::uint::UTerm")
    else:
        bit = Struct(f"substrate_typenum::bit::B{number & 1}")
        high = _type_number(number >> 1)
        kind = Struct(
            "substrate_typenum::uint::UInt",
            {"U": high, "B": bit},
            msb=Field(None, high, "U"),
            lsb=Field(None, bit, "B"),
        )
    kind.name = f"U{number}"
    return kind


def _fixed(name: str, inner: Integer, fraction_bits: int) -> Newtype:
    path = f"substrate_fixed::{name}"
    return Newtype(path, inner, field="bits", params={"Frac": _type_number(fraction_bits)})


U64F64 = _fixed("FixedU128", u128, 64)
I64F64 = _fixed("FixedI128", i128, 64)
U96F32 = _fixed("FixedU128", u128, 32)
I96F32 = _fixed("FixedI128", i128, 32)
I32F32 = _fixed("FixedI64", i64, 32)


class _NoIndex(Type):
    """The compact form of an account index where accounts have none: no bytes at all."""

    name = identity = "Compact<()>"
    snapshot = staticmethod(same)

    def encode(self, value: Any) -> bytes:  # noqa: ARG002 - there is one value
        """See ``Type.encode``."""
        return b""

    def decode(self, reader: Reader) -> tuple[()]:  # noqa: ARG002 - there are no bytes
        """See ``Type.decode``."""
        return ()

    def default(self) -> tuple[()]:
        """See ``Type.default``."""
        return ()

    def define(self, registry: TypeRegistry) -> TypeDefinition:
        """See ``Type.define``."""
        return TypeDefinition(("Compact", {"type": registry.id_of(Unit)}))


class _MultiAddress(Enum):
    """Where a call goes to; account ids stand for themselves."""

    def encode(self, value: Any) -> bytes:
        """See ``Type.encode``."""
        return super().encode(("Id", value) if isinstance(value, bytes) else value)

    def decode(self, reader: Reader) -> Any:
        """See ``Type.decode``."""
        value = super().decode(reader)
        return value[1] if value[0] == "Id" else value

    def default(self) -> Any:
        """See ``Type.default``."""
        return bytes(32)


MultiAddress = _MultiAddress(
    "sp_runtime::multiaddress::MultiAddress",
    Variant(0, "Id", Field(None, AccountId, "AccountId")),
    Variant(1, "Index", Field(None, _NoIndex(), "AccountIndex")),
    Variant(2, "Raw", Field(None, Bytes, "Vec<u8>")),
    Variant(3, "Address32", Field(None, Array(u8, 32), "[u8; 32]")),
    Variant(4, "Address20", Field(None, Array(u8, 20), "[u8; 20]")),
    params={"AccountId": AccountId, "AccountIndex": Unit},
)

MultiSignature = Enum(
    "sp_runtime::MultiSignature",
    Variant(0, "Ed25519", Field(None, Array(u8, 64), "ed25519::Signature")),
    Variant(1, "Sr25519", Field(None, Array(u8, 64), "sr25519::Signature")),
    Variant(2, "Ecdsa", Field(None, Array(u8, 65), "ecdsa::Signature")),
)


class _Era(Type):
    """How long a signature holds: None for ever, else ``(period, phase)`` in blocks.

    Two bytes hold log2 of the period in the low four bits and the phase, in steps of period/4096
    (at least 1), in the rest. The metadata publishes it as 256 variants, as Rust does.
    """

    name = identity = "sp_runtime::generic::era::Era"

    def encode(self, value: Any) -> bytes:
        """See ``Type.encode``."""
        if value is None:
            return b"\0"
        period, phase = value
        if not 4 <= period <= 65536 or period & (period - 1) or not 0 <= phase < period:
            raise unencodable(value, "Era")
        step = max(period >> 12, 1)
        low = min(max((period.bit_length() - 1) - 1, 1), 15)
        return int(low | (phase // step) << 4).to_bytes(2, "little")

    def decode(self, reader: Reader) -> tuple[int, int] | None:
        """See ``Type.decode``."""
        first = reader.take_byte()
        if first == 0:
            return None
        both = first | reader.take_byte() << 8
        period = 2 << (both % 16)
        phase = (both >> 4) * max(period >> 12, 1)
        if period < 4 or phase >= period:
            raise malformed("An era's phase lies outside its period.")
        return period, phase

    def default(self) -> None:
        """See ``Type.default``."""
        return

    def define(self, registry: TypeRegistry) -> TypeDefinition:
        """See ``Type.define``."""
        mortal = [Variant(index, f"Mortal{index}", u8) for index in range(1, 256)]
        variants = [Variant(0, "Immortal"), *mortal]
        return TypeDefinition(
            ("Variant", {"variants": [variant.describe(registry) for variant in variants]}),
            ("sp_runtime", "generic", "era", "Era"),
        )


Era = _Era()


class _RuntimeCall(Type):
    """Any call of the runtime; which calls exist, the reader's runtime knows."""

    name = "RuntimeCall"
    identity = "RuntimeCall"

    def encode(self, value: Any) -> bytes:
        """See ``Type.encode``."""
        encoded: bytes = value.encode()
        return encoded

    def decode(self, reader: Reader) -> Any:
        """See ``Type.decode``."""
        if reader.calls is None:
            raise malformed("A call stands where no runtime is known.")
        if reader.depth >= MAX_CALL_DEPTH:
            raise malformed(f"Calls are nested deeper than {MAX_CALL_DEPTH}.")
        reader.depth += 1
        call = reader.calls.decode_call(reader)
        reader.depth -= 1
        return call

    def default(self) -> Any:
        """See ``Type.default``."""
        raise unencodable("nothing", self.name)

    def define(self, registry: TypeRegistry) -> TypeDefinition:
        """See ``Type.define``."""
        raise unencodable(registry, self.name)


RuntimeCall = _RuntimeCall()
