"""The decoder in plain torch: one pass over rows of tokens that may belong to many sequences.

Rows are flat: ``tokens[i]`` sits at ``positions[i]`` of its own sequence, and which sequence that is only
attention needs to know. So prompts and single steps of other requests share every matrix product.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from taocli.worker.engine.config import ModelConfig, Rope
from taocli.worker.engine.load import LayerWeights, ModelWeights

Attend = Callable[[int, Tensor, Tensor, Tensor], Tensor]
"""``attend(layer, query [T, H, D], key [T, K, D], value [T, K, D])`` gives [T, H, D]."""


class Network:
    """A loaded decoder; stateless, so every cache belongs to the caller."""

    def __init__(self, config: ModelConfig, weights: ModelWeights) -> None:
        self.config = config
        self.weights = weights
        self.device = weights.embedding.device
        self.dtype = weights.embedding.dtype
        self._inverse = inverse_frequencies(config.rope, config.head_dim).to(self.device)

    def forward(self, tokens: Tensor, positions: Tensor, attend: Attend, wanted: Tensor) -> Tensor:
        """Logits [len(wanted), V] of the rows ``wanted``; ``tokens`` and ``positions`` are [T]."""
        x = functional.embedding(tokens, self.weights.embedding)
        angle = positions[:, None].float() * self._inverse
        doubled = torch.cat([angle, angle], dim=-1)[:, None]
        turn = doubled.cos().to(x.dtype), doubled.sin().to(x.dtype)
        for number, layer in enumerate(self.weights.layers):
            x = x + self._attention(number, layer, x, turn, attend)
            x = x + self._mlp(layer, x)
        return functional.linear(self._norm(x[wanted], self.weights.norm), self.weights.head)

    def _attention(
        self,
        number: int,
        layer: LayerWeights,
        x: Tensor,
        turn: tuple[Tensor, Tensor],
        attend: Attend,
    ) -> Tensor:
        config = self.config
        joined = functional.linear(self._norm(x, layer.input_norm), layer.qkv, layer.qkv_bias)
        heads = joined.view(x.shape[0], -1, config.head_dim)
        query, key, value = torch.split(
            heads, [config.heads, config.kv_heads, config.kv_heads], dim=1
        )
        if layer.query_norm is not None and layer.key_norm is not None:
            query, key = self._norm(query, layer.query_norm), self._norm(key, layer.key_norm)
        mixed = attend(number, rotate(query, *turn), rotate(key, *turn), value)
        return functional.linear(mixed.reshape(x.shape[0], -1), layer.output, layer.output_bias)

    def _mlp(self, layer: LayerWeights, x: Tensor) -> Tensor:
        both = functional.linear(self._norm(x, layer.mlp_norm), layer.gate_up, layer.gate_up_bias)
        gate, up = both.chunk(2, dim=-1)
        return functional.linear(functional.silu(gate) * up, layer.down, layer.down_bias)

    def _norm(self, x: Tensor, weight: Tensor) -> Tensor:
        return functional.rms_norm(x, (x.shape[-1],), weight, self.config.eps)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn the pairs (i, i + D/2) of ``x`` [T, H, D] by angles [T, 1, D]."""
    low, high = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-high, low], dim=-1) * sin


def inverse_frequencies(rope: Rope, head_dim: int) -> Tensor:
    """Radians per position of each rotated pair, [head_dim / 2] float32.

    Source of the llama3 rule: Llama 3.1's ``apply_scaling``: long wavelengths are stretched by
    ``factor``, short ones kept, and those between are blended.
    """
    inverse = rope.theta ** (-torch.arange(0, head_dim, 2, dtype=torch.float32) / head_dim)
    if rope.kind == "linear":
        return inverse / rope.factor
    if rope.kind != "llama3":
        return inverse
    wavelength = 2 * math.pi / inverse
    low, high = rope.low_frequency_factor, rope.high_frequency_factor
    blend = ((rope.original_positions / wavelength - low) / (high - low)).clamp(0, 1)
    return (1 - blend) * inverse / rope.factor + blend * inverse
