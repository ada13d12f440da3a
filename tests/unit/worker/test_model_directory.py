"""A model directory that cannot be served says which file or field is to blame."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from taocli.domain.errors import InvalidRequest, ModelInvalid, UnsupportedModel
from taocli.worker.engine.config import load_config
from taocli.worker.engine.core import EngineLimits, load_engine
from taocli.worker.engine.network import inverse_frequencies
from taocli.worker.engine.sequence import Sampling, Sequence
from taocli.worker.training.random_model import RandomModel, write_random_model


@pytest.fixture
def directory(tmp_path) -> Path:
    return write_random_model(tmp_path / "model", RandomModel(layers=1))


def change(directory: Path, **fields) -> None:
    path = directory / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"model_type": "mamba"}, "mamba"),
        ({"rope_scaling": {"rope_type": "yarn", "factor": 4}}, "yarn"),
        ({"hidden_act": "gelu"}, "gelu"),
        ({"quantization_config": {"bits": 4}}, "quantization_config"),
        ({"partial_rotary_factor": 0.5}, "partial_rotary_factor"),
    ],
)
def test_what_the_engine_cannot_do_is_refused_by_name(directory, fields, named) -> None:
    change(directory, **fields)
    with pytest.raises(UnsupportedModel, match=named):
        load_config(directory)


@pytest.mark.parametrize(
    "fields",
    [
        {"hidden_size": None},
        {"num_attention_heads": 0},
        {"num_key_value_heads": 3},
        {"vocab_size": "x"},
    ],
)
def test_a_wrong_size_in_the_configuration_is_named(directory, fields) -> None:
    change(directory, **fields)
    with pytest.raises(ModelInvalid, match=r"config\.json"):
        load_config(directory)


@pytest.mark.parametrize("content", ["", "[]", "{", "[" * 100_000])
def test_a_configuration_that_is_no_json_object_is_named(directory, content) -> None:
    (directory / "config.json").write_text(content)
    with pytest.raises(ModelInvalid, match=r"config\.json"):
        load_config(directory)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_missing_file_is_named(directory, name) -> None:
    (directory / name).unlink()
    with pytest.raises(ModelInvalid, match=name):
        load_engine(directory)


def test_truncated_weights_are_named(directory) -> None:
    path = directory / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ModelInvalid, match=r"model\.safetensors"):
        load_engine(directory)


def test_a_missing_and_a_misshapen_tensor_are_named(directory) -> None:
    path = str(directory / "model.safetensors")
    weights = load_file(path)
    norm = weights.pop("model.norm.weight")
    save_file(weights, path)
    with pytest.raises(ModelInvalid, match=r"model\.norm\.weight"):
        load_engine(directory)
    save_file(weights | {"model.norm.weight": norm[:-1].contiguous()}, path)
    with pytest.raises(ModelInvalid, match=r"model\.norm\.weight"):
        load_engine(directory)


def shard(directory: Path) -> None:
    path = directory / "model.safetensors"
    weights = load_file(str(path))
    path.unlink()
    names, table = sorted(weights), {}
    for number, part in enumerate((names[::2], names[1::2])):
        file = f"model-{number}.safetensors"
        save_file({name: weights[name] for name in part}, str(directory / file))
        table |= dict.fromkeys(part, file)
    index = directory / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": table}))


def answer(directory: Path) -> list[int]:
    core = load_engine(directory)
    sequence = Sequence([5, 6, 7], 8, Sampling(), frozenset())
    core.add(sequence)
    while core.busy:
        core.step()
    return sequence.tokens


def test_sharded_weights_answer_like_whole_ones_and_a_lost_shard_is_named(directory) -> None:
    whole = answer(directory)
    shard(directory)
    assert answer(directory) == whole
    (directory / "model-1.safetensors").unlink()
    with pytest.raises(ModelInvalid, match=r"model-1\.safetensors"):
        load_engine(directory)


def test_an_index_cannot_point_outside_the_directory(directory) -> None:
    index = directory / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": "../other.safetensors"}}))
    with pytest.raises(ModelInvalid, match=r"index\.json"):
        load_engine(directory)


def test_end_tokens_come_from_the_generation_configuration_first(directory) -> None:
    assert load_config(directory).end_ids == (1,)
    (directory / "generation_config.json").write_text('{"eos_token_id": [1, 7]}')
    assert load_config(directory).end_ids == (1, 7)


def test_a_sliding_window_bounds_the_context(directory) -> None:
    change(directory, model_type="mistral", sliding_window=64)
    assert load_config(directory).max_positions == 64


def test_stretched_rope_matches_its_published_rule(directory) -> None:
    scaling = {
        "rope_type": "llama3",
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192,
    }
    plain = inverse_frequencies(load_config(directory).rope, 128)
    change(directory, rope_scaling=scaling)
    stretched = inverse_frequencies(load_config(directory).rope, 128)
    wavelength = 2 * torch.pi / plain
    assert torch.equal(stretched[wavelength < 2048], plain[wavelength < 2048])
    assert torch.allclose(stretched[wavelength > 8192], plain[wavelength > 8192] / 8)
    change(directory, rope_scaling={"type": "linear", "factor": 2.0})
    assert torch.equal(inverse_frequencies(load_config(directory).rope, 128), plain / 2)


@pytest.mark.parametrize("prompt", [[], [5] * 64, [999]])
def test_a_prompt_that_cannot_be_served_is_refused(directory, prompt) -> None:
    core = load_engine(directory, limits=EngineLimits(blocks=4))
    with pytest.raises(InvalidRequest):
        core.add(Sequence(prompt, 1, Sampling(), frozenset()))
    assert not core.busy
