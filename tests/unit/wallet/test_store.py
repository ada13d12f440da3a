"""Wallets on disk: what is written where and how privately, and machines that have only some of the files."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from taocli.domain.errors import (
    InvalidName,
    KeyDisagreement,
    KeyfileDamaged,
    KeyMissing,
    WalletError,
    WalletExists,
    WalletNotFound,
    WrongPassword,
)
from taocli.services.wallets import create_dev_wallet, create_wallet
from taocli.wallet import writing
from taocli.wallet.encryption import Encryption, encrypt, forget_keys
from taocli.wallet.keyfile import PublicHalf, Secret, private_json, public_json
from taocli.wallet.keypair import Keypair
from taocli.wallet.places import KeyPlace
from taocli.wallet.reading import (
    address_of,
    encryption_at,
    needs_password,
    no_private_half,
    open_key,
    public_half,
)
from taocli.wallet.renaming import rename_hotkey, rename_wallet
from taocli.wallet.store import WalletStore
from taocli.wallet.writing import change_password, restore_key, write_key, write_public

KEY, OTHER = (Keypair.from_seed(bytes([seed] * 32)) for seed in (1, 2))
SECRET = Secret(KEY)


@pytest.fixture
def store(tmp_path: Path) -> WalletStore:
    return WalletStore(tmp_path / "wallets")


@pytest.fixture
def alice(store: WalletStore) -> WalletStore:
    """Wallet ``alice``: KEY as its plain coldkey, OTHER as its hotkey ``default``."""
    write_key(store.new_coldkey("alice"), SECRET, None)
    write_key(store.new_hotkey("alice", "default"), Secret(OTHER), None)
    return store


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """Passwords cost nothing, and are counted."""
    derived: list[bytes] = []

    def kdf(size: int, password: bytes, salt: bytes, **_: int) -> bytes:
        derived.append(password)
        return (b"cheap" + password + salt).ljust(size, b"\0")[:size]

    forget_keys()
    monkeypatch.setattr("nacl.pwhash.argon2i.kdf", kdf)
    yield derived
    forget_keys()


def files(store: WalletStore) -> dict[str, bytes]:
    return {
        str(path.relative_to(store.root)): path.read_bytes()
        for path in store.root.rglob("*")
        if path.is_file()
    }


def without(store: WalletStore, *names: str) -> None:
    for name in names:
        (store.root / "alice" / name).unlink()


def test_files_are_private_even_without_a_umask(store: WalletStore) -> None:
    before = os.umask(0)
    try:
        create_wallet(store, "alice", "default", None)
        write_public(store.new_hotkey("alice", "watched"), PublicHalf(KEY.address, 1))
    finally:
        os.umask(before)
    for path in store.root.rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_nothing_is_overwritten(alice: WalletStore) -> None:
    before = files(alice)
    for wallet, hotkey in (("alice", "other"), ("alice", "default"), ("bob", "default")):
        if wallet == "bob":
            write_public(alice.new_hotkey("bob", hotkey), PublicHalf(KEY.address, 1))
            before = files(alice)
        with pytest.raises(WalletExists):
            create_wallet(alice, wallet, hotkey, None)
    with pytest.raises(WalletExists):
        create_dev_wallet(alice, "alice", "default", "//Bob", None)
    assert files(alice) == before


def test_a_dangling_link_is_not_followed(store: WalletStore, tmp_path: Path) -> None:
    folder = store.root / "alice"
    folder.mkdir(parents=True)
    (folder / "coldkey").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WalletExists):
        create_wallet(store, "alice", "default", None)
    assert not (tmp_path / "elsewhere").exists()


def test_a_refused_key_is_not_written(store: WalletStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(cls: type[Keypair], seed: bytes, crypto_type: int = 1) -> Keypair:
        return Keypair(bytes(32), crypto_type, seed + seed)

    monkeypatch.setattr(Keypair, "from_seed", classmethod(broken))
    with pytest.raises(KeyDisagreement):
        create_wallet(store, "alice", "default", None)
    assert not store.root.exists()


def test_what_does_not_open_again_is_not_written(
    store: WalletStore, cheap: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    strangers = encrypt(private_json(Secret(OTHER)), "password")
    monkeypatch.setattr(writing, "encrypt", lambda _content, _password: strangers)
    with pytest.raises(KeyDisagreement):
        write_key(store.new_coldkey("alice"), SECRET, "password")
    assert not store.root.exists()
    write_key(store.new_coldkey("alice"), SECRET, None)
    with pytest.raises(KeyDisagreement):
        change_password(store.coldkey("alice"), None, "password", keep_backup=False)
    assert open_key(store.coldkey("alice"), None) == SECRET


def test_a_hotkey_alone_is_enough(alice: WalletStore) -> None:
    without(alice, "coldkey", "coldkeypub.txt", "hotkeys/defaultpub.txt")
    assert alice.hotkey_address("alice", "default") == OTHER.address
    assert alice.hotkey_signer("alice", "default") == OTHER
    assert alice.coldkey_address("alice") is None
    with pytest.raises(KeyMissing) as caught:
        alice.unlock_coldkey("alice")
    assert "not on this machine" in caught.value.what
    assert alice.list()[0].coldkey is None
    assert not alice.coldkey_is_encrypted("alice")


def test_public_halves_alone_are_enough_for_reading(alice: WalletStore) -> None:
    without(alice, "coldkey", "hotkeys/default")
    assert alice.hotkey_address("alice", "default") == OTHER.address
    assert alice.coldkey_address("alice") == KEY.address
    for open_one in (
        lambda: alice.hotkey_signer("alice", "default"),
        lambda: alice.unlock_coldkey("alice"),
    ):
        with pytest.raises(KeyMissing) as caught:
            open_one()
        assert "Only its public half is here" in caught.value.why
    (entry,) = alice.list()
    assert entry.coldkey is not None
    assert (entry.coldkey.encrypted, entry.hotkeys[0].encrypted) == (None, None)


def test_an_encrypted_key_is_read_by_its_public_file(
    alice: WalletStore, cheap: list[bytes]
) -> None:
    for place in (alice.coldkey("alice"), alice.hotkey("alice", "default")):
        change_password(place, None, "password", keep_backup=False)
    made = list(cheap)
    assert alice.coldkey_address("alice") == KEY.address
    assert alice.hotkey_address("alice", "default") == OTHER.address
    assert [key.encryption for key in alice.list()[0].hotkeys] == [Encryption.NACL]
    without(alice, "coldkeypub.txt", "hotkeys/defaultpub.txt")
    assert alice.coldkey_address("alice") is None
    with pytest.raises(WalletNotFound) as caught:
        alice.hotkey_address("alice", "default")
    assert "doctor --fix" in caught.value.fix
    assert cheap == made


def test_an_encrypted_key_opens_with_its_password_only(
    store: WalletStore, cheap: list[bytes]
) -> None:
    made = create_dev_wallet(store, "alice", "default", "//Alice", "correct horse 7")
    assert store.coldkey_is_encrypted("alice")
    assert store.unlock_coldkey("alice", "correct horse 7").address == made.coldkey
    with pytest.raises(WrongPassword):
        store.unlock_coldkey("alice", "correct horse 8")
    with pytest.raises(KeyMissing) as caught:
        store.unlock_coldkey("alice")
    assert "--password-file" in caught.value.fix


def test_a_file_that_contradicts_its_address_is_refused(alice: WalletStore) -> None:
    path = alice.root / "alice" / "coldkey"
    content = json.loads(path.read_text())
    content["ss58Address"] = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"
    path.write_text(json.dumps(content))
    with pytest.raises(KeyDisagreement):
        alice.unlock_coldkey("alice")


def test_one_bad_file_does_not_hide_the_others(alice: WalletStore) -> None:
    create_dev_wallet(alice, "bob", "default", "//Bob", None)
    (alice.root / "bob" / "coldkeypub.txt").write_text("{not json")
    hotkeys = alice.root / "bob" / "hotkeys"
    for name in ("x.lock", ".hidden", "y.tmp"):
        (hotkeys / name).write_text("")
    (hotkeys / "folder").mkdir()
    (hotkeys / "-odd").write_text("")
    os.mkfifo(hotkeys / "pipe")
    (alice.root / "evil\x1b[1m").mkdir()
    (alice.root / "not a folder").write_text("")
    listed = {entry.name: entry for entry in alice.list()}
    assert set(listed) == {"alice", "bob", "evil\x1b[1m"}
    assert listed["alice"].coldkey is not None
    assert listed["alice"].coldkey.address == KEY.address
    for name in ("bob", "evil\x1b[1m"):
        broken = listed[name].coldkey
        assert broken is not None
        assert broken.problem
    assert [(key.name, bool(key.problem)) for key in listed["bob"].hotkeys] == [
        ("-odd", True), ("default", False), ("pipe", True)
    ]  # fmt: skip


def test_a_folder_that_is_not_there_has_no_wallets(store: WalletStore) -> None:
    assert store.list() == ()
    store.root.write_text("a file")
    assert store.list() == ()
    with pytest.raises(WalletNotFound):
        store.coldkey("alice")


def test_unknown_names_suggest_the_near_one(alice: WalletStore) -> None:
    with pytest.raises(WalletNotFound) as caught:
        alice.hotkey_address("alicf", "default")
    assert caught.value.why == "Did you mean alice?"
    with pytest.raises(WalletNotFound) as caught:
        alice.hotkey_address("alice", "defualt")
    assert caught.value.why == "Did you mean default?"


@pytest.mark.parametrize("name", ["xpub.txt", "pub.txt", "a.lock", "a.tmp"])
def test_a_hotkey_cannot_be_named_like_what_is_no_key(store: WalletStore, name: str) -> None:
    with pytest.raises(InvalidName):
        create_dev_wallet(store, "alice", name, "//Alice", None)
    assert not store.root.exists()


def test_a_restored_key_joins_its_public_file(alice: WalletStore) -> None:
    before = files(alice)
    without(alice, "coldkey")
    place = alice.new_coldkey("alice")
    with pytest.raises(WalletExists):
        restore_key(place, Secret(OTHER), None)
    assert restore_key(place, SECRET, None) == ()
    assert files(alice) == before
    with pytest.raises(WalletExists):
        restore_key(place, SECRET, None)


def test_a_replaced_key_is_kept(alice: WalletStore) -> None:
    before = files(alice)
    kept = write_key(alice.new_coldkey("alice"), Secret(OTHER), None, overwrite=True)
    kept += write_key(alice.new_hotkey("alice", "default"), SECRET, None, overwrite=True)
    assert sorted(path.read_bytes() for path in kept) == sorted(before.values())
    assert alice.coldkey_address("alice") == OTHER.address
    assert [key.name for key in alice.list()[0].hotkeys] == ["default"]


def test_a_public_file_must_be_of_the_key_beside_it(alice: WalletStore, cheap: list[bytes]) -> None:
    place = alice.coldkey("alice")
    half = PublicHalf(OTHER.address, 1)
    with pytest.raises(WalletExists):
        write_public(place, half)
    with pytest.raises(KeyDisagreement):
        write_public(place, half, overwrite=True)
    without(alice, "coldkeypub.txt")
    write_public(place, PublicHalf(KEY.address, 1))
    assert place.public.read_bytes() == public_json(KEY)


def test_a_password_is_set_changed_kept_and_removed(alice: WalletStore, cheap: list[bytes]) -> None:
    place = alice.coldkey("alice")
    assert change_password(place, None, "first", keep_backup=False) is None
    assert (encryption_at(place), needs_password(place)) == (Encryption.NACL, True)
    assert change_password(place, "first", "second", keep_backup=False) is None
    with pytest.raises(WrongPassword):
        change_password(place, "first", "third", keep_backup=False)
    old = place.private.read_bytes()
    backup = change_password(place, "second", "second", keep_backup=True)
    assert backup is not None
    assert backup.read_bytes() == old
    assert change_password(place, "second", None, keep_backup=False) is None
    assert open_key(place, None) == SECRET
    assert public_half(place) == PublicHalf(KEY.address, 1)


def test_a_key_that_is_replaced_while_its_password_changes_is_left_alone(
    alice: WalletStore, monkeypatch: pytest.MonkeyPatch, cheap: list[bytes]
) -> None:
    place = alice.coldkey("alice")
    strangers = private_json(Secret(OTHER))

    def meanwhile(size: int, password: bytes, salt: bytes, **_: int) -> bytes:
        place.private.write_bytes(strangers)
        return bytes(size)

    monkeypatch.setattr("nacl.pwhash.argon2i.kdf", meanwhile)
    with pytest.raises(WalletError) as caught:
        change_password(place, None, "password", keep_backup=False)
    assert "nothing was changed" in caught.value.what
    assert place.private.read_bytes() == strangers


def test_a_renamed_key_keeps_its_files_and_takes_no_name_from_another(alice: WalletStore) -> None:
    before = files(alice)
    rename_hotkey(alice.hotkey("alice", "default"), alice.new_hotkey("alice", "miner"))
    assert alice.hotkey_signer("alice", "miner") == OTHER
    rename_wallet(alice.coldkey("alice"), alice.new_coldkey("bob"))
    assert sorted(files(alice).values()) == sorted(before.values())
    (alice.root / "alice").mkdir()
    with pytest.raises(WalletExists):
        rename_wallet(alice.coldkey("bob"), alice.new_coldkey("alice"))
    write_public(alice.new_hotkey("bob", "taken"), PublicHalf(KEY.address, 1))
    with pytest.raises(WalletExists):
        rename_hotkey(alice.hotkey("bob", "miner"), alice.new_hotkey("bob", "taken"))
    with pytest.raises(KeyMissing):
        rename_hotkey(alice.new_hotkey("bob", "gone"), alice.new_hotkey("bob", "new"))


def test_a_file_that_could_hang_or_fill_the_memory_is_not_read(alice: WalletStore) -> None:
    place = alice.coldkey("alice")
    without(alice, "coldkey", "coldkeypub.txt")
    os.mkfifo(place.private)
    for read in (encryption_at, address_of, lambda place: open_key(place, None)):
        with pytest.raises(KeyfileDamaged):
            read(place)
    place.private.unlink()
    place.private.write_bytes(b" " * (1 << 20))
    with pytest.raises(KeyfileDamaged):
        open_key(place, None)


def test_what_is_missing_is_said_in_full() -> None:
    place = KeyPlace("a", "h", Path("/nowhere/h"), Path("/nowhere/hpub.txt"))
    error = no_private_half(place)
    assert error.what == "The private half of hotkey a/h is not on this machine."
    assert error.why
    assert error.fix
