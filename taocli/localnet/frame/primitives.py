"""The types without parts: integers, booleans, text, and the compact form of integers."""

from typing import Any

from taocli.localnet.frame.scale import (
    CallDecoder,
    Reader,
    Type,
    TypeDefinition,
    TypeRegistry,
    encode_compact,
    malformed,
    same,
    unencodable,
)

_STRUCT_CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}


class Integer(Type):
    """A fixed-width little-endian integer."""

    snapshot = staticmethod(same)

    def __init__(self, bits: int, *, signed: bool) -> None:
        self.width = bits // 8
        self.signed = signed
        self.name = self.identity = f"{'i' if signed else 'u'}{bits}"
        code = _STRUCT_CODES.get(self.width)
        self.struct_code = code.lower() if code and signed else code

    def encode(self, value: Any) -> bytes:
        """See ``Type.encode``."""
        try:
            return int(value).to_bytes(self.width, "little", signed=self.signed)
        except (OverflowError, TypeError, ValueError):
            raise unencodable(value, self.name) from None

    def decode(self, reader: Reader) -> int:
        """See ``Type.decode``."""
        return int.from_bytes(reader.take(self.width), "little", signed=self.signed)

    def decode_all(self, data: bytes, calls: CallDecoder | None = None) -> int:
        """See ``Type.decode_all``; most values of the state are single integers."""
        if len(data) != self.width:
            return int(super().decode_all(data, calls))  # it says what is wrong
        return int.from_bytes(data, "little", signed=self.signed)

    def default(self) -> int:
        """See ``Type.default``."""
        return 0

    def define(self, registry: TypeRegistry) -> TypeDefinition:  # noqa: ARG002  # refers to no other type
        """See ``Type.define``."""
        return TypeDefinition(("Primitive", self.name))


class Boolean(Type):
    """One byte, 0 or 1."""

    name = identity = "bool"
    snapshot = staticmethod(same)

    def encode(self, value: Any) -> bytes:
        """See ``Type.encode``."""
        return b"\1" if value else b"\0"

    def decode(self, reader: Reader) -> bool:
        """See ``Type.decode``."""
        byte = reader.take_byte()
        if byte > 1:
            raise malformed(f"{byte} is not a boolean.")
        return byte == 1

    def default(self) -> bool:
        """See ``Type.default``."""
        return False

    def define(self, registry: TypeRegistry) -> TypeDefinition:  # noqa: ARG002  # refers to no other type
        """See ``Type.define``."""
        return TypeDefinition(("Primitive", "bool"))


class Text(Type):
    """UTF-8 text with its length in bytes in front."""

    name = identity = "str"
    snapshot = staticmethod(same)

    def encode(self, value: Any) -> bytes:
        """See ``Type.encode``."""
        raw = str(value).encode()
        return encode_compact(len(raw)) + raw

    def decode(self, reader: Reader) -> str:
        """See ``Type.decode``."""
        raw = reader.take(reader.take_length())
        try:
            return raw.decode()
        except UnicodeDecodeError:
            raise malformed("Text is not UTF-8.") from None

    def default(self) -> str:
        """See ``Type.default``."""
        return ""

    def define(self, registry: TypeRegistry) -> TypeDefinition:  # noqa: ARG002  # refers to no other type
        """See ``Type.define``."""
        return TypeDefinition(("Primitive", "str"))


class Compact(Type):
    """An unsigned integer in compact form; ``Compact(u64)`` still refuses what u64 cannot hold."""

    snapshot = staticmethod(same)

    def __init__(self, inner: Integer) -> None:
        self.inner = inner
        self.name = f"Compact<{inner.name}>"
        self.identity = f"Compact<{inner.identity}>"
        self._limit = 1 << (8 * inner.width)

    def encode(self, value: Any) -> bytes:
        """See ``Type.encode``."""
        if not isinstance(value, int) or not 0 <= value < self._limit:
            raise unencodable(value, self.name)
        return encode_compact(value)

    def decode(self, reader: Reader) -> int:
        """See ``Type.decode``."""
        number = reader.take_compact()
        if number >= self._limit:
            raise malformed(f"{number} does not fit {self.inner.name}.")
        return number

    def default(self) -> int:
        """See ``Type.default``."""
        return 0

    def define(self, registry: TypeRegistry) -> TypeDefinition:
        """See ``Type.define``."""
        return TypeDefinition(("Compact", {"type": registry.id_of(self.inner)}))


u8 = Integer(8, signed=False)
u16 = Integer(16, signed=False)
u32 = Integer(32, signed=False)
u64 = Integer(64, signed=False)
u128 = Integer(128, signed=False)
i8 = Integer(8, signed=True)
i16 = Integer(16, signed=True)
i32 = Integer(32, signed=True)
i64 = Integer(64, signed=True)
i128 = Integer(128, signed=True)
boolean = Boolean()
string = Text()
