"""Consensus of a subnet with several mechanisms: one epoch each, then one result for the subnet.

Stake, permits and registrations are the same for all; weights, bonds and when they were set are each
mechanism's own. What a neuron earns is the sum over mechanisms, each counted by its share of the alpha, and
so are the published numbers; a permit or activity in one is enough. ``Incentive`` and ``Bonds`` stay apart, under each
mechanism's index. Where commit-reveal is on, a validator's weights do not count for uids registered after
its oldest commit that is still open: what it says there is about somebody else. Source: Subtensor spec 425,
``subnets/mechanism.rs`` and ``epoch/run_epoch.rs``.

A quirk kept: ``Emission`` weighs each mechanism's share twice, so that with two equal mechanisms it shows
half of what was paid.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from taocli.localnet.pallets.subtensor.fixed_math import ONE, multiply
from taocli.localnet.pallets.subtensor.mechanism_index import split_emission, storage_index
from taocli.localnet.pallets.subtensor.weights import Weights
from taocli.localnet.pallets.subtensor.yuma import EpochInput, EpochResult, EpochRules, run_epoch

_U16_MAX = 65535


class MechanismEpochs(Weights):
    """``run_mechanisms``."""

    name = "SubtensorModule"

    def run_mechanisms(
        self, netuid: int, rules: EpochRules, before: EpochInput, alpha: int
    ) -> EpochResult:
        """Run every mechanism's epoch; ``before`` is mechanism 0's, ``alpha`` what the epoch pays.

        Writes incentive and bonds of the others; the result has those of mechanism 0.
        """
        count = int(self.MechanismCountCurrent[netuid])
        results = []
        for mecid in range(count):
            index = storage_index(netuid, mecid)
            given = self._without_late_columns(netuid, index, self._of_mechanism(index, before))
            result = run_epoch(rules, given)
            if mecid:
                self._write_mechanism(index, result)
            results.append(result)
        parts = split_emission(alpha, count, self.MechanismEmissionSplit[netuid])
        return merged(results, parts)

    def _of_mechanism(self, index: int, before: EpochInput) -> EpochInput:
        uids = range(len(before.stakes))
        return replace(
            before,
            last_updates=self.last_updates(index, len(uids)),
            weights=[self.Weights[index, uid] for uid in uids],
            bonds=[self.Bonds[index, uid] for uid in uids],
        )

    def _without_late_columns(self, netuid: int, index: int, given: EpochInput) -> EpochInput:
        """Weights without the uids that came after the validator's oldest open commit."""
        if not self.CommitRevealWeightsEnabled[netuid]:
            return given
        oldest = self._oldest_commits(netuid, index)
        rows = [
            [(column, value) for column, value in row
             if uid not in oldest or oldest[uid] >= given.registered_at[column]]
            for uid, row in enumerate(given.weights)
        ]  # fmt: skip
        return replace(given, weights=rows)

    def _oldest_commits(self, netuid: int, index: int) -> dict[int, int]:
        """The block of each validator's oldest commit that can still be revealed, by uid."""
        blocks: list[tuple[bytes, int]] = []
        for (_, hotkey), commits in self.WeightCommits.items_under(index):
            live = [commit for commit in commits if not self.has_expired(netuid, commit[1])]
            blocks += [(hotkey, live[0][2])] if live else []
        for (_, epoch), entries in self.TimelockedWeightCommits.items_under(index):
            if not self.has_expired(netuid, epoch):
                blocks += [(hotkey, block) for hotkey, block, _, _ in entries]
        oldest: dict[int, int] = {}
        for hotkey, block in blocks:
            uid = self.uid_of(netuid, hotkey)
            if uid is not None:
                oldest[uid] = min(block, oldest.get(uid, block))
        return oldest

    def _write_mechanism(self, index: int, result: EpochResult) -> None:
        self.Incentive[index] = list(result.incentive)
        for uid, row in enumerate(result.bonds):
            if row:
                self.Bonds[index, uid] = list(row)
            elif row is not None:
                del self.Bonds[index, uid]


def merged(results: Sequence[EpochResult], parts: Sequence[int]) -> EpochResult:
    """The subnet's result: sums weighed by the mechanisms' parts of the alpha."""
    first = results[0]
    if len(results) == 1:
        return first
    total = sum(parts)
    weights = [(part << 32) // total for part in parts] if total else [ONE, *[0] * len(results)]

    def weighed(column: Callable[[EpochResult], Sequence[int]], *, cap: int) -> tuple[int, ...]:
        sums = [0] * len(first.active)
        for result, weight in zip(results, weights, strict=False):
            for uid, value in enumerate(column(result)):
                sums[uid] = min(cap, sums[uid] + multiply(value, weight))
        return tuple(sums)

    twice = [
        replace(result, combined_share=tuple(multiply(v, w) for v in result.combined_share))
        for result, w in zip(results, weights, strict=False)
    ]
    results = twice
    return replace(
        first,
        active=tuple(any(flags) for flags in zip(*(r.active for r in results), strict=True)),
        permits=tuple(any(flags) for flags in zip(*(r.permits for r in results), strict=True)),
        stake_weight=weighed(lambda r: r.stake_weight, cap=_U16_MAX),
        consensus=weighed(lambda r: r.consensus, cap=_U16_MAX),
        dividends=weighed(lambda r: r.dividends, cap=_U16_MAX),
        validator_trust=weighed(lambda r: r.validator_trust, cap=_U16_MAX),
        server_share=weighed(lambda r: r.server_share, cap=ONE),
        validator_share=weighed(lambda r: r.validator_share, cap=ONE),
        combined_share=weighed(lambda r: r.combined_share, cap=ONE),
    )
