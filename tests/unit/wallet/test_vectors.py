"""Keys and keyfiles against cases that the official wallets made or judged."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from taocli.domain.address import decode_ss58
from taocli.domain.errors import InvalidAddress, KeyfileDamaged, TaoError, WrongPassword
from taocli.wallet.derivation import keypair_from_uri
from taocli.wallet.encryption import decrypt, is_encrypted
from taocli.wallet.keyfile import Secret, private_json, public_json, read_address, read_private
from taocli.wallet.keypair import Keypair, verify
from taocli.wallet.mnemonic import mini_secret
from taocli.wallet.passwords import decode_variable, variable_name

CASES = json.loads((Path(__file__).parents[2] / "vectors" / "wallet.json").read_text())["cases"]


def cases(*kinds: str, encrypted: bool | None = None) -> list[Any]:
    found = []
    for case in CASES:
        content = base64.b64decode(case["inputs"].get("file_b64", ""))
        if case["kind"] in kinds and encrypted in {None, is_encrypted(content)}:
            found.append(pytest.param(case["inputs"], case["expected"], id=case["id"]))
    return found


def check_key(key: Keypair, expected: dict[str, Any]) -> None:
    assert key.address.ss58 == expected["ss58_address"]
    assert key.public_key.hex() == expected["public_key"]
    if "private_key" in expected:
        assert key.private_key.hex() == expected["private_key"]
    if "private_key_first32" in expected:
        assert key.private_key[:32].hex() == expected["private_key_first32"]


@pytest.mark.parametrize(("inputs", "expected"), cases("mnemonic_to_key"))
def test_phrase_to_key(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    seed = mini_secret(inputs["mnemonic"], inputs.get("bip39_password") or "")
    check_key(Keypair.from_seed(seed, inputs["crypto_type"]), expected)


@pytest.mark.parametrize(("inputs", "expected"), cases("seed_to_key"))
def test_seed_to_key(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    seed = bytes.fromhex(inputs["seed"].removeprefix("0x"))
    check_key(Keypair.from_seed(seed, inputs["crypto_type"]), expected)


@pytest.mark.parametrize(("inputs", "expected"), cases("private_key_to_key"))
def test_private_key_to_key(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    private = bytes.fromhex(inputs["private_key"].removeprefix("0x"))
    check_key(Keypair.from_private_key(private, inputs["crypto_type"]), expected)


@pytest.mark.parametrize(("inputs", "expected"), cases("uri_to_key"))
def test_uri_to_key(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    check_key(keypair_from_uri(inputs["uri"], inputs["crypto_type"], dev=True), expected)


@pytest.mark.parametrize(
    ("inputs", "expected"), cases("mnemonic_invalid", "uri_invalid", "seed_invalid")
)
def test_what_is_no_key_is_refused(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    def derive() -> Keypair:
        if "uri" in inputs:
            return keypair_from_uri(inputs["uri"], inputs["crypto_type"])
        if "seed" in inputs:
            return Keypair.from_seed(bytes.fromhex(inputs["seed"][2:]), inputs["crypto_type"])
        return Keypair.from_seed(mini_secret(inputs["mnemonic"]))

    with pytest.raises(TaoError) as caught:
        derive()
    assert caught.value.fix
    assert expected["error"]
    for secret in (inputs.get("mnemonic"), inputs.get("seed")):
        assert secret is None or secret not in str(caught.value.what + caught.value.why)


@pytest.mark.parametrize(("inputs", "expected"), cases("ss58_decode"))
def test_address(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    prefix, key = decode_ss58(inputs["address"])
    assert (prefix, key.hex()) == (expected["format"], expected["public_key"])


@pytest.mark.parametrize(("inputs", "expected"), cases("ss58_invalid"))
def test_foreign_or_mistyped_address(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    from taocli.domain.address import Address

    assert expected["error"]
    with pytest.raises(InvalidAddress):
        Address.parse(inputs["address"])


@pytest.mark.parametrize(("inputs", "expected"), cases("keyfile_read", encrypted=False))
def test_plain_keyfiles(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    content = base64.b64decode(inputs["file_b64"])
    assert read_address(content).ss58 == expected["ss58_address"]
    if expected["has_private"]:
        key = read_private(content)
        check_key(key, expected)
        assert key.crypto_type == expected["crypto_type"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("inputs", "expected"), cases("keyfile_read", "keyfile_invalid", encrypted=True)
)
def test_encrypted_keyfiles(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    content = base64.b64decode(inputs["file_b64"])
    if expected.get("error") == "wrong_password":
        with pytest.raises(WrongPassword):
            decrypt(content, inputs["password"])
    elif expected["encryption"] == "NaCl":
        check_key(read_private(decrypt(content, inputs["password"])), expected)
    else:
        with pytest.raises(KeyfileDamaged) as caught:
            decrypt(content, inputs["password"])
        assert "old format" in caught.value.what


@pytest.mark.parametrize(("inputs", "expected"), cases("keyfile_fields"))
def test_fields_written(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    if "mnemonic" in inputs:
        seed = mini_secret(inputs["mnemonic"])
        written = private_json(Secret(Keypair.from_seed(seed), seed, inputs["mnemonic"]))
    else:
        _, public = decode_ss58(inputs["address"])
        written = public_json(Keypair(public, 1, b""))
    assert json.loads(written) == expected["json_object"]


@pytest.mark.parametrize(("inputs", "expected"), cases("env_password"))
def test_peers_password_variable(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    name = variable_name(Path(inputs["keyfile_path"]))
    assert name == expected["name"]
    assert decode_variable(name, expected["value"]) == inputs["password"]


@pytest.mark.parametrize(("inputs", "expected"), cases("sign_ed25519"))
def test_ed25519_signatures_are_deterministic(
    inputs: dict[str, Any], expected: dict[str, Any]
) -> None:
    key = Keypair.from_seed(mini_secret(inputs["mnemonic"]), 0)
    assert key.sign(bytes.fromhex(inputs["message_hex"])).hex() == expected["signature"]


@pytest.mark.parametrize(("inputs", "expected"), cases("verify"))
def test_verify(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    _, public = decode_ss58(inputs["address"])
    message, signature = (bytes.fromhex(inputs[name]) for name in ("message_hex", "signature"))
    plain = verify(public, message, signature, inputs["crypto_type"])
    wrapped = verify(public, b"<Bytes>" + message + b"</Bytes>", signature, inputs["crypto_type"])
    assert (plain or wrapped) == expected["valid"]
    assert verify(public, message, bytes(64), inputs["crypto_type"]) is False
