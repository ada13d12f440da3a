"""``taocli localnet stop``, ``status``, ``logs``: the chains that run in this login session."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from taocli.cli.localnet.target import Port, local_port
from taocli.cli.options import Json, Network
from taocli.cli.output import JsonValue, emit, mode, stream_record
from taocli.domain.errors import CannotConnect, FileSystemError, NetworkError

_LOOK_S = 0.2


def stop(
    port: Port = None,
    network: Network = "local",
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Stop a chain that was started here.

    Example: taocli localnet stop
    """
    from taocli.localnet import process  # noqa: PLC0415 - only what runs is imported

    number = local_port(port, network)
    running = process.find(number)
    if running is None:
        raise CannotConnect(
            f"No localnet runs on port {number}.",
            why="No process of this login session holds the lock of that port.",
            fix="See taocli localnet status.",
        )
    process.stop(running)
    emit({"stopped": running.endpoint, "pid": running.pid}, f"Stopped {running.endpoint}.")


def status(
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65_535, help="Only the chain on this port.")
    ] = None,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Show the chains that run here.

    Example: taocli localnet status --json
    """
    from taocli.localnet import process  # noqa: PLC0415 - only what runs is imported

    found = process.find_all()
    rows: list[JsonValue] = []
    lines = []
    for running in (item for item in found if port in {None, item.port}):
        state: dict[str, Any] = {}
        with contextlib.suppress(NetworkError):
            state = process.ask(running.port, "dev_status")
        rows.append({"endpoint": running.endpoint, "pid": running.pid, **state})
        height = f"block {state['block']}" if state else "not answering"
        lines.append(f"{running.endpoint}  {running.profile}  {height}  process {running.pid}")
    if not rows:
        where = "" if port is None else f" on port {port}"
        raise CannotConnect(
            f"No localnet runs{where}.",
            why="No process of this login session holds the lock of such a chain.",
            fix="Start one with taocli localnet start --detach.",
        )
    emit(rows, "\n".join(lines))


def logs(
    port: Port = None,
    network: Network = "local",
    lines: Annotated[
        int, typer.Option("--lines", "-l", min=0, max=1_000_000, help="How many of the last lines.")
    ] = 100,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on until the chain ends, or Ctrl-C.")
    ] = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Show what a detached chain says, also after it has ended.

    With --follow and --json every line is a record.

    Example: taocli localnet logs --follow
    """
    from taocli.localnet import process  # noqa: PLC0415 - only what runs is imported

    number = local_port(port, network)
    path = process.log_file(number)
    last = _last_lines(path, number, lines)
    if not follow:
        emit({"log": str(path), "lines": last}, "\n".join(last))
        return
    for line in (*last, *_followed(path, number)):
        if mode.json:
            stream_record({"line": line})
        else:
            emit(None, line)


def _last_lines(path: Path, port: int, count: int) -> list[str]:
    try:
        kept = path.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        raise FileSystemError(
            f"The localnet on port {port} has no log.",
            why="Only a detached chain writes one; in the foreground it talks to its terminal.",
            fix="Start it with taocli localnet start --detach.",
        ) from None
    return kept[-count:] if count else []


def _followed(path: Path, port: int) -> Iterator[str]:
    """What is written from now on, in whole lines, until the chain is gone."""
    from taocli.localnet import process  # noqa: PLC0415 - see logs

    with path.open(errors="replace") as source:
        source.seek(0, 2)
        part = ""
        alive = True
        while alive:
            alive = process.find(port) is not None
            part += source.read()
            *whole, part = part.split("\n")
            yield from whole
            if alive:
                time.sleep(_LOOK_S)
