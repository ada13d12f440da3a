"""A chain in one SQLite file: every sealed block, the newest state, and the way back from it.

A sealed block is one transaction: its header and body, the entries of the state that it changed, and
the diff that takes them back. SQLite writes it behind the others into a log (WAL) and waits for the disk (``synchronous=FULL``)
before the commit returns, so a killed process or a power cut leaves every committed block and nothing of the one in the making. The
file comes into being under another name and is renamed when block 0 is in it: it is whole or not there.

    about   name -> text: the spec and the options that the chain was started with
    block   number, hash, header and body; the body is a list of byte strings behind their common hash
    state   key -> value after the newest block
    undo    number -> what the keys that a block changed held before; pruned with the window of old state

The whole file is ours alone while it is open; ``data_directory`` says so in better words.
"""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taocli.domain.errors import TaoError
from taocli.localnet.chain_block import Block, Header, blake2_256, compact, read_compact
from taocli.localnet.database_failures import (
    DatabaseFailed,
    ForeignDatabase,
    damaged,
    in_words,
)

APPLICATION = int.from_bytes(b"taoc")
SCHEMA = 1
_HASH = 32
_PATIENCE_S = 1.0  # with a program that looks into the file while it is opened
_MAGIC = b"SQLite format 3\0"

Changes = Mapping[bytes, bytes | None]
"""Keys with a value, or with None where there is none."""

_CREATE = (
    "CREATE TABLE about (name TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID",
    (
        "CREATE TABLE block (number INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE,"
        " header BLOB NOT NULL, body BLOB NOT NULL)"
    ),
    "CREATE TABLE state (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE undo (number INTEGER PRIMARY KEY, diff BLOB NOT NULL)",
)


@dataclass(frozen=True, slots=True)
class Genesis:
    """What a chain begins with; ``summary`` names the options that made it, for messages."""

    block: Block
    entries: Mapping[bytes, bytes]
    spec: int
    summary: str


def create_database(path: Path, genesis: Genesis) -> None:
    """Make the file with block 0 in it, or none at all."""
    part = path.with_name(path.name + ".part")
    with in_words(path):
        for ending in (".part", ".part-journal", "-journal", "-wal", "-shm"):
            # SQLite would take an orphaned log of a file that was here for one of the new file
            path.with_name(path.name + ending).unlink(missing_ok=True)
        with contextlib.closing(_connect(part)) as connection, _transaction(connection):
            for statement in _CREATE:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id={APPLICATION}")
            connection.execute(f"PRAGMA user_version={SCHEMA}")
            about = (("spec", str(genesis.spec)), ("summary", genesis.summary))
            connection.executemany("INSERT INTO about VALUES (?, ?)", about)
            _write(connection, genesis.block, genesis.entries, dict.fromkeys(genesis.entries))
        part.rename(path)


class Database:
    """An open chain file. Raises ``ForeignDatabase``, ``DatabaseDamaged`` or ``DatabaseFailed``.

    After the first failed write it takes no other: what a disk that fails did keep, only opening the file
    again can tell.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._failure: TaoError | None = None
        with in_words(path):
            _refuse_foreign(path)
            self._connection = _connect(path)
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        """Bring the log into the file and close it."""
        with contextlib.suppress(sqlite3.Error):  # the log stays then, and the next one reads it
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()

    def about(self, name: str) -> str:
        """What was noted when the chain began, "" for nothing."""
        found = self._rows("SELECT text FROM about WHERE name = ?", name)
        return str(found[0][0]) if found else ""

    def entries(self) -> dict[bytes, bytes]:
        """The state after the newest block."""
        return dict(self._rows("SELECT key, value FROM state"))

    def newest(self) -> Block:
        """The block with the greatest number."""
        found = self._blocks("ORDER BY number DESC LIMIT 1")
        if not found:
            raise damaged(self.path, "It holds no block.")
        return found[0]

    def block(self, block_hash: bytes) -> Block | None:
        """A block by hash."""
        return next(iter(self._blocks("WHERE hash = ?", block_hash)), None)

    def number_of(self, block_hash: bytes) -> int | None:
        """The height of a block."""
        found = self._rows("SELECT number FROM block WHERE hash = ?", block_hash)
        return int(found[0][0]) if found else None

    def hash_at(self, number: int) -> bytes | None:
        """The hash of the block at a height."""
        if number < 0 or number >= 1 << 63:
            return None
        found = self._rows("SELECT hash FROM block WHERE number = ?", number)
        return bytes(found[0][0]) if found else None

    def undo(self, first: int, last: int) -> dict[int, dict[bytes, bytes | None]]:
        """The diffs of a range of blocks that are still kept."""
        query = "SELECT number, diff FROM undo WHERE number BETWEEN ? AND ?"
        rows = self._rows(query, first, last)
        try:
            return {number: _unpack_diff(diff) for number, diff in rows}
        except (ValueError, TypeError) as error:
            raise damaged(self.path, str(error)) from None

    def append(self, block: Block, changes: Changes, undo: Changes, discard: int) -> None:
        """Add a block for good: all of it or nothing; diffs up to number ``discard`` are dropped."""
        if self._failure is not None:
            raise self._failure
        try:
            with in_words(self.path), _transaction(self._connection):
                _write(self._connection, block, changes, undo)
                self._connection.execute("DELETE FROM undo WHERE number <= ?", (discard,))
        except TaoError as failure:
            self._failure = failure
            raise

    def _prepare(self) -> None:
        schema = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if schema != SCHEMA:
            age = "a newer" if schema > SCHEMA else "another"
            raise ForeignDatabase(
                f"{self.path} was written by {age} version of taocli.",
                why=f"Its schema is number {schema}; this version knows number {SCHEMA}.",
                fix="Update taocli, or give --data another directory.",
            )
        mode = self._connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        if mode != "wal":
            raise DatabaseFailed(
                f"{self.path} cannot be written safely.",
                why="Its file system does not let SQLite keep a write-ahead log.",
                fix="Give --data a directory on a local disk.",
            )

    def _blocks(self, which: str, *values: object) -> list[Block]:
        query = "SELECT hash, header, body FROM block " + which  # noqa: S608 - written above
        return [self._parse(*row) for row in self._rows(query, *values)]

    def _parse(self, block_hash: bytes, header: bytes, body: bytes) -> Block:
        try:
            block = Block(Header.decode(header), block_hash, tuple(_unpack(body)))
        except (ValueError, TypeError) as error:
            raise damaged(self.path, str(error)) from None
        if block.header.hash != block_hash:
            raise damaged(self.path, f"Block {block.number} is not what its hash says.")
        return block

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with in_words(self.path):
            return self._connection.execute(query, values).fetchall()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(  # a chain may be opened in one thread and then live in another
        path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False
    )
    for setting in ("locking_mode=EXCLUSIVE", "synchronous=FULL", "fullfsync=1"):
        connection.execute(f"PRAGMA {setting}")
    return connection


def _refuse_foreign(path: Path) -> None:
    """Look at the first bytes: SQLite itself would already tidy up behind another program."""
    with path.open("rb") as source:
        start = source.read(100)
    if start.startswith(_MAGIC) and int.from_bytes(start[68:72]) == APPLICATION:
        return
    kind = "a database of another program" if start.startswith(_MAGIC) else "no database"
    raise ForeignDatabase(
        f"{path} is not a chain of taocli.",
        why=f"It is {kind}.",
        fix="Give --data another directory.",
    )


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):  # a full disk has already rolled back
            connection.execute("ROLLBACK")
        raise


def _write(connection: sqlite3.Connection, block: Block, changes: Changes, undo: Changes) -> None:
    connection.execute(
        "INSERT INTO block VALUES (?, ?, ?, ?)",
        (block.number, block.hash, block.header.encode(), _pack(block.extrinsics)),
    )
    there = [(key, value) for key, value in changes.items() if value is not None]
    connection.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", there)
    gone = [(key,) for key, value in changes.items() if value is None]
    connection.executemany("DELETE FROM state WHERE key = ?", gone)
    diff = (part for key, value in undo.items() for part in (key, _optional(value)))
    connection.execute("INSERT INTO undo VALUES (?, ?)", (block.number, _pack(diff)))


def _optional(value: bytes | None) -> bytes:
    return b"" if value is None else b"\1" + value


def _pack(items: Iterable[bytes]) -> bytes:
    packed = b"".join(compact(len(item)) + item for item in items)
    return blake2_256(packed) + packed


def _unpack(packed: bytes) -> Iterator[bytes]:
    if blake2_256(packed[_HASH:]) != packed[:_HASH]:
        raise ValueError("A list of byte strings does not have its hash.")
    at = _HASH
    while at < len(packed):
        length, at = read_compact(packed, at)
        if at + length > len(packed):
            raise ValueError("A list of byte strings is cut off.")
        yield packed[at : at + length]
        at += length


def _unpack_diff(packed: bytes) -> dict[bytes, bytes | None]:
    parts = list(_unpack(packed))
    return {
        key: value[1:] if value else None
        for key, value in zip(parts[::2], parts[1::2], strict=True)
    }
