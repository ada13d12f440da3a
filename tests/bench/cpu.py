"""What a command costs, in CPU milliseconds, against the same command of both generations of btcli.

CPU time (user + system of the process and its children) is what a shared machine can measure; each
figure is the minimum of several alternated runs, so that a busy moment hits all programs alike. A run that
fails is no figure: it ends the benchmark. A peer that is not installed is named and skipped.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNS = 7


@dataclass(frozen=True, slots=True)
class Program:
    """A program to start and the least ratio that the project promises against it."""

    name: str
    path: Path
    promised: int


OWN = Program("taocli", Path(sys.executable).parent / "taocli", 1)
BTCLI_11 = Program("btcli 11.3", ROOT / ".interop/sdk11/bin/btcli", 10)
BTCLI_9 = Program("btcli 9.23", ROOT / ".interop/sdk10/bin/btcli", 4)
PEERS = (BTCLI_11, BTCLI_9)

Arguments = Callable[[int], tuple[str, ...]]
"""The arguments of the n-th run; the same each time for commands that write nothing."""


def cpu_ms(program: Program, arguments: tuple[str, ...], home: Path) -> float:
    """CPU milliseconds of one run, with ``home`` as its home directory; ``RuntimeError`` if it fails."""
    environ = {"HOME": str(home), "PATH": os.environ["PATH"], "TERM": "dumb", "NO_COLOR": "1"}
    process = subprocess.Popen(
        [program.path, *arguments], env=environ, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{program.name} {' '.join(arguments)}: exit code {process.returncode}")
    return (usage.ru_utime + usage.ru_stime) * 1000


def compare(
    label: str,
    commands: Mapping[Program, Arguments | None],
    homes: Path,
    *,
    excuse: str | None = None,
) -> None:
    """Measure one command of each program and print our time, theirs, the ratio and the promise.

    None stands for a peer that has no such command. Each program has a home of its own below ``homes``.
    ``excuse`` says why nothing is promised for this command.
    """
    runnable = {p: asked for p, asked in commands.items() if asked is not None and p.path.exists()}
    timings: dict[Program, list[float]] = {program: [] for program in runnable}
    for number in range(RUNS):
        for program, arguments in runnable.items():
            home = homes / program.name.replace(" ", "-")
            home.mkdir(exist_ok=True)
            timings[program].append(cpu_ms(program, arguments(number), home))
    own = min(timings[OWN])
    print(f"taocli {label}: {own:.0f} ms CPU")
    for peer in PEERS:
        if commands[peer] is None:
            print(f"  {peer.name}: has no such command")
        elif peer not in timings:
            print(f"  {peer.name}: not installed (make interop)")
        else:
            theirs = min(timings[peer])
            ratio = theirs / own
            verdict = "met" if ratio >= peer.promised else "MISSED"
            promise = excuse or f"promise {peer.promised}x: {verdict}"
            print(f"  {peer.name}: {theirs:.0f} ms, {ratio:.1f}x ({promise})")


def always(*arguments: str) -> Arguments:
    """The same arguments in every run."""
    return lambda _: arguments
