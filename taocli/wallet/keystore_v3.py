"""Ethereum keystores, version 3: the file that geth, MetaMask, ethers and btcli 11 exchange EVM keys by.

One JSON object. A slow function (scrypt or PBKDF2, with its cost in the file) makes 32 bytes of the
password: the first half is an AES-128-CTR key for the private key, the second half proves the password by
``mac = Keccak-256(second half + ciphertext)``. Costs come from a stranger, so they are bounded before the slow
function runs. The address stands in the open, so a listing needs no password; it is proven on opening.
"""

import hashlib
import hmac
import json
import secrets
import uuid
from dataclasses import dataclass
from typing import Any

from taocli.domain.errors import (
    KeyDisagreement,
    KeyfileDamaged,
    UnsupportedKey,
    WalletError,
    WeakPassword,
    WrongPassword,
)
from taocli.domain.text import clean
from taocli.wallet.evm_keys import EvmKey, evm_key_from_private, keccak_256

MAX_KEYSTORE_BYTES = 64 * 1024
_WRITTEN_N = 1 << 18
_R = 8
_MAX_WORK = 1 << 21
"""n * r * p: one second and 256 MiB, which geth, ethers and the format's own examples stay within."""
_MAX_ROUNDS = 5_000_000
_DERIVED_BYTES = 32


@dataclass(frozen=True, slots=True)
class _Scrypt:
    salt: bytes
    n: int
    r: int
    p: int

    def derive(self, password: bytes) -> bytes:
        # Not hashlib's: OpenSSL refuses r = 1 with n = 262144, which is the format's own example.
        from Crypto.Protocol.KDF import scrypt  # noqa: PLC0415 - only opening a keystore needs it

        try:
            # This library would encode a str as Latin-1; bytes it takes as they are.
            derived = scrypt(password, self.salt, _DERIVED_BYTES, self.n, self.r, self.p)  # type: ignore[arg-type] # its stub knows str only
        except MemoryError:
            raise WalletError(
                "There is not enough memory to derive the key.",
                why=f"This keystore needs {self.n * self.r >> 13} MiB of free memory.",
                fix="Close other programs and try again.",
            ) from None
        return bytes(derived)  # type: ignore[arg-type] # one key, so not a tuple of them


@dataclass(frozen=True, slots=True)
class _Pbkdf2:
    salt: bytes
    rounds: int

    def derive(self, password: bytes) -> bytes:
        return hashlib.pbkdf2_hmac("sha256", password, self.salt, self.rounds, _DERIVED_BYTES)


@dataclass(frozen=True, slots=True)
class _Keystore:
    """The parts of a keystore, of the right sizes and within the bounds."""

    kdf: _Scrypt | _Pbkdf2
    counter: bytes
    ciphertext: bytes
    mac: bytes
    h160: bytes | None

    def open(self, derived: bytes) -> EvmKey:
        mac = keccak_256(derived[16:] + self.ciphertext)
        if not hmac.compare_digest(mac, self.mac):
            raise WrongPassword(
                "The password does not open the keystore.",
                why="It is wrong, or the file was damaged; the two cannot be told apart.",
                fix="Try again; upper case, layout and accents count.",
            )
        key = evm_key_from_private(_aes_ctr(derived[:16], self.counter, self.ciphertext))
        if self.h160 not in {None, key.h160}:
            raise KeyDisagreement(
                "The keystore names one address but holds the key of another.",
                why=f"Its key belongs to {key.address}.",
                fix="Restore the file from a backup.",
            )
        return key


def read_keystore(content: bytes, password: str) -> EvmKey:
    """Open a keystore: about a second, and 256 MiB, at the usual cost.

    ``WrongPassword``; ``KeyfileDamaged`` for what is no keystore or asks for an absurd cost;
    ``UnsupportedKey`` for other versions and ciphers; ``KeyDisagreement`` when the address is another's.
    """
    keystore = _parse(_fields(content))
    return keystore.open(keystore.kdf.derive(_encoded(password)))


def named_h160(content: bytes) -> bytes | None:
    """The 20 bytes of the address that a keystore claims, without opening it; None if it claims none."""
    return _address(_fields(content))


def write_keystore(key: EvmKey, password: str) -> bytes:
    """The content of a keystore as btcli 11 writes it (scrypt, n = 262144): about a second, 256 MiB."""
    if not password:
        raise WeakPassword(
            "An EVM key is always encrypted, and this password is empty.",
            fix="Choose a password, such as four random words.",
        )
    kdf = _Scrypt(secrets.token_bytes(16), _WRITTEN_N, _R, 1)
    derived = kdf.derive(_encoded(password))
    counter = secrets.token_bytes(16)
    ciphertext = _aes_ctr(derived[:16], counter, key.private_key)
    fields = {
        "address": key.address.removeprefix("0x"),  # btcli 11 keeps the capitals
        "crypto": {
            "cipher": "aes-128-ctr",
            "cipherparams": {"iv": counter.hex()},
            "ciphertext": ciphertext.hex(),
            "kdf": "scrypt",
            "kdfparams": {
                "dklen": _DERIVED_BYTES,
                "n": kdf.n,
                "r": kdf.r,
                "p": kdf.p,
                "salt": kdf.salt.hex(),
            },
            "mac": keccak_256(derived[16:] + ciphertext).hex(),
        },
        "id": str(uuid.uuid4()),
        "version": 3,
    }
    content = json.dumps(fields).encode()
    written = _parse(_fields(content))
    if written.kdf != kdf or written.open(derived) != key:
        raise KeyDisagreement(
            "The keystore was refused and nothing was written.",
            why="Read back, it does not give the same key.",
            fix="The installation is damaged: reinstall taocli and try again.",
        )
    return content


def _parse(fields: dict[str, Any]) -> _Keystore:
    version = fields.get("version")
    if version is None:
        raise _damaged("it names no version, so it is no keystore")
    if version not in (3, "3"):
        raise UnsupportedKey(
            f"The keystore's version is not supported: {_shown(version)}.",
            why="taocli reads version 3; version 4 holds validator keys of another curve.",
            fix="Export the account again with a current Ethereum wallet.",
        )
    crypto = _section(fields, "crypto")
    if crypto.get("cipher") != "aes-128-ctr":
        raise UnsupportedKey(
            f"The keystore's cipher is not supported: {_shown(crypto.get('cipher'))}.",
            why="Version 3 keystores use aes-128-ctr.",
            fix="Export the account again with a current Ethereum wallet.",
        )
    return _Keystore(
        _kdf(crypto),
        # eth-keyfile, and so btcli 11, writes it as a number: leading zero bytes are missing then.
        _hex(_section(crypto, "cipherparams"), "iv", 0, 16).rjust(16, b"\0"),
        _hex(crypto, "ciphertext", 32, 32),
        _hex(crypto, "mac", 32, 32),
        _address(fields),
    )


def _kdf(crypto: dict[str, Any]) -> _Scrypt | _Pbkdf2:
    params = _section(crypto, "kdfparams")
    salt = _hex(params, "salt", 1, 64)
    if _number(params, "dklen") != _DERIVED_BYTES:
        raise _damaged(f"its dklen is not {_DERIVED_BYTES}")
    if crypto.get("kdf") == "scrypt":
        n, r, p = (_number(params, name) for name in ("n", "r", "p"))
        if n < 2 or n & (n - 1) or r > 8 or p > 8 or n * r * p > _MAX_WORK:
            raise _damaged("its scrypt cost is no sane one, so opening it could stop this machine")
        return _Scrypt(salt, n, r, p)
    if crypto.get("kdf") == "pbkdf2" and params.get("prf") == "hmac-sha256":
        rounds = _number(params, "c")
        if rounds > _MAX_ROUNDS:
            raise _damaged(f"it asks for more than {_MAX_ROUNDS} rounds of PBKDF2")
        return _Pbkdf2(salt, rounds)
    raise UnsupportedKey(
        f"The keystore's key derivation is not supported: {_shown(crypto.get('kdf'))}.",
        why="taocli knows scrypt, and pbkdf2 with hmac-sha256.",
        fix="Export the account again with a current Ethereum wallet.",
    )


def _aes_ctr(key: bytes, counter: bytes, data: bytes) -> bytes:
    from Crypto.Cipher import AES  # noqa: PLC0415 - 48 ms that public data does not need

    cipher = AES.new(key, AES.MODE_CTR, nonce=b"", initial_value=counter)
    return bytes(cipher.encrypt(data))


def _fields(content: bytes) -> dict[str, Any]:
    if len(content) > MAX_KEYSTORE_BYTES:
        raise _damaged("it is larger than any keystore")
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError):
        raise _damaged("it is not JSON") from None
    return _lowered(fields, "content")


def _section(fields: dict[str, Any], name: str) -> dict[str, Any]:
    return _lowered(fields.get(name), name)


def _lowered(section: object, name: str) -> dict[str, Any]:
    """Some wallets write ``Crypto`` and ``KDF``."""
    if not isinstance(section, dict):
        raise _damaged(f"its {name} is not an object")
    return {str(key).lower(): value for key, value in section.items()}


def _number(fields: dict[str, Any], name: str) -> int:
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise _damaged(f"its {name} is not a number")
    return value


def _hex(fields: dict[str, Any], name: str, least: int, most: int) -> bytes:
    text = fields.get(name)
    try:
        value = bytes.fromhex(text.removeprefix("0x")) if isinstance(text, str) else None
    except ValueError:
        value = None
    if value is None:
        raise _damaged(f"its {name} is not hexadecimal")
    if not least <= len(value) <= most:
        raise _damaged(f"its {name} has the wrong length")
    return value


def _address(fields: dict[str, Any]) -> bytes | None:
    return _hex(fields, "address", 20, 20) if fields.get("address") else None


def _encoded(password: str) -> bytes:
    try:
        return password.encode()
    except UnicodeEncodeError:  # the original error would carry the password
        raise WalletError(
            "The password is not text.",
            why="It has bytes that are not UTF-8.",
            fix="Type it again, or check the file it comes from.",
        ) from None


def _shown(value: object) -> str:
    return clean(str(value), 40) if isinstance(value, str | int) else "it is not named"


def _damaged(why: str) -> KeyfileDamaged:
    return KeyfileDamaged(
        "The keystore cannot be read.",
        why=f"{why[0].upper()}{why[1:]}.",
        fix="Restore it from a backup, or export the account again.",
    )
