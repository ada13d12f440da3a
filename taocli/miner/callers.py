"""Who may ask: the subnet's registered hotkeys, held in memory.

A request names its caller before anything is verified, so this look-up is what a stranger costs: one
dictionary access. The directory is replaced whole each time the metagraph is read; a chain that is
down leaves the last one in force.
"""

from dataclasses import dataclass, field

from taocli.domain.address import Address
from taocli.domain.block import BlockRef
from taocli.domain.neuron import Metagraph
from taocli.protocol.axon import PING
from taocli.subnets.api import Caller, SubnetAdaptor

_NOBODY = "Unrecognized hotkey"


@dataclass(slots=True)
class CallerDirectory:
    """The gate in front of one miner's axon; ``own`` may always ping itself."""

    own: Address
    adaptor: SubnetAdaptor
    block: BlockRef | None = None
    own_uid: int | None = None
    _callers: dict[Address, Caller] = field(default_factory=dict)

    def replace(self, metagraph: Metagraph) -> None:
        """Take over the neurons of a newer block."""
        self._callers = {
            neuron.hotkey: Caller(
                neuron.hotkey, neuron.uid, neuron.total_stake, neuron.validator_permit
            )
            for neuron in metagraph.neurons
        }
        me = self._callers.get(self.own)
        self.own_uid = me.uid if me else None
        self.block = metagraph.block

    def find(self, hotkey: Address) -> Caller | None:
        """A registered caller, or None."""
        return self._callers.get(hotkey)

    def refusal(self, caller: Address, route: str) -> str | None:
        """Why a claimed caller may not ask, or None; see ``protocol.axon.Gate``."""
        if route == PING and caller == self.own:
            return None
        known = self._callers.get(caller)
        if known is None:
            return _NOBODY
        return None if route == PING else self.adaptor.admit(known, route)
