"""Accounts by name: wherever an address is wanted, a name will do.

``WALLET`` is its coldkey, ``WALLET/HOTKEY`` that hotkey, and anything else a name in the address book.
What is named is also looked at: sending to a hotkey or to a development key is nearly always a mistake.
"""

import enum
import string
from collections.abc import Iterator
from dataclasses import dataclass

from taocli.domain.address import Address
from taocli.domain.dev_accounts import dev_name
from taocli.domain.errors import (
    InvalidAddress,
    InvalidName,
    KeyMissing,
    NameUnknown,
    WalletError,
    WalletNotFound,
)
from taocli.services.address_book import AddressBook
from taocli.wallet.places import nearest
from taocli.wallet.reading import no_private_half
from taocli.wallet.store import WalletStore

_LONGEST_NAME = 34
"""An SS58 address is longer than this, so a longer text was meant to be one."""


class Kind(enum.Enum):
    """What an account was named by."""

    ADDRESS = "address"
    COLDKEY = "coldkey"
    HOTKEY = "hotkey"
    BOOK = "address book"


@dataclass(frozen=True, slots=True)
class Account:
    """An account and how it was named; ``label`` is what people call it."""

    address: Address
    label: str
    kind: Kind


class Accounts:
    """The names that this machine knows."""

    def __init__(self, store: WalletStore, book: AddressBook) -> None:
        self.store = store
        self.book = book

    def resolve(self, text: str) -> Account:
        """The account that ``text`` names; ``InvalidAddress`` or ``NameUnknown`` with the near miss."""
        try:
            return Account(Address.parse(text), text, Kind.ADDRESS)
        except InvalidAddress:
            if len(text) > _LONGEST_NAME:
                raise
        found = [item for item in (self._wallet(text), self._book(text)) if item is not None]
        if not found:
            raise self._unknown(text)
        if len({account.address for account in found}) > 1:
            raise NameUnknown(
                f"{text!r} is a wallet and another account in the address book.",
                why="Both could be meant.",
                fix="Give the address itself, or rename one of the two.",
            )
        return found[0]

    def resolve_or_public_key(self, text: str) -> Account:
        """The same, and a public key in hexadecimal as well."""
        digits = text.strip().removeprefix("0x")
        if len(digits) == 64 and all(digit in string.hexdigits for digit in digits):
            return Account(Address(bytes.fromhex(digits)), text, Kind.ADDRESS)
        return self.resolve(text)

    def names(self) -> Iterator[str]:
        """Every name that ``resolve`` knows."""
        for wallet in self.store.list():
            yield wallet.name
            yield from (f"{wallet.name}/{hotkey.name}" for hotkey in wallet.hotkeys)
        yield from (entry.name for entry in self.book.entries())

    def warnings(self, account: Account) -> tuple[str, ...]:
        """Why sending money there may be a mistake."""
        found = []
        owner = self._own_hotkey(account.address)
        if owner is not None:
            found.append(
                f"{account.address.short} is the hotkey {owner}; funds belong on a coldkey."
            )
        known = dev_name(account.address)
        if known is not None:
            found.append(
                f"{account.address.short} is a public development key ({known}); everybody has it."
            )
        return tuple(found)

    def _unknown(self, text: str) -> WalletError:
        known = set(self.names())
        if text not in known:
            return NameUnknown(
                f"{text!r} is neither an address nor a name known here.",
                why=nearest(text, known),
                fix="Give an SS58 address, WALLET, WALLET/HOTKEY or a name of taocli addr list.",
            )
        wallet, slash, hotkey = text.partition("/")
        place = self.store.hotkey(wallet, hotkey) if slash else self.store.coldkey(wallet)
        if place.private.exists():
            return KeyMissing(
                f"The address of {place.label} is not known without its password.",
                why="The key is encrypted and its public file is missing.",
                fix=f"Write it again: taocli wallet doctor --fix --wallet {wallet}.",
            )
        return no_private_half(place)

    def _wallet(self, text: str) -> Account | None:
        wallet, slash, hotkey = text.partition("/")
        try:
            if slash:
                return Account(self.store.hotkey_address(wallet, hotkey), text, Kind.HOTKEY)
            address = self.store.coldkey_address(wallet)
        except (WalletNotFound, InvalidName):
            return None
        return None if address is None else Account(address, text, Kind.COLDKEY)

    def _book(self, text: str) -> Account | None:
        entry = self.book.find(text)
        return None if entry is None else Account(entry.address, text, Kind.BOOK)

    def _own_hotkey(self, address: Address) -> str | None:
        for wallet in self.store.list():
            for hotkey in wallet.hotkeys:
                if hotkey.address == address:
                    return f"{wallet.name}/{hotkey.name}"
        return None
