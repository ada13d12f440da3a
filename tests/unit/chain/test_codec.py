"""SCALE through the Rust codec, for the dev chain's runtime and the real one's."""

import hashlib

import pytest

from taocli.chain.calls.extrinsic import ERA_PERIOD, sign, unsigned_like
from taocli.chain.codec import Extensions, account, era_birth
from taocli.chain.headers import compact
from taocli.domain.address import Address
from taocli.domain.block import BlockRef
from taocli.domain.errors import RpcFailed, UnsupportedRuntime
from taocli.domain.extrinsic import Call
from taocli.wallet.derivation import keypair_from_uri
from taocli.wallet.keypair import SR25519, verify

ALICE = Address.parse("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")
HEAD = BlockRef(1000, "0x" + "ab" * 32)
GENESIS = "0x" + "cd" * 32


def test_storage_keys_are_the_ones_that_substrate_documents(codec):
    key = codec.storage_key("System", "Account", ALICE).hex()
    assert key == (
        "26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9"
        "de1e86a9a8c739864cf3cc5ec2bea59f" + ALICE.public_key.hex()
    )


def test_an_account_that_does_not_exist_has_the_default(codec):
    record = codec.storage_value("System", "Account", None)
    assert record["data"]["free"] == 0


def test_an_optional_item_that_is_absent_is_none(codec):
    assert codec.storage_value("SubtensorModule", "Uids", None) is None


@pytest.mark.parametrize("raw", [b"", b"\1\2", bytes(500)])
def test_values_of_the_wrong_length_are_the_nodes_fault(codec, raw):
    with pytest.raises(RpcFailed):
        codec.storage_value("System", "Account", raw)


def test_names_that_do_not_exist(codec):
    with pytest.raises(UnsupportedRuntime):
        codec.storage_key("SubtensorModule", "Nothing")
    with pytest.raises(UnsupportedRuntime):
        codec.call("SubtensorModule", "nothing", {})
    with pytest.raises(UnsupportedRuntime):
        codec.api_arguments("SubnetInfoRuntimeApi", "nothing")


def test_a_value_that_does_not_fit_is_refused(codec):
    with pytest.raises(UnsupportedRuntime):
        codec.call("SubtensorModule", "burned_register", {"netuid": 70_000, "hotkey": ALICE})


def test_a_call_has_the_bytes_of_the_real_chain(codec):
    call = codec.call("Balances", "transfer_keep_alive", {"dest": ALICE, "value": 5})
    assert call.hex() == "050300" + ALICE.public_key.hex() + "14"
    call = codec.call(
        "SubtensorModule",
        "set_weights",
        {"netuid": 1, "dests": [1, 2], "weights": [1, 65535], "version_key": 0},
    )
    assert call.hex() == "0700" + "0100" + "0801000200" + "080100ffff" + "00" * 8


def test_events_name_pallet_event_fields_and_extrinsic(codec):
    registered = bytes([7, 6]) + b"\1\0" + b"\3\0" + ALICE.public_key
    raw = compact(1) + b"\0" + (4).to_bytes(4, "little") + registered + b"\0"
    (event,) = codec.events(raw)
    assert (event.pallet, event.name, event.extrinsic) == (
        "SubtensorModule",
        "NeuronRegistered",
        4,
    )
    assert dict(event.fields) == {"0": 1, "1": 3, "2": ALICE.ss58}
    assert codec.events(None) == ()


def test_addresses_survive_the_codec(codec):
    assert account(ALICE.ss58) == ALICE


def test_module_errors_have_names(codec):
    assert codec.module_error(7, 3)[0] == "InvalidPort"
    assert "error 250" in codec.module_error(7, 250)[0]


@pytest.mark.parametrize("current", [1, 63, 64, 65, 1000, 123_456_789])
def test_an_era_of_our_length_is_born_in_the_block_that_is_signed(current):
    assert era_birth(ERA_PERIOD, current) == current


class TestSigning:
    def test_the_extrinsic_carries_what_was_signed(self, codec):
        key = keypair_from_uri("//Alice", SR25519, dev=True)
        call = Call("Balances", "transfer_keep_alive", {"dest": ALICE, "value": 5})
        signed = sign(codec, call, key, nonce=3, head=HEAD, genesis_hash=GENESIS)
        body = signed.raw[len(compact(len(signed.raw) - 2)) :]
        encoded = codec.call(call.pallet, call.function, call.args)
        assert compact(len(body)) + body == signed.raw
        assert body[:2] == b"\x84\0"
        assert body[2:34] == key.public_key
        assert body[34] == SR25519
        # era 64 at phase 40, nonce 3, tip 0, metadata hash off: the four extensions with data
        assert body[99:] == bytes.fromhex("85020c0000") + encoded
        payload = self._payload(codec, encoded, spec=codec.spec_version)
        assert verify(key.public_key, payload, body[35:99])
        assert signed.hash == "0x" + hashlib.blake2b(signed.raw, digest_size=32).hexdigest()
        assert signed.dies_at == HEAD.number + 64

    def test_a_long_payload_is_hashed_before_it_is_signed(self, codec):
        uids = list(range(200))
        arguments = {"netuid": 1, "dests": uids, "weights": uids, "version_key": 0}
        encoded = codec.call("SubtensorModule", "set_weights", arguments)
        extensions = Extensions(3, 64, HEAD.number, HEAD.hash, GENESIS)
        plain = self._payload(codec, encoded, spec=codec.spec_version)
        assert len(plain) > 256
        assert (
            codec.signing_payload(encoded, extensions)
            == hashlib.blake2b(plain, digest_size=32).digest()
        )

    def test_an_estimate_has_the_size_of_the_real_thing(self, codec):
        key = keypair_from_uri("//Alice", SR25519, dev=True)
        call = Call("Balances", "transfer_keep_alive", {"dest": ALICE, "value": 5})
        signed = sign(codec, call, key, nonce=0, head=HEAD, genesis_hash=GENESIS)
        assert len(unsigned_like(codec, call, key.address, HEAD)) == len(signed.raw)

    @staticmethod
    def _payload(codec, call: bytes, spec: int) -> bytes:
        explicit = bytes.fromhex("85020c0000")
        implicit = (
            spec.to_bytes(4, "little")
            + (1).to_bytes(4, "little")
            + bytes.fromhex(GENESIS[2:])
            + bytes.fromhex(HEAD.hash[2:])
            + b"\0"
        )
        return call + explicit + implicit
