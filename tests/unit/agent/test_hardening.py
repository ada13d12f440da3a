"""What the kernel grants to a process that holds keys; each case runs in a process of its own."""

import contextlib
import ctypes
import os
import resource
import signal
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
        signal.alarm(20)
        code = 1
        try:
            check()
            code = 0
        finally:
            if code:
                traceback.print_exc()
            os._exit(code)
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
    told, tell = os.pipe()
    heard, answer = os.pipe()

    def readable(pid: int) -> bool:
        try:
            Path(f"/proc/{pid}/environ").read_bytes()
        except PermissionError:
            return False
        return True

    def hold() -> None:
        become_nobody(8 * MIB)
        ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # changing the user had switched it off
        os.write(answer, b"1")
        os.read(told, 1)
        protect_for_life()
        os.write(answer, b"2")
        os.read(told, 1)

    def check() -> None:
        become_nobody(8 * MIB)
        assert os.read(heard, 1) == b"1"
        assert readable(holder)
        os.write(tell, b"x")
        assert os.read(heard, 1) == b"2"
        assert not readable(holder)
        os.write(tell, b"x")

    holder = os.fork()
    if holder == 0:
        signal.alarm(20)
        with contextlib.suppress(BaseException):
            hold()
        os._exit(0)
    try:
        in_a_child(check)
    finally:
        os.kill(holder, signal.SIGKILL)
        os.waitpid(holder, 0)
        for end in (told, tell, heard, answer):
            os.close(end)


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


def test_locking_asks_for_less_than_the_limit_so_that_work_can_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limits = []

    class Kernel:
        def __init__(self, _: object) -> None:
            pass

        def mlockall(self, flags: int) -> int:
            limits.append(resource.getrlimit(resource.RLIMIT_MEMLOCK))
            return 0

    monkeypatch.setattr(hardening.ctypes, "CDLL", Kernel)

    def check() -> None:
        _, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
        small = 8 * MIB if hard == resource.RLIM_INFINITY else min(hard, 8 * MIB)
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, small))
        assert lock_memory() is True
        assert limits == [(0, small)]  # 64 MiB less than the limit, but not less than nothing
        assert resource.getrlimit(resource.RLIMIT_MEMLOCK) == (small, small)

    in_a_child(check)


def test_a_system_without_the_call_is_a_plain_no(monkeypatch: pytest.MonkeyPatch) -> None:
    class Bare:
        def __init__(self, _: object) -> None:
            pass

    monkeypatch.setattr(hardening.ctypes, "CDLL", Bare)
    assert lock_memory() is False
