"""Crowdloan: people put TAO together for one purpose, and get it back when it does not come about.

The creator pays a deposit and says how much is to be raised, until when, and what then happens with it:
either an account gets everything, or a call is made in the creator's name. The money lies in an account that
belongs to nobody. Until the whole cap is there and the creator finalizes, everybody may take a contribution
back, and the creator may send all of them back, fifty per call, and then dissolve the loan. While the call
runs, ``CurrentCrowdloanId`` tells it whose money it may use (``subtensor/leases.py`` does). Amounts are rao.

Source: Subtensor spec 425, ``pallets/crowdloan``. Simplified: the account of the funds lives only while it holds
something.
"""

from taocli.localnet.frame.call import Invocation, call
from taocli.localnet.frame.outcome import Origin
from taocli.localnet.frame.pallet import Constant
from taocli.localnet.frame.types import (
    AccountId,
    Compact,
    Field,
    Option,
    RuntimeCall,
    u32,
    u64,
)
from taocli.localnet.pallets.crowdloan_ledger import PALLET_ID, LoanLedger, funds_account
from taocli.localnet.pallets.subtensor.chain_types import PalletId

TAO = 10**9
_ID = Field(None, Compact(u32), "CrowdloanId")
_SENT_AMOUNT = Field(None, Compact(u64), "BalanceOf<T>")
_SENT_BLOCK = Field(None, Compact(u32), "BlockNumberFor<T>")
_MAYBE_AMOUNT = Field(None, Option(u64), "Option<BalanceOf<T>>")
_MAYBE_CALL = Field(None, Option(RuntimeCall), "Option<Box<<T as Config>::RuntimeCall>>")
_MAYBE_ACCOUNT = Field(None, Option(AccountId), "Option<T::AccountId>")


def _constants(shortest: int, longest: int) -> tuple[Constant, ...]:
    return (
        Constant("PalletId", PalletId, PALLET_ID),
        Constant("MinimumDeposit", u64, 10 * TAO),
        Constant("AbsoluteMinimumContribution", u64, TAO // 10),
        Constant("MinimumBlockDuration", u32, shortest),
        Constant("MaximumBlockDuration", u32, longest),
        Constant("RefundContributorsLimit", u32, 50),
        Constant("MaxContributors", u32, 500),
    )


class Crowdloan(LoanLedger):
    """The ten calls."""

    name = "Crowdloan"
    index = 27
    crate = "pallet_crowdloan"
    constants = _constants(50_400, 432_000)

    @call(
        0,
        args={
            "deposit": _SENT_AMOUNT,
            "min_contribution": _SENT_AMOUNT,
            "cap": _SENT_AMOUNT,
            "end": _SENT_BLOCK,
            "call": _MAYBE_CALL,
            "target_address": _MAYBE_ACCOUNT,
        },
    )
    def create(
        self,
        origin: Origin,
        deposit: int,
        min_contribution: int,
        cap: int,
        end: int,
        call: Invocation | None,
        target_address: bytes | None,
    ) -> None:
        """Open a loan; the deposit is the creator's own first contribution."""
        creator = origin.signed()
        self.ensure(deposit >= self.constant("MinimumDeposit"), "DepositTooLow")
        self.ensure(cap > deposit, "CapTooLow")
        least = self.constant("AbsoluteMinimumContribution")
        self.ensure(min_contribution >= least, "MinimumContributionTooLow")
        self.ensure((call is None) != (target_address is None), "InvalidFinalizationConfig")
        self.check_end(end)
        self.ensure(self.runtime.balances.free(creator) >= deposit, "InsufficientBalance")
        loan_id = self.NextCrowdloanId.get()
        self.NextCrowdloanId.set(loan_id + 1)
        self.Crowdloans[loan_id] = {
            "creator": creator,
            "deposit": deposit,
            "min_contribution": min_contribution,
            "end": end,
            "cap": cap,
            "funds_account": funds_account(loan_id),
            "raised": deposit,
            "target_address": target_address,
            "call": None if call is None else self.keep_call(call),
            "finalized": False,
            "contributors_count": 1,
        }
        self.runtime.balances.transfer(creator, funds_account(loan_id), deposit)
        self.Contributions[loan_id, creator] = deposit
        self.deposit("Created", loan_id, creator, end, cap)

    @call(1, crowdloan_id=_ID, amount=_SENT_AMOUNT)
    def contribute(self, origin: Origin, crowdloan_id: int, amount: int) -> None:
        """Give TAO; what would go beyond the cap or one's own limit is not taken."""
        who = origin.signed()
        loan = self.loan(crowdloan_id)
        self.ensure(self.block_number < loan["end"], "ContributionPeriodEnded")
        self.ensure(loan["raised"] < loan["cap"], "CapRaised")
        self.ensure(amount >= loan["min_contribution"], "ContributionTooLow")
        room = loan["contributors_count"] < self.constant("MaxContributors")
        self.ensure(room, "MaxContributorsReached")
        given = self.Contributions[crowdloan_id, who]
        taken = min(amount, loan["cap"] - loan["raised"])
        most = self.MaxContributions[crowdloan_id]
        if most is not None:
            self.ensure((given or 0) < most, "MaxContributionReached")
            taken = min(taken, most - (given or 0))
        self.ensure(self.runtime.balances.free(who) >= taken, "InsufficientBalance")
        self.runtime.balances.transfer(who, loan["funds_account"], taken)
        loan["raised"] += taken
        loan["contributors_count"] += given is None
        self.Contributions[crowdloan_id, who] = (given or 0) + taken
        self.Crowdloans[crowdloan_id] = loan
        self.deposit("Contributed", crowdloan_id, who, taken)

    @call(2, crowdloan_id=_ID)
    def withdraw(self, origin: Origin, crowdloan_id: int) -> None:
        """Take one's contribution back; the creator's deposit stays."""
        who = origin.signed()
        loan = self.open_loan(crowdloan_id)
        amount = self.Contributions[crowdloan_id, who] or 0
        self.ensure(amount, "NoContribution")
        if who == loan["creator"]:
            amount = max(amount - loan["deposit"], 0)
            self.ensure(amount, "DepositCannotBeWithdrawn")
            self.Contributions[crowdloan_id, who] = loan["deposit"]
        else:
            del self.Contributions[crowdloan_id, who]
            loan["contributors_count"] -= 1
        self.runtime.balances.transfer(loan["funds_account"], who, amount)
        loan["raised"] -= amount
        self.Crowdloans[crowdloan_id] = loan
        self.deposit("Withdrew", crowdloan_id, who, amount)

    @call(3, crowdloan_id=_ID)
    def finalize(self, origin: Origin, crowdloan_id: int) -> None:
        """Use what was raised: pay the target, or make the call in the creator's name."""
        who = origin.signed()
        loan = self.loan(crowdloan_id)
        self.ensure(who == loan["creator"], "InvalidOrigin")
        self.ensure(loan["raised"] == loan["cap"], "CapNotRaised")
        self.ensure(not loan["finalized"], "AlreadyFinalized")
        loan["finalized"] = True
        self.Crowdloans[crowdloan_id] = loan
        if loan["call"] is None:
            target = loan["target_address"]
            self.runtime.balances.transfer(loan["funds_account"], target, loan["raised"])
        else:
            self.CurrentCrowdloanId.set(crowdloan_id)
            self.runtime.dispatch(self.kept_call(loan["call"]), origin)
            self.CurrentCrowdloanId.kill()
        self.deposit("Finalized", crowdloan_id)

    @call(4, crowdloan_id=_ID)
    def refund(self, origin: Origin, crowdloan_id: int) -> None:
        """Send contributions back, as the creator; whoever is left needs another call."""
        loan = self.own_loan(origin, crowdloan_id)
        others = [
            (who, amount)
            for (_, who), amount in self.Contributions.items_under(crowdloan_id)
            if who != loan["creator"]
        ]
        limit = self.constant("RefundContributorsLimit")
        for who, amount in others[:limit]:
            self.runtime.balances.transfer(loan["funds_account"], who, amount)
            del self.Contributions[crowdloan_id, who]
            loan["raised"] -= amount
            loan["contributors_count"] -= 1
        self.Crowdloans[crowdloan_id] = loan
        self.deposit("PartiallyRefunded" if len(others) > limit else "AllRefunded", crowdloan_id)

    @call(5, crowdloan_id=_ID)
    def dissolve(self, origin: Origin, crowdloan_id: int) -> None:
        """Remove a loan that holds nothing but the creator's money, and give that back."""
        loan = self.own_loan(origin, crowdloan_id)
        own = self.Contributions[crowdloan_id, loan["creator"]]
        self.ensure(own is not None, "NoContribution")
        self.ensure(own == loan["raised"], "NotReadyToDissolve")
        self.runtime.balances.transfer(loan["funds_account"], loan["creator"], own)
        del self.Contributions[crowdloan_id, loan["creator"]]
        self.drop_call(loan["call"])
        del self.Crowdloans[crowdloan_id]
        del self.MaxContributions[crowdloan_id]
        self.deposit("Dissolved", crowdloan_id)

    @call(6, crowdloan_id=_ID, new_min_contribution=_SENT_AMOUNT)
    def update_min_contribution(
        self, origin: Origin, crowdloan_id: int, new_min_contribution: int
    ) -> None:
        """Change how little may be given at once, as the creator."""
        loan = self.own_loan(origin, crowdloan_id)
        least = self.constant("AbsoluteMinimumContribution")
        self.ensure(new_min_contribution >= least, "MinimumContributionTooLow")
        most = self.MaxContributions[crowdloan_id]
        self.ensure(most is None or new_min_contribution <= most, "MinimumContributionTooHigh")
        self.Crowdloans[crowdloan_id] = loan | {"min_contribution": new_min_contribution}
        self.deposit("MinContributionUpdated", crowdloan_id, new_min_contribution)

    @call(7, crowdloan_id=_ID, new_end=_SENT_BLOCK)
    def update_end(self, origin: Origin, crowdloan_id: int, new_end: int) -> None:
        """Change until when contributions are taken, as the creator."""
        loan = self.own_loan(origin, crowdloan_id)
        self.check_end(new_end)
        self.Crowdloans[crowdloan_id] = loan | {"end": new_end}
        self.deposit("EndUpdated", crowdloan_id, new_end)

    @call(8, crowdloan_id=_ID, new_cap=_SENT_AMOUNT)
    def update_cap(self, origin: Origin, crowdloan_id: int, new_cap: int) -> None:
        """Change how much is to be raised, as the creator."""
        loan = self.own_loan(origin, crowdloan_id)
        self.ensure(new_cap >= loan["raised"], "CapTooLow")
        self.Crowdloans[crowdloan_id] = loan | {"cap": new_cap}
        self.deposit("CapUpdated", crowdloan_id, new_cap)

    @call(9, crowdloan_id=_ID, new_max_contribution=_MAYBE_AMOUNT)
    def set_max_contribution(
        self, origin: Origin, crowdloan_id: int, new_max_contribution: int | None
    ) -> None:
        """Limit what one account may give in all, or lift the limit, as the creator."""
        loan = self.own_loan(origin, crowdloan_id)
        if new_max_contribution is None:
            del self.MaxContributions[crowdloan_id]
        else:
            own = self.Contributions[crowdloan_id, loan["creator"]] or 0
            enough = new_max_contribution >= max(loan["min_contribution"], own)
            self.ensure(enough, "MaximumContributionTooLow")
            self.MaxContributions[crowdloan_id] = new_max_contribution
        self.deposit("MaxContributionUpdated", crowdloan_id, new_max_contribution)


class FastCrowdloan(Crowdloan):
    """Crowdloans as the fast runtime has them: over in minutes."""

    constants = _constants(50, 20_000)
