"""What a chain writes down about crowdloans: each loan, who gave how much, and the call that waits.

The words of the pallet, without what people can do with them: ``crowdloan`` has the ten calls. Source:
Subtensor spec 425, ``pallets/crowdloan``.
"""

from typing import Any

from taocli.localnet.frame.call import Invocation
from taocli.localnet.frame.outcome import Origin
from taocli.localnet.frame.pallet import Error, Event, Pallet
from taocli.localnet.frame.storage import Identity, Map, Twox64Concat, Value, blake2_256
from taocli.localnet.frame.types import (
    AccountId,
    BoundedVec,
    Field,
    Option,
    Reader,
    Struct,
    boolean,
    u8,
    u32,
    u64,
)
from taocli.localnet.pallets.scheduler import MAX_INLINE, BoundedCall

PALLET_ID = b"bt/cloan"
CrowdloanInfo = Struct(
    "pallet_crowdloan::CrowdloanInfo",
    {"AccountId": AccountId, "Balance": u64, "BlockNumber": u32, "Call": BoundedCall},
    creator=AccountId,
    deposit=u64,
    min_contribution=u64,
    end=u32,
    cap=u64,
    funds_account=AccountId,
    raised=u64,
    target_address=Option(AccountId),
    call=Option(BoundedCall),
    finalized=boolean,
    contributors_count=u32,
)
_LOAN = Field(None, u32, "CrowdloanId")
_WHO = Field(None, AccountId, "T::AccountId")
_BLOCK = Field(None, u32, "BlockNumberFor<T>")
_AMOUNT = Field(None, u64, "BalanceOf<T>")
_MAYBE_AMOUNT = Field(None, Option(u64), "Option<BalanceOf<T>>")


class LoanLedger(Pallet):
    """Storage, events and errors, and looking a loan up."""

    name = "Crowdloan"
    index = 27
    crate = "pallet_crowdloan"

    Crowdloans = Map((Twox64Concat, u32), CrowdloanInfo, optional=True)
    NextCrowdloanId = Value(u32)
    Contributions = Map((Twox64Concat, u32), (Identity, AccountId), u64, optional=True)
    MaxContributions = Map((Twox64Concat, u32), u64, optional=True)
    CurrentCrowdloanId = Value(u32, optional=True)
    HasMigrationRun = Map((Identity, BoundedVec(u8)), boolean)

    events = (
        Event("Created", crowdloan_id=_LOAN, creator=_WHO, end=_BLOCK, cap=_AMOUNT),
        Event("Contributed", crowdloan_id=_LOAN, contributor=_WHO, amount=_AMOUNT),
        Event("Withdrew", crowdloan_id=_LOAN, contributor=_WHO, amount=_AMOUNT),
        *(
            Event(name, crowdloan_id=_LOAN)
            for name in ("PartiallyRefunded", "AllRefunded", "Finalized", "Dissolved")
        ),
        Event("MinContributionUpdated", crowdloan_id=_LOAN, new_min_contribution=_AMOUNT),
        Event("EndUpdated", crowdloan_id=_LOAN, new_end=_BLOCK),
        Event("CapUpdated", crowdloan_id=_LOAN, new_cap=_AMOUNT),
        Event("MaxContributionUpdated", crowdloan_id=_LOAN, new_max_contribution=_MAYBE_AMOUNT),
    )
    errors = (
        Error("DepositTooLow", "The crowdloan initial deposit is too low."),
        Error("CapTooLow", "The crowdloan cap is too low."),
        Error("MinimumContributionTooLow", "The minimum contribution is too low."),
        Error("CannotEndInPast", "The crowdloan cannot end in the past."),
        Error("BlockDurationTooShort", "The crowdloan block duration is too short."),
        Error("BlockDurationTooLong", "The block duration is too long."),
        Error(
            "InsufficientBalance",
            "The account does not have enough balance to pay for the initial deposit/contribution.",
        ),
        Error("Overflow", "An overflow occurred."),
        Error("InvalidCrowdloanId", "The crowdloan id is invalid."),
        Error("CapRaised", "The crowdloan cap has been fully raised."),
        Error("ContributionPeriodEnded", "The contribution period has ended."),
        Error("ContributionTooLow", "The contribution is too low."),
        Error("InvalidOrigin", "The origin of this call is invalid."),
        Error("AlreadyFinalized", "The crowdloan has already been finalized."),
        Error("ContributionPeriodNotEnded", "The crowdloan contribution period has not ended yet."),
        Error("NoContribution", "The contributor has no contribution for this crowdloan."),
        Error("CapNotRaised", "The crowdloan cap has not been raised."),
        Error("Underflow", "An underflow occurred."),
        Error("CallUnavailable", "Call to dispatch was not found in the preimage storage."),
        Error(
            "NotReadyToDissolve",
            "The crowdloan is not ready to be dissolved, it still has contributions.",
        ),
        Error("DepositCannotBeWithdrawn", "The deposit cannot be withdrawn from the crowdloan."),
        Error("MaxContributorsReached", "The maximum number of contributors has been reached."),
        Error(
            "InvalidFinalizationConfig", "Exactly one of call or target address must be provided."
        ),
        Error(
            "MaxContributionReached",
            "The contributor has already reached the maximum contribution.",
        ),
        Error("MaximumContributionTooLow", "The maximum contribution is too low."),
        Error("MinimumContributionTooHigh", "The minimum contribution is too high."),
    )

    def being_finalized(self) -> tuple[int, dict[str, Any]]:
        """The loan whose call runs now, and its number; ``InvalidCrowdloanId`` outside of one."""
        loan_id = self.CurrentCrowdloanId.get()
        self.ensure(loan_id is not None, "InvalidCrowdloanId")
        return loan_id, self.loan(loan_id)

    def loan(self, loan_id: int) -> dict[str, Any]:
        """A loan by its number, to read and to change."""
        loan = self.Crowdloans[loan_id]
        if loan is None:
            self.fail("InvalidCrowdloanId")
        return dict(loan)

    def open_loan(self, loan_id: int) -> dict[str, Any]:
        """A loan that is not finalized."""
        loan = self.loan(loan_id)
        self.ensure(not loan["finalized"], "AlreadyFinalized")
        return loan

    def own_loan(self, origin: Origin, loan_id: int) -> dict[str, Any]:
        """A loan that is not finalized, for its creator alone."""
        who = origin.signed()
        loan = self.open_loan(loan_id)
        self.ensure(who == loan["creator"], "InvalidOrigin")
        return loan

    def check_end(self, end: int) -> None:
        """Whether a loan may end at a block: not too soon, not too late."""
        self.ensure(self.block_number < end, "CannotEndInPast")
        duration = end - self.block_number
        self.ensure(duration >= self.constant("MinimumBlockDuration"), "BlockDurationTooShort")
        self.ensure(duration <= self.constant("MaximumBlockDuration"), "BlockDurationTooLong")

    def keep_call(self, call: Invocation) -> tuple[Any, ...]:
        """A short call as it is, a longer one as a preimage."""
        content = call.encode()
        if len(content) <= MAX_INLINE:
            return "Inline", content
        self.runtime.preimage.note(content, None)
        return "Lookup", {"hash": blake2_256(content), "len": len(content)}

    def kept_call(self, kept: tuple[Any, ...]) -> Invocation:
        """The call again; ``CallUnavailable`` when its preimage is gone."""
        content = kept[1]
        if kept[0] == "Lookup":
            content = self.runtime.preimage.fetch(content["hash"], content["len"])
        if not isinstance(content, bytes):
            self.fail("CallUnavailable")
        return self.runtime.decode_call(Reader(content, self.runtime))

    def drop_call(self, kept: tuple[Any, ...] | None) -> None:
        """Let a long call's preimage go; it may be gone already, by root."""
        if kept is not None and kept[0] == "Lookup":
            content_hash = kept[1]["hash"]
            status = self.runtime.preimage.RequestStatusFor[content_hash]
            if status is not None and status[0] == "Requested":
                self.runtime.preimage.unrequest(content_hash)


def funds_account(loan_id: int) -> bytes:
    """The account that holds a loan's money: the pallet's id and the loan's number."""
    return (b"modl" + PALLET_ID + u32.encode(loan_id)).ljust(32, b"\0")
