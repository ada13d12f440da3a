"""`taocli tui` refuses what it cannot draw on, quickly and with a way out."""

import os
import subprocess
import sys

import pytest
from taocli.tui.command import need_terminal

from taocli.domain.errors import UsageError


def test_no_terminal_is_a_usage_error_and_loads_no_toolkit() -> None:
    probe = (
        "import sys; from taocli.cli.main import run; code = run(['tui']);"
        "assert 'textual' not in sys.modules; sys.exit(code)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, timeout=60, check=False
    )
    assert finished.returncode == 2
    assert "taocli status --json" in finished.stderr
    assert finished.stdout == ""


def test_a_dumb_terminal_is_refused(monkeypatch) -> None:
    class Terminal:
        def isatty(self):
            return True

    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, Terminal())
    monkeypatch.setitem(os.environ, "TERM", "dumb")
    with pytest.raises(UsageError):
        need_terminal()
    monkeypatch.setitem(os.environ, "TERM", "xterm-256color")
    need_terminal()
