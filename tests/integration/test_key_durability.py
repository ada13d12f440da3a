"""No moment at which a crash or a failing disk loses a key or shows it to others.

Each operation on key files is stopped at every system call it makes. There it is killed, or the call is
made to fail, or the folder is looked at; and each time the old key or the new one must be there, whole
and 0600.
"""

import errno
import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import syscalls
from tests.key_operations import (
    DISK,
    DONE,
    NEW,
    OPERATIONS,
    REFUSED,
    Act,
    Operation,
    created,
    fresh,
    is_private,
    left_over,
    nothing,
    old_key,
    outcome,
    replaced,
    stopped,
)

CAN_FAIL = {
    "openat", "read", "write", "fsync", "close", "flock", "mkdir", "link", "linkat", "rename",
    "renameat", "renameat2", "unlink", "unlinkat",
}  # fmt: skip
MUST_TELL = CAN_FAIL - {"close", "unlink", "unlinkat"}  # these clean up when the work is done

every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


@pytest.fixture(autouse=True)
def _tracing(request: pytest.FixtureRequest) -> None:
    if "real_disk" not in request.fixturenames and (reason := syscalls.unavailable()):
        pytest.skip(reason)


@every_operation
def test_a_kill_at_any_system_call_loses_nothing(operation: Operation, tmp_path: Path) -> None:
    died_in = []
    for index, folder in enumerate(fresh(operation, tmp_path)):
        trace = stopped(
            operation, folder, lambda at, _, here=index: syscalls.KILL if at == here else None
        )
        if not trace.killed:
            break
        died_in.append(trace.calls[-1])
        operation.check(folder)
        is_private(folder)
        for path in left_over(folder):
            path.unlink()
        operation.check(folder)
        assert outcome(operation.act, folder) in {DONE, REFUSED, DISK}
        operation.check(folder, done=True)
        assert left_over(folder) == []
    assert trace.returned == DONE
    assert operation.calls <= set(died_in)


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC, errno.EINTR], ids=errno.errorcode.get)
@every_operation
def test_any_failing_system_call_loses_nothing(
    operation: Operation, error: int, tmp_path: Path
) -> None:
    met = []
    for index, folder in enumerate(fresh(operation, tmp_path)):
        trace = stopped(operation, folder, fail_once(index, error))
        able = [name for name in trace.calls if name in CAN_FAIL]
        if index >= len(able):
            break
        name = able[index]
        met.append(name)
        if name in MUST_TELL and error != errno.EINTR:  # an interrupted call is made again
            assert trace.returned == DISK, (index, trace.calls)
        else:
            assert trace.returned in {DONE, DISK}, (index, trace.calls)
        operation.check(folder, done=trace.returned == DONE)
        is_private(folder)
        assert left_over(folder) == []
    assert operation.calls <= set(met)


def fail_once(index: int, error: int) -> syscalls.Decide:
    """Let only that one of the calls fail which is at ``index`` among those that can."""
    number = itertools.count()
    return lambda _, name: error if name in CAN_FAIL and next(number) == index else None


@every_operation
def test_at_no_system_call_is_anything_open_to_others(operation: Operation, tmp_path: Path) -> None:
    folder = next(fresh(operation, tmp_path))
    before = os.umask(0)
    try:
        stopped(operation, folder, lambda *_: is_private(folder))
    finally:
        os.umask(before)
    is_private(folder)


@every_operation
def test_what_others_read_meanwhile_is_whole(operation: Operation, tmp_path: Path) -> None:
    folder = next(fresh(operation, tmp_path))
    stopped(operation, folder, lambda *_: operation.check(folder))
    operation.check(folder, done=True)


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("create", "write fsync renameat2 fsync"),
        ("replace", "write fsync renameat fsync"),
        ("replace with backup", "write fsync write fsync renameat2 fsync renameat fsync"),
        ("move", "renameat2 fsync fsync"),
        ("remove", "unlinkat fsync"),
        ("make folders", "mkdir fsync mkdir fsync"),
    ],
)
def test_content_reaches_the_disk_before_its_name_does(
    name: str, order: str, tmp_path: Path
) -> None:
    calls = stopped(OPERATIONS[name], next(fresh(OPERATIONS[name], tmp_path))).calls
    wanted = set(order.split()) | {"write", "renameat", "renameat2"}
    assert " ".join(call for call in calls if call in wanted) == order


def sloppy(folder: Path) -> None:
    """How a key must not be written."""
    before = os.umask(0o022)
    with (folder / "coldkey").open("wb") as target:
        target.write(NEW)
    (folder / "coldkey").chmod(0o600)
    os.umask(before)


@pytest.mark.parametrize(
    "test", [test_a_kill_at_any_system_call_loses_nothing, test_what_others_read_meanwhile_is_whole]
)
def test_a_torn_write_would_be_noticed(test: Act, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="coldkey"):
        test(Operation(old_key, sloppy, replaced, set()), tmp_path)


def test_a_moment_of_visibility_would_be_noticed(tmp_path: Path) -> None:
    careless = Operation(nothing, sloppy, created, set())
    with pytest.raises(AssertionError, match="coldkey"):
        test_at_no_system_call_is_anything_open_to_others(careless, tmp_path)


MOUNT = 'mount -t tmpfs -o size=64k,mode=700 none "$1" || exit 99; shift; exec "$@"'

ON_A_FULL_DISK = """
import subprocess, sys
from pathlib import Path
from taocli.domain.errors import FileSystemError
from taocli.wallet.private_files import create_private_file, replace_private_file

def refused(act, *arguments, why, fix, **options):
    before = {path: path.read_bytes() for path in folder.iterdir()}
    try:
        act(*arguments, **options)
    except FileSystemError as error:
        assert why in error.why and fix in error.fix, (error.why, error.fix)
        assert {path: path.read_bytes() for path in folder.iterdir()} == before
    else:
        raise AssertionError("the disk is not full")

folder = Path(sys.argv[1])
key, filler, large = folder / "coldkey", folder / "filler", bytes(12288)
full = {"why": "No space left", "fix": "Free some space"}
create_private_file(key, b"old")
with filler.open("wb", buffering=0) as target:
    try:
        while True:
            target.write(bytes(4096))
    except OSError:
        pass
for free in (0, 4096):  # the second time the first page of the new file finds room
    with filler.open("r+b") as target:
        target.truncate(filler.stat().st_size - free)
    refused(create_private_file, folder / "hotkey", large, **full)
    refused(replace_private_file, key, large, backup=None, expected=b"old", **full)
    refused(replace_private_file, key, large, backup=folder / "backup", **full)
filler.unlink()
replace_private_file(key, large, backup=folder / "backup", expected=b"old")
assert key.read_bytes() == large and (folder / "backup").read_bytes() == b"old"
subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
read_only = {"why": "Read-only", "fix": "mounted read-only"}
refused(create_private_file, folder / "hotkey", b"new", **read_only)
refused(replace_private_file, key, b"new", backup=None, **read_only)
print("nothing lost")
"""


@pytest.fixture
def real_disk(tmp_path: Path) -> list[str]:
    """The start of a command line that runs a command with a small disk of its own at ``tmp_path``."""
    command = ["unshare", "-rm", "sh", "-c", MOUNT, "sh", str(tmp_path)]
    try:
        tried = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no unshare command")
    if tried.returncode:
        pytest.skip(f"no file system can be mounted here: {tried.stderr.strip()}")
    return command


def test_a_full_disk_and_a_read_only_one_lose_nothing(real_disk: list[str], tmp_path: Path) -> None:
    finished = subprocess.run(
        [*real_disk, sys.executable, "-c", ON_A_FULL_DISK, str(tmp_path)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert finished.stdout == "nothing lost\n", finished.stderr
