"""The engine on a CUDA device gives the answers of the engine on the CPU."""

import random

import pytest

from taocli.worker.engine.core import EngineLimits, load_engine
from taocli.worker.engine.sequence import Sampling, Sequence
from taocli.worker.training.evaluate import accuracy, shipped_model
from taocli.worker.training.random_model import RandomModel, write_random_model
from taocli.worker.training.task import held_out_questions

torch = pytest.importorskip("torch")
pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]


def answers(directory, device: str, limits: EngineLimits) -> list[list[int]]:
    draw = random.Random(7)
    core = load_engine(directory, device, limits, dtype="float32")
    sequences = [
        Sequence(
            [draw.randrange(5, 261) for _ in range(draw.randint(1, 60))],
            24,
            Sampling(temperature=0.7 if number % 2 else 0.0, seed=number),
            frozenset(),
        )
        for number in range(12)
    ]
    for sequence in sequences:
        core.add(sequence)
    while core.busy:
        core.step()
    assert core.counters().blocks_used == 0
    return [sequence.tokens for sequence in sequences]


@pytest.mark.parametrize("family", ["llama", "mistral", "qwen2", "qwen3"])
@pytest.mark.parametrize("limits", [EngineLimits(), EngineLimits(blocks=16, token_budget=16)])
def test_every_family_answers_as_on_the_cpu(tmp_path, family, limits) -> None:
    folder = write_random_model(tmp_path / family, RandomModel(family, seed=3))
    assert answers(folder, "cuda:0", limits) == answers(folder, "cpu", limits)


def test_the_shipped_model_adds_on_the_gpu() -> None:
    assert accuracy(shipped_model(), held_out_questions()[:200], "cuda:0") >= 0.98
