"""The seams of taocli, on one page.

A port is a promise of one to six methods. Adapters keep it (``chain``, ``wallet``, ``worker``),
tests fake it, and only ``bootstrap`` knows which adapter stands behind which port.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from taocli.domain.address import Address
from taocli.domain.balance import Balance
from taocli.domain.block import BlockRef, ChainEvent
from taocli.domain.extrinsic import Call, Effect, Plan, Receipt, Wait
from taocli.domain.inference import GenerationChunk, GenerationRequest
from taocli.domain.neuron import AxonEndpoint, Metagraph
from taocli.domain.stake import StakePosition
from taocli.domain.status import MinerStatus, WorkerStatus
from taocli.domain.subnet import Subnet


class Signer(Protocol):
    """A private key that signs without showing itself."""

    @property
    def address(self) -> Address:
        """The account that signatures speak for."""

    @property
    def crypto_type(self) -> int:
        """0 for ed25519, 1 for sr25519 (the MultiSignature variant)."""

    def sign(self, message: bytes) -> bytes:
        """Sign exactly these bytes; 64 bytes come back."""


class View(Protocol):
    """The chain's state at one pinned block; every read of a view speaks of the same height."""

    @property
    def block(self) -> BlockRef:
        """The pinned block."""

    async def balance(self, account: Address) -> Balance:
        """Free TAO of an account; zero for one that does not exist."""

    async def subnets(self) -> Sequence[Subnet]:
        """Every subnet, in order of netuid."""

    async def subnet(self, netuid: int) -> Subnet | None:
        """One subnet, or None."""

    async def metagraph(self, netuid: int) -> Metagraph:
        """All neurons of a subnet."""

    async def uid(self, netuid: int, hotkey: Address) -> int | None:
        """The slot of a hotkey, or None when it is not registered."""

    async def axon(self, netuid: int, hotkey: Address) -> AxonEndpoint | None:
        """What a hotkey serves, or None."""

    async def stakes(self, coldkey: Address) -> Sequence[StakePosition]:
        """Every non-zero stake of a coldkey."""

    async def events(self) -> Sequence[ChainEvent]:
        """What the block recorded."""


class Chain(Protocol):
    """A connection to one network. Every method has a deadline and raises ``NetworkError``."""

    @property
    def endpoint(self) -> str:
        """The URL in use."""

    async def head(self) -> BlockRef:
        """The best block."""

    def at(self, block: BlockRef) -> View:
        """A view pinned to ``block``; no request is made."""

    def heads(self) -> AsyncIterator[BlockRef]:
        """Best blocks as they arrive, reconnecting for ever; the caller closes the iterator."""

    async def plan(self, call: Call, signer: Address, effects: Sequence[Effect] = ()) -> Plan:
        """Estimate the fee and find blockers; nothing is signed."""

    async def submit(self, plan: Plan, signer: Signer, wait: Wait = Wait.INCLUSION) -> Receipt:
        """Sign, send and watch; raise ``ChainRefused`` when the pool or the call says no."""

    async def close(self) -> None:
        """Let the connection go."""


class Engine(Protocol):
    """A model worker as seen by the miner."""

    def generate(self, request: GenerationRequest) -> AsyncIterator[GenerationChunk]:
        """Stream an answer; closing the iterator cancels the work."""

    async def status(self) -> WorkerStatus:
        """The worker's own report."""


class MinerFeed(Protocol):
    """Reads what a running miner says about itself."""

    async def read(self) -> MinerStatus | None:
        """The newest report, or None when no miner has run here."""


class Clock(Protocol):
    """Time, so that tests can own it."""

    def now(self) -> float:
        """Seconds since the Unix epoch."""

    def monotonic(self) -> float:
        """Seconds that never jump."""
