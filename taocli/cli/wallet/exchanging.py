"""``taocli wallet import`` and ``export``: keys from and for other programs."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taocli.cli.options import (
    AllowWeakPassword,
    HotkeyName,
    Json,
    NoPassword,
    Overwrite,
    PasswordFd,
    PasswordFile,
    ShowSecret,
    WalletName,
    WalletPath,
)
from taocli.cli.output import emit, note
from taocli.cli.secret_input import ask_passphrase
from taocli.cli.unlocking import PasswordInput, new_password, unlock
from taocli.cli.wallet.creating import coldkey_password, say_encrypting
from taocli.cli.wallet.target import Target, backup_lines, key_facts
from taocli.domain.errors import UsageError

if TYPE_CHECKING:
    from taocli.wallet.keyfile import Secret
    from taocli.wallet.places import KeyPlace

PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file", "--json-password-file",
        help="File with the passphrase of the exchange file; - reads standard input.",
        show_default=False,
    ),
]  # fmt: skip
PassphraseFd = Annotated[
    int | None,
    typer.Option(
        "--passphrase-fd", "--json-password-fd", min=0,
        help="File descriptor to read that passphrase from.", show_default=False,
    ),
]  # fmt: skip


def import_key(
    file: Annotated[
        Path, typer.Argument(help="polkadot-js JSON or a keyfile; - reads standard input.")
    ],
    wallet: WalletName = None,
    hotkey: HotkeyName = None,
    wallet_path: WalletPath = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    password_file: PasswordFile = None,
    password_fd: PasswordFd = None,
    no_password: NoPassword = False,
    allow_weak_password: AllowWeakPassword = False,
    overwrite: Overwrite = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Take in a key from another program's file.

    polkadot-js JSON (the browser extension, Nova, Talisman) and keyfiles of any Bittensor tool of
    any year, encrypted or not. It becomes the coldkey, or with --hotkey that hotkey.

    Example: taocli wallet import account.json --wallet alice
    """
    from taocli.services.importing import secret_from_file  # noqa: PLC0415 - help needs none of it
    from taocli.wallet.hardening import protect_process  # noqa: PLC0415
    from taocli.wallet.private_files import already_there  # noqa: PLC0415
    from taocli.wallet.secret_sources import read_secret  # noqa: PLC0415
    from taocli.wallet.writing import restore_key  # noqa: PLC0415

    target = Target.load(wallet, hotkey, wallet_path)
    place = target.new()
    if not overwrite and place.private.exists():
        raise already_there(place.private)
    protect_process()
    given = read_secret("key", file, None)
    content = given.content if given else b""
    passphrase = PasswordInput(passphrase_file, passphrase_fd)
    secret = secret_from_file(content, lambda: ask_passphrase(passphrase, str(file)))
    password = _stored_password(
        place,
        PasswordInput(password_file, password_fd),
        plain=no_password,
        allow_weak=allow_weak_password,
    )
    say_encrypting(password)
    backups = restore_key(place, secret, password, overwrite=overwrite)
    data = key_facts(place, secret.key.address, secret.key.crypto_type)
    data |= {"backups": [str(path) for path in backups]}
    emit(data, f"{place.label}  {secret.key.address}{backup_lines(backups)}")


def export_key(
    out: Annotated[
        Path, typer.Option("--out", "-o", help="File to write; - prints it, with --show-secret.")
    ],
    wallet: WalletName = None,
    hotkey: HotkeyName = None,
    wallet_path: WalletPath = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    no_passphrase: Annotated[
        bool, typer.Option("--no-passphrase", help="Write the key unencrypted; for tests only.")
    ] = False,
    light: Annotated[
        bool, typer.Option("--light", help="The cheaper scrypt of older programs (N = 32768).")
    ] = False,
    password_file: PasswordFile = None,
    password_fd: PasswordFd = None,
    allow_weak_password: AllowWeakPassword = False,
    show_secret: ShowSecret = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Write a key for polkadot-js and its relatives.

    The file opens in the browser extension, Talisman, Nova and others, with a passphrase of its own.

    Example: taocli wallet export --wallet alice --out alice.json
    """
    from taocli.wallet import private_files  # noqa: PLC0415 - help needs none of it

    to_stdout = str(out) == "-"
    if to_stdout and not show_secret:
        raise UsageError(
            "A key is not printed by accident.",
            why="Whoever has this file and its passphrase has the account.",
            fix="Name a file with --out, or add --show-secret.",
        )
    if not to_stdout and os.path.lexists(out):
        raise private_files.already_there(out)
    place = Target.load(wallet, hotkey, wallet_path).existing()
    secret = unlock(place, PasswordInput(password_file, password_fd))
    given = None if no_passphrase else PasswordInput(passphrase_file, passphrase_fd)
    content = _exported(secret, given, place.label, light=light, allow_weak=allow_weak_password)
    if to_stdout:
        emit({"export": content.decode()}, content.decode())
        return
    private_files.create_private_file(out.absolute(), content)
    data = key_facts(place, secret.key.address, secret.key.crypto_type) | {"file": str(out)}
    emit(data, f"{place.label}  {secret.key.address}\nwritten: {out}")


def _exported(
    secret: "Secret", given: PasswordInput | None, label: str, *, light: bool, allow_weak: bool
) -> bytes:
    from taocli.wallet.passwords import check_strength  # noqa: PLC0415 - help needs none of it
    from taocli.wallet.polkadot_js import ScryptCost, write_export  # noqa: PLC0415

    passphrase = None
    if given is None:
        note("The export is unencrypted: whoever reads the file has the account.")
    else:
        passphrase = ask_passphrase(given, f"the export of {label}", confirm=True)
        if not allow_weak:
            check_strength(passphrase)
    cost = ScryptCost.LIGHT if light else ScryptCost.STANDARD
    return write_export(secret.key, passphrase, name=label, cost=cost)


def _stored_password(
    place: "KeyPlace", given: PasswordInput, *, plain: bool, allow_weak: bool
) -> str | None:
    """Coldkeys are encrypted; hotkeys only when a password is given for them."""
    if place.hotkey is None:
        return coldkey_password(place, given, plain=plain, allow_weak=allow_weak)
    if given.file is None and given.fd is None:
        return None
    return new_password(place, given, allow_weak=allow_weak)
