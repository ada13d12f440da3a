"""``taocli addr``: names for accounts of other people, usable wherever an address is."""

from typing import Annotated

import typer

from taocli import bootstrap
from taocli.cli.group import new_app
from taocli.cli.options import Json, Overwrite, WalletPath
from taocli.cli.output import JsonValue, emit, note
from taocli.config import load_settings
from taocli.domain.errors import NameTaken

app = new_app("Keep addresses under names.")


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What to call it.")],
    address: Annotated[str, typer.Argument(help="The SS58 address.")],
    about: Annotated[str, typer.Option("--note", help="What to remember about it.")] = "",
    wallet_path: WalletPath = None,
    overwrite: Overwrite = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Write an address into the book.

    Example: taocli addr add exchange 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
    """
    from taocli.services.address_book import BookEntry  # noqa: PLC0415 - help needs none of it

    accounts = bootstrap.build_accounts(load_settings(wallet_path=wallet_path))
    named = accounts.resolve(address)
    if any(name == wallet.name for wallet in accounts.store.list()):
        raise NameTaken(
            f"{name} is a wallet on this machine.",
            why="One name for two accounts would send money astray.",
            fix="Choose another name.",
        )
    for warning in accounts.warnings(named):
        note(f"warning: {warning}")
    entry = BookEntry(name, named.address, about)
    accounts.book.add(entry, overwrite=overwrite)
    emit({"name": name, "address": entry.address.ss58}, f"{name} is {entry.address}.")


@app.command("list")
def list_entries(
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """List the address book.

    Example: taocli addr list
    """
    book = bootstrap.build_address_book()
    entries = book.entries()
    rows: list[JsonValue] = [
        {"name": entry.name, "address": entry.address.ss58, "note": entry.note or None}
        for entry in entries
    ]
    width = max((len(entry.name) for entry in entries), default=0)
    lines = [f"{entry.name:<{width}}  {entry.address}  {entry.note}".rstrip() for entry in entries]
    empty = "The address book is empty. Fill it with taocli addr add NAME ADDRESS."
    emit(rows, "\n".join(lines) or empty)


@app.command()
def remove(
    name: Annotated[str, typer.Argument(help="The name to take out.")],
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Take a name out of the address book.

    Example: taocli addr remove exchange
    """
    removed = bootstrap.build_address_book().remove(name)
    emit({"name": name, "address": removed.address.ss58}, f"{name} ({removed.address}) is gone.")
