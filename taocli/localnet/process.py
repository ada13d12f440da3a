"""Localnets as processes of this login session: who runs, on which port, and how to stop them.

A running localnet holds a lock on ``PORT.lock`` and describes itself in ``PORT.json`` beside it. The
lock is what counts: it goes away with the process however that ends, so a stale description is never
mistaken for a running chain, and a process number is only signalled while its lock is held.
"""

import contextlib
import fcntl
import http.client
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from taocli.config import runtime_dir
from taocli.domain.errors import (
    CannotConnect,
    ChainRefused,
    DeadlineExceeded,
    FileSystemError,
    InvalidRequest,
    PortInUse,
    RpcFailed,
    TaoError,
    error_classes,
)

HOST = "127.0.0.1"
MAX_ANSWER = 4 * 1024 * 1024
_INVALID_PARAMS, _DEV_REFUSED = -32602, 4_100


@dataclass(frozen=True, slots=True)
class Running:
    """A running localnet; ``block_time`` is in seconds, None when blocks come on demand."""

    pid: int
    port: int
    profile: str
    block_time: float | None

    @property
    def endpoint(self) -> str:
        """The WebSocket URL."""
        return f"ws://{HOST}:{self.port}"


def directory() -> Path:
    """Where the descriptions lie; created 0700."""
    path = runtime_dir() / "localnet"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def log_file(port: int) -> Path:
    """Where a detached localnet writes what it has to say; port 0 has a name of its own each time."""
    return directory() / (f"{port}.log" if port else f"start-{os.getpid()}.log")


def keep_log(written: Path, port: int) -> Path:
    """Give the log of a localnet that took any free port the name that its port has; its new place."""
    log = log_file(port)
    return written if written == log else written.rename(log)


def forget_log(port: int) -> None:
    """A localnet in the foreground has no log: take that of an earlier one away, unless we write to it."""
    log = log_file(port)
    with contextlib.suppress(OSError):  # there is none, or standard error is no file at all
        ours = os.fstat(sys.stderr.fileno())
        if not os.path.samestat(ours, log.stat()) and not _is_starting(ours):
            log.unlink()


def refuse_taken(port: int) -> None:
    """Raise ``PortInUse`` when a localnet runs on the port."""
    if _is_locked(port):
        raise _taken(port)


@contextmanager
def announced(running: Running) -> Iterator[None]:
    """Hold the port's lock and keep its description while the chain runs; ``PortInUse`` if held."""
    lock = os.open(directory() / f"{running.port}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _taken(running.port) from None
        description = directory() / f"{running.port}.json"
        _write_private(description, json.dumps(asdict(running)))
        try:
            yield
        finally:
            description.unlink(missing_ok=True)
    finally:
        os.close(lock)


def find(port: int) -> Running | None:
    """The localnet that runs on a port, or None."""
    if not _is_locked(port):
        return None
    try:
        content = json.loads((directory() / f"{port}.json").read_text())
        return Running(
            int(content["pid"]), port, str(content["profile"]), _seconds(content["block_time"])
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None  # it is just starting or just ending


def find_all() -> list[Running]:
    """Every running localnet of this login session, by port."""
    ports = sorted(int(path.stem) for path in directory().glob("*.json") if path.stem.isdigit())
    return [found for port in ports if (found := find(port)) is not None]


def find_by_pid(pid: int) -> Running | None:
    """The localnet that runs as a process, or None."""
    return next((running for running in find_all() if running.pid == pid), None)


def failure_in(log: Path) -> TaoError:
    """Why a detached localnet ended: the failure document at the end of its log."""
    lines = log.read_text(errors="replace").splitlines()[-20:]
    for line in reversed(lines):
        try:
            told = json.loads(line)["error"]
            found = next(item for item in error_classes() if item.code == told["code"])
            return found(str(told["what"]), str(told["why"]), str(told["fix"]))
        except (ValueError, KeyError, TypeError, StopIteration):
            continue
    return CannotConnect(
        "The localnet ended while it started.",
        why=lines[-1] if lines else "It said nothing.",
        fix=f"See {log}.",
    )


def stop(running: Running, timeout_s: float = 10.0) -> None:
    """End a localnet and wait until it is gone; ``DeadlineExceeded`` when it does not end."""
    try:
        os.kill(running.pid, signal.SIGTERM)
    except ProcessLookupError:
        return
    except PermissionError:
        raise FileSystemError(
            f"Process {running.pid} may not be stopped.", why="It belongs to another user."
        ) from None
    deadline = time.monotonic() + timeout_s
    while _is_locked(running.port):
        if time.monotonic() > deadline:
            raise DeadlineExceeded(
                f"The localnet on port {running.port} did not end in {timeout_s:g} s.",
                why=f"Process {running.pid} still holds its lock.",
                fix=f"End it with kill -9 {running.pid}.",
            )
        time.sleep(0.05)


def ask(port: int, method: str, *params: Any, timeout_s: float = 5.0) -> Any:
    """One JSON-RPC request over HTTP; ``CannotConnect`` when nothing answers on the port.

    What the localnet refuses raises ``InvalidRequest`` or ``ChainRefused``, what is no localnet ``RpcFailed``.
    """
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout_s)
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    try:
        connection.request("POST", "/", json.dumps(request), {"content-type": "application/json"})
        answer = json.loads(connection.getresponse().read(MAX_ANSWER))
    except TimeoutError:
        raise DeadlineExceeded(
            f"The localnet on port {port} did not answer {method} within {timeout_s:g} s.",
            why="It is busy making blocks, or stuck.",
            fix="Try again, or see taocli localnet logs.",
        ) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CannotConnect(
            f"No localnet answers on port {port}.",
            why=str(error) or type(error).__name__,
            fix="Start one with taocli localnet start.",
        ) from None
    finally:
        connection.close()
    if isinstance(answer, dict) and "result" in answer:
        return answer["result"]
    raise _refusal(port, method, answer)


def _refusal(port: int, method: str, answer: Any) -> TaoError:
    """What an answer without a result says."""
    error = answer.get("error") if isinstance(answer, dict) else None
    error = error if isinstance(error, dict) else {}
    what, why = str(error.get("message", "")), str(error.get("data") or "")
    if error.get("code") == _INVALID_PARAMS:
        return InvalidRequest(why or what, fix="See taocli localnet --help.")
    if error.get("code") == _DEV_REFUSED:
        return ChainRefused(what, why)
    return RpcFailed(
        f"What listens on port {port} does not answer {method}.",
        why=f"It says: {what}." if what else "It is not a localnet of taocli.",
        fix="Choose the port of a localnet that taocli started.",
    )


def _taken(port: int) -> PortInUse:
    return PortInUse(
        f"A localnet already runs on port {port}.",
        why="Its process holds the lock of that port.",
        fix="Stop it with taocli localnet stop, or choose another --port.",
    )


def _is_locked(port: int) -> bool:
    try:
        lock = os.open(directory() / f"{port}.lock", os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _is_starting(output: os.stat_result) -> bool:
    """Whether this process writes to a log that will get its port's name in a moment."""
    return any(os.path.samestat(output, path.stat()) for path in directory().glob("start-*.log"))


def _seconds(value: Any) -> float | None:
    return None if value is None else float(value)


def _write_private(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as target:
        target.write(text)
    part.replace(path)
