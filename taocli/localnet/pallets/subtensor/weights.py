"""Validators' weights, set openly or committed first and revealed later.

Checks run in the chain's order, because clients show the first error. Source: Subtensor spec 425,
``subnets/weights.rs``. Weights are stored scaled so that the largest is 65535; explicit zeros stay.
"""

from collections.abc import Sequence

from taocli.localnet.frame.call import Invocation, call
from taocli.localnet.frame.outcome import InvalidTransaction, Origin
from taocli.localnet.frame.storage import blake2_256
from taocli.localnet.frame.types import H256, AccountId, Tuple, Vec, u16, u64
from taocli.localnet.pallets.subtensor.fixed_math import max_upscaled
from taocli.localnet.pallets.subtensor.neurons import Neurons
from taocli.localnet.pallets.subtensor.shares import ROOT

MAX_UNREVEALED = 10
_RATE_LIMITED = 6
_RATED = {
    "set_weights", "commit_weights", "set_mechanism_weights", "commit_mechanism_weights",
}  # fmt: skip
_COMMITTED = Tuple(AccountId, u16, Vec(u16), Vec(u16), Vec(u16), u64)


class Weights(Neurons):
    """``set_weights``, ``commit_weights`` and ``reveal_weights``."""

    name = "SubtensorModule"

    @call(0, free=True, netuid=u16, dests=Vec(u16), weights=Vec(u16), version_key=u64)
    def set_weights(
        self, origin: Origin, netuid: int, dests: list[int], weights: list[int], version_key: int
    ) -> None:
        """Set the signing hotkey's weights where they are not committed first."""
        hotkey = origin.signed()
        self.ensure(not self.CommitRevealWeightsEnabled[netuid], "CommitRevealEnabled")
        self._store_weights(hotkey, netuid, dests, weights, version_key, rate_limited=True)

    @call(96, free=True, netuid=u16, commit_hash=H256)
    def commit_weights(self, origin: Origin, netuid: int, commit_hash: bytes) -> None:
        """Promise weights by their hash."""
        hotkey = origin.signed()
        self.ensure(self.CommitRevealWeightsEnabled[netuid], "CommitRevealDisabled")
        uid = self.uid_of(netuid, hotkey)
        if uid is None:
            self.fail("HotKeyNotRegisteredInSubNet")
        self.ensure(self._is_rested(netuid, uid), "CommittingWeightsTooFast")
        commits = [
            commit for commit in self.WeightCommits[netuid, hotkey] or []
            if self.block_number < commit[3]
        ]  # fmt: skip
        self.ensure(len(commits) < MAX_UNREVEALED, "TooManyUnrevealedCommits")
        entry = (commit_hash, self.block_number, *self._reveal_window(netuid))
        self.WeightCommits[netuid, hotkey] = [*commits, entry]
        self._touch(netuid, uid)
        self.deposit("WeightsCommitted", hotkey, netuid, commit_hash)

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
        hotkey = origin.signed()
        self.ensure(self.CommitRevealWeightsEnabled[netuid], "CommitRevealDisabled")
        commits = self.WeightCommits[netuid, hotkey]
        self.ensure(commits, "NoWeightsCommitFound")
        digest = blake2_256(_COMMITTED.encode((hotkey, netuid, uids, values, salt, version_key)))
        position = next((i for i, commit in enumerate(commits) if commit[0] == digest), None)
        if position is None:
            self.fail("InvalidRevealCommitHashNotMatch")
        _, _, opens, closes = commits[position]
        self.ensure(self.block_number < closes, "ExpiredWeightCommit")
        self.ensure(self.block_number >= opens, "RevealTooEarly")
        self._store_weights(hotkey, netuid, uids, values, version_key, rate_limited=False)
        left = commits[position + 1 :]
        if left:
            self.WeightCommits[netuid, hotkey] = left
        else:
            del self.WeightCommits[netuid, hotkey]
        self.deposit("WeightsRevealed", hotkey, netuid, digest)

    def _store_weights(
        self,
        hotkey: bytes,
        netuid: int,
        uids: Sequence[int],
        values: Sequence[int],
        version_key: int,
        *,
        rate_limited: bool,
    ) -> None:
        self.ensure(netuid != ROOT, "CanNotSetRootNetworkWeights")
        self.ensure(len(uids) == len(values), "WeightVecNotEqualSize")
        self.ensure(self.NetworksAdded[netuid], "SubnetNotExists")
        count = self.SubnetworkN[netuid]
        self.ensure(len(uids) <= count, "UidsLengthExceedUidsInSubNet")
        uid = self.uid_of(netuid, hotkey)
        if uid is None:
            self.fail("HotKeyNotRegisteredInSubNet")
        self.ensure(
            self.stake_weight_of(hotkey, netuid) >= self.StakeThreshold.get(),
            "NotEnoughStakeToSetWeights",
        )
        wanted = self.WeightsVersionKey[netuid]
        self.ensure(not wanted or version_key >= wanted, "IncorrectWeightVersionKey")
        self.ensure(not rate_limited or self._is_rested(netuid, uid), "SettingWeightsTooFast")
        self_weight = list(uids) == [uid]
        owner = hotkey == self.SubnetOwnerHotkey[netuid]
        permitted = self.ValidatorPermit[netuid][uid] or self_weight or owner
        self.ensure(permitted, "NeuronNoValidatorPermit")
        self.ensure(len(set(uids)) == len(uids), "DuplicateUids")
        self.ensure(all(item < count for item in uids), "UidVecContainInvalidOne")
        enough = self_weight or len(uids) >= self.MinAllowedWeights[netuid]
        self.ensure(enough, "WeightVecLengthIsLow")
        self.Weights[netuid, uid] = list(zip(uids, max_upscaled(values), strict=True))
        self._touch(netuid, uid)
        self.deposit("WeightsSet", netuid, uid)

    def stake_weight_of(self, hotkey: bytes, netuid: int) -> int:
        """What consensus counts: alpha of the subnet plus root TAO at ``TaoWeight``."""
        alpha = int(self.TotalHotkeyAlpha[hotkey, netuid])
        root = int(self.TotalHotkeyAlpha[hotkey, ROOT])
        return alpha + root * int(self.TaoWeight.get()) // ((1 << 64) - 1)

    def check_weights(self, who: bytes, invocation: Invocation) -> None:
        """The pool refuses weights that come too soon."""
        name, args = invocation.declaration.name, invocation.args
        if name not in _RATED:
            return
        uid = self.uid_of(args["netuid"], who)
        if uid is not None and not self._is_rested(args["netuid"], uid):
            raise InvalidTransaction.custom(_RATE_LIMITED)

    def _is_rested(self, netuid: int, uid: int) -> bool:
        last = self.LastUpdate[netuid][uid]
        return not last or self.block_number - last >= self.WeightsSetRateLimit[netuid]

    def _touch(self, netuid: int, uid: int) -> None:
        updates = self.LastUpdate[netuid]
        updates[uid] = self.block_number
        self.LastUpdate[netuid] = updates

    def _reveal_window(self, netuid: int) -> tuple[int, int]:
        """The first block in which a commit of now may be revealed, and the first that is too late."""
        tempo = self.Tempo[netuid]
        first = self.LastEpochBlock[netuid] + tempo * self.RevealPeriodEpochs[netuid]
        return first, first + tempo
