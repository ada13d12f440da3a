"""``taocli localnet replay``: the chain of a block log, made again."""

from pathlib import Path
from typing import Annotated

import typer

from taocli.cli.options import Json
from taocli.cli.output import emit, note

_EVERY = 1_000


def replay(
    file: Annotated[Path, typer.Argument(help="A file that --block-log wrote.")],
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Make the chain of a block log again and compare every hash; exit code 30 where one differs.

    Example: taocli localnet replay blocks.jsonl
    """
    from taocli.localnet import replaying  # noqa: PLC0415 - only what runs is imported

    made = replaying.replay(file, _progress)
    digest = "0x" + made.hash.hex()
    emit(
        {"chains": made.chains, "blocks": made.blocks, "block": made.number, "hash": digest},
        f"{made.blocks} blocks are the same. Block #{made.number} ({digest})",
        block=made.number,
    )


def _progress(number: int) -> None:
    if number % _EVERY == 0:
        note(f"Replayed #{number}")
