"""One child process of the demo: its log, its end, and its death with ours."""

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from taocli.domain.errors import Unhealthy

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
STOP_DEADLINE_S = 15.0
_LOG_LINES = 12


@dataclass(slots=True)
class Child:
    """A running ``taocli`` command whose output goes to files in the demo's folder."""

    name: str
    process: asyncio.subprocess.Process
    log: Path
    out: Path

    @classmethod
    async def start(
        cls, name: str, arguments: Sequence[str], *, folder: Path, environ: Mapping[str, str]
    ) -> "Child":
        """Run ``taocli ARGUMENTS`` in a session of its own, so that Ctrl-C reaches only the demo."""
        log, out = folder / f"{name}.log", folder / f"{name}.out"
        with log.open("wb") as errors, out.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "taocli", *arguments,
                stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=errors, env=dict(environ),
                start_new_session=True, preexec_fn=_die_with_parent,
            )  # fmt: skip
        return cls(name, process, log, out)

    def check(self) -> None:
        """Raise ``Unhealthy`` with the end of its log when the child is no longer running."""
        if self.process.returncode is not None:
            raise Unhealthy(
                f"The {self.name} ended with exit code {self.process.returncode}.",
                why=self.last_words() or "It printed nothing.",
                fix="Run taocli demo --keep and read the logs in its folder.",
            )

    def last_words(self) -> str:
        """The last lines of its log."""
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-_LOG_LINES:])

    async def stop(self) -> None:
        """Ask it to finish, and kill it and its children when it does not."""
        if self.process.returncode is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_DEADLINE_S):
                await self.process.wait()
        except TimeoutError:
            os.killpg(self.process.pid, signal.SIGKILL)
            await self.process.wait()


def _die_with_parent() -> None:
    """Runs in the child before exec: the kernel ends it when the demo is killed without warning."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
