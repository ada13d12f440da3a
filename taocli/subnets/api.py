"""The contract between a subnet's plug-in and the miner.

A plug-in tells which synapses it serves, who may ask, who goes first when there is not time for all,
and how a request becomes a question to the model. It owns no sockets, no wallet and no chain: the
miner has believed the caller before a plug-in hears of the request, and ``Engine`` is all it can
spend. A subnet whose miners do not serve says so in ``meta`` and explains what they do instead.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from taocli.domain.address import Address
from taocli.domain.balance import Balance
from taocli.domain.ports import Engine
from taocli.protocol.axon import Answer, Inbound, Reply, StreamAnswer

__all__ = [
    "Answer",
    "Caller",
    "Inbound",
    "MinerWork",
    "Reply",
    "RouteSpec",
    "StreamAnswer",
    "SubnetAdaptor",
    "SubnetMeta",
]


class MinerWork(enum.Enum):
    """What miners of a subnet do for their emission."""

    SERVE = "serve"
    SUBMIT = "submit"


@dataclass(frozen=True, slots=True)
class SubnetMeta:
    """Facts about a subnet.

    ``netuids`` maps a network name (``finney``, ``test``, ``local``) to the subnet's number there;
    ``local`` stands for every localnet. ``explanation`` is for a user who asks to mine it.
    """

    name: str
    title: str
    work: MinerWork
    netuids: Mapping[str, int] = field(default_factory=dict)
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class RouteSpec:
    """One synapse class a plug-in serves; ``hash_fields`` are its ``required_hash_fields``."""

    name: str
    hash_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Caller:
    """A registered neuron that asks; ``stake`` is its stake weight in TAO."""

    hotkey: Address
    uid: int
    stake: Balance
    validator_permit: bool


class SubnetAdaptor(Protocol):
    """What a plug-in provides. ``admit`` and ``priority`` run for every request: no I/O there."""

    @property
    def meta(self) -> SubnetMeta:
        """Facts about the subnet."""

    def routes(self) -> tuple[RouteSpec, ...]:
        """The synapses it answers."""

    def preflight(self, network: str) -> None:
        """Raise a ``TaoError`` when mining on this network cannot work."""

    def admit(self, caller: Caller, route: str) -> str | None:
        """Why a registered caller may not ask, or None."""

    def priority(self, caller: Caller, route: str) -> int:
        """Higher goes first when work queues; the stake in rao is a good answer."""

    async def handle(self, request: Inbound, engine: Engine) -> Reply:
        """Answer; ``InvalidRequest`` for fields of the wrong shape."""
