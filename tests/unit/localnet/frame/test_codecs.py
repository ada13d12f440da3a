"""Two codecs that share nothing with ours read our metadata and write the same bytes.

``bittensor_core`` is the chain's own Rust codec; ``scalecodec`` with ``substrateinterface`` is the
pure-Python one.
"""

import pytest
from bittensor_core import Runtime as RustRuntime
from scalecodec import ScaleBytes
from scalecodec.base import RuntimeConfigurationObject
from scalecodec.type_registry import load_type_registry_preset
from substrateinterface.utils.ss58 import ss58_encode

from taocli.localnet.frame.extrinsic import (
    ChainIdentity,
    Conditions,
    encode_signed,
    signing_payload,
)
from taocli.localnet.frame.storage import blake2_256
from taocli.localnet.frame.types import Era

GENESIS_HASH = b"\x11" * 32
BIRTH_HASH = b"\x22" * 32


@pytest.fixture(params=[14, 15])
def rust(request, chain):
    return RustRuntime(chain.runtime.metadata(request.param), 425, 1, 42)


class PythonCodec:
    """scalecodec over our metadata version 14 (it reads no 15)."""

    def __init__(self, metadata: bytes) -> None:
        self.configuration = RuntimeConfigurationObject(implements_scale_info=True, ss58_format=42)
        self.configuration.update_type_registry(load_type_registry_preset("core"))
        self.metadata = self.configuration.create_scale_object(
            "MetadataVersioned", ScaleBytes(metadata)
        )
        self.metadata.decode()
        self.configuration.add_portable_registry(self.metadata)

    def new(self, kind: str, data: bytes | None = None):
        payload = None if data is None else ScaleBytes(data)
        return self.configuration.create_scale_object(kind, payload, metadata=self.metadata)


@pytest.fixture
def python(chain):
    return PythonCodec(chain.runtime.metadata(14))


def ss58(key):
    return ss58_encode(key.public, 42)


def transfer(chain):
    return chain.call("Balances", "transfer_keep_alive", dest=chain.bob.public, value=123_456)


def test_rust_encodes_calls_as_we_do(chain, rust):
    params = {"dest": ss58(chain.bob), "value": 123_456}
    inner = rust.compose_call("Balances", "transfer_keep_alive", params)
    assert inner == transfer(chain).encode()
    sudo = rust.compose_call("Sudo", "sudo", {"call": inner})
    assert sudo == chain.call("Sudo", "sudo", call=transfer(chain)).encode()
    batch = rust.compose_call("Utility", "batch_all", {"calls": [inner, inner]})
    calls = [transfer(chain), transfer(chain)]
    assert batch == chain.call("Utility", "batch_all", calls=calls).encode()


def test_python_encodes_calls_as_we_do(chain, python):
    call = python.new("Call")
    args = {"dest": ss58(chain.bob), "value": 123_456}
    inner = {"call_module": "Balances", "call_function": "transfer_keep_alive", "call_args": args}
    data = call.encode(inner)
    assert bytes(data.data) == transfer(chain).encode()
    decoded = python.new("Call", transfer(chain).encode()).decode()
    assert decoded["call_function"] == "transfer_keep_alive"


def test_rust_hashes_storage_keys_as_we_do(chain, rust):
    who = ss58(chain.alice)
    system, counter = chain.runtime.system, chain.runtime.counter
    assert rust.storage_key("System", "Account", [who]) == system.Account.storage_key(
        chain.alice.public
    )
    assert rust.storage_key("Counter", "Marks", [1, who]) == counter.Marks.storage_key(
        1, chain.alice.public
    )
    assert rust.storage_key("Counter", "Notes", [5]) == counter.Notes.storage_key(5)
    assert rust.storage_prefix("Balances", "TotalIssuance") == (
        chain.runtime.balances.TotalIssuance.prefix
    )


@pytest.mark.parametrize("era", [None, (64, 13), (4096, 100)])
@pytest.mark.parametrize("remark", [b"short", b"long" * 100], ids=["short", "long"])
def test_rust_builds_the_extrinsic_that_we_build(chain, rust, era, remark):
    call = chain.call("System", "remark", remark=remark).encode()
    conditions = Conditions(era, 3, 77)
    identity = ChainIdentity(425, 1, GENESIS_HASH, BIRTH_HASH)
    payload = signing_payload(call, conditions, identity)
    shown = "00" if era is None else {"period": era[0], "phase": era[1]}
    assert payload == rust.signature_payload(
        call, era=shown, nonce=3, tip=77, tip_asset_id=None,
        genesis_hash=GENESIS_HASH, era_block_hash=BIRTH_HASH,
    )  # fmt: skip
    assert Era.encode(era) == rust.encode_era(shown)
    signature = chain.alice.sign(payload)
    ours = encode_signed(chain.alice.public, ("Sr25519", signature), conditions, call)
    theirs, digest = rust.encode_signed_extrinsic(
        call, public_key=chain.alice.public, signature=signature, signature_version=1,
        era=shown, nonce=3, tip=77, tip_asset_id=None,
    )  # fmt: skip
    assert ours == theirs
    assert blake2_256(ours).hex() == (
        digest if isinstance(digest, str) else digest.hex()
    ).removeprefix("0x")


def test_python_reads_the_extrinsic_that_we_sign(chain, python):
    extrinsic = chain.signed(chain.alice, transfer(chain), tip=5)
    decoded = python.new("Extrinsic", extrinsic).decode()
    assert decoded["address"] in (ss58(chain.alice), f"0x{chain.alice.public.hex()}")
    assert (decoded["nonce"], decoded["tip"]) == (0, 5)
    assert decoded["call"]["call_function"] == "transfer_keep_alive"


def value_type(python, pallet, item):
    """The registry's name for the value of a storage item."""
    entries = python.metadata.get_metadata_pallet(pallet).storage
    kind = next(entry.value["type"] for entry in entries if entry.value["name"] == item)
    return f"scale_info::{kind['Plain'] if 'Plain' in kind else kind['Map']['value']}"


def test_both_read_accounts_and_events(chain, python):
    rust = RustRuntime(chain.runtime.metadata(14), 425, 1, 42)  # the numbers of the same registry
    assert chain.apply(chain.alice, transfer(chain)).ok
    assert not chain.apply(chain.alice, chain.call("Counter", "add", by=1_000)).ok
    chain.end()
    state = chain.runtime.state
    raw = state.get(chain.runtime.system.Account.storage_key(chain.alice.public))
    kind = value_type(python, "System", "Account")
    for account in (rust.decode(kind, raw), python.new(kind, raw).decode()):
        assert account["nonce"] == 2
        assert account["data"]["free"] == chain.free(chain.alice)
    raw = state.get(chain.runtime.system.Events.prefix)
    kind = value_type(python, "System", "Events")
    records = python.new(kind, raw).decode()
    names = [(r["event"]["module_id"], r["event"]["event_id"]) for r in records]
    assert ("Balances", "Transfer") in names
    assert names[0] == ("System", "ExtrinsicSuccess")
    assert names[-1] == ("System", "ExtrinsicFailed")
    assert len(rust.decode(kind, raw)) == len(records) == chain.runtime.system.EventCount.get()
    assert rust.module_error(40, 0)[0] == "TooHigh"


def test_both_read_constants_and_apis(chain, rust, python):
    assert rust.constant("Balances", "ExistentialDeposit") == 500
    assert rust.constant("System", "SS58Prefix") == 42
    assert rust.constant("System", "Version")["spec_version"] == 425
    assert rust.extrinsic_version == 4
    if rust.is_v15:
        apis = rust.runtime_api_map()
        assert set(apis["TransactionPaymentApi"]) >= {"query_info", "query_fee_details"}
    names = [pallet.value["name"] for pallet in python.metadata.pallets]
    assert names == [pallet.name for pallet in chain.runtime.pallets]
