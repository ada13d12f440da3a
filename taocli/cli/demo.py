"""``taocli demo``: the whole road in one command."""

import asyncio
import contextlib
from typing import TYPE_CHECKING, Annotated

import typer

from taocli.cli.asyncrun import run_async
from taocli.cli.options import Json
from taocli.cli.output import JsonValue, balance_json, emit, note
from taocli.cli.prompt import has_terminal
from taocli.domain.errors import NoTerminal, Unhealthy

if TYPE_CHECKING:
    from taocli.demo.outcome import Outcome
    from taocli.demo.road import Road
    from taocli.demo.stage import Stage


def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help="No dashboard: run for some epochs and report.")
    ] = False,
    epochs: Annotated[int, typer.Option(min=1, help="Epochs to watch when headless.")] = 2,
    gpu: Annotated[str, typer.Option(help="Device of the model: auto, cpu or a number.")] = "auto",
    block_time: Annotated[
        str, typer.Option(help="Seconds a block of the demo's chain takes.")
    ] = "0.5",
    tempo: Annotated[int, typer.Option(min=5, help="Blocks an epoch of the demo takes.")] = 20,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the folder with wallets and logs.")
    ] = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """See everything at work: a chain, a miner that earns, a dashboard.

    Everything lives in a temporary folder and ends with the command. On a terminal the dashboard
    opens (q leaves); headless, exit code 0 means that the miner earned alpha.

    Example: taocli demo --headless --epochs 2 --json
    """
    if not headless and not has_terminal():
        raise NoTerminal(
            "The demo's dashboard needs a terminal.",
            why="Input or output is redirected.",
            fix="Run taocli demo --headless --epochs 2 instead.",
        )
    from taocli.demo.stage import set_stage  # noqa: PLC0415 - help needs none of it

    stage = set_stage(block_time, tempo)
    try:
        run_async(_headless(stage, gpu, epochs) if headless else _with_dashboard(stage, gpu))
    finally:
        if keep:
            note(f"Wallets and logs are in {stage.folder}.")
        else:
            stage.strike()


async def _headless(stage: "Stage", gpu: str, epochs: int) -> None:
    from taocli.demo.measure import measure  # noqa: PLC0415 - help needs none of it
    from taocli.demo.road import open_road  # noqa: PLC0415

    async with open_road(stage, gpu, note) as road:
        outcome = await measure(road, epochs, note)
    if outcome.earned.rao <= 0:
        raise Unhealthy(
            f"The miner earned nothing in {outcome.epochs} epochs.",
            why=f"{outcome.requests_answered} requests were answered.",
            fix="Run taocli demo --headless --keep and read the logs.",
        )
    emit(_json(outcome), _text(outcome), block=outcome.block, network="local")


async def _with_dashboard(stage: "Stage", gpu: str) -> None:
    from taocli.demo.road import open_road  # noqa: PLC0415 - help needs none of it

    async with open_road(stage, gpu, note) as road:
        await _dashboard(road)
    note("The demo is over; everything it made is gone.")


async def _dashboard(road: "Road") -> None:
    import sys  # noqa: PLC0415 - only to run ourselves

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "taocli", "tui", "--network", road.stage.endpoint,
        "--subnet", "1", "--address", road.hotkey.ss58,
    )  # fmt: skip
    try:
        await process.wait()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
        raise


def _json(outcome: "Outcome") -> JsonValue:
    return {
        "network": "local",
        "netuid": outcome.netuid,
        "hotkey": outcome.hotkey.ss58,
        "uid": outcome.uid,
        "blocks": outcome.blocks,
        "epochs": outcome.epochs,
        "requests_answered": outcome.requests_answered,
        "tokens_generated": outcome.tokens_generated,
        "answers_right": round(float(outcome.answers_right), 4),
        "incentive": round(float(outcome.incentive), 6),
        "earned": balance_json(outcome.earned),
        "device": outcome.device,
    }


def _text(outcome: "Outcome") -> str:
    return (
        f"The miner (uid {outcome.uid}) earned {outcome.earned} in {outcome.epochs} epochs"
        f" ({outcome.blocks} blocks).\n"
        f"It answered {outcome.requests_answered} requests on {outcome.device},"
        f" {float(outcome.answers_right):.0%} of the validator's questions right;"
        f" its incentive is {float(outcome.incentive):.4f}."
    )
