"""SubtensorModule put together: declarations, calls, and what happens in every block.

At the start of a block registration prices decay, TAO and alpha are minted, and the epochs that are due
run; then come the extrinsics. ``genesis`` takes ``root_owner`` and a list of ``subnets``.
"""

from collections.abc import Mapping
from typing import Any

from taocli.localnet.frame.call import Invocation
from taocli.localnet.pallets.subtensor.claiming import Claiming
from taocli.localnet.pallets.subtensor.coinbase import Coinbase
from taocli.localnet.pallets.subtensor.constants import CONSTANTS
from taocli.localnet.pallets.subtensor.delegation import Delegation
from taocli.localnet.pallets.subtensor.epochs import Epochs
from taocli.localnet.pallets.subtensor.errors import ERRORS
from taocli.localnet.pallets.subtensor.events import EVENTS
from taocli.localnet.pallets.subtensor.mechanisms import Mechanisms
from taocli.localnet.pallets.subtensor.ownership import Ownership
from taocli.localnet.pallets.subtensor.registration import Registration
from taocli.localnet.pallets.subtensor.serving import Serving
from taocli.localnet.pallets.subtensor.stake_moves import StakeMoves
from taocli.localnet.pallets.subtensor.storage_later import LaterStorage


class SubtensorModule(
    Registration,
    Serving,
    StakeMoves,
    Mechanisms,
    Epochs,
    Delegation,
    Ownership,
    Claiming,
    Coinbase,
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
        self.run_coinbase()
        self.run_due_epochs()

    def check_signed(self, who: bytes, invocation: Invocation) -> None:
        """What the transaction pool refuses before it costs anything."""
        if invocation.pallet is self:
            self.check_registration(who, invocation)
            self.check_serving(who, invocation)
            self.check_weights(who, invocation)
            self.check_staking(who, invocation)

    def genesis(self, config: Mapping[str, Any]) -> None:
        """Write the root network, if there is an owner, and the subnets of block 0.

        A subnet has ``netuid``, ``owner``, ``hotkey``, ``pool`` (rao), ``started`` and ``parameters``:
        storage item -> value.
        """
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
