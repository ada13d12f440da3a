"""Where a password comes from, and whether it is worth anything.

The first of these sources that has one: ``--password-fd``, ``--password-file`` (``-`` is standard input),
``TAOCLI_PASSWORD``, ``BT_WALLET_PASSWORD``, the peers' ``BT_PW_<FILE>``, ``BT_WALLET_PASSWORD_FILE``; then
whoever is at the terminal. A password never comes by argument, where every process could read it. As in
the peers, an empty plain variable counts as not set, while an empty ``BT_PW_<FILE>`` is the empty password.

``BT_PW_<FILE>`` is named after the keyfile's path in capitals and holds the base64 of the password XORed
with the variable's own name: a disguise, not a protection.
"""

import base64
import contextlib
import os
import stat
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from taocli.domain.errors import WalletError, WeakPassword
from taocli.wallet.strength import guess_bits

LEAST_CHARACTERS = 10
LEAST_BITS = 40  # 2**40 guesses at 10,000 per second take three years
_MAX_BYTES = 4096
_PLAIN_VARIABLES = ("TAOCLI_PASSWORD", "BT_WALLET_PASSWORD")
_FILE_VARIABLE = "BT_WALLET_PASSWORD_FILE"


@dataclass(frozen=True, slots=True)
class FoundPassword:
    """A password, where it came from, and what is wrong with keeping it there (or nothing)."""

    text: str = field(repr=False)
    source: str
    warning: str = ""


def look_for_password(
    keyfile: Path,
    password_file: Path | None = None,
    password_fd: int | None = None,
    environ: Mapping[str, str] | None = None,
) -> FoundPassword | None:
    """The password from the first source that has one, or None: then somebody must be asked.

    ``WalletError`` names a source that was given and cannot be read.
    """
    environ = os.environ if environ is None else environ
    if password_fd is not None:
        return _from_fd(password_fd)
    if password_file is not None:
        return _from_stdin() if str(password_file) == "-" else _from_file(password_file)
    for name in _PLAIN_VARIABLES:
        if environ.get(name):
            return FoundPassword(_checked(environ[name], f"The variable {name}"), name)
    for name in variable_names(keyfile):
        if name in environ:
            return _from_peers_variable(name, environ[name])
    if environ.get(_FILE_VARIABLE):
        return _from_file(Path(environ[_FILE_VARIABLE]))
    return None


def find_password(
    keyfile: Path,
    password_file: Path | None = None,
    password_fd: int | None = None,
    environ: Mapping[str, str] | None = None,
) -> str | None:
    """The text alone of ``look_for_password``, for callers that cannot show a warning."""
    found = look_for_password(keyfile, password_file, password_fd, environ)
    return None if found is None else found.text


def variable_name(keyfile: Path) -> str:
    """The peers' environment variable for one keyfile, by its expanded path."""
    return _variable(str(keyfile.expanduser()))


def variable_names(keyfile: Path) -> tuple[str, ...]:
    """Every name that a peer may use: by the expanded, the whole, the ``~`` and the relative path."""
    path = Path(os.path.expanduser(keyfile))  # noqa: PTH111 - Path.expanduser fails without a home
    spellings = [str(path), str(keyfile)]
    with contextlib.suppress(OSError):  # the working folder may be gone
        spellings.append(str(path.absolute()))
        spellings.append(os.path.relpath(path))
    home = os.path.expanduser("~")  # noqa: PTH111 - as above
    if path.is_relative_to(home):
        spellings.append(f"~/{path.relative_to(home)}")
    return tuple(dict.fromkeys(map(_variable, spellings)))


def decode_variable(name: str, value: str) -> str:
    """Undo the peers' disguise; a plain password in the variable is named as the mistake it is."""
    key = name.encode(errors="surrogateescape")
    try:
        raw = base64.b64decode(value, validate=True)
        return bytes(byte ^ key[i % len(key)] for i, byte in enumerate(raw)).decode()
    except ValueError:
        raise WalletError(
            f"The variable {name} is not in the expected encoded form.",
            why="Bittensor tools store it as base64 of the password XORed with the variable's name; "
            "a plain password there opens nothing.",
            fix="Put the plain password into TAOCLI_PASSWORD or a file for --password-file, "
            f"and remove {name}.",
        ) from None


def check_strength(password: str, names: Iterable[str] = ()) -> None:
    """``WeakPassword`` for what would soon be guessed; ``names`` are known to a guesser, the wallet's say."""
    short = len(password) < LEAST_CHARACTERS
    if not short and guess_bits(password, names) >= LEAST_BITS:
        return
    raise WeakPassword(
        f"The password has fewer than {LEAST_CHARACTERS} characters."
        if short
        else "The password is too easy to guess.",
        why="All Bittensor wallets share one salt, so a single table of guesses attacks them all; the "
        "password is the only protection of a stolen file.",
        fix=f"Use four or more random words, or {LEAST_CHARACTERS + 2} random characters; names, years, "
        "keyboard rows and repeats add little. --allow-weak-password overrides this.",
    )


def _variable(path: str) -> str:
    return "BT_PW_" + path.replace("/", "_").replace(".", "_").upper()


def _from_peers_variable(name: str, value: str) -> FoundPassword:
    text = decode_variable(name, value)
    strange = any(character < " " or character == "\x7f" for character in text)
    return FoundPassword(
        text,
        name,
        f"{name} decodes to control characters; it may hold a plain password instead of an encoded one."
        if strange
        else "",
    )


def _from_file(path: Path) -> FoundPassword:
    try:
        with path.expanduser().open("rb") as source:
            status = os.fstat(source.fileno())
            text = _read(source, str(path))
    except (OSError, ValueError, RuntimeError) as error:  # the last: no home folder for ~
        raise WalletError(
            f"Cannot read the password file {path}.",
            why=f"{getattr(error, 'strerror', None) or error}.",
            fix="Check the path and its permissions.",
        ) from None
    mode = stat.S_IMODE(status.st_mode)
    shared = stat.S_ISREG(status.st_mode) and mode & 0o077
    return FoundPassword(
        text,
        str(path),
        f"Others on this machine may read the password file {path} (mode {mode:04o}): chmod 600 it."
        if shared
        else "",
    )


def _from_fd(number: int) -> FoundPassword:
    place = f"file descriptor {number}"
    try:
        with open(number, "rb", closefd=number > 2) as source:
            return FoundPassword(_read(source, place), place)
    except (OSError, ValueError, TypeError) as error:  # the last two: too small and too large
        raise WalletError(
            f"Cannot read a password from {place}.",
            why=f"{getattr(error, 'strerror', None) or 'There can be none of that number'}.",
            fix="Open it for reading, for instance with 3< FILE.",
        ) from None


def _from_stdin() -> FoundPassword:
    if sys.stdin is None or sys.stdin.isatty():
        raise WalletError(
            "No password can be read from standard input.",
            why="It is a terminal, which would show what is typed, or it is closed.",
            fix="Pipe the password into the command, or leave the option out to be asked.",
        )
    return FoundPassword(_read(sys.stdin.buffer, "standard input"), "standard input")


def _read(source: BinaryIO, place: str) -> str:
    """The content without outer blanks, as the peers read it."""
    raw = source.read(_MAX_BYTES + 1)
    text = raw.decode(errors="surrogateescape").strip()
    if not text or len(raw) > _MAX_BYTES:
        raise WalletError(
            f"There is no password in {place}.",
            why="It is empty." if not text else f"It has more than {_MAX_BYTES} bytes.",
            fix="Put the password alone into it.",
        )
    return _checked(text, f"The content of {place}")


def _checked(text: str, what: str) -> str:
    """Refuse bytes that are no UTF-8; the environment hands them over as lone surrogates."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise WalletError(
            f"{what} is not UTF-8 text.",
            why="Wallets take the UTF-8 bytes of a password, and these are something else.",
            fix="Convert it, for instance with iconv -t UTF-8.",
        )
    return text
