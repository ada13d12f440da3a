"""The thirteen transaction extensions, in the order in which their parts are signed.

Each may add an explicit part to the extrinsic (era, nonce, tip, metadata mode) and an implicit part
to the signed payload alone (versions, genesis hash, birth block hash): what both sides must know
anyway is signed but never sent, so a signature cannot be replayed on another chain or runtime.
"""

from dataclasses import dataclass

from taocli.localnet.frame.scale import Field, Type
from taocli.localnet.frame.types import (
    H256,
    Array,
    Compact,
    Enum,
    Era,
    Newtype,
    Option,
    Struct,
    Tuple,
    Unit,
    Variant,
    u8,
    u32,
    u64,
)


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension as the metadata publishes it."""

    identifier: str
    explicit: Type
    implicit: Type = Unit


_SYSTEM = "frame_system::extensions"
_NODE = "node_subtensor_runtime"
_OF_RUNTIME = {"T": Struct(f"{_NODE}::Runtime")}
MODE = Enum("frame_metadata_hash_extension::Mode", Variant(0, "Disabled"), Variant(1, "Enabled"))
_CHARGE = Newtype(
    "pallet_transaction_payment::ChargeTransactionPayment",
    Compact(u64),
    params={"T": None},
)

EXTENSIONS = (
    Extension(
        "CheckNonZeroSender", Struct(f"{_SYSTEM}::check_non_zero_sender::CheckNonZeroSender")
    ),
    Extension("CheckSpecVersion", Struct(f"{_SYSTEM}::check_spec_version::CheckSpecVersion"), u32),
    Extension("CheckTxVersion", Struct(f"{_SYSTEM}::check_tx_version::CheckTxVersion"), u32),
    Extension("CheckGenesis", Struct(f"{_SYSTEM}::check_genesis::CheckGenesis"), H256),
    Extension("CheckMortality", Newtype(f"{_NODE}::check_mortality::CheckMortality", Era), H256),
    Extension("CheckNonce", Newtype(f"{_NODE}::check_nonce::CheckNonce", Compact(u32))),
    Extension("CheckWeight", Struct(f"{_SYSTEM}::check_weight::CheckWeight")),
    Extension("ChargeTransactionPayment", _CHARGE),
    Extension(
        "SudoTransactionExtension",
        Struct(f"{_NODE}::sudo_wrapper::SudoTransactionExtension", _OF_RUNTIME),
    ),
    Extension(
        "CheckShieldedTxValidity",
        Struct("pallet_shield::extension::CheckShieldedTxValidity", _OF_RUNTIME),
    ),
    Extension(
        "SubtensorTransactionExtension",
        Struct(
            "pallet_subtensor::extensions::subtensor::SubtensorTransactionExtension", _OF_RUNTIME
        ),
    ),
    Extension("DrandPriority", Struct("pallet_drand::drand_priority::DrandPriority", _OF_RUNTIME)),
    Extension(
        "CheckMetadataHash",
        Struct("frame_metadata_hash_extension::CheckMetadataHash", mode=Field(None, MODE, "Mode")),
        Option(Array(u8, 32)),
    ),
)

EXTRA = Tuple(*(extension.explicit for extension in EXTENSIONS))
"""All explicit parts in a row."""
