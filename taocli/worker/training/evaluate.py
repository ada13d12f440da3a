"""Examine a sums model through the engine: ``python -m taocli.worker.training.evaluate``.

Every held-out pair of two-digit numbers is asked in both orders, as a chat, greedily, with continuous
batching: the same path that a validator's question takes.
"""

import argparse
import sys
from importlib.resources import files
from pathlib import Path

from taocli.domain.inference import ChatMessage, GenerationRequest
from taocli.worker.engine.core import EngineLimits
from taocli.worker.engine.text import TextEngine
from taocli.worker.training.task import Question, held_out_questions


def shipped_model() -> Path:
    """The directory of the model that comes with taocli."""
    return Path(str(files("taocli.models.sums")))


def answers(directory: Path, questions: list[Question], device: str = "cpu") -> list[str]:
    """What the model in ``directory`` answers to each question."""
    engine = TextEngine.load(directory, device, EngineLimits(max_batch=256))
    texts = [""] * len(questions)
    for number, question in enumerate(questions):
        chat = (ChatMessage("user", question.text),)
        engine.submit(number, GenerationRequest(chat, max_tokens=32))
    while engine.busy:
        for number, chunk in engine.step():
            texts[number] += chunk.text
    return texts


def accuracy(directory: Path, questions: list[Question], device: str = "cpu") -> float:
    """Share of questions answered exactly right."""
    given = answers(directory, questions, device)
    right = sum(text == question.answer for text, question in zip(given, questions, strict=True))
    return right / len(questions)


def main() -> None:
    """Print the share of held-out two-digit sums answered right; exit 1 below 98 %."""
    parser = argparse.ArgumentParser(description="Examine a sums model on unseen sums.")
    parser.add_argument("--model", type=Path, default=shipped_model())
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    questions = held_out_questions()
    share = accuracy(options.model, questions, options.device)
    sys.stdout.write(f"{len(questions)} unseen two-digit sums, {100 * share:.2f} % right\n")
    sys.exit(0 if share >= 0.98 else 1)


if __name__ == "__main__":
    main()
