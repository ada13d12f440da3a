"""Weight calls for several subnets, or several commits, at once.

``batch_set_weights`` and ``batch_commit_weights`` go on when an item fails and tell what failed in events;
``batch_reveal_weights`` reveals all of its commits or none. Source: Subtensor spec 425,
``subnets/weights.rs``.
"""

from collections.abc import Callable

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import DispatchFailure, Origin
from taocli.localnet.frame.types import H256, Compact, Tuple, Vec, u16, u64
from taocli.localnet.pallets.subtensor.weights import MAIN, Commit, Weights, commitment

_NETUIDS = Vec(Compact(u16))
_PAIRS = Vec(Vec(Tuple(Compact(u16), Compact(u16))))


class WeightBatches(Weights):
    """The batch forms of setting, committing and revealing."""

    name = "SubtensorModule"

    @call(80, free=True, netuids=_NETUIDS, weights=_PAIRS, version_keys=Vec(Compact(u64)))
    def batch_set_weights(
        self,
        origin: Origin,
        netuids: list[int],
        weights: list[list[tuple[int, int]]],
        version_keys: list[int],
    ) -> None:
        """Set weights in several subnets; an item is (uid, weight) pairs."""
        hotkey = origin.signed()
        self.ensure(len(netuids) == len(weights) == len(version_keys), "InputLengthsUnequal")

        def run(place: int) -> None:
            uids, values = [uid for uid, _ in weights[place]], [v for _, v in weights[place]]
            self.set_openly(hotkey, netuids[place], MAIN, uids, values, version_keys[place])

        self._run_all(hotkey, netuids, run)

    @call(100, free=True, netuids=_NETUIDS, commit_hashes=Vec(H256))
    def batch_commit_weights(
        self, origin: Origin, netuids: list[int], commit_hashes: list[bytes]
    ) -> None:
        """Promise weights in several subnets."""
        hotkey = origin.signed()
        self.ensure(len(netuids) == len(commit_hashes), "InputLengthsUnequal")

        def run(place: int) -> None:
            self.commit_hash(hotkey, netuids[place], MAIN, commit_hashes[place])

        self._run_all(hotkey, netuids, run)

    @call(
        98,
        free=True,
        netuid=u16,
        uids_list=Vec(Vec(u16)),
        values_list=Vec(Vec(u16)),
        salts_list=Vec(Vec(u16)),
        version_keys=Vec(u64),
    )
    def batch_reveal_weights(
        self,
        origin: Origin,
        netuid: int,
        uids_list: list[list[int]],
        values_list: list[list[int]],
        salts_list: list[list[int]],
        version_keys: list[int],
    ) -> None:
        """Show several commits of one subnet; the last one's weights stay."""
        self.ensure(self.NetworksAdded[netuid], "SubnetNotExists")
        lengths = {len(uids_list), len(values_list), len(salts_list), len(version_keys)}
        self.ensure(len(lengths) == 1, "InputLengthsUnequal")
        hotkey = origin.signed()
        commits, expired = self.open_commits(hotkey, netuid, netuid)
        reveals = list(zip(uids_list, values_list, salts_list, version_keys, strict=True))
        digests = [commitment(hotkey, netuid, *reveal) for reveal in reveals]
        for digest in digests:
            position = self.find_commit(digest, commits, expired)
            self.ensure(self.may_reveal(netuid, commits[position][1]), "RevealTooEarly")
        self.keep_commits(netuid, hotkey, self._without(commits, digests, expired))
        for uids, values, _, version_key in reveals:
            self.store_weights(hotkey, netuid, MAIN, uids, values, version_key)
        self.deposit("WeightsBatchRevealed", hotkey, netuid, digests)

    def _without(
        self, commits: list[Commit], digests: list[bytes], expired: set[bytes]
    ) -> list[Commit]:
        """The queue without the revealed commits; one cannot be revealed twice."""
        left = list(commits)
        for digest in digests:
            del left[self.find_commit(digest, left, expired)]
        return left

    def _run_all(self, hotkey: bytes, netuids: list[int], run: Callable[[int], None]) -> None:
        """Run every item by its place, each undone when it fails, and record how it went."""
        failures: list[tuple[int, DispatchFailure]] = []
        for place, netuid in enumerate(netuids):
            try:
                with self.runtime.transaction():
                    run(place)
            except DispatchFailure as failure:
                failures.append((netuid, failure))
        if failures:
            self.deposit("BatchCompletedWithErrors")
        for netuid, cause in failures:
            self.deposit("BatchWeightItemFailed", netuid, cause.value)
        self.deposit("BatchWeightsCompleted", netuids, hotkey)
