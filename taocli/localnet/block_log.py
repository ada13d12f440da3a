"""The block log: every block's time and extrinsics in a text file, from which the chain can be made again.

A line is a JSON document. The first describes the chain; every start appends one, so a file may hold one
run after the other. Bytes are hex with 0x.

    {"chain": {"format": 1, "spec": 425, "recipe": {...}, "genesis": "0x..."}}
    {"block": {"number": 1, "time": 1735689612000, "hash": "0x...", "seal": "0x...", "extrinsics": [...]}}
    {"snapshot": {"id": 1, "number": 1}}
    {"revert": {"id": 1, "number": 1}}                                  id 0 is block 0: a reset

A block's extrinsics are all of them, inherents too; with the time they decide what the block holds. The
seal is random where the chain has no seed, so it is kept. A line that a crash cut off is left out.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from taocli.domain.errors import FileSystemError, InvalidSetting, ValidationError
from taocli.localnet.chain_block import Block
from taocli.localnet.recipe import Recipe

FORMAT = 1
_START = b'{"chain":'


@dataclass(frozen=True, slots=True)
class ChainBegan:
    """A run begins with block 0 of a recipe."""

    recipe: Recipe
    genesis: bytes
    spec: int


@dataclass(frozen=True, slots=True)
class BlockMade:
    """A block; ``time_ms`` is its timestamp, ``seal`` the author's signature."""

    number: int
    time_ms: int
    hash: bytes
    seal: bytes
    extrinsics: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class SnapshotTaken:
    """Somebody may come back to this block."""

    id: int
    number: int


@dataclass(frozen=True, slots=True)
class Reverted:
    """The chain went back to a snapshot, or with id 0 to block 0."""

    id: int
    number: int


Entry = ChainBegan | BlockMade | SnapshotTaken | Reverted


class BlockLog:
    """Appends to a block log; every line reaches the operating system before the next block."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            _end_cut_line(path)
            self._file: TextIO = path.open("a", encoding="ascii")
        except OSError as error:
            raise _not_written(path, error) from None

    def write(self, entry: Entry) -> None:
        """Append one entry."""
        try:
            self._file.write(json.dumps(to_document(entry), separators=(",", ":")) + "\n")
            self._file.flush()
        except OSError as error:
            raise _not_written(self.path, error) from None

    def close(self) -> None:
        """End the log."""
        self._file.close()


def block_made(block: Block, time_ms: int) -> BlockMade:
    """The entry of a sealed block."""
    seal = block.header.digest[-1][-64:]
    return BlockMade(block.number, time_ms, block.hash, seal, block.extrinsics)


def to_document(entry: Entry) -> dict[str, Any]:
    """An entry as its line's document."""
    if isinstance(entry, ChainBegan):
        recipe = entry.recipe.as_json()
        chain = {"format": FORMAT, "spec": entry.spec, "recipe": recipe}
        return {"chain": {**chain, "genesis": _hex(entry.genesis)}}
    if isinstance(entry, BlockMade):
        head = {"number": entry.number, "time": entry.time_ms, "hash": _hex(entry.hash)}
        bodies = [_hex(item) for item in entry.extrinsics]
        return {"block": {**head, "seal": _hex(entry.seal), "extrinsics": bodies}}
    kind = "snapshot" if isinstance(entry, SnapshotTaken) else "revert"
    return {kind: {"id": entry.id, "number": entry.number}}


def from_document(document: Any) -> Entry:
    """The entry of a line; ``ValueError``, ``KeyError`` or ``TypeError`` when it is none."""
    ((kind, content),) = document.items()
    if kind == "chain":
        if content["format"] != FORMAT:
            raise ValueError(f"the format is number {content['format']}, not {FORMAT}")
        recipe = Recipe.from_json(content["recipe"])
        return ChainBegan(recipe, _bytes(content["genesis"]), int(content["spec"]))
    if kind == "block":
        bodies = tuple(_bytes(item) for item in content["extrinsics"])
        head = int(content["number"]), int(content["time"]), _bytes(content["hash"])
        return BlockMade(*head, _bytes(content["seal"]), bodies)
    if kind in {"snapshot", "revert"}:
        made = SnapshotTaken if kind == "snapshot" else Reverted
        return made(int(content["id"]), int(content["number"]))
    raise ValueError(f"there is no entry {kind!r}")


def read_log(path: Path) -> Iterator[Entry]:
    """The entries of a log in order; ``InvalidSetting`` names the line that is none."""
    try:
        with path.open(encoding="ascii") as lines:
            for number, line in enumerate(lines, 1):
                if line.endswith("\n"):
                    yield _parse(path, number, line)
    except (OSError, UnicodeDecodeError) as error:
        raise FileSystemError(
            f"The block log {path} cannot be read.",
            why=str(error),
            fix="Name a file that taocli localnet start --block-log wrote.",
        ) from None


def _parse(path: Path, number: int, line: str) -> Entry:
    try:
        return from_document(json.loads(line))
    except ValidationError as error:
        why = error.what
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        why = f"{type(error).__name__}: {error}"
    raise InvalidSetting(
        f"Line {number} of {path} is no entry of a block log.",
        why=why,
        fix="Name a file that taocli localnet start --block-log wrote.",
    )


def _end_cut_line(path: Path) -> None:
    """A run that was killed in the middle of a line: take the half line away before appending."""
    if not path.exists():
        path.touch(mode=0o600)
        return
    with path.open("rb+") as file:
        content = file.read()
        if content and not content.startswith(_START):
            raise InvalidSetting(
                f"{path} is something else than a block log.",
                why="It does not begin with the description of a chain.",
                fix="Give --block-log a new file, or one that it wrote.",
            )
        whole = content.rfind(b"\n") + 1
        if whole != len(content):
            file.truncate(whole)


def _not_written(path: Path, error: OSError) -> FileSystemError:
    return FileSystemError(
        f"The block log {path} cannot be written.",
        why=str(error),
        fix="Give --block-log a file in a directory of yours, on a disk with room.",
    )


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _bytes(text: str) -> bytes:
    if not text.startswith("0x"):
        raise ValueError("bytes begin with 0x")
    return bytes.fromhex(text[2:])
