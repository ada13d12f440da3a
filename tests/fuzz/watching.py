"""One run of one parser, watched: what it raised, how long it took, how much memory, which costs it asked for.

Only ``TaoError`` may leave a parser, and what it says must be printable, short and free of the secrets
that the seeds hold. Time is CPU time, so that a busy machine finds nothing that is not there; memory is
the growth of the process's peak. Slow key derivations are replaced by a hash, which makes the parsers
behind them reachable; each replacement first refuses costs that could stop a machine.
"""

import contextlib
import hashlib
import resource
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from taocli.domain.errors import TaoError
from taocli.wallet.encryption import forget_keys

MAX_ERROR_TEXT = 2000
MAX_KDF_MEMORY = 512 << 20
MAX_ARGON2_OPS = 8
MAX_PBKDF2_ROUNDS = 10_000_000
_REAL_ROUNDS = 2048  # a recovery phrase's own rounds; the second route to a key must find the same
_CLEAR_PEAK = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")


class BrokenPromise(Exception):
    """A parser returned something that contradicts what it promises."""


class CostTooHigh(BaseException):
    """A key derivation was asked for more than any sane file needs; no handler may swallow this."""


class TooSlow(BaseException):
    """A run used up its CPU time; no handler may swallow this."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one run may use."""

    cpu_seconds: float = 2.0
    memory_bytes: int = 48 << 20


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not happen, where, and the input that made it happen."""

    target: str
    kind: str
    place: str
    detail: str
    data: bytes

    @property
    def name(self) -> tuple[str, str, str]:
        """What two findings have in common when they are one bug."""
        return self.target, self.kind, self.place


def watch(
    name: str,
    run: Callable[[bytes], None],
    data: bytes,
    *,
    bounds: Bounds,
    secrets: tuple[str, ...] = (),
) -> Finding | None:
    """Run a parser once; None when it returned or refused as it should.

    Only in a main thread, inside ``cheap_derivations``.
    """
    before = _peak(clear=True)
    finding = None
    try:
        with _limited(bounds.cpu_seconds):
            run(data)
    except TaoError as error:
        wrong = _unfit_text(error, secrets)
        if wrong:
            finding = Finding(name, "error text", _place(error), wrong, data)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - Rust's panics are BaseException, and findings too
        finding = Finding(name, type(error).__name__, _place(error), str(error)[:200], data)
    grown = _peak() - before
    if finding is None and grown > bounds.memory_bytes:
        finding = Finding(name, "memory", "", f"the peak grew by {grown >> 20} MiB", data)
    return finding


@contextlib.contextmanager
def cheap_derivations() -> Iterator[None]:
    """Replace Argon2i, scrypt and slow PBKDF2 by a hash; ``CostTooHigh`` for costs beyond the caps."""
    import Crypto.Protocol.KDF
    import nacl.pwhash.argon2i

    real_pbkdf2 = hashlib.pbkdf2_hmac

    def argon2(size: int, password: bytes, salt: bytes, *, opslimit: int, memlimit: int) -> bytes:
        _cap("Argon2i", opslimit, MAX_ARGON2_OPS)
        _cap("Argon2i", memlimit, MAX_KDF_MEMORY)
        return _hashed(size, "argon2", password, salt, opslimit, memlimit)

    def pbkdf2(
        digest: str, password: bytes, salt: bytes, rounds: int, dklen: int | None = None
    ) -> bytes:
        _cap("PBKDF2", rounds, MAX_PBKDF2_ROUNDS)
        if rounds <= _REAL_ROUNDS:
            return real_pbkdf2(digest, password, salt, rounds, dklen)
        return _hashed(dklen or 32, "pbkdf2", digest, password, salt, rounds)

    def openssl_scrypt(
        password: bytes, *, salt: bytes, n: int, r: int, p: int, maxmem: int = 0, dklen: int = 64
    ) -> bytes:
        _cap("scrypt", maxmem, MAX_KDF_MEMORY + (128 * 64 * r))
        return scrypt(password, salt, dklen, n, r, p)

    def scrypt(password: bytes, salt: bytes, size: int, n: int, r: int, p: int) -> bytes:
        _cap("scrypt", 128 * n * r * p, MAX_KDF_MEMORY)
        return _hashed(size, "scrypt", password, salt, n, r, p)

    forget_keys()
    with (
        mock.patch.object(nacl.pwhash.argon2i, "kdf", argon2),
        mock.patch.object(hashlib, "pbkdf2_hmac", pbkdf2),
        mock.patch.object(hashlib, "scrypt", openssl_scrypt),
        mock.patch.object(Crypto.Protocol.KDF, "scrypt", scrypt),
    ):
        try:
            yield
        finally:
            forget_keys()  # or real files would meet the keys of the hash


def _cap(what: str, cost: int, most: int) -> None:
    if not 0 < cost <= most:
        raise CostTooHigh(f"{what} was asked for {cost}, and {most} is the cap")


def _hashed(size: int, *inputs: Any) -> bytes:
    _cap("a derived key", size, 128)
    plain = [int(part) if isinstance(part, int) else part for part in inputs]  # enums are numbers
    return hashlib.shake_256(repr(plain).encode()).digest(size)


@contextlib.contextmanager
def _limited(cpu_seconds: float) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TooSlow(f"more than {cpu_seconds} s of CPU time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
    started = time.process_time()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    if time.process_time() - started > cpu_seconds:
        stop()  # inside one long call of a library, where no signal is looked at


def _peak(*, clear: bool = False) -> int:
    """The most memory this process had at once, in bytes; since the last clearing where Linux can."""
    try:
        if clear:
            _CLEAR_PEAK.write_text("5")
        _, _, rest = _STATUS.read_text().partition("VmHWM:")
        return int(rest.split(maxsplit=1)[0]) << 10
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def _unfit_text(error: TaoError, secrets: tuple[str, ...]) -> str:
    said = [error.what, error.why, error.fix, str(error)]
    if not error.what or not all(isinstance(part, str) for part in said):
        return "an error without words"
    if sum(map(len, said)) > MAX_ERROR_TEXT:
        return f"an error of {sum(map(len, said))} characters"
    if not all(part.isprintable() for part in said):
        return "an error with characters that a terminal obeys"
    said.append(str(_shown_with(error) or ""))
    shows = any(secret in part for secret in secrets for part in said)
    return "an error that shows a secret" if shows else ""


def _shown_with(error: BaseException) -> BaseException | None:
    """The other exception that a traceback of this one would show."""
    if error.__cause__ is not None or error.__suppress_context__:
        return error.__cause__
    return error.__context__


def _place(error: BaseException) -> str:
    """The deepest line of taocli in the traceback, or of anything."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "/taocli/" in frame.filename] or list(frames)
    if isinstance(error, TooSlow) or not own:
        return next((frame.name for frame in own), "")  # where it was stopped is chance
    return f"{Path(own[-1].filename).name}:{own[-1].lineno}"
