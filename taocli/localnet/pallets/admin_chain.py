"""AdminUtils' calls by which root changes the chain itself: its authors, and what is not here at all.

``swap_authorities`` names the accounts that take turns as author and so get the fees; blocks go on being
sealed by the one node that there is. A change of grandpa's authorities is taken and changes nothing,
because here every block is final at once. The EVM's chain id is written where the EVM's pallet would read it,
and its precompiles can be switched, but there is no EVM. Source: Subtensor spec 425, pallet ``admin-utils``.
"""

from typing import Any

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import Origin
from taocli.localnet.frame.scale import Field
from taocli.localnet.frame.storage import Blake2_128Concat, Map, twox_128
from taocli.localnet.frame.types import (
    Array,
    BoundedVec,
    Enum,
    Newtype,
    Option,
    Tuple,
    Variant,
    Vec,
    boolean,
    u8,
    u32,
    u64,
)
from taocli.localnet.pallets.admin_setters import Setters
from taocli.localnet.pallets.aura import Authority

_MOST_EPOCHS = 32
_MOST_AUTHORITIES = 32
_EVM_CHAIN_ID = twox_128(b"EVMChainId") + twox_128(b"ChainId")
_PRECOMPILES = (
    "BalanceTransfer", "Staking", "Subnet", "Metagraph", "Neuron", "UidLookup", "Alpha",
    "Crowdloan", "Proxy", "Leasing", "AddressMapping", "VotingPower",
)  # fmt: skip
PrecompileEnum = Enum(
    "pallet_admin_utils::pallet::PrecompileEnum",
    *(Variant(index, name) for index, name in enumerate(_PRECOMPILES)),
)
GrandpaAuthority = Newtype("sp_consensus_grandpa::app::Public", Array(u8, 32))
_AUTHORITIES = Field(
    None, BoundedVec(Authority), "BoundedVec<<T as Config>::AuthorityId, T::MaxAuthorities>"
)
_AUTHORITY_LIST = Field(None, Vec(Tuple(GrandpaAuthority, u64)), "AuthorityList")


class ChainCalls(Setters):
    """What concerns the chain as a whole."""

    PrecompileEnable = Map((Blake2_128Concat, PrecompileEnum), boolean, default=True)

    @call(0, new_authorities=_AUTHORITIES)
    def swap_authorities(self, origin: Origin, new_authorities: list[bytes]) -> None:
        """Name the block authors; an empty list is passed over, as Aura does."""
        origin.root()
        if new_authorities:
            self.runtime.aura.Authorities.set(new_authorities[:_MOST_AUTHORITIES])

    @call(33, total_issuance=Field(None, u64, "TaoBalance"))
    def sudo_set_total_issuance(
        self,
        origin: Origin,  # noqa: ARG002 - nobody may
        total_issuance: int,  # noqa: ARG002 - wire
    ) -> None:
        """Always fails: issuance is what is there."""
        self.fail("Deprecated")

    @call(58, chain_id=u64)
    def sudo_set_evm_chain_id(self, origin: Origin, chain_id: int) -> None:
        """Set the number by which Ethereum wallets know the chain."""
        origin.root()
        self.runtime.current_state().set(_EVM_CHAIN_ID, u64.encode(chain_id))

    @call(59, next_authorities=_AUTHORITY_LIST, in_blocks=u32, forced=Option(u32))
    def schedule_grandpa_change(
        self,
        origin: Origin,
        next_authorities: list[Any],  # noqa: ARG002 - nobody votes here
        in_blocks: int,  # noqa: ARG002 - nobody votes here
        forced: int | None,  # noqa: ARG002 - nobody votes here
    ) -> None:
        """Name those who finalize; without an effect here."""
        origin.root()

    @call(62, precompile_id=PrecompileEnum, enabled=boolean)
    def sudo_toggle_evm_precompile(self, origin: Origin, precompile_id: str, enabled: bool) -> None:
        """Switch one of the EVM's built-in contracts."""
        origin.root()
        if self.PrecompileEnable[precompile_id] != enabled:
            self.PrecompileEnable[precompile_id] = enabled
            self.deposit("PrecompileUpdated", precompile_id, enabled)

    @call(88, max_mechanism_count=Field(None, u8, "MechId"))
    def sudo_set_max_mechanism_count(self, origin: Origin, max_mechanism_count: int) -> None:
        """Set how many mechanisms a subnet may have."""
        origin.root()
        self.subnets.set_max_mechanism_count(max_mechanism_count)

    @call(96, max_epochs_per_block=u8)
    def sudo_set_max_epochs_per_block(self, origin: Origin, max_epochs_per_block: int) -> None:
        """Set how many epochs may run in one block."""
        origin.root()
        self.ensure(1 <= max_epochs_per_block <= _MOST_EPOCHS, "ValueNotInBounds")
        self.subnets.MaxEpochsPerBlock.set(max_epochs_per_block)
        self.subnets.deposit("MaxEpochsPerBlockSet", max_epochs_per_block)
