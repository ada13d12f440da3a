"""Write a model directory with random weights: a miner that answers nonsense, and food for tests.

    python -m taocli.worker.training.random_model --out DIR --seed 7

The tokenizer is the shipped model's, so any text round-trips. All four families can be written.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from taocli.worker.training.vocabulary import (
    BEGIN_ID,
    CONVERSATION_TEMPLATE,
    END_ID,
    VOCABULARY_SIZE,
    write_tokenizer,
)


@dataclass(frozen=True, slots=True)
class RandomModel:
    """What to write; ``scale`` is the standard deviation of the weights."""

    family: str = "llama"
    seed: int = 0
    hidden: int = 64
    layers: int = 2
    heads: int = 4
    kv_heads: int = 2
    inner: int = 128
    vocabulary: int = VOCABULARY_SIZE
    tied: bool = True
    scale: float = 0.2
    max_positions: int = 2048
    dtype: torch.dtype = torch.float32


def random_weights(model: RandomModel) -> dict[str, Tensor]:
    """Named tensors as a checkpoint of the family has them."""
    generator = torch.Generator().manual_seed(model.seed)
    head_dim = model.hidden // model.heads
    narrow = model.kv_heads * head_dim
    weights: dict[str, Tensor] = {}

    def draw(name: str, *shape: int, around: float = 0.0) -> None:
        noise = torch.randn(shape, generator=generator) * model.scale
        weights[name] = (noise + around).to(model.dtype)

    draw("model.embed_tokens.weight", model.vocabulary, model.hidden)
    draw("model.norm.weight", model.hidden, around=1.0)
    if not model.tied:
        draw("lm_head.weight", model.vocabulary, model.hidden)
    for number in range(model.layers):
        prefix = f"model.layers.{number}."
        for part, size in (("q", model.hidden), ("k", narrow), ("v", narrow)):
            draw(f"{prefix}self_attn.{part}_proj.weight", size, model.hidden)
            if model.family == "qwen2":
                draw(f"{prefix}self_attn.{part}_proj.bias", size)
            if model.family == "qwen3" and part != "v":
                draw(f"{prefix}self_attn.{part}_norm.weight", head_dim, around=1.0)
        draw(f"{prefix}self_attn.o_proj.weight", model.hidden, model.hidden)
        draw(f"{prefix}mlp.gate_proj.weight", model.inner, model.hidden)
        draw(f"{prefix}mlp.up_proj.weight", model.inner, model.hidden)
        draw(f"{prefix}mlp.down_proj.weight", model.hidden, model.inner)
        draw(f"{prefix}input_layernorm.weight", model.hidden, around=1.0)
        draw(f"{prefix}post_attention_layernorm.weight", model.hidden, around=1.0)
    return weights


def write_random_model(directory: Path, model: RandomModel | None = None) -> Path:
    """Write the directory (created if absent) and return it; the same seed gives the same bytes."""
    model = model or RandomModel()
    directory.mkdir(parents=True, exist_ok=True)
    names = {"llama": "Llama", "mistral": "Mistral", "qwen2": "Qwen2", "qwen3": "Qwen3"}
    settings = {
        "architectures": [f"{names[model.family]}ForCausalLM"],
        "model_type": model.family,
        "hidden_size": model.hidden,
        "intermediate_size": model.inner,
        "num_hidden_layers": model.layers,
        "num_attention_heads": model.heads,
        "num_key_value_heads": model.kv_heads,
        "head_dim": model.hidden // model.heads,
        "vocab_size": model.vocabulary,
        "max_position_embeddings": model.max_positions,
        "rms_norm_eps": 1e-6,
        "rope_theta": 10_000.0,
        "tie_word_embeddings": model.tied,
        "hidden_act": "silu",
        "bos_token_id": BEGIN_ID,
        "eos_token_id": END_ID,
        "sliding_window": None,
        "torch_dtype": str(model.dtype).removeprefix("torch."),
    }
    (directory / "config.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    save_file(
        random_weights(model), str(directory / "model.safetensors"), metadata={"format": "pt"}
    )
    write_tokenizer(directory, CONVERSATION_TEMPLATE)
    return directory


def main() -> None:
    """Write a directory from the command line."""
    parser = argparse.ArgumentParser(description="Write a model with random weights.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--family", choices=("llama", "mistral", "qwen2", "qwen3"), default="llama")
    options = parser.parse_args()
    write_random_model(options.out, RandomModel(family=options.family, seed=options.seed))


if __name__ == "__main__":
    main()
