"""``taocli wallet rename``, ``passwd`` and ``verify-backup``: looking after keys that exist."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taocli.cli.options import (
    AllowWeakPassword,
    DevKeys,
    HotkeyName,
    Json,
    PasswordFd,
    PasswordFile,
    SecretFd,
    SecretFile,
    WalletName,
    WalletPath,
)
from taocli.cli.output import emit, note
from taocli.cli.secret_input import SecretInput
from taocli.cli.unlocking import PasswordInput, new_password, unlock_with_password
from taocli.cli.wallet.target import Target, key_facts
from taocli.domain.errors import BackupMismatch, UsageError, WalletError

if TYPE_CHECKING:
    from taocli.domain.address import Address
    from taocli.wallet.places import KeyPlace

NewPasswordFile = Annotated[
    Path | None,
    typer.Option("--new-password-file", help="File with the new password; - is standard input."),
]
NewPasswordFd = Annotated[
    int | None,
    typer.Option("--new-password-fd", min=0, help="File descriptor with the new password."),
]


def rename(
    new_name: Annotated[str, typer.Argument(help="The new name of the wallet or hotkey.")],
    wallet: WalletName = None,
    hotkey: HotkeyName = None,
    wallet_path: WalletPath = None,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Give a wallet or a hotkey another name.

    Addresses do not change. Scripts that name the wallet, and BT_PW_ variables, have to follow.

    Example: taocli wallet rename savings --wallet alice
    """
    from taocli.wallet.passwords import variable_name  # noqa: PLC0415 - help needs none of it
    from taocli.wallet.renaming import rename_hotkey, rename_wallet  # noqa: PLC0415 - help needs none

    target = Target.load(wallet, hotkey, wallet_path)
    old = target.existing()
    if old.hotkey is None:
        new = target.store.new_coldkey(new_name)
        rename_wallet(old, new)
    else:
        new = target.store.new_hotkey(old.wallet, new_name)
        rename_hotkey(old, new)
    if new.private.exists():
        note(f"Its password variable is {variable_name(new.private)} from now on.")
    data = {"wallet": new.wallet, "hotkey": new.hotkey, "was": old.hotkey or old.wallet}
    emit(data, f"{old.label} is {new.label} now.")


def passwd(
    wallet: WalletName = None,
    hotkey: HotkeyName = None,
    wallet_path: WalletPath = None,
    password_file: PasswordFile = None,
    password_fd: PasswordFd = None,
    new_password_file: NewPasswordFile = None,
    new_password_fd: NewPasswordFd = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="Store the key unencrypted from now on.")
    ] = False,
    upgrade: Annotated[
        bool,
        typer.Option(
            "--upgrade", help="Keep the password; store in today's format, keep the old file."
        ),
    ] = False,
    allow_weak_password: AllowWeakPassword = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Set, change or remove the password of a key.

    The key is decrypted in memory only, and the new file is opened once before it takes the old
    one's place. No copy under the old password stays behind, except with --upgrade.

    Example: taocli wallet passwd --wallet alice
    """
    from taocli.wallet.writing import change_password  # noqa: PLC0415 - help needs none of it

    if remove and upgrade:
        raise UsageError("--remove and --upgrade make no sense together.", fix="Drop one.")
    place = Target.load(wallet, hotkey, wallet_path).existing()
    secret, old = unlock_with_password(place, PasswordInput(password_file, password_fd))
    new = _new_password(
        place,
        old,
        PasswordInput(new_password_file, new_password_fd),
        remove=remove,
        upgrade=upgrade,
        allow_weak=allow_weak_password,
    )
    backup = change_password(place, old, new, keep_backup=upgrade)
    data = key_facts(place, secret.key.address, secret.key.crypto_type)
    data |= {"encrypted": new is not None, "backup": None if backup is None else str(backup)}
    done = "is stored unencrypted now" if new is None else "has a new password"
    if upgrade:
        done = "is stored in today's format now"
    emit(data, f"{place.label} {done}." + ("" if backup is None else f"\nkept: {backup}"))


def verify_backup(
    wallet: WalletName = None,
    hotkey: HotkeyName = None,
    wallet_path: WalletPath = None,
    secret_file: SecretFile = None,
    secret_fd: SecretFd = None,
    dev: DevKeys = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Check that a written-down phrase gives this key.

    The phrase is typed (or comes from a file), its address compared, and nothing is written. No
    password is needed. Exit code 30 says that it is a good phrase of another key.

    Example: taocli wallet verify-backup --wallet alice
    """
    from taocli.wallet.reading import no_private_half, public_half  # noqa: PLC0415 - help needs none

    place = Target.load(wallet, hotkey, wallet_path).existing()
    half = public_half(place)
    if half is None and not place.private.exists():
        raise no_private_half(place)
    if half is None:
        raise WalletError(
            f"The address of {place.label} is not known without its password.",
            why="Its public file is missing, so there is nothing to compare with.",
            fix="Write it again with taocli wallet doctor --fix.",
        )
    secret = SecretInput(secret_file, secret_fd).read(place.label, half.crypto_type, dev=dev)
    _compare(place, half.address, secret.key.address)
    data = key_facts(place, half.address, half.crypto_type) | {"matches": True}
    emit(data, f"The backup gives {place.label}  {half.address}")


def _compare(place: "KeyPlace", wanted: "Address", found: "Address") -> None:
    if found != wanted:
        raise BackupMismatch(
            f"This is not the backup of {place.label}.",
            why=f"It gives {found}, and the key on this machine is {wanted}.",
            fix="Look for the right one while the key is still here.",
        )


def _new_password(
    place: "KeyPlace",
    old: str | None,
    given: PasswordInput,
    *,
    remove: bool,
    upgrade: bool,
    allow_weak: bool,
) -> str | None:
    if upgrade:
        if old is None:
            raise UsageError(
                f"{place.label} has no password to keep.", fix="Leave --upgrade out to set one."
            )
        return old
    if remove:
        note(f"{place.label} will be unencrypted: whoever reads the file has the key.")
        return None
    return new_password(place, given, allow_weak=allow_weak, fresh=True)
