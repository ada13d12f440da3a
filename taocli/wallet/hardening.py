"""Keeping secrets of a running process out of core dumps and other processes' reach.

Python cannot wipe what it has held, so nothing is claimed about memory itself; a process that is about
to hold a secret switches off core dumps and, on Linux, being traced or dumped by others of the same user.
"""

import ctypes
import resource
import sys

_PR_SET_DUMPABLE = 4


def protect_process() -> None:
    """Switch off core dumps and, on Linux, the dumpable flag; done before a secret is read."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
