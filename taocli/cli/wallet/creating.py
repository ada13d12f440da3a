"""``taocli wallet create``, ``new-coldkey`` and ``new-hotkey``: fresh keys, shown before they are written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from taocli.cli.options import (
    AllowWeakPassword,
    CryptoType,
    HotkeyName,
    Json,
    NoPassword,
    Overwrite,
    PasswordFd,
    PasswordFile,
    ShowSecret,
    WalletName,
    WalletPath,
    Words,
    parse_crypto_type,
)
from taocli.cli.output import JsonValue, emit, note
from taocli.cli.unlocking import PasswordInput, new_password
from taocli.cli.wallet.phrases import Showing, printed, screen
from taocli.cli.wallet.target import Target, backup_lines, key_facts
from taocli.domain.errors import UsageError

if TYPE_CHECKING:
    from taocli.services.wallets import WalletKeys
    from taocli.wallet.places import KeyPlace

NoQuiz = Annotated[
    bool, typer.Option("--no-quiz", help="Do not ask for three words of the phrase.")
]
Uri = Annotated[
    str | None,
    typer.Option(help="Make development keys from a URI such as //Alice; needs --dev."),
]
Dev = Annotated[bool, typer.Option("--dev", help="These keys are public and for localnets only.")]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What ``create`` is to make: phrases of so many words, or development keys from a URI."""

    words: int
    cold_type: int
    hot_type: int
    uri: str | None
    overwrite: bool

    def make(self, hotkey: str) -> "WalletKeys":
        """Both keys, derived twice and not on disk yet."""
        from taocli.services.wallets import make_dev_keys, make_keys  # noqa: PLC0415 - help needs none of it

        if self.uri is None:
            return make_keys(self.words, self.cold_type, self.hot_type)
        return make_dev_keys(self.uri, hotkey)


def create(
    wallet: WalletName = None,
    hotkey: HotkeyName = None,
    wallet_path: WalletPath = None,
    words: Words = 12,
    crypto_type: Annotated[
        str,
        typer.Option(
            "--crypto-type", "--coldkey-crypto-type", help="Of the coldkey: sr25519 or ed25519."
        ),
    ] = "sr25519",
    hotkey_crypto_type: Annotated[
        str, typer.Option("--hotkey-crypto-type", help="Of the hotkey: sr25519 or ed25519.")
    ] = "sr25519",
    password_file: PasswordFile = None,
    password_fd: PasswordFd = None,
    no_password: NoPassword = False,
    allow_weak_password: AllowWeakPassword = False,
    overwrite: Overwrite = False,
    uri: Uri = None,
    dev: Dev = False,
    no_quiz: NoQuiz = False,
    show_secret: ShowSecret = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Make a coldkey and a hotkey.

    The coldkey is encrypted with a password; its recovery phrase is shown once. Development keys
    (--uri //Alice --dev) stay unencrypted unless a password is given.

    Example: taocli wallet create --wallet alice
    """  # fmt: skip
    check_dev(uri, dev=dev)
    target = Target.load(wallet, hotkey, wallet_path)
    wanted = Wanted(
        words, parse_crypto_type(crypto_type), parse_crypto_type(hotkey_crypto_type), uri, overwrite
    )
    given = PasswordInput(password_file, password_fd)

    def password(place: "KeyPlace") -> str | None:
        return coldkey_password(
            place, given, plain=no_password, allow_weak=allow_weak_password, dev=dev
        )

    _create(target, wanted, Showing(show_secret, no_quiz), password)


def new_coldkey(
    wallet: WalletName = None,
    wallet_path: WalletPath = None,
    words: Words = 12,
    crypto_type: CryptoType = "sr25519",
    password_file: PasswordFile = None,
    password_fd: PasswordFd = None,
    no_password: NoPassword = False,
    allow_weak_password: AllowWeakPassword = False,
    overwrite: Overwrite = False,
    no_quiz: NoQuiz = False,
    show_secret: ShowSecret = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Make a coldkey.

    Example: taocli wallet new-coldkey --wallet savings --words 24
    """
    target = Target.load(wallet, None, wallet_path)
    place = target.store.new_coldkey(target.settings.wallet)
    given = PasswordInput(password_file, password_fd)

    def password() -> str | None:
        return coldkey_password(place, given, plain=no_password, allow_weak=allow_weak_password)

    showing = Showing(show_secret, no_quiz)
    _make_one(place, words, crypto_type, showing, password, overwrite=overwrite)


def new_hotkey(
    wallet: WalletName = None,
    hotkey: HotkeyName = None,
    wallet_path: WalletPath = None,
    words: Words = 12,
    crypto_type: CryptoType = "sr25519",
    password_file: PasswordFile = None,
    password_fd: PasswordFd = None,
    use_password: Annotated[
        bool,
        typer.Option(
            "--use-password/--no-use-password", help="Encrypt it; miners usually cannot ask."
        ),
    ] = False,
    allow_weak_password: AllowWeakPassword = False,
    overwrite: Overwrite = False,
    no_quiz: NoQuiz = False,
    show_secret: ShowSecret = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Make a hotkey, unencrypted as miners need it.

    Example: taocli wallet new-hotkey --wallet alice --hotkey miner-2
    """
    target = Target.load(wallet, hotkey, wallet_path)
    place = target.store.new_hotkey(target.settings.wallet, target.settings.hotkey)
    given = PasswordInput(password_file, password_fd)

    def password() -> str | None:
        if not use_password:
            return None
        return new_password(place, given, allow_weak=allow_weak_password)

    showing = Showing(show_secret, no_quiz)
    _make_one(place, words, crypto_type, showing, password, overwrite=overwrite)


def _create(
    target: Target, wanted: Wanted, showing: Showing, password: "Callable[[KeyPlace], str | None]"
) -> None:
    """Refuse, ask, generate, show, write: in this order, so that nothing is lost at any point."""
    from taocli.services.wallets import write_wallet  # noqa: PLC0415 - help needs none of it
    from taocli.wallet.hardening import protect_process  # noqa: PLC0415

    names = (target.settings.wallet, target.settings.hotkey)
    cold, hot = target.store.new_coldkey(names[0]), target.store.new_hotkey(*names)
    if not wanted.overwrite:
        target.store.refuse_taken(*names)
    if wanted.uri is None:
        showing.check()
    protect_process()
    chosen = password(cold)
    keys = wanted.make(names[1])
    secrets = [(cold.label, keys.cold), (hot.label, keys.hot)]
    if keys.cold.phrase is not None:
        showing.show(screen(secrets), keys.cold.phrase, cold.label)
    say_encrypting(chosen)
    made = write_wallet(target.store, *names, keys, chosen, overwrite=wanted.overwrite)
    data: dict[str, JsonValue] = {
        "wallet": names[0],
        "hotkey": names[1],
        "coldkey_address": made.coldkey.ss58,
        "hotkey_address": made.hotkey.ss58,
        "backups": [str(path) for path in made.backups],
    }
    width = max(len(cold.label), len(hot.label))
    text = f"{cold.label:<{width}}  {made.coldkey}\n{hot.label:<{width}}  {made.hotkey}"
    if showing.show_secret and keys.cold.phrase is not None:
        data |= {"coldkey_phrase": keys.cold.phrase, "hotkey_phrase": keys.hot.phrase}
        text += f"\n{printed(secrets)}"
    emit(data, text + backup_lines(made.backups))


def _make_one(
    place: "KeyPlace",
    words: int,
    crypto_type: str,
    showing: Showing,
    password: Callable[[], str | None],
    *,
    overwrite: bool,
) -> None:
    """Refuse, ask, generate, show, write: in this order, so that nothing is lost at any point."""
    from taocli.services.key_making import new_secret  # noqa: PLC0415 - help needs none of it
    from taocli.wallet.hardening import protect_process  # noqa: PLC0415
    from taocli.wallet.writing import refuse_taken, write_key  # noqa: PLC0415

    if not overwrite:
        refuse_taken(place)
    showing.check()
    protect_process()
    kind = parse_crypto_type(crypto_type)
    chosen = password()
    secret = new_secret(words, kind)
    named = [(place.label, secret)]
    showing.show(screen(named), secret.phrase or "", place.label)
    say_encrypting(chosen)
    backups = write_key(place, secret, chosen, overwrite=overwrite)
    data = key_facts(place, secret.key.address, kind)
    data |= {"backups": [str(path) for path in backups]}
    shown = ""
    if showing.show_secret:
        data |= {"phrase": secret.phrase}
        shown = f"\n{printed(named)}"
    emit(data, f"{place.label}  {secret.key.address}{shown}{backup_lines(backups)}")


def coldkey_password(
    place: "KeyPlace",
    given: PasswordInput,
    *,
    plain: bool,
    allow_weak: bool,
    dev: bool = False,
) -> str | None:
    """The password for a new coldkey; None when it is to stay unencrypted, which is said aloud."""
    if plain and (given.file is not None or given.fd is not None):
        raise UsageError("--no-password and a password make no sense together.", fix="Drop one.")
    if plain:
        note("The coldkey is stored unencrypted: whoever reads the file has its funds.")
        return None
    password = new_password(place, given, allow_weak=allow_weak, optional=dev)
    if password is None:
        note("The development coldkey is stored unencrypted; everybody knows it anyway.")
    return password


def say_encrypting(password: str | None) -> None:
    """Three seconds without a word are long."""
    if password is not None:
        note("Encrypting the key; this takes about three seconds.")


def check_dev(uri: str | None, *, dev: bool) -> None:
    """A URI on the command line is for development keys only, and --dev says that this is known."""
    from taocli.wallet.derivation import is_dev_uri  # noqa: PLC0415 - help needs none of it

    if (uri is None) == dev:
        raise UsageError(
            "--uri and --dev belong together.",
            why="A URI on the command line is public; --dev says that you know.",
            fix="Use taocli wallet create --uri //Alice --dev.",
        )
    if uri is not None and not is_dev_uri(uri):
        raise UsageError(
            "--uri is for public development keys only.",
            why="This URI has a phrase or seed of its own, and stands in the shell's history now.",
            fix="Type it when taocli wallet regen-coldkey asks, or use its --secret-file.",
        )
