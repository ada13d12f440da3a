"""Validators' weights, set openly or committed first and revealed later.

Where commit-reveal is on, a validator first promises weights by their hash and shows them exactly
``RevealPeriodEpochs`` epochs later, so that nobody can copy weights that still count. Checks run in the
chain's order, because clients show the first error. Every mechanism of a subnet has weights of its own
(``mechanism_index``). Weights are stored scaled so that the largest is 65535; explicit zeros stay. Source:
Subtensor spec 425, ``subnets/weights.rs``.

An epoch that is due in this block counts as begun: its number is what commits and reveals of the block
go by. A commit is stored as (hash, its epoch, its block, 0). Setting weights stamps ``LastUpdate``; with
commit-reveal the commit does, and the reveal does not.
"""

from collections.abc import Sequence

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import Origin
from taocli.localnet.frame.storage import blake2_256
from taocli.localnet.frame.types import H256, AccountId, Tuple, Vec, u16, u64
from taocli.localnet.pallets.subtensor.fixed_math import max_upscaled
from taocli.localnet.pallets.subtensor.inheritance import Inheritance
from taocli.localnet.pallets.subtensor.mechanism_index import storage_index
from taocli.localnet.pallets.subtensor.shares import ROOT

MAX_UNREVEALED = 10
MAIN = 0
"""The mechanism that calls without a ``mecid`` mean."""

Commit = tuple[bytes, int, int, int]
_LONGEST_WAIT = 50_400
_COMMITTED = Tuple(AccountId, u16, Vec(u16), Vec(u16), Vec(u16), u64)


class Weights(Inheritance):
    """``set_weights``, ``commit_weights`` and ``reveal_weights``, and the rules behind all weight calls."""

    name = "SubtensorModule"

    @call(0, free=True, netuid=u16, dests=Vec(u16), weights=Vec(u16), version_key=u64)
    def set_weights(
        self, origin: Origin, netuid: int, dests: list[int], weights: list[int], version_key: int
    ) -> None:
        """Set the signing hotkey's weights where they are not committed first."""
        hotkey = origin.signed()
        self.set_openly(hotkey, netuid, MAIN, dests, weights, version_key)

    @call(96, free=True, netuid=u16, commit_hash=H256)
    def commit_weights(self, origin: Origin, netuid: int, commit_hash: bytes) -> None:
        """Promise weights by their hash."""
        self.commit_hash(origin.signed(), netuid, MAIN, commit_hash)

    @call(97, free=True, netuid=u16, uids=Vec(u16), values=Vec(u16), salt=Vec(u16), version_key=u64)
    def reveal_weights(
        self,
        origin: Origin,
        netuid: int,
        uids: list[int],
        values: list[int],
        salt: list[int],
        version_key: int,
    ) -> None:
        """Show what was committed, in the epoch set for it."""
        self.reveal(origin.signed(), netuid, MAIN, uids, values, salt, version_key)

    def set_openly(
        self,
        hotkey: bytes,
        netuid: int,
        mecid: int,
        uids: Sequence[int],
        values: Sequence[int],
        version_key: int,
    ) -> None:
        """Set weights that nobody promised; refused where commit-reveal is on."""
        self.ensure(not self.CommitRevealWeightsEnabled[netuid], "CommitRevealEnabled")
        self.store_weights(hotkey, netuid, mecid, uids, values, version_key)

    def commit_hash(self, hotkey: bytes, netuid: int, mecid: int, digest: bytes) -> None:
        """Add a promise to the hotkey's queue; expired ones leave it."""
        self.ensure_can_commit(hotkey, netuid)
        self.ensure_mechanism(netuid, mecid)
        index = storage_index(netuid, mecid)
        self.ensure(self.CommitRevealWeightsEnabled[netuid], "CommitRevealDisabled")
        uid = self.ensure_rested_uid(hotkey, netuid, mecid)
        commits = self._unexpired(netuid, self.WeightCommits[index, hotkey] or [])
        self.ensure(len(commits) < MAX_UNREVEALED, "TooManyUnrevealedCommits")
        entry = (digest, self.current_epoch(netuid), self.block_number, 0)
        self.WeightCommits[index, hotkey] = [*commits, entry]
        self.deposit("WeightsCommitted", hotkey, index, digest)
        self.touch_weights(index, uid)

    def reveal(
        self,
        hotkey: bytes,
        netuid: int,
        mecid: int,
        uids: list[int],
        values: list[int],
        salt: list[int],
        version_key: int,
    ) -> None:
        """Show what was promised; it and older promises leave the queue."""
        self.ensure(self.NetworksAdded[netuid], "SubnetNotExists")
        index = storage_index(netuid, mecid)
        digest = commitment(hotkey, index, uids, values, salt, version_key)
        commits, expired = self.open_commits(hotkey, netuid, index)
        if not commits:
            self.fail("ExpiredWeightCommit" if digest in expired else "NoWeightsCommitFound")
        position = self.find_commit(digest, commits, expired)
        self.ensure(self.may_reveal(netuid, commits[position][1]), "RevealTooEarly")
        self.keep_commits(index, hotkey, commits[position + 1 :])
        self.store_weights(hotkey, netuid, mecid, uids, values, version_key)
        self.deposit("WeightsRevealed", hotkey, index, digest)

    def open_commits(
        self, hotkey: bytes, netuid: int, index: int
    ) -> tuple[list[Commit], set[bytes]]:
        """The hotkey's commits that may still be revealed, and the hashes of those that may not."""
        self.ensure(self.CommitRevealWeightsEnabled[netuid], "CommitRevealDisabled")
        stored: list[Commit] | None = self.WeightCommits[index, hotkey]
        if stored is None:
            self.fail("NoWeightsCommitFound")
        commits = self._unexpired(netuid, stored)
        return commits, {commit[0] for commit in stored[: len(stored) - len(commits)]}

    def find_commit(self, digest: bytes, commits: list[Commit], expired: set[bytes]) -> int:
        """The place of a hash in the queue, or the error that it deserves."""
        position = next((i for i, commit in enumerate(commits) if commit[0] == digest), None)
        if position is None:
            wrong = "InvalidRevealCommitHashNotMatch"
            self.fail("ExpiredWeightCommit" if digest in expired else wrong)
        return position

    def keep_commits(self, index: int, hotkey: bytes, commits: list[Commit]) -> None:
        """Write a queue back; an empty one is no entry."""
        if commits:
            self.WeightCommits[index, hotkey] = commits
        else:
            del self.WeightCommits[index, hotkey]

    def store_weights(
        self,
        hotkey: bytes,
        netuid: int,
        mecid: int,
        uids: Sequence[int],
        values: Sequence[int],
        version_key: int,
    ) -> None:
        """Check weights and write them."""
        self.ensure(netuid != ROOT, "CanNotSetRootNetworkWeights")
        self.ensure(len(uids) == len(values), "WeightVecNotEqualSize")
        self.ensure_mechanism(netuid, mecid)
        uid = self._admit_voter(hotkey, netuid, mecid, uids, version_key)
        self._check_vector(hotkey, netuid, uid, uids)
        index = storage_index(netuid, mecid)
        self.Weights[index, uid] = list(zip(uids, max_upscaled(values), strict=True))
        if not self.CommitRevealWeightsEnabled[netuid]:
            self.touch_weights(index, uid)
        self.deposit("WeightsSet", index, uid)

    def _admit_voter(
        self, hotkey: bytes, netuid: int, mecid: int, uids: Sequence[int], version_key: int
    ) -> int:
        fits = len(uids) <= self.SubnetworkN[netuid]
        self.ensure(fits, "UidsLengthExceedUidsInSubNet")
        uid = self.uid_of(netuid, hotkey)
        if uid is None:
            self.fail("HotKeyNotRegisteredInSubNet")
        self.ensure(self.has_weights_stake(hotkey, netuid), "NotEnoughStakeToSetWeights")
        wanted = self.WeightsVersionKey[netuid]
        self.ensure(not wanted or version_key >= wanted, "IncorrectWeightVersionKey")
        rested = self.CommitRevealWeightsEnabled[netuid] or self.is_rested(netuid, mecid, uid)
        self.ensure(rested, "SettingWeightsTooFast")
        return uid

    def _check_vector(self, hotkey: bytes, netuid: int, uid: int, uids: Sequence[int]) -> None:
        count = self.SubnetworkN[netuid]
        self_weight = list(uids) == [uid]
        owner = hotkey == self.SubnetOwnerHotkey[netuid]
        permitted = self.ValidatorPermit[netuid][uid] or self_weight or owner
        self.ensure(permitted, "NeuronNoValidatorPermit")
        self.ensure(len(set(uids)) == len(uids), "DuplicateUids")
        self.ensure(all(item < count for item in uids), "UidVecContainInvalidOne")
        least = min(count, self.MinAllowedWeights[netuid])
        self.ensure(self_weight or len(uids) >= least, "WeightVecLengthIsLow")

    def ensure_mechanism(self, netuid: int, mecid: int) -> None:
        """Refuse a mechanism, or a subnet, that does not exist."""
        known = self.NetworksAdded[netuid] and mecid < self.MechanismCountCurrent[netuid]
        self.ensure(known, "MechanismDoesNotExist")

    def ensure_can_commit(self, hotkey: bytes, netuid: int) -> None:
        """Refuse commits of hotkeys with too little stake; the chain's guard does, before the call."""
        self.ensure(self.has_weights_stake(hotkey, netuid), "NotEnoughStakeToSetWeights")

    def ensure_rested_uid(self, hotkey: bytes, netuid: int, mecid: int) -> int:
        """The slot of a hotkey that may commit again."""
        uid = self.uid_of(netuid, hotkey)
        if uid is None:
            self.fail("HotKeyNotRegisteredInSubNet")
        self.ensure(self.is_rested(netuid, mecid, uid), "CommittingWeightsTooFast")
        return uid

    def has_weights_stake(self, hotkey: bytes, netuid: int) -> bool:
        """Whether the stake is enough to have a say."""
        return bool(self.stake_weight_of(hotkey, netuid) >= self.StakeThreshold.get())

    def is_rested(self, netuid: int, mecid: int, uid: int) -> bool:
        """Whether the last weights or commit for a mechanism are long enough ago."""
        last = self.last_updates(storage_index(netuid, mecid), self.SubnetworkN[netuid])[uid]
        return bool(not last or self.block_number - last >= self.WeightsSetRateLimit[netuid])

    def last_updates(self, index: int, count: int) -> list[int]:
        """When each slot last set weights for a mechanism; 0 for never."""
        known: list[int] = self.LastUpdate[index]
        return known + [0] * (count - len(known))

    def touch_weights(self, index: int, uid: int) -> None:
        """Note that a slot set or committed weights for a mechanism now."""
        updates = self.last_updates(index, uid + 1)
        updates[uid] = self.block_number
        self.LastUpdate[index] = updates

    def is_epoch_due(self, netuid: int) -> bool:
        """Whether an epoch should run in this block."""
        tempo, now = self.Tempo[netuid], self.block_number
        if not tempo:
            return False
        pending = self.PendingEpochAt[netuid]
        overdue = self.BlocksSinceLastStep[netuid] > _LONGEST_WAIT
        by_tempo = now - self.LastEpochBlock[netuid] >= tempo
        return bool((pending and pending <= now) or overdue or by_tempo)

    def current_epoch(self, netuid: int) -> int:
        """The epoch that this block belongs to; one that is due counts."""
        return int(self.SubnetEpochIndex[netuid]) + self.is_epoch_due(netuid)

    def may_reveal(self, netuid: int, commit_epoch: int) -> bool:
        """Whether this is the epoch in which commits of that one are revealed."""
        return bool(self.current_epoch(netuid) == commit_epoch + self.RevealPeriodEpochs[netuid])

    def has_expired(self, netuid: int, commit_epoch: int) -> bool:
        """Whether commits of that epoch can no longer be revealed."""
        return bool(self.current_epoch(netuid) > commit_epoch + self.RevealPeriodEpochs[netuid])

    def _unexpired(self, netuid: int, commits: list[Commit]) -> list[Commit]:
        """A queue without the expired commits at its front."""
        for position, commit in enumerate(commits):
            if not self.has_expired(netuid, commit[1]):
                return commits[position:]
        return []


def commitment(
    hotkey: bytes,
    index: int,
    uids: Sequence[int],
    values: Sequence[int],
    salt: Sequence[int],
    version_key: int,
) -> bytes:
    """The hash by which weights are promised."""
    content = (hotkey, index, list(uids), list(values), list(salt), version_key)
    return blake2_256(_COMMITTED.encode(content))
