"""Tells dashboards how the miner is: a line a second on a Unix socket, and a last will on disk.

A reader that does not keep up is dropped; it can connect again. The file is replaced whole every
two seconds and at the end, so that whoever comes after a crash learns how far it got.
"""

import asyncio
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from taocli.domain.errors import FileSystemError
from taocli.domain.status import MinerStatus
from taocli.feeds.status_wire import SOCKET_NAME, STATE_NAME, encode_status

_MAX_READERS = 32
_MAX_UNREAD_BYTES = 64 * 1024


class PublishStatus:
    """Owns the rendezvous directory of a miner; ``report`` makes the newest status."""

    def __init__(self, directory: Path, report: Callable[[], MinerStatus]) -> None:
        self._directory = directory
        self._report = report
        self._server: asyncio.Server | None = None
        self._readers: set[asyncio.StreamWriter] = set()
        self._welcomes: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Create the socket; a leftover of a dead miner is replaced (the lock says it is dead)."""
        path = self._directory / SOCKET_NAME
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            self._server = await asyncio.start_unix_server(self._welcome, path)
            path.chmod(0o600)
        except OSError as error:
            raise FileSystemError(
                f"Cannot open the status socket {path}.",
                why=f"The system says: {error.strerror or error}.",
                fix="Set XDG_RUNTIME_DIR to a short path of your own, such as /tmp/me.",
            ) from None

    async def run(self) -> None:
        """Push a line a second and write the file every two."""
        tick = 0
        while True:
            line = self.push()
            if tick % 2 == 0:
                await asyncio.to_thread(write_atomically, self._directory / STATE_NAME, line)
            tick += 1
            await asyncio.sleep(1.0)

    def push(self) -> bytes:
        """Send the newest status to every reader now, and return the line."""
        line = encode_status(self._report())
        for reader in list(self._readers):
            self._send(reader, line)
        return line

    async def close(self) -> None:
        """Write the last will, remove the socket and let readers go."""
        write_atomically(self._directory / STATE_NAME, self.push())
        if self._server is not None:
            self._server.close()
        for reader in list(self._readers):
            reader.close()
        self._readers.clear()
        if self._welcomes:
            await asyncio.wait(self._welcomes, timeout=1.0)  # their readers hang up just now
        (self._directory / SOCKET_NAME).unlink(missing_ok=True)

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._readers) >= _MAX_READERS:
            writer.close()
            return
        task = asyncio.current_task()
        if task is not None:
            self._welcomes.add(task)
            task.add_done_callback(self._welcomes.discard)
        self._readers.add(writer)
        self._send(writer, encode_status(self._report()))
        with suppress(OSError):
            await reader.read(1)  # readers say nothing: this returns when they leave
        self._readers.discard(writer)
        writer.close()

    def _send(self, writer: asyncio.StreamWriter, line: bytes) -> None:
        if writer.is_closing() or writer.transport.get_write_buffer_size() > _MAX_UNREAD_BYTES:
            self._readers.discard(writer)
            writer.transport.abort()
            return
        writer.write(line)


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file whole, private from its creation; readers see the old or the new one."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
