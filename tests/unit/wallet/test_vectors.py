"""Keys and keyfiles against cases that the official wallets made or judged; none of them is left out."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from taocli.domain.address import Address, decode_ss58
from taocli.domain.errors import (
    InvalidAddress,
    InvalidMnemonic,
    KeyMissing,
    TaoError,
    ValidationError,
    WrongPassword,
)
from taocli.wallet.derivation import keypair_from_uri
from taocli.wallet.encryption import Encryption, decrypt, encryption_of
from taocli.wallet.keyfile import (
    PublicHalf,
    Secret,
    private_json,
    public_json,
    read_address,
    read_private,
    read_public,
    read_secret,
)
from taocli.wallet.keypair import Keypair, verify
from taocli.wallet.mnemonic import mini_secret
from taocli.wallet.passwords import decode_variable, variable_name

CASES = json.loads((Path(__file__).parents[2] / "vectors" / "wallet.json").read_text())["cases"]
ENCRYPTIONS = {
    "none": Encryption.NONE,
    "NaCl": Encryption.NACL,
    "Ansible Vault": Encryption.ANSIBLE,
    "legacy": Encryption.FERNET,
}
REFUSALS = {
    "bad_checksum": InvalidMnemonic,
    "bad_word_count": InvalidMnemonic,
    "bad_length": ValidationError,
    "soft_derivation_unsupported": ValidationError,
    "bad_address": InvalidAddress,
    "foreign_ss58_format": InvalidAddress,
    "wrong_password": WrongPassword,
}
covered: set[str] = set()


def cases(*kinds: str, encryption: Encryption | None = None) -> Any:
    """Parametrise a test with the cases of these kinds, and note that they are tested."""
    found = []
    for case in CASES:
        content = base64.b64decode(case["inputs"].get("file_b64", ""))
        if case["kind"] in kinds and encryption in {None, encryption_of(content)}:
            covered.add(case["id"])
            found.append(pytest.param(case["inputs"], case["expected"], id=case["id"]))
    return pytest.mark.parametrize(("inputs", "expected"), found)


def check_key(key: Keypair, expected: dict[str, Any]) -> None:
    assert key.address.ss58 == expected["ss58_address"]
    if "public_key" in expected:
        assert key.public_key.hex() == expected["public_key"]
    assert key.crypto_type == expected["crypto_type"]
    if "private_key" in expected:
        assert key.private_key.hex() == expected["private_key"]
    if "private_key_first32" in expected:
        assert key.private_key[:32].hex() == expected["private_key_first32"]


def check_secret(secret: Secret, expected: dict[str, Any]) -> None:
    check_key(secret.key, expected)
    assert secret.phrase == expected.get("mnemonic")
    assert (secret.seed.hex() if secret.seed else None) == expected["mini_secret"]


@cases("mnemonic_to_key")
def test_phrase_to_key(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    seed = mini_secret(inputs["mnemonic"], inputs.get("bip39_password") or "")
    assert seed.hex() == expected["mini_secret"]
    check_key(Keypair.from_seed(seed, inputs["crypto_type"]), expected)


@cases("seed_to_key")
def test_seed_to_key(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    seed = bytes.fromhex(inputs["seed"].removeprefix("0x"))
    check_key(Keypair.from_seed(seed, inputs["crypto_type"]), expected)


@cases("private_key_to_key")
def test_private_key_to_key(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    private = bytes.fromhex(inputs["private_key"].removeprefix("0x"))
    check_key(Keypair.from_private_key(private, inputs["crypto_type"]), expected)


@cases("uri_to_key")
def test_uri_to_key(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    check_key(keypair_from_uri(inputs["uri"], inputs["crypto_type"], dev=True), expected)


@cases("mnemonic_invalid", "uri_invalid", "seed_invalid")
def test_what_is_no_key_is_refused(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    def derive() -> Keypair:
        if "uri" in inputs:
            return keypair_from_uri(inputs["uri"], inputs["crypto_type"])
        if "seed" in inputs:
            return Keypair.from_seed(bytes.fromhex(inputs["seed"][2:]), inputs["crypto_type"])
        return Keypair.from_seed(mini_secret(inputs["mnemonic"]))

    with pytest.raises(REFUSALS[expected["error"]]) as caught:
        derive()
    assert isinstance(caught.value, TaoError)
    assert caught.value.fix
    for secret in (inputs.get("mnemonic"), inputs.get("seed"), inputs.get("uri")):
        assert secret is None or secret not in str(caught.value.what + caught.value.why)


@cases("ss58_decode")
def test_address(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    prefix, key = decode_ss58(inputs["address"])
    assert (prefix, key.hex()) == (expected["format"], expected["public_key"])


@cases("ss58_invalid")
def test_foreign_or_mistyped_address(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    with pytest.raises(REFUSALS[expected["error"]]) as caught:
        Address.parse(inputs["address"])
    if expected["error"] == "foreign_ss58_format":
        assert isinstance(caught.value, InvalidAddress)
        same_key = Address(decode_ss58(inputs["address"])[1])
        assert same_key.ss58 in caught.value.fix


@cases("keyfile_read", encryption=Encryption.NONE)
def test_plain_keyfiles(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    content = base64.b64decode(inputs["file_b64"])
    assert ENCRYPTIONS[expected["encryption"]] is Encryption.NONE
    assert read_address(content).ss58 == expected["ss58_address"]
    named = read_public(content)
    assert named.address.public_key.hex() == expected["public_key"]
    assert named.crypto_type == expected["crypto_type"]
    if expected["has_private"]:
        check_secret(read_secret(content), expected)
    else:
        with pytest.raises(KeyMissing):
            read_private(content)


@cases("keyfile_read", encryption=Encryption.ANSIBLE)
def test_ansible_keyfiles(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    content = base64.b64decode(inputs["file_b64"])
    assert ENCRYPTIONS[expected["encryption"]] is Encryption.ANSIBLE
    check_secret(read_secret(decrypt(content, inputs["password"])), expected)


@pytest.mark.slow
@cases("keyfile_read", encryption=Encryption.FERNET)
def test_fernet_keyfiles(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    content = base64.b64decode(inputs["file_b64"])
    assert ENCRYPTIONS[expected["encryption"]] is Encryption.FERNET
    check_secret(read_secret(decrypt(content, inputs["password"])), expected)


@pytest.mark.slow
@cases("keyfile_read", encryption=Encryption.NACL)
def test_nacl_keyfiles(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    content = base64.b64decode(inputs["file_b64"])
    assert ENCRYPTIONS[expected["encryption"]] is Encryption.NACL
    check_secret(read_secret(decrypt(content, inputs["password"])), expected)


@pytest.mark.slow
@cases("keyfile_invalid")
def test_wrong_passwords(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    with pytest.raises(REFUSALS[expected["error"]]) as caught:
        decrypt(base64.b64decode(inputs["file_b64"]), inputs["password"])
    assert inputs["password"] not in str(caught.value.args)


@cases("keyfile_fields")
def test_fields_written(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    if "mnemonic" in inputs:
        seed = mini_secret(inputs["mnemonic"])
        written = private_json(Secret(Keypair.from_seed(seed), seed, inputs["mnemonic"]))
    else:
        written = public_json(PublicHalf(Address.parse(inputs["address"]), 1))
    assert json.loads(written) == expected["json_object"]


@cases("env_password")
def test_peers_password_variable(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    name = variable_name(Path(inputs["keyfile_path"]))
    assert name == expected["name"]
    assert decode_variable(name, expected["value"]) == inputs["password"]


@cases("sign_ed25519")
def test_ed25519_signatures_are_deterministic(
    inputs: dict[str, Any], expected: dict[str, Any]
) -> None:
    key = Keypair.from_seed(mini_secret(inputs["mnemonic"]), 0)
    assert key.sign(bytes.fromhex(inputs["message_hex"])).hex() == expected["signature"]


@cases("verify")
def test_verify(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    from taocli.wallet.messages import verify_message

    address = Address.parse(inputs["address"])
    message, signature = (bytes.fromhex(inputs[name]) for name in ("message_hex", "signature"))
    kind = inputs["crypto_type"]
    assert verify_message(address, message, signature, kind) is expected["valid"]
    assert verify_message(address, message, signature) is expected["valid"]
    assert verify(address.public_key, message, bytes(64), kind) is False


@cases("polkadotjs_import")
def test_polkadot_js_exports(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    from taocli.wallet.polkadot_js import read_export

    check_key(read_export(inputs["json"].encode(), inputs["passphrase"]), expected)


@cases("evm_mirror")
def test_the_account_that_mirrors_an_evm_address(
    inputs: dict[str, Any], expected: dict[str, Any]
) -> None:
    from taocli.domain.accounts import evm_mirror

    assert evm_mirror(bytes.fromhex(inputs["h160"][2:])).ss58 == expected["ss58"]


@cases("evm_truncated")
def test_the_evm_address_of_an_account(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    from taocli.domain.accounts import truncated_h160

    assert "0x" + truncated_h160(Address.parse(inputs["ss58"])).hex() == expected["h160"]


@cases("evm_keystore")
def test_evm_keystores(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    from taocli.domain.accounts import evm_mirror
    from taocli.wallet.keystore_v3 import read_keystore

    key = read_keystore(inputs["json"].encode(), inputs["password"])
    assert key.address == expected["address"]
    assert key.private_key.hex() == expected["private_key"]
    assert evm_mirror(bytes.fromhex(key.address[2:])).ss58 == expected["ss58_mirror"]


@cases("multisig_address")
def test_multisig_accounts(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    from taocli.domain.accounts import multisig_account

    signatories = [Address.parse(text) for text in inputs["signatories"]]
    for order in (signatories, signatories[::-1]):
        account = multisig_account(order, inputs["threshold"])
        assert (account.ss58, account.public_key.hex()) == (expected["ss58"], expected["account"])


@cases("sealed_box_open")
def test_sealed_boxes(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    from taocli.wallet.messages import open_sealed

    key = Keypair.from_seed(mini_secret(inputs["mnemonic"]), inputs["crypto_type"])
    assert open_sealed(key, bytes.fromhex(inputs["ciphertext"])).hex() == expected["message_hex"]


def test_no_case_is_left_out() -> None:
    assert len(CASES) == 45
    assert {case["id"] for case in CASES} == covered
