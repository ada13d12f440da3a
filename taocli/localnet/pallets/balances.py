"""Balances: TAO that accounts hold, in rao.

An account with less than the existential deposit (500 rao) does not exist: what a call leaves below it
is lost as dust and the account is removed, nonce included. One with reserved balance (a deposit) has to
keep the existential deposit beside it. For other pallets: ``free``, ``reducible``, ``transfer``,
``deposit_into``, ``withdraw``, ``mint``, ``burn_from``, ``reserve``, ``unreserve``. All amounts are integers of
rao; what cannot be done raises ``DispatchFailure``, mostly with a TokenError. Source: ``pallet_balances``.
"""

from collections.abc import Mapping
from typing import Any

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import DispatchFailure, Origin
from taocli.localnet.frame.pallet import Constant, Error, Event, Pallet
from taocli.localnet.frame.storage import Blake2_128Concat, Map, Value
from taocli.localnet.frame.types import (
    AccountId,
    BoundedVec,
    Compact,
    Field,
    MultiAddress,
    Vec,
    WeakBoundedVec,
    boolean,
    u32,
    u64,
)
from taocli.localnet.pallets import account_references
from taocli.localnet.pallets.account_references import (
    can_lose_provider,
    with_balance,
    with_provider,
    without_provider,
)
from taocli.localnet.pallets.balances_types import (
    AdjustmentDirection,
    BalanceLock,
    BalanceStatus,
    FreezeReason,
    HoldReason,
    ReserveData,
    id_amount,
)
from taocli.localnet.pallets.system_types import AccountData

EXISTENTIAL_DEPOSIT = account_references.EXISTENTIAL_DEPOSIT
_WHO = Field(None, AccountId, "T::AccountId")
_AMOUNT = Field(None, u64, "T::Balance")
_TARGET = Field(None, MultiAddress, "AccountIdLookupOf<T>")
_VALUE = Field(None, Compact(u64), "T::Balance")


def _moved(name: str) -> Event:
    return Event(name, who=_WHO, amount=_AMOUNT)


class Balances(Pallet):
    """Free and reserved TAO; ``genesis``: ``balances`` as (account, rao) pairs."""

    name = "Balances"
    index = 5

    TotalIssuance = Value(u64)
    InactiveIssuance = Value(u64)
    Account = Map(
        (Blake2_128Concat, AccountId),
        AccountData,
        default={"free": 0, "reserved": 0, "frozen": 0, "flags": 1 << 127},
    )
    Locks = Map((Blake2_128Concat, AccountId), WeakBoundedVec(BalanceLock))
    Reserves = Map((Blake2_128Concat, AccountId), BoundedVec(ReserveData))
    Holds = Map((Blake2_128Concat, AccountId), BoundedVec(id_amount(HoldReason)))
    Freezes = Map((Blake2_128Concat, AccountId), BoundedVec(id_amount(FreezeReason)))

    events = (
        Event("Endowed", account=_WHO, free_balance=_AMOUNT),
        Event("DustLost", account=_WHO, amount=_AMOUNT),
        Event("Transfer", fields={"from": _WHO, "to": _WHO, "amount": _AMOUNT}),
        Event("BalanceSet", who=_WHO, free=_AMOUNT),
        _moved("Reserved"),
        _moved("Unreserved"),
        Event(
            "ReserveRepatriated",
            fields={"from": _WHO, "to": _WHO, "amount": _AMOUNT},
            destination_status=Field(None, BalanceStatus, "Status"),
        ),
        *(_moved(name) for name in ("Deposit", "Withdraw", "Slashed", "Minted", "Burned")),
        _moved("Suspended"),
        _moved("Restored"),
        Event("Upgraded", who=_WHO),
        Event("Issued", amount=_AMOUNT),
        Event("Rescinded", amount=_AMOUNT),
        *(_moved(name) for name in ("Locked", "Unlocked", "Frozen", "Thawed")),
        Event("TotalIssuanceForced", old=_AMOUNT, new=_AMOUNT),
    )
    errors = (
        Error("VestingBalance", "Vesting balance too high to send value."),
        Error("LiquidityRestrictions", "Account liquidity restrictions prevent withdrawal."),
        Error("InsufficientBalance", "Balance too low to send value."),
        Error("ExistentialDeposit", "Value too low to create account due to existential deposit."),
        Error("Expendability", "Transfer/payment would kill account."),
        Error("ExistingVestingSchedule", "A vesting schedule already exists for this account."),
        Error("DeadAccount", "Beneficiary account must pre-exist."),
        Error("TooManyReserves", "Number of named reserves exceed `MaxReserves`."),
        Error("TooManyHolds", "Number of holds exceed `VariantCountOf<T::RuntimeHoldReason>`."),
        Error("TooManyFreezes", "Number of freezes exceed `MaxFreezes`."),
        Error("IssuanceDeactivated", "The issuance cannot be modified since it is deactivated."),
        Error("DeltaZero", "The delta cannot be zero."),
    )
    constants = (
        Constant("ExistentialDeposit", u64, EXISTENTIAL_DEPOSIT),
        Constant("MaxLocks", u32, 50),
        Constant("MaxReserves", u32, 50),
        Constant("MaxFreezes", u32, 50),
    )

    @call(0, dest=_TARGET, value=_VALUE)
    def transfer_allow_death(self, origin: Origin, dest: bytes, value: int) -> None:
        """Transfer some liquid free balance to another account; the sender may die of it."""
        self.transfer(origin.signed(), dest, value)

    @call(2, source=_TARGET, dest=_TARGET, value=_VALUE)
    def force_transfer(self, origin: Origin, source: bytes, dest: bytes, value: int) -> None:
        """Transfer from any account, by root."""
        origin.root()
        self.transfer(source, dest, value)

    @call(3, dest=_TARGET, value=_VALUE)
    def transfer_keep_alive(self, origin: Origin, dest: bytes, value: int) -> None:
        """Transfer, but never so much that the sender's account is removed."""
        self.transfer(origin.signed(), dest, value, keep_alive=True)

    @call(4, dest=_TARGET, keep_alive=boolean)
    def transfer_all(self, origin: Origin, dest: bytes, keep_alive: bool) -> None:
        """Transfer everything that can be moved."""
        who = origin.signed()
        self.transfer(who, dest, self.reducible(who, keep_alive=keep_alive), keep_alive=keep_alive)

    @call(5, who=_TARGET, amount=_AMOUNT)
    def force_unreserve(self, origin: Origin, who: bytes, amount: int) -> None:
        """Return reserved balance to its owner, by root."""
        origin.root()
        self.unreserve(who, amount)

    @call(6, who=Field(None, Vec(AccountId), "Vec<T::AccountId>"))
    def upgrade_accounts(self, origin: Origin, who: list[bytes]) -> None:  # noqa: ARG002 - none is old
        """Bring accounts to today's form; they were never in another."""
        origin.signed()

    @call(8, who=_TARGET, new_free=_VALUE)
    def force_set_balance(self, origin: Origin, who: bytes, new_free: int) -> None:
        """Set an account's free balance, by root; less than the existential deposit is nothing."""
        origin.root()
        wanted = new_free if new_free >= EXISTENTIAL_DEPOSIT else 0
        change = wanted - self.free(who)
        self._write_free(who, wanted)
        self.TotalIssuance.set(self.TotalIssuance.get() + change)
        self.deposit("BalanceSet", who, wanted)

    @call(9, direction=AdjustmentDirection, delta=_VALUE)
    def force_adjust_total_issuance(self, origin: Origin, direction: str, delta: int) -> None:
        """Correct the total issuance, by root."""
        origin.root()
        self.ensure(delta > 0, "DeltaZero")
        old = self.TotalIssuance.get()
        new = max(old - delta, 0) if direction == "Decrease" else old + delta
        self.TotalIssuance.set(new)
        self.deposit("TotalIssuanceForced", old, new)

    @call(10, value=_VALUE, keep_alive=boolean)
    def burn(self, origin: Origin, value: int, keep_alive: bool) -> None:
        """Destroy some of the signer's own balance."""
        self.burn_from(origin.signed(), value, keep_alive=keep_alive)

    def genesis(self, config: Mapping[str, Any]) -> None:
        """Write the first balances."""
        for account, amount in config.get("balances", ()):
            self.mint(account, amount)

    def free(self, who: bytes) -> int:
        """Free balance, 0 for an account that does not exist."""
        free: int = self.runtime.system.Account[who]["data"]["free"]
        return free

    def reducible(self, who: bytes, *, keep_alive: bool = True) -> int:
        """How much can leave the account; ``keep_alive`` (or a deposit) keeps the minimum."""
        account = self.runtime.system.Account[who]
        data = account["data"]
        kept = max(data["frozen"] - data["reserved"], 0)
        if keep_alive or (data["free"] and not can_lose_provider(account)):
            kept = max(kept, EXISTENTIAL_DEPOSIT)
        return int(max(data["free"] - kept, 0))

    def transfer(
        self, source: bytes, dest: bytes, amount: int, *, keep_alive: bool = False
    ) -> None:
        """Move TAO and record ``Transfer``."""
        self._check_transfer(source, amount, keep_alive=keep_alive)
        if amount and self.free(dest) + amount < EXISTENTIAL_DEPOSIT:
            raise DispatchFailure.token("BelowMinimum")
        if source == dest:
            return
        if amount:
            self._write_free(source, self.free(source) - amount)
            self._write_free(dest, self.free(dest) + amount)
        self.deposit("Transfer", source, dest, amount)

    def withdraw(self, who: bytes, amount: int, *, keep_alive: bool = True) -> None:
        """Take TAO out of an account and record ``Withdraw``; issuance is the caller's affair."""
        if not amount:
            return
        self._take(who, amount, keep_alive=keep_alive)
        self.deposit("Withdraw", who, amount)

    def deposit_into(self, who: bytes, amount: int) -> bool:
        """Put withdrawn TAO into an account; False when it would stay below the minimum."""
        if not amount or self.free(who) + amount < EXISTENTIAL_DEPOSIT:
            return not amount
        self._write_free(who, self.free(who) + amount)
        self.deposit("Deposit", who, amount)
        return True

    def mint(self, who: bytes, amount: int) -> None:
        """Create TAO in an account."""
        if self.free(who) + amount < EXISTENTIAL_DEPOSIT:
            raise DispatchFailure.token("BelowMinimum")
        self.issue(amount)
        self._write_free(who, self.free(who) + amount)
        self.deposit("Minted", who, amount)

    def burn_from(self, who: bytes, amount: int, *, keep_alive: bool = True) -> None:
        """Destroy TAO of an account."""
        self._take(who, amount, keep_alive=keep_alive)
        self.rescind(amount)
        self.deposit("Burned", who, amount)

    def issue(self, amount: int) -> None:
        """Count newly created TAO; ``Arithmetic.Overflow`` beyond 64 bits."""
        total = self.TotalIssuance.get() + amount
        if total >= 1 << 64:
            raise DispatchFailure.arithmetic("Overflow")
        self.TotalIssuance.set(total)

    def rescind(self, amount: int) -> None:
        """Count TAO that no longer exists."""
        self.TotalIssuance.set(max(self.TotalIssuance.get() - amount, 0))

    def reserve(self, who: bytes, amount: int) -> None:
        """Move free balance to reserved.

        ``InsufficientBalance`` when there is too little, ``ConsumerRemaining`` when less than the existential
        deposit would stay free.
        """
        if not amount:
            return
        data = self.runtime.system.Account[who]["data"]
        self.ensure(data["free"] >= amount, "InsufficientBalance")
        self.ensure(data["free"] - amount >= data["frozen"], "LiquidityRestrictions")
        self._write(who, data["free"] - amount, data["reserved"] + amount)
        self.deposit("Reserved", who, amount)

    def unreserve(self, who: bytes, amount: int) -> int:
        """Move up to ``amount`` of reserved balance back to free; how much was moved."""
        data = self.runtime.system.Account[who]["data"]
        moved = min(amount, int(data["reserved"]))
        if moved:
            self._write(who, data["free"] + moved, data["reserved"] - moved)
            self.deposit("Unreserved", who, moved)
        return moved

    def provide_for(self, who: bytes) -> None:
        """Keep an account of the chain's own in existence, even without a balance."""
        known = self.runtime.system.Account[who]
        self.runtime.system.Account[who] = with_provider(known)
        if not (known["providers"] or known["sufficients"]):
            self.runtime.system.deposit("NewAccount", who)

    def stop_providing(self, who: bytes) -> None:
        """Undo ``provide_for``; ``ConsumerRemaining`` while a deposit depends on it."""
        system = self.runtime.system
        if who not in system.Account:
            return
        left = without_provider(system.Account[who])
        if left is not None:
            system.Account[who] = left
        else:
            del system.Account[who]
            system.deposit("KilledAccount", who)

    def _check_transfer(self, who: bytes, amount: int, *, keep_alive: bool) -> None:
        """Whether an account can part with ``amount``."""
        if not amount:
            return
        account = self.runtime.system.Account[who]
        left = account["data"]["free"] - amount
        if left < 0:
            raise DispatchFailure.token("FundsUnavailable")
        if amount > self.reducible(who, keep_alive=False):
            raise DispatchFailure.token("Frozen")
        if left < EXISTENTIAL_DEPOSIT and keep_alive:
            raise DispatchFailure.token("NotExpendable")

    def _take(self, who: bytes, amount: int, *, keep_alive: bool) -> None:
        if amount > self.reducible(who, keep_alive=keep_alive):
            raise DispatchFailure.token("FundsUnavailable")
        self._write_free(who, self.free(who) - amount)

    def _write_free(self, who: bytes, free: int) -> None:
        self._write(who, free, self.runtime.system.Account[who]["data"]["reserved"])

    def _write(self, who: bytes, free: int, reserved: int) -> None:
        """Set an account's balances; the account appears or, with its dust, goes."""
        system = self.runtime.system
        known = system.Account[who]
        change = with_balance(known, free, reserved)
        if change.account is not None:
            system.Account[who] = change.account
        elif known["providers"] or known["sufficients"]:
            del system.Account[who]
        if change.is_new:
            system.deposit("NewAccount", who)
        if change.is_killed:
            system.deposit("KilledAccount", who)
        if change.is_endowed:
            self.deposit("Endowed", who, free)
        if change.dust:
            self.rescind(change.dust)
            self.deposit("DustLost", who, change.dust)
