"""Accounts by name: what a name stands for, what it never stands for, and what is doubtful about it."""

from pathlib import Path

import pytest

from taocli.domain.address import Address, encode_ss58
from taocli.domain.errors import InvalidAddress, KeyfileDamaged, KeyMissing, NameUnknown
from taocli.services.accounts import Account, Accounts, Kind
from taocli.services.address_book import AddressBook, BookEntry
from taocli.wallet.keyfile import Secret
from taocli.wallet.keypair import Keypair
from taocli.wallet.store import WalletStore
from taocli.wallet.writing import write_key

COLD = Keypair.from_seed(bytes([1] * 32))
HOT = Keypair.from_seed(bytes([2] * 32))
THEM = Address(bytes([3] * 32))
ALICE = Address.parse("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    """Wallet ``mine`` with hotkey ``miner``, and ``them`` in the address book."""
    store = WalletStore(tmp_path / "wallets")
    write_key(store.new_coldkey("mine"), Secret(COLD), None)
    write_key(store.new_hotkey("mine", "miner"), Secret(HOT), None)
    book = AddressBook(tmp_path / "addresses.json")
    book.add(BookEntry("them", THEM))
    return Accounts(store, book)


def folder(accounts: Accounts) -> Path:
    return accounts.store.root / "mine"


@pytest.mark.parametrize(
    ("text", "address", "kind"),
    [
        (ALICE.ss58, ALICE, Kind.ADDRESS),
        ("mine", COLD.address, Kind.COLDKEY),
        ("mine/miner", HOT.address, Kind.HOTKEY),
        ("them", THEM, Kind.BOOK),
    ],
)
def test_a_name_stands_for_one_account(
    accounts: Accounts, text: str, address: Address, kind: Kind
) -> None:
    assert accounts.resolve(text) == Account(address, text, kind)
    assert accounts.resolve_or_public_key(text).address == address


@pytest.mark.parametrize("text", ["0x" + "ab" * 32, "AB" * 32])
def test_a_public_key_is_one_only_where_it_is_asked_for(accounts: Accounts, text: str) -> None:
    assert accounts.resolve_or_public_key(text).address == Address(bytes([0xAB] * 32))
    with pytest.raises(InvalidAddress):
        accounts.resolve(text)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("mien", "mine"),
        ("mine/minner", "mine/miner"),
        ("thme", "them"),
        ("Mine", "mine"),
        ("completely different", ""),
        ("", ""),
        ("mine/", ""),
        ("/miner", ""),
        ("../mine", ""),
        ("mine/../mine", ""),
        ("mine/miner/x", ""),
        ("a\x1b[31m", ""),
    ],
)
def test_an_unknown_name_is_refused_with_the_near_one(
    accounts: Accounts, text: str, near: str
) -> None:
    with pytest.raises(NameUnknown) as caught:
        accounts.resolve(text)
    if near:
        assert caught.value.why == f"Did you mean {near}?"
    assert "taocli addr list" in caught.value.fix
    assert "\x1b" not in caught.value.what


def test_a_mistyped_or_foreign_address_is_never_taken_for_a_name(accounts: Accounts) -> None:
    wrong = ALICE.ss58[:-1] + ("1" if ALICE.ss58[-1] != "1" else "2")
    for text in (wrong, ALICE.ss58[:-1], ALICE.ss58 + "x", encode_ss58(ALICE.public_key, 0)):
        with pytest.raises(InvalidAddress):
            accounts.resolve(text)


def test_a_name_for_two_accounts_is_refused(accounts: Accounts) -> None:
    accounts.book.add(BookEntry("mine", THEM))
    with pytest.raises(NameUnknown) as caught:
        accounts.resolve("mine")
    assert "Both could be meant" in caught.value.why
    accounts.book.add(BookEntry("mine", COLD.address), overwrite=True)
    assert accounts.resolve("mine").address == COLD.address


def test_a_wallet_whose_address_nothing_tells_is_not_called_unknown(accounts: Accounts) -> None:
    (folder(accounts) / "coldkeypub.txt").unlink()
    (folder(accounts) / "coldkey").write_bytes(b"$NACL" + bytes(100))
    with pytest.raises(KeyMissing) as caught:
        accounts.resolve("mine")
    assert "without its password" in caught.value.what
    assert "doctor --fix --wallet mine" in caught.value.fix
    (folder(accounts) / "coldkey").unlink()
    with pytest.raises(KeyMissing) as caught:
        accounts.resolve("mine")
    assert "not on this machine" in caught.value.what
    assert accounts.resolve("mine/miner").address == HOT.address


def test_the_book_can_tell_what_the_wallet_does_not(accounts: Accounts) -> None:
    for name in ("coldkey", "coldkeypub.txt"):
        (folder(accounts) / name).unlink()
    accounts.book.add(BookEntry("mine", COLD.address))
    assert accounts.resolve("mine").address == COLD.address


def test_an_encrypted_hotkey_without_its_public_file_is_said_to_be_that(
    accounts: Accounts,
) -> None:
    (folder(accounts) / "hotkeys" / "minerpub.txt").unlink()
    (folder(accounts) / "hotkeys" / "miner").write_bytes(b"$NACL" + bytes(100))
    with pytest.raises(KeyMissing) as caught:
        accounts.resolve("mine/miner")
    assert "without its password" in caught.value.what


def test_a_damaged_file_is_named_and_hides_only_its_own_account(accounts: Accounts) -> None:
    (folder(accounts) / "coldkeypub.txt").write_bytes(b"{")
    with pytest.raises(KeyfileDamaged):
        accounts.resolve("mine")
    assert accounts.resolve("mine/miner").address == HOT.address
    assert accounts.resolve("them").address == THEM


def test_all_names_are_known(accounts: Accounts) -> None:
    assert list(accounts.names()) == ["mine", "mine/miner", "them"]


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        (HOT.address, "hotkey mine/miner"),
        (ALICE, "//Alice"),
        (Address.parse("5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV"), "development phrase"),
    ],
)
def test_a_doubtful_receiver_comes_with_a_warning(
    accounts: Accounts, address: Address, hint: str
) -> None:
    warnings = accounts.warnings(accounts.resolve(address.ss58))
    assert len(warnings) == 1
    assert hint in warnings[0]


def test_coldkeys_and_strangers_are_not_doubted(accounts: Accounts) -> None:
    for text in ("mine", "them", THEM.ss58):
        assert accounts.warnings(accounts.resolve(text)) == ()
    assert accounts.warnings(accounts.resolve("mine/miner")) != ()
