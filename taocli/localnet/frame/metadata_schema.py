"""The metadata's own SCALE types: what ``Metadata_metadata_at_version`` returns is one such value.

Versions 14 and 15 share the type registry and most of a pallet; 15 adds docs per pallet, the runtime
APIs, the outer enums and custom values, and splits the extrinsic's type into its parts. Layouts:
``frame-metadata`` (v14.rs, v15.rs) and ``scale-info`` (portable.rs).
"""

from collections.abc import Mapping

from taocli.localnet.frame.types import (
    BTreeMap,
    Bytes,
    Compact,
    Enum,
    Option,
    Struct,
    Tuple,
    Type,
    Variant,
    Vec,
    string,
    u8,
    u32,
)

MAGIC = b"meta"

TYPE_ID = Compact(u32)
DOCS = Vec(string)
FIELD = Struct("Field", name=Option(string), type=TYPE_ID, type_name=Option(string), docs=DOCS)
VARIANT = Struct("Variant", name=string, fields=Vec(FIELD), index=u8, docs=DOCS)
PRIMITIVES = (
    "bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "u256",
    "i8", "i16", "i32", "i64", "i128", "i256",
)  # fmt: skip
TYPE_DEF = Enum(
    "TypeDef",
    Variant(0, "Composite", fields=Vec(FIELD)),
    Variant(1, "Variant", variants=Vec(VARIANT)),
    Variant(2, "Sequence", type=TYPE_ID),
    Variant(3, "Array", len=u32, type=TYPE_ID),
    Variant(4, "Tuple", Vec(TYPE_ID)),
    Variant(5, "Primitive", Enum("P", *(Variant(i, name) for i, name in enumerate(PRIMITIVES)))),
    Variant(6, "Compact", type=TYPE_ID),
    Variant(7, "BitSequence", store=TYPE_ID, order=TYPE_ID),
)
# Tuples where scale-info has structs whose field names mean nothing to our side.
PARAM = Tuple(string, Option(TYPE_ID))
PORTABLE_TYPE = Tuple(TYPE_ID, DOCS, Vec(PARAM), TYPE_DEF, DOCS)
"""id, path, generic parameters, definition, docs."""

HASHER = Enum(
    "StorageHasher",
    Variant(0, "Blake2_128"),
    Variant(1, "Blake2_256"),
    Variant(2, "Blake2_128Concat"),
    Variant(3, "Twox128"),
    Variant(4, "Twox256"),
    Variant(5, "Twox64Concat"),
    Variant(6, "Identity"),
)
ENTRY_TYPE = Enum(
    "StorageEntryType",
    Variant(0, "Plain", TYPE_ID),
    Variant(1, "Map", hashers=Vec(HASHER), key=TYPE_ID, value=TYPE_ID),
)
ENTRY = Struct(
    "StorageEntry",
    name=string,
    modifier=Enum("StorageEntryModifier", Variant(0, "Optional"), Variant(1, "Default")),
    kind=ENTRY_TYPE,
    default=Bytes,
    docs=DOCS,
)
STORAGE = Struct("PalletStorage", prefix=string, entries=Vec(ENTRY))
CONSTANT = Struct("PalletConstant", name=string, type=TYPE_ID, value=Bytes, docs=DOCS)
_PALLET: Mapping[str, Type] = {
    "name": string,
    "storage": Option(STORAGE),
    "calls": Option(TYPE_ID),
    "event": Option(TYPE_ID),
    "constants": Vec(CONSTANT),
    "error": Option(TYPE_ID),
    "index": u8,
}
SIGNED_EXTENSION = Struct("SignedExtension", identifier=string, type=TYPE_ID, implicit=TYPE_ID)
EXTRINSIC_V14 = Struct(
    "ExtrinsicMetadata", type=TYPE_ID, version=u8, signed_extensions=Vec(SIGNED_EXTENSION)
)
EXTRINSIC_V15 = Struct(
    "ExtrinsicMetadata",
    version=u8,
    address=TYPE_ID,
    call=TYPE_ID,
    signature=TYPE_ID,
    extra=TYPE_ID,
    signed_extensions=Vec(SIGNED_EXTENSION),
)
API_METHOD = Struct(
    "RuntimeApiMethod",
    name=string,
    inputs=Vec(Tuple(string, TYPE_ID)),
    output=TYPE_ID,
    docs=DOCS,
)
API = Struct("RuntimeApi", name=string, methods=Vec(API_METHOD), docs=DOCS)

METADATA_V14 = Struct(
    "RuntimeMetadataV14",
    types=Vec(PORTABLE_TYPE),
    pallets=Vec(Struct("Pallet", None, **_PALLET)),
    extrinsic=EXTRINSIC_V14,
    runtime=TYPE_ID,
)
METADATA_V15 = Struct(
    "RuntimeMetadataV15",
    types=Vec(PORTABLE_TYPE),
    pallets=Vec(Struct("Pallet", None, **_PALLET, docs=DOCS)),
    extrinsic=EXTRINSIC_V15,
    runtime=TYPE_ID,
    apis=Vec(API),
    outer_enums=Struct("OuterEnums", call=TYPE_ID, event=TYPE_ID, error=TYPE_ID),
    custom=BTreeMap(string, Tuple(TYPE_ID, Bytes)),
)
