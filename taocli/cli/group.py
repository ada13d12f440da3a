"""Typer apps with taocli's manners, and the root group that imports a command only to run it."""

import difflib
import importlib
from typing import Any, cast

import typer
from typer._click.core import Command, Context  # Typer 0.26+ vendors click; it has no public path
from typer.core import TyperCommand, TyperGroup

from taocli.cli.commands import COMMANDS, resolve
from taocli.domain.errors import UsageError


def new_app(help_text: str) -> typer.Typer:
    """A group of commands: plain help, no traceback decoration, no completion installer."""
    return typer.Typer(
        help=help_text,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


class LazyGroup(TyperGroup):
    """The root: lists commands from the static table and imports the one that runs."""

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:  # noqa: ARG002
        """A stand-in that carries only the help line, enough for listing."""
        name = resolve(cmd_name)
        return TyperCommand(name, short_help=COMMANDS[name].help) if name else None

    def resolve_command(
        self,
        ctx: Context,  # noqa: ARG002 - click's signature
        args: list[str],
    ) -> tuple[str | None, Command | None, list[str]]:
        """Import the command that is about to run."""
        name = resolve(args[0])
        if name is None:
            raise UsageError(
                f"There is no command {args[0]!r}.", fix=_nearest(args[0]) or "See taocli --help."
            )
        return name, load_command(name), args[1:]


def load_command(name: str) -> Command:
    """Import a top-level command and build its parser."""
    module, _, attribute = COMMANDS[name].target.partition(":")
    target = getattr(importlib.import_module(module), attribute)
    app = target
    if not isinstance(target, typer.Typer):
        app = new_app("")
        app.command(name, help=None)(target)
    command = cast("Any", typer.main.get_command(app))
    command.name = name
    return cast("Command", command)


def _nearest(word: str) -> str | None:
    close = difflib.get_close_matches(word, COMMANDS, n=1, cutoff=0.6)
    return f"Did you mean taocli {close[0]}?" if close else None
