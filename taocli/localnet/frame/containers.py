"""Types made of other types by position: lists, arrays, tuples, maps, sets and options."""

import struct
from typing import Any

from taocli.localnet.frame.primitives import Integer, u8
from taocli.localnet.frame.scale import (
    Field,
    Reader,
    Type,
    TypeDefinition,
    TypeRegistry,
    encode_compact,
    malformed,
    same,
    unencodable,
)


class Vec(Type):
    """A list of one type; a Python list. ``Vec(u8)`` is better written ``Bytes``."""

    def __init__(self, element: Type) -> None:
        self.element = element
        self.name = f"Vec<{element.name}>"
        self.identity = f"Vec<{element.identity}>"
        self._code = element.struct_code if isinstance(element, Integer) else None
        self._rows = _row_format(element)
        if element.snapshot is same and self._rows is None:  # rows are unpacked as fast as copied
            self.snapshot = list

    def encode(self, value: Any) -> bytes:
        """See ``Type.encode``."""
        head = encode_compact(len(value))
        if self._rows is not None:
            pack = self._rows.pack
            try:
                return head + b"".join([pack(*item) for item in value])
            except (struct.error, TypeError):
                raise unencodable(value, self.name) from None
        if self._code is not None:
            try:
                return head + struct.pack(f"<{len(value)}{self._code}", *value)
            except struct.error:
                raise unencodable(value, self.name) from None
        encode = self.element.encode
        return head + b"".join([encode(item) for item in value])

    def decode(self, reader: Reader) -> list[Any]:
        """See ``Type.decode``."""
        length = reader.take_length()
        if self._rows is not None:
            return list(self._rows.iter_unpack(reader.take(length * self._rows.size)))
        if self._code is not None and isinstance(self.element, Integer):
            raw = reader.take(length * self.element.width)
            return list(struct.unpack(f"<{length}{self._code}", raw))
        reader.spend(length)
        decode = self.element.decode
        return [decode(reader) for _ in range(length)]

    def default(self) -> list[Any]:
        """See ``Type.default``."""
        return []

    def define(self, registry: TypeRegistry) -> TypeDefinition:
        """See ``Type.define``."""
        return TypeDefinition(("Sequence", {"type": registry.id_of(self.element)}))


def _row_format(element: Type) -> struct.Struct | None:
    """How tuples of integers lie in a row: weights and bonds are long lists of such pairs."""
    if not isinstance(element, Tuple) or not element.elements:
        return None
    codes = [
        part.struct_code or "" if isinstance(part, Integer) else "" for part in element.elements
    ]
    return struct.Struct("<" + "".join(codes)) if all(codes) else None


class ByteString(Type):
    """``Vec<u8>`` as Python bytes."""

    name = identity = "Vec<u8>"
    snapshot = staticmethod(same)

    def encode(self, value: Any) -> bytes:
        """See ``Type.encode``."""
        raw = bytes(value)
        return encode_compact(len(raw)) + raw

    def decode(self, reader: Reader) -> bytes:
        """See ``Type.decode``."""
        return reader.take(reader.take_length())

    def default(self) -> bytes:
        """See ``Type.default``."""
        return b""

    def define(self, registry: TypeRegistry) -> TypeDefinition:
        """See ``Type.define``."""
        return TypeDefinition(("Sequence", {"type": registry.id_of(u8)}))


class Array(Type):
    """A fixed number of one type, without a length in front. ``Array(u8, n)`` is Python bytes."""

    def __init__(self, element: Type, length: int) -> None:
        self.element = element
        self.length = length
        self.name = f"[{element.name}; {length}]"
        self.identity = f"[{element.identity}; {length}]"
        self._raw = element is u8
        if self._raw:
            self.snapshot = same

    def encode(self, value: Any) -> bytes:
        """See ``Type.encode``."""
        if len(value) != self.length:
            raise unencodable(value, self.name)
        if self._raw:
            return bytes(value)
        return b"".join([self.element.encode(item) for item in value])

    def decode(self, reader: Reader) -> Any:
        """See ``Type.decode``."""
        if self._raw:
            return reader.take(self.length)
        return [self.element.decode(reader) for _ in range(self.length)]

    def default(self) -> Any:
        """See ``Type.default``."""
        return bytes(self.length) if self._raw else [self.element.default()] * self.length

    def define(self, registry: TypeRegistry) -> TypeDefinition:
        """See ``Type.define``."""
        return TypeDefinition(("Array", {"len": self.length, "type": registry.id_of(self.element)}))


class Tuple(Type):
    """Several types in a row; a Python tuple. ``Tuple()`` is the unit type."""

    def __init__(self, *elements: Type) -> None:
        self.elements = elements
        self.name = f"({', '.join(element.name for element in elements)})"
        self.identity = f"({', '.join(element.identity for element in elements)})"
        if all(element.snapshot is same for element in elements):
            self.snapshot = same

    def encode(self, value: Any) -> bytes:
        """See ``Type.encode``."""
        if len(value) != len(self.elements):
            raise unencodable(value, self.name)
        return b"".join(
            [element.encode(item) for element, item in zip(self.elements, value, strict=True)]
        )

    def decode(self, reader: Reader) -> tuple[Any, ...]:
        """See ``Type.decode``."""
        return tuple([element.decode(reader) for element in self.elements])

    def default(self) -> tuple[Any, ...]:
        """See ``Type.default``."""
        return tuple(element.default() for element in self.elements)

    def define(self, registry: TypeRegistry) -> TypeDefinition:
        """See ``Type.define``."""
        return TypeDefinition(("Tuple", [registry.id_of(element) for element in self.elements]))


class Option(Type):
    """A value or None; no interface of this chain nests options, so None is unambiguous."""

    def __init__(self, inner: Type) -> None:
        self.inner = inner
        self.name = f"Option<{inner.name}>"
        self.identity = f"Option<{inner.identity}>"
        if inner.snapshot is same:
            self.snapshot = same

    def encode(self, value: Any) -> bytes:
        """See ``Type.encode``."""
        return b"\0" if value is None else b"\1" + self.inner.encode(value)

    def decode(self, reader: Reader) -> Any:
        """See ``Type.decode``."""
        tag = reader.take_byte()
        if tag > 1:
            raise malformed(f"{tag} is neither None nor Some.")
        return self.inner.decode(reader) if tag else None

    def default(self) -> None:
        """See ``Type.default``."""
        return

    def define(self, registry: TypeRegistry) -> TypeDefinition:
        """See ``Type.define``."""
        some = registry.fields((Field(None, self.inner),))
        variants = [
            {"name": "None", "fields": [], "index": 0, "docs": []},
            {"name": "Some", "fields": some, "index": 1, "docs": []},
        ]
        return TypeDefinition(
            ("Variant", {"variants": variants}),
            ("Option",),
            (("T", registry.id_of(self.inner)),),
        )


class BTreeMap(Type):
    """A sorted map; a Python dict, encoded in order of its keys."""

    def __init__(self, key: Type, value: Type) -> None:
        self.key = key
        self.value = value
        self.name = f"BTreeMap<{key.name}, {value.name}>"
        self.identity = f"BTreeMap<{key.identity}, {value.identity}>"
        self._pairs = Vec(Tuple(key, value))
        if key.snapshot is same and value.snapshot is same:
            self.snapshot = dict

    def encode(self, value: Any) -> bytes:
        """See ``Type.encode``."""
        return self._pairs.encode(sorted(value.items()))

    def decode(self, reader: Reader) -> dict[Any, Any]:
        """See ``Type.decode``."""
        return dict(self._pairs.decode(reader))

    def default(self) -> dict[Any, Any]:
        """See ``Type.default``."""
        return {}

    def define(self, registry: TypeRegistry) -> TypeDefinition:
        """See ``Type.define``."""
        return TypeDefinition(
            ("Composite", {"fields": registry.fields((Field(None, self._pairs),))}),
            ("BTreeMap",),
            (("K", registry.id_of(self.key)), ("V", registry.id_of(self.value))),
        )


class BTreeSet(Type):
    """A sorted set; a sorted Python list without repeats."""

    def __init__(self, element: Type) -> None:
        self.element = element
        self.name = f"BTreeSet<{element.name}>"
        self.identity = f"BTreeSet<{element.identity}>"
        self._items = Vec(element)
        if element.snapshot is same:
            self.snapshot = list

    def encode(self, value: Any) -> bytes:
        """See ``Type.encode``."""
        return self._items.encode(sorted(set(value)))

    def decode(self, reader: Reader) -> list[Any]:
        """See ``Type.decode``."""
        return sorted(set(self._items.decode(reader)))

    def default(self) -> list[Any]:
        """See ``Type.default``."""
        return []

    def define(self, registry: TypeRegistry) -> TypeDefinition:
        """See ``Type.define``."""
        return TypeDefinition(
            ("Composite", {"fields": registry.fields((Field(None, self._items),))}),
            ("BTreeSet",),
            (("T", registry.id_of(self.element)),),
        )


Bytes = ByteString()
Unit = Tuple()
