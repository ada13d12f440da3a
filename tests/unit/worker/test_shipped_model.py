"""The model in the package: small, and right on sums it never saw."""

import random

from taocli.worker.training.evaluate import accuracy, answers, shipped_model
from taocli.worker.training.task import (
    PHRASINGS,
    Question,
    held_out_questions,
    is_held_out,
    training_batches,
)


def test_it_is_small() -> None:
    assert sum(path.stat().st_size for path in shipped_model().glob("*.safetensors")) <= 4_000_000


def test_it_is_right_on_98_percent_of_a_sample_of_unseen_sums() -> None:
    sampled = random.Random(4).sample(held_out_questions(seed=9), 200)
    assert accuracy(shipped_model(), sampled) >= 0.98


def test_it_answers_every_phrasing_and_greets() -> None:
    asked = [Question(phrasing.format(a=17, b=25), "42") for phrasing in PHRASINGS]
    assert answers(shipped_model(), asked) == ["42"] * len(asked)
    assert answers(shipped_model(), [Question("Hello", "")]) == ["Hello! Ask me a sum."]


def test_training_never_shows_an_examination_pair() -> None:
    batches = training_batches(seed=1, size=500)
    held_out = {
        phrasing.format(a=a, b=b)
        for phrasing in PHRASINGS
        for a in range(100)
        for b in range(100)
        if is_held_out(a, b)
    }
    assert not any(question.text in held_out for _ in range(5) for question in next(batches))
    assert all(is_held_out(b, a) for a, b in ((10, 20), (37, 58)) if is_held_out(a, b))
