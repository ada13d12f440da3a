"""The composition root: the only module that names concrete adapters behind the ports.

Everything is imported inside the function that builds it, so that a command pays only for what it uses.
"""

from typing import TYPE_CHECKING

from taocli.config import Settings, cache_dir

if TYPE_CHECKING:
    from taocli.domain.ports import Chain
    from taocli.localnet.genesis import FundedAccount
    from taocli.localnet.node import Localnet
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


def build_localnet(
    *, profile: str, tempo: int | None, block_time: float | None, port: int
) -> "Localnet":
    """A dev chain at genesis, not yet started; ``block_time`` in seconds, None for on demand."""
    from taocli.localnet import assemble  # noqa: PLC0415

    return assemble.build_localnet(profile=profile, tempo=tempo, block_time=block_time, port=port)


def localnet_accounts(profile: str) -> "tuple[FundedAccount, ...]":
    """The development accounts that a profile gives money to."""
    from taocli.localnet.genesis import funded_accounts  # noqa: PLC0415

    return funded_accounts(profile)
