"""Proxy: accounts that act for others, within a type of calls and after a delay if there is one.

The owner (``real``) names a delegate and reserves a deposit for each. ``proxy`` runs a call as the owner:
its failure is an event and a storage item, not a failure of the extrinsic, and the type's rule goes
with the origin into every call inside it (a batch cannot smuggle a transfer past NonTransfer). A pure
account has no key at all: its id is a hash of who spawned it and where, and only its proxies move it.
With ``set_real_pays_fee`` the owner takes over the fees of a delegate's ``proxy`` calls.

Simplified: a call has the weight of its parts; the extrinsic of a free inner call still pays its fee.
Source: Subtensor spec 425, pallets/proxy and runtime/src/transaction_payment_wrapper.rs.
"""

from bisect import bisect_left
from typing import Any

from taocli.localnet.frame.call import Invocation, call
from taocli.localnet.frame.outcome import DispatchResult, Origin, Pays
from taocli.localnet.frame.pallet import Constant, Error, Event
from taocli.localnet.frame.storage import Map, Twox64Concat, blake2_256
from taocli.localnet.frame.types import (
    H256,
    AccountId,
    BoundedVec,
    Compact,
    Field,
    Tuple,
    Unit,
    boolean,
    u16,
    u32,
    u64,
)
from taocli.localnet.pallets.proxy_announcements import CALL, FORCED, TARGET, Announcing
from taocli.localnet.pallets.proxy_types import (
    DepositKind,
    ProxyDefinition,
    ProxyType,
    allows,
    order_of,
    pure_seed,
)
from taocli.localnet.pallets.sudo import as_result

_TYPE = Field(None, ProxyType, "T::ProxyType")
_DELAY = Field(None, u32, "BlockNumberFor<T>")
_WHO = Field(None, AccountId, "T::AccountId")
_SUM = Field(None, u64, "BalanceOf<T>")
_BATCHES = frozenset({"Utility.batch", "Utility.batch_all", "Utility.force_batch"})


class Proxy(Announcing):
    """Accounts that act for others."""

    name = "Proxy"
    index = 16
    crate = "pallet_subtensor_proxy"

    Proxies = Map((Twox64Concat, AccountId), Tuple(BoundedVec(ProxyDefinition), u64))
    LastCallResult = Map((Twox64Concat, AccountId), DispatchResult, optional=True)
    RealPaysFee = Map((Twox64Concat, AccountId), (Twox64Concat, AccountId), Unit, optional=True)

    events = (
        Event("ProxyExecuted", result=Field(None, DispatchResult, "DispatchResult")),
        Event("PureCreated", pure=_WHO, who=_WHO, proxy_type=_TYPE, disambiguation_index=u16),
        Event("PureKilled", pure=_WHO, spawner=_WHO, proxy_type=_TYPE, disambiguation_index=u16),
        Event("Announced", real=_WHO, proxy=_WHO, call_hash=Field(None, H256, "CallHashOf<T>")),
        Event("ProxyAdded", delegator=_WHO, delegatee=_WHO, proxy_type=_TYPE, delay=_DELAY),
        Event("ProxyRemoved", delegator=_WHO, delegatee=_WHO, proxy_type=_TYPE, delay=_DELAY),
        Event("DepositPoked", who=_WHO, kind=DepositKind, old_deposit=_SUM, new_deposit=_SUM),
        Event("RealPaysFeeSet", real=_WHO, delegate=_WHO, pays_fee=boolean),
    )
    errors = (
        Error(
            "TooMany", "There are too many proxies registered or too many announcements pending."
        ),
        Error("NotFound", "Proxy registration not found."),
        Error("NotProxy", "Sender is not a proxy of the account to be proxied."),
        Error(
            "Unproxyable",
            "A call which is incompatible with the proxy type's filter was attempted.",
        ),
        Error("Duplicate", "Account is already a proxy."),
        Error(
            "NoPermission", "Call may not be made by proxy because it may escalate its privileges."
        ),
        Error("Unannounced", "Announcement, if made at all, was made too recently."),
        Error("NoSelfProxy", "Cannot add self as proxy."),
        Error(
            "AnnouncementDepositInvariantViolated",
            "Invariant violated: deposit recomputation returned None after updating announcements.",
        ),
        Error(
            "InvalidDerivedAccountId",
            "Failed to derive a valid account id from the provided entropy.",
        ),
    )
    constants = (
        Constant("ProxyDepositBase", u64, 60_000_000),
        Constant("ProxyDepositFactor", u64, 33_000_000),
        Constant("MaxProxies", u32, 20),
        Constant("MaxPending", u32, 75),
        Constant("AnnouncementDepositBase", u64, 36_000_000),
        Constant("AnnouncementDepositFactor", u64, 68_000_000),
    )

    @call(0, args={"real": TARGET, "force_proxy_type": FORCED, "call": CALL})
    def proxy(
        self, origin: Origin, real: bytes, force_proxy_type: str | None, call: Invocation
    ) -> None:
        """Make a call as another account, whose proxy without delay the signer is."""
        definition = self.find_proxy(real, origin.signed(), force_proxy_type)
        self.ensure(definition["delay"] == 0, "Unannounced")
        self.act(definition["proxy_type"], real, call)

    @call(1, delegate=TARGET, proxy_type=_TYPE, delay=_DELAY)
    def add_proxy(self, origin: Origin, delegate: bytes, proxy_type: str, delay: int) -> None:
        """Let another account act for the signer."""
        who = origin.signed()
        self.ensure(delegate != who, "NoSelfProxy")
        definitions, held = self.Proxies[who]
        new = {"delegate": delegate, "proxy_type": proxy_type, "delay": delay}
        self.ensure(new not in definitions, "Duplicate")
        self.ensure(len(definitions) < self.constant("MaxProxies"), "TooMany")
        definitions.insert(bisect_left(definitions, order_of(new), key=order_of), new)
        due = self.adjust_deposit(who, held, "Proxy", len(definitions))
        self.Proxies[who] = (definitions, due)
        self.deposit("ProxyAdded", who, delegate, proxy_type, delay)

    @call(2, delegate=TARGET, proxy_type=_TYPE, delay=_DELAY)
    def remove_proxy(self, origin: Origin, delegate: bytes, proxy_type: str, delay: int) -> None:
        """Take one delegation back; it must be named as it was given."""
        who = origin.signed()
        definitions, held = self.Proxies[who]
        old = {"delegate": delegate, "proxy_type": proxy_type, "delay": delay}
        self.ensure(old in definitions, "NotFound")
        definitions.remove(old)
        due = self.adjust_deposit(who, held, "Proxy", len(definitions))
        if definitions:
            self.Proxies[who] = (definitions, due)
        else:
            del self.Proxies[who]
        del self.RealPaysFee[who, delegate]
        self.deposit("ProxyRemoved", who, delegate, proxy_type, delay)

    @call(3)
    def remove_proxies(self, origin: Origin) -> None:
        """Take all delegations back; a pure account that does it is lost, deposit and all."""
        who = origin.signed()
        _, held = self.Proxies.take(who)
        self.runtime.balances.unreserve(who, held)
        self.RealPaysFee.clear_under(who)

    @call(4, proxy_type=_TYPE, delay=_DELAY, index=u16)
    def create_pure(self, origin: Origin, proxy_type: str, delay: int, index: int) -> None:
        """Make an account without a key, for which the signer may act."""
        who = origin.signed()
        here = self.block_number, self.runtime.extrinsic_index
        pure = blake2_256(pure_seed(who, proxy_type, index, *here))
        self.ensure(pure not in self.Proxies, "Duplicate")
        held = self.adjust_deposit(who, 0, "Proxy", 1)
        first = {"delegate": who, "proxy_type": proxy_type, "delay": delay}
        self.Proxies[pure] = ([first], held)
        self.deposit("PureCreated", pure, who, proxy_type, index)

    @call(
        5,
        spawner=TARGET,
        proxy_type=_TYPE,
        index=u16,
        height=Field(None, Compact(u32), "BlockNumberFor<T>"),
        ext_index=Field(None, Compact(u32), "u32"),
    )
    def kill_pure(
        self,
        origin: Origin,
        spawner: bytes,
        proxy_type: str,
        index: int,
        height: int,
        ext_index: int,
    ) -> None:
        """Give a pure account up, by itself; what it holds is lost, its spawner gets the deposit."""
        who = origin.signed()
        pure = blake2_256(pure_seed(spawner, proxy_type, index, height, ext_index))
        self.ensure(pure == who, "NoPermission")
        _, held = self.Proxies.take(who)
        self.runtime.balances.unreserve(spawner, held)
        self.deposit("PureKilled", who, spawner, proxy_type, index)

    @call(10)
    def poke_deposit(self, origin: Origin) -> Pays:
        """Bring the signer's deposits to what they cost now; free when that changes something."""
        who = origin.signed()
        changed = False
        for kind, part, item in (
            ("Proxies", "Proxy", self.Proxies),
            ("Announcements", "Announcement", self.Announcements),
        ):
            entries, held = item[who]
            due = self.adjust_deposit(who, held, part, len(entries))
            if entries:
                item[who] = (entries, due)
            else:
                del item[who]
            if due != held:
                changed = True
                self.deposit("DepositPoked", who, kind, held, due)
        return Pays.NO if changed else Pays.YES

    @call(11, delegate=TARGET, pays_fee=boolean)
    def set_real_pays_fee(self, origin: Origin, delegate: bytes, pays_fee: bool) -> None:
        """Choose whether the signer pays for what a delegate does in its name."""
        who = origin.signed()
        self.find_proxy(who, delegate, None)
        if pays_fee:
            self.RealPaysFee[who, delegate] = ()
        else:
            del self.RealPaysFee[who, delegate]
        self.deposit("RealPaysFeeSet", who, delegate, pays_fee)

    def find_proxy(self, real: bytes, delegate: bytes, forced: str | None) -> dict[str, Any]:
        """The first definition that lets ``delegate`` act for ``real``, or ``NotProxy``."""
        found = [
            definition
            for definition in self.Proxies[real][0]
            if definition["delegate"] == delegate and forced in (None, definition["proxy_type"])
        ]
        self.ensure(found, "NotProxy")
        return dict(found[0])

    def act(self, proxy_type: str, real: bytes, call: Invocation) -> None:
        """Make a call as ``real`` within a type's rule; how it ends is recorded, not raised."""
        origin = Origin.from_account(real).within(lambda inner: allows(proxy_type, inner))
        result = as_result(self.runtime.try_dispatch(call, origin))
        self.LastCallResult[real] = result
        self.deposit("ProxyExecuted", result)

    def fee_payer(self, who: bytes, invocation: Invocation) -> bytes | None:
        """The owner who pays for the signer, one proxy (or a batch of proxies for one owner) deeper too."""
        real = self._volunteer(who, invocation)
        if real is None:
            return None
        inner = invocation.args["call"]
        calls = inner.args["calls"] if inner.label in _BATCHES else [inner]
        deeper = {self._volunteer(real, item) for item in calls}
        only = deeper.pop() if len(deeper) == 1 else None
        return only or real

    def _volunteer(self, delegate: bytes, invocation: Invocation) -> bytes | None:
        if invocation.label != "Proxy.proxy" or not isinstance(invocation.args["real"], bytes):
            return None
        real: bytes = invocation.args["real"]
        return real if (real, delegate) in self.RealPaysFee else None

    def on_finalize(self, number: int) -> None:  # noqa: ARG002  # the hook's signature
        """Results are for the block in which they happened."""
        self.LastCallResult.clear_under()
