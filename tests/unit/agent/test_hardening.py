"""What the kernel grants to a process that holds keys; each case runs in a process of its own."""

import ctypes
import os
import resource
import signal
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from taocli.agent.page import KeyPage
from taocli.wallet import hardening
from taocli.wallet.hardening import is_protected, lock_memory, protect_for_life

NOBODY = 65534
MIB = 1024 * 1024
needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")


def in_a_child(check: Callable[[], None]) -> None:
    """Run a check in a fork, so that limits and users change there only."""
    pid = os.fork()
    if pid == 0:
        try:
            check()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def locked_kib() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmLck:")[1].split()[0])


def become_nobody(memlock: int) -> None:
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (memlock, memlock))
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def test_core_dumps_stay_off_for_life_and_nobody_may_look_in() -> None:
    def check() -> None:
        assert not is_protected()
        protect_for_life()
        assert is_protected()
        assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)

    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # dumpable, whatever an earlier test did
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    try:
        in_a_child(check)
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)


@needs_root
def test_a_protected_process_cannot_be_read_by_its_own_user() -> None:
    read_end, write_end = os.pipe()

    def readable(pid: int) -> bool:
        try:
            Path(f"/proc/{pid}/environ").read_bytes()
        except PermissionError:
            return False
        return True

    holder = os.fork()
    if holder == 0:
        become_nobody(8 * MIB)
        ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # changing the user had switched it off
        os.write(write_end, b"1")
        signal.sigwait({signal.SIGUSR1})
        protect_for_life()
        os.write(write_end, b"2")
        time.sleep(30)
        os._exit(0)

    def check() -> None:
        become_nobody(8 * MIB)
        os.read(read_end, 1)
        assert readable(holder)
        os.kill(holder, signal.SIGUSR1)
        os.read(read_end, 1)
        assert not readable(holder)

    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    try:
        in_a_child(check)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})
        os.kill(holder, signal.SIGKILL)
        os.waitpid(holder, 0)
        os.close(read_end)
        os.close(write_end)


@needs_root
def test_where_little_memory_may_be_locked_only_the_page_of_keys_is() -> None:
    def check() -> None:
        become_nobody(8 * MIB)
        assert lock_memory() is False
        assert locked_kib() == 0
        page = KeyPage()
        assert page.locked
        assert locked_kib() == 4
        slot = page.put(b"secret")
        assert slot is not None
        assert page.copy(slot, 6) == b"secret"

    in_a_child(check)


@needs_root
def test_where_no_memory_may_be_locked_keys_are_held_all_the_same() -> None:
    def check() -> None:
        become_nobody(0)
        assert lock_memory() is False
        page = KeyPage()
        assert not page.locked
        assert page.put(b"secret") is not None

    in_a_child(check)


@needs_root
def test_a_limit_that_would_leave_no_room_to_work_locks_nothing() -> None:
    def size_bytes() -> int:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()

    def check() -> None:
        become_nobody(size_bytes() + 16 * MIB)  # enough for now, and not for the next allocations
        assert lock_memory() is False
        assert locked_kib() == 0
        assert len(bytearray(64 * MIB)) == 64 * MIB

    in_a_child(check)


def test_a_system_without_the_call_is_a_plain_no(monkeypatch: pytest.MonkeyPatch) -> None:
    class Bare:
        def __init__(self, _: object) -> None:
            pass

    monkeypatch.setattr(hardening.ctypes, "CDLL", Bare)
    assert lock_memory() is False
