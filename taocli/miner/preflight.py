"""Checks before anything is spent: one miner per hotkey, a free port, a model that is there."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from taocli.domain.errors import AlreadyRunning, FileSystemError, ModelInvalid
from taocli.miner.address import ServingAddress
from taocli.protocol.server import bind

_NEEDED = ("config.json", "tokenizer.json")
_MAX_HEADER_BYTES = 100 * 1024 * 1024
"""The safetensors format's own bound for the description of its tensors."""


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
    """Raise ``ModelInvalid`` when files are missing or cut off, before a slot is paid for.

    The worker checks what is inside them when it loads the model.
    """
    missing = [name for name in _NEEDED if not (directory / name).is_file()]
    weights = sorted(directory.glob("*.safetensors"))
    if missing or not weights:
        raise ModelInvalid(
            f"{directory} is not a model directory.",
            why=f"It has no {missing[0] if missing else '*.safetensors'}.",
            fix="Give --model a folder with config.json, tokenizer.json and .safetensors weights.",
        )
    for path in weights:
        check_weights_file(path)


def check_weights_file(path: Path) -> None:
    """Compare a safetensors file's length with what its own header describes."""
    size = path.stat().st_size
    try:
        with path.open("rb") as source:
            length = int.from_bytes(source.read(8), "little")
            if length > min(size, _MAX_HEADER_BYTES):
                raise _cut_off(path, size)
            header = json.loads(source.read(length))
        ends = [item["data_offsets"][1] for name, item in header.items() if name != "__metadata__"]
        expected = 8 + length + max(ends, default=0)
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        raise _cut_off(path, size) from None
    if size < expected:
        raise _cut_off(path, size)


def _cut_off(path: Path, size: int) -> ModelInvalid:
    return ModelInvalid(
        f"The weights in {path} are damaged.",
        why=f"{path.name} has {size} bytes, which is not what its header describes.",
        fix="Copy or download the file again.",
    )
