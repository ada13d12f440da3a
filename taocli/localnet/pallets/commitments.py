"""Commitments: small public notes of neurons, one per hotkey and subnet.

What a hotkey may write is limited by space per epoch of the subnet. Timelocked notes are kept but never
opened: there is no drand on a localnet. Source: Subtensor spec 425, pallet ``commitments``.
"""

from typing import Any

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import Origin
from taocli.localnet.frame.pallet import Constant, Error, Event, Pallet
from taocli.localnet.frame.scale import Field
from taocli.localnet.frame.storage import Identity, Map, Twox64Concat, Value
from taocli.localnet.frame.types import (
    AccountId,
    Array,
    BoundedVec,
    BTreeSet,
    Bytes,
    Enum,
    Struct,
    Tuple,
    Variant,
    Vec,
    u8,
    u16,
    u32,
    u64,
)

MAX_FIELDS = 3
_LEAST_CHARGE = 100
_RAW = tuple(Variant(length + 1, f"Raw{length}", Array(u8, length)) for length in range(129))
_HASHES = ("BlakeTwo256", "Sha256", "Keccak256", "ShaThree256")

Data = Enum(
    "pallet_commitments::types::Data",
    Variant(0, "None"),
    *_RAW,
    *(Variant(130 + place, name, Array(u8, 32)) for place, name in enumerate(_HASHES)),
    Variant(134, "TimelockEncrypted", encrypted=BoundedVec(u8), reveal_round=u64),
    Variant(135, "ResetBondsFlag"),
    Variant(136, "BigRaw", BoundedVec(u8)),
)
CommitmentInfo = Struct("pallet_commitments::types::CommitmentInfo", fields=BoundedVec(Data))
Registration = Struct(
    "pallet_commitments::types::Registration",
    {"Balance": u64, "BlockNumber": u32},
    deposit=u64,
    block=u32,
    info=CommitmentInfo,
)
UsageTracker = Struct("pallet_commitments::types::UsageTracker", last_epoch=u64, used_space=u64)


class Commitments(Pallet):
    """Notes by subnet and hotkey."""

    name = "Commitments"
    index = 18
    crate = "pallet_commitments"

    TimelockedIndex = Value(BTreeSet(Tuple(u16, AccountId)))
    CommitmentOf = Map((Identity, u16), (Twox64Concat, AccountId), Registration, optional=True)
    LastCommitment = Map((Identity, u16), (Twox64Concat, AccountId), u32, optional=True)
    LastBondsReset = Map((Identity, u16), (Twox64Concat, AccountId), u32, optional=True)
    RevealedCommitments = Map(
        (Identity, u16), (Twox64Concat, AccountId), Vec(Tuple(Bytes, u64)), optional=True
    )
    UsedSpaceOf = Map((Identity, u16), (Twox64Concat, AccountId), UsageTracker, optional=True)
    MaxSpace = Value(u32, default=3_100)

    events = (
        Event("Commitment", netuid=u16, who=AccountId),
        Event("TimelockCommitment", netuid=u16, who=AccountId, reveal_round=u64),
        Event("CommitmentRevealed", netuid=u16, who=AccountId),
    )
    errors = (
        Error(
            "TooManyFieldsInCommitmentInfo",
            "Account passed too many additional fields to their commitment.",
        ),
        Error(
            "AccountNotAllowedCommit", "Account is not allowed to make commitments to the chain."
        ),
        Error("SpaceLimitExceeded", "Space Limit Exceeded for the current interval."),
        Error(
            "UnexpectedUnreserveLeftover",
            "Indicates that unreserve returned a leftover, which is unexpected.",
        ),
    )
    constants = (
        Constant("MaxFields", u32, MAX_FIELDS),
        Constant("InitialDeposit", u64, 0),
        Constant("FieldDeposit", u64, 0),
    )

    @call(
        0,
        free=True,
        netuid=u16,
        info=Field(None, CommitmentInfo, "Box<CommitmentInfo<T::MaxFields>>"),
    )
    def set_commitment(self, origin: Origin, netuid: int, info: dict[str, Any]) -> None:
        """Replace the signing hotkey's note in a subnet."""
        who = origin.signed()
        member = self.runtime.subtensor_module.uid_of(netuid, who) is not None
        self.ensure(member, "AccountNotAllowedCommit")
        fields = info["fields"]
        self.ensure(len(fields) <= MAX_FIELDS, "TooManyFieldsInCommitmentInfo")
        self._charge_space(netuid, who, sum(_size(field) for field in fields))
        note = {"deposit": 0, "block": self.block_number, "info": info}
        self.CommitmentOf[netuid, who] = note
        self.LastCommitment[netuid, who] = self.block_number
        rounds = [field[1]["reveal_round"] for field in fields if field[0] == "TimelockEncrypted"]
        if rounds:
            self.TimelockedIndex.set([*self.TimelockedIndex.get(), (netuid, who)])
            self.deposit("TimelockCommitment", netuid, who, rounds[0])
        else:
            self.deposit("Commitment", netuid, who)

    @call(2, new_limit=u32)
    def set_max_space(self, origin: Origin, new_limit: int) -> None:
        """Set how many bytes a hotkey may write in one epoch."""
        origin.root()
        self.MaxSpace.set(new_limit)

    def raw_of(self, netuid: int, hotkey: bytes) -> bytes | None:
        """A note's SCALE bytes, as metagraphs carry them; None where there is none."""
        note = self.CommitmentOf[netuid, hotkey]
        return None if note is None else Registration.encode(note)

    def _charge_space(self, netuid: int, who: bytes, size: int) -> None:
        epoch = self.runtime.subtensor_module.SubnetEpochIndex[netuid]
        used = self.UsedSpaceOf[netuid, who]
        spent = used["used_space"] if used and used["last_epoch"] == epoch else 0
        spent += max(_LEAST_CHARGE, size)
        self.ensure(spent <= self.MaxSpace.get(), "SpaceLimitExceeded")
        self.UsedSpaceOf[netuid, who] = {"last_epoch": epoch, "used_space": spent}


def _size(field: Any) -> int:
    """The bytes of content in one field."""
    if isinstance(field, str):
        return 0
    content = field[1]["encrypted"] if isinstance(field[1], dict) else field[1]
    return len(content)
