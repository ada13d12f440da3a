"""Examining a wallet folder: who can read it, what is missing, what contradicts itself.

Nothing here needs a password, and nothing is changed: a finding says whether ``mending`` can repair it.
"""

import enum
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from taocli.domain.dev_accounts import dev_name
from taocli.domain.errors import TaoError
from taocli.wallet.encryption import Encryption
from taocli.wallet.keyfile import MAX_KEYFILE_BYTES, PublicHalf, read_public
from taocli.wallet.listing import EVM_FOLDER
from taocli.wallet.places import KeyPlace, coldkey_place, hotkey_names, hotkey_place
from taocli.wallet.private_files import read_bounded, stale_temporaries
from taocli.wallet.reading import encryption_at, open_key

_OLD = {Encryption.ANSIBLE, Encryption.FERNET}


class Repair(enum.Enum):
    """What ``mending`` would do about a finding."""

    TIGHTEN = "close it to others"
    WRITE_PUBLIC = "write the public file"
    REMOVE = "remove the leftover file"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    ``serious`` ones make the examination fail; ``path`` and ``place`` say where, ``fix`` what to do where
    there is no ``repair``.
    """

    what: str
    fix: str
    path: Path
    serious: bool = True
    repair: Repair | None = None
    place: KeyPlace | None = None


def audit_wallet(root: Path, wallet: str, *, mines: bool = False) -> tuple[Finding, ...]:
    """Everything worth knowing about one wallet; ``mines`` when a miner has run on this machine."""
    try:
        cold = coldkey_place(root, wallet)
    except TaoError as error:
        path = root / wallet
        return (Finding(f"{path} is no wallet: {error.why}", error.fix, path, serious=False),)
    folder = cold.private.parent
    found = [*_exposed(folder), *_leftovers(folder)]
    if cold.taken:
        found += [*_key(cold), *_coldkey(cold, mines=mines)]
    for name in hotkey_names(folder / "hotkeys"):
        try:
            found += _key(hotkey_place(root, wallet, name))
        except TaoError as error:
            path = folder / "hotkeys" / name
            found.append(
                Finding(f"{path} is no key: {error.why}", "Rename or move it.", path, serious=False)
            )
    return tuple(found)


def _exposed(folder: Path) -> Iterator[Finding]:
    """Folders and files that other users of the machine could read or change."""
    for path in (folder, folder / "hotkeys", folder / EVM_FOLDER):
        if path.is_dir():
            yield from _modes(path)
            for file in sorted(path.iterdir()):
                if file.is_file() and not file.is_symlink():
                    yield from _modes(file)


def _modes(path: Path) -> Iterator[Finding]:
    status = path.stat()  # of what a linked folder leads to: a link itself is open to everybody
    if status.st_uid != os.getuid():
        yield Finding(
            f"{path} belongs to another user (uid {status.st_uid}).",
            "Find out why, and make it yours with chown.",
            path,
        )
    elif status.st_mode & 0o077:
        yield Finding(
            f"{path} is open to others (mode {stat.S_IMODE(status.st_mode):o}).",
            "chmod 700 the folder, chmod 600 the file.",
            path,
            repair=Repair.TIGHTEN,
        )


def _leftovers(folder: Path) -> Iterator[Finding]:
    for place in (folder, folder / "hotkeys"):
        if place.is_dir():
            for path in stale_temporaries(place):
                yield Finding(
                    f"{path} was left by a program that was killed while writing.",
                    "Remove it.",
                    path,
                    serious=False,
                    repair=Repair.REMOVE,
                )


def _key(place: KeyPlace) -> Iterator[Finding]:
    """What is wrong with one key's two files."""
    encryption, known = None, None
    try:
        encryption = encryption_at(place)
        if encryption is Encryption.NONE:
            key = open_key(place, None).key
            known = PublicHalf(key.address, key.crypto_type)
    except TaoError as error:
        yield Finding(f"{place.private}: {error.what} {error.why}", error.fix, place.private)
    if encryption in _OLD:
        yield Finding(
            f"{place.label} is stored in an old format ({encryption.label}).",
            f"taocli wallet passwd --upgrade {_naming(place)}",
            place.private,
            serious=False,
        )
    yield from _public(place, known, encryption)


def _public(
    place: KeyPlace, known: PublicHalf | None, encryption: Encryption | None
) -> Iterator[Finding]:
    if not place.public.exists():
        yield Finding(
            f"{place.label} has no public file, so its address takes "
            + (
                "its password." if encryption not in {None, Encryption.NONE} else "the private one."
            ),
            "Open it once: taocli wallet doctor --fix writes the file.",
            place.public,
            serious=False,
            repair=Repair.WRITE_PUBLIC,
            place=place,
        )
        return
    try:
        half = read_public(read_bounded(place.public, MAX_KEYFILE_BYTES))
    except TaoError as error:
        can_write = known is not None or encryption not in {None, Encryption.NONE}
        yield Finding(
            f"{place.public}: {error.what} {error.why}",
            error.fix,
            place.public,
            repair=Repair.WRITE_PUBLIC if can_write else None,
            place=place if can_write else None,
        )
        return
    if known is not None and known.address != half.address:
        yield Finding(
            f"The public file of {place.label} names {half.address}, its key is that of {known.address}.",
            "Whoever sends to the first address sends to a stranger.",
            place.public,
            repair=Repair.WRITE_PUBLIC,
            place=place,
        )


def _coldkey(place: KeyPlace, *, mines: bool) -> Iterator[Finding]:
    try:
        encryption = encryption_at(place)
        plain = encryption is Encryption.NONE
        known = dev_name(open_key(place, None).key.address) if plain else None
    except TaoError:
        return  # _key has said so
    if plain and known is None:
        yield Finding(
            f"{place.label} is not encrypted: whoever reads the file has its funds.",
            f"taocli wallet passwd {_naming(place)}",
            place.private,
        )
    if mines and encryption is not None and known is None:
        yield Finding(
            f"{place.label} lies on a machine that mines, which strangers talk to all day.",
            "Move it to another machine; mining needs hotkeys/ and coldkeypub.txt only.",
            place.private,
            serious=False,
        )


def _naming(place: KeyPlace) -> str:
    hotkey = "" if place.hotkey is None else f" --hotkey {place.hotkey}"
    return f"--wallet {place.wallet}{hotkey}"
