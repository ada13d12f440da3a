"""Making keys from text: told apart by what it is, equal to what the official tools make, derived twice."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taocli.domain.errors import (
    InvalidMnemonic,
    KeyDisagreement,
    TaoError,
    UnsupportedKey,
    ValidationError,
    WrongPassword,
)
from taocli.services.key_making import (
    new_secret,
    secret_from_export,
    secret_from_phrase,
    secret_from_text,
    secret_from_uri,
)
from taocli.services.wallets import WalletKeys, make_dev_keys, make_keys
from taocli.wallet.keypair import ED25519, SR25519, Keypair
from taocli.wallet.polkadot_js import ScryptCost, write_export

CASES = json.loads((Path(__file__).parents[2] / "vectors" / "wallet.json").read_text())["cases"]
PHRASE = "tank lizard arch marble zone chef gasp liar guard inhale gym inch"
DEV_PHRASE = "bottom drive obey lake curtain smoke basket hold race lonely fit walk"
TEXTS = {
    "mnemonic_to_key": lambda inputs: inputs["mnemonic"] + (f"///{inputs['bip39_password']}" if "bip39_password" in inputs else ""),
    "seed_to_key": lambda inputs: inputs["seed"],
    "private_key_to_key": lambda inputs: inputs["private_key"],
    "uri_to_key": lambda inputs: inputs["uri"],
}  # fmt: skip


def cases() -> list[Any]:
    return [
        pytest.param(TEXTS[case["kind"]](case["inputs"]), case["inputs"]["crypto_type"], case["expected"], id=case["id"])
        for case in CASES if case["kind"] in TEXTS
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "crypto_type", "expected"), cases())
def test_every_form_of_a_key_is_told_apart_and_gives_what_the_peers_make(
    text: str, crypto_type: int, expected: dict[str, Any]
) -> None:
    secret = secret_from_text(f" {text}\n", crypto_type, dev=text.startswith("//"))
    assert secret.key.address.ss58 == expected["ss58_address"]
    assert secret.key.crypto_type == crypto_type


def test_what_is_stored_of_a_key_depends_on_what_was_given() -> None:
    secret = secret_from_phrase(PHRASE)
    assert secret.seed is not None
    assert secret.phrase == PHRASE
    by_seed = secret_from_text(secret.seed.hex())
    assert (by_seed.key, by_seed.seed, by_seed.phrase) == (secret.key, secret.seed, None)
    by_private = secret_from_text("0x" + secret.key.private_key.hex())
    assert (by_private.key, by_private.seed, by_private.phrase) == (secret.key, None, None)
    by_uri = secret_from_text(f"{PHRASE}//stash")
    assert (by_uri.seed, by_uri.phrase) == (None, None)
    assert by_uri.key != secret.key


def test_a_phrase_is_stored_in_the_one_form_that_all_tools_read() -> None:
    messy = "\t" + PHRASE.upper().replace(" ", " \r\n ") + " "
    assert secret_from_text(messy) == secret_from_phrase(PHRASE)


@pytest.mark.parametrize("words", [12, 15, 18, 21, 24])
@pytest.mark.parametrize("crypto_type", [SR25519, ED25519])
def test_a_new_key_is_the_one_of_its_own_phrase(words: int, crypto_type: int) -> None:
    secret = new_secret(words, crypto_type)
    assert secret.phrase is not None
    assert len(secret.phrase.split()) == words
    assert secret_from_phrase(secret.phrase, crypto_type) == secret
    assert new_secret(words, crypto_type) != secret


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", ValidationError),
        ("   ", ValidationError),
        ("ab" * 31, ValidationError),
        ("ab" * 33, ValidationError),
        ("0x", InvalidMnemonic),
        ("00" * 64, UnsupportedKey),
        (PHRASE + " inch", InvalidMnemonic),
        (PHRASE.replace("inch", "gym"), InvalidMnemonic),
        (PHRASE + "/", ValidationError),
        ("0xab//x", ValidationError),
        ("//Alice", ValidationError),
        ("///password", ValidationError),
        (f"{DEV_PHRASE}//Alice", ValidationError),
    ],
)
def test_what_is_no_key_is_refused_and_not_shown(text: str, error: type[TaoError]) -> None:
    with pytest.raises(TaoError) as caught:
        secret_from_text(text)
    assert isinstance(caught.value, error)
    assert caught.value.fix
    if len(text) > 20:
        assert text not in f"{caught.value.what}{caught.value.why}{caught.value.fix}"


@given(st.one_of(st.text(max_size=80), st.text("0123456789abcdefx/ ", max_size=140)))
def test_any_text_is_a_key_or_a_typed_error(text: str) -> None:
    with contextlib.suppress(TaoError):
        assert len(secret_from_text(text).key.public_key) == 32


@pytest.mark.parametrize(
    "make",
    [
        lambda: secret_from_phrase(PHRASE),
        lambda: secret_from_text("ab" * 32),
        lambda: secret_from_text("ab" * 32, ED25519),
        lambda: secret_from_uri(f"{PHRASE}//stash"),
        new_secret,
    ],
    ids=["phrase", "seed", "ed25519 seed", "uri", "new"],
)
def test_a_binding_that_makes_wrong_keys_is_found_out(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Keypair.from_seed

    def someone_elses(seed: bytes, crypto_type: int = SR25519) -> Keypair:
        return real(bytes([seed[0] ^ 1]) + seed[1:], crypto_type)

    monkeypatch.setattr(Keypair, "from_seed", someone_elses)
    with pytest.raises(KeyDisagreement):
        make()


def test_an_export_opens_with_its_passphrase_which_is_asked_for_only_where_there_is_one() -> None:
    key = Keypair.from_seed(bytes([1] * 32))
    locked = write_export(key, "four random words here", name="a", cost=ScryptCost.LIGHT)
    assert secret_from_export(locked, lambda: "four random words here").key.address == key.address
    with pytest.raises(WrongPassword):
        secret_from_export(locked, lambda: "something else")

    def nobody() -> str:
        raise AssertionError("asked for a passphrase that is not there")

    assert secret_from_export(write_export(key, None, name="a"), nobody).key.address == key.address


def test_a_wallet_has_two_keys_of_their_own() -> None:
    keys = make_keys(12, ED25519, SR25519)
    assert (keys.cold.key.crypto_type, keys.hot.key.crypto_type) == (ED25519, SR25519)
    assert keys.cold.phrase != keys.hot.phrase
    dev = make_dev_keys("//Alice", "miner")
    assert dev.cold.key == secret_from_uri("//Alice", dev=True).key
    assert dev.hot.key == secret_from_uri("//Alice//miner", dev=True).key


def test_keys_that_are_not_written_yet_do_not_show() -> None:
    keys = make_keys()
    for secret in (keys.cold, keys.hot):
        for shown in (repr(keys), repr(secret), str(WalletKeys(keys.cold, keys.hot))):
            assert secret.phrase is not None
            assert secret.phrase not in shown
            assert secret.key.private_key.hex() not in shown
