"""Running ``taocli`` in the marked home, under the eyes of a witness, and judging what was seen.

Commands run as a user's would: core dumps allowed as far as the system allows them, and without what root
may do to other processes, so that protection shows in what happens.
"""

import contextlib
import ctypes
import fnmatch
import json
import os
import pty
import re
import resource
import signal
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from taocli.wallet.passwords import variable_name
from tests.canaries import CANARIES, PASSWORD, Canary, Kind, keys_in, leaks, phrases_in
from tests.canary_scenarios import NEW, Run
from tests.marked_home import write_marked_home
from tests.terminal import Terminal
from tests.witness import TEMPORARY, Sighting, Witness

_TAOCLI = [sys.executable, "-m", "taocli"]
_FOLDERS = {
    "HOME": "h", "TMPDIR": "t", "XDG_RUNTIME_DIR": "r", "XDG_STATE_HOME": "s", "XDG_CACHE_HOME": "c",
    "XDG_DATA_HOME": "d", "XDG_CONFIG_HOME": "f", "TAOCLI_WALLET_PATH": "w",
}  # fmt: skip
_CAPBSET_DROP, _CAPABILITIES = 24, 64
_LIBC = ctypes.CDLL(None)
_PRIVATE = re.compile(r"\x1b\[\?1049h.*?\x1b\[2J\x1b\[H\x1b\[\?1049l", re.DOTALL)
"""The alternate screen, from its beginning to where it is wiped and left."""
PRIVATE_SCREEN = "private screen"


@dataclass(slots=True)
class Performance:
    """A command that runs or has run: what it said, and after its end everything that was seen."""

    witness: Witness
    process: "subprocess.Popen[bytes]"
    out: Path
    err: Path
    sightings: list[Sighting] = field(default_factory=list)

    @property
    def stdout(self) -> str:
        return self.out.read_text(errors="surrogateescape")

    @property
    def stderr(self) -> str:
        return self.err.read_text(errors="surrogateescape")

    def wait_for(self, text: str, seconds: float = 60) -> None:
        """Until ``text`` stands on either output."""
        deadline = time.monotonic() + seconds
        while text not in self.stdout + self.stderr:
            ended = self.process.poll() is not None or time.monotonic() > deadline
            assert not ended, self.stdout[-2000:] + self.stderr[-2000:]
            time.sleep(0.05)

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        self.process.terminate()
        return self.process.wait(30)


@contextlib.contextmanager
def marked_home() -> Iterator[Path]:
    """A new marked home; its path is short, because a socket's path ends at 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="t") as folder:
        write_marked_home(Path(folder))
        yield Path(folder)


def environment(root: Path, changes: Mapping[str, str | None]) -> dict[str, str]:
    """The user's environment; the password stands in it unless ``changes`` say otherwise."""
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TAOCLI_", "BT_", "XDG_", "PYTEST_"))
    }
    environ |= {name: str(root / part) for name, part in _FOLDERS.items()}
    wanted: dict[str, str | None] = {"BT_WALLET_PASSWORD": PASSWORD.text, **changes}
    if "PEERS_VARIABLE" in wanted:
        wanted[variable_name(root / "w/marked/coldkey")] = wanted.pop("PEERS_VARIABLE")
    return environ | {name: value for name, value in wanted.items() if value is not None}


@contextlib.contextmanager
def performing(
    root: Path,
    run: Run,
    program: Sequence[str] = _TAOCLI,
    *,
    stdin: bytes = b"",
    beside: tuple[Path, ...] = TEMPORARY,
) -> Iterator[Performance]:
    """The command while it runs; it is ended on the way out, and then ``sightings`` are there."""
    with tempfile.TemporaryDirectory(prefix="o") as folder, given(root, run) as descriptors:
        argv = [*program, *(word.format(**descriptors) for word in run.arguments)]
        environ = environment(root, run.environ)
        out, err = Path(folder) / "out", Path(folder) / "err"
        with Witness(root, argv, environ, beside) as witness:
            with out.open("wb") as output, err.open("wb") as errors:
                process = subprocess.Popen(
                    argv, env=environ, cwd=root, stdin=subprocess.PIPE, stdout=output, stderr=errors,
                    start_new_session=True, pass_fds=tuple(descriptors.values()),
                    preexec_fn=as_a_user,  # noqa: PLW1509 - two system calls that need no lock
                )  # fmt: skip
            witness.processes.follow(process.pid)
            performance = Performance(witness, process, out, err)
            try:
                _feed(process, stdin)
                yield performance
            finally:
                _end(process)
        performance.sightings = [
            Sighting("stdout", out.read_bytes()),
            Sighting("stderr", err.read_bytes()),
            *witness.sightings,
        ]


def perform(root: Path, run: Run, program: Sequence[str] = _TAOCLI) -> Performance:
    """Run a command to its end, which must be the one that the run names."""
    source = root / run.stdin
    stdin = source.read_bytes() if run.stdin.startswith("in/") else run.stdin.encode()
    with performing(root, run, program, stdin=stdin) as performance:
        code = performance.process.wait(90)
        said = performance.stdout, performance.stderr
    if run.error:
        error = json.loads(said[0].splitlines()[-1])["error"]
        assert error["name"] == run.error, (error, code)
        assert "Traceback" in said[1]
    else:
        assert code == run.code, said
    return performance


def judge(run: Run, sightings: Iterable[Sighting], learned: list[Canary]) -> list[str]:
    """Every leak, as a sentence without the secret; new keys are learned from where they may stand."""
    sightings = list(sightings)
    for sighting in sightings:
        found = keys_in(sighting.content, NEW) if sighting.place.startswith("file ") else None
        shows = sighting.place == PRIVATE_SCREEN or (
            sighting.place == "stdout" and NEW in run.prints
        )
        learned += [found] if found is not None else []
        learned += phrases_in(sighting.content.decode(errors="replace"), NEW) if shows else []
    known = (*CANARIES, *dict.fromkeys(learned))
    return [
        f"{canary.name} as {form} in {sighting.place}"
        for sighting in sightings
        for canary, form in leaks(sighting.content, known)
        if not _may(run, canary, sighting.place)
    ]


def _may(run: Run, canary: Canary, place: str) -> bool:
    if canary.kind is Kind.PASSWORD:
        return False
    if place == "stdout":
        return canary.name in run.prints
    if place == PRIVATE_SCREEN:
        return True
    names = place.removeprefix("file ").split(" = ") if place.startswith("file ") else []
    return any(fnmatch.fnmatch(name, pattern) for name in names for pattern in run.plain)


@contextlib.contextmanager
def given(root: Path, run: Run) -> Iterator[dict[str, int]]:
    """Open descriptors of the input files that the run names as ``{name}``."""
    names = {name for _, name, _, _ in string.Formatter().parse(run.line) if name}
    descriptors = {name: os.open(root / "in" / name, os.O_RDONLY) for name in names}
    try:
        yield descriptors
    finally:
        for descriptor in descriptors.values():
            os.close(descriptor)


@dataclass(slots=True)
class Scene:
    """A command on a terminal; after its end, what stood on the screen and elsewhere."""

    terminal: Terminal
    sightings: list[Sighting] = field(default_factory=list)


@contextlib.contextmanager
def on_terminal(root: Path, run: Run, program: Sequence[str] = _TAOCLI) -> Iterator[Scene]:
    """The command on a terminal of its own; it is killed on the way out if it goes on."""
    argv = [*program, *run.arguments]
    environ = environment(root, {"TERM": "xterm-256color", **run.environ})
    with Witness(root, argv, environ) as witness:
        pid, screen = pty.fork()
        if pid == 0:
            os.chdir(root)
            as_a_user()
            os.execve(argv[0], argv, environ)
        witness.processes.follow(pid)
        scene = Scene(Terminal(pid, screen))
        try:
            yield scene
        finally:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
    seen = scene.terminal.seen
    private = "".join(_PRIVATE.findall(seen))
    scene.sightings = [
        Sighting("terminal", _PRIVATE.sub("", seen).encode()),
        Sighting(PRIVATE_SCREEN, private.encode()),
        *witness.sightings,
    ]


def as_a_user() -> None:
    """Between fork and exec: allow core dumps, and give up what root may do beyond other users."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    for capability in range(_CAPABILITIES):
        _LIBC.prctl(_CAPBSET_DROP, capability, 0, 0, 0)  # refused where we are not root: no need


def exposed(pid: int) -> list[str]:
    """How another program of the same user could get at a process's memory; nothing is best."""
    limits = Path(f"/proc/{pid}/limits").read_text()
    soft = next(line for line in limits.splitlines() if line.startswith("Max core file")).split()[4]
    found = [] if soft == "0" else [f"a core dump of {soft} bytes"]
    for name in ("environ", "mem"):
        looked = subprocess.run(
            ["head", "-c0", f"/proc/{pid}/{name}"], preexec_fn=as_a_user, capture_output=True,
            timeout=20, check=False,
        )  # fmt: skip
        found += [] if looked.returncode else [f"/proc/PID/{name}"]
    return found


def _feed(process: "subprocess.Popen[bytes]", content: bytes) -> None:
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(content)


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
