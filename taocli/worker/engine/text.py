"""Conversations in, pieces of text out: the engine as its server sees it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from taocli.domain.inference import FinishReason, GenerationChunk, GenerationRequest
from taocli.worker.engine.core import EngineCore, EngineCounters, EngineLimits, load_engine
from taocli.worker.engine.sequence import Sampling, Sequence
from taocli.worker.engine.tokenizer import ChatTokenizer, Detokenizer, StopText


@dataclass(eq=False, slots=True)
class Answer:
    """A request under way."""

    sequence: Sequence
    detokenizer: Detokenizer
    stop: StopText
    completion_tokens: int = 0


class TextEngine:
    """One model answering many conversations; owned by one thread.

    ``submit`` takes a number chosen by the caller, and ``step`` returns pieces under those numbers.
    """

    def __init__(self, core: EngineCore, tokenizer: ChatTokenizer) -> None:
        self._core = core
        self._tokenizer = tokenizer
        self._answers: dict[int, Answer] = {}
        self._numbers: dict[Sequence, int] = {}
        end = tokenizer.mark_id("eos_token")
        self._end_ids = frozenset(core.config.end_ids) | ({end} if end is not None else set())

    @classmethod
    def load(
        cls, directory: Path, device: str = "cpu", limits: EngineLimits | None = None
    ) -> "TextEngine":
        """Load tokenizer and weights; ``ModelInvalid`` or ``UnsupportedModel`` say what is wrong."""
        tokenizer = ChatTokenizer(directory)
        return cls(load_engine(directory, device, limits), tokenizer)

    @property
    def busy(self) -> bool:
        """Whether a step would find work."""
        return self._core.busy

    def counters(self) -> EngineCounters:
        """Totals and current use."""
        return self._core.counters()

    def submit(self, number: int, request: GenerationRequest) -> None:
        """Queue a conversation; ``InvalidRequest`` when it cannot be served."""
        sequence = Sequence(
            prompt=self._tokenizer.encode_chat(request.messages),
            max_new=request.max_tokens,
            sampling=Sampling(request.temperature, request.top_k, request.top_p, request.seed),
            end_ids=self._end_ids,
            deadline=None
            if request.deadline_s is None
            else self._core.clock() + request.deadline_s,
        )
        self._core.add(sequence)
        answer = Answer(sequence, Detokenizer(self._tokenizer), StopText(request.stop))
        self._answers[number], self._numbers[sequence] = answer, number

    def cancel(self, number: int) -> None:
        """Stop a conversation; its blocks are free at once and no further piece comes."""
        answer = self._answers.pop(number, None)
        if answer is not None:
            del self._numbers[answer.sequence]
            self._core.cancel(answer.sequence)

    def step(self) -> Iterator[tuple[int, GenerationChunk]]:
        """Run one step and yield the pieces it finished."""
        for progress in self._core.step():
            number = self._numbers[progress.sequence]
            chunk = self._advance(self._answers[number], progress.token, progress.finish)
            if chunk.finish is not None:
                del self._answers[number], self._numbers[progress.sequence]
            if chunk.text or chunk.finish is not None:
                yield number, chunk

    def _advance(
        self, answer: Answer, token: int | None, finish: FinishReason | None
    ) -> GenerationChunk:
        text = ""
        if token is not None:
            answer.completion_tokens += 1
            ended = finish is FinishReason.STOP
            piece = "" if ended else answer.detokenizer.push(token)
            text, stopped = answer.stop.push(piece)
            if stopped and finish is None:
                self._core.stop(answer.sequence)
            finish = FinishReason.STOP if stopped else finish
            if stopped:
                answer.detokenizer = Detokenizer(self._tokenizer)
        if finish is not None:
            rest, stopped = answer.stop.push(answer.detokenizer.flush())
            text += rest + ("" if stopped else answer.stop.flush())
        return GenerationChunk(text, len(answer.sequence.prompt), answer.completion_tokens, finish)
