"""The agent process: ``python -m taocli.agent --wait SECONDS``; ``process.start_agent`` starts it.

It detaches, hardens itself before it listens, and says one line on standard output: ``ready``, ``running``
when this user has an agent already, or ``failed`` and why. After that it is silent. No secret is in its
arguments or environment: keys come through the socket. SIGTERM, SIGHUP and SIGINT make it forget and end.
"""

import argparse
import asyncio
import contextlib
import fcntl
import os
import signal
import socket
import sys

from taocli.agent.frames import Welcome
from taocli.agent.page import KeyPage
from taocli.agent.place import Place, agent_place, file_at, listen
from taocli.agent.ring import KeyRing
from taocli.agent.server import AgentServer, Limits
from taocli.domain.errors import ExitCode, TaoError
from taocli.wallet.hardening import is_protected, protect_for_life


def main() -> int:
    """Detach, harden, listen, and serve until the last key is gone."""
    parser = argparse.ArgumentParser(prog="python -m taocli.agent", description="A key agent.")
    parser.add_argument("--wait", type=float, default=10.0, help="seconds until a first key")
    options = parser.parse_args()
    if os.fork():
        # The starter collects this half at once, and the agent is nobody's child: no zombie is left.
        os._exit(0)
    os.umask(0o077)
    memory_locked = protect_for_life()
    try:
        place = agent_place()
        if not take_lock(place):
            say("running")
            return 0
        listener = listen(place)
        ours = file_at(place.socket)
    except (TaoError, OSError) as problem:
        say(f"failed {problem}")
        return int(ExitCode.WALLET)
    try:
        page = KeyPage()
        welcome = Welcome(os.getpid(), is_protected(), page.locked, memory_locked)
        server = AgentServer(
            KeyRing(page),
            welcome,
            Limits(options.wait),
            reachable=lambda: file_at(place.socket) == ours,
        )
        asyncio.run(serve(server, listener))
    finally:
        if file_at(place.socket) == ours:  # not if the folder was made anew for another agent
            place.socket.unlink(missing_ok=True)
    return 0


async def serve(server: AgentServer, listener: socket.socket) -> None:
    """Say ready, and serve until a signal or the last key's end."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    say("ready")
    await server.serve(listener)


def take_lock(place: Place) -> bool:
    """Hold the lock as long as this process lives; False when another agent has it."""
    handle = os.open(place.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return False
    return True


def say(line: str) -> None:
    """The one line to whoever started this; afterwards standard output leads nowhere."""
    with contextlib.suppress(OSError):  # the starter is gone: the first key will not come either
        os.write(sys.stdout.fileno(), line.encode(errors="replace") + b"\n")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
