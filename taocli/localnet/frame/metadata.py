"""The runtime described to its clients: from declarations to metadata versions 14 and 15.

A client knows nothing but this: every type is an entry of a registry, referred to by number, and
pallets name their calls, storage, events, errors and constants by such numbers. ``encode_metadata``
walks the declarations once; ``TypeNumbers`` gives each type its number when it is first met.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from taocli.domain.errors import ValidationError
from taocli.localnet.frame import metadata_schema as schema
from taocli.localnet.frame.call import doc_lines
from taocli.localnet.frame.extensions import EXTENSIONS, EXTRA
from taocli.localnet.frame.extrinsic import VERSION, UncheckedExtrinsic
from taocli.localnet.frame.outer import OuterEnums
from taocli.localnet.frame.pallet import Pallet
from taocli.localnet.frame.runtime_api import RuntimeApi
from taocli.localnet.frame.scale import Field, Type, TypeDefinition
from taocli.localnet.frame.storage import StorageItem
from taocli.localnet.frame.types import MultiAddress, MultiSignature, Struct, Tuple

VERSIONS = (14, 15)

_RUNTIME = Struct("node_subtensor_runtime::Runtime")


@dataclass(slots=True)
class TypeNumbers:
    """The type registry while it is being filled."""

    outer: OuterEnums
    numbers: dict[str, int]
    definitions: list[TypeDefinition | None]

    def id_of(self, kind: Type) -> int:
        """The number of a type, adding it and all it refers to when it is new."""
        known = self.numbers.get(kind.identity)
        if known is not None:
            return known
        number = len(self.definitions)
        self.numbers[kind.identity] = number
        self.definitions.append(None)  # its number stands before its parts are known: types recurse
        self.definitions[number] = self.outer.resolve(kind).define(self)
        return number

    def fields(self, fields: tuple[Field, ...]) -> list[dict[str, Any]]:
        """Fields in the shape of ``metadata_schema.FIELD``."""
        return [
            {
                "name": field.name,
                "type": self.id_of(field.type),
                "type_name": field.type_name or field.type.name,
                "docs": [],
            }
            for field in fields
        ]

    def portable(self) -> list[tuple[Any, ...]]:
        """The registry in the shape of ``metadata_schema.PORTABLE_TYPE``."""
        return [
            (number, list(known.path), list(known.params), known.definition, list(known.docs))
            for number, known in enumerate(self.definitions)
            if known is not None
        ]


def encode_metadata(
    version: int, pallets: Sequence[Pallet], apis: Sequence[RuntimeApi], outer: OuterEnums
) -> bytes:
    """The metadata's bytes, magic and version in front; ``ValidationError`` for other versions."""
    if version not in VERSIONS:
        raise ValidationError(
            f"Metadata version {version} is not served.",
            "The dev chain describes itself in versions 14 and 15.",
            "Ask for one of those.",
        )
    numbers = TypeNumbers(outer, {}, [])
    described = {
        "pallets": [_describe_pallet(pallet, numbers, outer) for pallet in pallets],
        "extrinsic": _describe_extrinsic(numbers, outer),
        "runtime": numbers.id_of(_RUNTIME),
        "apis": [_describe_api(api, numbers) for api in apis] if version == 15 else [],
        "outer_enums": {
            "call": numbers.id_of(outer.call),
            "event": numbers.id_of(outer.event),
            "error": numbers.id_of(outer.error),
        },
        "custom": {},
    }
    described["types"] = numbers.portable()
    layout = schema.METADATA_V14 if version == 14 else schema.METADATA_V15
    return schema.MAGIC + bytes((version,)) + layout.encode(described)


def _describe_pallet(pallet: Pallet, numbers: TypeNumbers, outer: OuterEnums) -> dict[str, Any]:
    entries = [_describe_item(item, numbers) for item in pallet.storage_items]
    constants = [
        {
            "name": constant.name,
            "type": numbers.id_of(constant.type),
            "value": constant.type.encode(pallet.constant(constant.name)),
            "docs": list(doc_lines(constant.docs)),
        }
        for constant in pallet.constants
    ]
    calls, event, error = (found.get(pallet.name) for found in outer.inner)
    return {
        "name": pallet.name,
        "storage": {"prefix": pallet.name, "entries": entries} if entries else None,
        "calls": None if calls is None else numbers.id_of(calls),
        "event": None if event is None else numbers.id_of(event),
        "constants": constants,
        "error": None if error is None else numbers.id_of(error),
        "index": pallet.index,
        "docs": list(doc_lines(type(pallet).__doc__)),
    }


def _describe_item(item: StorageItem, numbers: TypeNumbers) -> dict[str, Any]:
    value = numbers.id_of(item.value_type)
    kind: Any = ("Plain", value)
    if item.keys:
        types = [key for _, key in item.keys]
        key = types[0] if len(types) == 1 else Tuple(*types)
        hashers = [hasher.label for hasher, _ in item.keys]
        kind = ("Map", {"hashers": hashers, "key": numbers.id_of(key), "value": value})
    return {
        "name": item.name,
        "modifier": "Optional" if item.optional else "Default",
        "kind": kind,
        "default": item.default_bytes,
        "docs": list(doc_lines(item.docs)),
    }


def _describe_extrinsic(numbers: TypeNumbers, outer: OuterEnums) -> dict[str, Any]:
    return {
        "type": numbers.id_of(UncheckedExtrinsic),
        "version": VERSION,
        "address": numbers.id_of(MultiAddress),
        "call": numbers.id_of(outer.call),
        "signature": numbers.id_of(MultiSignature),
        "extra": numbers.id_of(EXTRA),
        "signed_extensions": [
            {
                "identifier": extension.identifier,
                "type": numbers.id_of(extension.explicit),
                "implicit": numbers.id_of(extension.implicit),
            }
            for extension in EXTENSIONS
        ],
    }


def _describe_api(api: RuntimeApi, numbers: TypeNumbers) -> dict[str, Any]:
    methods = [
        {
            "name": declared.name,
            "inputs": [(name, numbers.id_of(kind)) for name, kind in declared.inputs],
            "output": numbers.id_of(declared.output),
            "docs": list(declared.docs),
        }
        for declared in api.methods.values()
    ]
    return {"name": type(api).__name__, "methods": methods, "docs": list(doc_lines(api.__doc__))}
