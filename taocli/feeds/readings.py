"""What the feeds learn: who is watched, the watched neuron's standing, and a miner's report."""

from dataclasses import dataclass
from fractions import Fraction

from taocli.domain.address import Address
from taocli.domain.balance import Balance
from taocli.domain.block import BlockRef
from taocli.domain.neuron import AxonEndpoint, Metagraph
from taocli.domain.status import MinerStatus


@dataclass(frozen=True, slots=True)
class Watched:
    """Whose numbers are shown; ``hotkey`` is None before any key exists, ``label`` names the wallet."""

    network: str
    netuid: int
    hotkey: Address | None
    coldkey: Address | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A neuron among its peers at one block.

    ``incentive`` is a share in [0, 1], ``position`` is 1 for the highest incentive of ``neurons``,
    ``emission`` is alpha paid at the last epoch, ``alpha_stake`` all alpha on the hotkey.
    """

    uid: int
    coldkey: Address
    incentive: Fraction
    position: int
    neurons: int
    emission: Balance
    dividends: Fraction
    alpha_stake: Balance
    validator_permit: bool
    axon: AxonEndpoint | None
    block: BlockRef


@dataclass(frozen=True, slots=True)
class MinerReport:
    """A miner's own words; ``pushed`` when it is talking now, ``exited`` when its process is gone."""

    status: MinerStatus
    pushed: bool
    exited: bool = False


def standing_of(metagraph: Metagraph, hotkey: Address) -> Standing | None:
    """The standing of ``hotkey``, or None when it holds no slot."""
    neuron = metagraph.by_hotkey(hotkey)
    if neuron is None:
        return None
    return Standing(
        uid=neuron.uid,
        coldkey=neuron.coldkey,
        incentive=neuron.incentive,
        position=1 + sum(other.incentive > neuron.incentive for other in metagraph.neurons),
        neurons=len(metagraph.neurons),
        emission=neuron.emission,
        dividends=neuron.dividends,
        alpha_stake=neuron.alpha_stake,
        validator_permit=neuron.validator_permit,
        axon=neuron.axon,
        block=metagraph.block,
    )
