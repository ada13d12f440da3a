"""``taocli localnet fund`` and ``accounts``: TAO that is worth nothing."""

from typing import Annotated

import typer

from taocli import bootstrap
from taocli.cli.asyncrun import run_async
from taocli.cli.localnet.target import Port, ask, local_port
from taocli.cli.options import Json, Network, WalletPath
from taocli.cli.output import JsonValue, balance_json, emit, note
from taocli.config import Settings, load_settings
from taocli.domain.balance import Balance, tao


def fund(
    account: Annotated[str, typer.Argument(help="An SS58 address or a name for it.")],
    amount: Annotated[str, typer.Argument(help="How much, in TAO.")],
    port: Port = None,
    network: Network = "local",
    wallet_path: WalletPath = None,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Send TAO from the dev account //Alice, as anybody would: with the next block.

    Example: taocli localnet fund alice 10
    """
    number = local_port(port, load_settings(network=network).network)
    endpoint = network if port is None else f"ws://127.0.0.1:{number}"
    settings = load_settings(network=endpoint, wallet_path=wallet_path)
    run_async(_fund(settings, account, tao(amount)))


def accounts(
    port: Port = None,
    network: Network = "local",
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """List the development accounts that block 0 gave money to. Their keys are public.

    Example: taocli localnet accounts
    """
    rows: list[JsonValue] = []
    lines = []
    for item in ask(port, network, "dev_accounts"):
        amount = Balance(int(item["balance"]))
        rows.append({**item, "balance": balance_json(amount)})
        lines.append(f"{item['name']:<12} {item['address']}  {amount}")
    emit(rows, "\n".join(lines) if lines else "Nobody had money in block 0.")


async def _fund(settings: Settings, account: str, amount: Balance) -> None:
    accounts = bootstrap.build_accounts(settings)
    named = accounts.resolve(account)
    for warning in accounts.warnings(named):
        note(f"warning: {warning}")
    address = named.address
    chain = await bootstrap.build_chain(settings)
    try:
        receipt = await bootstrap.fund_from_dev_account(chain, address, amount)
        free = await chain.at(receipt.block).balance(address)
    finally:
        await chain.close()
    emit(
        {"address": address.ss58, "sent": balance_json(amount), "free": balance_json(free)},
        f"{address} has {free} now.",
        block=receipt.block.number,
        network=settings.network,
    )
