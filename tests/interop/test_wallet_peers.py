"""Wallet folders go both ways between taocli and the official wallets, and signatures verify.

One long conversation with each peer: it opens every file made here, through the classes its own command
line uses, and makes the same keys from the same texts for us to open. Every kind of key lies there
unencrypted, as a coldkey and as a hotkey. Encryption does not depend on what is inside, and costs seconds
for each file, so few keys stand for all: of ours the coldkey of an sr25519 phrase and the hotkey of an
ed25519 seed, of theirs that coldkey. The Ethereum keys are of bittensor 11 alone; the oldest encryption is not opened by bittensor-wallet 4.
"""

import base64
import json
import os
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from taocli.services.key_making import secret_from_export, secret_from_text
from taocli.wallet.encryption import Encryption
from taocli.wallet.evm_keys import evm_key_from_private
from taocli.wallet.evm_store import EvmStore
from taocli.wallet.keyfile import PublicHalf, Secret
from taocli.wallet.keypair import ED25519, SR25519, verify
from taocli.wallet.messages import open_sealed, seal
from taocli.wallet.passwords import look_for_password
from taocli.wallet.places import KeyPlace
from taocli.wallet.polkadot_js import ScryptCost, write_export
from taocli.wallet.reading import encryption_at, open_key, public_half
from taocli.wallet.store import WalletStore
from taocli.wallet.writing import write_key, write_public

ROOT = Path(__file__).parents[2]
PASSWORD = "côrrect horse battery 7"
PASSPHRASE = "exchange pässphrase"
MESSAGE = "taocli and its peers: τ"
RAW = MESSAGE.encode()
KINDS = {"sr25519": SR25519, "ed25519": ED25519}
LAST_WORDS = {12: "about", 15: "address", 18: "agent", 21: "admit", 24: "art"}
PHRASES = {count: "abandon " * (count - 1) + last for count, last in LAST_WORDS.items()}
SEED = "0x" + bytes(range(200, 232)).hex()
TEXT_SEED = "0x" + b"these 32 bytes are also a text..".hex()
TEXTS = {
    **{f"{count} words": ("mnemonic", phrase) for count, phrase in PHRASES.items()},
    "seed": ("seed", SEED),
    "hard path": ("uri", PHRASES[12] + "//stash//7"),
    "long step and password": ("uri", PHRASES[15] + f"//0//{'a long step ' * 4}///p/ä//w"),
    "soft path": ("uri", PHRASES[12] + "//stash/soft/1///pw"),
}
NAMES = [
    f"{kind}, {label}"
    for kind in KINDS
    for label in (*TEXTS, "private key", "polkadot-js")
    if (kind, label) != ("ed25519", "soft path")  # which does not exist
]
HALVES = [(name, half) for name in NAMES for half in ("coldkey", "hotkey")]
LOCKED_THERE = {("sr25519, 12 words", "coldkey")}
LOCKED_HERE = LOCKED_THERE | {("ed25519, seed", "hotkey")}
EVM_SECRET = bytes([7] * 32)
VECTORS = json.loads((ROOT / "tests/vectors/wallet.json").read_text())["cases"]
FERNET = next(
    c["inputs"] for c in VECTORS if c["inputs"].get("file_b64", "").startswith("Z0FBQUFB")
)
pytestmark = [pytest.mark.interop, pytest.mark.slow]


@dataclass(frozen=True)
class Source:
    """What a key is made from; ``kind`` is the name that the peers' functions have for it."""

    kind: str
    text: str
    crypto_type: int

    @property
    def secret(self) -> Secret:
        if self.kind == "json":
            return secret_from_export(self.text.encode(), lambda: PASSPHRASE)
        if self.kind == "private_key" and self.crypto_type == ED25519:
            seed = secret_from_text(self.text, ED25519)
            return Secret(seed.key)  # 32 bytes read as a seed; stored as nothing but a private key
        return secret_from_text(self.text, self.crypto_type)


@cache
def source_of(name: str) -> Source:
    kind, _, label = name.partition(", ")
    crypto = KINDS[kind]
    if label in TEXTS:
        return Source(*TEXTS[label], crypto)
    key = secret_from_text(SEED, crypto).key
    if label == "private key":
        return Source("private_key", "0x" + key.private_key.hex(), crypto)
    exported = write_export(key, PASSPHRASE, name="ours", cost=ScryptCost.LIGHT)
    return Source("json", exported.decode(), crypto)


@cache
def secret_of(name: str) -> Secret:
    """Ours, as the commands make it."""
    return source_of(name).secret


def folder_of(owner: str, name: str) -> str:
    return f"{owner}-{re.sub('[^a-z0-9]+', '-', name)}"


def place_of(store: WalletStore, wallet: str, half: str) -> KeyPlace:
    return store.new_hotkey(wallet, "hot") if half == "hotkey" else store.new_coldkey(wallet)


def named(wallet: str, half: str) -> dict[str, Any]:
    return {"wallet": wallet, "hotkey": "hot" if half == "hotkey" else None}


def write_ours(store: WalletStore) -> dict[str, dict[str, Any]]:
    """Every key of ours on disk, and what the peer is asked to do with it."""
    opened, watched, made, posted = {}, {}, {}, {}
    for name, half in HALVES:
        secret, label, source = secret_of(name), f"{name}, {half}", source_of(name)
        locked = (name, half) in LOCKED_HERE
        ours = named(folder_of("ours", name), half)
        signature = {"signature": secret.key.sign(RAW).hex()}
        write_key(place_of(store, ours["wallet"], half), secret, PASSWORD if locked else None)
        unlock = ("variable" if half == "hotkey" else "password") if locked else "nothing"
        opened[label] = ours | signature | {"unlock": unlock}
        if source.crypto_type == ED25519:
            opened[label]["sealed"] = seal(secret.key.address, RAW).hex()
        made[label] = named(folder_of("theirs", name), half) | {
            "source": source.kind, "text": source.text, "crypto_type": source.crypto_type,
            "passphrase": PASSPHRASE, "locked": (name, half) in LOCKED_THERE,
        }  # fmt: skip
        if source.kind == "seed":
            account = PublicHalf(secret.key.address, secret.key.crypto_type)
            watched[label] = named(folder_of("watch", name), half) | signature
            write_public(place_of(store, watched[label]["wallet"], half), account)
            posted[label] = named(folder_of("posted", name), half) | {
                "address": account.address.ss58, "crypto_type": account.crypto_type,
            }  # fmt: skip
    return {"opened": opened, "watched": watched, "made": made, "posted": posted}


@dataclass(frozen=True)
class Talk:
    """What was written for one peer, and everything it answered."""

    peer: str
    store: WalletStore
    said: dict[str, Any]


@pytest.fixture(scope="module", params=["sdk10", "sdk11"])
def talk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Talk:
    python = ROOT / ".interop" / request.param / "bin" / "python"
    if not python.exists():
        pytest.skip(f"{request.param} is not installed: make interop")
    home = tmp_path_factory.mktemp(request.param)
    store = WalletStore(home / "wallets")
    acts = write_ours(store)
    vault, fernet = store.new_coldkey("vault"), store.new_coldkey("fernet")
    write_key(vault, secret_of("sr25519, 18 words"), None)
    fernet.private.parent.mkdir()
    fernet.private.write_bytes(base64.b64decode(FERNET["file_b64"]))
    EvmStore(store.new_coldkey("evm")).write("ours", evm_key_from_private(EVM_SECRET), PASSWORD)
    acts["made"]["text"] = named("text", "coldkey") | {
        "source": "seed", "text": TEXT_SEED, "crypto_type": SR25519, "locked": False,
    }  # fmt: skip
    acts["vaults"] = {"one": {"path": str(vault.private)}}
    acts["old"] = {"fernet": named("fernet", "coldkey") | {"password": FERNET["password"]}}
    acts["evm"] = {"both": {"wallet": "evm", "open": "ours", "make": "theirs"}}
    asked = {"root": str(store.root), "message": MESSAGE, "password": PASSWORD, "acts": acts}
    finished = subprocess.run(
        [python, Path(__file__).with_name("wallet_peer.py")], input=json.dumps(asked),
        capture_output=True, text=True, timeout=170, check=False,
        env={"HOME": str(home), "PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    return Talk(request.param, store, json.loads(finished.stdout.rpartition("RESULT ")[2]))


@pytest.mark.parametrize(("name", "half"), HALVES)
def test_it_opens_our_file_and_signs_with_the_key(talk: Talk, name: str, half: str) -> None:
    said, key = talk.said["opened"][f"{name}, {half}"], secret_of(name).key
    account = {
        "address": key.address.ss58, "public_key": key.public_key.hex(), "crypto_type": key.crypto_type,
    }  # fmt: skip
    assert said.get("refused") is None
    assert said["public"] == account == {part: said[part] for part in account}
    assert verify(key.public_key, RAW, bytes.fromhex(said["signature"]), key.crypto_type)


@pytest.mark.parametrize(("name", "half"), HALVES)
def test_our_signature_convinces_our_public_file_there(talk: Talk, name: str, half: str) -> None:
    assert talk.said["opened"][f"{name}, {half}"]["convinced"] is True


@pytest.mark.parametrize(("name", "half"), HALVES)
def test_we_open_its_file_and_hold_the_same_key(talk: Talk, name: str, half: str) -> None:
    said, ours = talk.said["made"][f"{name}, {half}"], secret_of(name)
    if talk.peer == "sdk10" and name == "ed25519, polkadot-js":
        assert "panic" in said["refused"].lower()  # bittensor-wallet 4 knows sr25519 exports only
        return
    assert said.get("refused") is None
    place = place_of(talk.store, folder_of("theirs", name), half)
    locked = (name, half) in LOCKED_THERE
    found = open_key(place, PASSWORD if locked else None)
    assert encryption_at(place) is (Encryption.NACL if locked else Encryption.NONE)
    assert said["encrypted"] is locked
    assert said["address"] == found.key.address.ss58 == ours.key.address.ss58
    assert (found.key.crypto_type, found.seed, found.phrase) == (
        ours.key.crypto_type, ours.seed, ours.phrase,
    )  # fmt: skip
    kind = found.key.crypto_type
    assert verify(ours.key.public_key, RAW, bytes.fromhex(said["signature"]), kind)
    assert verify(ours.key.public_key, RAW, found.key.sign(RAW), kind)


def test_we_open_seeds_that_it_writes_as_text(talk: Talk) -> None:
    key = secret_from_text(TEXT_SEED).key
    assert open_key(talk.store.coldkey("text"), None).key == key
    said = talk.said["made"]["text"]
    if talk.peer == "sdk10":
        assert said["refused"].startswith("KeyFileError")  # it cannot read its own file
    else:
        assert said["address"] == key.address.ss58


@pytest.mark.parametrize("half", ["coldkey", "hotkey"])
@pytest.mark.parametrize("kind", KINDS)
def test_public_files_alone_go_both_ways(talk: Talk, kind: str, half: str) -> None:
    name, key = f"{kind}, seed", secret_of(f"{kind}, seed").key
    seen = talk.said["watched"][f"{name}, {half}"]
    assert (seen["address"], seen["crypto_type"]) == (key.address.ss58, key.crypto_type)
    assert seen["convinced"] is True
    place = place_of(talk.store, folder_of("posted", name), half)
    assert public_half(place) == PublicHalf(key.address, key.crypto_type)
    assert encryption_at(place) is None


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("ed25519")])
def test_sealed_messages_are_read_on_both_sides(talk: Talk, name: str) -> None:
    assert talk.said["opened"][f"{name}, coldkey"]["unsealed"] == RAW.hex()
    sealed = talk.said["made"][f"{name}, coldkey"].get("sealed")
    if sealed is not None:  # where the peer could not make the key, it sealed nothing to it
        assert open_sealed(secret_of(name).key, bytes.fromhex(sealed)) == RAW


def test_its_password_variable_opens_our_file_on_both_sides(talk: Talk) -> None:
    name, value = talk.said["opened"]["ed25519, seed, hotkey"]["variable"]
    place = talk.store.hotkey(folder_of("ours", "ed25519, seed"), "hot")
    found = look_for_password(place.private, environ={name: value})
    assert found is not None
    assert found.text == PASSWORD
    assert open_key(place, found.text).key == secret_of("ed25519, seed").key


def test_we_open_the_ansible_vaults_that_it_writes(talk: Talk) -> None:
    if talk.peer == "sdk11":
        assert "writes no Ansible vaults" in talk.said["vaults"]["one"]["refused"]
        return
    place = talk.store.coldkey("vault")
    assert talk.said["vaults"]["one"] is None
    assert encryption_at(place) is Encryption.ANSIBLE
    assert open_key(place, PASSWORD) == secret_of("sr25519, 18 words")


def test_the_oldest_files_open_here_and_in_bittensor_11(talk: Talk) -> None:
    address = open_key(talk.store.coldkey("fernet"), FERNET["password"]).key.address.ss58
    said = talk.said["old"]["fernet"]
    if talk.peer == "sdk10":
        assert "Wrong password" in said["refused"]  # it derives from a random key, so every one is
    else:
        assert said["address"] == address


def test_evm_keystores_go_both_ways(talk: Talk) -> None:
    said = talk.said["evm"]["both"]
    if talk.peer == "sdk10":
        assert "no EVM keys" in said["refused"]
        return
    store = EvmStore(talk.store.coldkey("evm"))
    assert said["private_key"] == EVM_SECRET.hex()
    theirs = store.open("theirs", PASSWORD)
    assert theirs.private_key.hex() == said["made"][1]
    shown = {
        entry.name: [entry.address, entry.mirror and entry.mirror.ss58] for entry in store.list()
    }
    assert {name: [theirs[0].lower(), theirs[1]] for name, theirs in said["listed"].items()} == {
        name: [ours[0].lower(), ours[1]] for name, ours in shown.items()
    }
