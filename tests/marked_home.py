"""The marked home: an imaginary user's folders, whose wallets and input files hold the canaries.

Keyfiles are sealed as Ansible vaults where the format does not matter: opening one takes milliseconds, and
``$NACL`` three seconds. The wallet ``broken`` holds every kind of damage.
"""

import functools
import hashlib
import hmac
import json
from pathlib import Path

from tests.canaries import (
    COLD,
    DAMAGED,
    ED25519_LETTERS,
    EVM,
    GIVEN,
    HOT,
    KEYSTORE_PASSWORD,
    LOCKED,
    LONG,
    NACL,
    NEW_PASSWORD,
    PASSPHRASE,
    PASSWORD,
    SEED,
    URI_PASSWORD,
    WEAK_PASSWORD,
    WRONG_PASSWORD,
)

HOT_FILE, LOCKED_FILE = "w/marked/hotkeys/default", "w/marked/hotkeys/locked"


def write_marked_home(root: Path) -> None:
    """Folders for everything, marked wallets in ``w/`` and marked inputs in ``in/``."""
    for name in ("h", "t", "r", "s", "c", "d", "f/taocli", "in", "w"):
        (root / name).mkdir(mode=0o700, parents=True)
    for name, content in _contents().items():
        path = root / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(0o600)


@functools.cache
def _contents() -> dict[str, bytes | str]:
    """Every file by its path; sealing them takes half a second."""
    from taocli.wallet.keyfile import private_json, public_json
    from taocli.wallet.polkadot_js import ScryptCost, write_export

    cold, hot, locked = (private_json(one.secret) for one in (COLD, HOT, LOCKED))
    damaged = private_json(DAMAGED.secret)
    return {
        "w/marked/coldkey": vault(cold),
        "w/marked/coldkeypub.txt": public_json(COLD.secret.key),
        HOT_FILE: hot,
        "w/marked/hotkeys/defaultpub.txt": public_json(HOT.secret.key),
        LOCKED_FILE: vault(locked),
        "w/nacl/coldkey": nacl(private_json(NACL.secret)),
        "w/nacl/coldkeypub.txt": public_json(NACL.secret.key),
        "w/letters/coldkey": vault(private_json(ED25519_LETTERS)),
        "w/letters/coldkeypub.txt": public_json(ED25519_LETTERS.key),
        "w/letters/evmkeys/old": keystore(EVM.raw[0]),
        "w/broken/coldkey": damaged[:-40],
        "w/broken/hotkeys/elsewherepub.txt": DAMAGED.phrase,
        "w/broken/hotkeys/bare": DAMAGED.phrase.replace("tiny", "tinny").encode(),
        "w/broken/hotkeys/crossed": damaged.replace(
            DAMAGED.secret.key.address.ss58.encode(), COLD.secret.key.address.ss58.encode()
        ),
        "w/broken/hotkeys/seed": damaged.replace(b'"secretSeed": "0x', b'"secretSeed": "zz'),
        "w/broken/hotkeys/sealed": vault(damaged[:-40]),
        "in/pw": PASSWORD.text,
        "in/new": NEW_PASSWORD.text,
        "in/wrong": WRONG_PASSWORD.text,
        "in/weak": WEAK_PASSWORD.text,
        "in/passphrase": PASSPHRASE.text,
        "in/keystore-pw": KEYSTORE_PASSWORD.text,
        "in/latin": PASSWORD.text.encode("latin-1"),
        "in/phrase": GIVEN.phrase,
        "in/cold": f"{COLD.phrase}\n",
        "in/long": LONG.phrase.upper().replace(" ", "\n"),
        "in/swapped": " ".join(reversed(GIVEN.phrase.split())),
        "in/commas": GIVEN.phrase.replace(" ", ", "),
        "in/short": GIVEN.phrase.rpartition(" ")[0],
        "in/seed": "0x" + SEED.raw[0].hex(),
        "in/cut-seed": SEED.raw[0].hex()[:60],
        "in/private": SEED.raw[1].hex(),
        "in/uri": f"{GIVEN.phrase}//stash///{URI_PASSWORD.text}",
        "in/bad-uri": f"{GIVEN.phrase}//{URI_PASSWORD.text}//",
        "in/evm": EVM.raw[0].hex(),
        "in/cut-evm": EVM.raw[0].hex()[:-2] + "xx",
        "in/keystore.json": keystore(EVM.raw[0]),
        "in/account.json": write_export(
            GIVEN.secret.key, PASSPHRASE.text, name="given", cost=ScryptCost.LIGHT
        ),
        "in/open.json": write_export(GIVEN.secret.key, None, name="given"),
        "in/vault": vault(private_json(GIVEN.secret)),
        "in/plain": private_json(GIVEN.secret),
        "in/cut": damaged[:-40],
        "in/sealed-cut": vault(damaged[:-40]),
    }


def vault(plain: bytes) -> bytes:
    """An Ansible vault under the password."""
    from Crypto.Cipher import AES

    salt = bytes(range(32))
    keys = hashlib.pbkdf2_hmac("sha256", PASSWORD.text.encode(), salt, 10_000, 80)
    missing = 16 - len(plain) % 16
    box = AES.new(keys[:32], AES.MODE_CTR, nonce=b"", initial_value=keys[64:]).encrypt(
        plain + bytes([missing]) * missing
    )
    parts = (salt, hmac.digest(keys[32:64], box, "sha256"), box)
    return (
        b"$ANSIBLE_VAULT;1.1;AES256\n" + b"\n".join(p.hex().encode() for p in parts).hex().encode()
    )


def nacl(plain: bytes) -> bytes:
    """A ``$NACL`` keyfile under the password, whose Argon2 key is known."""
    from nacl.secret import SecretBox

    return b"$NACL" + bytes(SecretBox(PASSWORD.raw[0]).encrypt(plain))


def keystore(private: bytes) -> str:
    """An Ethereum keystore of the least cost."""
    from Crypto.Cipher import AES

    from taocli.wallet.evm_keys import evm_key_from_private, keccak_256

    salt, counter = bytes(32), bytes(16)
    derived = hashlib.pbkdf2_hmac("sha256", KEYSTORE_PASSWORD.text.encode(), salt, 1, 32)
    cipher = AES.new(derived[:16], AES.MODE_CTR, nonce=b"", initial_value=counter)
    box = cipher.encrypt(private)
    kdf = {"dklen": 32, "c": 1, "prf": "hmac-sha256", "salt": salt.hex()}
    crypto = {
        "cipher": "aes-128-ctr", "cipherparams": {"iv": counter.hex()}, "ciphertext": box.hex(),
        "kdf": "pbkdf2", "kdfparams": kdf, "mac": keccak_256(derived[16:] + box).hex(),
    }  # fmt: skip
    address = evm_key_from_private(private).h160.hex()
    return json.dumps({"version": 3, "id": "0", "address": address, "crypto": crypto})
