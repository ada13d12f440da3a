"""Making wallets: both keys derived, checked by a second route, and written in the safe order."""

from dataclasses import dataclass, field

from taocli.domain.address import Address
from taocli.wallet.agreement import check_phrase_key, check_signing
from taocli.wallet.derivation import keypair_from_uri
from taocli.wallet.keyfile import Secret
from taocli.wallet.keypair import SR25519, Keypair
from taocli.wallet.mnemonic import mini_secret, new_phrase
from taocli.wallet.store import WalletStore


@dataclass(frozen=True, slots=True)
class NewWallet:
    """A wallet that was just written; the phrases are for showing once."""

    coldkey: Address
    hotkey: Address
    coldkey_phrase: str | None = field(repr=False)
    hotkey_phrase: str | None = field(repr=False)


def create_wallet(
    store: WalletStore, wallet: str, hotkey: str, password: str | None, words: int = 12
) -> NewWallet:
    """Make a coldkey and a hotkey with phrases of their own; ``password`` None leaves the coldkey plain."""
    store.refuse_taken(wallet, hotkey)
    cold, hot = _from_phrase(new_phrase(words)), _from_phrase(new_phrase(words))
    return _write(store, wallet, hotkey, cold, hot, password)


def create_dev_wallet(
    store: WalletStore, wallet: str, hotkey: str, uri: str, password: str | None
) -> NewWallet:
    """Make keys from a URI: the coldkey is URI, the hotkey URI//HOTKEY. For localnets only."""
    store.refuse_taken(wallet, hotkey)
    cold = Secret(keypair_from_uri(uri, SR25519, dev=True))
    hot = Secret(keypair_from_uri(f"{uri}//{hotkey}", SR25519, dev=True))
    for secret in (cold, hot):
        check_signing(secret.key)
    return _write(store, wallet, hotkey, cold, hot, password)


def _from_phrase(phrase: str) -> Secret:
    seed = mini_secret(phrase)
    key = Keypair.from_seed(seed)
    check_phrase_key(phrase, key)
    check_signing(key)
    return Secret(key, seed, phrase)


def _write(
    store: WalletStore,
    wallet: str,
    hotkey: str,
    cold: Secret,
    hot: Secret,
    password: str | None,
) -> NewWallet:
    store.create_coldkey(wallet, cold, password)
    store.create_hotkey(wallet, hotkey, hot)
    return NewWallet(cold.key.address, hot.key.address, cold.phrase, hot.phrase)
