"""Checks before anything is spent: one miner per hotkey, a free port, a model that is there."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from taocli.domain.errors import AlreadyRunning, FileSystemError, ModelInvalid
from taocli.miner.address import ServingAddress
from taocli.protocol.server import bind

_NEEDED = ("config.json",)


@contextmanager
def single_instance(directory: Path) -> Iterator[None]:
    """Hold the miner's lock; the system drops it with the process, so no stale lock can remain."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise FileSystemError(
            f"Cannot use {directory}.",
            why=f"The system says: {error.strerror}.",
            fix="Check who owns the directory, or set XDG_RUNTIME_DIR.",
        ) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyRunning(
                "A miner with this hotkey already runs on this subnet.",
                why="Two miners of one hotkey would take each other's requests.",
                fix="Stop the other one, or mine with another --hotkey.",
            ) from None
        yield
    finally:
        os.close(descriptor)


def check_port(address: ServingAddress, port: int) -> None:
    """Raise ``PortInUse`` or ``NetworkError`` now, before a slow model is loaded."""
    bind(address.bind, port).close()


def check_model(directory: Path) -> None:
    """Raise ``ModelInvalid`` when the directory can be no model at all; the worker checks the rest."""
    missing = [name for name in _NEEDED if not (directory / name).is_file()]
    if missing or not any(directory.glob("*.safetensors")):
        what = missing[0] if missing else "*.safetensors"
        raise ModelInvalid(
            f"{directory} is not a model directory.",
            why=f"It has no {what}.",
            fix="Give --model a folder with config.json, tokenizer files and .safetensors weights.",
        )
