"""System: accounts and their nonces, block numbers and hashes, and the block's events.

An account exists while something provides for it (its balance, counted in ``providers``). The hashes
of the last 2,400 blocks are kept, so that a mortal signature can be checked against its birth block.
"""

from collections.abc import Mapping
from typing import Any

from taocli.localnet.frame.call import call
from taocli.localnet.frame.dispatch import DispatchInfo
from taocli.localnet.frame.outcome import DispatchError, DispatchFailure, Origin, Pays
from taocli.localnet.frame.pallet import Constant, Error, Event, Pallet
from taocli.localnet.frame.storage import Blake2_128Concat, Map, Twox64Concat, Value, blake2_256
from taocli.localnet.frame.types import (
    H256,
    AccountId,
    Bytes,
    Field,
    Tuple,
    Vec,
    boolean,
    u16,
    u32,
    u64,
)
from taocli.localnet.frame.version import Digest, RuntimeVersionType
from taocli.localnet.pallets.system_types import (
    BLOCK_LENGTH,
    BLOCK_WEIGHTS,
    AccountInfo,
    BlockLength,
    BlockWeights,
    CodeUpgradeAuthorization,
    DispatchEventInfo,
    EventRecord,
    LastRuntimeUpgradeInfo,
    PerClassWeight,
    Phase,
    RuntimeDbWeight,
    Weight,
)

BLOCK_HASH_COUNT = 2_400
NEW_FLAGS = 1 << 127  # the balances pallet's "new logic" bit, part of every default account
EMPTY_ACCOUNT = {
    "nonce": 0,
    "consumers": 0,
    "providers": 0,
    "sufficients": 0,
    "data": {"free": 0, "reserved": 0, "frozen": 0, "flags": NEW_FLAGS},
}


class System(Pallet):
    """Accounts, block numbers, block hashes and events."""

    name = "System"
    index = 0
    crate = "frame_system"

    Account = Map((Blake2_128Concat, AccountId), AccountInfo, default=EMPTY_ACCOUNT)
    ExtrinsicCount = Value(u32, optional=True)
    InherentsApplied = Value(boolean)
    BlockWeight = Value(PerClassWeight)
    AllExtrinsicsLen = Value(u32, optional=True)
    BlockHash = Map((Twox64Concat, u32), H256)
    ExtrinsicData = Map((Twox64Concat, u32), Bytes)
    Number = Value(u32)
    ParentHash = Value(H256)
    Digest = Value(Digest)
    Events = Value(Vec(EventRecord))
    EventCount = Value(u32)
    EventTopics = Map((Blake2_128Concat, H256), Vec(Tuple(u32, u32)))
    LastRuntimeUpgrade = Value(LastRuntimeUpgradeInfo, optional=True)
    UpgradedToU32RefCount = Value(boolean)
    UpgradedToTripleRefCount = Value(boolean)
    ExecutionPhase = Value(Phase, optional=True)
    AuthorizedUpgrade = Value(CodeUpgradeAuthorization, optional=True)
    ExtrinsicWeightReclaimed = Value(Weight)

    events = (
        Event("ExtrinsicSuccess", dispatch_info=DispatchEventInfo),
        Event("ExtrinsicFailed", dispatch_error=DispatchError, dispatch_info=DispatchEventInfo),
        Event("CodeUpdated"),
        Event("NewAccount", account=Field(None, AccountId, "T::AccountId")),
        Event("KilledAccount", account=Field(None, AccountId, "T::AccountId")),
        Event(
            "Remarked",
            sender=Field(None, AccountId, "T::AccountId"),
            hash=Field(None, H256, "T::Hash"),
        ),
        Event("UpgradeAuthorized", code_hash=H256, check_version=boolean),
        Event("RejectedInvalidAuthorizedUpgrade", code_hash=H256, error=DispatchError),
    )
    errors = (
        Error("InvalidSpecName", "The name of specification does not match."),
        Error("SpecVersionNeedsToIncrease", "The specification version must not decrease."),
        Error("FailedToExtractRuntimeVersion", "The new runtime does not tell its version."),
        Error("NonDefaultComposite", "The account is not a default one and cannot be removed."),
        Error("NonZeroRefCount", "Something still refers to the account."),
        Error("CallFiltered", "The origin filter prevents the call from being dispatched."),
        Error("MultiBlockMigrationsOngoing", "A migration is under way."),
        Error("NothingAuthorized", "No upgrade is authorized."),
        Error("Unauthorized", "The submitted code is not authorized."),
    )
    constants = (
        Constant("BlockWeights", BlockWeights, BLOCK_WEIGHTS),
        Constant("BlockLength", BlockLength, BLOCK_LENGTH),
        Constant("BlockHashCount", u32, BLOCK_HASH_COUNT),
        Constant("DbWeight", RuntimeDbWeight, {"read": 25_000_000, "write": 100_000_000}),
        Constant("Version", RuntimeVersionType, RuntimeVersionType.default()),
        Constant("SS58Prefix", u16, 42),
    )

    @call(0, remark=Field(None, Bytes, "Vec<u8>"))
    def remark(self, origin: Origin, remark: bytes) -> None:  # noqa: ARG002  # only its bytes count
        """Put bytes on chain without effect."""
        origin.signed()

    @call(1, dispatch_class="Operational", pages=u64)
    def set_heap_pages(self, origin: Origin, pages: int) -> None:
        """Note how much memory a runtime in WebAssembly may use; this one is none."""
        origin.root()
        self.runtime.current_state().set(b":heappages", u64.encode(pages))

    @call(4, dispatch_class="Operational", items=Vec(Tuple(Bytes, Bytes)))
    def set_storage(self, origin: Origin, items: list[tuple[bytes, bytes]]) -> None:
        """Write storage as it is."""
        origin.root()
        for key, value in items:
            self.runtime.current_state().set(key, value)

    @call(5, dispatch_class="Operational", keys=Vec(Bytes))
    def kill_storage(self, origin: Origin, keys: list[bytes]) -> None:
        """Remove entries of storage."""
        origin.root()
        for key in keys:
            self.runtime.current_state().delete(key)

    @call(6, dispatch_class="Operational", prefix=Bytes, subkeys=u32)
    def kill_prefix(self, origin: Origin, prefix: bytes, subkeys: int) -> None:
        """Remove up to ``subkeys`` + 1 entries that start with a prefix."""
        origin.root()
        state = self.runtime.current_state()
        for key in state.keys(prefix, None, subkeys + 1):
            state.delete(key)

    @call(7, remark=Field(None, Bytes, "Vec<u8>"))
    def remark_with_event(self, origin: Origin, remark: bytes) -> None:
        """Put bytes on chain and record their hash."""
        self.deposit("Remarked", origin.signed(), blake2_256(remark))

    def genesis(self, config: Mapping[str, Any]) -> None:  # noqa: ARG002  # nothing to choose
        """Mark the storage layout as the current one."""
        self.UpgradedToU32RefCount.set(True)
        self.UpgradedToTripleRefCount.set(True)
        version = self.runtime.version
        self.LastRuntimeUpgrade.set(
            {"spec_version": version.spec_version, "spec_name": version.spec_name}
        )

    def open_block(self, number: int, parent_hash: bytes) -> None:
        """Write the new block's number and its parent's hash, and forget the oldest hash."""
        self.Number.set(number)
        self.ParentHash.set(parent_hash)
        self.BlockHash[number - 1] = parent_hash
        forgotten = number - BLOCK_HASH_COUNT - 2
        if forgotten > 0:  # block 0 stays: every signature names it
            del self.BlockHash[forgotten]

    def advance_nonce(self, who: bytes) -> None:
        """Count one more extrinsic of an account."""
        account = self.Account[who]
        account["nonce"] += 1
        self.Account[who] = account

    def note_applied(self, info: DispatchInfo, pays: Pays, error: DispatchFailure | None) -> None:
        """Record how the current extrinsic went."""
        cost = {
            "weight": {"ref_time": info.weight, "proof_size": 0},
            "class": info.dispatch_class,
            "pays_fee": pays.value,
        }
        if error is None:
            self.deposit("ExtrinsicSuccess", cost)
        else:
            self.deposit("ExtrinsicFailed", error.value, cost)
