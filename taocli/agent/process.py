"""Starting the agent: detached from the terminal, and with nothing of ours that it does not need.

Its environment is chosen and not inherited, because ours may hold ``BT_WALLET_PASSWORD``, which would then lie
in the process's environment for hours. Python is told to use the C library's allocator, and that one to
overwrite what is freed (GNU only), so that a key that was dropped does not linger.
"""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping

from taocli.domain.errors import WalletError

_START_S = 15.0
_MOST_SAID = 4096
_INHERITED = ("HOME", "PATH", "XDG_RUNTIME_DIR", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH")
_WIPING = {
    "PYTHONMALLOC": "malloc",
    # Chunks in the per-thread cache would not be overwritten, so there is none.
    "GLIBC_TUNABLES": "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0",
}


def start_agent(wait_s: float = 10.0) -> bool:
    """Start the agent; True once it listens, False when this user has one already.

    It ends by itself when no key arrives within ``wait_s`` seconds. ``WalletError`` when it cannot start.
    """
    process = subprocess.Popen(
        # -P: nothing is imported from the current folder
        [sys.executable, "-P", "-m", "taocli.agent", "--wait", str(wait_s)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
        env=agent_environment(os.environ),
    )
    with process:  # waits only for the half that detaches
        said = _first_line(process)
    if said not in {"ready", "running"}:
        raise WalletError(
            "The agent did not start.",
            why=said.removeprefix("failed ") or "It ended, or fell silent, without a reason.",
            fix="Try again; or work without it, every command asks for the password.",
        )
    return said == "ready"


def agent_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What the agent may know of our environment: where things are, never a password."""
    return {name: environ[name] for name in _INHERITED if name in environ} | _WIPING


def _first_line(process: "subprocess.Popen[bytes]") -> str:
    """What the agent says of its start; empty when it ends without a word. Killed when it hangs."""
    if process.stdout is None:  # never: it was asked for
        return ""
    said, handle = b"", process.stdout.fileno()
    deadline = time.monotonic() + _START_S
    while not said.endswith(b"\n") and len(said) < _MOST_SAID:
        ready, _, _ = select.select([handle], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            os.killpg(process.pid, signal.SIGKILL)  # the group is there while one of it lives
            return ""
        piece = os.read(handle, _MOST_SAID)
        if not piece:
            break
        said += piece
    return said.decode(errors="replace").strip()
