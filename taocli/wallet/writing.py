"""Writing one key to its two files, the private half first.

A crash between the two leaves a private key without its public file, which everything here can read;
the other order would leave the address of a key that nobody has. What replaces a key keeps the old one
under a dated name, unless it is the same key under a new password.
"""

import datetime as dt
import os
from pathlib import Path

from taocli.domain.errors import KeyDisagreement
from taocli.wallet.encryption import decrypt, encrypt
from taocli.wallet.keyfile import PublicHalf, Secret, private_json, public_json, read_private
from taocli.wallet.places import KeyPlace
from taocli.wallet.private_files import (
    already_there,
    backup_path,
    create_private_file,
    make_private_folder,
    move_private,
    replace_private_file,
)
from taocli.wallet.reading import (
    needs_password,
    open_content,
    open_key,
    public_half,
    read_private_file,
    wallet_folder,
)


def refuse_taken(*places: KeyPlace) -> None:
    """Raise ``WalletExists`` before anything is generated when a file of these keys is there.

    A public file alone counts too: found after the private one is written, it would leave a key whose
    phrase nobody has seen.
    """
    for place in places:
        if place.taken is not None:
            raise already_there(place.taken)


def write_key(
    place: KeyPlace, secret: Secret, password: str | None, *, overwrite: bool = False
) -> tuple[Path, ...]:
    """Write a new key, encrypted unless ``password`` is None; returns the backups of what it replaced."""
    if not overwrite:
        refuse_taken(place)
    content = private_json(secret)
    if password is not None:
        content = _checked(encrypt(content, password), password, secret)
    _make_folders(place)
    # The old public file goes first: a crash must not leave it beside the new key.
    kept = [_set_aside(place.public), _put(place.private, content, overwrite=overwrite)]
    create_private_file(
        place.public, public_json(PublicHalf(secret.key.address, secret.key.crypto_type))
    )
    return tuple(path for path in kept if path is not None)


def restore_key(
    place: KeyPlace, secret: Secret, password: str | None, *, overwrite: bool = False
) -> tuple[Path, ...]:
    """Write a key from a backup; the public file of the same account may be there already."""
    watched = None if place.private.exists() else public_half(place)
    if overwrite or watched is None or watched.address != secret.key.address:
        return write_key(place, secret, password, overwrite=overwrite)
    content = private_json(secret)
    if password is not None:
        content = _checked(encrypt(content, password), password, secret)
    create_private_file(place.private, content)
    return ()


def write_public(place: KeyPlace, half: PublicHalf, *, overwrite: bool = False) -> tuple[Path, ...]:
    """Write the public file alone: a watch-only coldkey, or a hotkey that lies elsewhere.

    A private half that can be read without a password must be of the same account.
    """
    if not overwrite and os.path.lexists(place.public):
        raise already_there(place.public)
    if place.private.exists() and not needs_password(place):
        _refuse_stranger(place, half)
    _make_folders(place)
    kept = _put(place.public, public_json(half), overwrite=overwrite)
    return () if kept is None else (kept,)


def change_password(
    place: KeyPlace, old: str | None, new: str | None, *, keep_backup: bool
) -> Path | None:
    """Store the same key under another password (None: unencrypted); returns the backup, if kept.

    The key is decrypted in memory only. The new content is opened once more before it takes the old
    one's place, and the old file goes only when the new one is on the disk.
    """
    before = read_private_file(place)
    plain = open_content(before, place, old)
    key = read_private(plain)
    content = plain if new is None else encrypt(plain, new)
    _check_same(content if new is None else decrypt(content, new), key.public_key)
    backup = backup_path(place.private, _today()) if keep_backup else None
    replace_private_file(place.private, content, backup=backup, expected=before)
    return backup


def _refuse_stranger(place: KeyPlace, half: PublicHalf) -> None:
    found = open_key(place, None).key.address
    if found != half.address:
        raise KeyDisagreement(
            f"{half.address} is not the address of {place.label}.",
            why=f"The private key beside it is that of {found}.",
            fix="Give that address, or another name.",
        )


def _set_aside(path: Path) -> Path | None:
    """Give a file that is there its dated name; ``write_key`` has refused it unless that was wanted."""
    if not os.path.lexists(path):
        return None
    backup = backup_path(path, _today())
    move_private(path, backup)
    return backup


def _put(path: Path, content: bytes, *, overwrite: bool) -> Path | None:
    if overwrite and os.path.lexists(path):
        backup = backup_path(path, _today())
        replace_private_file(path, content, backup=backup)
        return backup
    create_private_file(path, content)
    return None


def _make_folders(place: KeyPlace) -> None:
    make_private_folder(wallet_folder(place))
    make_private_folder(place.private.parent)


def _checked(content: bytes, password: str, secret: Secret) -> bytes:
    _check_same(decrypt(content, password), secret.key.public_key)
    return content


def _check_same(plain: bytes, public_key: bytes) -> None:
    if read_private(plain).public_key != public_key:
        raise KeyDisagreement(
            "The new file does not hold the key it should; nothing was written.",
            why="What was encrypted does not open to the same key.",
            fix="The installation is damaged: reinstall taocli and try again.",
        )


def _today() -> str:
    return dt.datetime.now(tz=dt.UTC).date().isoformat()
