"""``taocli unlock`` and ``taocli lock``: hold a key open for a while, so that scripts need no password."""

from typing import TYPE_CHECKING, Annotated

import typer

from taocli.cli.options import (
    HotkeyName,
    Json,
    PasswordFd,
    PasswordFile,
    WalletName,
    WalletPath,
)
from taocli.cli.output import JsonValue, emit, note
from taocli.cli.unlocking import PasswordInput
from taocli.cli.unlocking import unlock as open_key
from taocli.cli.wallet.target import Target, key_facts

if TYPE_CHECKING:
    from taocli.domain.address import Address
    from taocli.wallet.places import KeyPlace


def unlock(
    lifetime: Annotated[
        str | None,
        typer.Option(
            "--for",
            help="How long to hold it open: 10m, 90s, 1h. Without it, only a test.",
            show_default=False,
        ),
    ] = None,
    wallet: WalletName = None,
    hotkey: HotkeyName = None,
    wallet_path: WalletPath = None,
    password_file: PasswordFile = None,
    password_fd: PasswordFd = None,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Open a key once, and hold it open for a while.

    A process of yours keeps the key in memory and signs for later commands; it never gives the key
    out, and forgets it when the time is over or at `taocli lock`. Without --for the password is only
    tried.

    Example: taocli unlock --wallet alice --for 10m
    """  # fmt: skip
    from taocli.agent.client import describe_agent, hold, parse_lifetime  # noqa: PLC0415 - help needs none of it

    seconds = None if lifetime is None else parse_lifetime(lifetime)
    place = Target.load(wallet, hotkey, wallet_path).existing()
    key = open_key(place, PasswordInput(password_file, password_fd)).key
    data = key_facts(place, key.address, key.crypto_type)
    if seconds is None:
        emit(data | {"held_s": 0}, f"{place.label} opens: {key.address}")
        return
    hold(key, place.label, seconds)
    agent = describe_agent()
    if agent is not None and not agent.keys_locked:
        note("warning: this system does not let the agent keep the key out of swap.")
    emit(
        data | {"held_s": seconds},
        f"{place.label} is held open for {lifetime}; taocli lock ends it.",
    )


def lock(
    wallet: WalletName = None,
    hotkey: HotkeyName = None,
    wallet_path: WalletPath = None,
    show: Annotated[
        bool, typer.Option("--list", help="Only say which keys are held, and how long still.")
    ] = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Let go of keys that are held open: all, or the one that is named.

    Example: taocli lock
    """
    from taocli.agent.client import held_keys  # noqa: PLC0415 - help needs none of it
    from taocli.agent.client import lock as let_go  # noqa: PLC0415

    if show:
        held = held_keys()
        rows: list[JsonValue] = [
            {"label": key.label, "address": key.address.ss58, "seconds_left": key.seconds_left}
            for key in held
        ]
        lines = [f"{key.label}  {key.address}  {key.seconds_left} s left" for key in held]
        emit(rows, "\n".join(lines) or "No key is held open.")
        return
    named = wallet is not None or hotkey is not None
    place = Target.load(wallet, hotkey, wallet_path).existing() if named else None
    dropped = let_go(None if place is None else _address(place))
    emit({"locked": dropped}, f"Let go of {dropped} {'key' if dropped == 1 else 'keys'}.")


def _address(place: "KeyPlace") -> "Address":
    from taocli.domain.errors import WalletError  # noqa: PLC0415 - help needs none of it
    from taocli.wallet.reading import address_of, no_private_half  # noqa: PLC0415

    found = address_of(place)
    if found is None and not place.private.exists():
        raise no_private_half(place)
    if found is None:
        raise WalletError(
            f"The address of {place.label} is not known without its password.",
            fix="Use taocli lock alone, which lets go of every key.",
        )
    return found
