"""What the fuzzer starts from: files of real peers, files made on the spot, and the shapes in between.

A seed is a valid or nearly valid input of its target, so that a mutation of it reaches the last checks of a parser and
not only the first. ``SECRETS`` are the phrases and numbers in them: no error may show one.
"""

import base64
import json
import secrets
import uuid
from pathlib import Path
from typing import Any
from unittest import mock

import nacl.secret

from taocli.agent import frames, wire
from taocli.agent.held import HeldKey
from taocli.domain.address import encode_ss58
from taocli.wallet.evm_keys import evm_key_from_private
from taocli.wallet.keyfile import Secret, private_json, public_json
from taocli.wallet.keypair import ED25519, SR25519, Keypair
from taocli.wallet.keystore_v3 import write_keystore
from taocli.wallet.mnemonic import mini_secret
from taocli.wallet.polkadot_js import write_export

from .sealing import PASSWORD, VARIABLE, fernet_token, nacl_box, padded, vault_of

_VECTORS = Path(__file__).parents[1] / "vectors" / "wallet.json"
PHRASE = "reject veteran already nature mail float silly hour vault scorpion hospital collect"
SEED = mini_secret(PHRASE)
_SR, _ED = (Keypair.from_seed(SEED, kind) for kind in (SR25519, ED25519))
_EVM = evm_key_from_private(SEED)
SECRETS = (
    "reject veteran",
    "nature mail",
    "hospital collect",
    PASSWORD,
    SEED.hex()[8:32],
    SEED.hex()[-24:],
    _SR.private_key.hex()[8:32],
    _SR.private_key.hex()[-24:],
    base64.b64encode(_SR.private_key).decode()[8:40],
)


def seeds_of(name: str) -> list[bytes]:
    """The seeds of one target, the same each time; call inside ``cheap_derivations``, as some are sealed."""
    with (
        mock.patch.object(secrets, "token_bytes", bytes),
        mock.patch.object(nacl.secret, "random", bytes),
        mock.patch.object(uuid, "uuid4", return_value=uuid.UUID(int=0)),
    ):
        return _SEEDS[name]()


def _vectors(kind: str, field: str) -> list[bytes]:
    cases = json.loads(_VECTORS.read_text(encoding="utf-8"))["cases"]
    found = (str(case["inputs"][field]) for case in cases if case["kind"] == kind)
    return [base64.b64decode(text) if field == "file_b64" else text.encode() for text in found]


def _json(fields: Any) -> bytes:
    return json.dumps(fields).encode()


def _keyfiles() -> list[bytes]:
    whole = [private_json(Secret(key, SEED, PHRASE)) for key in (_SR, _ED)]
    fields: dict[str, Any] = json.loads(whole[0])
    old = {name: fields.get(name) for name in ("accountId", "publicKey", "secretPhrase")}
    return [
        *whole,
        *(public_json(key) for key in (_SR, _ED)),
        *(made for made in _vectors("keyfile_read", "file_b64") if made[:1] == b"{"),
        _json(old | {" ss58Address": fields["ss58Address"], "privateKey": None}),
        _json(fields | {"secretSeed": "0x\u00e9 seed as text"}),
        _json({"secretSeed": SEED.hex(), "cryptoType": "0"}),
        _json(fields | {"cryptoType": 16, "accountType": "hashed"}),
        PHRASE.encode(),
        b"0x" + SEED.hex().encode(),
        (_ED.private_key + _ED.public_key).hex().encode(),
        _SR.private_key.hex().encode(),
    ]


def _encrypted() -> list[bytes]:
    content = private_json(Secret(_SR, SEED, PHRASE))
    made = [nacl_box(content), vault_of(padded(content)), fernet_token(padded(content))]
    return [*made, *_vectors("keyfile_read", "file_b64"), made[1].replace(b"\n", b"\r\n")]


def _plain() -> list[bytes]:
    content = private_json(Secret(_ED, SEED, PHRASE))
    return [b"\0" + padded(content), b"\1" + padded(content), b"\2" + content, b"\0" + b"\x10" * 16]


def _exports() -> list[bytes]:
    made = [
        write_export(key, passphrase, name="n")
        for key in (_SR, _ED)
        for passphrase in (PASSWORD, None)
    ]
    open_one: dict[str, Any] = json.loads(made[1])
    record = base64.b64decode(open_one["encoded"])
    edwards = base64.b64decode(json.loads(made[3])["encoded"])
    oldest = _header(edwards) + SEED + edwards[80:]
    return [
        *made,
        *_vectors("polkadotjs_import", "json"),
        _json(
            open_one
            | {
                "encoded": "0x" + oldest.hex(),
                "encoding": {"content": "pkcs8", "type": "none", "version": "0"},
                "address": _ED.address.ss58,
            }
        ),
        _json(
            open_one
            | {
                "encoding": {
                    "content": ["pkcs8", "sr25519"],
                    "type": "xsalsa20-poly1305",
                    "version": "2",
                },
                "address": "0x" + _SR.public_key.hex(),
                "encoded": base64.b64encode(_old_box(record)).decode(),
            }
        ),
        _json(
            open_one | {"encoding": {"content": ["batch-pkcs8"], "type": ["none"], "version": "3"}}
        ),
        _json(
            open_one
            | {"encoding": {"content": ["pkcs8", "ecdsa"], "type": ["none"], "version": "3"}}
        ),
    ]


def _old_box(record: bytes) -> bytes:
    from nacl.secret import SecretBox

    return bytes(SecretBox(PASSWORD.encode().ljust(32, b"\0")).encrypt(record, bytes(24)))


def _header(record: bytes) -> bytes:
    return record[:16]


def _records() -> list[bytes]:
    records = [
        base64.b64decode(json.loads(write_export(key, None, name=""))["encoded"])
        for key in (_SR, _ED)
    ]
    zero = Keypair.from_seed(bytes(32), ED25519)
    records.append(
        _header(records[1]) + bytes(32) + zero.public_key + records[1][80:85] + zero.public_key
    )
    short = [_header(record) + SEED + record[80:] for record in records]
    return [kind + record for record in (*records, *short) for kind in (b"\0", b"\1")]


def _keystores() -> list[bytes]:
    made = write_keystore(_EVM, PASSWORD)
    fields: dict[str, Any] = json.loads(made)
    crypto = fields["crypto"]
    rounds = {"c": 262_144, "prf": "hmac-sha256", "dklen": 32, "salt": crypto["kdfparams"]["salt"]}
    capitals = {name.capitalize(): value for name, value in crypto.items()}
    cheap = crypto | {"kdfparams": crypto["kdfparams"] | {"n": 2, "r": 1, "p": 1}}
    return [
        made,
        *_vectors("evm_keystore", "json"),
        _json({"version": 3, "crypto": crypto | {"kdf": "pbkdf2", "kdfparams": rounds}}),
        _json({"Crypto": capitals, "version": "3"}),
        _json({"version": 3, "crypto": cheap, "address": ""}),
        _json(fields | {"address": "0x" + fields["address"]}),
        _json(fields | {"crypto": crypto | {"cipherparams": {"iv": ""}}, "address": None}),
    ]


def _uris() -> list[bytes]:
    return [
        *_vectors("uri_to_key", "uri"),
        *_vectors("uri_invalid", "uri"),
        PHRASE.encode() + b"//stash//0/soft///pass//word",
        b"0x" + SEED.hex().encode() + b"//007//+1//18446744073709551616",
        b"//Alice//stash",
        "//Ünïcode//".encode() + b"x" * 40,
        SEED.hex().encode() + b"//1",
        PHRASE.replace(" ", ", 2. ").encode() + b"//stash",
        b"0x" + b"0" * 64 + b"//1",
    ]


def _texts() -> list[bytes]:
    secrets_alone = [SEED.hex(), _SR.private_key.hex(), (_ED.private_key + _ED.public_key).hex()]
    zero = Keypair.from_seed(bytes(32), ED25519)
    known = ["0x" + "0" * 64, (zero.private_key + zero.public_key).hex()]
    given = [*_uris(), PHRASE.encode(), *(text.encode() for text in secrets_alone + known)]
    return [bytes([kind]) + text for text in given for kind in b"\0\1\3"]


def _phrases() -> list[bytes]:
    words = PHRASE.split()
    return [
        *_vectors("mnemonic_to_key", "mnemonic"),
        *_vectors("mnemonic_invalid", "mnemonic"),
        PHRASE.encode() + b"\nderive-me",
        PHRASE.upper().replace(" ", "\t ").encode(),
        " ".join(words[:11]).encode(),
        " ".join([*words[:11], "collcet"]).encode(),
        " ".join(word + "x" for word in words * 2).encode(),
    ]


def _variables() -> list[bytes]:
    key = VARIABLE.encode()
    disguised = bytes(b ^ key[i % len(key)] for i, b in enumerate(PASSWORD.encode()))
    return [base64.b64encode(disguised), b"ITstIjI8K3InICYsOmJwdQ==\nX", PASSWORD.encode(), b""]


def _addresses() -> list[bytes]:
    foreign = [encode_ss58(_SR.public_key, prefix) for prefix in (0, 2, 63, 64, 255, 256, 16383)]
    return [_SR.address.ss58.encode(), *(text.encode() for text in foreign), b"5" * 48, b"1" * 48]


def _books() -> list[bytes]:
    row = {"address": _SR.address.ss58, "note": "a friend"}
    return [
        _json({"addresses": {"bob": row, "eve": {"address": _ED.address.ss58}}}),
        _json({"addresses": {}}),
        _json({"addresses": {_SR.address.ss58: row, "../x": row, "": row}}),
    ]


def _requests() -> list[bytes]:
    made = (
        frames.Hello(),
        frames.Add(_SR.address, SR25519, _SR.private_key, "coldkey alice", 600),
        frames.Sign(_SR.address, b"message"),
        frames.ListKeys(),
        frames.Lock(None),
        frames.Lock(_SR.address),
    )
    return [wire.encode(frame) for frame in made]


def _answers() -> list[bytes]:
    made = (
        frames.Welcome(1234, True, True, False),
        frames.Held((HeldKey(_SR.address, SR25519, "coldkey alice", 60),) * 2),
        frames.Signed(bytes(64)),
        frames.Dropped(1),
        frames.Refused(frames.Refusal.FULL),
    )
    return [wire.encode(frame) for frame in made]


def _signatures() -> list[bytes]:
    signed = _ED.sign(b"message")  # always the same; an sr25519 signature is not
    return [signed.hex().encode(), b"0x01" + signed.hex().encode(), b" 00" + b"ff" * 64 + b"\n"]


def _sealed() -> list[bytes]:
    empty = "949929cb6991ef8e6b440916494ce7c7f5f45280899051b71de3b3ab0b75e26fb9ee479b6b1e8b1c90fd6bc8391166d7"
    return [bytes.fromhex(empty), *map(_unhex, _vectors("sealed_box_open", "ciphertext"))]


def _unhex(text: bytes) -> bytes:
    return bytes.fromhex(text.decode())


_SEEDS = {
    "keyfile_secret": _keyfiles,
    "keyfile_public": _keyfiles,
    "keyfile_address": _keyfiles,
    "decrypt": _encrypted,
    "decrypt_inside": _plain,
    "polkadot_export": _exports,
    "polkadot_record_inside": _records,
    "keystore": _keystores,
    "keystore_inside": _keystores,
    "passphrase": lambda: [PASSWORD.encode(), b"0x12ab", b"", "pässwörd 密".encode(), b"\xff"],
    "uri": _uris,
    "secret_text": _texts,
    "mnemonic": _phrases,
    "password_variable": _variables,
    "signature": _signatures,
    "sealed": _sealed,
    "seal": lambda: [_ED.public_key + b"note", bytes(32), _SR.public_key + b"note"],
    "address": _addresses,
    "address_book": _books,
    "agent_request": _requests,
    "agent_answer": _answers,
}
