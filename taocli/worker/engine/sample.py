"""Choosing the next token from logits, repeatably.

Greedy rows take the likeliest token. Other rows draw from the distribution after temperature, top-k and
top-p. The draw needs one number in [0, 1) a token, and that number is a hash of the request's seed and
the position: no generator state exists, so batching, preemption and restarts cannot change an answer.
"""

import hashlib
from collections.abc import Sequence as Run

import torch
from torch import Tensor

from taocli.worker.engine.sequence import Sampling


def uniform(seed: int, position: int) -> float:
    """The number in [0, 1) that belongs to ``position`` of an answer with ``seed``."""
    key = f"{seed}:{position}".encode()
    bits = int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "little")
    return (bits >> 11) * 2.0**-53


def sample(logits: Tensor, settings: Run[Sampling], positions: Run[int]) -> list[int]:
    """One token id for each row of ``logits`` [B, V]."""
    chosen = logits.argmax(dim=-1)
    drawn = [row for row, setting in enumerate(settings) if setting.temperature > 0]
    if drawn:
        rows = torch.tensor(drawn, device=logits.device)
        chosen[rows] = _draw(
            logits[rows].float(),
            [settings[row] for row in drawn],
            [uniform(settings[row].seed, positions[row]) for row in drawn],
        )
    tokens: list[int] = chosen.tolist()
    return tokens


def _draw(logits: Tensor, settings: list[Sampling], numbers: list[float]) -> Tensor:
    """Invert the cumulative distribution over tokens sorted by likelihood."""
    width = logits.shape[-1]

    def column(values: list[float]) -> Tensor:
        return torch.tensor(values, dtype=torch.float64, device=logits.device)[:, None]

    ordered, order = logits.sort(dim=-1, descending=True, stable=True)
    scaled = (ordered - ordered[:, :1]).double() / column([item.temperature for item in settings])
    chance = scaled.softmax(dim=-1)
    before = chance.cumsum(dim=-1) - chance
    rank = torch.arange(width, device=logits.device)
    allowed = rank < column([float(item.top_k or width) for item in settings])
    chance = chance * allowed
    share = chance.sum(dim=-1, keepdim=True)
    kept = (before < column([item.top_p for item in settings]) * share) | (rank == 0)
    reached = (chance * kept).cumsum(dim=-1)
    target = column(numbers) * reached[:, -1:]
    place = torch.searchsorted(reached, target, right=True).clamp(max=width - 1)
    return order.gather(1, place)[:, 0]
