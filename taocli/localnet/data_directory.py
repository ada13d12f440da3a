"""A data directory: one chain, one process at a time, and only with the genesis that it began with.

    DIR/chain.db      the chain, see ``database``
    DIR/chain.db-wal  its log while a localnet runs, or after one that was killed
    DIR/lock          held by the process that uses the directory; it names its number

The lock belongs to the open file and goes away with the process however that ends; the file itself
stays. Genesis covers the runtime's metadata, so a program that would make another block 0 (another
profile or tempo, another version of taocli) would also run other rules on the blocks that are there, and is refused.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from taocli.domain.errors import AlreadyRunning, FileSystemError
from taocli.localnet.database import Database, Genesis, create_database
from taocli.localnet.database_failures import damaged, in_words
from taocli.localnet.store import DiskStore, Store

CHAIN_FILE = "chain.db"
LOCK_FILE = "lock"


class OtherGenesis(FileSystemError):
    """The directory holds a chain with another block 0 than the program would make now."""


def genesis_of(store: Store, spec: int, summary: str) -> Genesis:
    """What a store that holds nothing but block 0 began with."""
    committed = store.committed
    entries = {key: committed.get(key) or b"" for key in committed.keys(b"")}
    return Genesis(store.head, entries, spec, summary)


def open_store(directory: Path, genesis: Genesis) -> DiskStore:
    """The chain in a directory, begun with ``genesis`` if there is none; ``close`` it in the end.

    Raises ``AlreadyRunning`` while another process has it, ``OtherGenesis``, and the errors of
    ``database_failures``.
    """
    path = directory / CHAIN_FILE
    with contextlib.ExitStack() as opened:
        opened.enter_context(locked(directory))
        with in_words(path):
            new = not path.exists()
        if new:
            create_database(path, genesis)
            _sync(directory)
        database = opened.enter_context(contextlib.closing(Database(path)))
        _check_genesis(database, directory, genesis)
        return DiskStore(database, opened.pop_all().close)


@contextlib.contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Make the directory if need be and hold its lock; ``AlreadyRunning`` names who has it."""
    with in_words(directory):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(directory / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(lock, 20).decode("ascii", "replace").strip()
            raise AlreadyRunning(
                f"A localnet already uses {directory}.",
                why=f"Process {holder or 'of another program'} holds its lock.",
                fix="Stop that localnet, or give --data another directory.",
            ) from None
        with in_words(directory):
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        with contextlib.suppress(OSError):  # it is closed even then, and holds nothing to lose
            os.close(lock)


def _check_genesis(database: Database, directory: Path, genesis: Genesis) -> None:
    found = database.hash_at(0)
    if found == genesis.block.hash:
        return
    if found is None:
        raise damaged(database.path, "It holds no block 0.")
    spec, summary = database.about("spec"), database.about("summary")
    if spec != str(genesis.spec):
        why = f"It runs Subtensor spec {spec}; this version of taocli runs spec {genesis.spec}."
        fix = "Use the version of taocli that made it"
    elif summary != genesis.summary:
        why = f"It was started with {summary}; now it is {genesis.summary}."
        fix = "Start it with the same options"
    else:
        why = f"Its genesis is 0x{found.hex()}; this version of taocli makes another."
        fix = "Use the version of taocli that made it"
    raise OtherGenesis(
        f"{directory} holds another chain.",
        why=why,
        fix=f"{fix}, or give --data another directory.",
    )


def _sync(directory: Path) -> None:
    """Let the names in a new directory, and its own, survive a power cut."""
    for place in (directory, directory.parent):
        with in_words(place):
            descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
