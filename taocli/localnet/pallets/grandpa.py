"""Grandpa: the real chain's finality, of which this one has only the face.

Authorities vote on the real chain, and a block that two thirds of them stand behind can no longer be undone.
Here one author makes every block and each is final at once, so nobody votes: the list of authorities stays
empty unless genesis names some, and the set never changes. Reports of double votes are not part of the
interface here, for there are no votes to report. Source: Substrate, ``frame/grandpa``.
"""

from collections.abc import Mapping
from typing import Any

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import Origin
from taocli.localnet.frame.pallet import Constant, Error, Event, Pallet
from taocli.localnet.frame.runtime_api import RuntimeApi, method
from taocli.localnet.frame.storage import Map, Twox64Concat, Value
from taocli.localnet.frame.types import (
    Enum,
    Field,
    Option,
    Struct,
    Tuple,
    Variant,
    Vec,
    WeakBoundedVec,
    u32,
    u64,
)
from taocli.localnet.pallets.admin_chain import GrandpaAuthority

Weighted = Tuple(GrandpaAuthority, u64)
_N = Field(None, u32, "N")
_NUMBER = Field(None, u32, "BlockNumberFor<T>")
StoredState = Enum(
    "pallet_grandpa::StoredState",
    Variant(0, "Live"),
    Variant(1, "PendingPause", scheduled_at=_N, delay=_N),
    Variant(2, "Paused"),
    Variant(3, "PendingResume", scheduled_at=_N, delay=_N),
    params={"N": u32},
)
StoredPendingChange = Struct(
    "pallet_grandpa::StoredPendingChange",
    {"N": u32, "Limit": None},
    scheduled_at=_N,
    delay=_N,
    next_authorities=WeakBoundedVec(Weighted),
    forced=Option(u32),
)


class Grandpa(Pallet):
    """Finality without votes; ``genesis``: ``authorities`` as (key, weight) pairs."""

    name = "Grandpa"
    index = 4

    State = Value(StoredState)
    PendingChange = Value(StoredPendingChange, optional=True)
    NextForced = Value(u32, optional=True)
    Stalled = Value(Tuple(u32, u32), optional=True)
    CurrentSetId = Value(u64)
    SetIdSession = Map((Twox64Concat, u64), u32, optional=True)
    Authorities = Value(WeakBoundedVec(Weighted))

    events = (
        Event("NewAuthorities", authority_set=Field(None, Vec(Weighted), "AuthorityList")),
        Event("Paused"),
        Event("Resumed"),
    )
    errors = (
        Error("PauseFailed", "Finality is not live, so it cannot be paused."),
        Error("ResumeFailed", "Finality is not paused, so it cannot be resumed."),
        Error("ChangePending", "A change of authorities is already pending."),
        Error("TooSoon", "Another forced change is still too close."),
        Error("InvalidKeyOwnershipProof", "The proof of who owns a key does not hold."),
        Error("InvalidEquivocationProof", "The proof of a double vote does not hold."),
        Error("DuplicateOffenceReport", "The double vote was reported before."),
    )
    constants = (
        Constant("MaxAuthorities", u32, 32),
        Constant("MaxNominators", u32, 20),
        Constant("MaxSetIdSessionEntries", u64, 0),
    )

    @call(2, delay=_NUMBER, best_finalized_block_number=_NUMBER)
    def note_stalled(self, origin: Origin, delay: int, best_finalized_block_number: int) -> None:
        """Note that finality hangs, by root; nothing here reads it."""
        origin.root()
        self.Stalled.set((delay, best_finalized_block_number))

    def genesis(self, config: Mapping[str, Any]) -> None:
        """Write the authorities, if there are any."""
        if "authorities" in config:
            self.Authorities.set(list(config["authorities"]))


class GrandpaApi(RuntimeApi):
    """Who finalizes, and the number of their set; proofs about votes are not offered."""

    version = 3

    @method(Vec(Weighted))
    def grandpa_authorities(self) -> list[tuple[bytes, int]]:
        """The voters and their weights."""
        found: list[tuple[bytes, int]] = self.runtime.grandpa.Authorities.get()
        return found

    @method(u64)
    def current_set_id(self) -> int:
        """How often the voters changed."""
        number: int = self.runtime.grandpa.CurrentSetId.get()
        return number
