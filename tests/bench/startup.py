"""Start-up cost of whole commands, in CPU milliseconds, against both generations of btcli.

CPU time (user + system of the process and its children) is what a shared machine can measure; each
figure is the minimum of several alternated runs. A peer that is not installed is named and skipped.

    python -m tests.bench.startup
"""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNS = 7
COMMANDS = (("--version",), ("--help",), ("wallet", "list"))


@dataclass(frozen=True, slots=True)
class Program:
    """A program to start and the least ratio that the project promises against it."""

    name: str
    path: Path
    promised: int


OWN = Program("taocli", Path(sys.executable).parent / "taocli", 1)
PEERS = (
    Program("btcli 11.3", ROOT / ".interop/sdk11/bin/btcli", 10),
    Program("btcli 9.23", ROOT / ".interop/sdk10/bin/btcli", 4),
)


def cpu_ms(program: Program, arguments: tuple[str, ...], home: Path) -> float:
    """CPU milliseconds of one run with an empty home directory."""
    environ = {"HOME": str(home), "PATH": os.environ["PATH"], "TERM": "dumb", "NO_COLOR": "1"}
    process = subprocess.Popen(
        [program.path, *arguments], env=environ, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _, _, usage = os.wait4(process.pid, 0)
    return (usage.ru_utime + usage.ru_stime) * 1000


def best(arguments: tuple[str, ...], home: Path) -> dict[str, float]:
    """The minimum per program over alternated runs."""
    programs = [OWN, *(peer for peer in PEERS if peer.path.exists())]
    timings: dict[str, list[float]] = {program.name: [] for program in programs}
    for _ in range(RUNS):
        for program in programs:
            timings[program.name].append(cpu_ms(program, arguments, home))
    return {name: min(values) for name, values in timings.items()}


def main() -> None:
    """Print one line a command and peer: our time, theirs, the ratio and the promise."""
    with tempfile.TemporaryDirectory() as home:
        for arguments in COMMANDS:
            timings = best(arguments, Path(home))
            own = timings[OWN.name]
            print(f"taocli {' '.join(arguments)}: {own:.0f} ms CPU")
            for peer in PEERS:
                if peer.name not in timings:
                    print(f"  {peer.name}: not installed (make interop)")
                    continue
                ratio = timings[peer.name] / own
                verdict = "met" if ratio >= peer.promised else "MISSED"
                print(
                    f"  {peer.name}: {timings[peer.name]:.0f} ms, {ratio:.1f}x"
                    f" (promise {peer.promised}x: {verdict})"
                )


if __name__ == "__main__":
    main()
