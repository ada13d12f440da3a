"""Files that nobody else may read and that no crash, full disk or second writer can tear.

New content goes to a name of its own, created 0600 from the first byte and never through a link, and
reaches the disk; only then is it moved to its real name in one step, and the folder reaches the disk
too. So at every moment a name holds a whole file or nothing. A move to a new name never replaces what
is there. A move over an old file happens under a lock, after a look at what is replaced.

After an error the old state stands, except where the error says that the change is made and the disk
did not confirm it. A killed process may leave ``.NAME.<16 hex digits>.tmp`` behind, never anything else.
Folders are opened once and worked in by handle, so one that is renamed meanwhile confuses nobody.
"""

import contextlib
import errno
import fcntl
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from taocli.domain.errors import FileSystemError, KeyfileDamaged, WalletError, WalletExists
from taocli.wallet.exclusive_move import move_exclusively

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{16}\.tmp", re.DOTALL)
_LARGEST = 1 << 20  # bytes; no tool's key file comes near
_CHUNK = 1 << 16  # bytes read at a time
_LOCK_SECONDS = 5.0  # the lock is held for a few writes, never while a password is worked on
_STALE_SECONDS = 60.0  # a younger temporary file may belong to a process that is still writing it
_NO_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EBADF}
_NO_SYNC = {errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS}
_FIXES = {
    errno.ENOSPC: "Free some space on that disk and try again.",
    errno.EDQUOT: "Free some of your disk quota and try again.",
    errno.EFBIG: "Raise the file size limit of this process (ulimit -f).",
    errno.EROFS: "The file system is mounted read-only: mount it for writing or choose another folder.",
    errno.EACCES: "Check who owns the folder and its permissions; ls -la shows both.",
    errno.EPERM: "Check the folder's owner and that neither it nor the file is immutable (lsattr).",
    errno.EIO: "The disk reports a fault: copy your keys elsewhere before you use it again.",
    errno.ELOOP: "It is a link: change the file that it points to.",
    errno.EXDEV: "Copy it to the other file system, check the copy, then remove the original.",
    errno.ENAMETOOLONG: "Choose a shorter name.",
    errno.ENOENT: "Check the path.",
    errno.ENOTDIR: "Check the path: a file stands where a folder should be.",
    errno.EEXIST: "Move away what is there, or choose another name.",
}


def make_private_folder(folder: Path) -> None:
    """Create a folder and its parents, 0700 each; existing ones stay as they are."""
    with _reported("create", folder):
        missing = [path for path in (folder, *folder.parents) if not path.is_dir()]
        for path in reversed(missing):
            path.mkdir(mode=0o700, exist_ok=True)
            with _opened(path.parent) as parent:
                _sync(parent, f"{path} is made")


def create_private_file(path: Path, content: bytes) -> None:
    """Create ``path`` with ``content``, 0600; ``WalletExists`` when the name is taken.

    ``FileSystemError`` says what the disk refused.
    """
    with _reported("write", path), _opened(path.parent) as folder:
        with _temporary(folder, path.name, content) as temporary:
            _move(folder, temporary, folder, path)
        _sync(folder, f"{path} is written")


def replace_private_file(
    path: Path, content: bytes, *, backup: Path | None, expected: bytes | None = None
) -> None:
    """Put ``content`` in the place of an existing file, in one step.

    The old content is first kept as ``backup``, 0600, under a name that must be free. It is a copy,
    not a second link: a tool that writes in place would change both names of a link, and some file
    systems have no links. With ``expected``, a file that holds anything else by now stays as it is.

    Raises:
        WalletError: the file is gone or is not what was ``expected``; nothing was changed.
        WalletExists: ``backup`` is taken; nothing was changed.
        KeyfileDamaged: the old file is no regular file, or is too large to be a key.
        FileSystemError: the disk refused, or another process holds the lock.
    """
    with _reported("replace", path), _opened(path.parent) as folder:
        _lock(folder, path.parent)
        try:
            old = _read(path, os.open(path.name, _READ | os.O_NOFOLLOW, dir_fd=folder), _LARGEST)
        except FileNotFoundError:
            raise _changed(path) from None
        if expected is not None and old != expected:
            raise _changed(path)
        with _temporary(folder, path.name, content) as temporary:
            if backup is not None:
                create_private_file(backup, old)
            os.rename(temporary, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        _sync(folder, f"{path} is replaced")


def backup_path(path: Path, today: str) -> Path:
    """A free name for a backup: ``coldkey.bak-2026-11-26``, then ``coldkey.bak-2026-11-26-2``.

    Other tools take every file in ``hotkeys/`` for a key, so hotkeys are kept one folder up, as
    ``hotkey-NAME.bak-DATE``.
    """
    if path.parent.name == "hotkeys":
        first = path.parent.with_name(f"hotkey-{path.name}.bak-{today}")
    else:
        first = path.with_name(f"{path.name}.bak-{today}")
    found, number = first, 1
    while os.path.lexists(found):
        number += 1
        found = first.with_name(f"{first.name}-{number}")
    return found


def remove_private_file(path: Path) -> None:
    """Remove a file for good; what it held may still be on the medium."""
    with _reported("remove", path), _opened(path.parent) as folder:
        _lock(folder, path.parent)
        os.unlink(path.name, dir_fd=folder)
        _sync(folder, f"{path} is removed")


def move_private(old: Path, new: Path) -> None:
    """Give a file or a folder another name; ``WalletExists`` when that is taken.

    Both names are on one file system, else ``FileSystemError``.
    """
    with (
        _reported("rename", old),
        _opened(old.parent) as source,
        _opened(new.parent) as target,
    ):
        _lock(source, old.parent)
        _move(source, old.name, target, new)
        _sync(target, f"{old} is now {new}")
        _sync(source, f"{old} is now {new}")


def stale_temporaries(folder: Path) -> list[Path]:
    """What killed processes left in ``folder``: half-written keys and second names of whole ones.

    No key is lost with them: a key that counts has its real name.
    """
    if not folder.is_dir():
        return []
    now = time.time()
    found = []
    with _reported("list", folder), os.scandir(folder) as entries:
        for entry in entries:
            if not _TEMPORARY.fullmatch(entry.name) or not entry.is_file(follow_symlinks=False):
                continue
            age = now - entry.stat(follow_symlinks=False).st_mtime
            if not 0 <= age < _STALE_SECONDS:
                found.append(Path(entry.path))
    return sorted(found)


def read_bounded(path: Path, limit: int) -> bytes:
    """The content of a regular file of at most ``limit`` bytes, through links if need be.

    ``KeyfileDamaged`` for anything that is no such file: a pipe or a device could block for ever or
    never end. ``FileSystemError`` when it cannot be opened or read.
    """
    with _reported("read", path):
        if not stat.S_ISREG(path.stat().st_mode):  # opening a device can already do something
            raise _no_key(path, "It is not a regular file.")
        return _read(path, os.open(path, _READ), limit)


def already_there(path: Path) -> WalletExists:
    """The refusal to overwrite a key."""
    return WalletExists(
        f"{path} is already there.",
        why="A key that is overwritten is lost for ever.",
        fix="Choose another name, or move the old file away first.",
    )


@contextlib.contextmanager
def _reported(verb: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FileSystemError(
            f"Cannot {verb} {path}.",
            why=_reason(error),
            fix=_FIXES.get(error.errno or 0, "Check the disk and the permissions of the folder."),
        ) from None


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[int]:
    handle = os.open(folder, _FOLDER)
    try:
        yield handle
    finally:
        with contextlib.suppress(OSError):  # nothing was written through it
            os.close(handle)


@contextlib.contextmanager
def _temporary(folder: int, name: str, content: bytes) -> Iterator[str]:
    """The name of a whole file that is on the disk; unless it was moved away, it goes in the end."""
    temporary = f".{name}.{secrets.token_hex(8)}.tmp"
    handle = os.open(temporary, _NEW, 0o600, dir_fd=folder)
    try:
        try:
            view = memoryview(content)
            while view:
                view = view[os.write(handle, view) :]
            os.fsync(handle)
        finally:
            os.close(handle)
        yield temporary
    finally:  # after Ctrl-C too; one that cannot be removed is found by stale_temporaries
        with contextlib.suppress(OSError):
            os.unlink(temporary, dir_fd=folder)


def _move(source: int, name: str, target: int, new: Path) -> None:
    try:
        move_exclusively(source, name, target, new)
    except FileExistsError:
        raise already_there(new) from None


def _sync(folder: int, done: str) -> None:
    try:
        os.fsync(folder)
    except OSError as error:
        if (
            error.errno not in _NO_SYNC
        ):  # network file systems that keep folders in order themselves
            raise FileSystemError(
                f"{done}, but the disk did not confirm it.",
                why=_reason(error),
                fix="Look at the file and at the disk before you rely on them.",
            ) from None


def _lock(folder: int, path: Path) -> None:
    """Keep other taocli processes from changing files in a folder until its handle is closed.

    Some network file systems have no locks; there the last of two writers wins, with a whole file.
    """
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise FileSystemError(
                    f"Another process is changing files in {path}.",
                    why=f"It has held the lock for more than {_LOCK_SECONDS:.0f} seconds.",
                    fix="Wait for it to end, or stop it, and try again.",
                ) from None
            time.sleep(0.02)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            return
        else:
            return


def _read(path: Path, handle: int, limit: int) -> bytes:
    """Read and close ``handle``."""
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise _no_key(path, "It is not a regular file.")
        content = bytearray()
        while len(content) <= limit:
            chunk = os.read(handle, min(_CHUNK, limit + 1 - len(content)))
            if not chunk:
                return bytes(content)
            content += chunk
    finally:
        with contextlib.suppress(OSError):  # nothing was written through it
            os.close(handle)
    raise _no_key(path, f"It has more than {limit} bytes; no key is that large.")


def _no_key(path: Path, why: str) -> KeyfileDamaged:
    return KeyfileDamaged(f"{path} is no key file.", why=why, fix="Move it out of the wallet.")


def _changed(path: Path) -> WalletError:
    return WalletError(
        f"{path} is not what it was a moment ago; nothing was changed.",
        why="Another program has written, moved or removed it meanwhile.",
        fix="Look at it with taocli wallet list, and try again.",
    )


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
