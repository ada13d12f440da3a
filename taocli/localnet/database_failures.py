"""How a chain file can fail, and what SQLite's result codes mean for whoever keeps a chain in it.

Three things happen to such a file: it was never ours, the disk refuses, or what is in it no longer
fits together. The first two leave the chain as it was; only the third loses something.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from taocli.domain.errors import AlreadyRunning, FileSystemError, TaoError

_PRIMARY = 0xFF  # the low byte of an extended result code
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
"""SQLITE_ERROR is a table that should be there and is not."""


class ForeignDatabase(FileSystemError):
    """The file is no chain of taocli, or one whose schema this version does not know."""


class DatabaseDamaged(FileSystemError):
    """What the file holds contradicts itself."""


class DatabaseFailed(FileSystemError):
    """The disk did not take or give what it should; what was sealed before is safe."""


def damaged(path: Path, why: str) -> DatabaseDamaged:
    """The error for a file whose content contradicts itself."""
    return DatabaseDamaged(
        f"The chain in {path} is damaged.",
        why=why,
        fix="Restore the directory from a copy, or give --data another one.",
    )


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Let failures of SQLite and of the system leave as errors of taocli."""
    try:
        yield
    except sqlite3.Error as error:
        raise _meaning(path, error) from None
    except UnicodeDecodeError:  # SQLite quotes what it found, and Python cannot read it
        raise damaged(path, "It holds text that is none.") from None
    except OSError as error:
        raise _unusable(path, f"The system says: {error.strerror}.") from None


def _meaning(path: Path, error: sqlite3.Error) -> TaoError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_INTERNAL) & _PRIMARY
    said = f"SQLite says: {error}."
    if code in _BUSY:
        return AlreadyRunning(
            f"{path} is in use.",
            why="Another process holds it open.",
            fix="Close that program, or give --data another directory.",
        )
    if code in _BROKEN:
        return damaged(path, said)
    if code == sqlite3.SQLITE_FULL:
        return DatabaseFailed(
            f"The chain stops: there is no space left for {path}.",
            why=f"{said} Every block that was sealed before is kept.",
            fix="Free some space on its disk and start the chain again.",
        )
    return _unusable(path, said)


def _unusable(path: Path, why: str) -> DatabaseFailed:
    return DatabaseFailed(
        f"The chain in {path} cannot be read or written.",
        why=why,
        fix="Check the disk, and who owns the directory, or give --data another one.",
    )
