"""``taocli localnet snapshot``, ``snapshots``, ``revert``, ``reset``: going back."""

from typing import Annotated, Any

import typer

from taocli.cli.localnet.target import Port, ask
from taocli.cli.options import Json, Network
from taocli.cli.output import emit


def snapshot(
    port: Port = None,
    network: Network = "local",
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Remember the chain as it is; revert goes back to it. The pool is not part of it.

    Example: taocli localnet snapshot
    """
    number = ask(port, network, "dev_snapshot")
    taken = next(item for item in ask(port, network, "dev_snapshots") if item["id"] == number)
    emit(taken, f"Snapshot {number} at block #{taken['block']}.", block=taken["block"])


def snapshots(
    port: Port = None,
    network: Network = "local",
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """List what can be gone back to.

    Example: taocli localnet snapshots
    """
    found = ask(port, network, "dev_snapshots")
    lines = [f"{item['id']:>4}  block #{item['block']} ({item['hash']})" for item in found]
    emit(found, "\n".join(lines) if lines else "There is none; reset goes to block 0.")


def revert(
    number: Annotated[int, typer.Argument(metavar="ID", min=1, help="What snapshot said.")],
    port: Port = None,
    network: Network = "local",
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Go back to a snapshot: it stays, later ones and waiting transactions are dropped.

    Example: taocli localnet revert 1
    """
    _tell(ask(port, network, "dev_revert", number))


def reset(
    port: Port = None,
    network: Network = "local",
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Go back to block 0; every snapshot and waiting transaction is dropped.

    Example: taocli localnet reset
    """
    _tell(ask(port, network, "dev_reset"))


def _tell(place: dict[str, Any]) -> None:
    emit(place, f"Back at block #{place['block']} ({place['hash']})", block=place["block"])
