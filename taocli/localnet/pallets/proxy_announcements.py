"""Announcements: a proxy with a delay says beforehand what it will do, so that the owner can object.

The delegate publishes the BLAKE2-256 of the call for a deposit, waits for its delay, and then anybody
may have the call executed; until then the delegate can take it back and the owner can reject it.
Whatever removes an announcement returns its deposit to the delegate.

Source: Subtensor spec 425, pallets/proxy.
"""

from collections.abc import Callable
from typing import Any

from taocli.localnet.frame.call import Invocation, call
from taocli.localnet.frame.outcome import DispatchFailure, Origin
from taocli.localnet.frame.pallet import Pallet
from taocli.localnet.frame.storage import Map, Twox64Concat, blake2_256
from taocli.localnet.frame.types import (
    H256,
    AccountId,
    BoundedVec,
    Field,
    MultiAddress,
    Option,
    RuntimeCall,
    Tuple,
    u64,
)
from taocli.localnet.pallets.proxy_types import Announcement, ProxyType

CALL = Field(None, RuntimeCall, "Box<<T as Config>::RuntimeCall>")
TARGET = Field(None, MultiAddress, "AccountIdLookupOf<T>")
FORCED = Field(None, Option(ProxyType), "Option<T::ProxyType>")
_HASH = Field(None, H256, "CallHashOf<T>")


class Announcing(Pallet):
    """Announced calls and their deposits; the part of Proxy that has to do with delays."""

    Announcements = Map((Twox64Concat, AccountId), Tuple(BoundedVec(Announcement), u64))

    @call(6, real=TARGET, call_hash=_HASH)
    def announce(self, origin: Origin, real: bytes, call_hash: bytes) -> None:
        """Publish the hash of a call that the signer will make for another account."""
        who = origin.signed()
        self.find_proxy(real, who, None)
        pending, deposit = self.Announcements[who]
        self.ensure(len(pending) < self.constant("MaxPending"), "TooMany")
        pending.append({"real": real, "call_hash": call_hash, "height": self.block_number})
        self._put_announcements(who, pending, deposit)
        self.deposit("Announced", real, who, call_hash)

    @call(7, real=TARGET, call_hash=_HASH)
    def remove_announcement(self, origin: Origin, real: bytes, call_hash: bytes) -> None:
        """Take an announcement of one's own back."""
        self._drop_announcements(
            origin.signed(), lambda one: bool(one["real"] == real and one["call_hash"] == call_hash)
        )

    @call(8, delegate=TARGET, call_hash=_HASH)
    def reject_announcement(self, origin: Origin, delegate: bytes, call_hash: bytes) -> None:
        """Forbid what a delegate of the signer has announced."""
        who = origin.signed()
        self._drop_announcements(
            delegate, lambda one: bool(one["real"] == who and one["call_hash"] == call_hash)
        )

    @call(9, args={"delegate": TARGET, "real": TARGET, "force_proxy_type": FORCED, "call": CALL})
    def proxy_announced(
        self,
        origin: Origin,
        delegate: bytes,
        real: bytes,
        force_proxy_type: str | None,
        call: Invocation,
    ) -> None:
        """Make an announced call whose delay is over, whoever asks for it."""
        origin.signed()
        definition = self.find_proxy(real, delegate, force_proxy_type)
        announced, latest = blake2_256(call.encode()), self.block_number - definition["delay"]
        try:
            self._drop_announcements(
                delegate,
                lambda one: bool(
                    one["real"] == real
                    and one["call_hash"] == announced
                    and one["height"] <= latest
                ),
            )
        except DispatchFailure:
            self.fail("Unannounced")
        self.act(definition["proxy_type"], real, call)

    def find_proxy(self, real: bytes, delegate: bytes, forced: str | None) -> dict[str, Any]:
        """The first definition that lets ``delegate`` act for ``real``; Proxy looks it up."""
        raise NotImplementedError

    def act(self, proxy_type: str, real: bytes, call: Invocation) -> None:
        """Make a call as ``real`` within a type's rule; Proxy does it."""
        raise NotImplementedError

    def adjust_deposit(self, who: bytes, held: int, part: str, count: int) -> int:
        """Reserve or return what so many entries of ``Proxy`` or ``Announcement`` cost; the new sum."""
        base, factor = self.constant(f"{part}DepositBase"), self.constant(f"{part}DepositFactor")
        due: int = base + factor * count if count else 0
        if due > held:
            self.runtime.balances.reserve(who, due - held)
        else:
            self.runtime.balances.unreserve(who, held - due)
        return due

    def _put_announcements(self, who: bytes, pending: list[Any], held: int) -> None:
        due = self.adjust_deposit(who, held, "Announcement", len(pending))
        if pending:
            self.Announcements[who] = (pending, due)
        else:
            del self.Announcements[who]

    def _drop_announcements(self, who: bytes, gone: Callable[[dict[str, Any]], bool]) -> None:
        pending, held = self.Announcements[who]
        kept = [one for one in pending if not gone(one)]
        self.ensure(len(kept) < len(pending), "NotFound")
        self._put_announcements(who, kept, held)
