"""Writing files that nobody else may read and that a crash cannot tear.

A new file appears under its name only when it is whole: the content goes to a name of its own, created
0600 from the first byte and never through a link, reaches the disk, and is then linked into place.
Linking fails when the name is taken, so of two writers one wins and nothing is ever overwritten.
"""

import os
import secrets
from pathlib import Path

from taocli.domain.errors import FileSystemError, WalletExists

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def make_private_folder(folder: Path) -> None:
    """Create a folder and its parents, 0700 each; existing ones stay as they are."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        for path in reversed(missing):
            path.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(path.parent)
    except OSError as error:
        raise _failed(folder, error) from None


def create_private_file(path: Path, content: bytes) -> None:
    """Create ``path`` with ``content``; ``WalletExists`` when the name is taken."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        _write_new(temporary, content)
        try:
            os.link(temporary, path, follow_symlinks=False)
        finally:
            temporary.unlink()
        _sync_folder(path.parent)
    except FileExistsError:
        raise already_there(path) from None
    except OSError as error:
        raise _failed(path, error) from None


def already_there(path: Path) -> WalletExists:
    """The refusal to overwrite a key."""
    return WalletExists(
        f"{path} is already there.",
        why="A key that is overwritten is lost for ever.",
        fix="Choose another name, or move the old file away first.",
    )


def _write_new(path: Path, content: bytes) -> None:
    handle = os.open(path, _FLAGS, 0o600)
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
    except BaseException:  # Ctrl-C too: half a key must not stay behind
        path.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _failed(path: Path, error: OSError) -> FileSystemError:
    return FileSystemError(
        f"Cannot write {path}.",
        why=error.strerror or str(error),
        fix="Check the disk space and the permissions of the folder.",
    )
