"""The parsers under test: each takes bytes, and what it promises about a result is checked here too.

``TaoError`` is the only exception that may leave a target. Where encryption or a checksum would keep nearly
every mutated input out, a second target (named ``..._inside``) seals the input itself, so that the parser behind the
lock sees it.
"""

import base64
import json
import os
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import bip_utils  # noqa: F401 - imported late by what is watched here, and its 60 MiB are no parser's

from taocli.agent.wire import decode_answer, decode_request, encode
from taocli.domain.address import PREFIX, Address, decode_ss58, encode_ss58
from taocli.domain.errors import TaoError
from taocli.services.address_book import AddressBook
from taocli.services.key_making import secret_from_export, secret_from_text
from taocli.wallet import encryption, keyfile, keystore_v3, messages, polkadot_js
from taocli.wallet.agreement import check_uri_key
from taocli.wallet.derivation import is_dev_uri, keypair_from_uri
from taocli.wallet.evm_keys import evm_key_from_private
from taocli.wallet.keypair import ED25519, SR25519, Keypair
from taocli.wallet.mnemonic import mini_secret, quiz_positions, tidy_phrase
from taocli.wallet.passwords import decode_variable

from .sealing import (
    PASSWORD,
    SEALED_TO,
    VARIABLE,
    again_authentic,
    boxed_record,
    fernet_token,
    nacl_box,
    vault_of,
)
from .watching import Bounds, BrokenPromise

_KINDS = (SR25519, ED25519)
_EVM = evm_key_from_private(SEALED_TO.private_key)
_LIGHT = polkadot_js.ScryptCost.LIGHT
_COMPARED = 8
"""One URI in so many is derived a second time by other code, which is slow."""


@dataclass(frozen=True, slots=True)
class Target:
    """A parser, the longest input worth giving to it, and what one run may use."""

    name: str
    run: Callable[[bytes], None]
    max_bytes: int = 8 * 1024
    bounds: Bounds = field(default_factory=Bounds)


def _text(data: bytes) -> str:
    """As Linux hands over arguments and variables: what is not UTF-8 becomes lone surrogates."""
    return os.fsdecode(data)


def _promise(kept: object, promise: str) -> None:
    if not kept:
        raise BrokenPromise(promise)


def _stored(key: Keypair) -> Keypair:
    """The key, written to a keyfile and read again."""
    return keyfile.read_private(keyfile.private_json(keyfile.Secret(key)))


def _imported(export: bytes) -> Keypair:
    return secret_from_export(export, lambda: PASSWORD).key


def keyfile_secret(data: bytes) -> None:
    secret = keyfile.read_secret(data)
    again = keyfile.read_secret(keyfile.private_json(secret))
    _promise(again == secret, "a key that is written and read again is the same")
    allowed = {secret.key.address.ss58, digits := secret.key.public_key.hex(), "0x" + digits}
    for named in _accounts_in(data):
        _promise({named, named.lower()} & allowed, "a key that was read is the one that is named")
    message = b"signed by what was read"
    _promise(
        messages.verify_message(secret.key.address, message, secret.key.sign(message)),
        "a key that was read can sign for its account",
    )


def _accounts_in(data: bytes) -> list[str]:
    """Every account that a keyfile names, found without the code under test."""
    try:
        fields = json.loads(data.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError):
        return []
    if not isinstance(fields, dict):  # digits alone are JSON too, and a seed
        return []
    names = {"ss58Address", "publicKey", "accountId"}
    return [str(value) for name, value in fields.items() if name.strip() in names and value]


def keyfile_public(data: bytes) -> None:
    half = keyfile.read_public(data)
    _promise(half.address.public_key != bytes(32), "nobody's account is refused")
    _promise(
        keyfile.read_public(keyfile.public_json(half)) == half,
        "a public half that is written and read again is the same",
    )


def keyfile_address(data: bytes) -> None:
    named = keyfile.read_address(data)
    _promise(keyfile.read_address(data) == named, "a file names one account")


def decrypt(data: bytes) -> None:
    opened = encryption.decrypt(data, PASSWORD)
    _promise(encryption.is_encrypted(data), "only what is encrypted is decrypted")
    keyfile.read_secret(opened)


def decrypt_inside(data: bytes) -> None:
    seal = (vault_of, fernet_token, nacl_box)[data[0] % 3] if data else nacl_box
    content = data[1:]
    opened = encryption.decrypt(seal(content), PASSWORD)
    _promise(content.startswith(opened), "what was sealed comes out")
    keyfile.read_secret(opened)


def polkadot_export(data: bytes) -> None:
    _promise(polkadot_js.is_export(data) in {True, False}, "is_export never raises")
    polkadot_js.needs_passphrase(data)
    key = polkadot_js.read_export(data, PASSWORD)
    _promise(_stored(_imported(data)) == key, "a key that is imported can be stored")
    written = polkadot_js.write_export(key, PASSWORD, name="fuzz")
    _promise(polkadot_js.read_export(written, PASSWORD) == key, "an export is read back")


def polkadot_record_inside(data: bytes) -> None:
    kind = ("sr25519", "ed25519")[data[0] & 1] if data else "sr25519"
    export = boxed_record(data[1:], kind)
    key = polkadot_js.read_export(export, PASSWORD)
    _promise(data[1:].endswith(key.public_key), "the account is the one in the record")
    _promise(_stored(_imported(export)) == key, "a key that is imported can be stored")


def keystore(data: bytes) -> None:
    named = keystore_v3.named_h160(data)
    key = keystore_v3.read_keystore(data, PASSWORD)
    _promise(named in {None, key.h160}, "a keystore opens only as the address that it names")


def keystore_inside(data: bytes) -> None:
    keystore(again_authentic(data))


def passphrase(data: bytes) -> None:
    text = _text(data)
    box = encryption.encrypt(b"{}", text)
    _promise(encryption.decrypt(box, text) == b"{}", "a password opens what it closed")
    export = polkadot_js.write_export(SEALED_TO, text, name=text[:100], cost=_LIGHT)
    _promise(polkadot_js.read_export(export, text) == SEALED_TO, "a passphrase opens its export")
    stored = keystore_v3.write_keystore(_EVM, text)
    _promise(keystore_v3.read_keystore(stored, text) == _EVM, "a password opens its keystore")


def uri(data: bytes) -> None:
    text = _text(data)
    for kind in _KINDS:
        key = keypair_or_none(text, kind, dev=True)
        strict = keypair_or_none(text, kind, dev=False)
        if key is None or is_dev_uri(text):
            _promise(strict is None, "a development key needs dev")
            continue
        _promise(strict is not None, "dev only allows more")
        _promise(strict.public_key == key.public_key, "dev changes no key")  # type: ignore[union-attr] # promised above
        if zlib.crc32(data) % _COMPARED == 0:
            _agreed(text, key)
    keypair_from_uri(text, SR25519)


def keypair_or_none(text: str, kind: int, *, dev: bool) -> Keypair | None:
    try:
        return keypair_from_uri(text, kind, dev=dev)
    except TaoError:
        return None


def _agreed(text: str, key: Keypair) -> None:
    try:
        check_uri_key(text, key, dev=True)
    except TaoError as error:
        raise BrokenPromise(f"the second route to a key agrees: {error.why}") from None


def secret_text(data: bytes) -> None:
    kind = _KINDS[data[0] & 1] if data else SR25519
    text = _text(data[1:])
    try:
        secret = secret_from_text(text, kind, dev=bool(data) and data[0] & 2 == 2)
    except TaoError as error:
        _promise(error.name != "KeyDisagreement", f"two routes agree: {error.why}")
        raise
    _promise(
        keyfile.read_secret(keyfile.private_json(secret)) == secret, "a new key's file is read back"
    )


def mnemonic(data: bytes) -> None:
    phrase, _, password = _text(data).partition("\n")
    tidy = tidy_phrase(phrase)
    _promise(tidy_phrase(tidy) == tidy, "a tidy phrase is tidy")
    _promise(len(set(quiz_positions(phrase))) <= 3, "three words at most are asked for")
    _promise(mini_secret(tidy, password) == mini_secret(phrase, password), "tidying changes no key")


def password_variable(data: bytes) -> None:
    value, _, name = _text(data).partition("\n")
    name = VARIABLE + "".join(letter for letter in name[:100] if letter.isprintable())
    password = decode_variable(name, value)
    key = os.fsencode(name)
    disguised = bytes(b ^ key[i % len(key)] for i, b in enumerate(password.encode()))
    _promise(base64.b64decode(value) == disguised, "a password can be disguised again")


def signature(data: bytes) -> None:
    parsed = messages.parse_signature(_text(data))
    message = data[-16:]
    for kind in (None, *_KINDS):
        _promise(
            messages.verify_message(SEALED_TO.address, message, parsed, kind) in {True, False},
            "a signature holds or does not",
        )


def sealed(data: bytes) -> None:
    message = messages.open_sealed(SEALED_TO, data)
    _promise(len(message) + messages.SEAL_BYTES == len(data), "a seal has a fixed size")


def seal(data: bytes) -> None:
    account = Address(data[:32])
    _promise(
        len(messages.seal(account, data[32:])) == len(data) - 32 + messages.SEAL_BYTES,
        "a seal has a fixed size",
    )


def address(data: bytes) -> None:
    text = _text(data)
    prefix, key = decode_ss58(text)
    _promise(prefix == PREFIX or prefix >= 0, "a prefix is a number")
    _promise(encode_ss58(key, prefix) == text, "an account has one text under one prefix")
    _promise(Address.parse(text).ss58 == text, "an account has one text")


def address_book(data: bytes) -> None:
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        path = Path(folder, "book.json")
        path.write_bytes(data)
        book = AddressBook(path)
        for entry in book.entries():
            _promise(entry.name.strip() and len(entry.note) <= 200, "an entry fits a line")
            _promise(book.find(entry.name) is not None, "an entry is found by its name")


def agent_request(data: bytes) -> None:
    frame = decode_request(data)
    _promise(decode_request(encode(frame)) == frame, "a frame is read back")


def agent_answer(data: bytes) -> None:
    frame = decode_answer(data)
    _promise(decode_answer(encode(frame)) == frame, "a frame is read back")


_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
_LONG = 70 * 1024
"""Longer than keyfiles and given secrets may be."""
TARGETS = {
    target.name: target
    for target in (
        Target("keyfile_secret", keyfile_secret, _LONG),
        Target("keyfile_public", keyfile_public, _LONG),
        Target("keyfile_address", keyfile_address, _LONG),
        Target("decrypt", decrypt, _LONG),
        Target("decrypt_inside", decrypt_inside),
        Target("polkadot_export", polkadot_export, 4 * _LONG),
        Target("polkadot_record_inside", polkadot_record_inside, 256),
        Target("keystore", keystore, _LONG),
        Target("keystore_inside", keystore_inside, _LONG),
        Target("passphrase", passphrase),
        Target("uri", uri, _LONG),
        Target("secret_text", secret_text, _LONG),
        Target("mnemonic", mnemonic, _LONG),
        Target("password_variable", password_variable, _LONG),
        Target("signature", signature),
        Target("sealed", sealed),
        Target("seal", seal, 256),
        Target("address", address, 1024),
        Target("address_book", address_book, 4 * _LONG),
        Target("agent_request", agent_request, 2 * _LONG),
        Target("agent_answer", agent_answer, 2 * _LONG),
    )
}
