"""The wallets under one folder: names in, keys out.

Nothing here needs a coldkey to use a hotkey: a mining machine may hold ``hotkeys/HOT`` alone, and public
files are enough for every read. ``places`` knows the layout, ``reading`` and ``writing`` the files.
"""

from pathlib import Path

from taocli.domain.address import Address
from taocli.domain.errors import WalletNotFound
from taocli.wallet.keyfile import Secret
from taocli.wallet.keypair import Keypair
from taocli.wallet.listing import WalletEntry, list_wallets
from taocli.wallet.places import KeyPlace, coldkey_place, hotkey_names, hotkey_place, nearest
from taocli.wallet.reading import address_of, needs_password, open_key
from taocli.wallet.writing import refuse_taken, write_key


class WalletStore:
    """The wallets under one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def list(self) -> tuple[WalletEntry, ...]:
        """Every wallet, by name; a file that cannot be read does not hide the others."""
        return list_wallets(self.root)

    def coldkey(self, wallet: str) -> KeyPlace:
        """Where the coldkey of a wallet that exists lies, whether or not the coldkey does."""
        place = coldkey_place(self.root, wallet)
        if not place.private.parent.is_dir():
            names = [path.name for path in self.root.iterdir()] if self.root.is_dir() else []
            raise WalletNotFound(
                f"There is no wallet {wallet} in {self.root}.",
                why=nearest(wallet, names),
                fix="See taocli wallet list, or make one with taocli wallet create.",
            )
        return place

    def hotkey(self, wallet: str, hotkey: str) -> KeyPlace:
        """Where a hotkey that exists lies, be it only its public half."""
        folder = self.coldkey(wallet).private.parent / "hotkeys"
        place = hotkey_place(self.root, wallet, hotkey)
        if place.taken is None:
            raise WalletNotFound(
                f"Wallet {wallet} has no hotkey {hotkey} on this machine.",
                why=nearest(hotkey, hotkey_names(folder)),
                fix="See taocli wallet list.",
            )
        return place

    def new_coldkey(self, wallet: str) -> KeyPlace:
        """Where a coldkey of this name would lie."""
        return coldkey_place(self.root, wallet)

    def new_hotkey(self, wallet: str, hotkey: str) -> KeyPlace:
        """Where a hotkey of this name would lie."""
        return hotkey_place(self.root, wallet, hotkey)

    def coldkey_address(self, wallet: str) -> Address | None:
        """The coldkey's account, or None where no public or plain file tells it."""
        return address_of(self.coldkey(wallet))

    def hotkey_address(self, wallet: str, hotkey: str) -> Address:
        """A hotkey's account, from its public file or from the key itself."""
        place = self.hotkey(wallet, hotkey)
        found = address_of(place)
        if found is None:
            raise WalletNotFound(
                f"The address of {place.label} is not known without its password.",
                why="The key is encrypted and its public file is missing.",
                fix=f"Write it again: taocli wallet doctor --fix --wallet {wallet}.",
            )
        return found

    def hotkey_signer(self, wallet: str, hotkey: str, password: str | None = None) -> Keypair:
        """Open a hotkey; ``password`` only for the rare encrypted ones. Needs no coldkey."""
        return open_key(self.hotkey(wallet, hotkey), password).key

    def unlock_coldkey(self, wallet: str, password: str | None = None) -> Keypair:
        """Open the coldkey, about three seconds for an encrypted one; blocking, run it in a thread."""
        return open_key(self.coldkey(wallet), password).key

    def coldkey_is_encrypted(self, wallet: str) -> bool:
        """Whether opening the coldkey takes a password."""
        return needs_password(self.coldkey(wallet))

    def refuse_taken(self, wallet: str, hotkey: str) -> None:
        """Raise before anything is generated when a key of these names exists."""
        refuse_taken(self.new_coldkey(wallet), self.new_hotkey(wallet, hotkey))

    def create_coldkey(self, wallet: str, secret: Secret, password: str | None) -> None:
        """Write a new coldkey, encrypted unless ``password`` is None, and then its public file."""
        write_key(self.new_coldkey(wallet), secret, password)

    def create_hotkey(self, wallet: str, hotkey: str, secret: Secret) -> None:
        """Write a new hotkey, plain as miners need it, and then its public file."""
        write_key(self.new_hotkey(wallet, hotkey), secret, None)
