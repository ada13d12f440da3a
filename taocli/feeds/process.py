"""Whether a process of the past still runs; process numbers are used again, so its start counts too."""

import os
from pathlib import Path

_START_TOLERANCE_S = 5.0


def is_running(pid: int, started_at: float) -> bool:
    """Whether ``pid`` exists and is not a younger process than ``started_at`` (seconds since the epoch)."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return False  # a process of another user took the number; a miner of ours has our user
    except (ProcessLookupError, OverflowError):
        return False
    born = _born_at(pid)
    return born is None or born <= started_at + _START_TOLERANCE_S


def _born_at(pid: int) -> float | None:
    """Start of a process in seconds since the epoch, from Linux' /proc; None elsewhere."""
    try:
        # Field 22 of proc(5) stat; the name in field 2 may hold anything, so count after its end.
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        ticks = int(stat.rpartition(")")[2].split()[19])
        boot = next(
            int(line.split()[1])
            for line in Path("/proc/stat").read_text(encoding="utf-8").splitlines()
            if line.startswith("btime ")
        )
    except (OSError, ValueError, IndexError, StopIteration):
        return None
    return boot + ticks / os.sysconf("SC_CLK_TCK")
