"""Stopping a program at each of its system calls: to kill it there, to make the call fail, to look around.

The program is a function, run in a forked child that is traced with ptrace. At the entry of every system
call that the function makes, before the kernel acts, the tracer is asked what to do. What lies on the
disk at that moment is all that a crash there would leave (the kernel survives, so this is no power cut).

Between two system calls a process changes nothing outside itself, so these are all the moments there
are. Run a function once before tracing it, so that its imports are not among the calls.
"""

import ctypes
import functools
import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

GO_ON, KILL = (
    0,
    -1,
)  # besides these a decision may be an errno: the call is skipped and fails with it

# ptrace(2); the last two are offsets of registers in struct user
_TRACEME, _POKEUSER, _CONT, _SYSCALL, _SETOPTIONS, _SYSCALL_INFO = 0, 6, 7, 24, 0x4200, 0x420E
_SYSGOOD_AND_EXITKILL = 1 | 1 << 20
_RAX, _ORIG_RAX = 10 * 8, 15 * 8
_INFO_BYTES, _ENTRY = 88, 1
_MARK = 124  # getsid: brackets the function, which has no use for it
_CRASHED, _NOT_TRACED = 70, 71
_SECONDS = 20
_NAMES = {
    0: "read", 1: "write", 2: "open", 3: "close", 4: "stat", 5: "fstat", 6: "lstat", 8: "lseek",
    9: "mmap", 10: "mprotect", 11: "munmap", 12: "brk", 16: "ioctl", 28: "madvise", 39: "getpid",
    73: "flock", 74: "fsync", 75: "fdatasync", 76: "truncate", 77: "ftruncate", 82: "rename",
    83: "mkdir", 84: "rmdir", 86: "link", 87: "unlink", 90: "chmod", 91: "fchmod", 95: "umask",
    202: "futex", 217: "getdents64", 230: "clock_nanosleep", 257: "openat", 258: "mkdirat",
    262: "newfstatat", 263: "unlinkat", 264: "renameat", 265: "linkat", 268: "fchmodat",
    316: "renameat2", 318: "getrandom", 332: "statx",
}  # fmt: skip

Decide = Callable[[int, str], int | None]  # None goes on, too


@dataclass(frozen=True)
class Trace:
    """What a traced function did: its calls in order, and its return value unless it was killed."""

    calls: tuple[str, ...]
    returned: int | None

    @property
    def killed(self) -> bool:
        return self.returned is None


def trace(function: Callable[[], int], decide: Decide = lambda _index, _name: None) -> Trace:
    """Run ``function``, which returns 0 to 69, and ask ``decide(index, name)`` before each call."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        _run(function)
    _, status = os.waitpid(child, 0)
    if not os.WIFSTOPPED(status):
        raise PermissionError("this machine does not let a process trace its child")
    try:
        _ptrace(_SETOPTIONS, child, 0, _SYSGOOD_AND_EXITKILL)
        calls: list[str] = []
        status = _follow(child, decide, calls)
    except BaseException:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise
    code = os.waitstatus_to_exitcode(status)
    if code not in {-signal.SIGKILL, *range(_CRASHED)}:
        raise RuntimeError(f"the traced function ended with {code}, after {calls}")
    return Trace(tuple(calls), None if code < 0 else code)


@functools.cache
def unavailable() -> str:
    """Why nothing can be traced here; empty where it can."""
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        return "the injector knows the registers of x86_64 Linux only"
    try:
        seen = trace(lambda: 0 if os.getpid() else 1)
    except OSError as error:
        return f"ptrace does not work here: {error}"
    return "" if "getpid" in seen.calls else "ptrace shows no system calls here"


def _run(function: Callable[[], int]) -> NoReturn:
    code = _CRASHED
    try:
        gc.disable()
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(_SECONDS)
        if _libc().ptrace(_TRACEME, 0, None, None) != 0:
            os._exit(_NOT_TRACED)
        os.kill(os.getpid(), signal.SIGSTOP)
        os.getsid(0)
        code = function()
        os.getsid(0)
    except BaseException:  # noqa: BLE001 - a forked child must not return into the test runner
        traceback.print_exc()
    os._exit(code)


def _follow(child: int, decide: Decide, calls: list[str]) -> int:
    """Step through the calls between the two marks; the status with which the child ended."""
    marks = send = failing = 0
    while True:
        _ptrace(_SYSCALL if marks < 2 else _CONT, child, 0, send)
        _, status = os.waitpid(child, 0)
        if not os.WIFSTOPPED(status):
            return status
        send = os.WSTOPSIG(status)
        if send != signal.SIGTRAP | 0x80:
            continue  # a signal on its way, which is let through
        send = 0
        entering, number = _stop(child)
        if not entering:
            if failing:
                _ptrace(_POKEUSER, child, _RAX, -failing)
                failing = 0
        elif number == _MARK:
            marks += 1
        elif marks == 1:
            calls.append(_NAMES.get(number, f"call {number}"))
            failing = decide(len(calls) - 1, calls[-1]) or GO_ON
            if failing != GO_ON:
                _ptrace(_POKEUSER, child, _ORIG_RAX, -1)
            if failing == KILL:
                os.kill(child, signal.SIGKILL)
                return os.waitpid(child, 0)[1]


def _stop(child: int) -> tuple[bool, int]:
    """Whether the child is entering a call, and which."""
    info = ctypes.create_string_buffer(_INFO_BYTES)
    _ptrace(_SYSCALL_INFO, child, _INFO_BYTES, ctypes.addressof(info))
    return info.raw[0] == _ENTRY, int.from_bytes(info.raw[24:32], "little")


def _ptrace(request: int, child: int, address: int, data: int) -> None:
    if _libc().ptrace(request, child, address, data) == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"ptrace: {os.strerror(number)}")


@functools.cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.restype = ctypes.c_long
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
    return libc
