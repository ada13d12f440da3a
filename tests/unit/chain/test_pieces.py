"""The small parts: networks, headers, the metadata cache, refusals, axons from strangers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taocli.chain.dispatch_errors import ADVICE, dispatch_failure, pool_refusal
from taocli.chain.headers import block_ref, compact
from taocli.chain.metadata_cache import KEPT_FILES, MetadataCache
from taocli.chain.networks import is_plain_remote, resolve_network
from taocli.chain.reads.neurons import read_axon
from taocli.domain.errors import (
    InvalidSetting,
    InvalidTransaction,
    NotEnoughBalance,
    RpcFailed,
)
from taocli.domain.extrinsic import Call

CALL = Call("SubtensorModule", "set_weights")
GENESIS = "0x" + "11" * 32


class TestNetworks:
    def test_names_and_urls(self):
        assert resolve_network("finney").genesis_hash.startswith("0x2f0555cc")
        assert resolve_network(" Local ").endpoints == ("ws://127.0.0.1:9944",)
        assert resolve_network("ws://a:1, wss://b").endpoints == ("ws://a:1", "wss://b")

    @pytest.mark.parametrize(
        "text", ["", "nakamoto", "http://a", "ws://", "ws://a:70000", "ws://a,finney", "file:///x"]
    )
    def test_anything_else_is_refused(self, text):
        with pytest.raises(InvalidSetting):
            resolve_network(text)

    def test_plain_text_to_another_machine_is_recognised(self):
        assert is_plain_remote("ws://example.org:9944")
        assert is_plain_remote("ws://10.0.0.7:9944")
        assert not is_plain_remote("ws://127.0.0.1:9944")
        assert not is_plain_remote("ws://localhost:9944")
        assert not is_plain_remote("wss://example.org")


class TestHeaders:
    @given(st.integers(min_value=0, max_value=2**64))
    def test_compact_reads_back(self, number):
        raw = compact(number)
        mode = raw[0] & 3
        if mode == 3:
            assert raw[0] >> 2 == len(raw) - 5
            assert int.from_bytes(raw[1:], "little") == number
        else:
            assert len(raw) == 1 << mode
            assert int.from_bytes(raw, "little") >> 2 == number

    @pytest.mark.parametrize(
        "header", [None, {}, 5, {"number": "x"}, {"number": "0x1", "parentHash": "0x00"}]
    )
    def test_nonsense_is_the_nodes_fault(self, header):
        with pytest.raises(RpcFailed):
            block_ref(header)


class TestMetadataCache:
    def test_what_was_stored_comes_back(self, tmp_path):
        cache = MetadataCache(tmp_path)
        assert cache.load(GENESIS, 425) is None
        cache.store(GENESIS, 425, b"metadata")
        assert cache.load(GENESIS, 425) == b"metadata"
        assert cache.load(GENESIS, 426) is None

    def test_a_damaged_file_is_no_file(self, tmp_path):
        cache = MetadataCache(tmp_path)
        cache.store(GENESIS, 425, b"metadata")
        (path,) = (tmp_path / "metadata").iterdir()
        raw = bytearray(path.read_bytes())
        for position in (0, len(raw) - 1):
            raw[position] ^= 1
            path.write_bytes(raw)
            assert cache.load(GENESIS, 425) is None
            raw[position] ^= 1
        path.write_bytes(raw[:20])
        assert cache.load(GENESIS, 425) is None

    def test_a_directory_that_cannot_be_written_costs_nothing_but_time(self, tmp_path):
        (tmp_path / "metadata").write_text("in the way")
        MetadataCache(tmp_path).store(GENESIS, 425, b"metadata")
        assert MetadataCache(tmp_path).load(GENESIS, 425) is None

    def test_old_files_go(self, tmp_path):
        cache = MetadataCache(tmp_path)
        for spec in range(KEPT_FILES + 5):
            cache.store(GENESIS, spec, b"metadata")
        assert len(list((tmp_path / "metadata").iterdir())) == KEPT_FILES
        assert cache.load(GENESIS, KEPT_FILES + 4) == b"metadata"


class TestRefusals:
    def test_a_module_error_is_named_and_explained(self, codec):
        error = {"Module": {"index": 7, "error": "0x03000000"}}
        failure = dispatch_failure(codec, CALL, error)
        assert failure.error_name == "InvalidPort"
        assert failure.fix == ADVICE["InvalidPort"][1]

    @pytest.mark.parametrize("error", ["BadOrigin", {"Token": "FundsUnavailable"}, None, {}, 5])
    def test_other_errors_have_three_sentences_too(self, codec, error):
        failure = dispatch_failure(codec, CALL, error)
        assert failure.what
        assert failure.why
        assert failure.fix

    def test_pool_refusals(self):
        def refusal(data, number=1010):
            return pool_refusal(CALL, RpcFailed("no", number=number, data=data))

        assert refusal("Custom error: 6").why == ADVICE["SettingWeightsTooFast"][0]
        assert isinstance(refusal("Custom error: 200"), InvalidTransaction)
        assert isinstance(refusal("Transaction is outdated"), InvalidTransaction)
        assert isinstance(refusal("Priority is too low", 1014), InvalidTransaction)
        assert isinstance(
            refusal("Inability to pay some fees (e.g. account balance too low)"), NotEnoughBalance
        )
        assert refusal("Method not found", -32601) is None

    def test_advice_is_written_in_sentences(self):
        for name, (why, fix) in ADVICE.items():
            assert why.endswith("."), name
            assert fix.endswith("."), name

    def test_advice_is_about_errors_that_exist(self, codec):
        known = {
            codec.module_error(pallet, error)[0] for pallet in (5, 7, 28) for error in range(200)
        }
        tokens = {"FundsUnavailable", "NotExpendable"}
        assert set(ADVICE) - known - tokens == set()


STORED_AXON = {
    "block": 5, "version": 1, "ip": 0x0A000001, "port": 8091, "ip_type": 4, "protocol": 4,
}  # fmt: skip


class TestAxons:
    def test_a_plain_one(self):
        assert read_axon(STORED_AXON).url == "http://10.0.0.1:8091"

    @pytest.mark.parametrize(
        "change",
        [{"ip_type": 5}, {"ip_type": 0}, {"ip": 1 << 32}, {"ip_type": 6, "ip": 1 << 128}],
    )
    def test_one_that_makes_no_sense_is_none(self, change):
        assert read_axon(STORED_AXON | change) is None

    def test_never_served_and_withdrawn_are_different(self):
        assert read_axon(STORED_AXON | {"block": 0, "ip": 0}) is None
        withdrawn = read_axon(STORED_AXON | {"ip": 0})
        assert withdrawn is not None
        assert not withdrawn.is_serving
