"""``taocli localnet start``: a new chain, in the foreground or detached."""

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
from taocli.cli.localnet.target import DEFAULT_PORT
from taocli.cli.options import Json
from taocli.cli.output import JsonValue, balance_json, emit, note
from taocli.domain.errors import DeadlineExceeded, FileSystemError, InvalidSetting

if TYPE_CHECKING:
    from taocli.localnet.chain_block import Block
    from taocli.localnet.node import LocalNode
    from taocli.localnet.process import Running
    from taocli.localnet.recipe import Recipe

START_S = 60.0
"""How long a detached chain may take until it answers."""
SHOWN_ACCOUNTS = 20
"""Accounts that are listed for people; JSON has all of them."""

StartPort = Annotated[
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
Seed = Annotated[
    int | None,
    typer.Option(
        "--seed", min=0, help="Make the run repeatable: simulated time, the same hashes.",
        show_default=False,
    ),
]  # fmt: skip
Accounts = Annotated[
    int, typer.Option("--accounts", min=0, help="How many of //dev/0, //dev/1, ... get 10,000 TAO.")
]
Subnets = Annotated[
    int, typer.Option("--subnets", min=0, help="Start with so many subnets, populated.")
]
Neurons = Annotated[
    int, typer.Option("--neurons", min=0, help="Neurons in each of --subnets, owner included.")
]
Genesis = Annotated[
    Path | None,
    typer.Option("--genesis", help="TOML file with accounts and subnets.", show_default=False),
]
BlockLog = Annotated[
    Path | None,
    typer.Option(
        "--block-log", help="Append every block to this file; see replay.", show_default=False
    ),
]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data", help="Keep the chain in this directory; else it ends with the process.",
        show_default=False,
    ),
]  # fmt: skip
Listen = Annotated[
    str, typer.Option("--listen", help="IP address to listen on; others can then reach the chain.")
]
Detach = Annotated[bool, typer.Option("--detach", "-d", help="Return once the chain answers.")]


@dataclass(frozen=True, slots=True)
class Launch:
    """What a node is started with beside its recipe; paths are absolute."""

    recipe: "Recipe"
    port: int
    genesis: Path | None
    block_log: Path | None
    data: Path | None
    listen: str

    def arguments(self) -> list[str]:
        """The same as command line arguments of a foreground start."""
        recipe = self.recipe
        seconds = "instant" if recipe.block_time is None else f"{recipe.block_time:g}"
        words = ["localnet", "start", "--port", str(self.port), "--block-time", seconds]
        options: dict[str, object] = {
            "--profile": recipe.profile,
            "--tempo": recipe.tempo,
            "--seed": recipe.seed,
            "--accounts": recipe.accounts,
            "--subnets": recipe.subnets,
            "--neurons": recipe.neurons,
            "--genesis": self.genesis,
            "--block-log": self.block_log,
            "--data": self.data,
            "--listen": self.listen,
        }
        for option, value in options.items():
            if value is not None:
                words += [option, str(value)]
        return words


def start(
    port: StartPort = DEFAULT_PORT,
    block_time: BlockTime = "12",
    profile: Profile = "dev",
    tempo: Tempo = None,
    seed: Seed = None,
    accounts: Accounts = 0,
    subnets: Subnets = 0,
    neurons: Neurons = 0,
    genesis: Genesis = None,
    block_log: BlockLog = None,
    data: Data = None,
    listen: Listen = "127.0.0.1",
    detach: Detach = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Start a chain at genesis.

    Example: taocli localnet start --block-time 0.25 --detach

    Example: taocli localnet start --block-time instant --seed 1 --subnets 4 --neurons 16 --accounts 5
    """
    from taocli.localnet.recipe import Recipe  # noqa: PLC0415 - only what runs is imported

    recipe = Recipe(
        profile, tempo, parse_block_time(block_time), seed, accounts, subnets, neurons,
        _text_of(genesis),
    )  # fmt: skip
    launch = Launch(recipe, port, _absolute(genesis), _absolute(block_log), _absolute(data), listen)
    if detach:
        _start_detached(launch)
    else:
        asyncio.run(_serve(launch))


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


def _absolute(path: Path | None) -> Path | None:
    return None if path is None else path.absolute()


def _text_of(genesis: Path | None) -> str:
    if genesis is None:
        return ""
    try:
        return genesis.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise FileSystemError(
            f"The genesis file {genesis} cannot be read.",
            why=str(error),
            fix="Name a TOML file.",
        ) from None


async def _serve(launch: Launch) -> None:
    from taocli.localnet import process  # noqa: PLC0415 - only what runs is imported

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    recipe = launch.recipe
    node = bootstrap.build_localnet(
        recipe, port=launch.port, data=launch.data, listen=launch.listen
    )
    with contextlib.ExitStack() as kept:
        _keep_log(node, launch, kept)
        node.listen(_report)
        try:
            await node.start()
            process.forget_log(node.port)
            running = process.Running(os.getpid(), node.port, recipe.profile, recipe.block_time)
            with process.announced(running):
                _introduce(node, launch)
                await _until_stopped(node)
        finally:
            await node.stop()
    note(f"Stopped at block #{node.head.number}.")


def _keep_log(node: "LocalNode", launch: Launch, kept: contextlib.ExitStack) -> None:
    if launch.block_log is not None:
        from taocli.localnet.replaying import keep_log  # noqa: PLC0415 - see _serve

        kept.enter_context(contextlib.closing(keep_log(node, launch.block_log)))


async def _until_stopped(node: "LocalNode") -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.create_task(node.wait_failed(), name="localnet-failure")
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await ended


def _report(block: "Block") -> None:
    note(f"Imported #{block.number} (0x{block.hash.hex()})")


def _introduce(node: "LocalNode", launch: Launch) -> None:
    recipe = launch.recipe
    accounts = bootstrap.localnet_accounts(recipe)
    genesis = node.producer.store.hash_at(0) or b""
    rows: list[JsonValue] = [
        {"name": item.name, "address": item.address.ss58, "balance": balance_json(item.balance)}
        for item in accounts
    ]
    data: dict[str, JsonValue] = {
        "endpoint": node.endpoint,
        "profile": recipe.profile,
        "block_time": recipe.block_time,
        "seed": recipe.seed,
        "genesis": "0x" + genesis.hex(),
        "block": node.head.number,
        "pid": os.getpid(),
        "accounts": rows,
    }
    every = "a block on demand" if recipe.block_time is None else f"{recipe.block_time:g} s blocks"
    lines = [f"{node.endpoint}  profile {recipe.profile}, {every}"]
    shown = accounts[:SHOWN_ACCOUNTS]
    lines += [f"  {item.name:<12} {item.address.ss58}  {item.balance}" for item in shown]
    if len(accounts) > len(shown):
        lines.append(f"  and {len(accounts) - len(shown)} more: taocli localnet accounts")
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
    log = process.keep_log(log, running.port)
    port = "" if running.port == DEFAULT_PORT else f" --port {running.port}"
    emit(
        {"endpoint": running.endpoint, "pid": running.pid, "log": str(log), **state},
        f"{running.endpoint}  profile {launch.recipe.profile}, process {running.pid}\n"
        f"Log: taocli localnet logs{port}\nStop it with taocli localnet stop{port}.",
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
