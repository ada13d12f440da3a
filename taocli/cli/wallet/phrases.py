"""Showing a recovery phrase: once, on a screen that leaves no trace, and asking whether it was written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taocli.cli.output import note
from taocli.cli.prompt import has_terminal, quiz, show_secret_once
from taocli.domain.errors import NoTerminal

if TYPE_CHECKING:
    from taocli.wallet.keyfile import Secret


@dataclass(frozen=True, slots=True)
class Showing:
    """How phrases reach their owner: on the terminal with a quiz, or printed for a pipe."""

    show_secret: bool
    no_quiz: bool

    def check(self) -> None:
        """Refuse before anything is generated where nobody would see the phrase."""
        if not self.show_secret and not has_terminal():
            raise NoTerminal(
                "The recovery phrase could not be shown.",
                why="Input or output is redirected, and a phrase that nobody saw is a lost wallet.",
                fix="Run it in a terminal, or add --show-secret to print the phrases.",
            )

    def show(self, text: str, phrase: str, label: str) -> None:
        """Show until it is written down; with a quiz until three words of ``phrase`` are right."""
        if self.show_secret:
            return
        from taocli.wallet.mnemonic import quiz_positions  # noqa: PLC0415 - only after making keys

        show_secret_once(text)
        while not self.no_quiz and not quiz(phrase, quiz_positions(phrase), label):
            note("That is not what the phrase says. Here it is again; --no-quiz skips this.")
            show_secret_once(text)


def numbered(phrase: str) -> str:
    """The words with their numbers, four a line: easy to write down, and to find again."""
    words = [f"{number:>2} {word:<9}" for number, word in enumerate(phrase.split(), 1)]
    lines = ["".join(words[start : start + 4]).rstrip() for start in range(0, len(words), 4)]
    return "\n".join(f"    {line}" for line in lines)


def screen(secrets: "Sequence[tuple[str, Secret]]") -> str:
    """What a person copies from the private screen; it fits 80 columns and 24 lines."""
    parts = [
        f"Recovery phrase of {label}:\n{numbered(secret.phrase or '')}" for label, secret in secrets
    ]
    last = "Write it on paper; it is not shown again."
    if len(secrets) > 1:
        last = "Who has the first has your funds. Write both on paper; they are not shown again."
    return "\n\n".join([*parts, last])


def printed(secrets: "Sequence[tuple[str, Secret]]") -> str:
    """The same for a pipe, one phrase a line."""
    return "\n".join(f"phrase of {label}: {secret.phrase}" for label, secret in secrets)
