"""SCALE, the chain's binary encoding: a value's bytes carry no names and no types, only content.

Fixed-width integers are little-endian. Lengths (and amounts where the interface says ``Compact``)
use one, two, four or more bytes, the two low bits of the first byte telling which. A list is its
compact length and then its elements; a struct is its fields in order; an enum is one index byte and
then the fields of that variant. Reader and writer must therefore agree on the type, which is what
the metadata publishes and what the ``Type`` objects here describe.

``Type.encode(value) -> bytes``, ``Type.decode(reader) -> value``, ``Type.decode_all(data) -> value``
(refuses trailing bytes), ``Type.default() -> value`` (what the chain's ``Default`` gives).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from taocli.domain.errors import InvalidRequest, ValidationError

MAX_CALL_DEPTH = 8  # sp_runtime: extrinsics nested deeper are refused while decoding
MAX_ELEMENTS = 262_144  # of lists in one decoding: megabytes of empty elements would take seconds


class ScaleError(InvalidRequest):
    """Bytes that are not the promised type, or a value that its type cannot hold."""


def malformed(what: str) -> ScaleError:
    """The error for undecodable bytes; ``what`` is a full sentence."""
    return ScaleError(
        what, "The bytes do not follow the type's SCALE encoding.", "Encode by this metadata."
    )


class Unencodable(ValidationError):
    """A value that does not fit its SCALE type."""


def unencodable(value: object, type_name: str) -> Unencodable:
    """The error for a value that a type cannot hold."""
    return Unencodable(
        f"{value!r:.80} is not a {type_name}.",
        f"It lies outside what {type_name} can represent.",
        "Pass a value of that type.",
    )


class CallDecoder(Protocol):
    """What turns bytes into a call; only a runtime knows its pallets."""

    def decode_call(self, reader: "Reader") -> Any:
        """Read one call."""


class Reader:
    """Untrusted bytes and a position in them; every read is bounds-checked."""

    __slots__ = ("_allowance", "calls", "data", "depth", "position")

    def __init__(self, data: bytes, calls: CallDecoder | None = None) -> None:
        self.data = data
        self.position = 0
        self.calls = calls
        self.depth = 0
        self._allowance = MAX_ELEMENTS

    @property
    def remaining(self) -> int:
        """How many bytes are left."""
        return len(self.data) - self.position

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        end = self.position + count
        if end > len(self.data):
            raise malformed(f"The data ends {end - len(self.data)} bytes early.")
        chunk = self.data[self.position : end]
        self.position = end
        return chunk

    def take_byte(self) -> int:
        """The next byte as a number."""
        if self.position >= len(self.data):
            raise malformed("The data ends one byte early.")
        byte = self.data[self.position]
        self.position += 1
        return byte

    def take_compact(self) -> int:
        """A compact unsigned integer, refused unless in its shortest form."""
        first = self.take_byte()
        mode = first & 3
        if mode == 0:
            return first >> 2
        if mode == 3:
            width = (first >> 2) + 4
            number = int.from_bytes(self.take(width), "little")
            shortest = number >> (8 * (width - 1)) != 0 and number >= 1 << 30
        else:
            width = 1 if mode == 1 else 3
            number = (first | int.from_bytes(self.take(width), "little") << 8) >> 2
            shortest = number >= (1 << 6 if mode == 1 else 1 << 14)
        if not shortest:
            raise malformed("A compact integer is longer than it needs to be.")
        return number

    def take_length(self) -> int:
        """The length of a list; more elements than bytes left cannot be true."""
        length = self.take_compact()
        if length > self.remaining:
            raise malformed(f"A list claims {length} elements with {self.remaining} bytes left.")
        return length

    def spend(self, elements: int) -> None:
        """Count what is decoded one by one, and refuse more of it than anybody needs."""
        self._allowance -= elements
        if self._allowance < 0:
            raise malformed(f"More than {MAX_ELEMENTS} elements are decoded at once.")

    def finish(self) -> None:
        """Refuse bytes left over."""
        if self.remaining:
            raise malformed(f"{self.remaining} bytes are left over.")


def encode_compact(number: int) -> bytes:
    """An unsigned integer below 2**536 in its shortest compact form."""
    if 0 <= number < 1 << 6:
        return bytes((number << 2,))
    if 0 <= number < 1 << 14:
        return (number << 2 | 1).to_bytes(2, "little")
    if 0 <= number < 1 << 30:
        return (number << 2 | 2).to_bytes(4, "little")
    width = (number.bit_length() + 7) // 8
    if number < 0 or width > 67:
        raise unencodable(number, "compact integer")
    return bytes(((width - 4) << 2 | 3,)) + number.to_bytes(width, "little")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a struct or variant; ``name`` is None for a field known by position."""

    name: str | None
    type: "Type"
    type_name: str | None = None


@dataclass(frozen=True, slots=True)
class TypeDefinition:
    """A type as the metadata's registry publishes it; nested types are given as ids.

    ``definition`` is a (kind, content) pair in the shape of ``metadata_schema.TYPE_DEF``.
    """

    definition: tuple[str, Any]
    path: tuple[str, ...] = ()
    params: tuple[tuple[str, int | None], ...] = ()
    docs: tuple[str, ...] = ()


class TypeRegistry(Protocol):
    """Gives types numbers, so that definitions can refer to each other."""

    def id_of(self, kind: "Type") -> int:
        """The number of a type, adding it when it is new."""

    def fields(self, fields: tuple[Field, ...]) -> list[dict[str, Any]]:
        """Fields in the shape of ``metadata_schema.FIELD``."""


def same(value: Any) -> Any:
    """The snapshot of an immutable value is the value."""
    return value


class Type:
    """One SCALE type: it encodes, decodes and describes itself.

    ``name`` is how people write the type; ``identity`` tells types apart in the registry.
    ``snapshot`` copies a decoded value cheaply enough to hand a cached one out (None: decode again).
    """

    name: str
    identity: str
    snapshot: Callable[[Any], Any] | None = None

    def __repr__(self) -> str:
        return self.name

    def encode(self, value: Any) -> bytes:
        """The value's bytes; ``Unencodable`` when it does not fit."""
        raise NotImplementedError

    def decode(self, reader: Reader) -> Any:
        """Read one value; ``ScaleError`` when the bytes are not one."""
        raise NotImplementedError

    def default(self) -> Any:
        """The value of a storage item that was never written."""
        raise NotImplementedError

    def define(self, registry: TypeRegistry) -> TypeDefinition:
        """How the metadata publishes the type."""
        raise NotImplementedError

    def decode_all(self, data: bytes, calls: CallDecoder | None = None) -> Any:
        """Decode ``data``, which must hold exactly one value."""
        reader = Reader(data, calls)
        value = self.decode(reader)
        reader.finish()
        return value
