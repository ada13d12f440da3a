"""What a model directory promises: ``config.json`` read into a frozen value, or refused by name.

Four families of dense decoders are understood. They share one skeleton (RMS norm, rotary positions,
grouped attention, gated feed-forward) and differ in three switches: Qwen2 adds a bias to the query, key
and value products, Qwen3 normalises each head, and Llama and Mistral do neither. Anything whose numbers
would come out silently wrong (another architecture, rope, activation or a quantised checkpoint) is
refused. A sliding attention window is honoured by serving no context longer than the window.

Source of the field names: Hugging Face ``transformers`` 4.x and 5.x model configurations.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from taocli.domain.errors import ModelInvalid, UnsupportedModel

FAMILIES = ("llama", "mistral", "qwen2", "qwen3")
ROPE_KINDS = ("default", "linear", "llama3")
MAX_JSON_BYTES = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Rope:
    """Rotary positions: base ``theta`` and how frequencies are stretched for long contexts.

    ``factor`` serves linear and llama3; the last three only llama3.
    """

    theta: float
    kind: str = "default"
    factor: float = 1.0
    low_frequency_factor: float = 1.0
    high_frequency_factor: float = 4.0
    original_positions: int = 8192


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """Sizes and switches of a decoder."""

    family: str
    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    inner: int
    vocabulary: int
    eps: float
    tied: bool
    qk_norm: bool
    qkv_bias: bool
    output_bias: bool
    mlp_bias: bool
    rope: Rope
    max_positions: int
    end_ids: tuple[int, ...]
    dtype: str


def read_json(path: Path, required: bool = True) -> dict[str, Any]:
    """A JSON object from a model directory; an absent optional file reads as empty."""
    if not path.is_file():
        if not required:
            return {}
        raise ModelInvalid(
            f"The model directory {path.parent} has no {path.name}.",
            why="A model is served from a Hugging Face directory, and this file belongs to it.",
            fix="Point --model at a directory with config.json, tokenizer.json and safetensors files.",
        )
    try:
        content = json.loads(_bounded_text(path))
    except (ValueError, RecursionError, OSError) as problem:
        raise ModelInvalid(
            f"{path} cannot be read as JSON.",
            why=f"The parser says: {problem}.",
            fix="Download the file again.",
        ) from problem
    if not isinstance(content, dict):
        raise ModelInvalid(
            f"{path} does not hold a JSON object.",
            why="A configuration is an object of named fields.",
            fix="Download the file again.",
        )
    return cast("dict[str, Any]", content)


def _bounded_text(path: Path) -> str:
    if path.stat().st_size > MAX_JSON_BYTES:
        raise ValueError("it is larger than any configuration or vocabulary")
    return path.read_text(encoding="utf-8")


def load_config(directory: Path) -> ModelConfig:
    """Read ``config.json`` (and the end tokens of ``generation_config.json``) of ``directory``."""
    content = read_json(directory / "config.json")
    family = str(content.get("model_type"))
    if family not in FAMILIES:
        raise _unsupported("model_type", family, ", ".join(FAMILIES))
    if content.get("quantization_config") is not None:
        raise _unsupported("quantization_config", "present", "unquantised checkpoints")
    activation = content.get("hidden_act", "silu")
    if activation != "silu":
        raise _unsupported("hidden_act", str(activation), "silu")
    generation = read_json(directory / "generation_config.json", required=False)
    try:
        return _from_fields(family, content, generation)
    except (KeyError, TypeError, ValueError) as problem:
        raise ModelInvalid(
            f"{directory / 'config.json'} lacks or misstates a field: {problem}.",
            why="The sizes of the network are read from it.",
            fix="Download the file again.",
        ) from problem


def _from_fields(family: str, content: dict[str, Any], generation: dict[str, Any]) -> ModelConfig:
    heads = _positive(content, "num_attention_heads")
    kv_heads = _positive(content, "num_key_value_heads", heads)
    hidden = _positive(content, "hidden_size")
    head_dim = _positive(content, "head_dim", hidden // heads)
    if heads % kv_heads or head_dim % 2:
        raise ValueError(f"{heads} heads of width {head_dim} over {kv_heads} key-value heads")
    positions = _positive(content, "max_position_embeddings", 2048)
    window = content.get("sliding_window")
    windowed = content.get("use_sliding_window", False) if family != "mistral" else True
    if windowed and window is not None:
        positions = min(positions, int(window))
    biased = bool(content.get("attention_bias", False))
    return ModelConfig(
        family=family,
        hidden=hidden,
        layers=_positive(content, "num_hidden_layers"),
        heads=heads,
        kv_heads=kv_heads,
        head_dim=head_dim,
        inner=_positive(content, "intermediate_size"),
        vocabulary=_positive(content, "vocab_size"),
        eps=float(content["rms_norm_eps"]),
        tied=bool(content.get("tie_word_embeddings", False)),
        qk_norm=family == "qwen3",
        qkv_bias=family == "qwen2" or biased,
        output_bias=biased and family != "qwen2",
        mlp_bias=bool(content.get("mlp_bias", False)),
        rope=_rope(content),
        max_positions=positions,
        end_ids=_ids(generation.get("eos_token_id")) or _ids(content.get("eos_token_id")),
        dtype=str(content.get("torch_dtype") or content.get("dtype") or "bfloat16"),
    )


def _positive(content: dict[str, Any], name: str, default: int | None = None) -> int:
    value = content.get(name)
    if value is None:
        if default is None:
            raise KeyError(name)
        value = default
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ValueError(f"{name} is {value!r}")
    return value


def _rope(content: dict[str, Any]) -> Rope:
    fields = content.get("rope_parameters") or content.get("rope_scaling") or {}
    theta = float(fields.get("rope_theta") or content.get("rope_theta") or 10_000.0)
    kind = str(fields.get("rope_type") or fields.get("type") or "default")
    if kind not in ROPE_KINDS:
        raise _unsupported("rope_type", kind, ", ".join(ROPE_KINDS))
    if float(content.get("partial_rotary_factor") or 1.0) != 1.0:
        raise _unsupported("partial_rotary_factor", "below 1", "rotation of whole heads")
    return Rope(
        theta=theta,
        kind=kind,
        factor=float(fields.get("factor", 1.0)),
        low_frequency_factor=float(fields.get("low_freq_factor", 1.0)),
        high_frequency_factor=float(fields.get("high_freq_factor", 4.0)),
        original_positions=int(fields.get("original_max_position_embeddings", 8192)),
    )


def _ids(value: Any) -> tuple[int, ...]:
    if value is None:
        return ()
    return tuple(int(item) for item in value) if isinstance(value, list) else (int(value),)


def _unsupported(field: str, value: str, supported: str) -> UnsupportedModel:
    return UnsupportedModel(
        f"The engine does not implement {field} {value!r}.",
        why=f"It serves {supported}, and guessing would give wrong answers without any error.",
        fix="Choose a model of a supported family.",
    )
