"""What a wallet must refuse: half-taken names, hostile keyfiles, and keys that are not what they say."""

import json
from pathlib import Path

import pytest

from taocli.domain.errors import (
    InvalidName,
    KeyDisagreement,
    TaoError,
    UnsupportedKey,
    WalletExists,
)
from taocli.services.wallets import create_wallet
from taocli.wallet.keyfile import Secret, private_json, public_json, read_private
from taocli.wallet.keypair import ED25519, Keypair
from taocli.wallet.places import check_name
from taocli.wallet.store import WalletStore

KEY = Keypair.from_seed(bytes([1] * 32))
OTHER = Keypair.from_seed(bytes([2] * 32))


@pytest.mark.parametrize(
    "taken", ["coldkey", "coldkeypub.txt", "hotkeys/default", "hotkeys/defaultpub.txt"]
)
def test_nothing_is_written_when_any_file_of_the_wallet_is_taken(
    tmp_path: Path, taken: str
) -> None:
    path = tmp_path / "w" / taken
    path.parent.mkdir(parents=True)
    path.write_bytes(public_json(OTHER))
    with pytest.raises(WalletExists):
        create_wallet(WalletStore(tmp_path), "w", "default", None)
    assert [item for item in tmp_path.rglob("*") if item.is_file()] == [path]
    assert path.read_bytes() == public_json(OTHER)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "-x", ".x", "a/b", "a\\b", "a\0", "a\n", "\udcff", "x" * 201]
)
def test_a_name_that_could_leave_its_folder_is_refused(name: str) -> None:
    with pytest.raises(InvalidName):
        check_name(name)


@pytest.mark.parametrize(
    "change",
    [
        {"cryptoType": []},
        {"cryptoType": {}},
        {"cryptoType": 2},
        {"cryptoType": True},
        {"cryptoType": 256},
        {"privateKey": "0x" + "ff" * 64},
        {"privateKey": "0x" + "00" * 64},
        {"privateKey": "0x12"},
        {"privateKey": 7},
        {"accountType": "hashed"},
    ],
)
def test_a_hostile_keyfile_is_a_named_refusal(change: dict[str, object]) -> None:
    content = json.loads(private_json(Secret(KEY))) | change
    with pytest.raises(TaoError):
        read_private(json.dumps(content).encode())


@pytest.mark.parametrize("seed", [None, bytes([1] * 32)])
def test_a_keyfile_that_names_a_stranger_is_refused(seed: bytes | None) -> None:
    content = json.loads(private_json(Secret(KEY, seed)))
    content["ss58Address"] = OTHER.address.ss58
    with pytest.raises(KeyDisagreement):
        read_private(json.dumps(content).encode())


def test_a_long_ed25519_key_must_end_in_its_own_public_key() -> None:
    key = Keypair.from_seed(bytes([3] * 32), ED25519)
    assert Keypair.from_private_key(key.private_key + key.public_key, ED25519) == key
    for tail in (b"x", bytes(32)):
        with pytest.raises(UnsupportedKey):
            Keypair.from_private_key(key.private_key + tail, ED25519)


def test_a_key_never_shows_its_secret() -> None:
    assert KEY.private_key.hex() not in repr(KEY)
    assert repr(KEY.private_key) not in repr(Secret(KEY, bytes(32), "phrase"))
    assert "phrase'" not in repr(Secret(KEY, bytes(32), "phrase"))
