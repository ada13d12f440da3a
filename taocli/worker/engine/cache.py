"""Attention memory on the device and attention over it.

Keys and values are one tensor [layers, 2, slots, kv_heads, head_dim]; slot ``block * block_size + i`` is
position i of a block. A step first writes its new keys and values, then every sequence attends to all
slots it holds. Sequences with one new position are answered together (padded to the longest); pieces of
prompts one by one.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from taocli.worker.engine.config import ModelConfig
from taocli.worker.engine.schedule import Piece


@dataclass(frozen=True, slots=True)
class PromptPiece:
    """Rows ``first`` to ``first + count`` of a step, after ``start`` earlier positions.

    ``slots`` [start + count] lists the cache slots to attend to; ``mask`` is None when start is 0.
    """

    first: int
    count: int
    slots: Tensor
    mask: Tensor | None


@dataclass(frozen=True, slots=True)
class StepInputs:
    """A plan as tensors; the first ``singles`` rows are sequences with one new position."""

    tokens: Tensor
    positions: Tensor
    slots: Tensor
    last_rows: Tensor
    singles: int
    single_slots: Tensor | None
    single_mask: Tensor | None
    prompts: tuple[PromptPiece, ...]


class PagedCache:
    """Keys and values of every sequence, on one device."""

    def __init__(
        self,
        config: ModelConfig,
        blocks: int,
        block_size: int,
        device: torch.device,
        dtype: torch.dtype,
    ) -> None:
        self.block_size = block_size
        self.grouped = config.heads != config.kv_heads
        self.device = device
        shape = (config.layers, 2, blocks * block_size, config.kv_heads, config.head_dim)
        self.memory = torch.zeros(shape, device=device, dtype=dtype)

    def inputs(self, pieces: list[Piece]) -> StepInputs:
        """Lay out a plan whose pieces are sorted by count."""
        tokens: list[int] = []
        positions: list[int] = []
        slots: list[int] = []
        last_rows: list[int] = []
        prompts: list[PromptPiece] = []
        singles = sum(piece.count == 1 for piece in pieces)
        for piece in pieces:
            end = piece.start + piece.count
            blocks = piece.sequence.blocks
            slots += [
                blocks[position // self.block_size] * self.block_size + position % self.block_size
                for position in range(piece.start, end)
            ]
            if piece.count > 1:
                prompts.append(self._prompt(piece, len(tokens)))
            tokens += piece.sequence.tokens[piece.start : end]
            positions += range(piece.start, end)
            last_rows.append(len(tokens) - 1)
        single_slots, single_mask = self._singles(pieces[:singles]) if singles else (None, None)
        return StepInputs(
            tokens=self._integers(tokens),
            positions=self._integers(positions),
            slots=self._integers(slots),
            last_rows=self._integers(last_rows),
            singles=singles,
            single_slots=single_slots,
            single_mask=single_mask,
            prompts=tuple(prompts),
        )

    def attend(
        self, inputs: StepInputs, layer: int, query: Tensor, key: Tensor, value: Tensor
    ) -> Tensor:
        """Store ``key`` and ``value`` [T, K, D], then attend: ``query`` [T, H, D] to [T, H, D]."""
        keys, values = self.memory[layer, 0], self.memory[layer, 1]
        keys[inputs.slots] = key
        values[inputs.slots] = value
        parts: list[Tensor] = []
        if inputs.single_slots is not None:
            rows = query[: inputs.singles, :, None]
            near = keys[inputs.single_slots].transpose(1, 2)
            held = values[inputs.single_slots].transpose(1, 2)
            parts.append(self._mix(rows, near, held, inputs.single_mask, causal=False)[:, :, 0])
        for piece in inputs.prompts:
            rows = query[piece.first : piece.first + piece.count].transpose(0, 1)[None]
            near = keys[piece.slots].transpose(0, 1)[None]
            held = values[piece.slots].transpose(0, 1)[None]
            mixed = self._mix(rows, near, held, piece.mask, causal=piece.mask is None)
            parts.append(mixed[0].transpose(0, 1))
        return torch.cat(parts) if len(parts) > 1 else parts[0]

    def _mix(
        self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, causal: bool
    ) -> Tensor:
        return functional.scaled_dot_product_attention(
            query, key, value, attn_mask=mask, is_causal=causal, enable_gqa=self.grouped
        )

    def _prompt(self, piece: Piece, first: int) -> PromptPiece:
        end = piece.start + piece.count
        table = self._integers(piece.sequence.blocks[: -(-end // self.block_size)])
        mask = None
        if piece.start:
            shape = (piece.count, end)
            mask = torch.ones(shape, dtype=torch.bool, device=self.device).tril(piece.start)
        return PromptPiece(first, piece.count, self._slots(table)[:end], mask)

    def _slots(self, table: Tensor) -> Tensor:
        """Every slot of the blocks in ``table`` [..., M], as [..., M * block_size]."""
        offsets = torch.arange(self.block_size, device=self.device)
        return (table[..., None] * self.block_size + offsets).flatten(-2)

    def _singles(self, pieces: list[Piece]) -> tuple[Tensor, Tensor]:
        lengths = [piece.start + 1 for piece in pieces]
        widest = -(-max(lengths) // self.block_size)
        table = self._integers(
            [
                piece.sequence.blocks[:widest] + [0] * (widest - len(piece.sequence.blocks))
                for piece in pieces
            ]
        )
        slots = self._slots(table)
        reach = torch.arange(slots.shape[1], device=self.device)
        mask = reach < self._integers(lengths)[:, None]
        return slots, mask[:, None, None]

    def _integers(self, values: list[int] | list[list[int]]) -> Tensor:
        return torch.tensor(values, dtype=torch.int64, device=self.device)
