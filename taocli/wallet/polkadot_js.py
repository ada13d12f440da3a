"""polkadot-js account exports: all four generations are read, the current one is written.

An export is one JSON object: ``encoded``, ``encoding``, ``address`` and ``meta``. What is encoded is a
record of 16 bytes of header, the secret, 5 bytes of divider and the public key, normally inside an
XSalsa20-Poly1305 box::

    version 0     ed25519 only; the secret is the 32-byte seed; hexadecimal
    version 1     names its kind; still the seed
    version 2     a secret of 64 bytes, so that derived keys fit
    version 3     salt and cost of scrypt (N, p, r in this order) in front of the box; base64

Before version 3 the passphrase itself, cut or zero-padded on the right to 32 bytes, was the key of the box.
The 64 bytes of an ed25519 key are its seed and its public key; those of an sr25519 key are in
*ed25519-expanded* form: the scalar multiplied by eight, then the nonce. A record is believed only when
its secret gives its public key and that is the account in ``address``.
"""

import base64
import hashlib
import json
import re
import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from taocli.domain.address import decode_ss58
from taocli.domain.errors import (
    InvalidAddress,
    KeyDisagreement,
    KeyfileDamaged,
    KeyMissing,
    UnsupportedKey,
    ValidationError,
    WalletError,
    WeakPassword,
    WrongPassword,
)
from taocli.domain.text import clean
from taocli.wallet.keypair import ED25519, SR25519, Keypair

MAX_EXPORT_BYTES = 256 * 1024
_HEADER = bytes.fromhex("3053020101300506032b657004220420")
_DIVIDER = bytes.fromhex("a123032100")
_SECRET_BYTES = {85: 32, 117: 64}
"""How long the secret is in a record of so many bytes."""
_SALT_BYTES = 32
_KDF_BYTES = _SALT_BYTES + 12
_BOX_BYTES = 24 + 16
_MAX_N = 1 << 18
_R = 8
_MAX_MEMORY_BYTES = 512 * 1024 * 1024
_KINDS = {"ed25519": ED25519, "sr25519": SR25519}
_VERSIONS = ("0", "1", "2", "3")
_OPEN, _BOX, _SCRYPT_BOX = (
    frozenset({"none"}),
    frozenset({"xsalsa20-poly1305"}),
    frozenset({"scrypt", "xsalsa20-poly1305"}),
)
_HEX = re.compile(r"0x((?:[0-9a-fA-F]{2})*)")
_GENESIS = re.compile(r"0x[0-9a-f]{64}")


class ScryptCost(IntEnum):
    """What one guess at the passphrase costs: N of scrypt, with r = 8 and p = 1."""

    STANDARD = 131_072
    """128 MiB: what polkadot-js 14 writes."""
    LIGHT = 32_768
    """32 MiB: the most that older readers, such as substrate-interface 1.8, take."""


@dataclass(frozen=True, slots=True)
class _Export:
    kind: int
    scheme: frozenset[str]
    body: bytes = field(repr=False)
    account: bytes | None


def is_export(content: bytes) -> bool:
    """Whether this looks like a polkadot-js export, of one account or of many; never raises."""
    if len(content) > MAX_EXPORT_BYTES or b'"encoded"' not in content:
        return False
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(fields, dict) and "encoded" in fields and "encoding" in fields


def needs_passphrase(content: bytes) -> bool:
    """Whether an export is encrypted; errors as in ``read_export``."""
    return _parse(content).scheme != _OPEN


def read_export(content: bytes, passphrase: str) -> Keypair:
    """Open an export: about a third of a second and 128 MiB; the passphrase is ignored if it has none.

    ``WrongPassword`` (or damage inside the box: the two look alike); ``KeyfileDamaged`` for what is no
    export, is cut off or asks for an absurd cost; ``UnsupportedKey`` for other kinds of key and several
    accounts in one file; ``KeyDisagreement`` when secret, public key and address do not belong together.
    """
    export = _parse(content)
    return _key(_record(export, passphrase), export)


def write_export(
    key: Keypair,
    passphrase: str | None,
    *,
    name: str,
    genesis_hash: str | None = None,
    created_ms: int | None = None,
    cost: ScryptCost = ScryptCost.STANDARD,
) -> bytes:
    """The content of an export of version 3, opened again before it is returned.

    Without a passphrase the secret stands in it for everybody to read. ``genesis_hash`` (0x and 64 digits)
    ties the account to one chain in polkadot-js; ``created_ms`` is Unix time in milliseconds.
    """
    _check_exportable(key, passphrase, genesis_hash)
    record = _HEADER + _expanded(key) + _DIVIDER + key.public_key
    body = record if passphrase is None else _boxed(record, passphrase, cost)
    meta = {"genesisHash": genesis_hash, "name": name, "whenCreated": created_ms}
    scheme = ["none"] if passphrase is None else ["scrypt", "xsalsa20-poly1305"]
    kind = next(text for text, number in _KINDS.items() if number == key.crypto_type)
    fields = {
        "encoded": base64.b64encode(body).decode(),
        "encoding": {"content": ["pkcs8", kind], "type": scheme, "version": "3"},
        "address": key.address.ss58,
        "meta": {label: value for label, value in meta.items() if value is not None},
    }
    content = json.dumps(fields, separators=(",", ":")).encode()
    if read_export(content, passphrase or "") != key:
        raise KeyDisagreement(
            "The export was refused and nothing was written.",
            why="Read back, it does not give the same key.",
            fix="The installation is damaged: reinstall taocli and try again.",
        )
    return content


def _check_exportable(key: Keypair, passphrase: str | None, genesis_hash: str | None) -> None:
    if not key.private_key:
        raise KeyMissing(
            "There is no private key to export.",
            why="Only the public half of this key is on this machine.",
            fix="Run this where the private key lies.",
        )
    if passphrase == "":
        raise WeakPassword(
            "The passphrase of the export is empty.",
            why="polkadot-js opens no encrypted export without one.",
            fix="Choose a passphrase, such as four random words.",
        )
    if genesis_hash is not None and not _GENESIS.fullmatch(genesis_hash):
        raise ValidationError(
            "The genesis hash is malformed.",
            fix="Write 0x and 64 lower-case hexadecimal digits, or leave it out.",
        )


def _boxed(record: bytes, passphrase: str, cost: ScryptCost) -> bytes:
    from nacl.secret import SecretBox  # noqa: PLC0415 - recognising an export needs no crypto library

    salt = secrets.token_bytes(_SALT_BYTES)
    box = SecretBox(_scrypt(_passphrase_forms(passphrase)[0], salt, cost, _R))
    return salt + struct.pack("<III", cost, 1, _R) + bytes(box.encrypt(record))


def _record(export: _Export, passphrase: str) -> bytes:
    """The bytes inside the box."""
    prefix = _KDF_BYTES if export.scheme == _SCRYPT_BOX else 0
    overhead = 0 if export.scheme == _OPEN else prefix + _BOX_BYTES
    if len(export.body) - overhead not in _SECRET_BYTES:
        raise _damaged("it is cut off, or longer than one key")
    if export.scheme == _OPEN:
        return export.body
    from nacl.exceptions import CryptoError  # noqa: PLC0415 - as above
    from nacl.secret import SecretBox  # noqa: PLC0415 - as above

    for key in _box_keys(export, passphrase):
        try:
            return bytes(SecretBox(key).decrypt(export.body[prefix:]))
        except CryptoError:
            continue
    raise WrongPassword(
        "The passphrase does not open the export.",
        why="It is wrong, or the file was damaged; the two cannot be told apart.",
        fix="It is the one typed when the account was exported; upper case, layout and accents count.",
    )


def _box_keys(export: _Export, passphrase: str) -> Iterator[bytes]:
    if export.scheme == _BOX:
        yield _encoded(passphrase)[:32].ljust(32, b"\0")
        return
    salt = export.body[:_SALT_BYTES]
    n, p, r = struct.unpack("<III", export.body[_SALT_BYTES:_KDF_BYTES])
    # RFC 7914 itself wants N < 2 ** (16 * r).
    sane = 2 <= n <= _MAX_N and n & (n - 1) == 0 and 1 <= r <= _R and p == 1 and n >> 16 * r == 0
    if not sane or 128 * n * r > _MAX_MEMORY_BYTES:
        raise _damaged("its scrypt cost is no sane one, so opening it could stop this machine")
    for form in _passphrase_forms(passphrase):
        yield _scrypt(form, salt, n, r)


def _passphrase_forms(passphrase: str) -> tuple[bytes, ...]:
    """What scrypt is fed, likeliest first.

    polkadot-js takes a passphrase like ``0x12ab`` for the bytes that it spells; other tools do not.
    """
    text = _encoded(passphrase)
    spelled = _HEX.fullmatch(passphrase)
    return (text,) if spelled is None else (bytes.fromhex(spelled.group(1)), text)


def _scrypt(passphrase: bytes, salt: bytes, n: int, r: int) -> bytes:
    # OpenSSL counts a few blocks more than 128 * n * r.
    memory = 128 * r * (n + 64)
    try:
        return hashlib.scrypt(passphrase, salt=salt, n=n, r=r, p=1, maxmem=memory, dklen=32)
    except (MemoryError, ValueError):  # the cost is sane, so only memory can lack
        raise WalletError(
            "There is not enough memory to derive the key.",
            why=f"This export needs {memory >> 20} MiB of free memory.",
            fix="Close other programs and try again.",
        ) from None


def _key(record: bytes, export: _Export) -> Keypair:
    secret_end = len(_HEADER) + _SECRET_BYTES[len(record)]
    secret, tail = record[len(_HEADER) : secret_end], record[secret_end:]
    public = tail[len(_DIVIDER) :]
    if not record.startswith(_HEADER) or not tail.startswith(_DIVIDER):
        raise _damaged("what is inside does not have the layout of a key")
    try:
        key = _from_secret(secret, export.kind)
    except UnsupportedKey:
        raise _damaged("its secret is no key of the kind that it names") from None
    if key.public_key != public:
        raise _disagreement("Its secret does not belong to the public key beside it.")
    if export.account not in {None, public}:
        raise _disagreement(f"Its address is another one than {key.address}, whose key it holds.")
    return key


def _from_secret(secret: bytes, kind: int) -> Keypair:
    if len(secret) == 32:
        return Keypair.from_seed(secret, kind)
    if kind == ED25519:
        return Keypair.from_private_key(secret, ED25519)
    scalar, remainder = divmod(int.from_bytes(secret[:32], "little"), 8)
    if remainder:
        raise _damaged("its secret is not in ed25519-expanded form")
    return Keypair.from_private_key(scalar.to_bytes(32, "little") + secret[32:], SR25519)


def _expanded(key: Keypair) -> bytes:
    """The 64 secret bytes as polkadot-js keeps them; ``UnsupportedKey`` for what is no key."""
    checked = Keypair.from_private_key(key.private_key, key.crypto_type)
    if checked.crypto_type == ED25519:
        return checked.private_key + checked.public_key
    # A canonical scalar is below 2 ** 253, so eight times it still has 32 bytes.
    scalar = int.from_bytes(checked.private_key[:32], "little")
    return (scalar * 8).to_bytes(32, "little") + checked.private_key[32:]


def _parse(content: bytes) -> _Export:
    if len(content) > MAX_EXPORT_BYTES:
        raise _damaged("it is larger than any export")
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError):
        raise _damaged("it is not JSON") from None
    encoding = fields.get("encoding") if isinstance(fields, dict) else None
    if not isinstance(encoding, dict):
        raise _damaged("it does not say how it is encoded")
    version = encoding.get("version")
    if version not in _VERSIONS:
        raise _unsupported("version", version, "taocli reads the versions 0 to 3.")
    return _Export(
        _kind(version, encoding.get("content")),
        _scheme(encoding.get("type")),
        _body(fields.get("encoded")),
        _account(version, fields.get("address")),
    )


def _kind(version: str, content: object) -> int:
    if version == "0" and content == "pkcs8":
        return ED25519  # the first keyring knew no other kind
    layout, kind = content if isinstance(content, list) and len(content) == 2 else (content, None)
    if layout in ("batch-pkcs8", ["batch-pkcs8"]):
        raise _unsupported("content", "batch-pkcs8", "The file holds several accounts in one box.")
    if layout != "pkcs8":
        raise _unsupported("content", layout, "taocli reads pkcs8, which holds one account.")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise _unsupported("kind of key", kind, "Bittensor accounts are sr25519 or ed25519.")
    return _KINDS[kind]


def _scheme(named: object) -> frozenset[str]:
    """Versions before 3 name one scheme as text instead of a list."""
    names = named if isinstance(named, list) else [named]
    found = frozenset(name for name in names if isinstance(name, str))
    if found not in {_OPEN, _BOX, _SCRYPT_BOX} or len(found) != len(names):
        shown = ", ".join(sorted(found))
        raise _unsupported("encryption", shown, "taocli knows scrypt, xsalsa20-poly1305 and none.")
    return found


def _body(encoded: object) -> bytes:
    text = encoded if isinstance(encoded, str) else ""
    digits = _HEX.fullmatch(text)
    try:
        return (
            base64.b64decode(text, validate=True)
            if digits is None
            else bytes.fromhex(digits.group(1))
        )
    except ValueError:
        raise _damaged("what is encoded is neither base64 nor hexadecimal") from None


def _account(version: str, address: object) -> bytes | None:
    """The public key that ``address`` stands for, under any network's prefix; None if it tells nothing."""
    if address is None:
        return None
    text = address if isinstance(address, str) else ""
    digits = _HEX.fullmatch(text)
    if digits is not None:
        return bytes.fromhex(digits.group(1))
    try:
        return decode_ss58(text)[1]
    except InvalidAddress:
        if version != "3":
            return (
                None  # SS58 had another checksum in 2018; the public key in the box is what counts
            )
        raise _damaged("its address is not an SS58 address") from None


def _encoded(passphrase: str) -> bytes:
    try:
        return passphrase.encode()
    except UnicodeEncodeError:  # the original error would carry the passphrase
        raise WalletError(
            "The passphrase is not text.",
            why="It has bytes that are not UTF-8.",
            fix="Type it again, or check the file it comes from.",
        ) from None


def _unsupported(what: str, found: Any, why: str) -> UnsupportedKey:
    shown = clean(found, 40) if isinstance(found, str) and found else "not named"
    return UnsupportedKey(
        f"The {what} of this polkadot-js export is not supported: {shown}.",
        why=why,
        fix="Export one sr25519 or ed25519 account again with a current polkadot-js.",
    )


def _disagreement(why: str) -> KeyDisagreement:
    return KeyDisagreement(
        "The polkadot-js export contradicts itself, so it was not opened.",
        why=why,
        fix="Export the account again; if you must use this file, find out who changed it.",
    )


def _damaged(why: str) -> KeyfileDamaged:
    return KeyfileDamaged(
        "The polkadot-js export cannot be read.",
        why=f"{why[0].upper()}{why[1:]}.",
        fix="Export the account again, or restore the key from its recovery phrase.",
    )
