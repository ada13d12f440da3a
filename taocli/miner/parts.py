"""What a miner is made of: its options, and the parts that the composition root hands over."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from taocli.domain.ports import Chain, Engine, Signer
from taocli.domain.status import MinerState
from taocli.miner.address import ServingAddress
from taocli.subnets.api import SubnetAdaptor


class ModelWorker(Protocol):
    """The process that runs the model; it restarts itself, requests meanwhile fail at once."""

    @property
    def engine(self) -> Engine:
        """Where requests go."""

    @property
    def restarts(self) -> int:
        """How often the process was started again."""

    async def start(self) -> None:
        """Load the model; return when it can answer."""

    async def stop(self, drain_s: float) -> None:
        """End the process after at most ``drain_s`` seconds of finishing work."""


@dataclass(frozen=True, slots=True)
class MinerOptions:
    """Choices of one miner; times in seconds.

    ``refresh_s`` is how old the list of callers may grow, ``stale_s`` how long the chain may be
    silent before the miner calls itself degraded.
    """

    network: str
    netuid: int
    address: ServingAddress
    port: int
    directory: Path
    device: str
    model: str
    concurrency: int = 16
    capacity: int = 256
    poll_s: float = 1.0
    refresh_s: float = 3.0
    stale_s: float = 10.0
    drain_s: float = 30.0


Say = Callable[[MinerState, str], None]
"""Told of every change of state, with a sentence for people."""


@dataclass(frozen=True, slots=True)
class MinerParts:
    """Adapters behind ports. ``register`` pays for a slot, or is None when the user did not ask to."""

    connect: Callable[[], Awaitable[Chain]]
    hotkey: Signer
    adaptor: SubnetAdaptor
    worker: ModelWorker
    register: Callable[[Chain], Awaitable[None]] | None
    say: Say
