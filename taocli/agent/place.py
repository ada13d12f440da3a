"""Where the agent of this user listens, and who is at the other end of its socket.

The folder is 0700 and the socket 0600, which alone keeps other users out. Both ends ask the kernel
nevertheless for the user of the other (``SO_PEERCRED``), so that a mistake in one place is not enough.
"""

import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from taocli.config import runtime_dir
from taocli.domain.errors import FileSystemError, UnsafePermissions, WalletError

if TYPE_CHECKING:
    from asyncio.trsock import TransportSocket
    from socket import socket

MAX_SOCKET_PATH = 107
"""Bytes of a Unix socket's path on Linux, without its final NUL."""
_LISTENING = 128


@dataclass(frozen=True, slots=True)
class Place:
    """The files of one agent."""

    folder: Path

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / "sock"

    @property
    def lock(self) -> Path:
        """Held by the running agent however it was started, and let go however it ends."""
        return self.folder / "lock"


@dataclass(frozen=True, slots=True)
class Peer:
    """The process at the other end, as the kernel knows it."""

    pid: int
    uid: int


def agent_place() -> Place:
    """The place of this user's agent, its folder created 0700.

    Raises ``WalletError`` on systems other than Linux, and ``FileSystemError`` when the folder cannot be
    made, belongs to somebody else, or has a path too long for a socket.
    """
    if sys.platform != "linux":
        raise WalletError(
            "The agent needs Linux.",
            why="Elsewhere taocli cannot ask the kernel who is at the other end of a socket.",
            fix="Work without it: every command asks for the password.",
        )
    place = Place(runtime_dir() / "agent")
    length = len(os.fsencode(place.socket))
    if length > MAX_SOCKET_PATH:
        raise FileSystemError(
            f"The path {place.socket} is too long for a socket.",
            why=f"It has {length} bytes; the system allows {MAX_SOCKET_PATH}.",
            fix="Set XDG_RUNTIME_DIR to a folder with a shorter path.",
        )
    _make_private(place.folder)
    return place


def listen(place: Place) -> "socket":
    """The agent's listening socket, 0600; called with the lock held, so what lies there is dead."""
    import socket  # noqa: PLC0415 - 6 ms that commands without an agent never need

    place.socket.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(os.fspath(place.socket))
    finally:
        os.umask(before)
    if stat.S_IMODE(place.socket.lstat().st_mode) != 0o600:
        listener.close()
        raise UnsafePermissions(
            f"{place.socket} could be reached by other users.",
            why="The file system does not keep the permissions of a socket.",
            fix="Set XDG_RUNTIME_DIR to a folder on a local file system.",
        )
    listener.listen(_LISTENING)
    return listener


def file_at(path: Path) -> tuple[int, int] | None:
    """Which file lies at a path, by device and number; None when there is none."""
    try:
        status = path.lstat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def peer_of(connection: "socket | TransportSocket") -> Peer:
    """Who connected, or on the client's side who listens."""
    import socket  # noqa: PLC0415 - see listen
    import struct  # noqa: PLC0415 - see listen

    credentials = struct.Struct("3i")  # struct ucred: pid, uid, gid
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, credentials.size)
    pid, uid, _ = credentials.unpack(found)
    return Peer(pid, uid)


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
    except OSError as error:
        raise FileSystemError(
            f"Cannot create {folder}.",
            why=error.strerror or str(error),
            fix="Check the permissions of the folder above it.",
        ) from None
    ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
    if not ours or status.st_mode & 0o077:
        raise UnsafePermissions(
            f"{folder} is not private to you.",
            why="Another user could take the place of the agent.",
            fix="Remove it; taocli makes it again.",
        )
