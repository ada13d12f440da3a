"""What wallet commands cost, in CPU milliseconds, against both generations of btcli.

All programs work on one folder with 50 wallets and 200 unencrypted hotkeys, as a large miner has them; opening an
encrypted key would only compare three seconds of Argon2 with themselves.

    python -m tests.bench.wallet
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from taocli.wallet.keyfile import Secret
from taocli.wallet.keypair import Keypair
from taocli.wallet.store import WalletStore
from taocli.wallet.writing import write_key
from tests.bench.cpu import BTCLI_9, BTCLI_11, OWN, Arguments, Program, always, compare

WALLETS, HOTKEYS = 50, 4
MESSAGE = "taocli and its peers"
Commands = Mapping[Program, Arguments | None]


def fill(root: Path) -> Keypair:
    """Write the wallets; the hotkey ``hot-0`` of ``wallet-0`` is returned."""
    store = WalletStore(root)
    for number in range(WALLETS):
        wallet = f"wallet-{number}"
        write_key(store.new_coldkey(wallet), key(number, 0), None)
        for hot in range(HOTKEYS):
            write_key(store.new_hotkey(wallet, f"hot-{hot}"), key(number, hot + 1), None)
    return key(0, 1).key


def key(wallet: int, place: int) -> Secret:
    """A key that is the same in every run."""
    seed = bytes([1 + wallet, place]) * 16
    return Secret(Keypair.from_seed(seed), seed)


def commands(root: Path, signer: Keypair) -> dict[str, Commands]:
    """The arguments for each program, by what is measured."""
    folder = ("--wallet-path", str(root))
    new, old = ("--wallet", "wallet-0"), ("--wallet-name", "wallet-0")
    hot = ("--wallet-hotkey", "hot-0", "--use-hotkey", "--message", MESSAGE)
    signature = signer.sign(MESSAGE.encode()).hex()
    signed = ("verify", "--message", MESSAGE, "--signature", signature)
    address = signer.address.ss58
    return {
        f"wallet list, {WALLETS} wallets with {WALLETS * HOTKEYS} hotkeys": dict.fromkeys(
            (OWN, BTCLI_11, BTCLI_9), always("wallet", "list", *folder)
        ),
        "wallet show": {
            OWN: always("wallet", "show", *new, *folder),
            BTCLI_11: always("wallet", "show", *new, *folder),
            BTCLI_9: None,
        },
        "wallet sign with a hotkey": {
            OWN: always("wallet", "sign", *new, *hot, *folder),
            BTCLI_11: always("wallet", "sign", *new, *hot, *folder),
            BTCLI_9: always("wallet", "sign", *old, *hot, *folder),
        },
        "wallet verify": {
            OWN: always("wallet", *signed, "--address", address),
            BTCLI_11: always("wallet", *signed, "--ss58", address),
            BTCLI_9: always("wallet", *signed, "--address", address),
        },
        "wallet create without a password": {
            OWN: creating("new", "--wallet", "--no-password", "--show-secret", *folder),
            BTCLI_11: creating("eleven", "--wallet", "--no-password", *folder),
            BTCLI_9: creating(
                "nine", "--wallet-name", "--no-use-password", "--n-words", "12", *folder
            ),
        },
    }


def creating(name: str, option: str, *rest: str) -> Arguments:
    """``wallet create`` with a name of its own in every run."""
    return lambda run: (
        "wallet", "create", option, f"{name}-{run}", "--wallet-hotkey", "hot", *rest,
    )  # fmt: skip


def main() -> None:
    """Print one line a command and peer."""
    with tempfile.TemporaryDirectory() as folder:
        homes, root = Path(folder) / "homes", Path(folder) / "wallets"
        homes.mkdir()
        for label, asked in commands(root, fill(root)).items():
            excuse = (
                "no promise: the peers do not derive a key twice" if "create" in label else None
            )
            compare(label, asked, homes, excuse=excuse)


if __name__ == "__main__":
    main()
