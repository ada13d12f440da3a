"""Networks by name: their endpoints, in the order in which they are tried.

A public network is known by its genesis hash: an endpoint that serves another chain is refused before
anything is read from it. ``local`` is a dev chain whose genesis changes with every version.
"""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from taocli.domain.errors import InvalidSetting

FINNEY_GENESIS = "0x2f0555cc76fc2840a25a6ea3b9637146806f1f44b090c175ffde2a7e5ab36c03"
TEST_GENESIS = "0x8f9cf856bf558a14440e75569c9e58594757048d7b3a84b5d25f6bd978263105"


@dataclass(frozen=True, slots=True)
class Network:
    """A chain to connect to; ``genesis_hash`` is None where any chain will do."""

    name: str
    endpoints: tuple[str, ...]
    genesis_hash: str | None = None


NETWORKS = {
    "finney": Network(
        "finney",
        (
            "wss://entrypoint-finney.opentensor.ai:443",
            "wss://lite.chain.opentensor.ai:443",
            "wss://archive.chain.opentensor.ai:443",
        ),
        FINNEY_GENESIS,
    ),
    "archive": Network("archive", ("wss://archive.chain.opentensor.ai:443",), FINNEY_GENESIS),
    "test": Network("test", ("wss://test.finney.opentensor.ai:443",), TEST_GENESIS),
    "local": Network("local", ("ws://127.0.0.1:9944",)),
}


def resolve_network(text: str) -> Network:
    """A network by name, or by one or more URLs separated by commas; unknown names are refused."""
    known = NETWORKS.get(text.strip().lower())
    if known is not None:
        return known
    urls = tuple(part.strip() for part in text.split(",") if part.strip())
    if not urls or not all(_is_endpoint(url) for url in urls):
        raise InvalidSetting(
            f"{text!r} is not a network.",
            why="A network is a known name or a ws:// or wss:// URL.",
            fix=f"Use one of {', '.join(NETWORKS)}, or a URL such as ws://127.0.0.1:9944.",
        )
    return Network(text, urls)


def is_plain_remote(endpoint: str) -> bool:
    """Whether the endpoint sends everything unencrypted over a network: ws:// to another machine."""
    parts = urlsplit(endpoint)
    if parts.scheme != "ws" or parts.hostname in {None, "localhost"}:
        return False
    try:
        return not ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return True


def _is_endpoint(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return parts.scheme in {"ws", "wss"} and bool(parts.hostname) and port_is_valid
