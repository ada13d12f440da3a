"""What the miner asks of a model worker, and what comes back."""

import enum
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn of a conversation; ``role`` is system, user or assistant."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """A chat completion to run.

    ``deadline_s`` is the time in seconds the caller will wait, counted from submission;
    ``temperature`` 0 is greedy; the same ``seed`` gives the same answer whatever else is running.
    """

    messages: tuple[ChatMessage, ...]
    max_tokens: int = 256
    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0
    seed: int = 0
    stop: tuple[str, ...] = ()
    deadline_s: float | None = None


class FinishReason(enum.Enum):
    """Why a generation ended."""

    STOP = "stop"
    LENGTH = "length"
    CANCELLED = "cancelled"
    DEADLINE = "deadline"


@dataclass(frozen=True, slots=True)
class GenerationChunk:
    """A piece of an answer: new ``text``, the tokens so far, and on the last piece the reason."""

    text: str
    prompt_tokens: int
    completion_tokens: int
    finish: FinishReason | None = None
