"""``taocli wallet list``, ``show`` and ``derive``: looking, without a password."""

import dataclasses
from typing import TYPE_CHECKING, Annotated

import typer

from taocli import bootstrap
from taocli.cli.options import (
    DevKeys,
    HotkeyName,
    Json,
    PasswordFd,
    PasswordFile,
    SecretFd,
    SecretFile,
    ShowSecret,
    WalletName,
    WalletPath,
    crypto_name,
)
from taocli.cli.output import JsonValue, emit
from taocli.cli.prompt import show_secret_once
from taocli.cli.unlocking import PasswordInput, unlock
from taocli.cli.wallet.phrases import numbered
from taocli.cli.wallet.target import Target
from taocli.config import load_settings
from taocli.domain.errors import KeyMissing
from taocli.domain.text import clean

if TYPE_CHECKING:
    from taocli.domain.address import Address
    from taocli.wallet.listing import KeyEntry, WalletEntry


def list_wallets(
    wallet: WalletName = None,
    wallet_path: WalletPath = None,
    coldkeys_only: Annotated[
        bool, typer.Option("--coldkeys-only", help="Leave the hotkeys out.")
    ] = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """List the wallets on this machine.

    No password is needed, and a file that cannot be read does not hide the others.

    Example: taocli wallet list
    """
    settings = load_settings(wallet=wallet, wallet_path=wallet_path)
    store = bootstrap.build_wallets(settings)
    if wallet is not None:
        store.coldkey(settings.wallet)  # says which was meant when there is none of this name
    entries = [entry for entry in store.list() if wallet is None or entry.name == settings.wallet]
    data: list[JsonValue] = [_wallet_json(entry, hotkeys=not coldkeys_only) for entry in entries]
    text = "\n".join(line for entry in entries for line in _tree(entry, hotkeys=not coldkeys_only))
    empty = f"No wallets in {store.root}. Make one with taocli wallet create."
    emit({"path": str(store.root), "wallets": data}, text or empty)


def show(
    wallet: WalletName = None,
    hotkey: HotkeyName = None,
    wallet_path: WalletPath = None,
    phrase: Annotated[
        bool,
        typer.Option("--phrase", help="Show the recovery phrase too, once; asks the password."),
    ] = False,
    show_secret: ShowSecret = False,
    password_file: PasswordFile = None,
    password_fd: PasswordFd = None,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Show one wallet: addresses, files, key kinds.

    With --phrase its recovery phrase is shown on the terminal and is gone at Enter; with --show-secret
    as well it is printed, for a pipe.

    Example: taocli wallet show --wallet alice
    """
    from taocli.wallet.listing import wallet_entry  # noqa: PLC0415 - help needs none of it

    target = Target.load(wallet, hotkey, wallet_path)
    store, name = target.store, target.settings.wallet
    store.coldkey(name)  # says which wallet was meant when there is none of this name
    entry = wallet_entry(store.root, name)
    if target.names_hotkey:
        named = tuple(key for key in entry.hotkeys if key.name == target.existing().hotkey)
        entry = dataclasses.replace(entry, hotkeys=named)
    data: dict[str, JsonValue] = {"path": str(store.root / name)}
    data |= dict(_wallet_json(entry, hotkeys=True))
    lines = [f"{store.root / name}", *_tree(entry, hotkeys=True)]
    if phrase:
        found = _phrase_of(target, PasswordInput(password_file, password_fd))
        if show_secret:
            data |= {"phrase": found}
            lines += ["", found]
        else:
            show_secret_once(f"Recovery phrase of {target.existing().label}:\n{numbered(found)}")
    emit(data, "\n".join(lines))


def derive(
    public_key: Annotated[
        str | None,
        typer.Option("--public-key", help="A public key in hexadecimal, or an address, instead."),
    ] = None,
    uri: Annotated[
        str | None, typer.Option(help="A public URI such as //Alice; needs --dev.")
    ] = None,
    secret_file: SecretFile = None,
    secret_fd: SecretFd = None,
    dev: DevKeys = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Show the addresses of a secret or a public key; write nothing.

    Example: taocli wallet derive --mnemonic-file phrase.txt
    """
    from taocli.cli.secret_input import SecretInput  # noqa: PLC0415 - help needs none of it
    from taocli.cli.wallet.creating import check_dev  # noqa: PLC0415

    if public_key is not None:
        _emit_addresses({"account": _account(public_key)})
        return
    if uri is not None:
        check_dev(uri, dev=dev)
    text = uri or SecretInput(secret_file, secret_fd).text("the key to look at")
    _emit_addresses(_derived(text, dev=dev))


def _derived(text: str, *, dev: bool) -> "dict[str, Address]":
    from taocli.domain.errors import TaoError  # noqa: PLC0415 - help needs none of it
    from taocli.services.key_making import secret_from_text  # noqa: PLC0415

    found = {"sr25519": secret_from_text(text, 1, dev=dev).key.address}
    try:
        found["ed25519"] = secret_from_text(text, 0, dev=dev).key.address
    except TaoError:  # soft paths and 64-byte keys exist for sr25519 only
        return found
    return found


def _account(text: str) -> "Address":
    from taocli.cli.wallet.watching import parse_public_key  # noqa: PLC0415 - help needs none
    from taocli.domain.address import Address  # noqa: PLC0415

    return (
        Address.parse(text) if text.startswith("5") and len(text) < 64 else parse_public_key(text)
    )


def _emit_addresses(found: "dict[str, Address]") -> None:
    from taocli.domain.accounts import truncated_h160  # noqa: PLC0415 - help needs none of it
    from taocli.domain.dev_accounts import dev_name  # noqa: PLC0415

    rows: dict[str, JsonValue] = {}
    lines = []
    for kind, address in found.items():
        known = dev_name(address)
        rows[kind] = {
            "address": address.ss58,
            "public_key": "0x" + address.public_key.hex(),
            "truncated_h160": "0x" + truncated_h160(address).hex(),
            "development_key": known,
        }
        lines.append(
            f"{kind:<8} {address}" + (f"  (public development key: {known})" if known else "")
        )
        lines.append(f"{'':<8} 0x{address.public_key.hex()}")
    emit(rows, "\n".join(lines))


def _phrase_of(target: Target, given: PasswordInput) -> str:
    place = target.existing()
    found = unlock(place, given).phrase
    if found is None:
        raise KeyMissing(
            f"The file of {place.label} holds no recovery phrase.",
            why="The key was made from a seed, a private key or a URI, or imported without one.",
            fix="Its file is its only backup: copy that, or use taocli wallet export.",
        )
    return found


def _wallet_json(entry: "WalletEntry", *, hotkeys: bool) -> dict[str, JsonValue]:
    return {
        "name": entry.name,
        "coldkey": None if entry.coldkey is None else _key_json(entry.coldkey),
        "hotkeys": [_key_json(key) for key in entry.hotkeys] if hotkeys else [],
        "evm_keys": list(entry.evm_keys),
    }


def _key_json(key: "KeyEntry") -> dict[str, JsonValue]:
    return {
        "name": key.name,
        "address": None if key.address is None else key.address.ss58,
        "crypto_type": crypto_name(key.crypto_type),
        "encrypted": key.encrypted,
        "encryption": None if key.encryption is None else key.encryption.label,
        "problem": key.problem or None,
    }


def _tree(entry: "WalletEntry", *, hotkeys: bool) -> list[str]:
    """Lines such as ``├── default  5F…``; names are other people's text once they are on a disk."""
    lines = [f"{clean(entry.name)}  {_shown(entry.coldkey, is_coldkey=True)}"]
    branches = [f"{clean(key.name)}  {_shown(key)}" for key in entry.hotkeys] if hotkeys else []
    branches += [f"{clean(name)}  (EVM key)" for name in entry.evm_keys] if hotkeys else []
    for place, branch in enumerate(branches, 1):
        lines.append(("└── " if place == len(branches) else "├── ") + branch)
    return lines


def _shown(key: "KeyEntry | None", *, is_coldkey: bool = False) -> str:
    if key is None:
        return "(hotkeys only)"
    if key.problem:
        return f"({clean(key.problem)})"
    address = key.address.ss58 if key.address else "(encrypted, address unknown)"
    notes = [] if key.crypto_type == 1 else [crypto_name(key.crypto_type)]
    if key.encrypted is None:
        notes.append("public half only")
    elif is_coldkey and not key.encrypted:
        notes.append("NOT ENCRYPTED")
    return f"{address}  ({', '.join(notes)})" if notes else address
