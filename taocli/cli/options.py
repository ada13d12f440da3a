"""The shared flags, declared once, with the spellings of both generations of btcli."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[
    bool,
    typer.Option(
        "--json", "--json-output", "--json-out", help="Print one JSON document on stdout."
    ),
]
Yes = Annotated[
    bool, typer.Option("--yes", "-y", "--no-prompt", help="Answer every question with yes.")
]
WalletName = Annotated[
    str | None,
    typer.Option(
        "--wallet", "-w", "--wallet-name", "--wallet.name", "--wallet_name", "--name",
        help="Wallet to use; WALLET/HOTKEY names both.", show_default=False,
    ),
]  # fmt: skip
HotkeyName = Annotated[
    str | None,
    typer.Option(
        "--hotkey", "-H", "--wallet-hotkey", "--wallet.hotkey", "--wallet_hotkey",
        help="Hotkey of the wallet.", show_default=False,
    ),
]  # fmt: skip
WalletPath = Annotated[
    Path | None,
    typer.Option(
        "--wallet-path", "-p", "--wallet.path", "--wallet_path",
        help="Where wallets lie; ~/.bittensor/wallets unless set.", show_default=False,
    ),
]  # fmt: skip
Network = Annotated[
    str | None,
    typer.Option(
        "--network", "-n", "--subtensor.network", "--chain", "--subtensor.chain_endpoint",
        help="finney, test, archive, local, or a ws:// or wss:// URL.", show_default=False,
    ),
]  # fmt: skip
Netuid = Annotated[
    int, typer.Option("--subnet", "--netuid", "-s", min=0, max=65535, help="Number of the subnet.")
]
PasswordFile = Annotated[
    Path | None,
    typer.Option("--password-file", help="File whose content is the password.", show_default=False),
]
PasswordFd = Annotated[
    int | None,
    typer.Option(
        "--password-fd", min=0, help="File descriptor to read the password from.",
        show_default=False,
    ),
]  # fmt: skip
