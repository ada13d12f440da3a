"""The composition root: the only module that names concrete adapters behind the ports.

Everything is imported inside the function that builds it, so that a command pays only for what it uses.
"""

from typing import TYPE_CHECKING

from taocli.config import Settings, cache_dir

if TYPE_CHECKING:
    from taocli.domain.ports import Chain
    from taocli.wallet.store import WalletStore


def build_wallets(settings: Settings) -> "WalletStore":
    """The wallets on this machine."""
    from taocli.wallet.store import WalletStore  # noqa: PLC0415 - see the module docstring

    return WalletStore(settings.wallet_path)


async def build_chain(settings: Settings) -> "Chain":
    """Connect to the network of the settings; the caller closes it."""
    from taocli.chain.client import SubstrateChain  # noqa: PLC0415
    from taocli.chain.networks import resolve_network  # noqa: PLC0415

    return await SubstrateChain.connect(resolve_network(settings.network), cache_dir())
