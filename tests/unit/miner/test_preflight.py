import json
import socket

import pytest

from taocli.domain.errors import AlreadyRunning, InvalidSetting, ModelInvalid, PortInUse
from taocli.miner.address import ServingAddress, choose_address
from taocli.miner.preflight import (
    check_model,
    check_port,
    check_weights_file,
    single_instance,
)


def test_a_localnet_miner_serves_where_the_chain_allows_it():
    assert choose_address("local") == ServingAddress("127.0.0.2", "127.0.0.2")
    assert choose_address("ws://127.0.0.1:9999").external == "127.0.0.2"
    assert choose_address("local", bind="0.0.0.0").external == "127.0.0.2"


@pytest.mark.parametrize(
    ("network", "arguments"),
    [
        ("local", {"external": "127.0.0.1"}),
        ("finney", {"external": "10.0.0.1"}),
        ("finney", {"external": "nonsense"}),
    ],
)
def test_an_address_nobody_can_use_is_refused(network, arguments):
    with pytest.raises(InvalidSetting) as caught:
        choose_address(network, **arguments)
    assert caught.value.fix


def test_a_public_miner_listens_everywhere_and_announces_what_it_was_told():
    assert choose_address("finney", external="8.8.8.8") == ServingAddress("0.0.0.0", "8.8.8.8")


def test_a_second_miner_of_the_same_hotkey_is_refused(tmp_path):
    with single_instance(tmp_path / "a"):
        with pytest.raises(AlreadyRunning), single_instance(tmp_path / "a"):
            pytest.fail("two miners at once")
        with single_instance(tmp_path / "b"):
            pass
    with single_instance(tmp_path / "a"):
        assert (tmp_path / "a" / "lock").stat().st_mode & 0o077 == 0


def test_a_taken_port_is_found_before_the_model_loads():
    with socket.socket() as other:
        other.bind(("127.0.0.2", 0))
        other.listen()
        with pytest.raises(PortInUse) as caught:
            check_port(ServingAddress("127.0.0.2", "127.0.0.2"), other.getsockname()[1])
    assert "--port" in caught.value.fix


def weights(header: object, data: bytes) -> bytes:
    described = json.dumps(header).encode()
    return len(described).to_bytes(8, "little") + described + data


ONE_TENSOR = {"t": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}, "__metadata__": {}}


def test_a_folder_without_weights_is_no_model(tmp_path):
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(ModelInvalid, match="not a model"):
        check_model(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(weights(ONE_TENSOR, b"1234"))
    check_model(tmp_path)
    (tmp_path / "tokenizer.json").unlink()
    with pytest.raises(ModelInvalid) as caught:
        check_model(tmp_path)
    assert "tokenizer.json" in caught.value.why


@pytest.mark.parametrize(
    "content",
    [
        b"", b"x", b"\xff" * 8, (5).to_bytes(8, "little") + b"{", weights(ONE_TENSOR, b"123"),
        weights([], b""), weights({"t": {}}, b""), weights({"t": {"data_offsets": "x"}}, b""),
    ],
)  # fmt: skip
def test_weights_that_are_cut_off_are_named(tmp_path, content):
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelInvalid) as caught:
        check_weights_file(path)
    assert "model.safetensors" in caught.value.what
