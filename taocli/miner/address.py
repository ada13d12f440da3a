"""Where a miner can be reached: the address it binds and the one it puts on the chain.

The chain refuses 127.0.0.1, so on a localnet a miner serves on 127.0.0.2, which Linux routes to
itself like all of 127.0.0.0/8; where that is missing it takes this machine's first other address.
On a public network the address must be one that validators can reach.
"""

import ipaddress
import socket
from dataclasses import dataclass

from taocli.domain.errors import InvalidSetting
from taocli.subnets.registry import network_label

_LOOPBACK = "127.0.0.2"


@dataclass(frozen=True, slots=True)
class ServingAddress:
    """``bind`` is listened on; ``external`` is what the chain is told."""

    bind: str
    external: str


def choose_address(
    network: str, bind: str | None = None, external: str | None = None
) -> ServingAddress:
    """Settle both addresses; ``InvalidSetting`` for one that validators could not reach."""
    for text in (bind, external):
        if text is not None:
            _parse(text)
    if network_label(network) == "local":
        one_address = bind is not None and not _parse(bind).is_unspecified
        local = external or (bind if one_address and bind else _own_local())
        return ServingAddress(bind or local, _announceable(local))
    chosen = external or _outward()
    if chosen is None or not _parse(chosen).is_global:
        raise InvalidSetting(
            f"Validators cannot reach {chosen or 'this machine'}.",
            why="The address belongs to a private network, and validators are on the internet.",
            fix="Name the public address that leads here with --external-ip, and open the port.",
        )
    default = "::" if ":" in chosen else "0.0.0.0"  # noqa: S104 - a miner is a public server
    return ServingAddress(bind or default, chosen)


def _announceable(text: str) -> str:
    if text in {"127.0.0.1", "::1"}:
        raise InvalidSetting(
            f"The chain refuses {text} as an axon's address.",
            why="It would send every validator to itself.",
            fix="Use --external-ip 127.0.0.2, or an address of this machine.",
        )
    return text


def _own_local() -> str:
    if _can_bind(_LOOPBACK):
        return _LOOPBACK
    outward = _outward()
    if outward is None:
        raise InvalidSetting(
            "This machine has no address but 127.0.0.1.",
            why="The chain refuses that one.",
            fix="Add an alias, such as: sudo ifconfig lo0 alias 127.0.0.2.",
        )
    return outward


def _can_bind(host: str) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((host, 0))
        except OSError:
            return False
        return True


def _outward() -> str | None:
    """The address the system would use to talk to the internet; no packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        host: str = probe.getsockname()[0]
        return host


def _parse(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        raise InvalidSetting(
            f"{text!r} is not an IP address.", fix="Write one such as 203.0.113.7."
        ) from None
