"""Questions to the person at the terminal; with no terminal there is an error instead of a guess."""

import contextlib
import getpass
import os
import sys
import termios
from collections.abc import Iterator, Sequence

from taocli.domain.errors import Declined, NoTerminal, UsageError, WalletError

_CLEAR_SCREEN = "\x1b[2J\x1b[H"
_ALTERNATE_ON = "\x1b[?1049h"
_ALTERNATE_OFF = "\x1b[?1049l"


def has_terminal() -> bool:
    """Whether somebody can read a question and type an answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def confirm(question: str) -> None:
    """Ask for a yes; raise ``Declined`` on anything else and ``NoTerminal`` where nobody can answer."""
    _need_terminal(question, fix="Run it in a terminal, or answer ahead with --yes.")
    if not ask_yes(question):
        raise Declined("Nothing was done.", why="The answer was not yes.")


def ask_yes(question: str) -> bool:
    """Whether the answer is yes; only to be called where there is a terminal."""
    return _ask(f"{question} [y/N] ").strip().lower() in {"y", "yes"}


def ask_missing(value: str | None, label: str, option: str) -> str:
    """``value``, or the answer of the person; ``UsageError`` names the option where nobody can answer."""
    if value is not None:
        return value
    if not has_terminal():
        raise UsageError(
            f"{option} is missing.",
            why="There is no terminal to ask on.",
            fix=f"Add {option} to the command.",
        )
    return _ask(f"{label}: ").removesuffix("\n")


def ask_password(label: str, *, confirm: bool) -> str:
    """Ask for a password without showing it; with ``confirm`` it is asked for twice (three tries)."""
    _need_terminal(label, fix="Run it in a terminal, or use --password-file or --password-fd.")
    for _ in range(3):
        password = getpass.getpass(f"{label}: ")
        if not confirm or password == getpass.getpass("The same again: "):
            return password
        sys.stderr.write("The two differ.\n")
    raise WalletError("The two passwords differed three times.", fix="Start again.")


@contextlib.contextmanager
def hidden_typing() -> Iterator[None]:
    """Show nothing that is typed, and forget what nobody read in the end.

    Opening a key takes seconds in which people type ahead: a password that is echoed between two
    prompts, or handed on to the shell as a command, is no secret any more.
    """
    if not has_terminal():
        yield
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    quiet = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
    termios.tcsetattr(terminal, termios.TCSADRAIN, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)


def ask_secret(label: str, fix: str) -> str:
    """Ask for a phrase or key on the private screen, where typing it can be seen and then is gone."""
    _need_terminal(label, fix=fix)
    with private_screen():
        try:
            return _ask(f"{label}\n(one line; it disappears when you press Enter)\n\n> ")
        finally:
            _forget_typed_ahead()


def show_secret_once(text: str) -> None:
    """Show a secret on the private screen until Enter."""
    _need_terminal("A secret has to be shown.", fix="Run it in a terminal, or pass --show-secret.")
    with private_screen():
        _ask(f"{text}\n\nPress Enter when it is written down. ")


def quiz(phrase: str, positions: Sequence[int], label: str) -> bool:
    """Ask for the words at ``positions`` (1 is the first); whether all were right."""
    words = phrase.split()
    with private_screen():
        sys.stderr.write(f"Is the phrase of {label} on paper? Three words from it, please.\n\n")
        answers = [_ask(f"  word {number}: ").strip().lower() for number in positions]
    return answers == [words[number - 1] for number in positions]


@contextlib.contextmanager
def private_screen() -> Iterator[None]:
    """The terminal's alternate screen: what stands there leaves no trace in the scrollback.

    Whatever ends the process wipes it first, and Ctrl-Z is ignored: the shell would open beside it.
    """
    import signal  # noqa: PLC0415 - only where a secret is shown or typed

    plain = os.environ.get("TERM", "dumb") == "dumb"
    if plain:
        sys.stderr.write(
            "This terminal (TERM=dumb) cannot hide what follows: clear it afterwards.\n\n"
        )
    before = {number: signal.signal(number, _leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    before[signal.SIGTSTP] = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    sys.stderr.write("" if plain else _ALTERNATE_ON + _CLEAR_SCREEN)
    sys.stderr.flush()
    try:
        yield
    finally:
        sys.stderr.write("" if plain else _CLEAR_SCREEN + _ALTERNATE_OFF)
        sys.stderr.flush()
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(number: int, _: object) -> None:
    sys.exit(128 + number)


def _ask(question: str) -> str:
    """One line from the person; the end of the input is a Ctrl-C in other words."""
    sys.stderr.write(question)
    sys.stderr.flush()
    answer = sys.stdin.readline()
    if not answer:
        raise KeyboardInterrupt
    return answer


def _forget_typed_ahead() -> None:
    """Drop the other lines of a pasted secret; the shell would read them as commands."""
    with contextlib.suppress(OSError, ValueError, termios.error):  # no terminal after all
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


def _need_terminal(question: str, fix: str) -> None:
    if not has_terminal():
        raise NoTerminal(question, why="There is no terminal to ask on.", fix=fix)
