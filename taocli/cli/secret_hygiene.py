"""Keeping secrets out of where they do harm before a command even starts.

An argument stands in the shell's history and in every user's process list; a variable is inherited by
every process that a command starts. So arguments that are secrets are refused, unread and unrepeated,
and password variables are taken out of the environment while a command runs.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from taocli.domain.errors import UsageError

if TYPE_CHECKING:
    from typer._click.exceptions import ClickException

SECRET_FLAGS = {
    "--mnemonic": "--mnemonic-file",
    "--seed": "--seed-file",
    "--private-key": "--private-key-file",
    "--password": "--password-file",
    "--wallet-password": "--password-file",
    "--coldkey-password": "--password-file",
    "--json-password": "--json-password-file",
    "--passphrase": "--passphrase-file",
    "--secret": "--secret-file",
}
"""Options of other tools that put a secret where every user of the machine can read it."""
_FREE_TEXT = {"--message", "-m", "--note"}
_PHRASE = re.compile(r"[A-Za-z]{3,8}(?:[\s,]+[A-Za-z]{3,8}){11,}[\s,]*(?:/.*)?", re.DOTALL)
_NUMBER = re.compile(r"[0-9]{1,20}")
"""The seed of a run (`localnet start --seed 1`); that of a key has 64 digits and is refused."""
_PASSWORD_VARIABLES = ("TAOCLI_PASSWORD", "BT_WALLET_PASSWORD", "BT_PW_")
_WHY = "It is in the shell's history now, and in every user's process list."
_AND_THEN = (
    "Take the line out of your history; a key that others could read is no longer yours alone."
)
_taken: dict[str, str] = {}


def refuse_secret_arguments(arguments: Sequence[str]) -> None:
    """``UsageError`` for an argument that is a phrase, or an option of other tools that takes a secret."""
    afterwards = [*arguments[1:], ""]
    for before, word, after in zip(["", *arguments], arguments, afterwards, strict=False):
        flag, _, value = word.partition("=")
        typed = value if flag.startswith("--") else word
        if not _FREE_TEXT & {before, flag} and _PHRASE.fullmatch(typed):
            raise UsageError(
                "A recovery phrase stands on the command line, where it is not secret.",
                why=_WHY,
                fix=f"Type it when asked, or use --mnemonic-file FILE (- is standard input). {_AND_THEN}",
            )
        numbers_a_run = flag == "--seed" and _NUMBER.fullmatch(value or after)
        if flag in SECRET_FLAGS and not numbers_a_run:
            raise UsageError(
                f"{flag} is not an option here: a secret on the command line is not secret.",
                why=_WHY,
                fix=f"Type it when asked, or use {SECRET_FLAGS[flag]} FILE (- is standard input). "
                f"{_AND_THEN}",
            )


def without_values(error: "ClickException") -> str:
    """The message without what was typed: a phrase without quotes arrives as arguments too many."""
    text = error.format_message()
    options = getattr(getattr(error, "param", None), "opts", [])
    if text.startswith("Invalid value") and any("pass" in it or "secret" in it for it in options):
        return f"The value of {options[0]} does not fit."
    return "There are too many arguments." if text.startswith("Got unexpected extra") else text


@contextmanager
def passwords_set_aside() -> Iterator[None]:
    """Take password variables out of the environment for as long as a command runs."""
    for name in [name for name in os.environ if name.startswith(_PASSWORD_VARIABLES)]:
        _taken[name] = os.environ.pop(name)
    try:
        yield
    finally:
        os.environ.update(_taken)  # for whoever runs several commands in one process
        _taken.clear()


def environment_with_passwords() -> Mapping[str, str]:
    """The environment as the command was started with."""
    return {**os.environ, **_taken}
