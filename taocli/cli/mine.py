"""``taocli mine``: checks, registers if asked to, serves a model, and says what it does.

Lines about the miner's state go to stderr; with ``--json`` they are records on stdout, one a line.
The first SIGTERM or Ctrl-C drains, the second ends at once.
"""

import asyncio
import logging
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taocli import bootstrap
from taocli.cli.options import (
    HotkeyName,
    Json,
    Netuid,
    Network,
    PasswordFd,
    PasswordFile,
    WalletName,
    WalletPath,
    Yes,
)
from taocli.cli.output import mode, note, stream_record
from taocli.cli.prompt import confirm
from taocli.cli.unlocking import PasswordInput, opening_of, unlock
from taocli.config import Settings, load_settings
from taocli.domain.address import Address
from taocli.domain.balance import Balance, tao
from taocli.domain.errors import ChainRefused, KeyMissing, UnsupportedKey, UsageError
from taocli.domain.ports import Chain
from taocli.domain.status import MinerState
from taocli.services.signing import plan_while_opening

if TYPE_CHECKING:
    from taocli.domain.extrinsic import Plan
    from taocli.miner.parts import MinerOptions, MinerParts
    from taocli.wallet.places import KeyPlace

_SR25519 = 1


def mine(
    netuid: Netuid,
    gpu: Annotated[
        str, typer.Option("--gpu", help="GPU index, several as 0,1, or auto, or cpu.")
    ] = "auto",
    model: Annotated[
        Path | None,
        typer.Option("--model", help="Model directory; a small shipped one on a localnet."),
    ] = None,
    wallet: WalletName = None,
    hotkey: HotkeyName = None,
    wallet_path: WalletPath = None,
    network: Network = None,
    register: Annotated[
        bool, typer.Option("--register", help="Pay for a slot if the hotkey has none.")
    ] = False,
    max_burn: Annotated[
        str, typer.Option("--max-burn", help="The most a slot may cost, in TAO.")
    ] = "1.0",
    port: Annotated[
        int, typer.Option("--port", "--axon.port", min=0, max=65535, help="Port to serve on.")
    ] = 8091,
    axon_ip: Annotated[
        str | None, typer.Option("--axon-ip", "--axon.ip", help="Address to listen on.")
    ] = None,
    external_ip: Annotated[
        str | None,
        typer.Option(
            "--external-ip", "--axon.external_ip", help="Address that validators reach you at."
        ),
    ] = None,
    yes: Yes = False,
    password_file: PasswordFile = None,
    password_fd: PasswordFd = None,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Serve a model to a subnet's validators.

    Example: taocli mine --subnet 1 --gpu 0 --network local --register --max-burn 1.0
    """
    settings = load_settings(network=network, wallet=wallet, hotkey=hotkey, wallet_path=wallet_path)
    purse = Purse(settings, tao(max_burn), password_file, password_fd, ask=not yes)
    place = Place(netuid, port, axon_ip, external_ip)
    stopped_by = asyncio.run(_mine(settings, place, model, gpu, purse if register else None))
    if stopped_by is not None:
        raise typer.Exit(128 + stopped_by)


@dataclass(frozen=True, slots=True)
class Place:
    """Where to serve: subnet, port, and the addresses to listen on and to announce."""

    netuid: int
    port: int
    axon_ip: str | None
    external_ip: str | None


@dataclass(frozen=True, slots=True)
class Purse:
    """How a slot may be paid for: the price limit, the password's sources, and whether to ask first."""

    settings: Settings
    limit: Balance
    password_file: Path | None
    password_fd: int | None
    ask: bool

    async def pay(self, chain: Chain, netuid: int, hotkey: Address) -> None:
        """Plan, ask, open the coldkey and register.

        Opening takes three seconds, and a person may have taken a minute: the plan is made anew
        meanwhile, so that what is signed is what holds now.
        """
        place = bootstrap.build_wallets(self.settings).coldkey(self.settings.wallet)
        payer = self._payer(place)

        async def plan() -> "Plan | None":
            return await _plan(chain, payer, hotkey, netuid, self.limit)

        if self.ask and not await self._agreed(plan):
            return
        given = PasswordInput(self.password_file, self.password_fd)
        with _plain_interrupt():
            opening = opening_of(place, given)
        fresh, signer = await plan_while_opening(plan(), opening)
        if fresh is not None:
            await chain.submit(fresh, signer)

    async def _agreed(self, plan: "Callable[[], Awaitable[Plan | None]]") -> bool:
        """Show what it costs and ask; False when there is nothing to pay for."""
        found = await plan()
        if found is None:
            return False
        for effect in found.effects:
            note(f"  {effect.label}: {effect.before} -> {effect.after}")
        with _plain_interrupt():
            confirm(f"Pay up to {self.limit} and a fee of {found.fee} for a slot?")
        return True

    def _payer(self, place: "KeyPlace") -> Address:
        from taocli.wallet.reading import address_of  # noqa: PLC0415 - see _mine

        payer = address_of(place)
        if payer is None or not place.private.exists():
            raise KeyMissing(
                f"Wallet {self.settings.wallet} has no coldkey on this machine to pay with.",
                why="Registering is paid by the coldkey; it is not here, as it should be.",
                fix="Register where the coldkey lies, then mine here without --register.",
            )
        return payer


async def _plan(
    chain: Chain, payer: Address, hotkey: Address, netuid: int, limit: Balance
) -> "Plan | None":
    from taocli.services.registration import plan_registration  # noqa: PLC0415 - see _mine

    plan = await plan_registration(chain, payer, hotkey, netuid, limit)
    if plan is not None and plan.blockers:
        raise ChainRefused("The chain would refuse to register.", why=" ".join(plan.blockers))
    return plan


async def _mine(
    settings: Settings, place: Place, model: Path | None, gpu: str, purse: Purse | None
) -> signal.Signals | None:
    """Run a miner to its end; returns the signal that ended it."""
    from taocli.miner.runtime import Miner  # noqa: PLC0415 - --help needs no miner

    _start_logging()
    options, parts = await _prepare(settings, place, model, gpu, purse)
    miner = Miner(options, parts)
    received: list[signal.Signals] = []

    def stop(number: signal.Signals) -> None:
        if received:
            os._exit(128 + number)  # the second signal: now means now
        received.append(number)
        miner.request_stop()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, number)
    await miner.run()
    return received[0] if received else None


async def _prepare(
    settings: Settings, place: Place, model: Path | None, gpu: str, purse: Purse | None
) -> "tuple[MinerOptions, MinerParts]":
    from taocli.miner.address import choose_address  # noqa: PLC0415 - see _mine
    from taocli.miner.parts import MinerOptions, MinerParts  # noqa: PLC0415
    from taocli.subnets.registry import for_netuid, network_label  # noqa: PLC0415

    adaptor = for_netuid(settings.network, place.netuid)
    adaptor.preflight(settings.network)
    held = bootstrap.build_wallets(settings).hotkey(settings.wallet, settings.hotkey)
    with _plain_interrupt():  # an encrypted one: the environment knows its password, or a person
        hotkey = unlock(held, PasswordInput()).key
    if hotkey.crypto_type != _SR25519:
        raise UnsupportedKey(
            f"The hotkey {settings.hotkey} is not an sr25519 key.",
            why="Validators' requests and an axon's identity are sr25519 on this wire.",
            fix="Mine with a hotkey made by taocli wallet create.",
        )
    local = network_label(settings.network) == "local"
    folder = _model_folder(model, local=local)
    directory = bootstrap.miner_directory(settings, place.netuid, hotkey.address)
    options = MinerOptions(
        network=settings.network,
        netuid=place.netuid,
        address=choose_address(settings.network, place.axon_ip, place.external_ip),
        port=place.port,
        directory=directory,
        device=gpu,
        model=folder.name,
        refresh_s=3.0 if local else 60.0,
    )
    parts = MinerParts(
        connect=lambda: bootstrap.build_chain(settings),
        hotkey=hotkey,
        adaptor=adaptor,
        worker=await bootstrap.build_worker(folder, gpu, directory),
        register=None if purse is None else partial(_pay, purse, place.netuid, hotkey.address),
        say=_say,
    )
    return options, parts


async def _pay(purse: Purse, netuid: int, hotkey: Address, chain: Chain) -> None:
    await purse.pay(chain, netuid, hotkey)


def _model_folder(model: Path | None, *, local: bool) -> Path:
    from taocli.miner.preflight import check_model  # noqa: PLC0415 - see _mine

    if model is None and not local:
        raise UsageError(
            "Which model?",
            why="Only a localnet is served by the small model that comes with taocli.",
            fix="Name a model directory with --model.",
        )
    folder = model or bootstrap.shipped_model()
    check_model(folder)
    return folder


def _say(state: MinerState, detail: str) -> None:
    if mode.json:
        stream_record({"kind": "state", "at": time.time(), "state": state.value, "detail": detail})
    else:
        note(f"{time.strftime('%H:%M:%S')}  {state.value:<12} {detail}")


def _start_logging() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s  %(levelname)-12s %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)  # strangers' broken HTTP is no news


@contextmanager
def _plain_interrupt() -> Iterator[None]:
    """Let Ctrl-C end a question at once: asyncio's handler would wait for the answer."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
