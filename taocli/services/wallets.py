"""Making wallets: both keys derived, checked by a second route, shown, and then written.

Making and writing are two steps, so that a shell can show the recovery phrases in between: a phrase
that was seen and not written costs nothing, one that was written and never seen costs a wallet.
"""

from dataclasses import dataclass, field
from pathlib import Path

from taocli.domain.address import Address
from taocli.services.key_making import new_secret, secret_from_uri
from taocli.wallet.keyfile import Secret
from taocli.wallet.keypair import SR25519
from taocli.wallet.store import WalletStore
from taocli.wallet.writing import write_key


@dataclass(frozen=True, slots=True)
class WalletKeys:
    """A coldkey and a hotkey that are not on disk yet."""

    cold: Secret = field(repr=False)
    hot: Secret = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewWallet:
    """A wallet that was just written, and the backups of what it replaced."""

    coldkey: Address
    hotkey: Address
    backups: tuple[Path, ...] = ()


def make_keys(words: int = 12, cold_type: int = SR25519, hot_type: int = SR25519) -> WalletKeys:
    """A coldkey and a hotkey with phrases of their own, each derived twice."""
    return WalletKeys(new_secret(words, cold_type), new_secret(words, hot_type))


def make_dev_keys(uri: str, hotkey: str) -> WalletKeys:
    """Keys from a URI: the coldkey is URI, the hotkey URI//HOTKEY. For localnets only."""
    cold = secret_from_uri(uri, dev=True)
    return WalletKeys(cold, secret_from_uri(f"{uri}//{hotkey}", dev=True))


def write_wallet(
    store: WalletStore,
    wallet: str,
    hotkey: str,
    keys: WalletKeys,
    password: str | None,
    *,
    overwrite: bool = False,
) -> NewWallet:
    """Write both keys; ``password`` None leaves the coldkey plain.

    Nothing is overwritten unless asked for, and then the old files stay under dated names.
    """
    if not overwrite:
        store.refuse_taken(wallet, hotkey)
    backups = write_key(store.new_coldkey(wallet), keys.cold, password, overwrite=overwrite)
    backups += write_key(store.new_hotkey(wallet, hotkey), keys.hot, None, overwrite=overwrite)
    return NewWallet(keys.cold.key.address, keys.hot.key.address, backups)


def create_wallet(
    store: WalletStore, wallet: str, hotkey: str, password: str | None, words: int = 12
) -> NewWallet:
    """Make and write a wallet in one step, for callers that need no phrases."""
    store.refuse_taken(wallet, hotkey)
    return write_wallet(store, wallet, hotkey, make_keys(words), password)


def create_dev_wallet(
    store: WalletStore, wallet: str, hotkey: str, uri: str, password: str | None
) -> NewWallet:
    """Make and write development keys in one step."""
    store.refuse_taken(wallet, hotkey)
    return write_wallet(store, wallet, hotkey, make_dev_keys(uri, hotkey), password)
