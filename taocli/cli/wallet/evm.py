"""``taocli wallet evm``: Ethereum keys beside the hotkeys, for the chain's EVM side."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taocli.cli.group import new_app
from taocli.cli.options import (
    AllowWeakPassword,
    Json,
    PasswordFd,
    PasswordFile,
    SecretFd,
    SecretFile,
    WalletName,
    WalletPath,
)
from taocli.cli.output import JsonValue, emit, note
from taocli.cli.secret_input import SecretInput, ask_passphrase
from taocli.cli.unlocking import PasswordInput
from taocli.cli.wallet.target import Target
from taocli.domain.errors import ValidationError
from taocli.domain.text import clean

if TYPE_CHECKING:
    from taocli.wallet.evm_keys import EvmKey
    from taocli.wallet.evm_store import EvmEntry, EvmStore

app = new_app("Ethereum keys beside the hotkeys.")
KeyName = Annotated[
    str, typer.Option("--key", "--evm-key", "-k", help="Name of the EVM key in the wallet.")
]


@app.command()
def new(
    key: KeyName = "default",
    wallet: WalletName = None,
    wallet_path: WalletPath = None,
    password_file: PasswordFile = None,
    password_fd: PasswordFd = None,
    allow_weak_password: AllowWeakPassword = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Make an EVM key; its encrypted file is its only backup.

    Example: taocli wallet evm new --wallet alice
    """
    from taocli.wallet.evm_keys import new_evm_key  # noqa: PLC0415 - help needs none of it

    store = _store(wallet, wallet_path)
    store.refuse_taken(key)
    password = _new_password(PasswordInput(password_file, password_fd), key, allow_weak_password)
    _write(store, key, new_evm_key(), password)


@app.command("import")
def import_key(
    key: KeyName = "default",
    wallet: WalletName = None,
    wallet_path: WalletPath = None,
    keystore: Annotated[
        Path | None, typer.Option("--keystore", help="An Ethereum keystore file (V3).")
    ] = None,
    keystore_password_file: Annotated[
        Path | None, typer.Option("--keystore-password-file", help="File with its password.")
    ] = None,
    secret_file: SecretFile = None,
    secret_fd: SecretFd = None,
    index: Annotated[
        int, typer.Option(min=0, max=2**31 - 1, help="Account of a phrase: m/44'/60'/0'/0/INDEX.")
    ] = 0,
    password_file: PasswordFile = None,
    password_fd: PasswordFd = None,
    allow_weak_password: AllowWeakPassword = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Take in an EVM key: a keystore file, a private key or a phrase.

    Example: taocli wallet evm import --wallet alice --keystore UTC--2026.json
    """
    from taocli.wallet.hardening import protect_process  # noqa: PLC0415 - help needs none of it

    store = _store(wallet, wallet_path)
    store.refuse_taken(key)
    protect_process()
    source = SecretInput(secret_file, secret_fd)
    found = (
        _from_keystore(keystore, keystore_password_file) if keystore else _from_text(source, index)
    )
    password = _new_password(PasswordInput(password_file, password_fd), key, allow_weak_password)
    _write(store, key, found, password)


@app.command("list")
def list_keys(
    wallet: WalletName = None,
    wallet_path: WalletPath = None,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """List the EVM keys of a wallet; no password is needed.

    Example: taocli wallet evm list --wallet alice
    """
    entries = _store(wallet, wallet_path).list()
    rows: list[JsonValue] = [_facts(entry) for entry in entries]
    emit(rows, "\n".join(_line(entry) for entry in entries) or "No EVM keys in this wallet.")


@app.command()
def show(
    key: KeyName = "default",
    wallet: WalletName = None,
    wallet_path: WalletPath = None,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Show one EVM key: address, native mirror account, file.

    TAO sent to the mirror account is what the EVM address can spend.

    Example: taocli wallet evm show --wallet alice
    """
    entry = _store(wallet, wallet_path).entry(key)
    emit(
        _facts(entry), f"{_line(entry)}\nmirror: {entry.mirror or 'unknown'}\nfile:   {entry.path}"
    )


@app.command()
def export(
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write the keystore to.")],
    key: KeyName = "default",
    wallet: WalletName = None,
    wallet_path: WalletPath = None,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Write the keystore of an EVM key, still encrypted, for MetaMask, geth and others.

    Example: taocli wallet evm export --wallet alice --out key.json
    """
    from taocli.wallet.private_files import create_private_file  # noqa: PLC0415 - help needs none

    create_private_file(out.absolute(), _store(wallet, wallet_path).content(key))
    emit({"file": str(out)}, f"written: {out}")


def _store(wallet: str | None, wallet_path: Path | None) -> "EvmStore":
    from taocli.wallet.evm_store import EvmStore  # noqa: PLC0415 - help needs none of it

    target = Target.load(wallet, None, wallet_path)
    return EvmStore(target.store.coldkey(target.settings.wallet))


def _new_password(given: PasswordInput, key: str, allow_weak: bool) -> str:
    from taocli.wallet.passwords import check_strength  # noqa: PLC0415 - help needs none of it

    password = ask_passphrase(given, f"EVM key {key}", confirm=True)
    if not allow_weak:
        check_strength(password)
    return password


def _from_keystore(keystore: Path, password_file: Path | None) -> "EvmKey":
    from taocli.wallet.keystore_v3 import read_keystore  # noqa: PLC0415 - help needs none of it
    from taocli.wallet.secret_sources import read_secret  # noqa: PLC0415

    given = read_secret("keystore", keystore, None)
    password = ask_passphrase(PasswordInput(password_file), str(keystore))
    return read_keystore(given.content if given else b"", password)


def _from_text(source: SecretInput, index: int) -> "EvmKey":
    from taocli.wallet.evm_keys import evm_key_from_private, key_from_mnemonic  # noqa: PLC0415 - as above

    text = source.text("the EVM key")
    if len(text.split()) > 1:
        return key_from_mnemonic(text, index)
    try:
        return evm_key_from_private(bytes.fromhex(text.removeprefix("0x")))
    except ValueError:
        raise ValidationError(
            "This is neither a phrase nor a private key.",
            why="An EVM private key is 64 hexadecimal digits.",
            fix="Check that nothing was cut off.",
        ) from None


def _write(store: "EvmStore", name: str, key: "EvmKey", password: str) -> None:
    note("Encrypting the EVM key; this takes about a second.")
    store.write(name, key, password)
    entry = store.entry(name)
    emit(_facts(entry), f"{_line(entry)}\nmirror: {entry.mirror}")


def _facts(entry: "EvmEntry") -> dict[str, JsonValue]:
    return {
        "name": entry.name,
        "address": entry.address,
        "mirror": None if entry.mirror is None else entry.mirror.ss58,
        "file": str(entry.path),
        "problem": entry.problem or None,
    }


def _line(entry: "EvmEntry") -> str:
    return f"{clean(entry.name)}  {entry.address or '(' + clean(entry.problem) + ')'}"
