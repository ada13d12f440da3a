"""A witness of what a program lets out while it runs: arguments, environments and files of its processes.

A thread follows the whole tree of processes, also those that leave it for a session of their own, and
every file below a folder, also those that are gone again: it opens each one when it appears and so can
read it when it has no name any more. Linux tells both (``/proc``, inotify); nothing of the program is
changed. What lives for less than some three milliseconds may be missed; Python takes longer to start.
"""

import contextlib
import ctypes
import os
import select
import stat
import struct
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

_POLL_S = 0.003
_FORK_S = 1.0
"""A child with its parent's arguments is about to run something else; after this it is a real fork."""
_MOST_BYTES = 8 * 1024 * 1024
_MODIFY, _CLOSE_WRITE, _MOVED_TO, _CREATE, _OVERFLOW, _FOLDER = (
    0x2, 0x8, 0x80, 0x100, 0x4000, 0x40000000,
)  # fmt: skip
_EVENT = struct.Struct("iIII")
_LIBC = ctypes.CDLL(None, use_errno=True)
TEMPORARY = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"))
"""Where programs put things when nobody tells them where; all look at these directly, not below."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something that others could have read: where it stood, and what it was."""

    place: str
    content: bytes


@dataclass(slots=True)
class _File:
    """A file by its inode: every name it had, and every content that was seen in it."""

    handle: int
    names: set[str] = field(default_factory=set)
    contents: list[bytes] = field(default_factory=list)

    def read(self) -> None:
        content = os.pread(self.handle, _MOST_BYTES, 0)
        if self.contents and content.startswith(self.contents[-1]):
            self.contents[-1] = content  # a log that grows
        elif content:
            self.contents.append(content)


class FileWatch:
    """Every file below ``folder`` from now on; files of the others, directly in ``beside``, too."""

    def __init__(self, folder: Path, beside: tuple[Path, ...] = ()) -> None:
        self._folder = folder
        self._files: dict[tuple[int, int], _File] = {}
        self._watches: dict[int, Path] = {}
        self._missed = False
        self.handle = _LIBC.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self.handle < 0:
            raise OSError(ctypes.get_errno(), "inotify")
        self._watch(folder)
        self._before = {(name, text) for name, text in self._all()}
        for place in beside:
            self._add(place)

    def look(self) -> None:
        """Follow what has happened since the last look."""
        with contextlib.suppress(BlockingIOError):
            while events := os.read(self.handle, 64 * 1024):
                at = 0
                while at < len(events):
                    watch, mask, _, length = _EVENT.unpack_from(events, at)
                    name = events[at + _EVENT.size : at + _EVENT.size + length].rstrip(b"\0")
                    at += _EVENT.size + length
                    self._happened(watch, mask, os.fsdecode(name))

    def finish(self) -> list[Sighting]:
        """Everything that was in a file, but for what was there before; closes all handles."""
        self.look()
        for file in self._files.values():
            file.read()
        found = [Sighting(f"file {name}", text) for name, text in self._all() - self._before]
        for file in self._files.values():
            os.close(file.handle)
        os.close(self.handle)
        if self._missed:
            raise RuntimeError("more happened to files than could be followed")
        return found

    def _all(self) -> set[tuple[str, bytes]]:
        """Pairs of names and contents; a file that had several names has them joined by ``=``."""
        return {
            (" = ".join(sorted(file.names)), content)
            for file in self._files.values()
            for content in file.contents
        }

    def _happened(self, watch: int, mask: int, name: str) -> None:
        self._missed = self._missed or bool(mask & _OVERFLOW)
        folder = self._watches.get(watch)
        if folder is None or not name:
            return
        path = folder / name
        if mask & _FOLDER:
            if mask & (_CREATE | _MOVED_TO) and path.is_relative_to(self._folder):
                self._watch(path)
        else:
            self._keep(path)

    def _watch(self, folder: Path) -> None:
        self._add(folder)
        with contextlib.suppress(OSError):  # it may be gone again
            for path in folder.iterdir():
                if path.is_dir() and not path.is_symlink():
                    self._watch(path)
                else:
                    self._keep(path)

    def _add(self, folder: Path) -> None:
        mask = _MODIFY | _CLOSE_WRITE | _MOVED_TO | _CREATE
        watch = _LIBC.inotify_add_watch(self.handle, os.fsencode(folder), mask)
        if watch >= 0:
            self._watches[watch] = folder

    def _keep(self, path: Path) -> None:
        try:
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode):
                return
            file = self._files.get((status.st_dev, status.st_ino))
            if file is None:
                handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
                status = os.fstat(handle)
                file = self._files.setdefault((status.st_dev, status.st_ino), _File(handle))
                if file.handle != handle:
                    os.close(handle)
        except OSError:
            return  # gone, or not ours
        inside = path.is_relative_to(self._folder)
        file.names.add(str(path.relative_to(self._folder) if inside else path))
        file.read()


class ProcessWatch:
    """The tree of processes below one: arguments, environments, and files that have no name."""

    def __init__(self, exempt: tuple[bytes, bytes]) -> None:
        self._exempt = exempt
        self._seen = set(_numbers())
        self._parents: dict[int, int] = {}
        self._since: dict[int, float] = {}
        self.arguments: dict[int, bytes] = {}
        self._found: dict[tuple[str, bytes], None] = {}
        self._root = 0

    def follow(self, pid: int) -> None:
        """Take the first process; it leads a session of its own."""
        self._root = pid
        self._join(pid, os.getpid())

    def look(self) -> None:
        """Find new processes and read all of them once."""
        for pid in sorted(set(_numbers()) - self._seen):
            with contextlib.suppress(OSError, IndexError):
                facts = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
                parent, session = int(facts[1]), int(facts[3])
                if {parent, session} & self._parents.keys():  # a session is called after its leader
                    self._join(pid, parent)
                elif self._root:
                    self._seen.add(pid)
        for pid in list(self._since):
            try:
                self._read(pid)
            except OSError:  # it has ended
                self._since.pop(pid, None)

    def finish(self) -> list[Sighting]:
        """Everything that was seen, each once."""
        return [Sighting(place, content) for place, content in self._found]

    def running(self, module: str, seconds: float = 10) -> list[int]:
        """Process ids that run ``python -m MODULE`` now; waits until there is one."""
        wanted = b"\0-m\0" + module.encode() + b"\0"
        deadline = time.monotonic() + seconds
        while True:
            found = [pid for pid in list(self._since) if wanted in self.arguments.get(pid, b"")]
            if found or time.monotonic() > deadline:
                return found
            time.sleep(_POLL_S)

    def _join(self, pid: int, parent: int) -> None:
        self._seen.add(pid)
        self._parents[pid] = parent
        self._since[pid] = time.monotonic()

    def _read(self, pid: int) -> None:
        # Arguments first: once they are new, so is the environment.
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes()
        self.arguments[pid] = arguments
        of_parent = self.arguments.get(self._parents[pid])
        if arguments == of_parent and time.monotonic() - self._since[pid] < _FORK_S:
            return
        environment = b""
        with contextlib.suppress(PermissionError):  # a protected process, and we are not root
            environment = Path(f"/proc/{pid}/environ").read_bytes()
        self._read_nameless(pid)
        called = arguments.replace(b"\0", b" ").decode(errors="replace")[:80]
        for what, content in (("arguments", arguments), ("environment", environment)):
            if content and not (pid == self._root and content in self._exempt):
                self._found[f"{what} of {called}", content] = None

    def _read_nameless(self, pid: int) -> None:
        with contextlib.suppress(OSError):  # closed meanwhile, or not ours to look at
            for entry in os.scandir(f"/proc/{pid}/fd"):
                target = str(Path(entry.path).readlink())
                if target.endswith(" (deleted)") or target.startswith("/memfd:"):
                    with open(entry.path, "rb", opener=_without_waiting) as file:
                        if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                            content = os.pread(file.fileno(), _MOST_BYTES, 0)
                            self._found[f"file without a name {target}", content] = None


class Witness:
    """Both watches in a thread, as long as the ``with`` block lasts; then ``sightings``."""

    def __init__(
        self,
        folder: Path,
        argv: list[str],
        environ: dict[str, str],
        beside: tuple[Path, ...] = TEMPORARY,
    ) -> None:
        exempt = (
            b"".join(os.fsencode(word) + b"\0" for word in argv),
            b"".join(os.fsencode(f"{name}={value}") + b"\0" for name, value in environ.items()),
        )
        self.processes = ProcessWatch(exempt)
        self._files = FileWatch(folder, beside)
        self._done = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="witness", daemon=True)
        self.sightings: list[Sighting] = []

    def __enter__(self) -> "Witness":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self.sightings = [*self.processes.finish(), *self._files.finish()]
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            while not self._done.is_set():
                select.select([self._files.handle], [], [], _POLL_S)
                self._files.look()
                self.processes.look()
        except BaseException as failure:  # noqa: BLE001 - told by the thread that waits for this one
            self._failure = failure


def _numbers() -> list[int]:
    names = os.listdir("/proc")  # noqa: PTH208 - hundreds of times a second, so without Path
    return [int(name) for name in names if name.isdigit()]


def _without_waiting(path: str, _: int) -> int:
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
