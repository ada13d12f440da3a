"""Wallets on disk: ``ROOT/NAME/coldkey``, ``coldkeypub.txt`` and ``hotkeys/HOT``, ``HOTpub.txt``.

The layout is the one all Bittensor tools share. Nothing here needs a coldkey to use a hotkey: a mining
machine may hold ``hotkeys/HOT`` alone, and public files are enough for every read.
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from taocli.domain.address import Address
from taocli.domain.errors import (
    InvalidName,
    KeyfileDamaged,
    KeyMissing,
    TaoError,
    WalletNotFound,
)
from taocli.wallet.encryption import decrypt, encrypt, is_encrypted
from taocli.wallet.keyfile import (
    MAX_KEYFILE_BYTES,
    Secret,
    private_json,
    public_json,
    read_address,
    read_private,
)
from taocli.wallet.keypair import Keypair
from taocli.wallet.private_files import already_there, create_private_file, make_private_folder

_UNSAFE = re.compile(r"[/\\\x00-\x1f\x7f\ud800-\udfff]")  # the last range: bytes that are not UTF-8
_PUBLIC_SUFFIX = "pub.txt"


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One key in a listing; ``problem`` says why its address is not known."""

    name: str
    address: Address | None
    encrypted: bool | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class WalletEntry:
    """One wallet in a listing; ``coldkey`` is None where only hotkeys are on the machine."""

    name: str
    coldkey: KeyEntry | None
    hotkeys: tuple[KeyEntry, ...]


class WalletStore:
    """The wallets under one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def list(self) -> tuple[WalletEntry, ...]:
        """Every wallet, by name; a file that cannot be read does not hide the others."""
        if not self.root.is_dir():
            return ()
        folders = sorted(path for path in self.root.iterdir() if path.is_dir())
        return tuple(self._entry(folder) for folder in folders if not folder.name.startswith("."))

    def coldkey_address(self, wallet: str) -> Address | None:
        """The coldkey's account, or None where no public or plain file tells it."""
        folder = self._folder(wallet)
        return _first_address((folder / "coldkeypub.txt", folder / "coldkey"))

    def hotkey_address(self, wallet: str, hotkey: str) -> Address:
        """A hotkey's account, from its public file or from the key itself."""
        private = self._hotkey_file(wallet, hotkey)
        public = private.with_name(private.name + _PUBLIC_SUFFIX)
        found = _first_address((public, private))
        if found is None:
            raise self._no_hotkey(wallet, hotkey)
        return found

    def hotkey_signer(self, wallet: str, hotkey: str, password: str | None = None) -> Keypair:
        """Open a hotkey; ``password`` only for the rare encrypted ones. Needs no coldkey."""
        path = self._hotkey_file(wallet, hotkey)
        if not path.exists():
            raise self._no_hotkey(wallet, hotkey)
        return _open(path, password)

    def unlock_coldkey(self, wallet: str, password: str | None = None) -> Keypair:
        """Open the coldkey, about three seconds for an encrypted one; blocking, run it in a thread."""
        path = self._folder(wallet) / "coldkey"
        if not path.exists():
            raise KeyMissing(
                f"There is no coldkey of wallet {wallet} on this machine.",
                why="Only its public half or its hotkeys are here; they cannot sign for it.",
                fix="Run this where the coldkey lies.",
            )
        return _open(path, password)

    def coldkey_is_encrypted(self, wallet: str) -> bool:
        """Whether opening the coldkey takes a password."""
        path = self._folder(wallet) / "coldkey"
        return path.exists() and is_encrypted(_read(path))

    def refuse_taken(self, wallet: str, hotkey: str) -> None:
        """Raise before anything is generated when a key of these names exists."""
        folder = self._new_folder(wallet)
        private = self._hotkey_file(wallet, hotkey, new=True)
        public = private.with_name(hotkey + _PUBLIC_SUFFIX)
        # A public file alone counts too: found after the private one is written, it would leave a
        # coldkey whose phrase nobody has seen.
        for path in (folder / "coldkey", folder / "coldkeypub.txt", private, public):
            if path.exists() or path.is_symlink():
                raise already_there(path)

    def create_coldkey(self, wallet: str, secret: Secret, password: str | None) -> None:
        """Write a new coldkey, encrypted unless ``password`` is None, and then its public file."""
        folder = self._new_folder(wallet)
        make_private_folder(folder)
        content = private_json(secret)
        if password is not None:
            content = encrypt(content, password)
        create_private_file(folder / "coldkey", content)
        create_private_file(folder / "coldkeypub.txt", public_json(secret.key))

    def create_hotkey(self, wallet: str, hotkey: str, secret: Secret) -> None:
        """Write a new hotkey, plain as miners need it, and then its public file."""
        path = self._hotkey_file(wallet, hotkey, new=True)
        make_private_folder(path.parent)
        create_private_file(path, private_json(secret))
        create_private_file(path.with_name(hotkey + _PUBLIC_SUFFIX), public_json(secret.key))

    def _entry(self, folder: Path) -> WalletEntry:
        files = (folder / "coldkey", folder / "coldkeypub.txt")
        coldkey = _key_entry("coldkey", *files) if any(path.exists() for path in files) else None
        names = _hotkey_names(folder / "hotkeys")
        hotkeys = tuple(
            _key_entry(
                name, folder / "hotkeys" / name, folder / "hotkeys" / (name + _PUBLIC_SUFFIX)
            )
            for name in names
        )
        return WalletEntry(folder.name, coldkey, hotkeys)

    def _folder(self, wallet: str) -> Path:
        folder = self._new_folder(wallet)
        if not folder.is_dir():
            names = [path.name for path in self.root.iterdir()] if self.root.is_dir() else []
            raise WalletNotFound(
                f"There is no wallet {wallet} in {self.root}.",
                why=_nearest(wallet, names),
                fix="See taocli wallet list, or make one with taocli wallet create.",
            )
        return folder

    def _new_folder(self, wallet: str) -> Path:
        return self.root / check_name(wallet)

    def _hotkey_file(self, wallet: str, hotkey: str, *, new: bool = False) -> Path:
        folder = self._new_folder(wallet) if new else self._folder(wallet)
        if hotkey.endswith(_PUBLIC_SUFFIX):
            raise _bad_name(hotkey, f"names that end in {_PUBLIC_SUFFIX} are public files")
        return folder / "hotkeys" / check_name(hotkey)

    def _no_hotkey(self, wallet: str, hotkey: str) -> WalletNotFound:
        names = _hotkey_names(self._folder(wallet) / "hotkeys")
        return WalletNotFound(
            f"Wallet {wallet} has no hotkey {hotkey} on this machine.",
            why=_nearest(hotkey, names),
            fix="See taocli wallet list.",
        )


def check_name(name: str) -> str:
    """A wallet or hotkey name that stays inside its folder; ``InvalidName`` otherwise."""
    if not name or name in {".", ".."} or name[0] in ".-":
        raise _bad_name(name, "it is empty or starts with a dot or a dash")
    if _UNSAFE.search(name) or len(name.encode(errors="replace")) > 200:
        raise _bad_name(name, "it has a slash, a control character or more than 200 bytes")
    return name


def _bad_name(name: str, why: str) -> InvalidName:
    return InvalidName(
        f"{name!r} cannot be the name of a key.",
        why=f"{why[0].upper()}{why[1:]}.",
        fix="Use letters, digits, dots, dashes and underscores.",
    )


def _nearest(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(names), n=1)
    return f"Did you mean {close[0]}?" if close else ""


def _hotkey_names(folder: Path) -> list[str]:
    """Keys by name; public files stand for themselves only where the private one is missing."""
    if not folder.is_dir():
        return []
    names = set()
    for path in folder.iterdir():
        if path.name.startswith(".") or path.suffix in {".lock", ".tmp"} or not path.is_file():
            continue
        names.add(path.name.removesuffix(_PUBLIC_SUFFIX))
    return sorted(names)


def _key_entry(name: str, private: Path, public: Path) -> KeyEntry:
    encrypted = None
    try:
        if private.exists():
            encrypted = is_encrypted(_read(private))
        return KeyEntry(name, _first_address((public, private)), encrypted)
    except TaoError as error:
        return KeyEntry(name, None, encrypted, error.what)


def _first_address(paths: Iterable[Path]) -> Address | None:
    for path in paths:
        if path.exists():
            content = _read(path)
            if not is_encrypted(content):
                return read_address(content)
    return None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as source:
            return source.read(MAX_KEYFILE_BYTES + 1)
    except OSError as error:
        raise KeyfileDamaged(
            f"Cannot read {path}.", why=error.strerror or str(error), fix="Check its permissions."
        ) from None


def _open(path: Path, password: str | None) -> Keypair:
    content = _read(path)
    if is_encrypted(content):
        if password is None:
            raise KeyMissing(
                f"{path} is encrypted and no password was given.",
                why="It cannot sign before it is opened.",
                fix="Use --password-file or --password-fd, or run it in a terminal.",
            )
        content = decrypt(content, password)
    return read_private(content)
