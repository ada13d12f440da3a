"""SafeMode: while it is on, accounts may only vote on weights, serve, commit, and govern.

On Subtensor nobody but root can turn it on: entering by deposit is not configured, so the calls about deposits
can only fail, and do so here by the same errors. Root enters for a day of 12-second blocks and may extend it
by half a day; it ends by itself. Source: Subtensor spec 425, ``runtime/src/lib.rs`` (who may what), and
Substrate, ``frame/safe-mode``.
"""

from taocli.localnet.frame.call import Invocation, call
from taocli.localnet.frame.outcome import Origin
from taocli.localnet.frame.pallet import Constant, Error, Event, Pallet
from taocli.localnet.frame.storage import Map, Twox64Concat, Value
from taocli.localnet.frame.types import AccountId, Enum, Field, Option, Variant, u32, u64

ROOT_ENTERS = 7_200
ROOT_EXTENDS = 3_600
ALLOWED_PALLETS = frozenset({"Sudo", "Multisig", "System", "SafeMode", "Timestamp"})
ALLOWED_CALLS = frozenset(
    {"SubtensorModule.set_weights", "SubtensorModule.serve_axon", "Commitments.set_commitment"}
)

ExitReason = Enum(
    "pallet_safe_mode::pallet::ExitReason", Variant(0, "Timeout"), Variant(1, "Force")
)
_UNTIL = Field(None, u32, "BlockNumberFor<T>")
_ACCOUNT = Field(None, AccountId, "T::AccountId")
_AMOUNT = Field(None, u64, "BalanceOf<T>")
_BLOCK = Field(None, u32, "BlockNumberFor<T>")


class SafeMode(Pallet):
    """A switch of root's that stops most calls."""

    name = "SafeMode"
    index = 20

    EnteredUntil = Value(u32, optional=True)
    Deposits = Map((Twox64Concat, AccountId), (Twox64Concat, u32), u64, optional=True)

    events = (
        Event("Entered", until=_UNTIL),
        Event("Extended", until=_UNTIL),
        Event("Exited", reason=ExitReason),
        Event("DepositPlaced", account=_ACCOUNT, amount=_AMOUNT),
        Event("DepositReleased", account=_ACCOUNT, amount=_AMOUNT),
        Event("DepositSlashed", account=_ACCOUNT, amount=_AMOUNT),
        Event("CannotDeposit"),
        Event("CannotRelease"),
    )
    errors = (
        Error("Entered", "Safe mode is on, so it cannot be entered."),
        Error("Exited", "Safe mode is off."),
        Error("NotConfigured", "This chain does not offer the call."),
        Error("NoDeposit", "The account has no deposit of that block."),
        Error("AlreadyDeposited", "The account has a deposit in this block already."),
        Error("CannotReleaseYet", "The deposit may not be released yet."),
        Error("CurrencyError", "The balance could not be held or released."),
    )
    constants = (
        Constant("EnterDuration", u32, 0),
        Constant("ExtendDuration", u32, 0),
        Constant("EnterDepositAmount", Option(u64), None),
        Constant("ExtendDepositAmount", Option(u64), None),
        Constant("ReleaseDelay", Option(u32), None),
    )

    @call(0)
    def enter(self, origin: Origin) -> None:
        """Turn it on for a deposit, which this chain does not offer."""
        origin.signed()
        self.fail("NotConfigured")

    @call(1)
    def force_enter(self, origin: Origin) -> None:
        """Turn it on, by root."""
        origin.root()
        self.ensure(not self.EnteredUntil.exists(), "Entered")
        until = self.block_number + ROOT_ENTERS
        self.EnteredUntil.set(until)
        self.deposit("Entered", until)

    @call(2)
    def extend(self, origin: Origin) -> None:
        """Make it last longer for a deposit, which this chain does not offer."""
        origin.signed()
        self.fail("NotConfigured")

    @call(3)
    def force_extend(self, origin: Origin) -> None:
        """Make it last longer, by root."""
        origin.root()
        until = self.EnteredUntil.get()
        self.ensure(until is not None, "Exited")
        self.EnteredUntil.set(until + ROOT_EXTENDS)
        self.deposit("Extended", until + ROOT_EXTENDS)

    @call(4)
    def force_exit(self, origin: Origin) -> None:
        """Turn it off, by root."""
        origin.root()
        self._exit("Force")

    @call(5, account=_ACCOUNT, block=_BLOCK)
    def force_slash_deposit(self, origin: Origin, account: bytes, block: int) -> None:  # noqa: ARG002 - wire
        """Take a deposit away, by root; there never is one."""
        origin.root()
        self.fail("NoDeposit")

    @call(6, account=_ACCOUNT, block=_BLOCK)
    def release_deposit(self, origin: Origin, account: bytes, block: int) -> None:  # noqa: ARG002 - wire
        """Give a deposit back; there never is one."""
        origin.signed()
        self.fail("NoDeposit")

    @call(7, account=_ACCOUNT, block=_BLOCK)
    def force_release_deposit(self, origin: Origin, account: bytes, block: int) -> None:  # noqa: ARG002 - wire
        """Give a deposit back, by root; there never is one."""
        origin.root()
        self.fail("NoDeposit")

    def on_initialize(self, number: int) -> None:
        """End it when its time is over."""
        until = self.EnteredUntil.get()
        if until is not None and number > until:
            self._exit("Timeout")

    def filters(self, invocation: Invocation) -> bool:
        """While it is on, everything but the allowed calls."""
        if invocation.pallet.name in ALLOWED_PALLETS or invocation.label in ALLOWED_CALLS:
            return False
        return self.EnteredUntil.exists()

    def _exit(self, reason: str) -> None:
        self.ensure(self.EnteredUntil.exists(), "Exited")
        self.EnteredUntil.kill()
        self.deposit("Exited", reason)
