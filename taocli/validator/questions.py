"""Questions whose answers can be checked: sums of two numbers of one or two digits.

The order is seeded, so two validators with the same seed ask the same questions and a run can be
repeated. Nothing is known to the miner in advance.
"""

import random
import re
from dataclasses import dataclass

_PHRASES = ("What is {a}+{b}?", "What is {a} plus {b}?", "Compute {a}+{b}")
_NUMBER = re.compile(r"^\s*(\d{1,6})\s*\.?\s*$")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and the only right answer."""

    text: str
    answer: int

    def is_right(self, completion: str) -> bool:
        """Whether the completion is the number and nothing else."""
        match = _NUMBER.match(completion)
        return match is not None and int(match.group(1)) == self.answer


class QuestionSource:
    """An endless, seeded supply of questions."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def draw(self, count: int) -> tuple[Question, ...]:
        """The next ``count`` questions."""
        return tuple(self._next() for _ in range(count))

    def _next(self) -> Question:
        first, second = self._random.randrange(100), self._random.randrange(100)
        phrase = self._random.choice(_PHRASES)
        return Question(phrase.format(a=first, b=second), first + second)
