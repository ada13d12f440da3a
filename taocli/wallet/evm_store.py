"""EVM keys of a wallet: ``ROOT/NAME/evmkeys/EVM``, Ethereum keystores that are always encrypted.

The address stands in the clear in each file, so listing needs no password.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from taocli.domain.accounts import evm_mirror
from taocli.domain.address import Address
from taocli.domain.errors import TaoError, WalletNotFound
from taocli.wallet.evm_keys import EvmKey, checksum_address
from taocli.wallet.keyfile import MAX_KEYFILE_BYTES
from taocli.wallet.keystore_v3 import named_h160, read_keystore, write_keystore
from taocli.wallet.listing import EVM_FOLDER, evm_key_names
from taocli.wallet.places import KeyPlace, check_name, nearest
from taocli.wallet.private_files import (
    already_there,
    create_private_file,
    make_private_folder,
    read_bounded,
)


@dataclass(frozen=True, slots=True)
class EvmEntry:
    """One EVM key in a listing: its address, the native account that mirrors it, or what is wrong."""

    name: str
    path: Path
    address: str | None
    mirror: Address | None
    problem: str = ""


class EvmStore:
    """The EVM keys beside one wallet's hotkeys."""

    def __init__(self, cold: KeyPlace) -> None:
        self.wallet = cold.wallet
        self.folder = cold.private.parent / EVM_FOLDER

    def list(self) -> tuple[EvmEntry, ...]:
        """Every key, by name; a file that cannot be read does not hide the others."""
        return tuple(self._entry(name) for name in evm_key_names(self.folder))

    def entry(self, name: str) -> EvmEntry:
        """One key; ``WalletNotFound`` suggests the near name."""
        if not self.path(name).exists():
            raise WalletNotFound(
                f"Wallet {self.wallet} has no EVM key {name}.",
                why=nearest(name, evm_key_names(self.folder)),
                fix="See taocli wallet evm list.",
            )
        return self._entry(name)

    def path(self, name: str) -> Path:
        """Where a key of this name lies."""
        return self.folder / check_name(name)

    def refuse_taken(self, name: str) -> None:
        """``WalletExists`` before anything is generated."""
        path = self.path(name)
        if os.path.lexists(path):
            raise already_there(path)

    def write(self, name: str, key: EvmKey, password: str) -> None:
        """Encrypt and write a key; nothing is ever overwritten."""
        content = write_keystore(key, password)
        make_private_folder(self.folder)
        create_private_file(self.path(name), content)

    def content(self, name: str) -> bytes:
        """The keystore as it is, still encrypted."""
        self.entry(name)
        return read_bounded(self.path(name), MAX_KEYFILE_BYTES)

    def open(self, name: str, password: str) -> EvmKey:
        """Open a key; about a second of scrypt."""
        return read_keystore(self.content(name), password)

    def _entry(self, name: str) -> EvmEntry:
        path = self.folder / name
        try:
            h160 = named_h160(read_bounded(path, MAX_KEYFILE_BYTES))
        except TaoError as error:
            return EvmEntry(name, path, None, None, error.why or error.what)
        if h160 is None:
            return EvmEntry(name, path, None, None, "the keystore names no address")
        return EvmEntry(name, path, checksum_address(h160), evm_mirror(h160))
