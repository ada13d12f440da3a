"""``taocli wallet``: make and list coldkeys and hotkeys."""

from typing import TYPE_CHECKING, Annotated

import typer

from taocli import bootstrap
from taocli.cli.group import new_app
from taocli.cli.options import (
    HotkeyName,
    Json,
    PasswordFd,
    PasswordFile,
    WalletName,
    WalletPath,
)
from taocli.cli.output import JsonValue, emit, note
from taocli.cli.prompt import ask_password, has_terminal, show_secret_once
from taocli.config import load_settings
from taocli.domain.errors import NoTerminal, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from taocli.services.wallets import NewWallet, WalletKeys
    from taocli.wallet.store import KeyEntry, WalletEntry, WalletStore

app = new_app("Create and list coldkeys and hotkeys.")


@app.command()
def create(
    wallet: WalletName = None,
    hotkey: HotkeyName = None,
    wallet_path: WalletPath = None,
    words: Annotated[int, typer.Option("--words", "--n-words", help="12, 15, 18, 21 or 24.")] = 12,
    password_file: PasswordFile = None,
    password_fd: PasswordFd = None,
    allow_weak_password: Annotated[
        bool, typer.Option("--allow-weak-password", help="Take a password that is easy to guess.")
    ] = False,
    uri: Annotated[
        str | None,
        typer.Option(help="Make development keys from a URI such as //Alice; needs --dev."),
    ] = None,
    dev: Annotated[
        bool, typer.Option("--dev", help="These keys are public and for localnets only.")
    ] = False,
    show_secret: Annotated[
        bool, typer.Option("--show-secret", help="Print the phrases where there is no terminal.")
    ] = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Make a coldkey and a hotkey.

    The coldkey is encrypted with a password; its recovery phrase is shown once. Development keys
    (--uri //Alice --dev) stay unencrypted unless a password is given.

    Example: taocli wallet create --wallet alice
    """
    settings = load_settings(wallet=wallet, hotkey=hotkey, wallet_path=wallet_path)
    store = bootstrap.build_wallets(settings)
    if (uri is None) == dev:
        raise UsageError(
            "--uri and --dev belong together.",
            why="Keys from a URI stand on a public phrase; --dev says that you know.",
            fix="Use taocli wallet create --uri //Alice --dev.",
        )
    store.refuse_taken(settings.wallet, settings.hotkey)
    if uri is None and not show_secret and not has_terminal():
        raise NoTerminal(
            "The recovery phrase could not be shown.",
            why="Input or output is redirected, and a phrase that nobody saw is a lost wallet.",
            fix="Run it in a terminal, or add --show-secret to print the phrases.",
        )
    from taocli.wallet.hardening import protect_process  # noqa: PLC0415 - help needs none of it

    protect_process()
    keyfile = store.root / settings.wallet / "coldkey"
    password = _new_password(
        keyfile, password_file, password_fd, allow_weak_password, ask=uri is None
    )
    keys = _make_keys(uri, settings.hotkey, words, plain=password is None)
    phrases = _phrases(keys, settings.wallet, settings.hotkey)
    if phrases and not show_secret:
        show_secret_once(phrases)
    made = _write(store, settings.wallet, settings.hotkey, keys, password)
    _report(made, settings.wallet, settings.hotkey, phrases if show_secret else "")


@app.command("list")
def list_wallets(
    wallet_path: WalletPath = None,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """List the wallets on this machine; no password is needed.

    Example: taocli wallet list
    """
    store = bootstrap.build_wallets(load_settings(wallet_path=wallet_path))
    entries = store.list()
    data: list[JsonValue] = [_wallet_json(entry) for entry in entries]
    emit({"path": str(store.root), "wallets": data}, lambda console: _draw(console, store, entries))


def _new_password(
    keyfile: "Path",
    password_file: "Path | None",
    password_fd: int | None,
    allow_weak: bool,
    *,
    ask: bool,
) -> str | None:
    from taocli.wallet.passwords import check_strength, find_password  # noqa: PLC0415 - help needs none

    password = find_password(keyfile, password_file, password_fd)
    if password is None and ask:
        password = ask_password("Password for the coldkey", confirm=True)
    if password is not None and not allow_weak:
        check_strength(password)
    return password


def _make_keys(uri: str | None, hotkey: str, words: int, *, plain: bool) -> "WalletKeys":
    from taocli.services.wallets import make_dev_keys, make_keys  # noqa: PLC0415 - see create

    if uri is None:
        return make_keys(words)
    if plain:
        note("The development coldkey is stored unencrypted; everybody knows it anyway.")
    return make_dev_keys(uri, hotkey)


def _write(
    store: "WalletStore", wallet: str, hotkey: str, keys: "WalletKeys", password: str | None
) -> "NewWallet":
    from taocli.services.wallets import write_wallet  # noqa: PLC0415 - see create

    if password is not None:
        note("Encrypting the coldkey; this takes about three seconds.")
    return write_wallet(store, wallet, hotkey, keys, password)


def _phrases(keys: "WalletKeys", wallet: str, hotkey: str) -> str:
    if keys.cold.phrase is None:
        return ""
    return (
        f"Recovery phrase of coldkey {wallet}:\n\n    {keys.cold.phrase}\n\n"
        f"Recovery phrase of hotkey {hotkey}:\n\n    {keys.hot.phrase}\n\n"
        "Who has the first has your funds. Write both on paper; they are not shown again."
    )


def _report(made: "NewWallet", wallet: str, hotkey: str, phrases: str) -> None:
    data: dict[str, JsonValue] = {
        "wallet": wallet,
        "hotkey": hotkey,
        "coldkey_address": made.coldkey.ss58,
        "hotkey_address": made.hotkey.ss58,
    }
    names = (f"coldkey {wallet}", f"hotkey {wallet}/{hotkey}")
    width = max(map(len, names))
    text = f"{names[0]:<{width}}  {made.coldkey}\n{names[1]:<{width}}  {made.hotkey}"
    if phrases:
        data |= {"coldkey_phrase": made.coldkey_phrase, "hotkey_phrase": made.hotkey_phrase}
        text += f"\n\n{phrases}"
    emit(data, text)


def _wallet_json(entry: "WalletEntry") -> JsonValue:
    return {
        "name": entry.name,
        "coldkey": None if entry.coldkey is None else _key_json(entry.coldkey),
        "hotkeys": [_key_json(key) for key in entry.hotkeys],
    }


def _key_json(key: "KeyEntry") -> JsonValue:
    return {
        "name": key.name,
        "address": None if key.address is None else key.address.ss58,
        "encrypted": key.encrypted,
        "problem": key.problem or None,
    }


def _draw(console: "Console", store: "WalletStore", entries: "tuple[WalletEntry, ...]") -> None:
    if not entries:
        console.print(f"No wallets in {store.root}. Make one with taocli wallet create.")
        return
    from rich.tree import Tree  # noqa: PLC0415 - only this drawing needs it

    for entry in entries:
        tree = Tree(f"{entry.name}  {_shown(entry.coldkey)}")
        for hotkey in entry.hotkeys:
            tree.add(f"{hotkey.name}  {_shown(hotkey)}")
        console.print(tree, soft_wrap=True)


def _shown(key: "KeyEntry | None") -> str:
    if key is None:
        return "(hotkeys only)"
    if key.problem:
        return f"({key.problem})"
    address = key.address.ss58 if key.address else "(encrypted, address unknown)"
    return address if key.encrypted is not None else f"{address}  (public half only)"
