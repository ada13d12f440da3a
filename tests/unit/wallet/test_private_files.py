"""Private files: what is written, refused, kept and read, and what the errors say."""

import errno
import fcntl
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taocli.domain.errors import FileSystemError, KeyfileDamaged, WalletError, WalletExists
from taocli.wallet import private_files
from taocli.wallet.private_files import (
    already_there,
    backup_path,
    create_private_file,
    make_private_folder,
    move_private,
    read_bounded,
    remove_private_file,
    replace_private_file,
    stale_temporaries,
)

TODAY = "2026-11-26"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """An old key, made by a tool that left it readable for all."""
    path = tmp_path / "coldkey"
    path.write_bytes(b"old")
    path.chmod(0o644)
    return path


@pytest.fixture
def _umask_0() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def failing(number: int, after: int = 0) -> Callable[..., int]:
    """A system call that fails, from its call number ``after`` on."""
    calls = iter(range(1000))

    def fail(*_: object, **__: object) -> int:
        if next(calls) >= after:
            raise OSError(number, os.strerror(number))
        return 0

    return fail


@pytest.mark.usefixtures("_umask_0")
def test_files_and_folders_are_private_whatever_the_umask(tmp_path: Path, key: Path) -> None:
    folder = tmp_path / "wallets" / "alice"
    make_private_folder(folder)
    create_private_file(folder / "coldkey", b"new")
    replace_private_file(key, b"new", backup=tmp_path / "backup")
    assert [mode(path) for path in (folder, folder.parent)] == [0o700, 0o700]
    assert {mode(path) for path in (folder / "coldkey", key, tmp_path / "backup")} == {0o600}


def test_a_folder_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_private_folder(tmp_path)
    assert mode(tmp_path) == 0o755


def test_a_file_in_the_way_of_a_folder_is_named(key: Path) -> None:
    for folder in (key, key / "hotkeys"):
        with pytest.raises(FileSystemError, match="Cannot create"):
            make_private_folder(folder)
    assert key.read_bytes() == b"old"


def test_nothing_is_created_over_a_file_a_folder_or_a_link(tmp_path: Path, key: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    before = sorted(tmp_path.iterdir())
    for path in (key, tmp_path / "folder", tmp_path / "link"):
        with pytest.raises(WalletExists, match="already there") as caught:
            create_private_file(path, b"new")
        assert caught.value.what == already_there(path).what
    assert sorted(tmp_path.iterdir()) == before
    assert key.read_bytes() == b"old"


@pytest.mark.parametrize("planted", ["file", "link"])
def test_what_somebody_planted_under_the_temporary_name_is_not_written_to(
    tmp_path: Path, planted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "token_hex", lambda count: "ab" * count)
    trap, elsewhere = tmp_path / f".coldkey.{'ab' * 8}.tmp", tmp_path / "elsewhere"
    elsewhere.write_bytes(b"theirs")
    if planted == "link":
        trap.symlink_to(elsewhere)
    else:
        trap.write_bytes(b"theirs")
    with pytest.raises(FileSystemError):
        create_private_file(tmp_path / "coldkey", b"secret")
    assert trap.read_bytes() == elsewhere.read_bytes() == b"theirs"
    assert not (tmp_path / "coldkey").exists()


def test_a_write_in_small_pieces_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, bytes(data[:7])))
    create_private_file(tmp_path / "coldkey", bytes(range(100)))
    assert (tmp_path / "coldkey").read_bytes() == bytes(range(100))


def test_a_replaced_key_keeps_the_old_one_beside_it(key: Path) -> None:
    for content, name in [
        (b"second", "coldkey.bak-2026-11-26"),
        (b"3", "coldkey.bak-2026-11-26-2"),
    ]:
        backup = backup_path(key, TODAY)
        assert backup == key.with_name(name)
        replace_private_file(key, content, backup=backup, expected=key.read_bytes())
        assert key.read_bytes() == content
    assert key.with_name("coldkey.bak-2026-11-26").read_bytes() == b"old"
    assert key.with_name("coldkey.bak-2026-11-26-2").read_bytes() == b"second"


def test_a_backup_never_takes_the_place_of_another(key: Path) -> None:
    backup = key.with_name("backup")
    backup.write_bytes(b"precious")
    with pytest.raises(WalletExists, match="backup"):
        replace_private_file(key, b"new", backup=backup)
    assert (key.read_bytes(), backup.read_bytes()) == (b"old", b"precious")
    assert sorted(key.parent.iterdir()) == [backup, key]


def test_the_backup_of_a_hotkey_does_not_look_like_a_hotkey(tmp_path: Path) -> None:
    hotkeys = tmp_path / "alice" / "hotkeys"
    make_private_folder(hotkeys)
    assert backup_path(hotkeys / "miner", TODAY) == tmp_path / "alice" / f"hotkey-miner.bak-{TODAY}"


def test_a_dangling_link_makes_a_backup_name_taken(key: Path) -> None:
    key.with_name(f"coldkey.bak-{TODAY}").symlink_to("nowhere")
    assert backup_path(key, TODAY).name == f"coldkey.bak-{TODAY}-2"


def test_a_key_that_somebody_else_changed_is_not_replaced(key: Path) -> None:
    with pytest.raises(WalletError, match="not what it was") as caught:
        replace_private_file(key, b"new", backup=key.with_name("backup"), expected=b"older")
    assert "Another program" in caught.value.why
    key_content, others = key.read_bytes(), list(key.parent.iterdir())
    assert (key_content, others) == (b"old", [key])
    key.unlink()
    with pytest.raises(WalletError, match="not what it was"):
        replace_private_file(key, b"new", backup=None)
    assert list(key.parent.iterdir()) == []


def test_a_link_is_not_replaced_by_a_file(key: Path) -> None:
    link = key.with_name("link")
    link.symlink_to(key)
    with pytest.raises(FileSystemError) as caught:
        replace_private_file(link, b"new", backup=None)
    assert "link" in caught.value.fix
    assert link.is_symlink()
    assert key.read_bytes() == b"old"


def test_another_process_that_holds_the_lock_is_not_waited_for_for_ever(
    key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(private_files, "_LOCK_SECONDS", 0.05)
    holder = os.open(key.parent, os.O_RDONLY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    for change in (
        lambda: replace_private_file(key, b"new", backup=None),
        lambda: remove_private_file(key),
        lambda: move_private(key, key.with_name("other")),
    ):
        with pytest.raises(FileSystemError, match="Another process"):
            change()
    os.close(holder)
    assert key.read_bytes() == b"old"
    replace_private_file(key, b"new", backup=None)
    assert key.read_bytes() == b"new"


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.EBADF])
def test_a_file_system_without_locks_is_good_enough(
    key: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcntl, "flock", failing(number))
    replace_private_file(key, b"new", backup=None)
    assert key.read_bytes() == b"new"


@pytest.mark.parametrize(
    ("number", "fix"),
    [
        (errno.ENOSPC, "Free some space"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "permissions"),
        (errno.EPERM, "immutable"),
        (errno.EIO, "fault"),
        (errno.EMFILE, "Check"),
    ],
)
@pytest.mark.parametrize("step", ["write", "fsync", "rename"])
def test_what_the_disk_refuses_is_said_and_changes_nothing(
    key: Path, number: int, fix: str, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, step, failing(number))
    with pytest.raises(FileSystemError, match="Cannot replace") as caught:
        replace_private_file(key, b"new", backup=None)
    assert caught.value.why == os.strerror(number)
    assert fix in caught.value.fix
    assert caught.value.__cause__ is None
    assert key.read_bytes() == b"old"
    assert list(key.parent.iterdir()) == [key]


def test_a_folder_that_does_not_reach_the_disk_is_reported_as_what_it_is(
    key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", failing(errno.EIO, after=1))
    with pytest.raises(FileSystemError, match="is replaced, but the disk did not confirm it"):
        replace_private_file(key, b"new", backup=None)
    assert key.read_bytes() == b"new"


def test_a_folder_that_cannot_be_synced_at_all_is_good_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", failing(errno.EINVAL, after=1))
    create_private_file(tmp_path / "coldkey", b"new")
    assert (tmp_path / "coldkey").read_bytes() == b"new"


def test_a_missing_folder_is_an_error_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "coldkey"
    for act in (
        lambda: create_private_file(path, b"new"),
        lambda: replace_private_file(path, b"new", backup=None),
        lambda: remove_private_file(path),
        lambda: move_private(path, tmp_path / "x"),
        lambda: read_bounded(path, 10),
    ):
        with pytest.raises(FileSystemError) as caught:
            act()
        assert caught.value.why == "No such file or directory"
        assert caught.value.fix


def test_a_removed_file_is_gone(key: Path) -> None:
    remove_private_file(key)
    assert not key.exists()


@pytest.mark.parametrize("renameat2", [True, False])
def test_files_and_folders_move_only_to_free_names(
    tmp_path: Path, key: Path, renameat2: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not renameat2:
        monkeypatch.setattr("taocli.wallet.exclusive_move._renamed_in_one_step", lambda *_: False)
    (tmp_path / "taken").write_bytes(b"precious")
    (tmp_path / "empty").mkdir()
    for new in (tmp_path / "taken", tmp_path / "empty"):
        with pytest.raises(WalletExists):
            move_private(key, new)
    move_private(key, tmp_path / "empty" / "moved")
    assert (tmp_path / "empty" / "moved").read_bytes() == b"old"
    assert not key.exists()
    (tmp_path / "free").mkdir()
    for new in (tmp_path / "taken", tmp_path / "empty"):
        with pytest.raises(WalletExists):
            move_private(tmp_path / "free", new)
    move_private(tmp_path / "empty", tmp_path / "wallet")
    assert (tmp_path / "wallet" / "moved").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["free", "taken", "wallet"]
    assert (tmp_path / "taken").read_bytes() == b"precious"


def test_a_file_system_without_links_and_exclusive_renames_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taocli.wallet.exclusive_move._renamed_in_one_step", lambda *_: False)
    monkeypatch.setattr(os, "link", failing(errno.EPERM))
    with pytest.raises(FileSystemError) as caught:
        create_private_file(tmp_path / "coldkey", b"new")
    assert "neither link" in caught.value.why
    assert "another file system" in caught.value.fix
    assert list(tmp_path.iterdir()) == []


@given(name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=50))  # fmt: skip
def test_what_a_killed_writer_leaves_is_found_for_every_name(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("left")
    left = folder / f".{name}.0123456789abcdef.tmp"
    for path in (left, folder / f"{name}.key", folder / f".{name}.0123456789abcdeg.tmp"):
        path.write_bytes(b"")
        os.utime(path, (0, 0))
    found = stale_temporaries(folder)
    assert left in found
    assert all(re.fullmatch(r"\..+\.[0-9a-f]{16}\.tmp", path.name, re.DOTALL) for path in found)


def test_a_temporary_that_may_be_in_use_or_is_no_file_is_not_stale(tmp_path: Path) -> None:
    young, folder, link, future = (tmp_path / f".coldkey.{number:016x}.tmp" for number in range(4))
    young.write_bytes(b"")
    folder.mkdir()
    link.symlink_to(young)
    future.write_bytes(b"")
    os.utime(future, (time.time() + 3600,) * 2)  # the clock was put back: nobody is writing it
    assert stale_temporaries(tmp_path) == [future]
    assert stale_temporaries(tmp_path / "nowhere") == []


def test_a_file_is_read_through_a_link_up_to_its_limit(key: Path) -> None:
    link = key.with_name("link")
    link.symlink_to(key)
    assert read_bounded(link, 3) == b"old"
    with pytest.raises(KeyfileDamaged) as caught:
        read_bounded(link, 2)
    assert "more than 2 bytes" in caught.value.why


def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "endless").symlink_to("/dev/zero")
    for path in (tmp_path / "pipe", tmp_path / "endless", tmp_path):
        with pytest.raises(KeyfileDamaged, match="no key file"):
            read_bounded(path, 100)
    with pytest.raises(KeyfileDamaged, match="no key file"):
        replace_private_file(tmp_path / "pipe", b"new", backup=None)


def test_a_file_too_large_to_be_a_key_is_not_replaced(key: Path) -> None:
    with key.open("r+b") as target:
        target.truncate((1 << 20) + 1)
    with pytest.raises(KeyfileDamaged):
        replace_private_file(key, b"new", backup=key.with_name("backup"))
    assert list(key.parent.iterdir()) == [key]


def test_a_file_that_may_not_be_read_is_not_called_damaged(
    key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "open", failing(errno.EACCES))
    with pytest.raises(FileSystemError, match="Cannot read") as caught:
        read_bounded(key, 100)
    assert caught.value.why == "Permission denied"
