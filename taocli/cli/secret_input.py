"""Taking in a secret key: typed on the private screen, or from a file, a descriptor or standard input."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from taocli.cli.output import note
from taocli.cli.prompt import ask_password, ask_secret
from taocli.cli.unlocking import PasswordInput
from taocli.domain.errors import UsageError

if TYPE_CHECKING:
    from taocli.wallet.keyfile import Secret

_ELSEWHERE = "Run it in a terminal, or use --mnemonic-file, --secret-fd, or - for standard input."


@dataclass(frozen=True, slots=True)
class SecretInput:
    """Where the command line says that a key comes from; at most one source."""

    file: Path | None = None
    fd: int | None = None
    json_path: Path | None = None
    json_password: PasswordInput = field(default_factory=PasswordInput)

    def read(self, label: str, crypto_type: int, *, dev: bool = False) -> "Secret":
        """The key, derived twice; ``dev`` allows the public development phrase."""
        from taocli.services.key_making import secret_from_text  # noqa: PLC0415 - help needs none
        from taocli.wallet.hardening import protect_process  # noqa: PLC0415

        if sum(source is not None for source in (self.file, self.fd, self.json_path)) > 1:
            raise UsageError("The key comes from two places.", fix="Name one source only.")
        protect_process()
        if self.json_path is not None:
            return read_polkadot_js(self.json_path, self.json_password)
        return secret_from_text(self.text(label), crypto_type, dev=dev)

    def text(self, label: str) -> str:
        """What was typed or handed over, as it is."""
        from taocli.wallet.hardening import protect_process  # noqa: PLC0415 - see read
        from taocli.wallet.secret_sources import read_secret, text_of  # noqa: PLC0415

        protect_process()
        given = read_secret("secret", self.file, self.fd)
        if given is None:
            return ask_secret(f"Phrase, seed or private key of {label}", fix=_ELSEWHERE)
        if given.warning:
            note(f"warning: {given.warning}")
        return text_of(given, "secret")


def read_polkadot_js(path: Path, passphrase: PasswordInput) -> "Secret":
    """The key in a polkadot-js JSON file; its passphrase is asked for unless it is given."""
    from taocli.services.key_making import secret_from_export  # noqa: PLC0415 - help needs none
    from taocli.wallet.secret_sources import read_secret  # noqa: PLC0415

    given = read_secret("polkadot-js export", path, None)
    if given is None:  # a path always gives a content or an error
        raise UsageError("No file was named.", fix="Add its path.")
    return secret_from_export(given.content, lambda: ask_passphrase(passphrase, path.name))


def ask_passphrase(given: PasswordInput, label: str, *, confirm: bool = False) -> str:
    """The passphrase of an exchange file; wallet passwords in the environment are not meant for it."""
    from taocli.wallet.hardening import protect_process  # noqa: PLC0415 - see SecretInput
    from taocli.wallet.secret_sources import read_secret, text_of  # noqa: PLC0415

    protect_process()
    found = read_secret("passphrase", given.file, given.fd)
    if found is None:
        return ask_password(f"Passphrase of {label}", confirm=confirm)
    if found.warning:
        note(f"warning: {found.warning}")
    return text_of(found, "passphrase")
