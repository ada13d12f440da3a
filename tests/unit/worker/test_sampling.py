"""Drawing follows the distribution, its limits and nothing but the seed."""

import torch

from taocli.worker.engine.sample import sample, uniform
from taocli.worker.engine.sequence import Sampling

LOGITS = torch.tensor([0.5, 0.3, 0.15, 0.05]).log()


def draws(count: int, **fields) -> list[int]:
    rows = LOGITS.repeat(count, 1)
    settings = [Sampling(temperature=1.0, seed=seed, **fields) for seed in range(count)]
    return sample(rows, settings, [0] * count)


def test_greedy_and_drawn_rows_share_a_batch() -> None:
    settings = [Sampling(), Sampling(temperature=1.0, seed=1), Sampling()]
    tokens = sample(torch.stack([LOGITS, LOGITS, LOGITS.flip(0)]), settings, [3, 3, 3])
    assert (tokens[0], tokens[2]) == (0, 3)
    assert tokens[1] == sample(LOGITS[None], settings[1:2], [3])[0]


def test_frequencies_follow_the_probabilities() -> None:
    counts = torch.bincount(torch.tensor(draws(4000)), minlength=4) / 4000
    assert torch.allclose(counts, LOGITS.exp(), atol=0.03)


def test_top_k_and_top_p_cut_the_tail() -> None:
    assert set(draws(300, top_k=2)) == {0, 1}
    assert set(draws(300, top_p=0.79)) == {0, 1}
    assert set(draws(300, top_p=0.81)) == {0, 1, 2}
    assert set(draws(50, top_p=0.0)) == {0}
    assert set(draws(50, top_k=1)) == {0}


def test_positions_and_seeds_give_different_numbers() -> None:
    numbers = {uniform(seed, position) for seed in range(20) for position in range(20)}
    assert len(numbers) == 400
    assert all(0 <= number < 1 for number in numbers)
