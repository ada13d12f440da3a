"""The interface is the real runtime's, fact by fact, or a list says where it is not and why.

``tests/vectors/interface-425.json`` holds the facts of the real runtime (see ``conformance``). They are compared
with what the pallets declare, and with what two foreign codecs read from the metadata that clients get. An
entry of a list that no longer is a difference fails as well.
"""

import json
from pathlib import Path

import pytest
from unit.localnet.conformance import (
    condense,
    differences,
    flatten,
    of_declarations,
    table_text,
    unexplained,
)
from unit.localnet.conformance_codecs import decode, of_bittensor_core, of_metadata

from taocli.localnet.assemble import APIS, pallets
from taocli.localnet.frame.call import call
from taocli.localnet.frame.pallet import Constant
from taocli.localnet.frame.storage import Identity, Map
from taocli.localnet.frame.types import u16
from taocli.localnet.pallets.swap import Swap
from taocli.localnet.runtime import Runtime

ROOT = Path(__file__).parents[3]
TABLE = ROOT / "tests" / "vectors" / "interface-425.json"
FULL = ROOT.parent / "shared" / "reference" / "interface-424.json"
REAL = flatten(json.loads(TABLE.read_text()))

_NO_CODE = "the runtime is Python: there is no code on chain to replace"
_NO_EVM = "no EVM: the call could only fail, and without it clients find out before they sign"
_NO_VOTES = "one author, every block final: there are no votes to report or to prove"
_NATIVE = "blocks are built and checked by the node itself; no client calls it"
ABSENT_ON_PURPOSE = {
    "Contracts": "no WebAssembly contracts",
    "Ethereum": "no EVM, so no Ethereum transactions and blocks",
    "EVM.calls.call": _NO_EVM,
    "EVM.calls.create": _NO_EVM,
    "EVM.calls.create2": _NO_EVM,
    "Grandpa.calls.report_equivocation": _NO_VOTES,
    "Grandpa.calls.report_equivocation_unsigned": _NO_VOTES,
    "System.calls.apply_authorized_upgrade": _NO_CODE,
    "System.calls.authorize_upgrade": _NO_CODE,
    "System.calls.authorize_upgrade_without_checks": _NO_CODE,
    "System.calls.set_code": _NO_CODE,
    "System.calls.set_code_without_checks": _NO_CODE,
    "apis.BabeApi": "a dummy on the real chain too: Aura chooses the authors",
    "apis.BlockBuilder.check_inherents": _NATIVE,
    "apis.BlockBuilder.finalize_block": _NATIVE,
    "apis.BlockBuilder.inherent_extrinsics": _NATIVE,
    "apis.ContractsApi": "no WebAssembly contracts",
    "apis.ConvertTransactionRuntimeApi": "no Ethereum transactions to convert",
    "apis.Core.execute_block": _NATIVE,
    "apis.Core.initialize_block": _NATIVE,
    "apis.EthereumRuntimeRPCApi": "no EVM",
    "apis.GrandpaApi.generate_key_ownership_proof": _NO_VOTES,
    "apis.GrandpaApi.submit_report_equivocation_unsigned_extrinsic": _NO_VOTES,
    "apis.OffchainWorkerApi": "no off-chain workers: pulses of drand come from the node",
}
_COLLATERAL = "btcli 11 reads it before it registers and takes a missing item for a broken chain"
_BY_WORK = "registration by work of spec 475, so that a client's proof of work can be tried"
_BTCLI_11_READS = "btcli 11 reads it for one of its queries and takes a missing item for a failure"
_BTCLI_11_SIGNS = "btcli 11 signs it where spec 425 had another call, or none"
_FAUCET = "part of Subtensor's own local builds (feature pow-faucet), not of the public chain"
LATER_THAN_425 = {
    "SubtensorModule.calls.claim_root_with_hotkey": _BTCLI_11_SIGNS,
    "SubtensorModule.calls.faucet": _FAUCET,
    "SubtensorModule.calls.move_stake_limit": _BTCLI_11_SIGNS,
    "SubtensorModule.calls.pow_register": _BY_WORK,
    "SubtensorModule.calls.transfer_stake_and_hotkey": _BTCLI_11_SIGNS,
    "SubtensorModule.storage.AllowFaucet": _FAUCET,
    "SubtensorModule.storage.BasketRate": _BTCLI_11_READS,
    "SubtensorModule.storage.ChildkeyThresholdSuspended": _BTCLI_11_READS,
    "SubtensorModule.storage.ColdkeyMinerCollateral": _COLLATERAL,
    "SubtensorModule.storage.CollateralDrainRatio": _COLLATERAL,
    "SubtensorModule.storage.CollateralLockShare": _COLLATERAL,
    "SubtensorModule.storage.LastPowRegistrationBlock": _BY_WORK,
    "SubtensorModule.storage.MinerCollateral": _BTCLI_11_READS,
    "SubtensorModule.storage.RootStakeUnlockInterval": _BTCLI_11_READS,
    "SubtensorModule.storage.SubnetEpochConsensus": _BTCLI_11_READS,
    "SubtensorModule.storage.TotalAlphaStaked": _BTCLI_11_READS,
    "apis.BetaBasketRuntimeApi": "btcli 11 asks it with every balance",
    "types.Option<BasketPosition<AccountId32>>": _BTCLI_11_READS,
    "types.pallet_subtensor::pallet::EpochConsensus": _BTCLI_11_READS,
    "types.pallet_subtensor::pallet::MinerCollateralState": _BTCLI_11_READS,
    "types.pallet_subtensor::rpc_info::basket_info::BasketHolding": _BTCLI_11_READS,
    "types.pallet_subtensor::rpc_info::basket_info::BasketPosition<AccountId32>": _BTCLI_11_READS,
    "types.pallet_subtensor::rpc_info::basket_info::BasketSummary<AccountId32>": _BTCLI_11_READS,
    "types.pallet_subtensor::rpc_info::basket_info::BasketTradingStatus": _BTCLI_11_READS,
}
DIFFERENT_ON_PURPOSE = {
    "SubtensorModule.storage.NetworkPowRegistrationAllowed": (
        "closed unless opened, as from spec 475 on, where work can register at all"
    ),
    "System.constants.Version": "names this runtime: spec 425 and the APIs that are served",
    "types.node_subtensor_runtime::OriginCaller": "no pallet Ethereum, so no origin of its own",
}
LISTS = (ABSENT_ON_PURPOSE, LATER_THAN_425, DIFFERENT_ON_PURPOSE)


@pytest.fixture(scope="module")
def runtime():
    return Runtime(pallets(fast=False), APIS)


def of_declarations_alone(runtime):
    return of_declarations(runtime)


def of_scalecodec_14(runtime):
    return of_metadata(runtime.metadata(14))


def of_scalecodec_15(runtime):
    return of_metadata(runtime.metadata(15))


def of_rust_14(runtime):
    return of_bittensor_core(runtime.metadata(14), REAL)


def of_rust_15(runtime):
    return of_bittensor_core(runtime.metadata(15), REAL)


SOURCES = {  # who reads, and which facts it cannot know
    of_declarations_alone: ("types.",),
    of_scalecodec_14: ("apis.",),
    of_scalecodec_15: (),
    of_rust_14: ("apis.",),
    of_rust_15: (),
}


def known(entries, blind):
    return {name: what for name, what in entries.items() if not name.startswith(blind or "\0")}


def left_over(read, runtime):
    """What no list explains, as far as the reader can know; version 14 lacks the types of the APIs."""
    blind, facts = SOURCES[read], read(runtime)
    lists = [known(entries, blind) for entries in LISTS]
    if "apis." in blind:
        lists = [
            {n: why for n, why in entries.items() if not n.startswith("types.") or n in facts}
            for entries in lists
        ]
    return unexplained(differences(known(facts, blind), known(REAL, blind)), *lists)


@pytest.mark.parametrize("read", SOURCES)
def test_every_difference_from_the_real_interface_is_listed(runtime, read):
    assert left_over(read, runtime) == {}


def test_every_entry_of_the_lists_has_a_reason_of_its_own_list():
    assert all(reason.strip() for entries in LISTS for reason in entries.values())
    assert len({name for entries in LISTS for name in entries}) == sum(map(len, LISTS))
    assert all(name in REAL for name in ABSENT_ON_PURPOSE | DIFFERENT_ON_PURPOSE)
    assert not any(name in REAL for name in LATER_THAN_425)


def test_a_list_that_is_no_longer_true_is_noticed():
    found = {"A.calls.b": "absent here"}
    assert unexplained(found, {"A.calls.b": "because"}) == {}
    assert set(unexplained(found, {"A.calls.b": "because", "A.calls.c": "because"})) == {
        "A.calls.c"
    }
    assert set(unexplained(found, {})) == {"A.calls.b"}


def test_the_table_covers_every_kind_of_fact():
    count = {
        kind: sum(f".{kind}." in name for name in REAL) for kind in ("calls", "storage", "events")
    }
    assert REAL["spec_version"] == "425"
    assert count["calls"] > 280
    assert count["storage"] > 330
    assert count["events"] > 250
    assert sum(name.startswith("types.") for name in REAL) > 300
    assert TABLE.stat().st_size < 250_000


@pytest.mark.skipif(
    not FULL.is_file(), reason="interface-424.json lies beside the project only in its workshop"
)
def test_the_table_is_what_the_real_metadata_gives():
    assert TABLE.read_text() == table_text(condense(json.loads(FULL.read_text())))


class Planted(Swap):
    """Swap with one thing wrong of each kind."""

    name = "Swap"
    index = 28
    crate = "pallet_subtensor_swap"
    errors = Swap.errors[:-1]
    events = ()
    constants = (Constant("MaxFeeRate", u16, 7), *Swap.constants[2:])
    FeeRate = Map((Identity, u16), u16, default=33)
    ScrapReservoirAlpha = Map((Identity, u16), u16, default=7)

    @call(0, rate=u16, netuid=u16)
    def set_fee_rate(self, origin, rate, netuid):
        """Its arguments are swapped."""


PLANTED = {
    "Swap.calls.set_fee_rate",
    "Swap.constants.MaxFeeRate",
    "Swap.constants.ProtocolId",
    "Swap.errors.Deprecated",
    "Swap.events.FeeRateSet",
    "Swap.storage.FeeRate",
    "Swap.storage.ScrapReservoirAlpha",
}


@pytest.mark.parametrize("read", SOURCES)
def test_planted_differences_are_noticed(read):
    chosen = tuple(Planted if item is Swap else item for item in pallets(fast=False))
    assert set(left_over(read, Runtime(chosen, APIS))) == PLANTED


def test_a_missing_pallet_and_api_are_one_difference_each(runtime):
    facts = of_declarations(runtime)
    without = {
        name: fact
        for name, fact in facts.items()
        if not name.startswith(("Swap", "apis.SwapRuntimeApi"))
    }
    assert set(differences(without, facts)) == {"Swap", "apis.SwapRuntimeApi"}


def test_a_type_of_another_shape_is_noticed():
    name = "types.pallet_subtensor::pallet::AxonInfo"
    swapped = REAL[name].replace("port: u16, ip_type: u8", "ip_type: u8, port: u16")
    assert set(differences(REAL | {name: swapped}, REAL)) == {name}


def test_version_15_names_the_extrinsic_and_the_outer_enums(runtime):
    version, content = decode(runtime.metadata(15))
    types = {entry["id"]: entry["type"] for entry in content["types"]["types"]}
    assert version == "V15"
    assert content["extrinsic"]["version"] == 4
    assert content["custom"] == []
    paths = {kind: types[number]["path"] for kind, number in content["outer_enums"].items()}
    assert paths == {
        kind: ["node_subtensor_runtime", f"Runtime{kind.title()}"]
        for kind in ("call", "event", "error")
    }
    address = types[content["extrinsic"]["address_ty"]]["path"]
    assert address == ["sp_runtime", "multiaddress", "MultiAddress"]


def test_a_fast_runtime_differs_from_the_table_in_its_times_alone():
    found = differences(of_declarations(Runtime(pallets(fast=True), APIS)), REAL)
    left = unexplained(found, *(known(entries, ("types.",)) for entries in LISTS))
    assert all(name.partition(".")[2].startswith("constants.") for name in left)
    assert "Aura.constants.SlotDuration" in left
