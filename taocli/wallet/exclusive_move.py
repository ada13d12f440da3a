"""Giving a file or folder another name without ever replacing what has that name.

A plain rename replaces silently. Linux can refuse that in one step (``renameat2``); where the file
system cannot, a file gets its new name as a second link, which fails where a name is taken, and then
loses the old one. A crash in between leaves both names, each of them whole.
"""

import errno
import os
import stat
from pathlib import Path

from taocli.domain.errors import FileSystemError

_RENAME_NOREPLACE = 1
_NO_RENAMEAT2 = {errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS}
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS}


def move_exclusively(source: int, name: str, target: int, new: Path) -> None:
    """Rename ``name`` in the folder opened as ``source`` to ``new`` in the one opened as ``target``.

    Raises:
        FileExistsError: the new name is taken.
        FileSystemError: the file system has no way to do this, or the old name stayed as well.
        OSError: anything else; both names are as they were.
    """
    if _renamed_in_one_step(source, name, target, new.name):
        return
    if stat.S_ISDIR(os.stat(name, dir_fd=source, follow_symlinks=False).st_mode):
        _move_folder(source, name, target, new.name)
    else:
        _move_by_link(source, name, target, new)


def _renamed_in_one_step(source: int, name: str, target: int, new: str) -> bool:
    """Whether kernel, C library and file system know ``renameat2`` with RENAME_NOREPLACE, and did it."""
    import ctypes  # noqa: PLC0415 - 3 ms that only writing needs

    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if rename(source, os.fsencode(name), target, os.fsencode(new), _RENAME_NOREPLACE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NO_RENAMEAT2:
        return False
    raise OSError(number, os.strerror(number))


def _move_folder(source: int, name: str, target: int, new: str) -> None:
    """Folders have no second link; whoever takes the name in between can lose an empty folder only."""
    try:
        os.stat(new, dir_fd=target, follow_symlinks=False)
    except FileNotFoundError:
        os.rename(name, new, src_dir_fd=source, dst_dir_fd=target)
    else:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


def _move_by_link(source: int, name: str, target: int, new: Path) -> None:
    try:
        os.link(name, new.name, src_dir_fd=source, dst_dir_fd=target, follow_symlinks=False)
    except OSError as error:
        if error.errno in _NO_LINKS:
            raise FileSystemError(
                f"Cannot write {new}.",
                why="Its file system can neither link files nor rename them without overwriting.",
                fix="Keep wallets on another file system, such as the one of your home folder.",
            ) from None
        raise
    try:
        os.unlink(name, dir_fd=source)
    except OSError as error:
        raise FileSystemError(
            f"{new} is in place, but its old name {name} could not be removed.",
            why=error.strerror or str(error),
            fix=f"Remove {name}; the key stays.",
        ) from None
