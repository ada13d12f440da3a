"""Wallets on disk: permissions, refusals, crashes, and machines that have only some of the files."""

import contextlib
import json
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taocli.domain.errors import (
    FileSystemError,
    InvalidName,
    KeyDisagreement,
    KeyMissing,
    TaoError,
    WalletExists,
    WalletNotFound,
    WeakPassword,
    WrongPassword,
)
from taocli.services import wallets as services
from taocli.services.wallets import create_dev_wallet, create_wallet
from taocli.wallet import private_files
from taocli.wallet.keyfile import Secret, read_address, read_private
from taocli.wallet.keypair import Keypair
from taocli.wallet.passwords import check_strength
from taocli.wallet.private_files import create_private_file
from taocli.wallet.store import WalletStore, check_name


@pytest.fixture
def store(tmp_path: Path) -> WalletStore:
    return WalletStore(tmp_path / "wallets")


@pytest.fixture
def alice(store: WalletStore) -> WalletStore:
    create_dev_wallet(store, "alice", "default", "//Alice", None)
    return store


def test_files_are_private_even_without_a_umask(store: WalletStore) -> None:
    before = os.umask(0)
    try:
        create_wallet(store, "alice", "default", None)
    finally:
        os.umask(before)
    for path in store.root.rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_nothing_is_overwritten(alice: WalletStore) -> None:
    before = {path: path.read_bytes() for path in alice.root.rglob("*") if path.is_file()}
    with pytest.raises(WalletExists):
        create_wallet(alice, "alice", "other", None)
    with pytest.raises(WalletExists):
        create_dev_wallet(alice, "alice", "default", "//Bob", None)
    assert {path: path.read_bytes() for path in alice.root.rglob("*") if path.is_file()} == before


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


def _die_in(step: str, path: Path) -> None:
    """Write a file in a process that is killed as it reaches one system call."""

    def die(*_: object, **__: object) -> None:
        os._exit(9)

    if step == "write":
        private_files._write_new = die  # type: ignore[assignment]
    else:
        setattr(os, step, die)
    create_private_file(path, b"new")
    os._exit(0)


@pytest.mark.parametrize("step", ["open", "write", "fsync", "link", "unlink"])
def test_a_crash_leaves_the_whole_key_or_none(tmp_path: Path, step: str) -> None:
    path = tmp_path / "coldkey"
    process = multiprocessing.get_context("fork").Process(target=_die_in, args=(step, path))
    process.start()
    process.join(20)
    assert process.exitcode == 9
    assert not path.exists() or path.read_bytes() == b"new"
    if not path.exists():
        create_private_file(path, b"again")
        assert path.read_bytes() == b"again"


def _create(path: Path, content: bytes, start: "multiprocessing.synchronize.Barrier") -> None:
    start.wait(20)
    try:
        create_private_file(path, content)
    except WalletExists:
        os._exit(11)
    os._exit(0)


def test_of_two_parallel_writers_one_wins(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    path, start = tmp_path / "coldkey", context.Barrier(2)
    writers = [
        context.Process(target=_create, args=(path, bytes([n]) * 100, start)) for n in (1, 2)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(20)
    assert sorted(writer.exitcode or 0 for writer in writers) == [0, 11]
    assert path.read_bytes() in {b"\1" * 100, b"\2" * 100}
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileSystemError) as caught:
        create_private_file(tmp_path / "coldkey", b"content")
    assert "No space left" in caught.value.why
    assert list(tmp_path.iterdir()) == []


def test_a_hotkey_alone_is_enough(alice: WalletStore) -> None:
    expected = alice.hotkey_address("alice", "default")
    for name in ("coldkey", "coldkeypub.txt", "hotkeys/defaultpub.txt"):
        (alice.root / "alice" / name).unlink()
    assert alice.hotkey_address("alice", "default") == expected
    assert alice.hotkey_signer("alice", "default").address == expected
    assert alice.coldkey_address("alice") is None
    with pytest.raises(KeyMissing):
        alice.unlock_coldkey("alice")
    assert alice.list()[0].coldkey is None


def test_public_halves_alone_are_enough_for_reading(alice: WalletStore) -> None:
    expected = alice.hotkey_address("alice", "default")
    for name in ("coldkey", "hotkeys/default"):
        (alice.root / "alice" / name).unlink()
    assert alice.hotkey_address("alice", "default") == expected
    assert alice.coldkey_address("alice") is not None
    with pytest.raises(WalletNotFound):
        alice.hotkey_signer("alice", "default")


def test_one_bad_file_does_not_hide_the_others(alice: WalletStore) -> None:
    create_dev_wallet(alice, "bob", "default", "//Bob", None)
    (alice.root / "bob" / "coldkeypub.txt").write_text("{not json")
    (alice.root / "bob" / "hotkeys" / "x.lock").write_text("")
    listed = {entry.name: entry for entry in alice.list()}
    assert listed["alice"].coldkey is not None
    assert listed["alice"].coldkey.address is not None
    assert listed["bob"].coldkey is not None
    assert listed["bob"].coldkey.problem
    assert [key.name for key in listed["bob"].hotkeys] == ["default"]


def test_unknown_names_suggest_the_near_one(alice: WalletStore) -> None:
    with pytest.raises(WalletNotFound) as caught:
        alice.hotkey_address("alicf", "default")
    assert caught.value.why == "Did you mean alice?"
    with pytest.raises(WalletNotFound) as caught:
        alice.hotkey_address("alice", "defualt")
    assert caught.value.why == "Did you mean default?"


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "a\\b", "-x", ".x", "a\0b", "a\nb", "x" * 201]
)
def test_names_that_leave_the_folder_are_refused(name: str) -> None:
    with pytest.raises(InvalidName):
        check_name(name)


def test_a_hotkey_cannot_be_named_like_a_public_file(store: WalletStore) -> None:
    with pytest.raises(InvalidName):
        create_dev_wallet(store, "alice", "xpub.txt", "//Alice", None)


@pytest.mark.slow
def test_an_encrypted_coldkey_opens_with_its_password_only(store: WalletStore) -> None:
    made = create_dev_wallet(store, "alice", "default", "//Alice", "correct horse 7")
    assert store.coldkey_is_encrypted("alice")
    assert store.unlock_coldkey("alice", "correct horse 7").address == made.coldkey
    with pytest.raises(WrongPassword):
        store.unlock_coldkey("alice", "correct horse 8")
    with pytest.raises(KeyMissing):
        store.unlock_coldkey("alice")


def test_a_file_that_contradicts_its_address_is_refused(alice: WalletStore) -> None:
    path = alice.root / "alice" / "coldkey"
    content = json.loads(path.read_text())
    content["ss58Address"] = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"
    path.write_text(json.dumps(content))
    with pytest.raises(KeyDisagreement):
        alice.unlock_coldkey("alice")


@given(st.binary(max_size=400))
def test_garbage_is_a_typed_error(content: bytes) -> None:
    for read in (read_private, read_address):
        with pytest.raises(TaoError):
            read(content)


@given(st.dictionaries(
    st.sampled_from(["secretPhrase", "secretSeed", "privateKey", "ss58Address", "publicKey", "cryptoType"]),
    st.one_of(st.none(), st.integers(), st.text(max_size=70), st.lists(st.integers(), max_size=2)),
))  # fmt: skip
def test_strange_fields_are_a_typed_error_or_a_key(fields: dict[str, object]) -> None:
    with contextlib.suppress(TaoError):
        assert len(read_private(json.dumps(fields).encode()).public_key) == 32


@pytest.mark.parametrize(
    "password", ["", "123456", "password1", "aaaaaaaaaaaa", "bittensor1", "abcdefghi"]
)
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(WeakPassword) as caught:
        check_strength(password)
    assert "salt" in caught.value.why


@pytest.mark.parametrize(
    "password", ["correct horse battery 7", "tea4two&three", "mölk-und-brot-19"]
)
def test_good_passwords_pass(password: str) -> None:
    check_strength(password)


def test_secrets_do_not_show(alice: WalletStore) -> None:
    key = alice.hotkey_signer("alice", "default")
    secret = Secret(key, key.private_key[:32], "some phrase")
    for shown in (repr(key), str(key), repr(secret)):
        assert key.private_key.hex() not in shown
        assert "some phrase" not in shown
    assert "phrase" not in repr(services.NewWallet(key.address, key.address, "words", "words"))


def test_a_process_with_secrets_leaves_no_core_dump() -> None:
    probe = (
        "import resource, ctypes\n"
        "from taocli.wallet.hardening import protect_process\n"
        "protect_process()\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE)[0], ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, timeout=30, check=True
    ).stdout
    assert said.split() == ["0", "0" if sys.platform == "linux" else "-1"]
