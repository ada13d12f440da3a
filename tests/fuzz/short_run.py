"""A short run that is the same every time: seeds, then mutations of them, without any guidance by coverage.

It cannot replace ``python -m tests.fuzz``; it keeps the harness honest and finds what is near the surface, in seconds.
"""

import random

from .corpus import SECRETS, seeds_of
from .mutation import Mutator
from .targets import Target
from .watching import Finding, cheap_derivations, watch

_ONE_IN = 4  # so often a mutation starts from an earlier one, which seldom passes a first check


def short_run(target: Target, count: int, seed: int = 1) -> list[Finding]:
    """Every seed of the target and ``count`` mutated inputs; one finding for each bug."""
    with cheap_derivations():
        seeds = seeds_of(target.name)
        found = [_watched(target, data) for data in (*seeds, *mutated(target, seeds, count, seed))]
    return list({finding.name: finding for finding in reversed(found) if finding}.values())


def mutated(target: Target, seeds: list[bytes], count: int, seed: int) -> list[bytes]:
    """``count`` inputs made from the seeds and, now and then, from one another; the same for the same seed."""
    choice, mutator = random.Random(seed), Mutator(seed)
    made: list[bytes] = []
    for _ in range(count):
        start = made if made and not choice.randrange(_ONE_IN) else seeds
        made.append(mutator.mutate(choice.choice(start), target.max_bytes, choice.choice(seeds)))
    return made


def _watched(target: Target, data: bytes) -> Finding | None:
    return watch(target.name, target.run, data, bounds=target.bounds, secrets=SECRETS)
