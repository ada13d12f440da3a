"""What the dev chain declares is what the real runtime's metadata says (spec 424, condensed).

A pallet may serve fewer calls than the real one; whatever it does serve must have the same index,
argument names and types, hashers, defaults and errors. ``tests/vectors/interface.json`` holds per
pallet: calls {name: [index, args]}, storage {name: [modifier, hashers, keys, value, default]}, events,
constants {name: [type, value]} and errors in order of their index.
"""

import json
from pathlib import Path

import pytest

from taocli.localnet.assemble import build_localnet
from taocli.localnet.frame.extensions import EXTENSIONS

VECTORS = Path(__file__).parents[3] / "vectors" / "interface.json"
INTERFACE = json.loads(VECTORS.read_text())
RUNTIME = build_localnet(block_time=12.0).producer.runtime
OWN_VALUE = {"Version"}  # names this runtime, not spec 424
LATER = {  # spec > 425
    "CollateralLockShare", "CollateralDrainRatio", "ColdkeyMinerCollateral", "MinerCollateral",
    "ChildkeyThresholdSuspended", "BasketRate", "RootStakeUnlockInterval", "SubnetEpochConsensus",
    "TotalAlphaStaked",
    "transfer_stake_and_hotkey", "claim_root_with_hotkey", "move_stake_limit",
}  # fmt: skip
BY_WORK = {  # pow_register is of spec 475, which also closed it by default; mainnet has no faucet
    "LastPowRegistrationBlock", "NetworkPowRegistrationAllowed", "AllowFaucet", "pow_register",
    "faucet",
}  # fmt: skip
REAL_APIS = [api for name, api in RUNTIME.apis.items() if name in INTERFACE["apis"]]


def plain(name):
    return name.removeprefix("node_subtensor_runtime::")


def shape(fields):
    return [[field.name, plain(field.type.name)] for field in fields]


SERVED = [pallet for pallet in RUNTIME.pallets if pallet.name in INTERFACE["pallets"]]


@pytest.fixture(params=SERVED, ids=lambda pallet: pallet.name)
def pair(request):
    return request.param, INTERFACE["pallets"][request.param.name]


def test_index_and_errors(pair):
    pallet, real = pair
    assert pallet.index == real["index"]
    variants = pallet.error_variants.values()
    assert {v.name: v.index for v in variants} == {n: i for i, n in enumerate(real["errors"])}


def test_calls(pair):
    pallet, real = pair
    served = [c for c in pallet.calls.values() if c.name not in BY_WORK | LATER]
    declared = {c.name: [c.index, shape(c.fields)] for c in served}
    assert declared == {name: real["calls"].get(name) for name in declared}


def test_storage(pair):
    pallet, real = pair
    declared = {
        item.name: [
            "Optional" if item.optional else "Default",
            [hasher.label for hasher, _ in item.keys],
            [kind.name for _, kind in item.keys],
            item.value_type.name,
            f"0x{item.default_bytes.hex()}",
        ]
        for item in pallet.storage_items
        if item.name not in LATER | BY_WORK
    }
    assert declared == {name: real["storage"].get(name) for name in declared}


def test_events(pair):
    pallet, real = pair
    declared = {v.name: [v.index, shape(v.fields)] for v in pallet.event_variants.values()}
    assert declared == {name: real["events"].get(name) for name in declared}


def test_constants(pair):
    pallet, real = pair
    for constant in pallet.constants:
        kind, value = real["constants"][constant.name]
        assert constant.type.name == kind
        if constant.name not in OWN_VALUE:
            assert f"0x{constant.type.encode(pallet.constant(constant.name)).hex()}" == value


@pytest.mark.parametrize("api", REAL_APIS, ids=lambda api: type(api).__name__)
def test_runtime_apis(api):
    real = INTERFACE["apis"][type(api).__name__]
    assert type(api).version == real["version"]
    for name, declared in api.methods.items():
        inputs, output = real["methods"][name]
        assert [argument for argument, _ in declared.inputs] == [name for name, _ in inputs]
        for (_, kind), (_, type_name) in zip(declared.inputs, inputs, strict=True):
            if kind.name != "UncheckedExtrinsic":  # its parameters take ten lines to write out
                assert kind.name == type_name
        assert declared.output.name == output


def test_extensions_and_their_implicit_parts():
    assert [[e.identifier, e.implicit.name] for e in EXTENSIONS] == INTERFACE["extensions"]


def test_api_identifiers_are_the_real_ones():
    served = {identifier.hex() for identifier, _ in RUNTIME.version.apis}
    assert {"df6acb689907609b", "37e397fc7c91f5e4", "37c8bb1350a9a2a8"} <= served
