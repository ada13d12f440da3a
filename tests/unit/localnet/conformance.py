"""The interface of a runtime as flat facts, so that two interfaces can be compared fact by fact.

A fact is a dotted name and what holds of it: ``Balances.calls.transfer_all`` is
``4 (dest: MultiAddress<AccountId32, ()>, keep_alive: bool)``. Facts come from four places that know
nothing of each other: the table ``interface-425.json``, the pallets' declarations (here), and the
metadata as two foreign codecs read it (``conformance_codecs``). ``differences`` says what one has and
another has not.

Not compared: documentation, and the names that Rust's source gives to types beside the types themselves
(``T::Balance`` for a u64), which no codec reads.

The table is condensed from the metadata facts of a real node of spec 424, ``interface-424.json``. Spec 425
has the same interface: what is new in it lies behind it. To make the table again:

    python tests/unit/localnet/conformance.py interface-424.json tests/vectors/interface-425.json
"""

import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from taocli.localnet.frame.extensions import EXTENSIONS
from taocli.localnet.frame.scale import Field
from taocli.localnet.runtime import Runtime

Facts = dict[str, str]
SPEC = 425
_KINDS = ("calls", "storage", "events", "errors", "constants")
_OUTER = "node_subtensor_runtime::"
_EXTRINSIC = "UncheckedExtrinsic<"


def short(name: str) -> str:
    """A type's name without the runtime's crate, and an extrinsic without its ten lines of parameters."""
    name = name.replace(_OUTER, "")
    start = name.find(_EXTRINSIC)
    while start >= 0:
        end, depth = start + len(_EXTRINSIC), 1
        while depth:
            depth += {"<": 1, ">": -1}.get(name[end], 0)
            end += 1
        name = name[: start + len(_EXTRINSIC) - 1] + name[end:]
        start = name.find(_EXTRINSIC)
    return name


def fields_text(fields: Iterable[tuple[str | None, str]]) -> str:
    """``(a: u8, b: u16)``, or ``(u8, u16)`` for fields without names."""
    shown = [f"{name}: {short(kind)}" if name else short(kind) for name, kind in fields]
    return f"({', '.join(shown)})"


def storage_text(
    modifier: str, hashers: Iterable[str], keys: Iterable[str], value: str, default: bytes
) -> str:
    """``Default Identity u16 -> bool = 0x00``."""
    keyed = ", ".join(f"{hasher} {short(key)}" for hasher, key in zip(hashers, keys, strict=True))
    return f"{modifier} {keyed + ' -> ' if keyed else ''}{short(value)} = 0x{default.hex()}"


def type_key(path: str, name: str) -> str:
    """The fact of a type is named by its path and its parameters."""
    place, _, _ = path.rpartition("::")
    return f"types.{place}::{short(name)}" if place else f"types.{short(name)}"


def variants_text(variants: Iterable[tuple[int, str, str]]) -> str:
    """``0 None; 1 Some(u8)``."""
    shown = [
        f"{index} {name}{'' if inside == '()' else inside}" for index, name, inside in variants
    ]
    return "; ".join(shown)


def condense(full: Mapping[str, Any]) -> Facts:
    """The facts of ``interface-424.json``."""
    facts: Facts = {"spec_version": str(SPEC)}
    for name, pallet in full["pallets"].items():
        facts[name] = f"index {pallet['index']}"
        for call in pallet["calls"]:
            facts[f"{name}.calls.{call['name']}"] = _numbered(call)
        for event in pallet["events"]:
            facts[f"{name}.events.{event['name']}"] = _numbered(event)
        for error in pallet["errors"]:
            facts[f"{name}.errors.{error['name']}"] = str(error["index"])
        for item in pallet["storage"]:
            default = bytes.fromhex(item["default"].removeprefix("0x"))
            facts[f"{name}.storage.{item['name']}"] = storage_text(
                item["modifier"], item["hashers"], item["keys"], item["value"], default
            )
        for constant in pallet["constants"]:
            fact = f"{short(constant['type'])} = {constant['value']}"
            facts[f"{name}.constants.{constant['name']}"] = fact
    for name, api in full["runtime_apis"].items():
        facts[f"apis.{name}"] = f"version {api['version']}"
        for method in api["methods"]:
            inputs = fields_text((given["name"], given["type"]) for given in method["inputs"])
            facts[f"apis.{name}.{method['name']}"] = f"{inputs} -> {short(method['output'])}"
    for position, extension in enumerate(full["extrinsic"]["extensions"]):
        facts[f"extensions.{extension['name']}"] = (
            f"{position} {short(extension['type'])} + {short(extension['implicit'])}"
        )
    for kind in full["types"].values():
        _add_type(facts, kind)
    return facts


def _numbered(entry: Mapping[str, Any]) -> str:
    return f"{entry['index']} {_fields_of(entry['args'])}"


def _fields_of(fields: Iterable[Mapping[str, Any]]) -> str:
    return fields_text((given["name"], given["type"]) for given in fields)


def _add_type(facts: Facts, kind: Mapping[str, Any]) -> None:
    if "composite" in kind:
        text = _fields_of(kind["composite"])
    else:
        variants = kind["variant"]
        text = variants_text((v["index"], v["name"], _fields_of(v["fields"])) for v in variants)
    facts[type_key(kind["path"], kind["name"])] = text


def of_declarations(runtime: Runtime) -> Facts:
    """The facts that the pallets and APIs of a runtime declare; types are left to the codecs."""
    facts: Facts = {"spec_version": str(runtime.version.spec_version)}
    for pallet in runtime.pallets:
        name = pallet.name
        facts[name] = f"index {pallet.index}"
        for call in pallet.calls.values():
            facts[f"{name}.calls.{call.name}"] = f"{call.index} {_declared(call.fields)}"
        for event in pallet.event_variants.values():
            facts[f"{name}.events.{event.name}"] = f"{event.index} {_declared(event.fields)}"
        for error in pallet.error_variants.values():
            facts[f"{name}.errors.{error.name}"] = str(error.index)
        for item in pallet.storage_items:
            facts[f"{name}.storage.{item.name}"] = storage_text(
                "Optional" if item.optional else "Default",
                [hasher.label for hasher, _ in item.keys],
                [kind.name for _, kind in item.keys],
                item.value_type.name,
                item.default_bytes,
            )
        for constant in pallet.constants:
            value = constant.type.encode(pallet.constant(constant.name))
            fact = f"{short(constant.type.name)} = 0x{value.hex()}"
            facts[f"{name}.constants.{constant.name}"] = fact
    return facts | _declared_apis(runtime) | _declared_extensions()


def _declared(fields: Iterable[Field]) -> str:
    return fields_text((field.name, field.type.name) for field in fields)


def _declared_apis(runtime: Runtime) -> Facts:
    facts: Facts = {}
    for name, api in runtime.apis.items():
        facts[f"apis.{name}"] = f"version {type(api).version}"
        for method in api.methods.values():
            inputs = fields_text((given, kind.name) for given, kind in method.inputs)
            facts[f"apis.{name}.{method.name}"] = f"{inputs} -> {short(method.output.name)}"
    return facts


def _declared_extensions() -> Facts:
    return {
        f"extensions.{e.identifier}": f"{position} {short(e.explicit.name)} + {e.implicit.name}"
        for position, e in enumerate(EXTENSIONS)
    }


def differences(ours: Facts, real: Facts) -> dict[str, str]:
    """What does not hold of both, by the fact's name; a type that nothing of ours uses is no difference.

    A whole pallet, API or type that is missing is one difference, not one per part.
    """
    found: dict[str, str] = {}
    for name in sorted(ours.keys() | real.keys()):
        if name not in ours:
            if not name.startswith("types.") and not _whole_is_missing(name, ours):
                found[name] = f"absent here; real: {real[name]}"
        elif name not in real:
            if not _whole_is_missing(name, real):
                found[name] = f"not in the real interface; here: {ours[name]}"
        elif ours[name] != real[name]:
            found[name] = f"here: {ours[name]}; real: {real[name]}"
    return found


def _whole_is_missing(name: str, facts: Facts) -> bool:
    parts = name.split(".")
    if parts[0] in {"types", "extensions"}:
        return False
    depth = 2 if parts[0] == "apis" else 1
    return len(parts) > depth and ".".join(parts[:depth]) not in facts


def unexplained(found: Mapping[str, str], *lists: Mapping[str, str]) -> dict[str, str]:
    """The differences that no list names, and the entries of the lists that are no difference (any more)."""
    named = {name for entries in lists for name in entries}
    left = {name: what for name, what in found.items() if name not in named}
    return left | {name: "no difference (any more)" for name in named if name not in found}


def nest(facts: Facts) -> dict[str, Any]:
    """Facts as a tree, which is a third of the size in a file."""
    tree: dict[str, Any] = {}
    for name, fact in facts.items():
        *above, last = _parts(name)
        branch = tree
        for part in above:
            branch = branch.setdefault(part, {})
        branch.setdefault(last, {})[""] = fact
    return _thin(tree)


def _thin(tree: dict[str, Any]) -> Any:
    if set(tree) == {""}:
        return tree[""]
    return {name: branch if name == "" else _thin(branch) for name, branch in tree.items()}


def flatten(tree: Mapping[str, Any], above: str = "") -> Facts:
    """The reverse of ``nest``."""
    facts: Facts = {}
    for name, branch in tree.items():
        full = above if name == "" else f"{above}.{name}" if above else name
        if isinstance(branch, str):
            facts[full] = branch
        else:
            facts |= flatten(branch, full)
    return facts


def _parts(name: str) -> list[str]:
    """A type's name holds dots of its own only after the first."""
    return re.split(r"\.", name, maxsplit=1 if name.startswith("types.") else 0)


def table_text(facts: Facts) -> str:
    """The table as its file holds it: one line per pallet and kind."""
    return json.dumps(nest(facts), ensure_ascii=False, indent=0, sort_keys=True) + "\n"


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:3])
    target.write_text(table_text(condense(json.loads(source.read_text()))))
