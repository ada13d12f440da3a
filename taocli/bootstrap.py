"""The composition root: the only module that names concrete adapters behind the ports.

Everything is imported inside the function that builds it, so that a command pays only for what it uses.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from taocli.config import Settings, cache_dir

if TYPE_CHECKING:
    from collections.abc import Callable

    from taocli.domain.address import Address
    from taocli.domain.balance import Balance
    from taocli.domain.extrinsic import Receipt
    from taocli.domain.ports import Chain, Signer
    from taocli.feeds.collector import Collector
    from taocli.feeds.miner_feed import MinerDirectory
    from taocli.feeds.readings import Watched
    from taocli.feeds.store import Store
    from taocli.localnet.genesis import FundedAccount
    from taocli.localnet.node import LocalNode
    from taocli.localnet.recipe import Recipe
    from taocli.miner.parts import ModelWorker
    from taocli.services.accounts import Accounts
    from taocli.services.address_book import AddressBook
    from taocli.services.wallets import NewWallet
    from taocli.validator.entering import ValidatorKeys
    from taocli.wallet.places import KeyPlace
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
    recipe: "Recipe", *, port: int, data: Path | None = None, listen: str = "127.0.0.1"
) -> "LocalNode":
    """A dev chain, not yet started; it lives in the directory ``data`` if given, else in memory."""
    from taocli.localnet import assemble  # noqa: PLC0415

    return assemble.build_localnet(recipe, port=port, data=data, listen=listen)


def localnet_accounts(recipe: "Recipe") -> "tuple[FundedAccount, ...]":
    """The development accounts that block 0 of a recipe gives money to."""
    from taocli.localnet.driving import accounts  # noqa: PLC0415

    return accounts(recipe)


def build_miner_feed(network: str, netuid: int, hotkey: "Address") -> "MinerDirectory":
    """What the miner of this hotkey on this machine says about itself; the caller closes it."""
    from taocli.feeds.miner_feed import MinerDirectory  # noqa: PLC0415
    from taocli.feeds.status_wire import rendezvous  # noqa: PLC0415

    place = rendezvous(_network_key(network), netuid, hotkey.ss58)
    return MinerDirectory(place, netuid, hotkey.ss58)


def resolve_watched(settings: Settings, netuid: int, address: str | None) -> "Watched":
    """Whose numbers to show: an address or its name, or the wallet's hotkey; no key at all is no error.

    A wallet that was named and is not there raises ``WalletNotFound``; one that holds a coldkey and no
    hotkey is watched by its coldkey alone. Only public halves are read.
    """
    from taocli.domain.errors import WalletNotFound  # noqa: PLC0415
    from taocli.feeds.readings import Watched  # noqa: PLC0415

    if address is not None:
        named = build_accounts(settings).resolve(address)
        return Watched(settings.network, netuid, named.address)
    store = build_wallets(settings)
    label = f"{settings.wallet}/{settings.hotkey}"
    try:
        hotkey = store.hotkey_address(settings.wallet, settings.hotkey)
    except WalletNotFound:
        if settings.origins.get("hotkey") != "default":
            raise
        entry = next((entry for entry in store.list() if entry.name == settings.wallet), None)
        watch_only = entry is not None and entry.coldkey is not None and not entry.hotkeys
        if settings.origins.get("wallet") != "default" and not watch_only:
            raise
        coldkey = store.coldkey_address(settings.wallet) if watch_only else None
        return Watched(settings.network, netuid, None, coldkey)
    coldkey = store.coldkey_address(settings.wallet)
    return Watched(settings.network, netuid, hotkey, coldkey, label)


def build_collector(settings: Settings, store: "Store") -> "Collector":
    """The feeds that fill ``store``: the chain, and the miner of the watched hotkey if there is one."""
    from taocli.feeds.chain_feed import ChainFeed  # noqa: PLC0415
    from taocli.feeds.collector import Collector, Feed  # noqa: PLC0415
    from taocli.feeds.miner_feed import MinerPolling  # noqa: PLC0415

    watched = store.watched
    feeds: list[Feed] = [ChainFeed(lambda: build_chain(settings), store)]
    if watched.hotkey is not None:
        directory = build_miner_feed(watched.network, watched.netuid, watched.hotkey)
        feeds.append(MinerPolling(directory, store))
    return Collector(store, feeds)


def miner_directory(settings: Settings, netuid: int, hotkey: "Address") -> Path:
    """Where the miner of this hotkey keeps its lock, sockets and last will."""
    from taocli.feeds.status_wire import rendezvous  # noqa: PLC0415

    return rendezvous(_network_key(settings.network), netuid, hotkey.ss58)


def has_mined() -> bool:
    """Whether a miner has run on this machine in this login session: it leaves its last will behind."""
    from taocli.config import runtime_dir  # noqa: PLC0415
    from taocli.feeds.status_wire import STATE_NAME  # noqa: PLC0415

    return any(runtime_dir().glob(f"*/*/{STATE_NAME}"))


def shipped_model() -> Path:
    """The directory of the small model that comes with taocli and adds numbers."""
    import importlib.resources  # noqa: PLC0415

    return Path(str(importlib.resources.files("taocli.models") / "sums"))


async def build_worker(model: Path, device: str, runtime: Path) -> "ModelWorker":
    """A model worker, not yet started; ``NoGpu`` when the device is not on this machine."""
    from taocli.worker.devices import resolve_device  # noqa: PLC0415
    from taocli.worker.supervisor import WorkerSupervisor  # noqa: PLC0415

    return WorkerSupervisor(model, await resolve_device(device), runtime)


def is_local(settings: Settings) -> bool:
    """Whether the network is a chain on this machine."""
    from taocli.chain.networks import resolve_network  # noqa: PLC0415

    return all(
        "://127." in url or "://localhost" in url
        for url in resolve_network(settings.network).endpoints
    )


def build_validator_keys(
    settings: Settings, open_key: "Callable[[KeyPlace], Signer] | None"
) -> "ValidatorKeys":
    """The wallet's keys through ``open_key``, else development keys; //Alice pays on a localnet."""
    from taocli.localnet.dev_keys import dev_key  # noqa: PLC0415
    from taocli.validator.entering import ValidatorKeys  # noqa: PLC0415

    if open_key is None:
        return ValidatorKeys(dev_key("Validator"), dev_key("ValidatorHotkey"), dev_key("Alice"))
    store = build_wallets(settings)
    return ValidatorKeys(
        open_key(store.coldkey(settings.wallet)),
        open_key(store.hotkey(settings.wallet, settings.hotkey)),
        dev_key("Alice"),
    )


async def fund_from_dev_account(chain: "Chain", account: "Address", amount: "Balance") -> "Receipt":
    """Send TAO from //Alice, who is rich on localnets only."""
    from taocli.localnet.dev_keys import dev_key  # noqa: PLC0415
    from taocli.services.balances import plan_transfer  # noqa: PLC0415

    patron = dev_key("Alice")
    return await chain.submit(await plan_transfer(chain, patron.address, account, amount), patron)


async def make_dev_wallet(
    settings: Settings, chain: "Chain", wallet: str, hotkey: str
) -> "NewWallet":
    """A throwaway wallet on disk, its coldkey plain and funded with 10 TAO by the dev account."""
    import asyncio  # noqa: PLC0415
    import secrets  # noqa: PLC0415

    from taocli.domain.balance import tao  # noqa: PLC0415
    from taocli.services.wallets import create_dev_wallet  # noqa: PLC0415

    uri = f"//demo-{secrets.token_hex(8)}"
    made = await asyncio.to_thread(
        create_dev_wallet, build_wallets(settings), wallet, hotkey, uri, None
    )
    await fund_from_dev_account(chain, made.coldkey, tao(10))
    return made


def build_accounts(settings: Settings) -> "Accounts":
    """The names of accounts that this machine knows: its wallets and the address book."""
    from taocli.services.accounts import Accounts  # noqa: PLC0415

    return Accounts(build_wallets(settings), build_address_book())


def build_address_book() -> "AddressBook":
    """The address book, beside the settings file."""
    from taocli.config import config_file  # noqa: PLC0415
    from taocli.services.address_book import AddressBook  # noqa: PLC0415

    return AddressBook(config_file().with_name("addresses.json"))


def _network_key(network: str) -> str:
    """One spelling for a network, so that ``local`` and its URL meet in the same directory."""
    from taocli.chain.networks import resolve_network  # noqa: PLC0415

    return resolve_network(network).endpoints[0]
