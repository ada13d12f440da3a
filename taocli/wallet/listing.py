"""What is in the wallet folder, without a password; a file that cannot be read does not hide the others."""

from dataclasses import dataclass
from pathlib import Path

from taocli.domain.address import Address
from taocli.domain.errors import TaoError
from taocli.wallet.encryption import Encryption
from taocli.wallet.keypair import SR25519
from taocli.wallet.places import KeyPlace, coldkey_place, hotkey_names, hotkey_place
from taocli.wallet.reading import encryption_at, public_half

EVM_FOLDER = "evmkeys"


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One key in a listing; ``problem`` says why its address is not known.

    ``encryption`` is None where only the public half is on this machine.
    """

    name: str
    address: Address | None
    crypto_type: int
    encryption: Encryption | None
    problem: str = ""

    @property
    def encrypted(self) -> bool | None:
        """Whether opening it takes a password; None where the private half is elsewhere."""
        return None if self.encryption is None else self.encryption is not Encryption.NONE


@dataclass(frozen=True, slots=True)
class WalletEntry:
    """One wallet in a listing; ``coldkey`` is None where only hotkeys are on the machine."""

    name: str
    coldkey: KeyEntry | None
    hotkeys: tuple[KeyEntry, ...]
    evm_keys: tuple[str, ...] = ()


def list_wallets(root: Path) -> tuple[WalletEntry, ...]:
    """Every wallet under ``root``, by name."""
    if not root.is_dir():
        return ()
    names = sorted(path.name for path in root.iterdir() if path.is_dir())
    return tuple(_listed(root, name) for name in names if not name.startswith("."))


def _listed(root: Path, name: str) -> WalletEntry:
    try:
        return wallet_entry(root, name)
    except TaoError as error:  # no tool of ours made a folder of this name
        return WalletEntry(name, KeyEntry("coldkey", None, SR25519, None, error.what), ())


def wallet_entry(root: Path, wallet: str) -> WalletEntry:
    """One wallet and the keys in it."""
    place = coldkey_place(root, wallet)
    coldkey = key_entry(place, "coldkey") if place.taken else None
    folder = place.private.parent
    hotkeys = []
    for name in hotkey_names(folder / "hotkeys"):
        try:
            hotkeys.append(key_entry(hotkey_place(root, wallet, name), name))
        except TaoError as error:  # a name that is no key's, such as one that starts with a dash
            hotkeys.append(KeyEntry(name, None, SR25519, None, error.what))
    return WalletEntry(wallet, coldkey, tuple(hotkeys), evm_key_names(folder / EVM_FOLDER))


def key_entry(place: KeyPlace, name: str) -> KeyEntry:
    """One key, with what is wrong with it instead of an exception."""
    encryption = None
    try:
        encryption = encryption_at(place)
        half = public_half(place)
    except TaoError as error:
        return KeyEntry(name, None, SR25519, encryption, error.why or error.what)
    if half is None:
        return KeyEntry(name, None, SR25519, encryption)
    return KeyEntry(name, half.address, half.crypto_type, encryption)


def evm_key_names(folder: Path) -> tuple[str, ...]:
    """The EVM keys of a wallet, by name."""
    if not folder.is_dir():
        return ()
    found = (path.name for path in folder.iterdir() if path.is_file())
    return tuple(sorted(name for name in found if not name.startswith(".") and ".bak-" not in name))
