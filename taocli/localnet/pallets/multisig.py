"""Multisig: an account that several keys share, and that acts when enough of them agree.

The account is a hash of its sorted members and the threshold; nothing has to be created. The first
member to name a call (or its hash) reserves a deposit and opens an operation, told apart by the block
and extrinsic in which that happened (its timepoint). Others approve with that timepoint, and the one
who makes the number full brings the call itself, which then runs as the shared account: its failure is
part of ``MultisigExecuted``. The deposit returns to who paid it, on execution and on cancelling.

Simplified: ``max_weight`` is compared with this chain's own weight of the call, and an ``as_multi`` costs
what its call costs rather than ``max_weight``. Source: Subtensor spec 425 (pallet_multisig of polkadot-sdk).
"""

from bisect import bisect_left
from typing import Any

from taocli.localnet.frame.call import Invocation, call
from taocli.localnet.frame.dispatch import dispatch_info
from taocli.localnet.frame.outcome import DispatchResult, Origin, Pays
from taocli.localnet.frame.pallet import Constant, Error, Event, Pallet
from taocli.localnet.frame.storage import Blake2_128Concat, Map, Twox64Concat, blake2_256
from taocli.localnet.frame.types import (
    AccountId,
    Array,
    BoundedVec,
    Field,
    Option,
    RuntimeCall,
    Struct,
    Tuple,
    Vec,
    u8,
    u16,
    u32,
    u64,
)
from taocli.localnet.pallets.sudo import as_result
from taocli.localnet.pallets.system_types import Weight

Timepoint = Struct(
    "pallet_multisig::Timepoint",
    {"BlockNumber": u32},
    height=Field(None, u32, "BlockNumber"),
    index=u32,
)
Operation = Struct(
    "pallet_multisig::Multisig",
    {"BlockNumber": u32, "Balance": u64, "AccountId": AccountId, "MaxApprovals": None},
    when=Field(None, Timepoint, "Timepoint<BlockNumber>"),
    deposit=Field(None, u64, "Balance"),
    depositor=Field(None, AccountId, "AccountId"),
    approvals=Field(None, BoundedVec(AccountId), "BoundedVec<AccountId, MaxApprovals>"),
)
_BYTES32 = Array(u8, 32)
_WHO = Field(None, AccountId, "T::AccountId")
_HASH = Field(None, _BYTES32, "CallHash")
_WHEN = Field(None, Timepoint, "Timepoint<BlockNumberFor<T>>")
_SUM = Field(None, u64, "BalanceOf<T>")
_OTHERS = Field(None, Vec(AccountId), "Vec<T::AccountId>")
_MAYBE_WHEN = Field(None, Option(Timepoint), "Option<Timepoint<BlockNumberFor<T>>>")
_CALL = Field(None, RuntimeCall, "Box<<T as Config>::RuntimeCall>")
_SEED = Tuple(Array(u8, 16), Vec(AccountId), u16)


def multisig_account(members: list[bytes], threshold: int) -> bytes:
    """The account that ``threshold`` of the sorted members control together."""
    return blake2_256(_SEED.encode((b"modlpy/utilisuba", members, threshold)))


class Multisig(Pallet):
    """Accounts that need several signatures."""

    name = "Multisig"
    index = 13
    crate = "pallet_multisig"

    Multisigs = Map(
        (Twox64Concat, AccountId), (Blake2_128Concat, _BYTES32), Operation, optional=True
    )

    events = (
        Event("NewMultisig", approving=_WHO, multisig=_WHO, call_hash=_HASH),
        Event("MultisigApproval", approving=_WHO, timepoint=_WHEN, multisig=_WHO, call_hash=_HASH),
        Event(
            "MultisigExecuted",
            approving=_WHO,
            timepoint=_WHEN,
            multisig=_WHO,
            call_hash=_HASH,
            result=Field(None, DispatchResult, "DispatchResult"),
        ),
        Event(
            "MultisigCancelled", cancelling=_WHO, timepoint=_WHEN, multisig=_WHO, call_hash=_HASH
        ),
        Event("DepositPoked", who=_WHO, call_hash=_HASH, old_deposit=_SUM, new_deposit=_SUM),
    )
    errors = (
        Error("MinimumThreshold", "Threshold must be 2 or greater."),
        Error("AlreadyApproved", "Call is already approved by this signatory."),
        Error("NoApprovalsNeeded", "Call doesn't need any (more) approvals."),
        Error("TooFewSignatories", "There are too few signatories in the list."),
        Error("TooManySignatories", "There are too many signatories in the list."),
        Error("SignatoriesOutOfOrder", "The signatories were provided out of order."),
        Error("SenderInSignatories", "The sender was contained in the other signatories."),
        Error("NotFound", "Multisig operation not found in storage."),
        Error("NotOwner", "Only the account that created the multisig can do this."),
        Error("NoTimepoint", "No timepoint was given, yet the multisig is underway."),
        Error("WrongTimepoint", "A different timepoint was given to the one that is underway."),
        Error("UnexpectedTimepoint", "A timepoint was given, yet no multisig is underway."),
        Error("MaxWeightTooLow", "The maximum weight given was too low."),
        Error("AlreadyStored", "The data to be stored is already stored."),
    )
    constants = (
        Constant("DepositBase", u64, 132_000_000),
        Constant("DepositFactor", u64, 32_000_000),
        Constant("MaxSignatories", u32, 100),
    )

    @call(0, args={"other_signatories": _OTHERS, "call": _CALL})
    def as_multi_threshold_1(
        self, origin: Origin, other_signatories: list[bytes], call: Invocation
    ) -> None:
        """Run a call at once as an account of which any member may act alone."""
        members = self._members(origin.signed(), other_signatories)
        self.runtime.dispatch(call, Origin.from_account(multisig_account(members, 1)))

    @call(
        1,
        args={
            "threshold": u16,
            "other_signatories": _OTHERS,
            "maybe_timepoint": _MAYBE_WHEN,
            "call": _CALL,
            "max_weight": Weight,
        },
    )
    def as_multi(
        self,
        origin: Origin,
        threshold: int,
        other_signatories: list[bytes],
        maybe_timepoint: dict[str, int] | None,
        call: Invocation,
        max_weight: dict[str, int],
    ) -> None:
        """Open or approve an operation, and run its call when that was the last approval needed."""
        who = origin.signed()
        account = self._account(who, threshold, other_signatories)
        call_hash = blake2_256(call.encode())
        operation = self._underway(account, call_hash, maybe_timepoint)
        if operation is None:
            self._open(who, account, threshold, call_hash)
            return
        approvals = operation["approvals"]
        if len(approvals) + (who not in approvals) < threshold:
            self._approve(who, account, threshold, call_hash, operation)
            return
        self.ensure(dispatch_info(call).weight <= max_weight["ref_time"], "MaxWeightTooLow")
        self._close(account, call_hash, operation)
        failure = self.runtime.try_dispatch(call, Origin.from_account(account))
        self.deposit(
            "MultisigExecuted", who, operation["when"], account, call_hash, as_result(failure)
        )

    @call(
        2,
        threshold=u16,
        other_signatories=_OTHERS,
        maybe_timepoint=_MAYBE_WHEN,
        call_hash=_BYTES32,
        max_weight=Weight,
    )
    def approve_as_multi(
        self,
        origin: Origin,
        threshold: int,
        other_signatories: list[bytes],
        maybe_timepoint: dict[str, int] | None,
        call_hash: bytes,
        max_weight: dict[str, int],  # noqa: ARG002  # nothing runs here
    ) -> None:
        """Open or approve an operation of which only the call's hash is known."""
        who = origin.signed()
        account = self._account(who, threshold, other_signatories)
        operation = self._underway(account, call_hash, maybe_timepoint)
        if operation is None:
            self._open(who, account, threshold, call_hash)
        else:
            self._approve(who, account, threshold, call_hash, operation)

    @call(3, threshold=u16, other_signatories=_OTHERS, timepoint=_WHEN, call_hash=_BYTES32)
    def cancel_as_multi(
        self,
        origin: Origin,
        threshold: int,
        other_signatories: list[bytes],
        timepoint: dict[str, int],
        call_hash: bytes,
    ) -> None:
        """Give an operation up; only who opened it may."""
        who = origin.signed()
        account = self._account(who, threshold, other_signatories)
        operation = self._found(account, call_hash)
        self.ensure(operation["when"] == timepoint, "WrongTimepoint")
        self.ensure(operation["depositor"] == who, "NotOwner")
        self._close(account, call_hash, operation)
        self.deposit("MultisigCancelled", who, timepoint, account, call_hash)

    @call(4, threshold=u16, other_signatories=_OTHERS, call_hash=_BYTES32)
    def poke_deposit(
        self, origin: Origin, threshold: int, other_signatories: list[bytes], call_hash: bytes
    ) -> Pays:
        """Bring an operation's deposit to what it costs now; free when that changes something."""
        who = origin.signed()
        account = self._account(who, threshold, other_signatories)
        operation = self._found(account, call_hash)
        self.ensure(operation["depositor"] == who, "NotOwner")
        old, new = operation["deposit"], self._deposit(threshold)
        if old == new:
            return Pays.YES
        if new > old:
            self.runtime.balances.reserve(who, new - old)
        else:
            self.runtime.balances.unreserve(who, old - new)
        self.Multisigs[account, call_hash] = {**operation, "deposit": new}
        self.deposit("DepositPoked", who, call_hash, old, new)
        return Pays.NO

    def _account(self, who: bytes, threshold: int, others: list[bytes]) -> bytes:
        self.ensure(threshold >= 2, "MinimumThreshold")
        return multisig_account(self._members(who, others), threshold)

    def _members(self, who: bytes, others: list[bytes]) -> list[bytes]:
        """All members in order; the others must come sorted and without the signer."""
        self.ensure(others, "TooFewSignatories")
        self.ensure(len(others) < self.constant("MaxSignatories"), "TooManySignatories")
        last: bytes | None = None
        for other in others:
            self.ensure(last is None or last < other, "SignatoriesOutOfOrder")
            self.ensure(other != who, "SenderInSignatories")
            last = other
        place = bisect_left(others, who)
        return [*others[:place], who, *others[place:]]

    def _underway(
        self, account: bytes, call_hash: bytes, timepoint: dict[str, int] | None
    ) -> dict[str, Any] | None:
        """The operation, if it was opened; the timepoint must say the same."""
        operation: dict[str, Any] | None = self.Multisigs[account, call_hash]
        if operation is None:
            self.ensure(timepoint is None, "UnexpectedTimepoint")
            return None
        self.ensure(timepoint is not None, "NoTimepoint")
        self.ensure(operation["when"] == timepoint, "WrongTimepoint")
        return operation

    def _found(self, account: bytes, call_hash: bytes) -> dict[str, Any]:
        operation: dict[str, Any] | None = self.Multisigs[account, call_hash]
        if operation is None:
            self.fail("NotFound")
        return operation

    def _deposit(self, threshold: int) -> int:
        return int(self.constant("DepositBase") + self.constant("DepositFactor") * threshold)

    def _open(self, who: bytes, account: bytes, threshold: int, call_hash: bytes) -> None:
        deposit = self._deposit(threshold)
        self.runtime.balances.reserve(who, deposit)
        self.Multisigs[account, call_hash] = {
            "when": {"height": self.block_number, "index": self.runtime.extrinsic_index},
            "deposit": deposit,
            "depositor": who,
            "approvals": [who],
        }
        self.deposit("NewMultisig", who, account, call_hash)

    def _approve(
        self,
        who: bytes,
        account: bytes,
        threshold: int,
        call_hash: bytes,
        operation: dict[str, Any],
    ) -> None:
        approvals = operation["approvals"]
        # Full is full: what is missing then is the call, not one more voice.
        self.ensure(who not in approvals and len(approvals) < threshold, "AlreadyApproved")
        approvals.insert(bisect_left(approvals, who), who)
        self.Multisigs[account, call_hash] = operation
        self.deposit("MultisigApproval", who, operation["when"], account, call_hash)

    def _close(self, account: bytes, call_hash: bytes, operation: dict[str, Any]) -> None:
        """Remove an operation before its call can run, and return the deposit."""
        del self.Multisigs[account, call_hash]
        self.runtime.balances.unreserve(operation["depositor"], operation["deposit"])
