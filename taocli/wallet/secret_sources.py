"""Reading a secret that a person or a script hands over: from a file, standard input or a descriptor.

Never from an argument: those are in the shell's history and in every user's process list.
"""

import os
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from taocli.domain.errors import WalletError
from taocli.domain.text import clean

MAX_SECRET_BYTES = 32 * 1024
_TYPED = {"password", "passphrase", "secret"}


@dataclass(frozen=True, slots=True)
class GivenSecret:
    """A secret and where it came from; ``warning`` when others could have read it there."""

    content: bytes = field(repr=False)
    source: str
    warning: str = ""


def read_secret(what: str, file: Path | None, fd: int | None) -> GivenSecret | None:
    """The bytes of a secret, or None when neither source is named.

    ``what`` says what is read, such as ``password``; ``-`` as the file is standard input. At most 32 KiB
    are taken. ``WalletError`` names a source that cannot be read or is empty.
    """
    if fd is not None:
        return _from_fd(what, fd)
    if file is None:
        return None
    return _from_stdin(what) if str(file) == "-" else _from_file(what, file)


def text_of(given: GivenSecret, what: str) -> str:
    """The secret as text without outer blanks, as the official tools read files."""
    text = given.content.decode(errors="surrogateescape").strip()
    if not text:
        raise _empty(what, given.source)
    return check_text(text, f"The {what} in {given.source}")


def check_text(text: str, what: str) -> str:
    """Refuse bytes that are no UTF-8; the environment hands them over as lone surrogates."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise WalletError(
            f"{what} is not UTF-8 text.",
            why="Wallets take the UTF-8 bytes of a text, and these are something else.",
            fix="Convert it, for instance with iconv -t UTF-8.",
        )
    return text


def _from_file(what: str, path: Path) -> GivenSecret:
    try:
        with path.expanduser().open("rb") as source:
            status = os.fstat(source.fileno())
            content = _read(what, source, str(path))
    except (OSError, ValueError, RuntimeError) as error:  # the last: no home folder for ~
        why = getattr(error, "strerror", None) or str(error)
        raise _unreadable(what, _shown(what, path), why) from None
    mode = stat.S_IMODE(status.st_mode)
    exposed = stat.S_ISREG(status.st_mode) and mode & 0o077
    warning = f"others on this machine may read {path} (mode {mode:04o}): chmod 600 it."
    return GivenSecret(content, str(path), warning if exposed else "")


def _shown(what: str, path: Path) -> str:
    """The path, unless it may be the secret itself, given where its file belongs."""
    named = "/" in str(path) or path.suffix or os.path.lexists(path) or what not in _TYPED
    return f"the file {clean(str(path))}" if named else "a file of the name that was given"


def _from_fd(what: str, number: int) -> GivenSecret:
    place = f"file descriptor {number}"
    try:
        with open(number, "rb", closefd=number > 2) as source:
            return GivenSecret(_read(what, source, place), place)
    except (OSError, ValueError, TypeError) as error:  # the last two: too small and too large
        why = getattr(error, "strerror", None) or "There can be none of that number"
        raise _unreadable(what, place, why) from None


def _from_stdin(what: str) -> GivenSecret:
    if sys.stdin is None or sys.stdin.isatty():
        raise _unreadable(what, "standard input", "It is a terminal, which shows what is typed")
    place = "standard input"
    return GivenSecret(_read(what, sys.stdin.buffer, place), place)


def _read(what: str, source: BinaryIO, place: str) -> bytes:
    content = source.read(MAX_SECRET_BYTES + 1)
    if not content:
        raise _empty(what, place)
    if len(content) > MAX_SECRET_BYTES:
        raise _unreadable(what, place, f"It has more than {MAX_SECRET_BYTES} bytes")
    return content


def _empty(what: str, place: str) -> WalletError:
    return WalletError(
        f"There is no {what} in {place}.", why="It is empty.", fix=f"Put the {what} alone into it."
    )


def _unreadable(what: str, place: str, why: str) -> WalletError:
    return WalletError(
        f"Cannot read the {what} from {place}.",
        why=f"{why}.",
        fix="Check that it is there, open for reading, and yours.",
    )
