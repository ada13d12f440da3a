"""The dashboard on a real pseudo-terminal: it paints, and however it ends, the terminal is given back."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

import pytest

LEAVE_ALTERNATE_SCREEN = b"\x1b[?1049l"
SHOW_CURSOR = b"\x1b[?25h"
MOUSE_OFF = b"\x1b[?1000l"


class Terminal:
    """A child on a pty of 80x24 and everything it has written."""

    def __init__(self, *arguments, **environment):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            time.sleep(0.1)  # until the size below is set
            os.environ.update({"TERM": "xterm-256color", **environment})
            os.execv(sys.executable, [sys.executable, "-m", "taocli", "tui", *arguments])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.output = b""

    def read_until(self, words, seconds=30.0):
        """Read until the plain text of the output holds ``words``; False when time is up or it ended."""
        deadline = time.monotonic() + seconds
        while words not in self.text and time.monotonic() < deadline:
            if not select.select([self.fd], [], [], 0.2)[0]:
                continue
            try:
                chunk = os.read(self.fd, 65536)
            except OSError:
                break
            if not chunk:
                break
            self.output += chunk
        return words in self.text

    @property
    def text(self):
        return re.sub(r"\x1b\[[0-9;?=<>]*[A-Za-z]", "", self.output.decode("utf-8", "replace"))

    def end(self):
        """Read to the end and return the exit code."""
        self.read_until("\0never\0", 15.0)
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
@pytest.mark.slow
def test_a_signal_gives_the_terminal_back(number, code) -> None:
    terminal = Terminal("--demo-data", "7")
    assert terminal.read_until("Standing"), terminal.text[-2000:]
    os.kill(terminal.pid, number)
    assert terminal.end() == code
    for sequence in (LEAVE_ALTERNATE_SCREEN, SHOW_CURSOR, MOUSE_OFF):
        assert sequence in terminal.output


@pytest.mark.slow
def test_ascii_without_colour_before_anything_exists(tmp_path) -> None:
    home = {name: str(tmp_path) for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME")}
    terminal = Terminal(
        "--ascii",
        "--network",
        "ws://127.0.0.1:9",
        NO_COLOR="1",
        XDG_CONFIG_HOME=str(tmp_path),
        **home,
    )
    assert terminal.read_until("no answer"), terminal.text[-2000:]
    os.write(terminal.fd, b"q")
    assert terminal.end() == 0
    assert terminal.output.isascii()
    for colours in re.findall(rb"\x1b\[(?:[34]8;2;)(\d+);(\d+);(\d+)", terminal.output):
        assert len(set(colours)) == 1, "a colour that is not grey"
