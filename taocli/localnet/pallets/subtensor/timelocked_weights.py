"""Weights locked until a drand round: committed encrypted, opened by the chain itself.

A validator encrypts its weights to a round that falls into the epoch in which they are to be revealed and
sends them here; nobody has to come back to show them. At the start of every block the chain takes what was
committed ``RevealPeriodEpochs`` ago and sets whatever opens. What waits for its round is tried again in every block
of the epoch; what is left when the epoch ends is dropped. Source: Subtensor spec 425,
``subnets/weights.rs`` and ``coinbase/reveal_commits.rs``.

What opens on a dev chain (see ``pallets.drand``): dev envelopes when the clock has passed their round, and
what real clients encrypt once somebody wrote the true pulse of its round, which offline nobody can.
Clients take drand's key from their own code and not from ``BeaconConfig``, so a key of this chain would
not help them. Their commits are checked, stored, limited and dropped as on the real chain.

The content is SCALE: hotkey bytes, uids, values, version key. The hotkey must be the sender, so that nobody
can send another's ciphertext; the form without it, which older clients write, still opens.
"""

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import DispatchFailure, Origin
from taocli.localnet.frame.scale import Reader, ScaleError
from taocli.localnet.frame.storage import blake2_256
from taocli.localnet.frame.types import BoundedVec, Bytes, Tuple, Vec, u8, u16, u64
from taocli.localnet.pallets.subtensor.mechanism_index import storage_index
from taocli.localnet.pallets.subtensor.shares import ROOT
from taocli.localnet.pallets.subtensor.weights import MAIN, MAX_UNREVEALED, Weights

MAX_COMMIT_BYTES = 5_000
_IMPLIED_VERSION = 4
_COMMIT = BoundedVec(u8)
_CONTENT = Tuple(Bytes, Vec(u16), Vec(u16), u64)
_OLD_CONTENT = Tuple(Vec(u16), Vec(u16), u64)
_ACCOUNT_BYTES = 32

Entry = tuple[bytes, int, bytes, int]
"""Who, the commit's block, the ciphertext and the round."""

Content = tuple[list[int], list[int], int]
"""Uids, values and the version key."""


class TimelockedWeights(Weights):
    """Committing encrypted weights, and revealing them without being asked."""

    name = "SubtensorModule"

    @call(113, free=True, netuid=u16, commit=_COMMIT, reveal_round=u64, commit_reveal_version=u16)
    def commit_timelocked_weights(
        self,
        origin: Origin,
        netuid: int,
        commit: bytes,
        reveal_round: int,
        commit_reveal_version: int,
    ) -> None:
        """Commit encrypted weights, to be revealed by the chain."""
        self._commit(origin, netuid, MAIN, commit, reveal_round, commit_reveal_version)

    @call(117, free=True, netuid=u16, mecid=u8, commit=_COMMIT, reveal_round=u64)
    def commit_crv3_mechanism_weights(
        self, origin: Origin, netuid: int, mecid: int, commit: bytes, reveal_round: int
    ) -> None:
        """Commit encrypted weights for a mechanism; the version is 4."""
        self._commit(origin, netuid, mecid, commit, reveal_round, _IMPLIED_VERSION)

    @call(
        118,
        free=True,
        netuid=u16,
        mecid=u8,
        commit=_COMMIT,
        reveal_round=u64,
        commit_reveal_version=u16,
    )
    def commit_timelocked_mechanism_weights(
        self,
        origin: Origin,
        netuid: int,
        mecid: int,
        commit: bytes,
        reveal_round: int,
        commit_reveal_version: int,
    ) -> None:
        """Commit encrypted weights for a mechanism, to be revealed by the chain."""
        self._commit(origin, netuid, mecid, commit, reveal_round, commit_reveal_version)

    def reveal_timelocked_weights(self) -> None:
        """Open what is due in every subnet, except where the epoch is put off to the next block."""
        epochs = int(self.MaxEpochsPerBlock.get())
        for netuid in self.NetworksAdded.keys_under():
            if netuid == ROOT:
                continue
            if self.is_epoch_due(netuid):
                epochs -= 1
                if epochs < 0:
                    continue
            for mecid in range(self.MechanismCountCurrent[netuid]):
                self._reveal_due(netuid, mecid)

    def _commit(
        self,
        origin: Origin,
        netuid: int,
        mecid: int,
        commit: bytes,
        reveal_round: int,
        version: int,
    ) -> None:
        hotkey = origin.signed()
        if len(commit) > MAX_COMMIT_BYTES:  # the real chain cannot even decode such a call
            raise DispatchFailure.plain("Exhausted")
        self.ensure_can_commit(hotkey, netuid)
        newest = self.runtime.drand.LastStoredRound.get()
        self.ensure(reveal_round >= newest, "InvalidRevealRound")
        self.ensure_mechanism(netuid, mecid)
        index = storage_index(netuid, mecid)
        self.ensure(self.CommitRevealWeightsEnabled[netuid], "CommitRevealDisabled")
        wanted = self.CommitRevealWeightsVersion.get()
        self.ensure(version == wanted, "IncorrectCommitRevealVersion")
        uid = self.ensure_rested_uid(hotkey, netuid, mecid)
        epoch = self.current_epoch(netuid)
        entries: list[Entry] = self.TimelockedWeightCommits[index, epoch]
        own = sum(entry[0] == hotkey for entry in entries)
        self.ensure(own < MAX_UNREVEALED, "TooManyUnrevealedCommits")
        entry = (hotkey, self.block_number, commit, reveal_round)
        self.TimelockedWeightCommits[index, epoch] = [*entries, entry]
        digest = blake2_256(commit)
        self.deposit("TimelockedWeightsCommitted", hotkey, index, digest, reveal_round)
        self.touch_weights(index, uid)

    def _reveal_due(self, netuid: int, mecid: int) -> None:
        index = storage_index(netuid, mecid)
        epochs = [epoch for _, epoch in self.TimelockedWeightCommits.keys_under(index)]
        if not epochs:
            return
        due = self.current_epoch(netuid) - int(self.RevealPeriodEpochs[netuid])
        for epoch in epochs:
            if epoch < due:
                del self.TimelockedWeightCommits[index, epoch]
        if due not in epochs:
            return
        entries: list[Entry] = self.TimelockedWeightCommits.take(index, due)
        waiting = [entry for entry in entries if not self._try_to_reveal(netuid, mecid, entry)]
        if waiting:
            self.TimelockedWeightCommits[index, due] = waiting

    def _try_to_reveal(self, netuid: int, mecid: int, entry: Entry) -> bool:
        """Set what a commit hides; False while its round has not come."""
        hotkey, _, sealed, reveal_round = entry
        opening = self.runtime.drand.open(sealed, reveal_round)
        if not opening.may_open:
            return False
        content = None if opening.content is None else read_content(opening.content, hotkey)
        if content is None:
            return True
        try:
            with self.runtime.transaction():
                self.store_weights(hotkey, netuid, mecid, *content)
                index = storage_index(netuid, mecid)
                self.deposit("TimelockedWeightsRevealed", index, hotkey)
        except DispatchFailure:
            return True  # weights that may not be set are dropped without a word
        return True


def read_content(content: bytes, hotkey: bytes) -> Content | None:
    """The weights in a payload; None when it is none, or names another hotkey."""
    try:
        owner, uids, values, version_key = _CONTENT.decode(Reader(content))
    except ScaleError:
        return _read_old_content(content)
    if len(owner) < _ACCOUNT_BYTES:
        return _read_old_content(content)
    return (uids, values, version_key) if owner[:_ACCOUNT_BYTES] == hotkey else None


def _read_old_content(content: bytes) -> Content | None:
    try:
        uids, values, version_key = _OLD_CONTENT.decode(Reader(content))
    except ScaleError:
        return None
    return uids, values, version_key
