"""Ansible vaults: what Bittensor wallets of 2022 and 2023 encrypted their keyfiles with. Only read here.

A header line is followed by hexadecimal in short lines. Decoded once, it is again three hexadecimal
strings, one to a line: a salt, an HMAC and the ciphertext. PBKDF2 makes three things of the password: the key
of AES-256 in counter mode, the key of the HMAC, and the first counter. The HMAC is checked before
anything is decrypted, so a wrong password never reaches the cipher.
"""

import binascii
import hashlib
import hmac
from dataclasses import dataclass, field

from taocli.domain.errors import KeyfileDamaged

MAGIC = b"$ANSIBLE_VAULT"
_HEADER = b"$ANSIBLE_VAULT;1.1;AES256"
_ROUNDS = 10_000
_BLOCK_BYTES = 16
_SALT_BYTES = 32
_HMAC_BYTES = 32


@dataclass(frozen=True, slots=True)
class Vault:
    """The parts of a vault: a salt and an HMAC of 32 bytes each, and whole cipher blocks."""

    salt: bytes
    mac: bytes
    ciphertext: bytes = field(repr=False)


def parse_vault(content: bytes) -> Vault:
    """Take a vault apart without its password; ``KeyfileDamaged`` when it is not whole."""
    header, _, body = content.partition(b"\n")
    if header.rstrip() != _HEADER:  # a file that went through Windows ends its lines in CR LF
        raise _damaged("its first line names another version or cipher than 1.1 and AES256")
    try:
        parts = [
            binascii.unhexlify(part)
            for part in binascii.unhexlify(b"".join(body.split())).split(b"\n")
        ]
    except ValueError:
        raise _damaged("its text is not hexadecimal, or a digit of it is missing") from None
    if [len(part) for part in parts[:2]] != [_SALT_BYTES, _HMAC_BYTES] or len(parts) != 3:
        raise _damaged("it does not consist of a salt, an HMAC and a ciphertext")
    if not parts[2] or len(parts[2]) % _BLOCK_BYTES:
        raise _damaged("its ciphertext is cut off")
    return Vault(*parts)


def open_vault(vault: Vault, password: bytes) -> bytes | None:
    """The plaintext, or None when the HMAC does not fit: another password, or damage."""
    from Crypto.Cipher import AES  # noqa: PLC0415 - 48 ms that only old files need
    from Crypto.Util.Padding import unpad  # noqa: PLC0415 - as above

    keys = hashlib.pbkdf2_hmac("sha256", password, vault.salt, _ROUNDS, 80)
    if not hmac.compare_digest(hmac.digest(keys[32:64], vault.ciphertext, "sha256"), vault.mac):
        return None
    cipher = AES.new(keys[:32], AES.MODE_CTR, nonce=b"", initial_value=keys[64:])
    try:
        return bytes(unpad(cipher.decrypt(vault.ciphertext), _BLOCK_BYTES))
    except ValueError:
        raise _damaged("its padding is wrong, so the tool that wrote it had a fault") from None


def _damaged(why: str) -> KeyfileDamaged:
    return KeyfileDamaged(
        "The Ansible vault of this keyfile cannot be read.",
        why=f"{why[0].upper()}{why[1:]}.",
        fix="Restore it from a backup or from the recovery phrase.",
    )
