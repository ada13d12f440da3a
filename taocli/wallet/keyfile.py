"""The JSON of a keyfile: what is written, and every historic shape that is read.

One JSON object with 0x hex: ``accountId``, ``publicKey``, ``ss58Address``, ``cryptoType`` (absent means
sr25519) and, in private files, ``privateKey`` and where known ``secretSeed`` and ``secretPhrase``. A file whose secret
gives another address than the one it names is refused: opening it would sign for a stranger.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from taocli.domain.address import Address
from taocli.domain.errors import KeyDisagreement, KeyfileDamaged, UnsupportedKey
from taocli.wallet.keypair import ED25519, SR25519, Keypair
from taocli.wallet.mnemonic import mini_secret

MAX_KEYFILE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Secret:
    """A key and what it was made from, as far as that is to be stored."""

    key: Keypair
    seed: bytes | None = field(default=None, repr=False)
    phrase: str | None = field(default=None, repr=False)


def private_json(secret: Secret) -> bytes:
    """The content of a private keyfile."""
    content = _public(secret.key) | {"privateKey": "0x" + secret.key.private_key.hex()}
    if secret.seed is not None:
        content["secretSeed"] = "0x" + secret.seed.hex()
    if secret.phrase is not None:
        content["secretPhrase"] = secret.phrase
    return json.dumps(content).encode()


def public_json(key: Keypair) -> bytes:
    """The content of the public file beside it."""
    return json.dumps(_public(key)).encode()


def read_private(content: bytes) -> Keypair:
    """The key in a decrypted private file."""
    fields = _fields(content)
    address = _address(fields)
    crypto_type = _crypto_type(fields)
    key = _derived(fields, crypto_type)
    if address is None or key.address == address:
        return key
    try:
        other = _derived(fields, ED25519 if crypto_type == SR25519 else SR25519)
    except UnsupportedKey:  # a stored private key has the length of one kind only
        other = key
    if other.address == address:
        return other
    raise KeyDisagreement(
        f"The keyfile names {address} but holds the key of another account.",
        why="Its secret and its address do not belong together.",
        fix="Restore the file from a backup, or the key from its recovery phrase.",
    )


def read_address(content: bytes) -> Address:
    """The account that a public or an unencrypted private file names."""
    fields = _fields(content)
    found = _address(fields)
    if found is not None:
        return found
    text = fields.get("publicKey") or fields.get("accountId")
    if text:
        return Address(_hex(text, "publicKey"))
    return read_private(content).address


def _public(key: Keypair) -> dict[str, Any]:
    account = "0x" + key.public_key.hex()
    return {
        "accountId": account,
        "publicKey": account,
        "ss58Address": key.address.ss58,
        "cryptoType": key.crypto_type,
    }


def _fields(content: bytes) -> dict[str, Any]:
    if len(content) > MAX_KEYFILE_BYTES:
        raise _damaged("it is larger than any keyfile")
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError):
        raise _damaged("it is not JSON") from None
    if not isinstance(fields, dict):
        raise _damaged("it is not a JSON object")
    if "encoded" in fields and "encoding" in fields:
        raise UnsupportedKey(
            "This is a polkadot-js export, not a keyfile.",
            why="Its layout and encryption differ.",
            fix="Import it with btcli 11, which converts it.",
        )
    for foreign in ("accountType", "signingScheme"):
        if foreign in fields:
            raise UnsupportedKey(
                "This kind of account is not supported.",
                why=f"The file has the field {foreign} of newer, registered accounts.",
                fix="Use the tool that made it.",
            )
    return {str(key).strip(): value for key, value in fields.items() if value is not None}


def _derived(fields: dict[str, Any], crypto_type: int) -> Keypair:
    phrase, seed, private = (
        fields.get(name) for name in ("secretPhrase", "secretSeed", "privateKey")
    )
    if phrase:
        return Keypair.from_seed(mini_secret(str(phrase)), crypto_type)
    if seed and (len(str(seed)) == 66 or not private):
        return Keypair.from_seed(_hex(seed, "secretSeed"), crypto_type)
    if private:
        return Keypair.from_private_key(_hex(private, "privateKey"), crypto_type)
    raise _damaged("it holds no secret")


def _crypto_type(fields: dict[str, Any]) -> int:
    found = fields.get("cryptoType", SR25519)
    if isinstance(found, bool) or found not in (
        ED25519,
        SR25519,
        "0",
        "1",
    ):  # a tuple: the value may be unhashable
        raise UnsupportedKey(
            f"Keys of kind {found!r} are not supported.",
            why="taocli knows sr25519 (1) and ed25519 (0).",
            fix="Use the tool that made the key.",
        )
    return int(found)


def _address(fields: dict[str, Any]) -> Address | None:
    text = fields.get("ss58Address")
    return Address.parse(str(text)) if text else None


def _hex(value: object, name: str) -> bytes:
    try:
        return bytes.fromhex(str(value).removeprefix("0x"))
    except ValueError:
        raise _damaged(f"its {name} is not hexadecimal") from None


def _damaged(why: str) -> KeyfileDamaged:
    return KeyfileDamaged(
        "The keyfile cannot be read.",
        why=f"{why[0].upper()}{why[1:]}.",
        fix="Restore it from a backup, or the key from its recovery phrase.",
    )
