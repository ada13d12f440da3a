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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from taocli.domain.errors import WalletError, WeakPassword
from taocli.wallet.secret_sources import check_text, read_secret, text_of
from taocli.wallet.strength import guess_bits

LEAST_CHARACTERS = 10
LEAST_BITS = 40  # 2**40 guesses at 10,000 per second take three years
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
    if password_fd is not None or password_file is not None:
        return _handed_over(password_file, password_fd)
    for name in _PLAIN_VARIABLES:
        if environ.get(name):
            return FoundPassword(check_text(environ[name], f"The variable {name}"), name)
    for name in variable_names(keyfile):
        if name in environ:
            return _from_peers_variable(name, environ[name])
    if environ.get(_FILE_VARIABLE):
        return _handed_over(Path(environ[_FILE_VARIABLE]), None)
    return None


def _handed_over(file: Path | None, fd: int | None) -> FoundPassword | None:
    given = read_secret("password", file, fd)
    if given is None:
        return None
    return FoundPassword(text_of(given, "password"), given.source, given.warning)


def variable_name(keyfile: Path) -> str:
    """The peers' environment variable for one keyfile, by its expanded path."""
    return variable_names(keyfile)[0]


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
