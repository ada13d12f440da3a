"""Which localnet a command means: ``--port``, or ``--network`` with a URL of this machine."""

import ipaddress
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from taocli.domain.errors import UsageError

DEFAULT_PORT = 9_944
WORK_S = 300.0
"""How long a chain may work on one request."""

Port = Annotated[
    int | None,
    typer.Option(
        "--port", min=1, max=65_535, help="Port of the localnet, in place of --network.",
        show_default=False,
    ),
]  # fmt: skip


def local_port(port: int | None, network: str | None) -> int:
    """The port that is meant; ``UsageError`` for a network that is not on this machine."""
    if port is not None:
        return port
    from taocli.chain.networks import resolve_network  # noqa: PLC0415 - --help needs no networks

    endpoint = resolve_network(network or "local").endpoints[0]
    parts = urlsplit(endpoint)
    if parts.scheme != "ws" or not _is_this_machine(parts.hostname or ""):
        raise UsageError(
            f"{endpoint} is no localnet.",
            why="These commands drive a dev chain on this machine and nothing else.",
            fix="Use --network local, --port, or a URL such as ws://127.0.0.1:9944.",
        )
    return parts.port or 80


def ask(port: int | None, network: str | None, method: str, *params: Any) -> Any:
    """Ask the localnet that is meant."""
    from taocli.localnet import process  # noqa: PLC0415 - only what runs is imported

    return process.ask(local_port(port, network), method, *params, timeout_s=WORK_S)


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
