"""Keeping secrets of a running process out of core dumps, of other processes' reach and of swap.

Python cannot wipe what it has held, so nothing is claimed about memory itself; a process that is about
to hold a secret switches off core dumps and, on Linux, being traced or dumped by others of the same user.
One that will hold it for long also asks the kernel never to write its memory to swap, which is granted
only where ``RLIMIT_MEMLOCK`` is large enough (or to root): the answer says whether it was.
"""

import ctypes
import resource
import sys

_PR_GET_DUMPABLE = 3
_PR_SET_DUMPABLE = 4
_MCL_CURRENT = 1
_MCL_FUTURE = 2
_ROOM_BYTES = 64 * 1024 * 1024
"""What a locked process may still allocate; with less, locking would make it run out of memory."""


def protect_process() -> None:
    """Switch off core dumps and, on Linux, the dumpable flag; done before a secret is read."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def protect_for_life() -> bool:
    """Protect a process that only holds keys, beyond recall; whether its memory stays out of swap.

    The hard limit of core dumps becomes 0 too, for this process and its children, so this is for a
    process of its own and not for a command that starts the user's other programs.
    """
    protect_process()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return lock_memory()


def is_protected() -> bool:
    """Whether core dumps and tracing are off, as the kernel tells it."""
    core_off = resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
    if sys.platform != "linux":
        return core_off
    dumpable: int = ctypes.CDLL(None).prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0)
    return core_off and dumpable == 0


def lock_memory() -> bool:
    """Keep all memory, present and future, out of swap; False, and nothing locked, where that is forbidden.

    The limit is tried 64 MiB lower than it is: once locked, every allocation beyond it fails.
    """
    try:
        _, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
        tried = hard if hard == resource.RLIM_INFINITY else max(0, hard - _ROOM_BYTES)
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (tried, hard))
        try:
            return bool(ctypes.CDLL(None).mlockall(_MCL_CURRENT | _MCL_FUTURE) == 0)
        finally:
            resource.setrlimit(resource.RLIMIT_MEMLOCK, (hard, hard))
    except (AttributeError, OSError, ValueError):  # a system without mlockall or without the limit
        return False
