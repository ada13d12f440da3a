"""The questions that a node asks its runtime about blocks and authors, as far as clients ask them too.

A transaction can be checked as the pool would (``validate_transaction``) or run for the sake of its result
(``apply_extrinsic``, which is what a dry run calls): both on a state that is thrown away. Building and checking
whole blocks through these interfaces, off-chain workers and BABE have no use here and are left out. Source:
Substrate, ``primitives/block-builder``, ``transaction-pool`` and ``consensus/aura``.
"""

from typing import Any

from taocli.localnet.frame.extrinsic import UncheckedExtrinsic
from taocli.localnet.frame.outcome import OK, DispatchResult, InvalidTransaction
from taocli.localnet.frame.runtime_api import RuntimeApi, method
from taocli.localnet.frame.types import (
    H256,
    Array,
    Bytes,
    Enum,
    Field,
    Newtype,
    Option,
    Struct,
    Tuple,
    Type,
    Unit,
    Variant,
    Vec,
    boolean,
    string,
    u8,
    u64,
)
from taocli.localnet.pallets.aura import Authority

_VALIDITY = "sp_runtime::transaction_validity"
_INVALID = (
    "Call", "Payment", "Future", "Stale", "BadProof", "AncientBirthBlock", "ExhaustsResources",
    "Custom", "BadMandatory", "MandatoryValidation", "BadSigner", "IndeterminateImplicit",
    "UnknownOrigin",
)  # fmt: skip
_UNKNOWN = ("CannotLookup", "NoUnsignedValidator", "Custom")


def _reasons(name: str, reasons: tuple[str, ...]) -> Enum:
    variants = (
        Variant(index, reason, u8) if reason == "Custom" else Variant(index, reason)
        for index, reason in enumerate(reasons)
    )
    return Enum(f"{_VALIDITY}::{name}", *variants)


def result(ok: Type, error: Type) -> Enum:
    """Rust's ``Result``."""
    return Enum(
        "Result", Variant(0, "Ok", ok), Variant(1, "Err", error), params={"T": ok, "E": error}
    )


TransactionValidityError = Enum(
    f"{_VALIDITY}::TransactionValidityError",
    Variant(0, "Invalid", _reasons("InvalidTransaction", _INVALID)),
    Variant(1, "Unknown", _reasons("UnknownTransaction", _UNKNOWN)),
)
TransactionSource = Enum(
    f"{_VALIDITY}::TransactionSource",
    Variant(0, "InBlock"),
    Variant(1, "Local"),
    Variant(2, "External"),
)
_TAGS = Field(None, Vec(Bytes), "Vec<TransactionTag>")
ValidTransaction = Struct(
    f"{_VALIDITY}::ValidTransaction",
    priority=u64,
    requires=_TAGS,
    provides=_TAGS,
    longevity=u64,
    propagate=boolean,
)
SlotDuration = Newtype("sp_consensus_slots::SlotDuration", u64)
KeyTypeId = Newtype("sp_core::crypto::KeyTypeId", Array(u8, 4))


def refusal_of(refused: InvalidTransaction) -> tuple[str, Any]:
    """A refusal as the SCALE value of ``TransactionValidityError``."""
    name, _, number = refused.reason.partition("(")
    if name in _UNKNOWN and name != "Custom":
        return "Unknown", name
    if name == "Custom":
        return "Invalid", ("Custom", int(number.rstrip(")")))
    return "Invalid", name if name in _INVALID else "Call"


class TaggedTransactionQueue(RuntimeApi):
    """The pool's question about a transaction."""

    version = 3

    @method(
        result(ValidTransaction, TransactionValidityError),
        source=TransactionSource,
        tx=UncheckedExtrinsic,
        block_hash=H256,
    )
    def validate_transaction(self, source: str, tx: bytes, block_hash: bytes) -> tuple[str, Any]:  # noqa: ARG002 - all sources and blocks alike
        """Whether the next block could take a transaction, and what it waits for."""
        try:
            valid = self.runtime.validate(tx)
        except InvalidTransaction as refused:
            return "Err", refusal_of(refused)
        return "Ok", {
            "priority": valid.priority,
            "requires": list(valid.requires),
            "provides": list(valid.provides),
            "longevity": valid.longevity,
            "propagate": True,
        }


class BlockBuilder(RuntimeApi):
    """Running one extrinsic; whole blocks are built without this interface."""

    version = 6

    @method(result(DispatchResult, TransactionValidityError), extrinsic=UncheckedExtrinsic)
    def apply_extrinsic(self, extrinsic: bytes) -> tuple[str, Any]:
        """How an extrinsic would go in the next block."""
        state = self.runtime.current_state()
        state.begin()
        try:
            self.runtime.system.open_block(self.runtime.block_number + 1, self.runtime.head_hash)
            outcome = self.runtime.apply(extrinsic)
        except InvalidTransaction as refused:
            return "Err", refusal_of(refused)
        finally:
            state.rollback()
        return "Ok", OK if outcome.error is None else ("Err", outcome.error.value)


class AuraApi(RuntimeApi):
    """Who makes blocks, and how often."""

    @method(SlotDuration)
    def slot_duration(self) -> int:
        """The length of a slot in milliseconds."""
        duration: int = self.runtime.aura.constant("SlotDuration")
        return duration

    @method(Vec(Authority))
    def authorities(self) -> list[bytes]:
        """The authors, in the order of their turns."""
        found: list[bytes] = self.runtime.aura.Authorities.get()
        return found


class SessionKeys(RuntimeApi):
    """Keys that authors keep in a node; this node keeps none."""

    @method(Bytes, seed=Option(Bytes))
    def generate_session_keys(self, seed: bytes | None) -> bytes:  # noqa: ARG002 - wire
        """Nothing: there is no place to keep a new key."""
        return b""

    @method(Option(Vec(Tuple(Bytes, KeyTypeId))), encoded=Bytes)
    def decode_session_keys(self, encoded: bytes) -> list[tuple[bytes, bytes]] | None:
        """The two public keys of an author, Aura's before Grandpa's."""
        if len(encoded) != 64:
            return None
        return [(encoded[:32], b"aura"), (encoded[32:], b"gran")]


class GenesisBuilder(RuntimeApi):
    """Block 0 from JSON; here block 0 comes from a profile instead."""

    @method(result(Unit, string), json=Bytes)
    def build_state(self, json: bytes) -> tuple[str, Any]:  # noqa: ARG002 - wire
        """Refused."""
        return "Err", "This chain writes block 0 from a profile, not from JSON."

    @method(Option(Bytes), types={"id": Option(string)})
    def get_preset(self, id: str | None) -> bytes | None:  # noqa: A002, ARG002 - its name on the wire
        """None: there are no presets."""
        return None

    @method(Vec(string))
    def preset_names(self) -> list[str]:
        """No names."""
        return []
