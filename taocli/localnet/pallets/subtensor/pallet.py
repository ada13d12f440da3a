"""SubtensorModule put together: declarations, calls, and what happens in every block.

At the start of a block registration prices decay, TAO and alpha are minted, and the epochs that are due
run; then come the extrinsics. ``genesis`` takes ``root_owner`` and a list of ``subnets``.
"""

from collections.abc import Mapping
from typing import Any

from taocli.localnet.frame.call import Invocation
from taocli.localnet.frame.outcome import Origin
from taocli.localnet.pallets.subtensor.alpha_fees import AlphaFees
from taocli.localnet.pallets.subtensor.burning import Burning
from taocli.localnet.pallets.subtensor.children import Children
from taocli.localnet.pallets.subtensor.claiming import Claiming
from taocli.localnet.pallets.subtensor.coinbase import Coinbase
from taocli.localnet.pallets.subtensor.coldkey_swaps import ColdkeySwaps
from taocli.localnet.pallets.subtensor.constants import CONSTANTS
from taocli.localnet.pallets.subtensor.delegation import Delegation
from taocli.localnet.pallets.subtensor.epochs import Epochs
from taocli.localnet.pallets.subtensor.errors import ERRORS
from taocli.localnet.pallets.subtensor.events import EVENTS
from taocli.localnet.pallets.subtensor.evm_association import EvmAssociation
from taocli.localnet.pallets.subtensor.hotkey_swaps import HotkeySwaps
from taocli.localnet.pallets.subtensor.later_calls import LaterClaims, LaterMoves
from taocli.localnet.pallets.subtensor.leases import Leases
from taocli.localnet.pallets.subtensor.locks import Locks
from taocli.localnet.pallets.subtensor.mechanisms import Mechanisms
from taocli.localnet.pallets.subtensor.ownership import Ownership
from taocli.localnet.pallets.subtensor.proof_of_work import ProofOfWork
from taocli.localnet.pallets.subtensor.registration import Registration
from taocli.localnet.pallets.subtensor.root_claim_admin import RootClaimAdmin
from taocli.localnet.pallets.subtensor.serving import Serving
from taocli.localnet.pallets.subtensor.stake_moves import StakeMoves
from taocli.localnet.pallets.subtensor.storage_later import LaterStorage
from taocli.localnet.pallets.subtensor.trimming import Trimming
from taocli.localnet.pallets.subtensor.voting_power import VotingPowers


class SubtensorModule(
    HotkeySwaps,
    ColdkeySwaps,
    EvmAssociation,
    Registration,
    ProofOfWork,
    Serving,
    LaterMoves,
    StakeMoves,
    Burning,
    Locks,
    AlphaFees,
    VotingPowers,
    RootClaimAdmin,
    Mechanisms,
    Leases,
    Epochs,
    Children,
    Delegation,
    Ownership,
    LaterClaims,
    Claiming,
    Coinbase,
    Trimming,
    LaterStorage,
):
    """Subnets, neurons, stake, consensus and emission."""

    name = "SubtensorModule"
    index = 7
    crate = "pallet_subtensor"
    events = EVENTS
    errors = ERRORS
    constants = CONSTANTS

    def on_initialize(self, number: int) -> None:  # noqa: ARG002 - the hook's signature
        """Decay prices, mint, run epochs."""
        self.decay_prices()
        self.decay_difficulties()
        self.reveal_timelocked_weights()
        self.run_coinbase()
        cuts = self.cuts_to_lock()
        self.run_due_epochs()
        self.lock_cuts(cuts)
        self.follow_prices()
        self._follow_epochs()
        self.link_pending_children()
        self.claim_for_some()

    def _follow_epochs(self) -> None:
        """In subnets whose epoch has just run: voting power, and perhaps a new owner."""
        for netuid, ran_at in list(self.LastEpochBlock.items_under()):
            if ran_at == self.block_number and self.NetworksAdded[netuid]:
                self.follow_stake(netuid)
                self.crown(netuid)

    def check_signed(self, who: bytes, invocation: Invocation) -> None:
        """What the transaction pool refuses before it costs anything."""
        self.check_coldkey_swap(who, invocation)
        if invocation.pallet is self:
            self.check_registration(who, invocation)
            self.check_pow(who, invocation)
            self.check_serving(who, invocation)
            self.check_weights(who, invocation)
            self.check_staking(who, invocation)
            self.check_evm_association(who, invocation)

    def check_dispatch(self, origin: Origin, invocation: Invocation) -> None:
        """What no call may get around by being nested in another."""
        self.guard_coldkey_swap(origin, invocation)

    def genesis(self, config: Mapping[str, Any]) -> None:
        """Write the root network, if there is an owner, and the subnets of block 0.

        A subnet has ``netuid``, ``owner``, ``hotkey``, ``pool`` (rao), ``started`` and ``parameters``:
        storage item -> value. ``faucet`` opens the faucet.
        """
        if config.get("faucet"):
            self.AllowFaucet.set(True)
        if "root_owner" not in config:
            return
        self.open_root(config["root_owner"])
        for subnet in config.get("subnets", ()):
            netuid = subnet["netuid"]
            tempo = subnet["parameters"].get("Tempo")
            if tempo is not None:
                self.Tempo[netuid] = tempo
            self.create_hotkey(subnet["hotkey"], subnet["owner"])
            self.open_subnet(
                netuid, subnet["owner"], subnet["hotkey"], pool=subnet["pool"], payer=None
            )
            for item, value in subnet["parameters"].items():
                getattr(self, item)[netuid] = value
            if subnet["started"]:
                self.start_emission(netuid)
