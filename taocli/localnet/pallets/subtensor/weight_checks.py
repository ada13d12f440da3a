"""What the transaction pool refuses of weight calls, before they cost anything.

Weight calls are free, so the pool lets in only what has a chance: batches whose lists fit together, hotkeys
with enough stake, reveals of a commit that is due, timelocks of a round still to come, and calls that do
not come too soon. Refusals are ``Custom(n)``, in this order. Source: Subtensor spec 425,
``guards/check_weights.rs`` and ``guards/check_rate_limits.rs``.

Simplified: the real chain asks the same questions again when a call is dispatched, also inside a batch or
a proxy's call. Here the calls themselves refuse too little stake, a past round and haste; a reveal inside
a batch fails with the call's own, more exact error.
"""

from typing import Any

from taocli.localnet.frame.call import Invocation
from taocli.localnet.frame.outcome import InvalidTransaction
from taocli.localnet.pallets.subtensor.mechanism_index import storage_index
from taocli.localnet.pallets.subtensor.weights import MAIN, Weights, commitment

_LITTLE_STAKE, _TOO_SOON, _PAST_ROUND = 1, 6, 15
_NO_COMMIT, _NOT_DUE, _UNEQUAL = 16, 17, 18
_SETTING = {"set_weights", "set_mechanism_weights"}
_TIMELOCKED = {
    "commit_timelocked_weights",
    "commit_timelocked_mechanism_weights",
    "commit_crv3_mechanism_weights",
}
_RATED = _SETTING | _TIMELOCKED | {"commit_weights", "commit_mechanism_weights"}
_REVEALING = {"reveal_weights", "reveal_mechanism_weights"}
_LISTS = {
    "batch_set_weights": ("netuids", "weights", "version_keys"),
    "batch_commit_weights": ("netuids", "commit_hashes"),
    "batch_reveal_weights": ("uids_list", "values_list", "salts_list", "version_keys"),
}


class WeightChecks(Weights):
    """``check_weights``."""

    name = "SubtensorModule"

    def check_weights(self, who: bytes, invocation: Invocation) -> None:
        """Refuse a weight call that cannot succeed."""
        name, args = invocation.declaration.name, invocation.args
        if name not in _RATED | _REVEALING and name not in _LISTS:
            return
        _refuse(len({len(args[item]) for item in _LISTS.get(name, ())}) > 1, _UNEQUAL)
        for netuid in args["netuids"] if "netuids" in args else [args["netuid"]]:
            _refuse(not self.has_weights_stake(who, netuid), _LITTLE_STAKE)
        self._check_commits(who, name, args)
        if name in _RATED:
            self._check_pace(who, name, args)

    def _check_commits(self, who: bytes, name: str, args: dict[str, Any]) -> None:
        if name in _REVEALING:
            reveal = args["uids"], args["values"], args["salt"], args["version_key"]
            self._check_reveals(who, args, [reveal])
        elif name == "batch_reveal_weights":
            lists = [args[item] for item in _LISTS[name]]
            self._check_reveals(who, args, list(zip(*lists, strict=True)))
        elif name in _TIMELOCKED:
            newest = self.runtime.drand.LastStoredRound.get()
            _refuse(args["reveal_round"] < newest, _PAST_ROUND)

    def _check_reveals(self, who: bytes, args: dict[str, Any], reveals: list[Any]) -> None:
        index = storage_index(args["netuid"], args.get("mecid", MAIN))
        epochs = {commit[0]: commit[1] for commit in self.WeightCommits[index, who] or []}
        found = [epochs.get(commitment(who, index, *reveal)) for reveal in reveals]
        for epoch in found:
            _refuse(epoch is None, _NO_COMMIT)
        for epoch in found:
            _refuse(epoch is not None and not self.may_reveal(args["netuid"], epoch), _NOT_DUE)

    def _check_pace(self, who: bytes, name: str, args: dict[str, Any]) -> None:
        netuid, mecid = args["netuid"], args.get("mecid", MAIN)
        if name in _SETTING and self.CommitRevealWeightsEnabled[netuid]:
            return
        uid = self.uid_of(netuid, who)
        if uid is not None:
            known = mecid < self.MechanismCountCurrent[netuid]
            _refuse(not known or not self.is_rested(netuid, mecid, uid), _TOO_SOON)


def _refuse(condition: bool, code: int) -> None:
    if condition:
        raise InvalidTransaction.custom(code)
