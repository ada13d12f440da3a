"""Opening keys for commands: who is asked for the password, how often, and what is said meanwhile.

The agent is asked first, then the sources of ``taocli.wallet.passwords`` in their order, then the
person: three tries, because a wrong password costs three seconds and nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from taocli.cli.output import note
from taocli.cli.prompt import ask_password, ask_yes, has_terminal, hidden_typing
from taocli.cli.secret_hygiene import environment_with_passwords
from taocli.domain.errors import WeakPassword, WrongPassword

if TYPE_CHECKING:
    from taocli.domain.ports import Signer
    from taocli.wallet.keyfile import Secret
    from taocli.wallet.places import KeyPlace

TRIES = 3


@dataclass(frozen=True, slots=True)
class PasswordInput:
    """Where the command line says that a password comes from."""

    file: Path | None = None
    fd: int | None = None


def signer_for(place: "KeyPlace", given: PasswordInput) -> "Signer":
    """A signer for the key: the agent's if it holds the key, else the key itself."""
    from taocli.agent.client import find_signer  # noqa: PLC0415 - only commands that sign
    from taocli.wallet.reading import address_of  # noqa: PLC0415

    address = address_of(place)
    held = None if address is None else find_signer(address)
    return held or unlock(place, given).key


def opening_of(place: "KeyPlace", given: PasswordInput) -> "Callable[[], Signer]":
    """Ask whatever has to be asked now; what is returned opens the key later, in a thread.

    A typed password is tried then, once: the three tries are for commands that wait for nothing else.
    """
    from taocli.agent.client import find_signer  # noqa: PLC0415 - only commands that sign
    from taocli.wallet.hardening import protect_process  # noqa: PLC0415
    from taocli.wallet.reading import address_of, needs_password, open_key  # noqa: PLC0415

    protect_process()
    address = address_of(place)
    held = None if address is None else find_signer(address)
    if held is not None:
        return lambda: held
    password = None
    if needs_password(place):
        password = given_password(place, given)
        if password is None:
            password = ask_password(f"Password of {place.label}", confirm=False)
        _say_opening(place)
    return lambda: open_key(place, password).key


def unlock(place: "KeyPlace", given: PasswordInput, *, label: str | None = None) -> "Secret":
    """Open a key; ``WrongPassword`` after three tries, or at once when the password was given."""
    return unlock_with_password(place, given, label=label)[0]


def unlock_with_password(
    place: "KeyPlace", given: PasswordInput, *, label: str | None = None
) -> "tuple[Secret, str | None]":
    """Open a key and tell the password too, for commands that write the file again."""
    from taocli.wallet.hardening import protect_process  # noqa: PLC0415 - help needs none of it
    from taocli.wallet.reading import needs_password, open_key  # noqa: PLC0415

    protect_process()
    if not needs_password(place):
        return open_key(place, None), None
    found = given_password(place, given)
    if found is not None:
        _say_opening(place)
        return open_key(place, found), found
    with hidden_typing():
        secret, password = _opened(place, label or f"Password of {place.label}")
    _offer_upgrade(place, password)
    return secret, password


def _opened(place: "KeyPlace", label: str) -> "tuple[Secret, str]":
    """Ask until the password opens the key, three times at most."""
    from taocli.wallet.reading import open_key  # noqa: PLC0415 - see unlock

    left = TRIES
    while True:
        password = ask_password(label, confirm=False)
        _say_opening(place)
        try:
            return open_key(place, password), password
        except WrongPassword as error:
            left -= 1
            if left == 0:
                raise
            note(f"{error.what} {left} more {'tries' if left > 1 else 'try'}.")


def given_password(place: "KeyPlace", given: PasswordInput) -> str | None:
    """The password from the first source that has one, with a warning where others can read it."""
    from taocli.wallet.passwords import look_for_password  # noqa: PLC0415 - see unlock

    environ = environment_with_passwords()
    found = look_for_password(place.private, given.file, given.fd, environ)
    if found is None:
        return None
    if found.warning:
        note(f"warning: {found.warning}")
    return found.text


def new_password(
    place: "KeyPlace",
    given: PasswordInput,
    *,
    allow_weak: bool,
    optional: bool = False,
    fresh: bool = False,
) -> str | None:
    """The password for a key that is about to be written: given, or asked for twice; never weak.

    None only when ``optional`` and no source has one: nobody is asked then. ``fresh`` leaves the
    environment out, whose password is the one the key has already.
    """
    from taocli.wallet.hardening import protect_process  # noqa: PLC0415 - see unlock
    from taocli.wallet.passwords import check_strength  # noqa: PLC0415

    protect_process()
    password = None if fresh and given == PasswordInput() else given_password(place, given)
    if password is not None or optional:
        if password is not None and not allow_weak:
            check_strength(password, _names(place))
        return password
    return _asked_for(place, allow_weak=allow_weak)


def _asked_for(place: "KeyPlace", *, allow_weak: bool) -> str:
    """A typed password; a weak one is explained and asked for again."""
    from taocli.wallet.passwords import check_strength  # noqa: PLC0415 - see unlock

    left = TRIES
    while True:
        password = ask_password(f"New password for {place.label}", confirm=True)
        try:
            if not allow_weak:
                check_strength(password, _names(place))
        except WeakPassword as error:
            left -= 1
            if left == 0:
                raise
            note(f"{error.what} {error.why}\n{error.fix}")
        else:
            return password


def _names(place: "KeyPlace") -> tuple[str, ...]:
    """Words that anybody would guess for this key."""
    return (place.wallet, place.hotkey or "")


def _say_opening(place: "KeyPlace") -> None:
    from taocli.wallet.encryption import Encryption  # noqa: PLC0415 - see unlock
    from taocli.wallet.reading import encryption_at  # noqa: PLC0415

    seconds = "ten" if encryption_at(place) is Encryption.FERNET else "three"
    note(f"Opening {place.label}; this takes about {seconds} seconds.")


def _offer_upgrade(place: "KeyPlace", password: str) -> None:
    """A key in an old format may be stored anew; it is offered, never forced."""
    from taocli.wallet.encryption import Encryption  # noqa: PLC0415 - see unlock
    from taocli.wallet.reading import encryption_at  # noqa: PLC0415
    from taocli.wallet.writing import change_password  # noqa: PLC0415

    found = encryption_at(place)
    if found not in {Encryption.ANSIBLE, Encryption.FERNET} or not has_terminal():
        return
    if ask_yes(f"{place.label} is stored in an old format ({found.label}). Store it in today's?"):
        backup = change_password(place, password, password, keep_backup=True)
        note(f"Done; the old file is kept as {backup}.")
