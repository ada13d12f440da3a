"""Reading one key from its two files: its address without a password, its private half with one.

Public data never needs the private file to be opened: the address comes from the public file, else from
an unencrypted private one. A machine may hold any subset of the two.
"""

from pathlib import Path

from taocli.domain.address import Address
from taocli.domain.errors import KeyMissing
from taocli.wallet.encryption import Encryption, decrypt, encryption_of, is_encrypted
from taocli.wallet.keyfile import MAX_KEYFILE_BYTES, PublicHalf, Secret, read_public, read_secret
from taocli.wallet.places import KeyPlace
from taocli.wallet.private_files import read_bounded


def public_half(place: KeyPlace) -> PublicHalf | None:
    """The account and its kind as the files tell without a password; None where none tells."""
    if place.public.exists():
        return read_public(read_bounded(place.public, MAX_KEYFILE_BYTES))
    if place.private.exists():
        content = read_bounded(place.private, MAX_KEYFILE_BYTES)
        if not is_encrypted(content):
            key = read_secret(content).key
            return PublicHalf(key.address, key.crypto_type)
    return None


def address_of(place: KeyPlace) -> Address | None:
    """The account of a key; None where only an encrypted file is left."""
    half = public_half(place)
    return None if half is None else half.address


def encryption_at(place: KeyPlace) -> Encryption | None:
    """How the private half is stored; None where it is not on this machine."""
    if not place.private.exists():
        return None
    return encryption_of(read_bounded(place.private, MAX_KEYFILE_BYTES))


def needs_password(place: KeyPlace) -> bool:
    """Whether opening the private half takes a password."""
    return encryption_at(place) not in {None, Encryption.NONE}


def open_key(place: KeyPlace, password: str | None) -> Secret:
    """Open the private half, about three seconds for an encrypted one; blocking, use a thread."""
    return read_secret(open_content(read_private_file(place), place, password))


def read_private_file(place: KeyPlace) -> bytes:
    """The bytes of the private file; ``KeyMissing`` says so where it is elsewhere."""
    if not place.private.exists():
        raise no_private_half(place)
    return read_bounded(place.private, MAX_KEYFILE_BYTES)


def open_content(content: bytes, place: KeyPlace, password: str | None) -> bytes:
    """The JSON inside; ``KeyMissing`` when it is encrypted and there is no password."""
    if not is_encrypted(content):
        return content
    if password is None:
        raise KeyMissing(
            f"The {place.label} is encrypted and no password was given.",
            why="It cannot sign before it is opened.",
            fix="Use --password-file or --password-fd, or run it in a terminal.",
        )
    return decrypt(content, password)


def no_private_half(place: KeyPlace) -> KeyMissing:
    """Only the public half is here: nothing is broken, but this machine cannot sign."""
    public_only = place.public.exists()
    return KeyMissing(
        f"The private half of {place.label} is not on this machine.",
        why="Only its public half is here: enough to look, not to sign."
        if public_only
        else "Nothing of it is here.",
        fix="Run this where the private key lies.",
    )


def wallet_folder(place: KeyPlace) -> Path:
    """The folder of the wallet that a key belongs to."""
    return place.private.parent if place.hotkey is None else place.private.parent.parent
