"""`taocli tui`: check the terminal, find out whom to watch, open the dashboard."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from taocli.domain.errors import ExitCode, UsageError

Network = Annotated[
    str | None,
    typer.Option(
        "--network", "-n", "--subtensor.network", "--chain",
        help="finney, test, archive, local, or a ws:// or wss:// URL.", show_default=False,
    ),
]  # fmt: skip
Netuid = Annotated[
    int, typer.Option("--subnet", "--netuid", "-s", min=0, max=65535, help="Number of the subnet.")
]
Wallet = Annotated[
    str | None,
    typer.Option(
        "--wallet", "-w", "--wallet-name", "--wallet.name",
        help="Wallet to watch; WALLET/HOTKEY names both.", show_default=False,
    ),
]  # fmt: skip
Hotkey = Annotated[
    str | None,
    typer.Option(
        "--hotkey", "-H", "--wallet-hotkey", "--wallet.hotkey",
        help="Hotkey of the wallet.", show_default=False,
    ),
]  # fmt: skip
WalletPath = Annotated[
    Path | None,
    typer.Option("--wallet-path", "-p", "--wallet.path", help="Where wallets lie.", show_default=False),
]  # fmt: skip
Watch = Annotated[
    str | None,
    typer.Option("--address", help="Watch this hotkey address; no wallet needed.", show_default=False),
]  # fmt: skip
DemoSeed = Annotated[
    int | None,
    typer.Option("--demo-data", help="Show made-up numbers that follow from this seed.", show_default=False),
]  # fmt: skip
Ascii = Annotated[bool, typer.Option("--ascii", help="Draw with ASCII characters only.")]


def tui(
    network: Network = None,
    subnet: Netuid = 1,
    wallet: Wallet = None,
    hotkey: Hotkey = None,
    wallet_path: WalletPath = None,
    address: Watch = None,
    demo_data: DemoSeed = None,
    ascii_only: Ascii = False,
) -> None:
    """Watch chain, miner and earnings live. Read only: no key is ever opened.

    Examples: `taocli tui --network local --subnet 1`, `taocli tui --demo-data 7`.
    """
    need_terminal()
    from taocli import bootstrap  # noqa: PLC0415 - a refusal must not wait for what follows
    from taocli.config import load_settings  # noqa: PLC0415 - as above
    from taocli.feeds.collector import Collector  # noqa: PLC0415 - as above
    from taocli.feeds.store import Store  # noqa: PLC0415 - as above

    from .app import Dashboard  # noqa: PLC0415 - imports Textual

    if demo_data is not None:
        from taocli.feeds.demo_data import DemoFeed  # noqa: PLC0415 - only for the demo

        feed = DemoFeed(demo_data)
        store, collector = feed.store, Collector(feed.store, [feed], keeps_history=False)
    else:
        settings = load_settings(
            network=network, wallet=wallet, hotkey=hotkey, wallet_path=wallet_path
        )
        store = Store(bootstrap.resolve_watched(settings, subnet, address))
        collector = bootstrap.build_collector(settings, store)
    app = Dashboard(store, collector, ascii_only=ascii_only or os.environ.get("TERM") == "linux")
    app.run()
    raise typer.Exit(ExitCode.BUG if app.return_code is None else app.return_code)


def need_terminal() -> None:
    """Raise ``UsageError`` where a full-screen program cannot be drawn."""
    streams = {"input": sys.stdin, "output": sys.stdout, "error output": sys.stderr}
    missing = [name for name, stream in streams.items() if not stream.isatty()]
    if missing:
        why = f"The {missing[0]} is not a terminal."
    elif os.environ.get("TERM", "dumb") in {"", "dumb", "unknown"}:
        why = "TERM says that this terminal cannot move its cursor."
    else:
        return
    raise UsageError(
        "The dashboard needs a terminal.",
        why=why,
        fix="Use taocli status, or taocli status --json.",
    )
