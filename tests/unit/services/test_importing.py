"""Taking in a key file of another program: known by its content, opened once, and derived again."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from taocli.domain.errors import (
    KeyDisagreement,
    KeyfileDamaged,
    KeyMissing,
    TaoError,
    UnsupportedKey,
    WrongPassword,
)
from taocli.services.importing import secret_from_file
from taocli.services.key_making import secret_from_phrase
from taocli.wallet.keyfile import Secret, private_json, public_json
from taocli.wallet.keypair import ED25519, Keypair
from taocli.wallet.polkadot_js import ScryptCost, write_export

CASES = json.loads((Path(__file__).parents[2] / "vectors" / "wallet.json").read_text())["cases"]
PHRASE = "tank lizard arch marble zone chef gasp liar guard inhale gym inch"
KEY = Keypair.from_seed(bytes([1] * 32))


def nobody() -> str:
    raise AssertionError("asked for a passphrase that is not there")


def cases(*encryptions: str) -> list[Any]:
    return [
        pytest.param(case["inputs"], case["expected"], id=case["id"])
        for case in CASES
        if case["kind"] == "keyfile_read" and case["expected"]["encryption"] in encryptions
    ]


@pytest.mark.parametrize(("inputs", "expected"), cases("none", "Ansible Vault"))
def test_keyfiles_of_every_year_are_taken_in(
    inputs: dict[str, str], expected: dict[str, Any]
) -> None:
    content = base64.b64decode(inputs["file_b64"])
    asked: list[str] = []

    def ask() -> str:
        asked.append("once")
        return inputs["password"]

    if not expected["has_private"]:
        with pytest.raises(KeyMissing):
            secret_from_file(content, ask)
        return
    secret = secret_from_file(content, ask)
    assert secret.key.address.ss58 == expected["ss58_address"]
    assert secret.phrase == expected.get("mnemonic")
    assert len(asked) == (expected["encryption"] != "none")
    if asked:
        with pytest.raises(WrongPassword):
            secret_from_file(content, lambda: "something else")


@pytest.mark.parametrize(
    "inputs",
    [
        pytest.param((case["inputs"], case["expected"]), id=case["id"])
        for case in CASES
        if case["kind"] == "polkadotjs_import"
    ],
)
def test_exports_of_real_wallets_are_taken_in(
    inputs: tuple[dict[str, str], dict[str, str]],
) -> None:
    given, expected = inputs
    passphrase = given.get("passphrase") or given["password"]
    secret = secret_from_file(given["json"].encode(), lambda: passphrase)
    assert secret.key.address.ss58 == expected["ss58_address"]
    assert (secret.seed, secret.phrase) == (None, None)


@pytest.mark.parametrize("kind", [1, ED25519])
def test_what_taocli_writes_it_takes_in(kind: int) -> None:
    secret = secret_from_phrase(PHRASE, kind)
    assert secret_from_file(private_json(secret), nobody) == secret
    without_phrase = Secret(secret.key, secret.seed)
    assert secret_from_file(private_json(without_phrase), nobody) == without_phrase
    bare = Secret(secret.key)
    assert secret_from_file(private_json(bare), nobody) == bare
    export = write_export(secret.key, "x" * 12, name="a", cost=ScryptCost.LIGHT)
    assert secret_from_file(export, lambda: "x" * 12).key.address == secret.key.address


@pytest.mark.parametrize(
    ("content", "error", "hint"),
    [
        (b"", KeyfileDamaged, ""),
        (b"hello", KeyfileDamaged, ""),
        (b"{", KeyfileDamaged, ""),
        (b"\xff" * 100, KeyfileDamaged, ""),
        (b"$NACL" + bytes(39), KeyfileDamaged, ""),
        (public_json(KEY), KeyMissing, ""),
        (b'{"version":3,"Crypto":{"cipherText":"00"}}', UnsupportedKey, "evm import"),
        (b'{"encoded":"x","encoding":{"content":["pkcs8","ecdsa"],"type":["none"],"version":"3"}}',
         UnsupportedKey, ""),
        (b"[" * 200_000, KeyfileDamaged, ""),
    ],
    ids=lambda value: repr(value[:30]) if isinstance(value, bytes) else None,
)  # fmt: skip
def test_what_is_no_key_is_named_for_what_it_is(
    content: bytes, error: type[TaoError], hint: str
) -> None:
    with pytest.raises(TaoError) as caught:
        secret_from_file(content, lambda: "anything")
    assert isinstance(caught.value, error), caught.value
    assert caught.value.fix
    assert hint in caught.value.fix


def test_a_file_whose_halves_do_not_belong_together_is_refused() -> None:
    stranger = Keypair.from_seed(bytes([2] * 32))
    fields = json.loads(private_json(Secret(KEY)))
    named = fields | {"ss58Address": stranger.address.ss58}
    both = fields | json.loads(public_json(stranger))
    for content in (named, both):
        with pytest.raises(KeyDisagreement):
            secret_from_file(json.dumps(content).encode(), nobody)


@pytest.mark.parametrize("part", ["phrase", "seed", "private key"])
def test_a_binding_that_makes_wrong_keys_is_found_out(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = secret_from_phrase(PHRASE)
    content = {
        "phrase": private_json(secret),
        "seed": private_json(Secret(secret.key, secret.seed)),
        "private key": private_json(Secret(secret.key)),
    }[part]
    monkeypatch.setattr(Keypair, "sign", lambda _key, _message: bytes(63) + b"\x80")
    with pytest.raises(KeyDisagreement):
        secret_from_file(content, nobody)
