"""The real polkadot-js keyring opens our exports and we open its own; derived accounts agree too."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from taocli.domain.accounts import evm_mirror, multisig_account
from taocli.domain.address import Address
from taocli.domain.errors import UnsupportedKey
from taocli.wallet.derivation import keypair_from_uri
from taocli.wallet.keypair import ED25519, SR25519, Keypair, verify
from taocli.wallet.polkadot_js import ScryptCost, read_export, write_export

FOLDER = Path(__file__).parents[2] / ".interop" / "polkadotjs"
MESSAGE = b"taocli and its peers"
PASSPHRASE = "pässphrase 🔑 seven"
SPELLED = "0x12aB34"  # polkadot-js takes this for three bytes
KINDS = {"sr25519": SR25519, "ed25519": ED25519}
SIGNATORIES = [Address(bytes([number] * 32)) for number in range(1, 71)]
H160 = bytes(range(20))
GENESIS = "0x" + "2f" * 32
pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(
        not (FOLDER / "node_modules").exists(), reason="polkadot-js is not installed: make interop"
    ),
]
OURS: dict[str, tuple[Keypair, str | None, ScryptCost]] = {
    "sr25519": (Keypair.from_seed(bytes([1] * 32)), PASSPHRASE, ScryptCost.STANDARD),
    "ed25519": (Keypair.from_seed(bytes([2] * 32), ED25519), PASSPHRASE, ScryptCost.STANDARD),
    "sr25519, older cost": (Keypair.from_seed(bytes([3] * 32)), PASSPHRASE, ScryptCost.LIGHT),
    "ed25519, older cost": (
        Keypair.from_seed(bytes([4] * 32), ED25519),
        PASSPHRASE,
        ScryptCost.LIGHT,
    ),
    "sr25519, unencrypted": (Keypair.from_seed(bytes([5] * 32)), None, ScryptCost.STANDARD),
    "ed25519, unencrypted": (
        Keypair.from_seed(bytes([6] * 32), ED25519),
        None,
        ScryptCost.STANDARD,
    ),
    "softly derived": (
        keypair_from_uri("//Alice/soft", SR25519, dev=True),
        PASSPHRASE,
        ScryptCost.LIGHT,
    ),
    "passphrase that spells bytes": (
        Keypair.from_seed(bytes([7] * 32)),
        SPELLED,
        ScryptCost.LIGHT,
    ),
}
THEIRS = {
    "sr25519": ("//Peer", "sr25519", PASSPHRASE),
    "ed25519": ("//Peer", "ed25519", PASSPHRASE),
    "sr25519, unencrypted": ("//Peer", "sr25519", None),
    "ed25519, unencrypted": ("//Peer", "ed25519", None),
    "softly derived": ("//Peer/soft", "sr25519", PASSPHRASE),
    "passphrase that spells bytes": ("//Peer", "sr25519", SPELLED),
}
FOREIGN = {
    "ecdsa": ("//Peer", "ecdsa", PASSPHRASE),
    "ethereum": ("0x" + "07" * 32, "ethereum", PASSPHRASE),
}


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    """One conversation with the peer: it opens all of ours and makes all of its own."""
    ours = {
        name: write_export(
            key,
            passphrase,
            name=name,
            genesis_hash=GENESIS,
            created_ms=1_700_000_000_123,
            cost=cost,
        )
        for name, (key, passphrase, cost) in OURS.items()
    }
    wrong = {"content": ours["sr25519, older cost"].decode(), "passphrase": "another one"}
    asked = {
        "message": "0x" + MESSAGE.hex(),
        "open": [
            {"content": content.decode(), "passphrase": OURS[name][1]}
            for name, content in ours.items()
        ]
        + [wrong],
        "make": [
            {"uri": uri, "type": kind, "passphrase": passphrase}
            for uri, kind, passphrase in (THEIRS | FOREIGN).values()
        ],
        "signatories": [one.ss58 for one in SIGNATORIES],
        "threshold": 3,
        "h160": "0x" + H160.hex(),
    }
    finished = subprocess.run(
        ["node", Path(__file__).with_name("polkadot_peer.mjs"), FOLDER],
        input=json.dumps(asked), capture_output=True, text=True, timeout=170, check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(FOLDER)},
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    answer = json.loads(finished.stdout)
    answer["opened"] = dict(zip([*OURS, "wrong"], answer["opened"], strict=True))
    answer["made"] = dict(zip([*THEIRS, *FOREIGN], answer["made"], strict=True))
    return answer


@pytest.mark.parametrize("name", OURS)
def test_it_opens_our_export_and_signs_with_the_key(said: dict[str, Any], name: str) -> None:
    key, opened = OURS[name][0], said["opened"][name]
    assert opened.get("refused") is None
    assert opened["address"] == key.address.ss58
    assert KINDS[opened["type"]] == key.crypto_type
    signature = bytes.fromhex(opened["signature"].removeprefix("0x"))
    assert verify(key.public_key, MESSAGE, signature, key.crypto_type)
    assert opened["meta"] == {
        "genesisHash": GENESIS, "name": name, "whenCreated": 1_700_000_000_123,
    }  # fmt: skip


def test_it_refuses_a_wrong_passphrase_for_our_export(said: dict[str, Any]) -> None:
    assert "Unable to decode" in said["opened"]["wrong"]["refused"]


@pytest.mark.parametrize("name", THEIRS)
def test_we_open_its_export_and_hold_the_same_key(said: dict[str, Any], name: str) -> None:
    uri, kind, passphrase = THEIRS[name]
    key = read_export(said["made"][name]["content"].encode(), passphrase or "")
    assert key.address.ss58 == said["made"][name]["address"]
    assert key.address == keypair_from_uri(uri, KINDS[kind], dev=True).address
    theirs = bytes.fromhex(said["made"][name]["signature"].removeprefix("0x"))
    assert verify(key.public_key, MESSAGE, theirs, key.crypto_type)
    assert verify(key.public_key, MESSAGE, key.sign(MESSAGE), key.crypto_type)


@pytest.mark.parametrize("name", FOREIGN)
def test_its_exports_of_other_kinds_are_refused_by_name(said: dict[str, Any], name: str) -> None:
    with pytest.raises(UnsupportedKey) as caught:
        read_export(said["made"][name]["content"].encode(), PASSPHRASE)
    assert name in caught.value.what


def test_it_finds_the_same_multisig_account_and_mirror(said: dict[str, Any]) -> None:
    assert said["multisig"] == multisig_account(SIGNATORIES[::-1], 3).ss58
    assert said["mirror"] == evm_mirror(H160).ss58
