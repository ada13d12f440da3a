"""Typer apps with taocli's manners, and groups that import a command only to run it."""

import difflib
import importlib
from collections.abc import Mapping
from typing import Any, ClassVar, cast

import typer
from typer._click.core import Command, Context  # Typer 0.26+ vendors click; it has no public path
from typer.core import TyperCommand, TyperGroup

from taocli.cli.commands import COMMANDS, CommandSpec, resolve
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
    """Lists commands from a static table and imports the one that runs; the root uses it as it is."""

    table: ClassVar[Mapping[str, CommandSpec]] = COMMANDS

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names in the order of the table."""
        return [name for name, spec in self.table.items() if not spec.hidden]

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:  # noqa: ARG002
        """A stand-in that carries only the help line, enough for listing."""
        name = resolve(cmd_name, self.table)
        return TyperCommand(name, short_help=self.table[name].help) if name else None

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, Command | None, list[str]]:
        """Import the command that is about to run."""
        name = resolve(args[0], self.table)
        if name is None:
            raise UsageError(
                f"There is no command {args[0]!r}.",
                fix=_nearest(args[0], ctx.command_path, self.table)
                or f"See {ctx.command_path} --help.",
            )
        return name, load_command(name, self.table), args[1:]


def lazy_app(help_text: str, commands: Mapping[str, CommandSpec]) -> typer.Typer:
    """A group whose commands are imported one by one, from a table of their own."""
    app = new_app(help_text)
    app.info.cls = type("LazyCommands", (LazyGroup,), {"table": commands})

    def group() -> None:
        """Nothing of its own: without this a Typer app without commands is refused."""

    app.callback(help=help_text)(group)
    return app


def load_command(name: str, commands: Mapping[str, CommandSpec] = COMMANDS) -> Command:
    """Import a command and build its parser."""
    module, _, attribute = commands[name].target.partition(":")
    target = getattr(importlib.import_module(module), attribute)
    app = target
    if not isinstance(target, typer.Typer):
        app = new_app("")
        app.command(name, help=None)(target)
    command = cast("Any", typer.main.get_command(app))
    command.name = name
    return cast("Command", command)


def _nearest(word: str, path: str, commands: Mapping[str, CommandSpec]) -> str | None:
    close = difflib.get_close_matches(word, commands, n=1, cutoff=0.6)
    return f"Did you mean {path} {close[0]}?" if close else None
