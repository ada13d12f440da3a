"""``taocli wallet regen-coldkey`` and ``regen-hotkey``: keys from what was written down."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taocli.cli.options import (
    AllowWeakPassword,
    CryptoType,
    DevKeys,
    HotkeyName,
    Json,
    NoPassword,
    Overwrite,
    PasswordFd,
    PasswordFile,
    SecretFd,
    SecretFile,
    WalletName,
    WalletPath,
    parse_crypto_type,
)
from taocli.cli.output import emit, note
from taocli.cli.secret_input import SecretInput
from taocli.cli.unlocking import PasswordInput, new_password
from taocli.cli.wallet.creating import coldkey_password, say_encrypting
from taocli.cli.wallet.target import Target, backup_lines, key_facts

if TYPE_CHECKING:
    from taocli.wallet.keyfile import Secret
    from taocli.wallet.places import KeyPlace

JsonPath = Annotated[
    Path | None,
    typer.Option(
        "--json-path", "-j", help="A polkadot-js JSON file instead of a phrase.", show_default=False
    ),
]
JsonPasswordFile = Annotated[
    Path | None,
    typer.Option("--json-password-file", help="File with the passphrase of that JSON file."),
]
JsonPasswordFd = Annotated[
    int | None,
    typer.Option("--json-password-fd", min=0, help="File descriptor with that passphrase."),
]


def regen_coldkey(
    wallet: WalletName = None,
    wallet_path: WalletPath = None,
    secret_file: SecretFile = None,
    secret_fd: SecretFd = None,
    json_path: JsonPath = None,
    json_password_file: JsonPasswordFile = None,
    json_password_fd: JsonPasswordFd = None,
    crypto_type: CryptoType = "sr25519",
    password_file: PasswordFile = None,
    password_fd: PasswordFd = None,
    no_password: NoPassword = False,
    allow_weak_password: AllowWeakPassword = False,
    overwrite: Overwrite = False,
    dev: DevKeys = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Restore a coldkey from its phrase, seed or private key.

    Secrets are typed at a prompt, or come from a file, a descriptor or standard input; which kind it
    is shows by itself. A URI such as `PHRASE//stash///password` works too.

    Example: taocli wallet regen-coldkey --wallet alice --mnemonic-file phrase.txt
    """
    target = Target.load(wallet, None, wallet_path)
    place = target.store.new_coldkey(target.settings.wallet)
    source = SecretInput(
        secret_file, secret_fd, json_path, PasswordInput(json_password_file, json_password_fd)
    )
    _refuse_taken(place, overwrite=overwrite)
    secret = source.read(place.label, parse_crypto_type(crypto_type), dev=dev)
    password = coldkey_password(
        place,
        PasswordInput(password_file, password_fd),
        plain=no_password,
        allow_weak=allow_weak_password,
    )
    _write(place, secret, password, overwrite=overwrite)


def regen_hotkey(
    wallet: WalletName = None,
    hotkey: HotkeyName = None,
    wallet_path: WalletPath = None,
    secret_file: SecretFile = None,
    secret_fd: SecretFd = None,
    json_path: JsonPath = None,
    json_password_file: JsonPasswordFile = None,
    json_password_fd: JsonPasswordFd = None,
    crypto_type: CryptoType = "sr25519",
    password_file: PasswordFile = None,
    password_fd: PasswordFd = None,
    use_password: Annotated[
        bool, typer.Option("--use-password/--no-use-password", help="Encrypt the hotkey.")
    ] = False,
    allow_weak_password: AllowWeakPassword = False,
    overwrite: Overwrite = False,
    dev: DevKeys = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Restore a hotkey from its phrase, seed or private key.

    Example: taocli wallet regen-hotkey --wallet alice --hotkey miner-2 --mnemonic-file -
    """
    target = Target.load(wallet, hotkey, wallet_path)
    place = target.store.new_hotkey(target.settings.wallet, target.settings.hotkey)
    source = SecretInput(
        secret_file, secret_fd, json_path, PasswordInput(json_password_file, json_password_fd)
    )
    _refuse_taken(place, overwrite=overwrite)
    secret = source.read(place.label, parse_crypto_type(crypto_type), dev=dev)
    given = PasswordInput(password_file, password_fd)
    password = new_password(place, given, allow_weak=allow_weak_password) if use_password else None
    _write(place, secret, password, overwrite=overwrite)


def _refuse_taken(place: "KeyPlace", *, overwrite: bool) -> None:
    """A watch-only public file of the same key is no obstacle to restoring the private half."""
    from taocli.wallet.private_files import already_there  # noqa: PLC0415 - help needs none of it

    if not overwrite and os.path.lexists(place.private):
        raise already_there(place.private)


def _write(place: "KeyPlace", secret: "Secret", password: str | None, *, overwrite: bool) -> None:
    from taocli.domain.dev_accounts import dev_name  # noqa: PLC0415 - help needs none of it
    from taocli.wallet.writing import restore_key  # noqa: PLC0415

    known = dev_name(secret.key.address)
    if known is not None:
        note(f"warning: this is a public development key ({known}); everybody has it.")
    say_encrypting(password)
    backups = restore_key(place, secret, password, overwrite=overwrite)
    data = key_facts(place, secret.key.address, secret.key.crypto_type)
    data |= {"backups": [str(path) for path in backups]}
    emit(data, f"{place.label}  {secret.key.address}{backup_lines(backups)}")
