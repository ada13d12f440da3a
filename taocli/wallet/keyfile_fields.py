"""The fields of a keyfile's JSON: which account it names, which kind of key, and what is no keyfile at all.

All tools since 2021 have one object in common, but not its details: absent fields may be null,
a name may have a blank in front, ``cryptoType`` may be text or missing (then it is sr25519). Every field is taken
from disk and believed only after a look at its type and length, and no message shows a value that could
be a secret in the wrong place.
"""

import json
import re
from typing import Any

from taocli.domain.address import PREFIX, ZERO_ADDRESS, Address, decode_ss58
from taocli.domain.errors import InvalidAddress, KeyDisagreement, KeyfileDamaged, UnsupportedKey
from taocli.wallet.keypair import ED25519, SR25519

_HEX = re.compile(r"(?:0x)?((?:[0-9a-fA-F]{2})+)")
_NEWER_FIELDS = ("accountType", "signingScheme", "hashedDescriptor")


def fields_of(text: str) -> dict[str, Any]:
    """The fields of a JSON object: names without blanks around them, nulls and empty text left out.

    ``UnsupportedKey`` for a polkadot-js export and for newer kinds of account; ``KeyfileDamaged`` for
    what is no object, or gives one field twice with different values.
    """
    fields = _json_object(text)
    if "encoded" in fields and "encoding" in fields:
        raise UnsupportedKey(
            "This is a polkadot-js export, not a keyfile.",
            why="Its layout and encryption differ.",
            fix="Convert it with: taocli wallet import.",
        )
    for newer in _NEWER_FIELDS:
        if newer in fields:
            raise UnsupportedKey(
                "This kind of account is not supported.",
                why=f"The file has the field {newer} of newer, registered accounts.",
                fix="Use the tool that made it.",
            )
    return fields


def account_of(fields: dict[str, Any]) -> Address | None:
    """The account that the address and the public keys name, or None; they must not disagree."""
    named = [
        not_zero(hex_bytes(fields[name], name, 32))
        for name in ("publicKey", "accountId")
        if name in fields
    ]
    if "ss58Address" in fields:
        named.insert(0, _address(fields["ss58Address"]))
    if len(set(named)) > 1:
        raise KeyDisagreement(
            f"The keyfile names {named[0]} and also another account.",
            why="Its ss58Address, publicKey and accountId do not belong together.",
            fix="Restore the file from a backup, or the key from its recovery phrase.",
        )
    return named[0] if named else None


def crypto_type_of(fields: dict[str, Any]) -> int:
    """0 for ed25519 or 1 for sr25519; ``UnsupportedKey`` for any other value."""
    found = fields.get("cryptoType", SR25519)
    for known in (ED25519, SR25519):
        if (type(found) is int and found == known) or found == str(known):
            return known
    shown = f"Keys of kind {found}" if type(found) is int and abs(found) < 1 << 16 else "Such keys"
    raise UnsupportedKey(
        f"{shown} are not supported.",
        why="taocli knows sr25519 (cryptoType 1) and ed25519 (cryptoType 0).",
        fix="Use the tool that made the key.",
    )


def not_zero(public_key: bytes) -> Address:
    """The account of 32 bytes; all zeros, the public key of a zeroed secret, are refused."""
    address = Address(public_key)
    if address == ZERO_ADDRESS:
        raise damaged("its public key is all zeros, which is nobody's")
    return address


def is_hex(value: object, size: int) -> bool:
    """Whether a value is text of ``size`` bytes in hexadecimal, with or without 0x."""
    match = _HEX.fullmatch(value) if isinstance(value, str) else None
    return match is not None and len(match[1]) == 2 * size


def hex_bytes(value: object, name: str, *sizes: int) -> bytes:
    """The bytes of a hexadecimal field that may have one of these sizes."""
    if not isinstance(value, str) or not any(is_hex(value, size) for size in sizes):
        wanted = " or ".join(str(size) for size in sizes)
        raise damaged(f"its {name} is not {wanted} bytes in hexadecimal")
    return bytes.fromhex(value.removeprefix("0x"))


def damaged(why: str) -> KeyfileDamaged:
    """The refusal of a file that is none of the known shapes."""
    return KeyfileDamaged(
        "The keyfile cannot be read.",
        why=f"{why[0].upper()}{why[1:]}.",
        fix="Restore it from a backup, or the key from its recovery phrase.",
    )


def _json_object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text, object_pairs_hook=_merged)
    except (ValueError, RecursionError):
        found = None  # raised below: a JSONDecodeError carries the whole text, secrets and all
    if not isinstance(found, dict):
        raise damaged("it is not JSON")
    return found


def _merged(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for raw_name, value in pairs:
        name = raw_name.strip()
        if value is None or value == "":
            continue
        if name in fields and fields[name] != value:
            raise damaged("it gives one field twice, with different values")
        fields[name] = value
    return fields


def _address(value: object) -> Address:
    text = value if isinstance(value, str) else ""
    try:
        prefix, key = decode_ss58(text)
    except InvalidAddress:
        prefix, key = -1, b""  # raised below: its message shows the text, which could be a secret
    if not key:
        raise damaged("its ss58Address is not an address")
    return not_zero(key) if prefix == PREFIX else Address.parse(text)
