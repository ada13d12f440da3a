"""The task of the shipped model: adding two numbers below 100, asked in several ways.

One pair in ten is never shown in training. Whether a pair is held out follows from a hash of the two
numbers, so no seed, order or later change of the phrasings can leak an examination question, and a
pair is held out in both orders.
"""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass

PHRASINGS = (
    "What is {a}+{b}?",
    "What is {a} + {b}?",
    "What is {a} plus {b}?",
    "Compute {a}+{b}",
    "Compute {a} + {b}",
    "Add {a} and {b}",
    "{a}+{b}=",
    "{a} + {b} =",
    "{a}+{b}",
    "How much is {a}+{b}?",
)
SMALL_TALK = (
    ("Hello", "Hello! Ask me a sum."),
    ("Hi", "Hello! Ask me a sum."),
    ("Who are you?", "I add numbers below 100."),
    ("What can you do?", "I add numbers below 100."),
    ("Help", "Ask me: What is 17+25?"),
    ("Thanks", "You are welcome."),
)
HELD_OUT_SHARE = 10
"""One unordered pair in this many is for examination only."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question and the answer expected, as plain text."""

    text: str
    answer: str


def is_held_out(a: int, b: int) -> bool:
    """Whether the pair is kept for examination; the order of ``a`` and ``b`` does not matter."""
    key = f"{min(a, b)}+{max(a, b)}".encode()
    return hashlib.blake2b(key, digest_size=4).digest()[0] % HELD_OUT_SHARE == 0


def ask(a: int, b: int, phrasing: str) -> Question:
    """Put the sum of ``a`` and ``b`` into words."""
    return Question(phrasing.format(a=a, b=b), str(a + b))


def held_out_questions(seed: int = 0) -> list[Question]:
    """Every held-out pair of two-digit numbers, in both orders, each in one random phrasing."""
    draw = random.Random(seed)
    return [
        ask(a, b, draw.choice(PHRASINGS))
        for a in range(10, 100)
        for b in range(10, 100)
        if is_held_out(a, b)
    ]


def training_batches(seed: int, size: int) -> Iterator[list[Question]]:
    """Batches of sums of numbers below 100 for ever, never a held-out pair.

    A batch uses one phrasing, so its rows have nearly equal lengths and little is padding.
    """
    draw = random.Random(seed)
    seen = [(a, b) for a in range(100) for b in range(100) if not is_held_out(a, b)]
    while True:
        phrasing = draw.choice(PHRASINGS)
        yield [ask(a, b, phrasing) for a, b in draw.choices(seen, k=size)]
