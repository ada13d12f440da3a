"""Making wallets: both keys derived, checked by a second route, shown, and then written.

Making and writing are two steps, so that a shell can show the recovery phrases in between: a phrase
that was seen and not written costs nothing, one that was written and never seen costs a wallet.
"""

from dataclasses import dataclass, field

from taocli.domain.address import Address
from taocli.wallet.agreement import check_phrase_key, check_signing
from taocli.wallet.derivation import keypair_from_uri
from taocli.wallet.keyfile import Secret
from taocli.wallet.keypair import SR25519, Keypair
from taocli.wallet.mnemonic import mini_secret, new_phrase
from taocli.wallet.store import WalletStore


@dataclass(frozen=True, slots=True)
class WalletKeys:
    """A coldkey and a hotkey that are not on disk yet."""

    cold: Secret = field(repr=False)
    hot: Secret = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewWallet:
    """A wallet that was just written; the phrases are for showing once."""

    coldkey: Address
    hotkey: Address
    coldkey_phrase: str | None = field(repr=False)
    hotkey_phrase: str | None = field(repr=False)


def make_keys(words: int = 12) -> WalletKeys:
    """A coldkey and a hotkey with phrases of their own, each derived twice."""
    return WalletKeys(_from_phrase(new_phrase(words)), _from_phrase(new_phrase(words)))


def make_dev_keys(uri: str, hotkey: str) -> WalletKeys:
    """Keys from a URI: the coldkey is URI, the hotkey URI//HOTKEY. For localnets only."""
    cold = Secret(keypair_from_uri(uri, SR25519, dev=True))
    hot = Secret(keypair_from_uri(f"{uri}//{hotkey}", SR25519, dev=True))
    for secret in (cold, hot):
        check_signing(secret.key)
    return WalletKeys(cold, hot)


def write_wallet(
    store: WalletStore, wallet: str, hotkey: str, keys: WalletKeys, password: str | None
) -> NewWallet:
    """Write both keys; ``password`` None leaves the coldkey plain. Nothing is ever overwritten."""
    store.refuse_taken(wallet, hotkey)
    store.create_coldkey(wallet, keys.cold, password)
    store.create_hotkey(wallet, hotkey, keys.hot)
    return NewWallet(keys.cold.key.address, keys.hot.key.address, keys.cold.phrase, keys.hot.phrase)


def create_wallet(
    store: WalletStore, wallet: str, hotkey: str, password: str | None, words: int = 12
) -> NewWallet:
    """Make and write a wallet in one step, for callers that show the phrases themselves."""
    store.refuse_taken(wallet, hotkey)
    return write_wallet(store, wallet, hotkey, make_keys(words), password)


def create_dev_wallet(
    store: WalletStore, wallet: str, hotkey: str, uri: str, password: str | None
) -> NewWallet:
    """Make and write development keys in one step."""
    store.refuse_taken(wallet, hotkey)
    return write_wallet(store, wallet, hotkey, make_dev_keys(uri, hotkey), password)


def _from_phrase(phrase: str) -> Secret:
    seed = mini_secret(phrase)
    key = Keypair.from_seed(seed)
    check_phrase_key(phrase, key)
    check_signing(key)
    return Secret(key, seed, phrase)
