"""Types with names: structs, enums and newtypes, each with the path under which Rust knows it.

A struct is a dict in field order. An enum is its variant's name when the variant has no fields,
else ``(name, value, ...)`` with a dict for named fields: ``"Root"``, ``("Signed", account)``,
``("KeepSubnets", {"subnets": [1, 2]})``. A newtype is the value that it wraps.

    Struct("pallet_x::Info", block=u64, port=u16)
    Enum("pallet_x::Kind", Variant(0, "Swap"), Variant(2, "Keep", subnets=BTreeSet(u16)))
    Newtype("substrate_fixed::FixedU128", u128, field="bits", params={"Frac": U64})
"""

from collections.abc import Callable, Mapping
from typing import Any

from taocli.localnet.frame.scale import (
    Field,
    Reader,
    Type,
    TypeDefinition,
    TypeRegistry,
    malformed,
    same,
    unencodable,
)

Params = Mapping[str, Type | None]


def _params(registry: TypeRegistry, params: Params) -> tuple[tuple[str, int | None], ...]:
    return tuple(
        (name, None if kind is None else registry.id_of(kind)) for name, kind in params.items()
    )


def _generic_name(path: str, params: Params) -> str:
    given = [kind.name for kind in params.values() if kind is not None]
    short = path.rsplit("::", 1)[-1]
    return f"{short}<{', '.join(given)}>" if given else short


def as_fields(
    unnamed: tuple[Type | Field, ...], named: Mapping[str, Type | Field]
) -> tuple[Field, ...]:
    """Fields from positional and keyword declarations; a ``Field`` value may carry a type name."""
    by_position = [kind if isinstance(kind, Field) else Field(None, kind) for kind in unnamed]
    by_name = [
        Field(name, kind.type, kind.type_name) if isinstance(kind, Field) else Field(name, kind)
        for name, kind in named.items()
    ]
    return (*by_position, *by_name)


def fields_identity(fields: tuple[Field, ...]) -> str:
    """What tells two lists of fields apart."""
    return ", ".join(f"{field.name}: {field.type.identity}" for field in fields)


class Struct(Type):
    """Named fields; a dict. ``params`` are the generic parameters shown in the metadata."""

    def __init__(self, path: str, /, params: Params | None = None, **fields: Type | Field) -> None:
        self.path = path
        self.params: Params = params or {}
        self.fields = as_fields((), fields)
        self.name = _generic_name(path, self.params)
        self.identity = f"{path}{{{fields_identity(self.fields)}}}"
        self._codecs: tuple[tuple[str, Type], ...] = tuple(
            (name, field.type) for name, field in zip(fields, self.fields, strict=True)
        )
        snapshots = [(name, kind.snapshot) for name, kind in self._codecs]
        if all(snapshot is same for _, snapshot in snapshots):
            self.snapshot = dict
        elif all(snapshot is not None for _, snapshot in snapshots):
            self.snapshot = self._copy

    def _copy(self, value: dict[str, Any]) -> dict[str, Any]:
        return {
            name: kind.snapshot(value[name]) if kind.snapshot else value[name]
            for name, kind in self._codecs
        }

    def encode(self, value: Any) -> bytes:
        """See ``Type.encode``."""
        try:
            return b"".join([kind.encode(value[name]) for name, kind in self._codecs])
        except (KeyError, TypeError):
            raise unencodable(value, self.name) from None

    def decode(self, reader: Reader) -> dict[str, Any]:
        """See ``Type.decode``."""
        return {name: kind.decode(reader) for name, kind in self._codecs}

    def default(self) -> dict[str, Any]:
        """See ``Type.default``."""
        return {name: kind.default() for name, kind in self._codecs}

    def define(self, registry: TypeRegistry) -> TypeDefinition:
        """See ``Type.define``."""
        return TypeDefinition(
            ("Composite", {"fields": registry.fields(self.fields)}),
            tuple(self.path.split("::")),
            _params(registry, self.params),
        )


class Newtype(Type):
    """A wrapper with a path of its own around one type; its value is the wrapped value."""

    def __init__(
        self,
        path: str,
        inner: Type,
        *,
        field: str | None = None,
        params: Params | None = None,
    ) -> None:
        self.path = path
        self.inner = inner
        self.params: Params = params or {}
        self.field = Field(field, inner)
        self.name = _generic_name(path, self.params)
        shown = ", ".join(kind.identity for kind in self.params.values() if kind is not None)
        self.identity = f"{path}<{shown}>({inner.identity})"
        self.snapshot = inner.snapshot
        self.encode: Callable[[Any], bytes] = inner.encode  # type: ignore[assignment]  # spares a call per value
        self.decode: Callable[[Reader], Any] = inner.decode  # type: ignore[assignment]  # spares a call per value

    def default(self) -> Any:
        """See ``Type.default``."""
        return self.inner.default()

    def define(self, registry: TypeRegistry) -> TypeDefinition:
        """See ``Type.define``."""
        return TypeDefinition(
            ("Composite", {"fields": registry.fields((self.field,))}),
            tuple(self.path.split("::")),
            _params(registry, self.params),
        )


class Variant:
    """One alternative of an enum: ``Variant(index, name, *by_position, **by_name)``."""

    __slots__ = ("docs", "fields", "index", "name")

    def __init__(
        self, index: int, name: str, /, *unnamed: Type | Field, **named: Type | Field
    ) -> None:
        self.index = index
        self.name = name
        self.fields = as_fields(unnamed, named)
        self.docs: tuple[str, ...] = ()

    def encode_fields(self, values: tuple[Any, ...]) -> bytes:
        """The fields' bytes, from one dict when they are named, else from as many values."""
        if self.fields and self.fields[0].name is not None:
            given = values[0] if values else {}
            values = tuple([given[field.name] for field in self.fields])
        if len(values) != len(self.fields):
            raise unencodable(values, self.name)
        return b"".join(
            [field.type.encode(item) for field, item in zip(self.fields, values, strict=True)]
        )

    def decode_fields(self, reader: Reader) -> Any:
        """The enum's value: the bare name, or the name and what it carries."""
        if not self.fields:
            return self.name
        if self.fields[0].name is not None:
            return self.name, {field.name: field.type.decode(reader) for field in self.fields}
        return (self.name, *[field.type.decode(reader) for field in self.fields])

    def describe(self, registry: TypeRegistry) -> dict[str, Any]:
        """The variant in the shape of ``metadata_schema.VARIANT``."""
        return {
            "name": self.name,
            "fields": registry.fields(self.fields),
            "index": self.index,
            "docs": list(self.docs),
        }


class Enum(Type):
    """Alternatives, told apart by one byte; see the module for the Python values."""

    def __init__(self, path: str, /, *variants: Variant, params: Params | None = None) -> None:
        self.path = path
        self.params: Params = params or {}
        self.variants = variants
        self.name = _generic_name(path, self.params)
        inside = "; ".join(f"{v.index} {v.name} {fields_identity(v.fields)}" for v in variants)
        self.identity = f"{path}[{inside}]"
        self._by_name = {variant.name: variant for variant in variants}
        self._by_index = {variant.index: variant for variant in variants}
        if all(field.type.snapshot is same for v in variants for field in v.fields) and not any(
            field.name for v in variants for field in v.fields
        ):
            self.snapshot = same

    def variant(self, name: str) -> Variant:
        """The variant of that name."""
        return self._by_name[name]

    def encode(self, value: Any) -> bytes:
        """See ``Type.encode``."""
        name, values = (value, ()) if isinstance(value, str) else (value[0], tuple(value[1:]))
        variant = self._by_name.get(name)
        if variant is None:
            raise unencodable(value, self.name)
        return bytes((variant.index,)) + variant.encode_fields(values)

    def decode(self, reader: Reader) -> Any:
        """See ``Type.decode``."""
        index = reader.take_byte()
        variant = self._by_index.get(index)
        if variant is None:
            raise malformed(f"{self.name} has no variant {index}.")
        return variant.decode_fields(reader)

    def default(self) -> Any:
        """See ``Type.default``."""
        first = self.variants[0]
        if not first.fields:
            return first.name
        if first.fields[0].name is not None:
            return first.name, {field.name: field.type.default() for field in first.fields}
        return (first.name, *[field.type.default() for field in first.fields])

    def define(self, registry: TypeRegistry) -> TypeDefinition:
        """See ``Type.define``."""
        return TypeDefinition(
            ("Variant", {"variants": [variant.describe(registry) for variant in self.variants]}),
            tuple(self.path.split("::")),
            _params(registry, self.params),
        )
