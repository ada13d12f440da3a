"""Preimage: bytes that are stored under their hash, usually a call that is too long to be kept elsewhere.

Who notes bytes holds a deposit for them and may take both back, unless root has requested the hash:
then the bytes stay until the last request is withdrawn. Root's own notes cost nothing and count as a
request.

Simplified: the deposit is reserved without an entry in Balances.Holds, and no statuses of the old form
exist, so ``StatusFor`` is empty and ``ensure_updated`` finds nothing to do.
Source: Subtensor spec 425 (pallet_preimage of polkadot-sdk).
"""

from typing import Any

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import DispatchFailure, Origin, Pays
from taocli.localnet.frame.pallet import Error, Event, Pallet
from taocli.localnet.frame.storage import Identity, Map, blake2_256
from taocli.localnet.frame.types import (
    H256,
    AccountId,
    BoundedVec,
    Bytes,
    Enum,
    Field,
    Newtype,
    Option,
    Tuple,
    Variant,
    Vec,
    u8,
    u32,
    u64,
)

MAX_SIZE = 4 * 1024 * 1024
MAX_UPDATES = 1_024
BASE_DEPOSIT = 104_000_000
BYTE_DEPOSIT = 1_000_000

HoldConsideration = Newtype(
    "frame_support::traits::tokens::fungible::HoldConsideration",
    u64,
    params={"A": None, "F": None, "R": None, "D": None, "Fp": None},
)
_TICKET = Tuple(AccountId, HoldConsideration)
_OLD_TICKET = Tuple(AccountId, u64)
RequestStatus = Enum(
    "pallet_preimage::RequestStatus",
    Variant(0, "Unrequested", ticket=_TICKET, len=u32),
    Variant(1, "Requested", maybe_ticket=Option(_TICKET), count=u32, maybe_len=Option(u32)),
    params={"AccountId": AccountId, "Ticket": HoldConsideration},
)
OldRequestStatus = Enum(
    "pallet_preimage::OldRequestStatus",
    Variant(0, "Unrequested", deposit=_OLD_TICKET, len=u32),
    Variant(1, "Requested", deposit=Option(_OLD_TICKET), count=u32, len=Option(u32)),
    params={"AccountId": AccountId, "Balance": u64},
)
_HASH = Field(None, H256, "T::Hash")
Status = tuple[str, dict[str, Any]]


class Preimage(Pallet):
    """Bytes by their hash."""

    name = "Preimage"
    index = 14
    crate = "pallet_preimage"

    StatusFor = Map((Identity, H256), OldRequestStatus, optional=True)
    RequestStatusFor = Map((Identity, H256), RequestStatus, optional=True)
    PreimageFor = Map((Identity, Tuple(H256, u32)), BoundedVec(u8), optional=True)

    events = (
        Event("Noted", hash=_HASH),
        Event("Requested", hash=_HASH),
        Event("Cleared", hash=_HASH),
    )
    errors = (
        Error("TooBig", "Preimage is too large to store on-chain."),
        Error("AlreadyNoted", "Preimage has already been noted on-chain."),
        Error("NotAuthorized", "The user is not authorized to perform this action."),
        Error("NotNoted", "The preimage cannot be removed since it has not yet been noted."),
        Error("Requested", "A preimage may not be removed when there are outstanding requests."),
        Error("NotRequested", "The preimage request cannot be removed; none are outstanding."),
        Error("TooMany", "More hashes were requested to be upgraded at once than is allowed."),
        Error("TooFew", "Too few hashes were requested to be upgraded (zero)."),
    )

    @call(0, args={"bytes": Field(None, Bytes, "Vec<u8>")})
    def note_preimage(self, origin: Origin, bytes: bytes) -> Pays:  # noqa: A002  # its name on the wire
        """Store bytes, for a deposit unless they were requested."""
        who = None if origin.is_root else origin.signed()
        requested = self.note(bytes, who)
        return Pays.NO if requested or who is None else Pays.YES

    @call(1, args={"hash": _HASH})
    def unnote_preimage(self, origin: Origin, hash: bytes) -> None:  # noqa: A002  # its name on the wire
        """Take bytes back, and the deposit with them."""
        who = None if origin.is_root else origin.signed()
        kind, status = self._status(hash, "NotNoted")
        ticket = status["ticket"] if kind == "Unrequested" else status["maybe_ticket"]
        self.ensure(who is None or (ticket is not None and ticket[0] == who), "NotAuthorized")
        if ticket is None:
            self.unrequest(hash)
            return
        self.runtime.balances.unreserve(*ticket)
        if kind == "Unrequested":
            self._clear(hash, status["len"])
        else:
            self.RequestStatusFor[hash] = (kind, {**status, "maybe_ticket": None})

    @call(2, args={"hash": _HASH})
    def request_preimage(self, origin: Origin, hash: bytes) -> None:  # noqa: A002  # its name on the wire
        """Ask for bytes and keep them, by root."""
        origin.root()
        kind, status = self._known(hash)
        if kind == "Requested":
            self.RequestStatusFor[hash] = (kind, {**status, "count": status["count"] + 1})
            return
        self.RequestStatusFor[hash] = _requested(status.get("ticket"), status.get("len"))
        self.deposit("Requested", hash)

    @call(3, args={"hash": _HASH})
    def unrequest_preimage(self, origin: Origin, hash: bytes) -> None:  # noqa: A002  # its name on the wire
        """Withdraw a request, by root."""
        origin.root()
        self.unrequest(hash)

    @call(4, hashes=Field(None, Vec(H256), "Vec<T::Hash>"))
    def ensure_updated(self, origin: Origin, hashes: list[bytes]) -> None:
        """Bring old statuses to the new form; here there are none."""
        origin.signed()
        self.ensure(hashes, "TooFew")
        self.ensure(len(hashes) <= MAX_UPDATES, "TooMany")

    def note(self, content: bytes, who: bytes | None) -> bool:
        """Store bytes for an account, or for the chain itself; whether somebody requests them."""
        self.ensure(len(content) <= MAX_SIZE, "TooBig")
        content_hash = blake2_256(content)
        kind, status = self._known(content_hash)
        if kind == "Requested":
            new: Status = ("Requested", {**status, "maybe_len": len(content)})
        elif who is None:
            new = _requested(status.get("ticket"), len(content))
        else:
            self.ensure(not kind, "AlreadyNoted")
            held = self._hold(who, len(content))
            new = ("Unrequested", {"ticket": (who, held), "len": len(content)})
        self.RequestStatusFor[content_hash] = new
        self.PreimageFor[content_hash, len(content)] = content
        self.deposit("Noted", content_hash)
        return new[0] == "Requested"

    def fetch(self, content_hash: bytes, length: int) -> bytes | None:
        """The bytes, if they are there."""
        found: bytes | None = self.PreimageFor[content_hash, length]
        return found

    def unrequest(self, content_hash: bytes) -> None:
        """Withdraw one request; with the last one go bytes that nobody paid for."""
        kind, status = self._status(content_hash, "NotRequested")
        self.ensure(kind == "Requested", "NotRequested")
        ticket, length = status["maybe_ticket"], status["maybe_len"]
        if status["count"] > 1:
            self.RequestStatusFor[content_hash] = (kind, {**status, "count": status["count"] - 1})
        elif length is None:
            del self.RequestStatusFor[content_hash]
        elif ticket is None:
            self._clear(content_hash, length)
        else:
            self.RequestStatusFor[content_hash] = ("Unrequested", {"ticket": ticket, "len": length})

    def _known(self, content_hash: bytes) -> Status:
        status: Status | None = self.RequestStatusFor[content_hash]
        return status or ("", {})

    def _status(self, content_hash: bytes, error: str) -> Status:
        self.ensure(content_hash in self.RequestStatusFor, error)
        return self._known(content_hash)

    def _hold(self, who: bytes, length: int) -> int:
        amount = BASE_DEPOSIT + BYTE_DEPOSIT * length
        if self.runtime.balances.reducible(who) < amount:
            raise DispatchFailure.token("FundsUnavailable")
        self.runtime.balances.reserve(who, amount)
        return amount

    def _clear(self, content_hash: bytes, length: int) -> None:
        del self.RequestStatusFor[content_hash]
        del self.PreimageFor[content_hash, length]
        self.deposit("Cleared", content_hash)


def _requested(ticket: Any, length: int | None) -> Status:
    return "Requested", {"maybe_ticket": ticket, "count": 1, "maybe_len": length}
