"""The command table: names and help lines that cost nothing, and where each command lives.

``taocli --help`` prints from this table alone. Only running a command (or asking for its help)
imports its module, and only that one.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A top-level command: ``target`` is ``module:attribute`` of a Typer app or a function."""

    target: str
    help: str
    aliases: tuple[str, ...] = ()
    hidden: bool = False


COMMANDS: Mapping[str, CommandSpec] = {
    "addr": CommandSpec(
        "taocli.cli.addr:app", "Keep addresses under names.", aliases=("address-book",)
    ),
    "demo": CommandSpec(
        "taocli.cli.demo:demo", "See everything at work: a chain, a miner that earns, a dashboard."
    ),
    "explain": CommandSpec(
        "taocli.cli.explain:explain", "Explain an error code or a topic, such as exit-codes."
    ),
    "localnet": CommandSpec("taocli.cli.localnet.app:app", "Run a Bittensor chain of your own."),
    "lock": CommandSpec("taocli.cli.wallet.locking:lock", "Let go of keys that are held open."),
    "mine": CommandSpec("taocli.cli.mine:mine", "Serve a model to a subnet's validators."),
    "status": CommandSpec("taocli.cli.status:status", "Print the dashboard's numbers once."),
    "tui": CommandSpec("taocli.tui.command:tui", "Watch chain, miner and earnings live."),
    "unlock": CommandSpec(
        "taocli.cli.wallet.locking:unlock", "Open a key once, and hold it open for a while."
    ),
    "wallet": CommandSpec(
        "taocli.cli.wallet.app:app",
        "Make, keep and use coldkeys and hotkeys.",
        aliases=("w", "wallets"),
    ),
}


def resolve(name: str, commands: Mapping[str, CommandSpec] = COMMANDS) -> str | None:
    """The command that ``name`` stands for: itself, or the owner of an alias."""
    if name in commands:
        return name
    return next((owner for owner, spec in commands.items() if name in spec.aliases), None)
