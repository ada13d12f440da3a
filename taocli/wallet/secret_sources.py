"""Reading a secret that a person or a script hands over: from a file, standard input or a descriptor.

Never from an argument: those are in the shell's history and in every user's process list.
"""

import os
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path

from taocli.domain.errors import WalletError

STANDARD_INPUT = Path("-")
MAX_SECRET_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class GivenSecret:
    """A secret and where it came from; ``warning`` when others could have read it there."""

    content: bytes = field(repr=False)
    source: str
    warning: str = ""


def read_secret(what: str, file: Path | None, fd: int | None) -> GivenSecret | None:
    """The bytes of a secret, or None when neither source is named; ``WalletError`` when one is empty.

    ``what`` says what is read, such as ``password``. At most 64 KiB are taken.
    """
    if fd is not None:
        return _checked(what, f"file descriptor {fd}", _from_fd(what, fd))
    if file is None:
        return None
    if file == STANDARD_INPUT:
        content = sys.stdin.buffer.read(MAX_SECRET_BYTES + 1)
        return _checked(what, "standard input", content)
    return _from_file(what, file)


def text_of(given: GivenSecret, what: str) -> str:
    """The secret as text without outer blanks, as the official tools read files."""
    try:
        text = given.content.decode().strip()
    except UnicodeDecodeError:
        text = ""
    if not text:
        raise WalletError(
            f"{given.source} holds no {what}.",
            why="It is empty or not UTF-8 text.",
            fix=f"Put the {what} alone into it.",
        )
    return text


def _from_file(what: str, path: Path) -> GivenSecret:
    try:
        with path.open("rb") as source:
            status = os.fstat(source.fileno())
            content = source.read(MAX_SECRET_BYTES + 1)
    except OSError as error:
        raise _unreadable(what, f"the file {path}", error) from None
    exposed = stat.S_ISREG(status.st_mode) and status.st_mode & 0o077
    warning = f"others on this machine may read {path}; chmod 600 it." if exposed else ""
    return _checked(what, str(path), content, warning)


def _from_fd(what: str, number: int) -> bytes:
    try:
        with os.fdopen(number, "rb") as source:
            return source.read(MAX_SECRET_BYTES + 1)
    except OSError as error:
        raise _unreadable(what, f"file descriptor {number}", error) from None


def _checked(what: str, source: str, content: bytes, warning: str = "") -> GivenSecret:
    if not content or len(content) > MAX_SECRET_BYTES:
        raise WalletError(
            f"{source[0].upper()}{source[1:]} holds no {what}.",
            why="It is empty or too long.",
            fix=f"Put the {what} alone into it.",
        )
    return GivenSecret(content, source, warning)


def _unreadable(what: str, source: str, error: OSError) -> WalletError:
    return WalletError(
        f"Cannot read the {what} from {source}.",
        why=error.strerror or str(error),
        fix="Check that it is there, open for reading, and yours.",
    )
