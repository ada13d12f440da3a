"""Running a command on a pseudo-terminal, typing at it and reading its screen."""

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass
class Terminal:
    """A ``taocli`` process that believes a person sits in front of it."""

    pid: int
    screen: int
    seen: str = field(default="")
    cursor: int = field(default=0)

    @classmethod
    def run(
        cls,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        size: tuple[int, int] = (80, 24),
    ) -> "Terminal":
        pid, screen = pty.fork()
        if pid == 0:
            columns, lines = size
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
            os.execve(sys.executable, [sys.executable, "-m", "taocli", *arguments], dict(environ))
        return cls(pid, screen)

    def wait_for(self, text: str, seconds: float = 30.0) -> str:
        """Read until ``text`` appears; what stood between the last match and its end is returned."""
        deadline = time.monotonic() + seconds
        while text not in self.seen[self.cursor :]:
            left = deadline - time.monotonic()
            if left <= 0 or not self._read(left):
                raise AssertionError(f"{text!r} did not appear in {self.seen!r}")
        start, self.cursor = self.cursor, self.seen.index(text, self.cursor) + len(text)
        return self.seen[start : self.cursor]

    def type(self, text: str) -> None:
        os.write(self.screen, text.encode())

    def finish(self, seconds: float = 30.0) -> int:
        """Read to the end and return the exit code."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._read(deadline - time.monotonic()):
            pass
        _, status = os.waitpid(self.pid, 0)
        os.close(self.screen)
        return os.waitstatus_to_exitcode(status)

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self.screen], [], [], max(0.0, seconds))
        if not ready:
            return False
        try:
            data = os.read(self.screen, 65536)
        except OSError:
            return False
        self.seen += data.decode(errors="replace")
        return bool(data)
