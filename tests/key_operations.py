"""What is done to key files on disk, and what must hold of the files at every moment of it.

The operations that ``test_key_durability`` and ``test_key_races`` stop at each system call, with what
those calls need in common: fresh folders, outcomes as numbers, and a look at what is left behind.
"""

import contextlib
import errno
import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from taocli.domain.errors import FileSystemError, TaoError, WalletError
from taocli.wallet.keyfile import Secret, read_private, read_public
from taocli.wallet.keypair import Keypair
from taocli.wallet.private_files import (
    backup_path,
    create_private_file,
    make_private_folder,
    move_private,
    remove_private_file,
    replace_private_file,
    stale_temporaries,
)
from taocli.wallet.store import WalletStore
from taocli.wallet.writing import write_key
from tests import syscalls

OLD, NEW, OTHER = b"the old key, " * 20, b"the new key, " * 30, b"another key, " * 25
KEY = Secret(Keypair.from_seed(bytes(range(32))))
OLD_KEY = Secret(Keypair.from_seed(bytes(range(1, 33))))
NO_RENAMEAT2 = {"renameat2": errno.EINVAL}  # as on NFS: links are used instead
DONE, REFUSED, DISK = 0, int(WalletError.exit_code), int(FileSystemError.exit_code)

Act = Callable[[Path], None]


class Check(Protocol):
    """What holds at any moment of an operation, or once it is ``done``."""

    def __call__(self, folder: Path, *, done: bool = False) -> None: ...


@dataclass(frozen=True)
class Operation:
    """Something done to the files in a folder, the system calls it cannot do without, and its promise."""

    prepare: Act
    act: Act
    check: Check
    calls: set[str]
    lacking: dict[str, int] = field(default_factory=dict)


def outcome(act: Act, folder: Path) -> int:
    """0, or the exit code of the typed error; anything else is a bug and gets out."""
    try:
        act(folder)
    except TaoError as error:
        return int(error.exit_code)
    return DONE


def stopped(
    operation: Operation, folder: Path, decide: syscalls.Decide = lambda *_: None
) -> syscalls.Trace:
    """Run the operation in ``folder``; calls that its file system lacks fail in any case."""
    folder.mkdir(mode=0o700)
    operation.prepare(folder)
    return syscalls.trace(
        lambda: outcome(operation.act, folder),
        lambda index, name: decide(index, name) or operation.lacking.get(name),
    )


def fresh(operation: Operation, tmp_path: Path) -> Iterator[Path]:
    """Folders to work in; one run first, so that no import is among the system calls."""
    for number in itertools.count():
        folder = tmp_path / str(number)
        if number == 0:
            folder.mkdir(mode=0o700)
            operation.prepare(folder)
            operation.act(folder)
        else:
            yield folder


def holds(path: Path, *allowed: bytes | None) -> None:
    """The file is whole, with one of these contents; None stands for absence."""
    assert (path.read_bytes() if path.exists() else None) in allowed, path


def is_private(folder: Path) -> None:
    """Nobody else can read anything in or below the folder."""
    for path in (folder, *folder.rglob("*")):
        with contextlib.suppress(FileNotFoundError):
            assert path.lstat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def left_over(folder: Path) -> list[Path]:
    """The temporary files in and below a folder, as a doctor finds them later."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in files:
        os.utime(path, (0, 0))
    found = [p for place in {path.parent for path in files} for p in stale_temporaries(place)]
    assert sorted(found) == sorted(path for path in files if path.name.startswith("."))
    return found


def not_if(condition: bool, item: Any) -> list[Any]:
    return [] if condition else [item]


def created(folder: Path, *, done: bool = False) -> None:
    holds(folder / "coldkey", NEW, *not_if(done, None))


def replaced(folder: Path, *, done: bool = False) -> None:
    holds(folder / "coldkey", NEW, *not_if(done, OLD))


def replaced_and_kept(folder: Path, *, done: bool = False) -> None:
    replaced(folder, done=done)
    is_new = (folder / "coldkey").read_bytes() == NEW
    holds(folder / "coldkey.bak-2026-11-26", OLD, *not_if(is_new, None))


def moved(folder: Path, *, done: bool = False) -> None:
    holds(folder / "moved", OLD, *not_if(done or not (folder / "coldkey").exists(), None))
    holds(folder / "coldkey", OLD, None)


def moved_folder(folder: Path, *, done: bool = False) -> None:
    (found,) = folder.iterdir()
    assert found.name in {"bob", *not_if(done, "alice")}
    holds(found / "coldkey", OLD)


def removed(folder: Path, *, done: bool = False) -> None:
    holds(folder / "coldkey", None, *not_if(done, OLD))


def wallet_written(folder: Path, *, done: bool = False) -> None:
    private, public = (folder / "w" / "alice" / name for name in ("coldkey", "coldkeypub.txt"))
    if done or public.exists() or private.exists():
        assert read_private(private.read_bytes()).address == KEY.key.address
        assert WalletStore(folder / "w").coldkey_address("alice") == KEY.key.address


def wallet_overwritten(folder: Path, *, done: bool = False) -> None:
    place = WalletStore(folder / "w").coldkey("alice")
    held = read_private(place.private.read_bytes())
    assert held in {KEY.key, *not_if(done, OLD_KEY.key)}
    if place.public.exists():
        assert read_public(place.public.read_bytes()).address == held.address
    else:
        assert not done
    copies = [place.private, *place.private.parent.glob("coldkey.bak-*")]
    assert OLD_KEY.key in [read_private(path.read_bytes()) for path in copies]


def folder_made(folder: Path, *, done: bool = False) -> None:
    assert (folder / "a" / "b").is_dir() or not done


def nothing(_: Path) -> None:
    """Prepare an empty folder."""


def old_key(folder: Path) -> None:
    create_private_file(folder / "coldkey", OLD)


def old_wallet(folder: Path) -> None:
    (folder / "alice").mkdir(mode=0o700)
    create_private_file(folder / "alice" / "coldkey", OLD)


def create(folder: Path) -> None:
    create_private_file(folder / "coldkey", NEW)


def replace(folder: Path) -> None:
    replace_private_file(folder / "coldkey", NEW, backup=None, expected=OLD)


def replace_and_keep(folder: Path) -> None:
    path = folder / "coldkey"
    replace_private_file(path, NEW, backup=backup_path(path, "2026-11-26"))


def move(folder: Path) -> None:
    move_private(folder / "coldkey", folder / "moved")


def move_folder(folder: Path) -> None:
    move_private(folder / "alice", folder / "bob")


def remove(folder: Path) -> None:
    remove_private_file(folder / "coldkey")


def make_folder(folder: Path) -> None:
    make_private_folder(folder / "a" / "b")


def other_wallet(folder: Path) -> None:
    WalletStore(folder / "w").create_coldkey("alice", OLD_KEY, None)


def overwrite_wallet(folder: Path) -> None:
    write_key(WalletStore(folder / "w").coldkey("alice"), KEY, None, overwrite=True)


def write_wallet(folder: Path) -> None:
    WalletStore(folder / "w").create_coldkey("alice", KEY, None)


_WRITES = {"openat", "write", "fsync", "close"}
_CHANGES = _WRITES | {"flock", "renameat"}
OPERATIONS = {
    "create": Operation(nothing, create, created, _WRITES | {"renameat2"}),
    "create by link": Operation(
        nothing, create, created, _WRITES | {"linkat", "unlinkat"}, NO_RENAMEAT2
    ),
    "replace": Operation(old_key, replace, replaced, _CHANGES),
    "replace with backup": Operation(
        old_key, replace_and_keep, replaced_and_kept, _CHANGES | {"renameat2"}
    ),
    "replace with backup by link": Operation(
        old_key, replace_and_keep, replaced_and_kept, _CHANGES | {"linkat"}, NO_RENAMEAT2
    ),
    "move": Operation(old_key, move, moved, {"renameat2", "fsync"}),
    "move by link": Operation(old_key, move, moved, {"linkat", "unlinkat", "fsync"}, NO_RENAMEAT2),
    "move a folder": Operation(old_wallet, move_folder, moved_folder, {"renameat2", "fsync"}),
    "move a folder without renameat2": Operation(
        old_wallet, move_folder, moved_folder, {"renameat", "fsync"}, NO_RENAMEAT2
    ),
    "remove": Operation(old_key, remove, removed, {"unlinkat", "fsync"}),
    "make folders": Operation(nothing, make_folder, folder_made, {"mkdir", "fsync"}),
    "whole wallet": Operation(
        nothing, write_wallet, wallet_written, _WRITES | {"mkdir", "renameat2"}
    ),
    "wallet over another": Operation(
        other_wallet, overwrite_wallet, wallet_overwritten, _CHANGES | {"renameat2"}
    ),
}
