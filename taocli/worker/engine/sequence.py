"""One request inside the engine: its tokens, how far they are computed, where their memory is."""

import enum
from dataclasses import dataclass, field

from taocli.domain.inference import FinishReason


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen; ``temperature`` 0 takes the likeliest.

    ``top_k`` 0 and ``top_p`` 1 switch those limits off. ``seed`` and the position alone decide the
    draw, so an answer does not depend on what else is running.
    """

    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0
    seed: int = 0


class Phase(enum.Enum):
    """Where a sequence is in its life."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"


@dataclass(eq=False, slots=True)
class Sequence:
    """Tokens of one request. ``computed`` counts positions whose keys and values are in the cache.

    ``deadline`` is on the engine's monotonic clock. ``hashes`` grows with full blocks.
    """

    prompt: list[int]
    max_new: int
    sampling: Sampling
    end_ids: frozenset[int]
    deadline: float | None = None
    phase: Phase = Phase.WAITING
    finish: FinishReason | None = None
    tokens: list[int] = field(default_factory=list)
    computed: int = 0
    blocks: list[int] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tokens = list(self.prompt)

    @property
    def generated(self) -> int:
        """How many tokens were added to the prompt."""
        return len(self.tokens) - len(self.prompt)

    @property
    def pending(self) -> int:
        """How many known tokens are not yet computed; 1 while decoding."""
        return len(self.tokens) - self.computed
