"""MevShield: transactions that nobody can read, and so nobody can run ahead of, before they are in a block.

The chain publishes the key of a coming author. A client signs what it wants, encrypts that to the key and
sends it inside ``submit_encrypted``, signed with the nonce before. The author of the block opens it and puts
the inner extrinsic right behind its carrier (``localnet.shield_author`` does that here), where it runs
like any other: with its own fee, events and hash. The carrier's success says only that it arrived.

Each block the author announces a key, and the keys move up: NextKey, the one to encrypt to, becomes
PendingKey, and that CurrentKey. The next NextKey is what the author after next announced last.
``store_encrypted`` queues bytes that the chain itself is to open in the next block; this one has nothing to
open them with, so every one ends in ExtrinsicDecodeFailed. Source: Subtensor spec 425, ``pallets/shield``.
"""

from collections.abc import Mapping
from typing import Any

from taocli.localnet.frame.call import Invocation, call
from taocli.localnet.frame.outcome import DispatchError, InvalidTransaction, Origin
from taocli.localnet.frame.pallet import Error, Event, Pallet
from taocli.localnet.frame.storage import Identity, Map, Twox64Concat, Value, blake2_256
from taocli.localnet.frame.types import (
    H256,
    AccountId,
    BoundedVec,
    Bytes,
    Field,
    Option,
    Struct,
    boolean,
    u8,
    u32,
    u64,
)
from taocli.localnet.pallets.aura import Authority
from taocli.localnet.pallets.shield_keys import KEY_BYTES, Shielded

MAX_CIPHERTEXT = 8_192
MAX_WEIGHT = 2_000_000_000_000
STORE_WEIGHT = 20_000_000_000
_UNPARSABLE = 23

EncryptionKey = BoundedVec(u8)
PendingExtrinsic = Struct(
    "pallet_shield::pallet::PendingExtrinsic",
    who=AccountId,
    encrypted_call=BoundedVec(u8),
    submitted_at=u32,
)
_CIPHERTEXT = Field(None, BoundedVec(u8), "BoundedVec<u8, ConstU32<8192>>")
_STORED = Field(None, BoundedVec(u8), "BoundedVec<u8, MaxEncryptedCallSize>")
_WHO = Field(None, AccountId, "T::AccountId")


class MevShield(Pallet):
    """Keys of the authors, carriers and stored calls; ``genesis``: ``keys``, the first and the next."""

    name = "MevShield"
    index = 30
    crate = "pallet_shield"

    CurrentKey = Value(EncryptionKey, optional=True)
    PendingKey = Value(EncryptionKey, optional=True)
    NextKey = Value(EncryptionKey, optional=True)
    AuthorKeys = Map((Twox64Concat, Authority), EncryptionKey, optional=True)
    PendingKeyExpiresAt = Value(u32, optional=True)
    NextKeyExpiresAt = Value(u32, optional=True)
    HasMigrationRun = Map((Identity, BoundedVec(u8)), boolean)
    MaxPendingExtrinsicsLimit = Value(u32, default=100)
    ExtrinsicLifetime = Value(u32, default=10)
    OnInitializeWeight = Value(u64, default=500_000_000_000)
    MaxExtrinsicWeight = Value(u64, default=50_000_000_000)
    PendingExtrinsics = Map((Identity, u32), PendingExtrinsic, optional=True)
    CounterForPendingExtrinsics = Value(u32)
    NextPendingExtrinsicIndex = Value(u32)

    events = (
        Event("EncryptedSubmitted", id=Field(None, H256, "T::Hash"), who=_WHO),
        Event("ExtrinsicStored", fields={"index": u32, "who": _WHO}),
        Event("ExtrinsicDecodeFailed", fields={"index": u32}),
        Event(
            "ExtrinsicDispatchFailed",
            fields={"index": u32, "error": Field(None, DispatchError, "DispatchError")},
        ),
        *(
            Event(name, fields={"index": u32})
            for name in ("ExtrinsicDispatched", "ExtrinsicExpired", "ExtrinsicPostponed")
        ),
        Event("MaxPendingExtrinsicsNumberSet", value=u32),
        Event("OnInitializeWeightSet", value=u64),
        Event("ExtrinsicLifetimeSet", value=u32),
        Event("MaxExtrinsicWeightSet", value=u64),
        Event("ExtrinsicWeightExceeded", fields={"index": u32}),
    )
    errors = (
        Error("BadEncKeyLen", "The announced ML‑KEM encapsulation key length is invalid."),
        Error("Unreachable", "Unreachable."),
        Error("TooManyPendingExtrinsics", "Too many pending extrinsics in storage."),
        Error(
            "WeightExceedsAbsoluteMax",
            "Weight exceeds the absolute maximum (half of total block weight).",
        ),
    )

    @call(
        0,
        dispatch_class="Mandatory",
        enc_key=Field(None, Option(EncryptionKey), "Option<ShieldEncKey>"),
    )
    def announce_next_key(self, origin: Origin, enc_key: bytes | None) -> None:
        """Move the keys up and note the author's newest one; the author does this once per block."""
        origin.none()
        author = self._author()
        self.ensure(author is not None, "Unreachable")
        self.ensure(enc_key is None or len(enc_key) == KEY_BYTES, "BadEncKeyLen")
        _move(self.PendingKey, self.CurrentKey)
        _move(self.NextKey, self.PendingKey)
        upcoming = self.AuthorKeys[self._author(ahead=2)]
        if upcoming is not None:
            self.NextKey.set(upcoming)
        if enc_key is None:
            del self.AuthorKeys[author]
        else:
            self.AuthorKeys[author] = enc_key
        self._date_keys()

    @call(1, ciphertext=_CIPHERTEXT)
    def submit_encrypted(self, origin: Origin, ciphertext: bytes) -> None:
        """Carry an encrypted extrinsic; the block's author opens it and puts it right behind."""
        who = origin.signed()
        digest = blake2_256(who + Bytes.encode(ciphertext))
        self.deposit("EncryptedSubmitted", digest, who)

    @call(2, weight=STORE_WEIGHT, encrypted_call=_STORED)
    def store_encrypted(self, origin: Origin, encrypted_call: bytes) -> None:
        """Queue a call for the chain to open at the start of the next block."""
        who = origin.signed()
        count = self.CounterForPendingExtrinsics.get()
        self.ensure(count < self.MaxPendingExtrinsicsLimit.get(), "TooManyPendingExtrinsics")
        index = self.NextPendingExtrinsicIndex.get()
        self.PendingExtrinsics[index] = {
            "who": who,
            "encrypted_call": encrypted_call,
            "submitted_at": self.block_number,
        }
        self.CounterForPendingExtrinsics.set(count + 1)
        self.NextPendingExtrinsicIndex.set(index + 1)
        self.deposit("ExtrinsicStored", index, who)

    @call(3, value=u32)
    def set_max_pending_extrinsics_number(self, origin: Origin, value: int) -> None:
        """Choose how many calls may wait, by root."""
        origin.root()
        self.MaxPendingExtrinsicsLimit.set(value)
        self.deposit("MaxPendingExtrinsicsNumberSet", value)

    @call(4, value=u64)
    def set_on_initialize_weight(self, origin: Origin, value: int) -> None:
        """Choose how much of a block stored calls may take together, by root."""
        origin.root()
        self.ensure(value <= MAX_WEIGHT, "WeightExceedsAbsoluteMax")
        self.OnInitializeWeight.set(value)
        self.deposit("OnInitializeWeightSet", value)

    @call(5, value=u32)
    def set_stored_extrinsic_lifetime(self, origin: Origin, value: int) -> None:
        """Choose for how many blocks a stored call may wait, by root."""
        origin.root()
        self.ExtrinsicLifetime.set(value)
        self.deposit("ExtrinsicLifetimeSet", value)

    @call(6, value=u64)
    def set_max_extrinsic_weight(self, origin: Origin, value: int) -> None:
        """Choose how much of a block one stored call may take, by root."""
        origin.root()
        self.ensure(value <= MAX_WEIGHT, "WeightExceedsAbsoluteMax")
        self.MaxExtrinsicWeight.set(value)
        self.deposit("MaxExtrinsicWeightSet", value)

    def genesis(self, config: Mapping[str, Any]) -> None:
        """Publish keys in block 0, so that a chain that makes blocks on demand can be sent a carrier."""
        if "keys" not in config:
            return
        first, announced = config["keys"]
        self.NextKey.set(first)
        for author in self.runtime.aura.Authorities.get():
            self.AuthorKeys[author] = announced
        self._date_keys()

    def on_initialize(self, number: int) -> None:
        """Empty the queue of stored calls: too old ones expire, the others cannot be opened."""
        if not self.CounterForPendingExtrinsics.get():
            return
        for index, pending in sorted(self.PendingExtrinsics.items_under()):
            late = number - pending["submitted_at"] > self.ExtrinsicLifetime.get()
            del self.PendingExtrinsics[index]
            self.deposit("ExtrinsicExpired" if late else "ExtrinsicDecodeFailed", index)
        self.CounterForPendingExtrinsics.set(0)

    def check_signed(self, who: bytes, invocation: Invocation) -> None:  # noqa: ARG002 - the hook's signature
        """Keep carriers that cannot be taken apart out of the pool."""
        if invocation.pallet is self and invocation.declaration.name == "submit_encrypted":
            ciphertext = invocation.args["ciphertext"]
            if len(ciphertext) > MAX_CIPHERTEXT or Shielded.parse(ciphertext) is None:
                raise InvalidTransaction.custom(_UNPARSABLE)

    def _author(self, ahead: int = 0) -> bytes | None:
        """Who makes this block, or the one so many slots later."""
        aura = self.runtime.aura
        authorities: list[bytes] = aura.Authorities.get()
        slot = aura.CurrentSlot.get() + ahead
        return authorities[slot % len(authorities)] if authorities else None

    def _date_keys(self) -> None:
        """Note the first block in which a published key is no longer good."""
        for key, expires_at, blocks in (
            (self.PendingKey, self.PendingKeyExpiresAt, 2),
            (self.NextKey, self.NextKeyExpiresAt, 3),
        ):
            if key.exists():
                expires_at.set(self.block_number + blocks)
            else:
                expires_at.kill()


def _move(source: Value, target: Value) -> None:
    key = source.take()
    if key is None:
        target.kill()
    else:
        target.set(key)
