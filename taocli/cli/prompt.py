"""Questions to the person at the terminal; with no terminal there is an error instead of a guess."""

import getpass
import os
import sys

from taocli.domain.errors import Declined, NoTerminal, WalletError

_CLEAR_SCREEN = "\x1b[2J\x1b[H"
_ALTERNATE_ON = "\x1b[?1049h"
_ALTERNATE_OFF = "\x1b[?1049l"


def has_terminal() -> bool:
    """Whether somebody can read a question and type an answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def confirm(question: str) -> None:
    """Ask for a yes; raise ``Declined`` on anything else and ``NoTerminal`` where nobody can answer."""
    _need_terminal(question, fix="Run it in a terminal, or answer ahead with --yes.")
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise Declined("Nothing was done.", why="The answer was not yes.")


def ask_password(label: str, *, confirm: bool) -> str:
    """Ask for a password without showing it; with ``confirm`` it is asked for twice (three tries)."""
    _need_terminal(label, fix="Run it in a terminal, or use --password-file or --password-fd.")
    for _ in range(3):
        password = getpass.getpass(f"{label}: ")
        if not confirm or password == getpass.getpass("The same again: "):
            return password
        sys.stderr.write("The two differ.\n")
    raise WalletError("The two passwords differed three times.", fix="Start again.")


def show_secret_once(text: str) -> None:
    """Show a secret on the terminal's alternate screen until Enter; nothing stays in the scrollback."""
    _need_terminal("A secret has to be shown.", fix="Run it in a terminal, or pass --show-secret.")
    plain = os.environ.get("TERM", "dumb") == "dumb"
    sys.stderr.write(("" if plain else _ALTERNATE_ON + _CLEAR_SCREEN) + text)
    sys.stderr.write("\n\nPress Enter when it is written down. ")
    sys.stderr.flush()
    try:
        sys.stdin.readline()
    finally:
        sys.stderr.write("" if plain else _CLEAR_SCREEN + _ALTERNATE_OFF)
        sys.stderr.flush()


def _need_terminal(question: str, fix: str) -> None:
    if not has_terminal():
        raise NoTerminal(question, why="There is no terminal to ask on.", fix=fix)
