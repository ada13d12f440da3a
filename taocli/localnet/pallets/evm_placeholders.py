"""EVM, EVMChainId and BaseFee: what clients read of Ethereum on this chain, which runs no contracts.

An Ethereum address stands for an account whose key nobody has: BLAKE2-256 of ``evm:`` and the address. TAO sent
there comes back through ``EVM.withdraw``, signed by the account that the address is the front of. That, the
whitelist, the fee and the chain's number work. No code runs: ``call``, ``create``, ``create2`` and the whole
pallet Ethereum are not part of the interface here, so a client finds no such call before it signs anything.
Source: Subtensor spec 425, ``runtime/src/lib.rs``, and Frontier, ``frame/evm`` and ``frame/base-fee``.
"""

from collections.abc import Mapping
from typing import Any

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import DispatchFailure, Origin
from taocli.localnet.frame.pallet import Error, Event, Pallet
from taocli.localnet.frame.storage import Blake2_128Concat, Map, Value, blake2_256
from taocli.localnet.frame.types import (
    H256,
    Array,
    Bytes,
    Field,
    Newtype,
    Struct,
    Vec,
    boolean,
    u32,
    u64,
)
from taocli.localnet.pallets.subtensor.chain_types import H160

LOCAL_CHAIN_ID = 42
BASE_FEE = 20_000_000_000
ELASTICITY = 125_000

U256 = Newtype("primitive_types::U256", Array(u64, 4))
Permill = Newtype("sp_arithmetic::per_things::Permill", u32)
CodeMetadata = Struct("pallet_evm::CodeMetadata", size=u64, hash=H256)
Log = Struct("ethereum::log::Log", address=H160, topics=Vec(H256), data=Field(None, Bytes, "Bytes"))


def account_of(address: bytes) -> bytes:
    """The account that an Ethereum address stands for."""
    return blake2_256(b"evm:" + address)


class Evm(Pallet):
    """Balances of Ethereum addresses, and nothing that could run."""

    name = "EVM"
    index = 22
    crate = "pallet_evm"
    attribute = "evm"

    AccountCodes = Map((Blake2_128Concat, H160), Bytes)
    AccountCodesMetadata = Map((Blake2_128Concat, H160), CodeMetadata, optional=True)
    AccountStorages = Map((Blake2_128Concat, H160), (Blake2_128Concat, H256), H256)
    WhitelistedCreators = Value(Vec(H160))
    DisableWhitelistCheck = Value(boolean)

    events = (
        Event("Log", log=Log),
        Event("Created", address=H160),
        Event("CreatedFailed", address=H160),
        Event("Executed", address=H160),
        Event("ExecutedFailed", address=H160),
    )
    errors = (
        Error("BalanceLow", "The balance is too low for that."),
        Error("FeeOverflow", "The fee is too large to compute with."),
        Error("PaymentOverflow", "The payment is too large to compute with."),
        Error("WithdrawFailed", "The fee could not be taken."),
        Error("GasPriceTooLow", "The price offered for gas is below the base fee."),
        Error("InvalidNonce", "The nonce is not the next one."),
        Error("GasLimitTooLow", "There is too little gas for the transaction itself."),
        Error("GasLimitTooHigh", "There is more gas than a block may use."),
        Error("InvalidChainId", "The transaction is for another chain."),
        Error("InvalidSignature", "The signature does not hold."),
        Error("Reentrancy", "The EVM was entered while it was running."),
        Error("TransactionMustComeFromEOA", "Contracts cannot send transactions."),
        Error("Undefined", "The EVM failed in a way it has no name for."),
        Error("NotAllowed", "The origin may not create contracts."),
        Error("CreateOriginNotAllowed", "The address is not on the whitelist of creators."),
    )

    @call(0, address=H160, value=Field(None, u64, "BalanceOf<T>"))
    def withdraw(self, origin: Origin, address: bytes, value: int) -> None:
        """Fetch TAO from an address that is the first twenty bytes of the signer's key."""
        who = origin.signed()
        if who[:20] != address:
            raise DispatchFailure.bad_origin()
        self.runtime.balances.transfer(account_of(address), who, value, keep_alive=False)

    @call(4, new=Vec(H160))
    def set_whitelist(self, origin: Origin, new: list[bytes]) -> None:
        """Choose who could create contracts, by root."""
        origin.root()
        self.WhitelistedCreators.set(new)

    @call(5, disabled=boolean)
    def disable_whitelist(self, origin: Origin, disabled: bool) -> None:
        """Choose whether the whitelist counts, by root."""
        origin.root()
        self.DisableWhitelistCheck.set(disabled)


class EvmChainId(Pallet):
    """The number that Ethereum wallets know the chain by; ``genesis``: ``chain_id``."""

    name = "EVMChainId"
    index = 23
    crate = "pallet_evm_chain_id"
    attribute = "evm_chain_id"

    ChainId = Value(u64)

    def genesis(self, config: Mapping[str, Any]) -> None:
        """Write the chain's number: that of Subtensor's own local chain unless another is given."""
        self.ChainId.set(config.get("chain_id", LOCAL_CHAIN_ID))


class BaseFee(Pallet):
    """The price of gas that nobody pays; root may set it."""

    name = "BaseFee"
    index = 25

    BaseFeePerGas = Value(U256, default=[BASE_FEE, 0, 0, 0])
    Elasticity = Value(Permill, default=ELASTICITY)

    events = (
        Event("NewBaseFeePerGas", fee=U256),
        Event("BaseFeeOverflow"),
        Event("NewElasticity", elasticity=Permill),
    )

    @call(0, fee=U256)
    def set_base_fee_per_gas(self, origin: Origin, fee: list[int]) -> None:
        """Set the price of gas, by root; four 64-bit parts, the lowest first."""
        origin.root()
        self.BaseFeePerGas.set(fee)
        self.deposit("NewBaseFeePerGas", fee)

    @call(1, elasticity=Permill)
    def set_elasticity(self, origin: Origin, elasticity: int) -> None:
        """Set how fast the price would move, by root, in millionths."""
        origin.root()
        self.Elasticity.set(elasticity)
        self.deposit("NewElasticity", elasticity)
