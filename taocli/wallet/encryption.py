"""Keyfiles at rest: one encryption that is written, three that are read.

The first bytes of a file name its format. ``$NACL`` is what every Bittensor tool writes today: 24 bytes of
nonce and an XSalsa20-Poly1305 box, under a key that Argon2i makes of the password with 512 MiB and 8 rounds
and with a salt that is the same constant for everybody. Equal passwords give equal keys, so the
password is all the protection there is. Ansible vaults and Fernet tokens are older and only read.

A derivation takes about three seconds (up to nine for Fernet), so a process does it once for each password: the derived key
stays in memory until ``forget_keys``, the password does not. What is visibly damaged is refused
before anybody waits; after that a wrong password and a damaged file look alike.
"""

import hashlib
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from enum import Enum

from taocli.domain.errors import KeyfileDamaged, WalletError, WrongPassword
from taocli.wallet import ansible_vault, fernet
from taocli.wallet.keyfile import MAX_KEYFILE_BYTES

_NACL_MAGIC = b"$NACL"
_SALT = bytes.fromhex("137183dff15a09bc9c90b5518739e9b1")
_OPS = 8
_MEMORY_BYTES = 536_870_912
_LEAST_BYTES = len(_NACL_MAGIC) + 24 + 16
_KEPT_KEYS = 4


class Encryption(Enum):
    """How a keyfile is encrypted; ``label`` is its name for people."""

    NONE = "none"
    NACL = "nacl"
    ANSIBLE = "ansible"
    FERNET = "fernet"

    @property
    def label(self) -> str:
        """The name that a person is shown, with the years of a format that is no longer written."""
        return _LABELS[self]


_LABELS = {
    Encryption.NONE: "not encrypted",
    Encryption.NACL: "$NACL",
    Encryption.ANSIBLE: "Ansible vault (2022 to 2023)",
    Encryption.FERNET: "Fernet (before 2022)",
}
_MAGICS = {
    _NACL_MAGIC: Encryption.NACL,
    ansible_vault.MAGIC: Encryption.ANSIBLE,
    fernet.MAGIC: Encryption.FERNET,
}


class _DerivedKeys:
    """The last few derived keys of this process, found by a hash that only this process can make."""

    def __init__(self) -> None:
        self._hash_key = secrets.token_bytes(32)
        self._keys: OrderedDict[bytes, bytes] = OrderedDict()
        self._guard = threading.Lock()
        self._deriving = threading.Lock()  # one at a time: each wants a core and up to 512 MiB
        self._generation = 0

    def get(self, password: bytes, derive: Callable[[bytes], bytes]) -> bytes:
        """The key that ``derive`` makes of the password, made at most once."""
        name = hashlib.blake2b(
            derive.__name__.encode() + b"\0" + password, digest_size=32, key=self._hash_key
        ).digest()
        found, _ = self._find(name)
        if found is not None:
            return found
        with self._deriving:
            found, generation = self._find(name)  # another thread may have made it meanwhile
            if found is None:
                found = derive(password)
                self._keep(name, found, generation)
            return found

    def forget(self) -> None:
        """Drop every key, also the one that is being made at this moment."""
        with self._guard:
            self._keys.clear()
            self._generation += 1

    def _find(self, name: bytes) -> tuple[bytes | None, int]:
        with self._guard:
            if name in self._keys:
                self._keys.move_to_end(name)
            return self._keys.get(name), self._generation

    def _keep(self, name: bytes, key: bytes, generation: int) -> None:
        with self._guard:
            if generation == self._generation:
                self._keys[name] = key
                while len(self._keys) > _KEPT_KEYS:
                    self._keys.popitem(last=False)


_DERIVED = _DerivedKeys()


def forget_keys() -> None:
    """Drop the derived keys; the next use of a password derives its key again."""
    _DERIVED.forget()


def encryption_of(content: bytes) -> Encryption:
    """The format that the first bytes of a keyfile name."""
    for magic, found in _MAGICS.items():
        if content.startswith(magic):
            return found
    return Encryption.NONE


def is_encrypted(content: bytes) -> bool:
    """Whether the content is in any known encrypted format."""
    return encryption_of(content) is not Encryption.NONE


def encrypt(content: bytes, password: str) -> bytes:
    """Encrypt a keyfile's JSON as ``$NACL``; three seconds at a password's first use."""
    _check_size(len(content) + _LEAST_BYTES)
    raw = _utf8(password)
    from nacl.secret import SecretBox  # noqa: PLC0415 - public data needs no crypto library

    return _NACL_MAGIC + bytes(SecretBox(_DERIVED.get(raw, _argon2)).encrypt(content))


def decrypt(content: bytes, password: str) -> bytes:
    """Open an encrypted keyfile of any known format; blocking, run it in a thread.

    ``KeyfileDamaged`` for what can be seen without the password, before the slow part begins;
    ``WrongPassword`` after it; ``WalletError`` when the memory does not suffice.
    """
    _check_size(len(content))
    opened = _open(content, _utf8(password))
    if opened is None:
        raise WrongPassword(
            "The password does not open the keyfile.",
            why="It is wrong, or the file was damaged; the two cannot be told apart.",
            fix="Try again; upper case, layout and accents count.",
        )
    return opened


def _open(content: bytes, password: bytes) -> bytes | None:
    match encryption_of(content):
        case Encryption.NACL:
            return _open_nacl(content, password)
        case Encryption.ANSIBLE:
            return ansible_vault.open_vault(ansible_vault.parse_vault(content), password)
        case Encryption.FERNET:
            token = fernet.parse_token(content)  # first: it refuses before the slow part
            return fernet.open_token(token, _DERIVED.get(password, fernet.derive_key))
        case Encryption.NONE:
            raise KeyfileDamaged(
                "The keyfile is not encrypted in any known format.",
                why="It does not start like $NACL, an Ansible vault or a Fernet token.",
                fix="Open it without a password, or restore it from a backup.",
            )


def _open_nacl(content: bytes, password: bytes) -> bytes | None:
    if len(content) < _LEAST_BYTES:
        raise KeyfileDamaged(
            "The encrypted keyfile is cut off.",
            why=f"It has {len(content)} bytes; the smallest has {_LEAST_BYTES}.",
            fix="Restore it from a backup or from the recovery phrase.",
        )
    from nacl.exceptions import CryptoError  # noqa: PLC0415 - public data needs no crypto library
    from nacl.secret import SecretBox  # noqa: PLC0415 - as above

    box = SecretBox(_DERIVED.get(password, _argon2))
    try:
        return bytes(box.decrypt(content[len(_NACL_MAGIC) :]))
    except CryptoError:
        return None


def _argon2(password: bytes) -> bytes:
    from nacl.exceptions import RuntimeError as SodiumError  # noqa: PLC0415 - as above
    from nacl.pwhash import argon2i  # noqa: PLC0415 - as above

    try:
        return bytes(argon2i.kdf(32, password, _SALT, opslimit=_OPS, memlimit=_MEMORY_BYTES))
    except SodiumError:
        raise WalletError(
            "There is not enough memory to derive the key.",
            why="The format needs 512 MiB of free memory.",
            fix="Close other programs and try again.",
        ) from None


def _utf8(password: str) -> bytes:
    """The password's bytes as typed: peers do not normalise it, so neither may we."""
    # Looked for, not caught: the exception of a failed encoding carries the whole password.
    if any("\ud800" <= character <= "\udfff" for character in password):
        raise WalletError(
            "The password is not UTF-8 text.",
            why="It has bytes that are no character, as after a wrong terminal encoding.",
            fix="Type it in a UTF-8 terminal, or store its file as UTF-8.",
        )
    return password.encode()


def _check_size(size: int) -> None:
    if size > MAX_KEYFILE_BYTES:
        raise KeyfileDamaged(
            "The keyfile cannot be read.",
            why="It is larger than any keyfile.",
            fix="Check that this is the file you meant.",
        )
