"""The root of the command tree: its help and the options every command accepts."""

from typing import Annotated

import typer
from typer._click.core import Command  # Typer 0.26+ vendors click; it has no public path

from taocli import __version__
from taocli.cli.group import LazyGroup, new_app

_HELP = """Wallet, staking and mining for the Bittensor network.

Start with `taocli demo`, or `taocli localnet start` and `taocli wallet create`.
--json, --quiet and --debug work with every command; `taocli explain exit-codes` lists exit codes.
"""


def root_command() -> Command:
    """Build the root group; no command module is imported by it."""
    app = new_app(_HELP)
    app.info.cls = LazyGroup
    app.callback()(_root)
    return typer.main.get_command(app)


def _root(
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Print the version and exit.")
    ] = False,
) -> None:
    if version:
        typer.echo(f"taocli {__version__}")
        raise typer.Exit
