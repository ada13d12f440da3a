"""The step: plan, run the decoder once, sample, record.

Token ids go in and come out; text is the business of ``text``. Nothing here is thread-safe: one thread
owns an engine.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch

from taocli.domain.errors import InvalidRequest, UnsupportedModel
from taocli.domain.inference import FinishReason
from taocli.worker.engine.blocks import BlockPool
from taocli.worker.engine.cache import PagedCache
from taocli.worker.engine.config import ModelConfig, load_config
from taocli.worker.engine.load import load_weights
from taocli.worker.engine.network import Network
from taocli.worker.engine.sample import sample
from taocli.worker.engine.schedule import Piece, Scheduler
from taocli.worker.engine.sequence import Sequence

DTYPES = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}
CPU_CACHE_BYTES = 1 << 30
GPU_CACHE_SHARE = 0.85
"""Share of the memory left after loading the weights that the attention cache takes on a GPU."""


@dataclass(frozen=True, slots=True)
class EngineLimits:
    """How much an engine takes on; ``blocks`` None sizes the cache from the memory there is."""

    blocks: int | None = None
    block_size: int = 16
    max_batch: int = 64
    token_budget: int = 512
    max_cached_tokens: int = 1 << 20


@dataclass(frozen=True, slots=True)
class Progress:
    """What a step did to one sequence: a new ``token``, or the reason it ended, or both."""

    sequence: Sequence
    token: int | None
    finish: FinishReason | None


@dataclass(frozen=True, slots=True)
class EngineCounters:
    """Totals since the start, and what is held now."""

    running: int
    waiting: int
    steps: int
    prompt_tokens: int
    generated_tokens: int
    prefix_hits: int
    preemptions: int
    blocks_used: int
    blocks_total: int


class EngineCore:
    """A decoder, its cache and its schedule."""

    def __init__(
        self,
        network: Network,
        limits: EngineLimits,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.network = network
        self.config: ModelConfig = network.config
        self.clock = clock
        blocks = limits.blocks or cache_blocks(network, limits)
        self._pool = BlockPool(blocks, limits.block_size)
        self._cache = PagedCache(
            network.config, blocks, limits.block_size, network.device, network.dtype
        )
        self._scheduler = Scheduler(self._pool, limits.max_batch, limits.token_budget)
        self._steps = self._prompt_tokens = self._generated_tokens = 0

    @property
    def max_tokens(self) -> int:
        """The longest sequence, prompt included, that can be served."""
        return min(self.config.max_positions, self._pool.total * self._pool.block_size)

    @property
    def busy(self) -> bool:
        """Whether a step would find work."""
        return bool(self._scheduler.running or self._scheduler.waiting)

    def counters(self) -> EngineCounters:
        """Totals and current use."""
        return EngineCounters(
            running=len(self._scheduler.running),
            waiting=len(self._scheduler.waiting),
            steps=self._steps,
            prompt_tokens=self._prompt_tokens,
            generated_tokens=self._generated_tokens,
            prefix_hits=self._scheduler.prefix_hits,
            preemptions=self._scheduler.preemptions,
            blocks_used=self._pool.used,
            blocks_total=self._pool.total,
        )

    def add(self, sequence: Sequence) -> None:
        """Queue a sequence; ``InvalidRequest`` when its prompt leaves no room for an answer."""
        if not sequence.prompt or len(sequence.prompt) >= self.max_tokens:
            raise InvalidRequest(
                f"The prompt has {len(sequence.prompt)} tokens.",
                why=f"This model serves at most {self.max_tokens} tokens, answer included.",
                fix="Send a shorter conversation.",
            )
        if not all(0 <= token < self.config.vocabulary for token in sequence.prompt):
            raise InvalidRequest(
                "The prompt holds a token that the model does not know.",
                why="The tokenizer and the weights in the directory do not belong together.",
                fix="Download the model again, all files from the same revision.",
            )
        sequence.max_new = max(1, min(sequence.max_new, self.max_tokens - len(sequence.prompt)))
        self._prompt_tokens += len(sequence.prompt)
        self._scheduler.add(sequence)

    def cancel(self, sequence: Sequence) -> None:
        """Stop a sequence and free its blocks; one that has ended is left alone."""
        self._scheduler.finish(sequence, FinishReason.CANCELLED)

    def stop(self, sequence: Sequence) -> None:
        """End a sequence whose text reached a stop string."""
        self._scheduler.finish(sequence, FinishReason.STOP)

    @torch.inference_mode()
    def step(self) -> list[Progress]:
        """Compute one plan; return what changed, in the order of the plan."""
        late = self._scheduler.expire(self.clock())
        progress = [Progress(sequence, None, sequence.finish) for sequence in late]
        pieces = self._scheduler.plan()
        if not pieces:
            return progress
        inputs = self._cache.inputs(pieces)
        logits = self.network.forward(
            inputs.tokens, inputs.positions, partial(self._cache.attend, inputs), inputs.last_rows
        )
        tokens = sample(
            logits,
            [piece.sequence.sampling for piece in pieces],
            [len(piece.sequence.tokens) for piece in pieces],
        )
        self._steps += 1
        for piece, token in zip(pieces, tokens, strict=True):
            samples = piece.samples
            self._scheduler.complete(piece)
            if samples:
                progress.append(self._append(piece, token))
        return progress

    def _append(self, piece: Piece, token: int) -> Progress:
        sequence = piece.sequence
        sequence.tokens.append(token)
        self._generated_tokens += 1
        if token in sequence.end_ids:
            self._scheduler.finish(sequence, FinishReason.STOP)
        elif sequence.generated >= sequence.max_new:
            self._scheduler.finish(sequence, FinishReason.LENGTH)
        return Progress(sequence, token, sequence.finish)


def cache_blocks(network: Network, limits: EngineLimits) -> int:
    """How many blocks the device has room for."""
    config = network.config
    per_token = config.layers * 2 * config.kv_heads * config.head_dim * network.dtype.itemsize
    if network.device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(network.device)
        room = int(free * GPU_CACHE_SHARE)
    else:
        room = CPU_CACHE_BYTES
    wanted = min(limits.max_cached_tokens, limits.max_batch * config.max_positions)
    return max(2, min(room // per_token, wanted) // limits.block_size)


def load_engine(
    directory: Path,
    device: str = "cpu",
    limits: EngineLimits | None = None,
    dtype: str | None = None,
) -> EngineCore:
    """Load a model directory; the CPU computes in float32, a GPU in the checkpoint's own type."""
    config = load_config(directory)
    target = torch.device(device)
    name = dtype or ("float32" if target.type == "cpu" else config.dtype)
    if name not in DTYPES:
        raise UnsupportedModel(
            f"The engine does not compute in {name!r}.",
            why=f"It computes in {', '.join(DTYPES)}.",
            fix="Choose a checkpoint of one of these types.",
        )
    weights = load_weights(directory, config, target, DTYPES[name])
    return EngineCore(Network(config, weights), limits or EngineLimits())
