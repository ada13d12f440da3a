"""The shared flags, declared once, with the spellings of both generations of btcli."""

from pathlib import Path
from typing import Annotated

import typer

from taocli.domain.errors import UsageError

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
    typer.Option(
        "--password-file", "--wallet-password-file",
        help="File whose content is the password; - reads standard input.", show_default=False,
    ),
]  # fmt: skip
PasswordFd = Annotated[
    int | None,
    typer.Option(
        "--password-fd", min=0, help="File descriptor to read the password from.",
        show_default=False,
    ),
]  # fmt: skip
NoPassword = Annotated[
    bool,
    typer.Option(
        "--no-password", "--no-use-password", help="Store the coldkey unencrypted; for tests only."
    ),
]
AllowWeakPassword = Annotated[
    bool, typer.Option("--allow-weak-password", help="Take a password that is easy to guess.")
]
Words = Annotated[
    int, typer.Option("--words", "--n-words", "--n_words", help="12, 15, 18, 21 or 24.")
]
CryptoType = Annotated[
    str,
    typer.Option("--crypto-type", "--key-type", help="sr25519, as everybody uses, or ed25519."),
]
Overwrite = Annotated[
    bool,
    typer.Option(
        "--overwrite/--no-overwrite",
        help="Replace a key of this name; the old files stay under dated names.",
    ),
]
ShowSecret = Annotated[
    bool,
    typer.Option("--show-secret", "--show-mnemonic", help="Print the secret on stdout, for pipes."),
]
SecretFile = Annotated[
    Path | None,
    typer.Option(
        "--secret-file", "--mnemonic-file", "--seed-file", "--private-key-file",
        help="File with the phrase, seed, private key or URI; - reads standard input.",
        show_default=False,
    ),
]  # fmt: skip
SecretFd = Annotated[
    int | None,
    typer.Option(
        "--secret-fd", "--mnemonic-fd", "--seed-fd", "--private-key-fd", min=0,
        help="File descriptor to read the secret from.", show_default=False,
    ),
]  # fmt: skip
DevKeys = Annotated[bool, typer.Option("--dev", help="The key is public and for localnets only.")]

_CRYPTO_TYPES = {"sr25519": 1, "ed25519": 0, "1": 1, "0": 0}


def parse_crypto_type(text: str) -> int:
    """0 for ed25519, 1 for sr25519; ``UsageError`` for anything else."""
    found = _CRYPTO_TYPES.get(text.lower())
    if found is None:
        raise UsageError(
            f"There is no key type {text!r}.", fix="Use --crypto-type sr25519 or ed25519."
        )
    return found


def crypto_name(crypto_type: int) -> str:
    """What people call a key type."""
    return "ed25519" if crypto_type == 0 else "sr25519"
