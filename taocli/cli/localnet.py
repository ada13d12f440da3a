"""``taocli localnet``: run a Bittensor chain of your own, without Docker."""

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taocli import bootstrap
from taocli.cli.asyncrun import run_async
from taocli.cli.group import new_app
from taocli.cli.options import Json, Network, WalletPath
from taocli.cli.output import JsonValue, balance_json, emit, note
from taocli.cli.validator import validator
from taocli.config import Settings, load_settings
from taocli.domain.balance import Balance, tao
from taocli.domain.errors import CannotConnect, DeadlineExceeded, InvalidSetting, NetworkError

if TYPE_CHECKING:
    from taocli.localnet.chain_block import Block
    from taocli.localnet.node import Localnet
    from taocli.localnet.process import Running

app = new_app("Run a Bittensor chain of your own.")
app.command("validator")(validator)

DEFAULT_PORT = 9_944
START_S = 60.0
"""How long a detached chain may take until it answers."""

Port = Annotated[
    int,
    typer.Option(
        "--port", min=0, max=65_535, help="Port for ws:// and http://; 0 takes a free one."
    ),
]
BlockTime = Annotated[
    str,
    typer.Option("--block-time", help="Seconds between blocks, such as 12 or 0.25, or instant."),
]
Profile = Annotated[
    str,
    typer.Option("--profile", help="dev: subnet 1 is started; subtensor: Subtensor's own genesis."),
]
Tempo = Annotated[
    int | None,
    typer.Option(
        "--tempo", min=1, max=65_535, help="Blocks in an epoch of subnet 1.", show_default=False
    ),
]


@dataclass(frozen=True, slots=True)
class Launch:
    """What a chain is started with; ``block_time`` in seconds, None for a block on demand."""

    port: int
    block_time: float | None
    profile: str
    tempo: int | None

    def arguments(self) -> list[str]:
        """The same as command line arguments of a foreground start."""
        seconds = "instant" if self.block_time is None else f"{self.block_time:g}"
        words = ["localnet", "start", "--port", str(self.port), "--block-time", seconds]
        words += ["--profile", self.profile]
        return words if self.tempo is None else [*words, "--tempo", str(self.tempo)]


@app.command()
def start(
    port: Port = DEFAULT_PORT,
    block_time: BlockTime = "12",
    profile: Profile = "dev",
    tempo: Tempo = None,
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Return once the chain answers.")
    ] = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Start a chain at genesis.

    Example: taocli localnet start --block-time 0.25 --detach
    """
    launch = Launch(port, parse_block_time(block_time), _known_profile(profile), tempo)
    if detach:
        _start_detached(launch)
    else:
        asyncio.run(_serve(launch))


@app.command()
def stop(
    port: Port = DEFAULT_PORT,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Stop a chain that was started here.

    Example: taocli localnet stop
    """
    from taocli.localnet import process  # noqa: PLC0415 - only what runs is imported

    running = process.find(port)
    if running is None:
        raise CannotConnect(
            f"No localnet runs on port {port}.",
            why="No process of this login session holds the lock of that port.",
            fix="See taocli localnet status.",
        )
    process.stop(running)
    emit({"stopped": running.endpoint, "pid": running.pid}, f"Stopped {running.endpoint}.")


@app.command()
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


@app.command()
def fund(
    account: Annotated[str, typer.Argument(help="An SS58 address or a name for it.")],
    amount: Annotated[str, typer.Argument(help="How much, in TAO.")],
    network: Network = "local",
    wallet_path: WalletPath = None,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Send TAO from the dev account //Alice.

    Example: taocli localnet fund alice 10
    """
    settings = load_settings(network=network, wallet_path=wallet_path)
    run_async(_fund(settings, account, tao(amount)))


async def _fund(settings: Settings, account: str, amount: Balance) -> None:
    accounts = bootstrap.build_accounts(settings)
    named = accounts.resolve(account)
    for warning in accounts.warnings(named):
        note(f"warning: {warning}")
    address = named.address
    chain = await bootstrap.build_chain(settings)
    try:
        receipt = await bootstrap.fund_from_dev_account(chain, address, amount)
        free = await chain.at(receipt.block).balance(address)
    finally:
        await chain.close()
    emit(
        {"address": address.ss58, "sent": balance_json(amount), "free": balance_json(free)},
        f"{address} has {free} now.",
        block=receipt.block.number,
        network=settings.network,
    )


def parse_block_time(text: str) -> float | None:
    """Seconds, or None for ``instant``; raises ``InvalidSetting``."""
    if text == "instant":
        return None
    with contextlib.suppress(ValueError):
        seconds = float(text)
        if 0.01 <= seconds <= 3_600:
            return seconds
    raise InvalidSetting(
        f"A block time of {text!r} makes no sense.",
        why="It is a number of seconds from 0.01 to 3600, or the word instant.",
        fix="Use 12 (as on the main network), 0.25 or instant.",
    )


def _known_profile(name: str) -> str:
    if name not in {"dev", "subtensor"}:
        raise InvalidSetting(
            f"There is no profile {name!r}.",
            why="A profile is what block 0 holds.",
            fix="Use --profile dev or --profile subtensor.",
        )
    return name


async def _serve(launch: Launch) -> None:
    from taocli.localnet import process  # noqa: PLC0415 - only what runs is imported

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    node = bootstrap.build_localnet(
        profile=launch.profile, tempo=launch.tempo, block_time=launch.block_time, port=launch.port
    )
    node.listen(_report)
    await node.start()
    running = process.Running(os.getpid(), node.port, launch.profile, launch.block_time)
    try:
        with process.announced(running):
            _introduce(node, launch)
            await _until_stopped(node)
    finally:
        await node.stop()
    note(f"Stopped at block #{node.head.number}.")


async def _until_stopped(node: "Localnet") -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.create_task(node.wait_failed(), name="localnet-failure")
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await ended


def _report(block: "Block") -> None:
    note(f"Imported #{block.number} (0x{block.hash.hex()})")


def _introduce(node: "Localnet", launch: Launch) -> None:
    accounts = bootstrap.localnet_accounts(launch.profile)
    genesis = node.producer.store.hash_at(0) or b""
    rows: list[JsonValue] = [
        {"name": item.name, "address": item.address.ss58, "balance": balance_json(item.balance)}
        for item in accounts
    ]
    data: dict[str, JsonValue] = {
        "endpoint": node.endpoint,
        "profile": launch.profile,
        "block_time": launch.block_time,
        "genesis": "0x" + genesis.hex(),
        "pid": os.getpid(),
        "accounts": rows,
    }
    every = "a block on demand" if launch.block_time is None else f"{launch.block_time:g} s blocks"
    lines = [f"{node.endpoint}  profile {launch.profile}, {every}"]
    lines += [f"  {item.name:<12} {item.address.ss58}  {item.balance}" for item in accounts]
    emit(data, "\n".join(lines), network=node.endpoint)


def _start_detached(launch: Launch) -> None:
    from taocli.localnet import process  # noqa: PLC0415 - only what runs is imported

    process.refuse_taken(launch.port)  # before its log is written over
    log = process.log_file(launch.port)
    with log.open("wb") as output:
        log.chmod(0o600)
        child = subprocess.Popen(
            [sys.executable, "-m", "taocli", *launch.arguments(), "--json"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd="/",
        )
    running, state = _await_answer(child, log)
    port = "" if running.port == DEFAULT_PORT else f" --port {running.port}"
    emit(
        {"endpoint": running.endpoint, "pid": running.pid, "log": str(log), **state},
        f"{running.endpoint}  profile {launch.profile}, process {running.pid}\n"
        f"Log: {log}\nStop it with taocli localnet stop{port}.",
        network=running.endpoint,
    )


def _await_answer(child: "subprocess.Popen[bytes]", log: Path) -> "tuple[Running, dict[str, Any]]":
    from taocli.localnet import process  # noqa: PLC0415 - only what runs is imported

    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise process.failure_in(log)
        running = process.find_by_pid(child.pid)
        if running is not None:
            return running, process.ask(running.port, "dev_status")
        time.sleep(0.05)
    child.terminate()
    raise DeadlineExceeded(
        f"The localnet did not answer within {START_S:g} s.",
        why=f"Its log is {log}.",
        fix="Run taocli localnet start without --detach to see what it says.",
    )
