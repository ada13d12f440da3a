"""Metadata on disk, so that a command does not fetch a third of a megabyte each time.

A runtime's metadata never changes under one genesis hash and spec version; that pair names the file.
The file starts with the SHA-256 of the rest: a damaged file is ignored and written again.
"""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

MAX_METADATA_BYTES = 16 * 1024 * 1024
KEPT_FILES = 8
_DIGEST_BYTES = 32


class MetadataCache:
    """Raw metadata by ``(genesis hash, spec version)`` in one directory; losing it costs only time."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory / "metadata"

    def load(self, genesis_hash: str, spec_version: int) -> bytes | None:
        """The metadata, or None when it is absent, damaged or too large."""
        path = self._path(genesis_hash, spec_version)
        try:
            if path.stat().st_size > MAX_METADATA_BYTES:
                return None
            content = path.read_bytes()
        except OSError:
            return None
        digest, metadata = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        return metadata if hashlib.sha256(metadata).digest() == digest else None

    def store(self, genesis_hash: str, spec_version: int, metadata: bytes) -> None:
        """Keep the metadata; a disk that refuses only makes the next command slower."""
        with contextlib.suppress(OSError):
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._replace(self._path(genesis_hash, spec_version), metadata)
            self._forget_oldest()

    def _path(self, genesis_hash: str, spec_version: int) -> Path:
        return self._directory / f"{genesis_hash.removeprefix('0x')}-{spec_version}.scale"

    def _replace(self, path: Path, metadata: bytes) -> None:
        number, name = tempfile.mkstemp(dir=self._directory, prefix=".new-")
        try:
            with os.fdopen(number, "wb") as target:
                target.write(hashlib.sha256(metadata).digest())
                target.write(metadata)
                target.flush()
                os.fsync(target.fileno())
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise

    def _forget_oldest(self) -> None:
        files = sorted(self._directory.glob("*.scale"), key=lambda path: path.stat().st_mtime)
        for path in files[:-KEPT_FILES]:
            path.unlink(missing_ok=True)
