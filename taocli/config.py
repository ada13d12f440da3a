"""Settings: where they come from, and the directories taocli may use.

A value is taken from the first of: the command line, ``TAOCLI_*`` in the environment, the peers'
``BT_*``, ``config.toml`` in the XDG configuration directory, the default. Every value remembers its
origin, so that ``config show --origin`` can tell.
"""

import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from taocli.domain.errors import FileSystemError, InvalidSetting, UnsafePermissions

_BT_NAMES = {
    "network": "BT_NETWORK",
    "wallet": "BT_WALLET",
    "hotkey": "BT_WALLET_HOTKEY",
    "wallet_path": "BT_WALLET_PATH",
}
_DEFAULTS = {
    "network": "finney",
    "wallet": "default",
    "hotkey": "default",
    "wallet_path": "~/.bittensor/wallets",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one command; ``origins`` names where each came from."""

    network: str
    wallet: str
    hotkey: str
    wallet_path: Path
    origins: Mapping[str, str] = field(default_factory=dict)


def load_settings(
    *,
    network: str | None = None,
    wallet: str | None = None,
    hotkey: str | None = None,
    wallet_path: str | Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Merge flags, environment, file and defaults; ``wallet`` may be written ``WALLET/HOTKEY``."""
    environ = os.environ if environ is None else environ
    if wallet and "/" in wallet and hotkey is None:
        wallet, _, hotkey = wallet.partition("/")
    flags = {
        "network": network,
        "wallet": wallet,
        "hotkey": hotkey,
        "wallet_path": str(wallet_path) if wallet_path else None,
    }
    stored = _read_file(config_file(environ))
    values: dict[str, str] = {}
    origins: dict[str, str] = {}
    for key, flag in flags.items():
        values[key], origins[key] = _pick(key, flag, stored, environ)
    return Settings(
        network=values["network"],
        wallet=values["wallet"],
        hotkey=values["hotkey"],
        wallet_path=Path(values["wallet_path"]).expanduser(),
        origins=origins,
    )


def config_file(environ: Mapping[str, str] | None = None) -> Path:
    """Where settings are stored, whether or not the file exists."""
    return _xdg("XDG_CONFIG_HOME", ".config", environ) / "config.toml"


def cache_dir() -> Path:
    """Things that can be fetched again; created 0700."""
    return _private(_xdg("XDG_CACHE_HOME", ".cache"))


def runtime_dir() -> Path:
    """Sockets and process files of this login session; created 0700, refused if not ours."""
    base = os.environ.get("XDG_RUNTIME_DIR")
    path = Path(base) / "taocli" if base else Path(f"/tmp/taocli-{os.getuid()}")  # noqa: S108 - owner and mode are checked below
    return _private(path)


def _pick(
    key: str, flag: str | None, stored: Mapping[str, str], environ: Mapping[str, str]
) -> tuple[str, str]:
    ours = f"TAOCLI_{key.upper()}"
    if flag is not None:
        return flag, "command line"
    for name in (ours, _BT_NAMES.get(key, ours)):
        if environ.get(name):  # empty is not set: an empty path would be the working folder
            return environ[name], name
    if key in stored:
        return stored[key], str(config_file(environ))
    return _DEFAULTS[key], "default"


def _read_file(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as source:
            content = tomllib.load(source)
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidSetting(
            f"{path} is not valid TOML.", why=str(error), fix="Correct the line or remove the file."
        ) from None
    for key, value in content.items():
        if key not in _DEFAULTS or not isinstance(value, str):
            raise InvalidSetting(
                f"{path} has a setting {key!r} that taocli does not know.",
                why='Every setting is a line KEY = "text".',
                fix=f"Use one of: {', '.join(_DEFAULTS)}.",
            )
    return content


def _xdg(variable: str, fallback: str, environ: Mapping[str, str] | None = None) -> Path:
    base = (os.environ if environ is None else environ).get(variable)
    return (Path(base) if base else Path.home() / fallback) / "taocli"


def _private(path: Path) -> Path:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = path.lstat()
    except OSError as error:
        raise FileSystemError(f"Cannot create {path}.", why=str(error)) from None
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise UnsafePermissions(
            f"{path} does not belong to you.",
            why="Another user could read or replace what taocli keeps there.",
            fix="Remove it, or set XDG_RUNTIME_DIR to a directory of your own.",
        )
    if status.st_mode & 0o077:
        path.chmod(0o700)
    return path
