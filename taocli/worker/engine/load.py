"""Weights from safetensors files to the device, with every doubt turned into a named error.

Only local files are read and nothing in them is executed: safetensors holds tensors and nothing else.
The query, key and value matrices are joined into one, as are gate and up, because one large product is
faster than several small ones.
"""

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from taocli.domain.errors import ModelInvalid
from taocli.worker.engine.config import ModelConfig, read_json

INDEX_NAME = "model.safetensors.index.json"
SINGLE_NAME = "model.safetensors"


@dataclass(frozen=True, slots=True)
class LayerWeights:
    """One decoder layer; matrices are [out, in]."""

    input_norm: Tensor
    qkv: Tensor
    qkv_bias: Tensor | None
    query_norm: Tensor | None
    key_norm: Tensor | None
    output: Tensor
    output_bias: Tensor | None
    mlp_norm: Tensor
    gate_up: Tensor
    gate_up_bias: Tensor | None
    down: Tensor
    down_bias: Tensor | None


@dataclass(frozen=True, slots=True)
class ModelWeights:
    """All tensors of a decoder; ``head`` is ``embedding`` itself when the two are tied."""

    embedding: Tensor
    layers: tuple[LayerWeights, ...]
    norm: Tensor
    head: Tensor


class Checkpoint:
    """The safetensors files of a directory, read tensor by tensor straight to the device."""

    def __init__(self, directory: Path, device: torch.device, dtype: torch.dtype) -> None:
        self.directory = directory
        self.device = device
        self.dtype = dtype
        self._handles: dict[str, Any] = {}
        self._place: dict[str, str] = {}

    def __enter__(self) -> "Checkpoint":
        for name in self._shards():
            path = self.directory / name
            if not path.is_file():
                raise ModelInvalid(
                    f"The model directory {self.directory} has no {name}.",
                    why="The weights are in safetensors files, and this one is expected.",
                    fix="Download the file; pickled .bin weights are refused because they can run code.",
                )
            try:
                handle: Any = safe_open(str(path), framework="pt", device=str(self.device))
                names = list(handle.keys())
            except (SafetensorError, OSError, ValueError) as problem:
                raise _damaged(path, problem) from problem
            self._handles[name] = handle
            self._place.update(dict.fromkeys(names, name))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._handles.clear()

    def take(self, name: str, *shape: int) -> Tensor:
        """The tensor ``name``, checked to have ``shape``."""
        shard = self._place.get(name)
        if shard is None:
            raise ModelInvalid(
                f"The weights in {self.directory} lack the tensor {name}.",
                why="config.json describes a network that has it.",
                fix="Download the model again, all files from the same revision.",
            )
        try:
            tensor: Tensor = self._handles[shard].get_tensor(name)
        except (SafetensorError, OSError, ValueError) as problem:
            raise _damaged(self.directory / shard, problem) from problem
        if tuple(tensor.shape) != shape:
            raise ModelInvalid(
                f"The tensor {name} in {self.directory / shard} has shape {tuple(tensor.shape)}.",
                why=f"config.json calls for {shape}.",
                fix="Download the model again, all files from the same revision.",
            )
        if not tensor.is_floating_point():
            raise _damaged(self.directory / shard, TypeError(f"{name} holds {tensor.dtype}"))
        return tensor.to(self.dtype)

    def _shards(self) -> list[str]:
        if not (self.directory / INDEX_NAME).is_file():
            return [SINGLE_NAME]
        table = read_json(self.directory / INDEX_NAME).get("weight_map")
        if not isinstance(table, dict) or not all(
            isinstance(name, str) and Path(name).name == name for name in table.values()
        ):
            raise _damaged(self.directory / INDEX_NAME, ValueError("weight_map names no files"))
        return sorted(set(table.values()))


def load_weights(
    directory: Path, config: ModelConfig, device: torch.device, dtype: torch.dtype
) -> ModelWeights:
    """Read every tensor that ``config`` calls for; ``ModelInvalid`` names what is wrong where."""
    with Checkpoint(directory, device, dtype) as checkpoint:
        take = checkpoint.take
        embedding = take("model.embed_tokens.weight", config.vocabulary, config.hidden)
        layers = tuple(_layer(checkpoint, config, number) for number in range(config.layers))
        norm = take("model.norm.weight", config.hidden)
        head = (
            embedding if config.tied else take("lm_head.weight", config.vocabulary, config.hidden)
        )
    return ModelWeights(embedding, layers, norm, head)


def _layer(checkpoint: Checkpoint, config: ModelConfig, number: int) -> LayerWeights:
    take = checkpoint.take
    prefix = f"model.layers.{number}."
    attention, mlp = prefix + "self_attn.", prefix + "mlp."
    wide, narrow = config.heads * config.head_dim, config.kv_heads * config.head_dim
    sizes = {"q": wide, "k": narrow, "v": narrow}

    def optional(wanted: bool, name: str, *shape: int) -> Tensor | None:
        return take(name, *shape) if wanted else None

    def joined(names: dict[str, int], pattern: str, *inputs: int) -> Tensor:
        return torch.cat(
            [take(pattern.format(part), size, *inputs) for part, size in names.items()]
        )

    inner = {"gate": config.inner, "up": config.inner}
    return LayerWeights(
        input_norm=take(prefix + "input_layernorm.weight", config.hidden),
        qkv=joined(sizes, attention + "{}_proj.weight", config.hidden),
        qkv_bias=joined(sizes, attention + "{}_proj.bias") if config.qkv_bias else None,
        query_norm=optional(config.qk_norm, attention + "q_norm.weight", config.head_dim),
        key_norm=optional(config.qk_norm, attention + "k_norm.weight", config.head_dim),
        output=take(attention + "o_proj.weight", config.hidden, wide),
        output_bias=optional(config.output_bias, attention + "o_proj.bias", config.hidden),
        mlp_norm=take(prefix + "post_attention_layernorm.weight", config.hidden),
        gate_up=joined(inner, mlp + "{}_proj.weight", config.hidden),
        gate_up_bias=joined(inner, mlp + "{}_proj.bias") if config.mlp_bias else None,
        down=take(mlp + "down_proj.weight", config.hidden, config.inner),
        down_bias=optional(config.mlp_bias, mlp + "down_proj.bias", config.hidden),
    )


def _damaged(path: Path, problem: Exception) -> ModelInvalid:
    return ModelInvalid(
        f"{path} is damaged or cut short.",
        why=f"The reader says: {problem}.",
        fix="Download the file again and compare its size with the publisher's.",
    )
