"""One request to the agent and its answer, with a deadline and a look at who answers.

A connection that ends without an answer is tried again, because the agent may have been about to end, or
had to make room; every request may be repeated without harm.
"""

import contextlib
import os
import socket
import time
from collections.abc import Callable
from typing import TypeVar

from taocli.agent.frames import Answer, Refusal, Refused, Request
from taocli.agent.place import Peer, Place, peer_of
from taocli.agent.wire import MAX_FRAME, decode_answer, encode
from taocli.domain.errors import InvalidRequest, KeyMissing, UnsupportedKey, WalletError

EXCHANGE_S = 5.0
_TRIES = 3
_PAUSE_S = 0.01
Expected = TypeVar("Expected", bound=Answer)


def ask(
    place: Place,
    request: Request,
    expected: type[Expected],
    *,
    timeout_s: float = EXCHANGE_S,
    asker: Callable[[socket.socket], Peer] = peer_of,
) -> Expected | None:
    """The agent's answer, or None when no agent runs; ``WalletError`` when it refuses or misbehaves.

    A refusal of a key that is not held is ``KeyMissing``, of one that is no key ``UnsupportedKey``.
    """
    deadline = time.monotonic() + timeout_s
    for _ in range(_TRIES):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            if not _connect(connection, place, deadline):
                return None
            server = asker(connection)
            if server.uid != os.getuid():
                raise WalletError(
                    "The agent's socket belongs to another user.",
                    why=f"Process {server.pid} of user {server.uid} listens there; nothing was sent.",
                    fix=f"Remove {place.socket}, and find out who made it.",
                )
            try:
                line = _exchange(connection, encode(request), deadline)
            except TimeoutError:
                raise _silent(f"process {server.pid}") from None
            except OSError as error:
                raise _unreachable(error) from None
        if line:
            return _understood(line, expected, server)
    raise WalletError(
        "The agent ended before it answered.",
        why="Its connection was closed, so the key may be gone.",
        fix="Unlock the key again, or give its password.",
    )


def _connect(connection: socket.socket, place: Place, deadline: float) -> bool:
    """Whether somebody listens; waits while the queue before the agent is full."""
    connection.settimeout(_left(deadline))
    while True:
        try:
            connection.connect(os.fspath(place.socket))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise _silent("the process taocli.agent") from None
            time.sleep(_PAUSE_S)
        except OSError as error:
            raise _unreachable(error) from None
        else:
            return True


def _exchange(connection: socket.socket, request: bytes, deadline: float) -> bytes:
    """The line that comes back; empty when the connection ends before it is whole."""
    received = b""
    connection.settimeout(_left(deadline))
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        connection.sendall(request)  # one who refuses may answer without listening to the end
    while not received.endswith(b"\n") and len(received) <= MAX_FRAME:
        connection.settimeout(_left(deadline))
        try:
            piece = connection.recv(MAX_FRAME)
        except ConnectionResetError:
            return b""
        if not piece:
            return b""
        received += piece
    return received


def _left(deadline: float) -> float:
    return max(0.001, deadline - time.monotonic())


def _understood(line: bytes, expected: type[Expected], server: Peer) -> Expected:
    fix = f"End process {server.pid} with kill -9, and unlock the key again."
    try:
        answer = decode_answer(line)
    except InvalidRequest as error:
        raise WalletError(error.what, why=error.why, fix=fix) from None
    if isinstance(answer, Refused):
        raise _refusal(answer.reason, fix)
    if not isinstance(answer, expected):
        raise WalletError(
            "The agent answered something else than it was asked.",
            why="It is broken, or something else listens on its socket.",
            fix=fix,
        )
    return answer


def _refusal(reason: Refusal, fix: str) -> WalletError:
    match reason:
        case Refusal.UNKNOWN_KEY:
            return KeyMissing(
                "The agent does not hold this key any more.",
                why="Its time is over, or it was locked.",
                fix="Unlock it again, or give its password.",
            )
        case Refusal.BAD_KEY:
            return UnsupportedKey(
                "The agent refused the key.",
                why="It is not the private key of its address.",
                fix="Check the wallet; work without the agent meanwhile.",
            )
        case Refusal.FULL:
            return WalletError(
                "The agent is full.",
                why="It holds as many keys as it can.",
                fix="Lock one that you do not need with taocli lock.",
            )
        case Refusal.NOT_YOURS:
            return WalletError(
                "The agent belongs to another user.",
                why="It answers only to the user who started it.",
                fix="Run the command as that user.",
            )
        case Refusal.OTHER_VERSION | Refusal.NOT_UNDERSTOOD:
            return WalletError(
                "The agent did not understand the request.",
                why="It was probably started by another version of taocli.",
                fix=fix,
            )


def _silent(who: str) -> WalletError:
    return WalletError(
        "The agent does not answer.",
        why=f"Its socket is open, but {who} stays silent.",
        fix=f"End {who} with kill -9, which also forgets its keys, and unlock again.",
    )


def _unreachable(error: OSError) -> WalletError:
    return WalletError(
        "The agent cannot be reached.", why=error.strerror or str(error), fix="Try again."
    )
