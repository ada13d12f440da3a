"""Where a password comes from, and whether it is worth anything.

Sources in order: ``--password-fd``, ``--password-file``, ``BT_WALLET_PASSWORD``, the peers' ``BT_PW_<FILE>``
(the file's path in capitals; the value is base64 of the password XORed with the variable's own name),
``BT_WALLET_PASSWORD_FILE``, and then whoever is asked. A password never comes by argument.
"""

import base64
import binascii
import os
from collections.abc import Mapping
from pathlib import Path

from taocli.domain.errors import WalletError, WeakPassword

LEAST_CHARACTERS = 10
_LEAST_DIFFERENT = 5
_MAX_BYTES = 4096
_COMMON = ("password", "12345", "qwert", "bittensor", "letmein", "abcde", "iloveyou", "11111")


def find_password(
    keyfile: Path,
    password_file: Path | None = None,
    password_fd: int | None = None,
    environ: Mapping[str, str] | None = None,
) -> str | None:
    """The password from the first source that has one, or None: then somebody must be asked."""
    environ = os.environ if environ is None else environ
    if password_fd is not None:
        return _from_fd(password_fd)
    if password_file is not None:
        return _from_file(password_file)
    if "BT_WALLET_PASSWORD" in environ:
        return environ["BT_WALLET_PASSWORD"]
    name = variable_name(keyfile)
    if name in environ:
        return decode_variable(name, environ[name])
    if "BT_WALLET_PASSWORD_FILE" in environ:
        return _from_file(Path(environ["BT_WALLET_PASSWORD_FILE"]))
    return None


def variable_name(keyfile: Path) -> str:
    """The peers' environment variable for one keyfile."""
    return "BT_PW_" + str(keyfile.expanduser()).replace("/", "_").replace(".", "_").upper()


def decode_variable(name: str, value: str) -> str:
    """Undo the peers' obfuscation; a plain password in the variable is named as the mistake it is."""
    try:
        raw = base64.b64decode(value, validate=True)
        key = name.encode()
        return bytes(byte ^ key[i % len(key)] for i, byte in enumerate(raw)).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise WalletError(
            f"The variable {name} is not in the expected encoded form.",
            why="Bittensor tools store it as base64 of the password XORed with the variable's name.",
            fix="Use BT_WALLET_PASSWORD for a plain password, or --password-file.",
        ) from None


def check_strength(password: str) -> None:
    """Refuse what would be guessed; the common salt makes one table fit every wallet."""
    lowered = password.lower()
    weak = (
        len(password) < LEAST_CHARACTERS
        or len(set(password)) < _LEAST_DIFFERENT
        or any(common in lowered and len(password) < len(common) + 8 for common in _COMMON)
    )
    if weak:
        raise WeakPassword(
            "The password is too weak.",
            why="All Bittensor wallets share one salt, so one table of guesses attacks them all.",
            fix=f"Use at least {LEAST_CHARACTERS} varied characters, such as four random words; "
            "--allow-weak-password overrides this.",
        )


def _from_file(path: Path) -> str:
    try:
        with path.open("rb") as source:
            return _text(source.read(_MAX_BYTES + 1), str(path))
    except OSError as error:
        raise WalletError(
            f"Cannot read the password file {path}.",
            why=error.strerror or str(error),
            fix="Check the path and its permissions.",
        ) from None


def _from_fd(number: int) -> str:
    try:
        with os.fdopen(number, "rb") as source:
            return _text(source.read(_MAX_BYTES + 1), f"file descriptor {number}")
    except OSError as error:
        raise WalletError(
            f"Cannot read a password from file descriptor {number}.",
            why=error.strerror or str(error),
            fix="Open it for reading, for instance with 3< FILE.",
        ) from None


def _text(raw: bytes, source: str) -> str:
    """The content without outer blanks, as the peers read it."""
    try:
        text = raw.decode().strip()
    except UnicodeDecodeError:
        text = ""
    if not text or len(raw) > _MAX_BYTES:
        raise WalletError(
            f"{source} holds no password.",
            why="It is empty, too long or not UTF-8 text.",
            fix="Put the password alone into it.",
        )
    return text
