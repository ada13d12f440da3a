"""Sealing hostile content so that a parser opens it: valid MACs around whatever the fuzzer wants inside.

All of it under one password, and inside ``cheap_derivations`` only, where a key is a hash and takes no time.
"""

import base64
import hashlib
import hmac
import json
import operator
import struct
from typing import Any

from taocli.wallet import fernet
from taocli.wallet.encryption import encrypt
from taocli.wallet.evm_keys import keccak_256
from taocli.wallet.keypair import ED25519, Keypair
from taocli.wallet.mnemonic import mini_secret

from .watching import CostTooHigh

PASSWORD = "correct horse 9!"
VARIABLE = "BT_PW__HOME_U__BITTENSOR_WALLETS_DEFAULT_COLDKEY"
SEALED_TO = Keypair.from_seed(
    mini_secret("predict volcano beyond figure this robust film humor smile tank dust zero"),
    ED25519,
)
"""Whose sealed messages the vectors have."""
_SALT = bytes(range(32))


def nacl_box(content: bytes) -> bytes:
    """A ``$NACL`` keyfile of this content."""
    return encrypt(content, PASSWORD)


def vault_of(content: bytes) -> bytes:
    """An Ansible vault whose HMAC is right; the padding is the content's own, so mostly wrong."""
    from Crypto.Cipher import AES

    keys = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), _SALT, 10_000, 80)
    plain = _blocks(content)
    box = AES.new(keys[:32], AES.MODE_CTR, nonce=b"", initial_value=keys[64:]).encrypt(plain)
    parts = (_SALT, hmac.digest(keys[32:64], box, "sha256"), box)
    body = b"\n".join(part.hex().encode() for part in parts).hex()
    lines = [body[start : start + 80] for start in range(0, len(body), 80)]
    return "\n".join(["$ANSIBLE_VAULT;1.1;AES256", *lines]).encode()


def fernet_token(content: bytes) -> bytes:
    """A Fernet token whose HMAC is right, with the content's own padding."""
    from Crypto.Cipher import AES

    key = fernet.derive_key(PASSWORD.encode())
    vector = bytes(16)
    box = AES.new(key[16:], AES.MODE_CBC, vector).encrypt(_blocks(content))
    signed = b"\x80" + bytes(8) + vector + box
    return base64.urlsafe_b64encode(signed + hmac.digest(key[:16], signed, "sha256"))


def boxed_record(record: bytes, kind: str) -> bytes:
    """A polkadot-js export, version 3, whose box opens and holds this record."""
    from nacl.secret import SecretBox

    n, p, r = 32_768, 1, 8
    key = hashlib.scrypt(PASSWORD.encode(), salt=_SALT, n=n, r=r, p=p, maxmem=1 << 26, dklen=32)
    box = bytes(SecretBox(key).encrypt(record, bytes(24)))
    fields = {
        "encoded": base64.b64encode(_SALT + struct.pack("<III", n, p, r) + box).decode(),
        "encoding": {
            "content": ["pkcs8", kind],
            "type": ["scrypt", "xsalsa20-poly1305"],
            "version": "3",
        },
    }
    return json.dumps(fields).encode()


def again_authentic(content: bytes) -> bytes:
    """A keystore with its MAC made to fit, where it still has the parts that a MAC is made of."""
    from Crypto.Protocol.KDF import scrypt

    try:
        fields = json.loads(content)
        crypto: dict[str, Any] = fields["crypto"]
        params = crypto["kdfparams"]
        salt = bytes.fromhex(params["salt"])
        password = PASSWORD.encode()
        if crypto["kdf"] == "scrypt":
            n, r, p = (
                operator.index(params[name]) for name in "nrp"
            )  # text times a number is huge
            derived = bytes(scrypt(password, salt, 32, n, r, p))  # type: ignore[arg-type] # its stub knows str only
        else:
            derived = hashlib.pbkdf2_hmac("sha256", password, salt, params["c"], 32)
        mac = keccak_256(derived[16:] + bytes.fromhex(crypto["ciphertext"]))
        fields["crypto"] = crypto | {"mac": mac.hex()}
        return json.dumps(fields).encode()
    except (Exception, CostTooHigh):  # noqa: BLE001 - hostile on purpose; then it goes in as it is
        return content


def padded(content: bytes) -> bytes:
    """PKCS7, which ``vault_of`` and ``fernet_token`` leave to the content."""
    missing = 16 - len(content) % 16
    return content + bytes([missing]) * missing


def _blocks(content: bytes) -> bytes:
    return content.ljust(-(-max(len(content), 1) // 16) * 16, b"\0")
