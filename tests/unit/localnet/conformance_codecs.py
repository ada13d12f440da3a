"""Metadata as two foreign codecs read it, turned into the facts of ``conformance``.

scalecodec (substrate-interface's codec, pure Python) gives the whole of versions 14 and 15; it knows only
14, so version 15 is described to it here, in its own notation, after ``frame-metadata``'s v15.rs.
bittensor_core (Rust, the codec of the official client) answers questions: what it finds under every name
of the table is compared with what the table says.
"""

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import bittensor_core
from scalecodec.base import RuntimeConfigurationObject, ScaleBytes
from scalecodec.type_registry import load_type_registry_preset
from unit.localnet.conformance import (
    SPEC,
    Facts,
    fields_text,
    short,
    storage_text,
    type_key,
    variants_text,
)

_OUTER = {
    kind: ["node_subtensor_runtime", f"Runtime{name}"]
    for kind, name in (("calls", "Call"), ("events", "Event"), ("errors", "Error"))
}
_DOCS = ["docs", "Vec<String>"]
_V15: dict[str, Any] = {
    "MetadataV15": {
        "type": "struct",
        "type_mapping": [
            ["types", "PortableRegistry"],
            ["pallets", "Vec<PalletMetadataV15>"],
            ["extrinsic", "ExtrinsicMetadataV15"],
            ["runtime_type", "SiLookupTypeId"],
            ["apis", "Vec<RuntimeApiMetadataV15>"],
            ["outer_enums", "OuterEnumsV15"],
            ["custom", "Vec<CustomValueV15>"],
        ],
    },
    "ExtrinsicMetadataV15": {
        "type": "struct",
        "type_mapping": [
            ["version", "u8"],
            ["address_ty", "SiLookupTypeId"],
            ["call_ty", "SiLookupTypeId"],
            ["signature_ty", "SiLookupTypeId"],
            ["extra_ty", "SiLookupTypeId"],
            ["signed_extensions", "Vec<SignedExtensionMetadataV14>"],
        ],
    },
    "RuntimeApiMetadataV15": {
        "type": "struct",
        "type_mapping": [["name", "String"], ["methods", "Vec<ApiMethodV15>"], _DOCS],
    },
    "ApiMethodV15": {
        "type": "struct",
        "type_mapping": [
            ["name", "String"],
            ["inputs", "Vec<ApiInputV15>"],
            ["output", "SiLookupTypeId"],
            _DOCS,
        ],
    },
    "ApiInputV15": {
        "type": "struct",
        "type_mapping": [["name", "String"], ["ty", "SiLookupTypeId"]],
    },
    "OuterEnumsV15": {
        "type": "struct",
        "type_mapping": [[name, "SiLookupTypeId"] for name in ("call", "event", "error")],
    },
    "CustomValueV15": {
        "type": "struct",
        "type_mapping": [["name", "String"], ["ty", "SiLookupTypeId"], ["value", "Bytes"]],
    },
}


def decode(metadata: bytes) -> tuple[str, dict[str, Any]]:
    """``("V15", {...})``: metadata as scalecodec reads it; it refuses bytes left over."""
    config = RuntimeConfigurationObject(implements_scale_info=True)
    core = load_type_registry_preset("core")
    pallet = core["types"]["PalletMetadataV14"]["type_mapping"]
    plain = {"PalletMetadataV15": {"type": "struct", "type_mapping": [*pallet, _DOCS]}}
    core["types"]["MetadataAll"]["type_mapping"].append(["V15", "MetadataV15"])
    config.update_type_registry({"types": core["types"] | _V15 | plain})
    value = config.create_scale_object("MetadataAll", ScaleBytes(metadata[4:])).decode()
    ((version, content),) = value.items()
    return version, content


class Registry:
    """The types of decoded metadata, written out as the table writes them."""

    def __init__(self, types: list[Mapping[str, Any]]) -> None:
        self._types = {entry["id"]: _filled(entry["type"]) for entry in types}

    def name(self, number: int) -> str:
        """A type as people write it."""
        kind = self._types[number]
        ((sort, content),) = kind["def"].items()
        if kind["path"]:
            return self._named(kind)
        match sort:
            case "primitive":
                return str(content).lower()
            case "compact":
                return f"Compact<{self.name(content['type'])}>"
            case "sequence":
                return f"Vec<{self.name(content['type'])}>"
            case "array":
                return f"[{self.name(content['type'])}; {content['len']}]"
            case "tuple":
                return f"({', '.join(self.name(part) for part in content)})"
        raise ValueError(f"A {sort} without a path: {kind}.")

    def _named(self, kind: Mapping[str, Any]) -> str:
        path = kind["path"]
        if path[0] == "substrate_typenum" and path[1] == "uint":
            return f"U{self._number(kind)}"
        types = [parameter.get("type") for parameter in kind["params"]]
        given = [self.name(number) for number in types if number is not None]
        return f"{path[-1]}<{', '.join(given)}>" if given else path[-1]

    def _number(self, kind: Mapping[str, Any]) -> int:
        """The value of a type-level number: its high part, shifted, and its lowest bit."""
        if kind["path"][-1] == "UTerm":
            return 0
        high, bit = (self._types[p["type"]] for p in kind["params"])
        return 2 * self._number(high) + int(bit["path"][-1] == "B1")

    def fields(self, fields: list[Mapping[str, Any]]) -> str:
        """The fields of a composite or variant."""
        return fields_text((field.get("name"), self.name(field["type"])) for field in fields)

    def variants(self, number: int | None) -> list[Mapping[str, Any]]:
        """The variants of a pallet's calls, events or errors."""
        return [] if number is None else self._types[number]["def"]["variant"]["variants"]

    def inner(self, kind: str, pallet: str) -> list[Mapping[str, Any]]:
        """The variants of a pallet's calls or events, found through the enum of all pallets."""
        outer = next(found for found in self._types.values() if found["path"] == _OUTER[kind])
        for variant in outer["def"]["variant"]["variants"]:
            if variant["name"] == pallet:
                return self.variants(variant["fields"][0]["type"])
        return []

    def referred(self, reference: str) -> str:
        """The name of ``scale_info::7``."""
        return self.name(int(reference.removeprefix("scale_info::")))

    def reference(self, name: str) -> str | None:
        """``scale_info::7`` for a type's name, None for one that the registry does not have."""
        found = (number for number in self._types if short(self.name(number)) == name)
        number = next(found, None)
        return None if number is None else f"scale_info::{number}"

    def parts(self, number: int, count: int) -> list[str]:
        """The key types of a map with so many keys."""
        if count == 1:
            return [self.name(number)]
        return [self.name(part) for part in self._types[number]["def"]["tuple"]]

    def facts(self) -> Facts:
        """Every named type but the enums of enums, which the pallets' own facts are."""
        return {
            type_key("::".join(kind["path"]), self._named(kind)): self._definition(kind["def"])
            for kind in self._types.values()
            if kind["path"] and not _is_interface(kind["path"])
        }

    def _definition(self, definition: Mapping[str, Any]) -> str:
        if "composite" in definition:
            return self.fields(definition["composite"].get("fields", []))
        return variants_text(
            (v["index"], v["name"], self.fields(v.get("fields", [])))
            for v in definition["variant"].get("variants", [])
        )


def _filled(kind: Mapping[str, Any]) -> dict[str, Any]:
    """A type with the parts that the Rust codec leaves out where they are empty."""
    return {"path": [], "params": [], **kind}


def _is_interface(path: list[str]) -> bool:
    inner = path[-2:-1] == ["pallet"] and path[-1] in {"Call", "Event", "Error"}
    return inner or path in _OUTER.values()


def of_metadata(metadata: bytes) -> Facts:
    """All facts that metadata tells, as scalecodec reads it."""
    version, content = decode(metadata)
    registry = Registry(content["types"]["types"])
    facts = registry.facts()
    for pallet in content["pallets"]:
        facts |= _pallet_facts(pallet, registry)
    for position, extension in enumerate(content["extrinsic"]["signed_extensions"]):
        explicit, implicit = extension["ty"], extension["additional_signed"]
        facts[f"extensions.{extension['identifier']}"] = (
            f"{position} {short(registry.name(explicit))} + {registry.name(implicit)}"
        )
    spec, versions = _runtime_version(facts["System.constants.Version"])
    facts["spec_version"] = str(spec)
    for api in content["apis"] if version == "V15" else ():
        facts[f"apis.{api['name']}"] = f"version {versions.get(api_id(api['name']))}"
        for method in api["methods"]:
            given = [(one["name"], registry.name(one["ty"])) for one in method["inputs"]]
            facts[f"apis.{api['name']}.{method['name']}"] = (
                f"{fields_text(given)} -> {short(registry.name(method['output']))}"
            )
    return facts


def api_id(name: str) -> str:
    """How the runtime's version names an API."""
    return blake2b(name.encode(), digest_size=8).hexdigest()


def _runtime_version(constant: str) -> tuple[int, dict[str, int]]:
    """The spec version, and the version of every API by its identifier."""
    data = bytes.fromhex(constant.rpartition("0x")[2])
    start = 2 * (1 + len("node-subtensor"))
    spec = int.from_bytes(data[start + 4 : start + 8], "little")
    count, apis = data[start + 12] >> 2, data[start + 13 :]
    rows = [apis[12 * row : 12 * row + 12] for row in range(count)]
    return spec, {row[:8].hex(): int.from_bytes(row[8:], "little") for row in rows}


def _pallet_facts(pallet: Mapping[str, Any], registry: Registry) -> Facts:
    name = pallet["name"]
    facts = {name: f"index {pallet['index']}"}
    for kind, key in (("calls", "calls"), ("events", "event")):
        for variant in registry.variants((pallet[key] or {}).get("ty")):
            text = f"{variant['index']} {registry.fields(variant.get('fields', []))}"
            facts[f"{name}.{kind}.{variant['name']}"] = text
    for variant in registry.variants((pallet["error"] or {}).get("ty")):
        facts[f"{name}.errors.{variant['name']}"] = str(variant["index"])
    for item in (pallet["storage"] or {}).get("entries", ()):
        kind = item["type"]
        if "Plain" in kind:
            hashers, keys, value = [], [], kind["Plain"]
        else:
            hashers = kind["Map"]["hashers"]
            keys = registry.parts(kind["Map"]["key"], len(hashers))
            value = kind["Map"]["value"]
        facts[f"{name}.storage.{item['name']}"] = storage_text(
            item["modifier"], hashers, keys, registry.name(value), raw(item["default"])
        )
    for constant in pallet["constants"]:
        value = raw(constant["value"]).hex()
        kind = short(registry.name(constant["type"]))
        facts[f"{name}.constants.{constant['name']}"] = f"{kind} = 0x{value}"
    return facts


def raw(value: str) -> bytes:
    """scalecodec shows bytes as text where they are text and as 0x-hex where they are not."""
    return bytes.fromhex(value[2:]) if value.startswith("0x") else value.encode()


def of_bittensor_core(metadata: bytes, real: Facts) -> Facts:
    """The facts that the Rust codec gives; of a constant it tells the value, whose type ``real`` names."""
    rust = bittensor_core.Runtime(metadata, SPEC, 1)
    registry = Registry(json.loads(rust.registry_json())["types"])
    facts = registry.facts()
    for pallet in rust.metadata_ir()["pallets"]:
        facts |= _rust_pallet(rust, registry, pallet, real)
    for position, name in enumerate(rust.signed_extension_identifiers()):
        told = real.get(f"extensions.{name}", "")  # of an extension it tells the name alone
        facts[f"extensions.{name}"] = f"{position} {told.partition(' ')[2]}"
    version = rust.constant("System", "Version")
    facts["spec_version"] = str(version["spec_version"])
    versions = {identifier.removeprefix("0x"): number for identifier, number in version["apis"]}
    for api, methods in rust.runtime_api_map().items():
        facts[f"apis.{api}"] = f"version {versions.get(api_id(api))}"
        for method, found in methods.items():
            given = [(name, registry.referred(kind)) for name, kind in found["inputs"]]
            output = short(registry.referred(found["output"]))
            facts[f"apis.{api}.{method}"] = f"{fields_text(given)} -> {output}"
    return facts


def _rust_pallet(rust: Any, registry: Registry, pallet: Mapping[str, Any], real: Facts) -> Facts:
    name = pallet["name"]
    facts = {name: f"index {pallet['index']}"}
    for kind in ("calls", "events"):
        for variant in registry.inner(kind, name):
            text = f"{variant['index']} {registry.fields(variant.get('fields', []))}"
            facts[f"{name}.{kind}.{variant['name']}"] = text
    for error in pallet["errors"]:
        found, _ = rust.module_error(pallet["index"], error["index"])
        facts[f"{name}.errors.{found}"] = str(error["index"])
    for item in pallet["storage"]:
        entry = rust.storage_entry(name, item["name"])
        facts[f"{name}.storage.{item['name']}"] = storage_text(
            entry.modifier,
            entry.param_hashers,
            [registry.referred(kind) for kind in entry.param_types],
            registry.referred(entry.value_type),
            entry.default_bytes,
        )
    for constant in pallet["constants"]:
        key = f"{name}.constants.{constant}"
        kind = real.get(key, "").partition(" = ")[0]
        reference = registry.reference(kind)
        value = b"" if reference is None else rust.encode(reference, rust.constant(name, constant))
        facts[key] = f"{kind} = 0x{bytes(value).hex()}"
    return facts
