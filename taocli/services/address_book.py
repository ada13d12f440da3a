"""The address book: names for accounts that are not in a wallet of this machine.

One small JSON file, replaced as a whole at every change, so that a reader never sees half of one. What
stands in it is not secret, but money is sent by it: it is written 0600 in a folder of its owner's.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from taocli.domain.address import Address
from taocli.domain.errors import (
    InvalidName,
    InvalidSetting,
    NameTaken,
    NameUnknown,
    TaoError,
    WalletError,
)
from taocli.domain.text import clean
from taocli.wallet.places import check_name, nearest
from taocli.wallet.private_files import (
    create_private_file,
    make_private_folder,
    read_bounded,
    replace_private_file,
)

MAX_BOOK_BYTES = 1024 * 1024
_LONGEST_NOTE = 200
_TRIES = 50
"""Of processes that write at once one gets through each time."""


@dataclass(frozen=True, slots=True)
class BookEntry:
    """A name, the account it stands for, and what its owner noted about it."""

    name: str
    address: Address
    note: str = ""


class AddressBook:
    """The entries in one file; ``path`` need not exist yet."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def entries(self) -> tuple[BookEntry, ...]:
        """Every entry, by name."""
        return tuple(sorted(_parse(self._read(), self.path), key=lambda entry: entry.name))

    def find(self, name: str) -> BookEntry | None:
        """The entry of this name, or None."""
        return next((entry for entry in self.entries() if entry.name == name), None)

    def add(self, entry: BookEntry, *, overwrite: bool = False) -> None:
        """Write down a new entry; ``NameTaken`` when the name stands for another account."""
        check_book_name(entry.name)

        def put(kept: dict[str, BookEntry]) -> None:
            old = kept.get(entry.name)
            if old is not None and old.address != entry.address and not overwrite:
                raise NameTaken(
                    f"{entry.name} already stands for {old.address}.",
                    why="A name that silently changes its meaning sends money astray.",
                    fix="Choose another name, or add --overwrite.",
                )
            note = clean(entry.note, _LONGEST_NOTE)
            kept[entry.name] = BookEntry(entry.name, entry.address, note)

        self._update(put)

    def remove(self, name: str) -> BookEntry:
        """Take an entry out; ``NameUnknown`` suggests the near one."""
        removed: list[BookEntry] = []

        def take(kept: dict[str, BookEntry]) -> None:
            if name not in kept:
                raise NameUnknown(
                    f"The address book has no {name}.",
                    why=nearest(name, kept),
                    fix="See taocli addr list.",
                )
            removed.append(kept.pop(name))

        self._update(take)
        return removed[-1]

    def _update(self, change: Callable[[dict[str, BookEntry]], None]) -> None:
        """Read, change and write; again when another process has written in between."""
        for left in reversed(range(_TRIES)):
            before = self._read()
            entries = {known.name: known for known in _parse(before, self.path)}
            change(entries)
            try:
                self._write(before, entries)
            except WalletError:
                if not left:
                    raise
            else:
                return

    def _read(self) -> bytes | None:
        return read_bounded(self.path, MAX_BOOK_BYTES) if self.path.exists() else None

    def _write(self, before: bytes | None, entries: Mapping[str, BookEntry]) -> None:
        rows = {
            entry.name: {"address": entry.address.ss58, "note": entry.note}
            for entry in sorted(entries.values(), key=lambda entry: entry.name)
        }
        content = json.dumps({"addresses": rows}, ensure_ascii=False, indent=2).encode() + b"\n"
        make_private_folder(self.path.parent)
        if before is None:
            create_private_file(self.path, content)
        else:
            replace_private_file(self.path, content, backup=None, expected=before)


def check_book_name(name: str) -> str:
    """A name that cannot be mistaken for an address or for ``WALLET/HOTKEY``; ``InvalidName`` otherwise."""
    check_name(name)
    why = "It is an address itself, and would hide where money goes."
    if not name.isprintable():
        why = "It has characters that cannot be seen, so that it could pass for another name."
    else:
        try:
            Address.parse(name)
        except TaoError:
            return name
    raise InvalidName(f"{name!r} cannot be a name.", why=why, fix="Use a word of your own.")


def _parse(content: bytes | None, path: Path) -> list[BookEntry]:
    if content is None:
        return []
    try:
        rows = json.loads(content)["addresses"]
        return [
            BookEntry(
                check_book_name(str(name)),
                Address.parse(str(row["address"])),
                clean(str(row.get("note", "")), _LONGEST_NOTE),
            )
            for name, row in rows.items()
        ]
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError, TaoError) as error:
        why = error.what if isinstance(error, TaoError) else "It is not what taocli wrote."
        raise InvalidSetting(
            f"The address book {path} cannot be read.",
            why=why,
            fix="Correct the entry or move the file away; taocli never guesses an address.",
        ) from None
