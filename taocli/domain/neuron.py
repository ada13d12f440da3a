"""Neurons and the metagraph: who holds the slots of a subnet, at one block."""

import ipaddress
from dataclasses import dataclass
from fractions import Fraction

from taocli.domain.address import Address
from taocli.domain.balance import Balance
from taocli.domain.block import BlockRef


@dataclass(frozen=True, slots=True)
class AxonEndpoint:
    """Where a neuron serves, as the chain stores it (``SubtensorModule.Axons``)."""

    ip: str
    port: int
    protocol: int = 4
    version: int = 0
    block: int = 0

    @classmethod
    def from_chain(
        cls, ip: int, port: int, ip_type: int, protocol: int, version: int, block: int
    ) -> "AxonEndpoint":
        """Build from the integers on chain; ``ip_type`` is 4 or 6."""
        address = ipaddress.IPv6Address(ip) if ip_type == 6 else ipaddress.IPv4Address(ip)
        return cls(str(address), port, protocol, version, block)

    @property
    def ip_type(self) -> int:
        """4 or 6."""
        return ipaddress.ip_address(self.ip).version

    @property
    def ip_number(self) -> int:
        """The address as the integer that the chain stores."""
        return int(ipaddress.ip_address(self.ip))

    @property
    def is_serving(self) -> bool:
        """Whether the endpoint can be called: address 0 means withdrawn."""
        return self.ip_number != 0 and self.port != 0

    @property
    def url(self) -> str:
        """``http://ip:port``."""
        host = f"[{self.ip}]" if self.ip_type == 6 else self.ip
        return f"http://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Neuron:
    """One slot of a subnet.

    ``incentive``, ``dividends`` and ``consensus`` are exact shares in [0, 1]; ``emission`` is alpha
    paid at the last epoch; ``alpha_stake`` is alpha, ``tao_stake`` is root TAO, ``total_stake`` the
    stake weight that consensus uses, in TAO units.
    """

    uid: int
    hotkey: Address
    coldkey: Address
    axon: AxonEndpoint | None
    active: bool
    validator_permit: bool
    incentive: Fraction
    dividends: Fraction
    consensus: Fraction
    emission: Balance
    alpha_stake: Balance
    tao_stake: Balance
    total_stake: Balance
    last_update: int
    registered_at: int


@dataclass(frozen=True, slots=True)
class Metagraph:
    """All neurons of a subnet at one block, in order of uid."""

    netuid: int
    block: BlockRef
    neurons: tuple[Neuron, ...]

    def by_hotkey(self, hotkey: Address) -> Neuron | None:
        """The slot that ``hotkey`` holds, if any."""
        return next((neuron for neuron in self.neurons if neuron.hotkey == hotkey), None)
