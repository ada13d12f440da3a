"""Giving wallets and hotkeys another name: files move, keys stay what they are."""

import os

from taocli.domain.errors import KeyMissing
from taocli.wallet.places import KeyPlace
from taocli.wallet.private_files import already_there, move_private
from taocli.wallet.reading import wallet_folder


def rename_wallet(old: KeyPlace, new: KeyPlace) -> None:
    """Move the whole folder of a wallet in one step; ``WalletExists`` when the new name is taken."""
    target = wallet_folder(new)
    if os.path.lexists(target):
        raise already_there(target)
    move_private(wallet_folder(old), target)


def rename_hotkey(old: KeyPlace, new: KeyPlace) -> None:
    """Move the private file and then the public one; a crash in between leaves both readable."""
    if new.taken is not None:
        raise already_there(new.taken)
    found = [(old.private, new.private), (old.public, new.public)]
    present = [(source, target) for source, target in found if source.exists()]
    if not present:
        raise KeyMissing(f"Nothing of {old.label} is here.", fix="See taocli wallet list.")
    for source, target in present:
        move_private(source, target)
