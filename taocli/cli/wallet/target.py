"""Which key a command is about, and how it is reported."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from taocli import bootstrap
from taocli.cli.options import crypto_name
from taocli.cli.output import JsonValue
from taocli.config import Settings, load_settings
from taocli.domain.address import Address

if TYPE_CHECKING:
    from taocli.wallet.places import KeyPlace
    from taocli.wallet.store import WalletStore


@dataclass(frozen=True, slots=True)
class Target:
    """The wallet a command works on; ``names_hotkey`` when a hotkey was named, not just defaulted."""

    settings: Settings
    store: "WalletStore"
    names_hotkey: bool

    @classmethod
    def load(cls, wallet: str | None, hotkey: str | None, wallet_path: Path | None) -> "Target":
        """From the options, the environment and the settings file."""
        settings = load_settings(wallet=wallet, hotkey=hotkey, wallet_path=wallet_path)
        named = settings.origins["hotkey"] == "command line"
        return cls(settings, bootstrap.build_wallets(settings), named)

    def existing(self, *, use_hotkey: bool = False) -> "KeyPlace":
        """The hotkey when one is named (or asked for), else the coldkey; it must exist."""
        if use_hotkey or self.names_hotkey:
            return self.store.hotkey(self.settings.wallet, self.settings.hotkey)
        return self.store.coldkey(self.settings.wallet)

    def new(self, *, use_hotkey: bool = False) -> "KeyPlace":
        """The same for a key that is to be written."""
        if use_hotkey or self.names_hotkey:
            return self.store.new_hotkey(self.settings.wallet, self.settings.hotkey)
        return self.store.new_coldkey(self.settings.wallet)


def key_facts(place: "KeyPlace", address: Address, crypto_type: int) -> dict[str, JsonValue]:
    """What scripts get about one key; nothing of it is secret."""
    return {
        "wallet": place.wallet,
        "hotkey": place.hotkey,
        "address": address.ss58,
        "public_key": "0x" + address.public_key.hex(),
        "crypto_type": crypto_name(crypto_type),
    }


def backup_lines(backups: tuple[Path, ...]) -> str:
    """What is said about files that were kept."""
    return "".join(f"\nkept: {path}" for path in backups)
