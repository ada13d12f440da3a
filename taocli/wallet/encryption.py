"""``$NACL`` encryption, the one format that every Bittensor tool writes today.

A file is ``$NACL``, 24 bytes of nonce and an XSalsa20-Poly1305 box. The key is Argon2i with 512 MiB and 8
rounds over the password, with a salt that is the same constant for everybody: equal passwords give
equal keys, so the password is all the protection there is. One derivation takes about three seconds.
"""

from taocli.domain.errors import KeyfileDamaged, WalletError, WrongPassword

MAGIC = b"$NACL"
OTHER_MAGICS = {b"$ANSIBLE_VAULT": "Ansible vault (2022)", b"gAAAAA": "Fernet (2021)"}
_SALT = bytes.fromhex("137183dff15a09bc9c90b5518739e9b1")
_OPS = 8
_MEMORY_BYTES = 536_870_912
_LEAST_BYTES = len(MAGIC) + 24 + 16


def is_encrypted(content: bytes) -> bool:
    """Whether the content is in any known encrypted format."""
    return content.startswith((MAGIC, *OTHER_MAGICS))


def encrypt(content: bytes, password: str) -> bytes:
    """Encrypt a keyfile's JSON."""
    from nacl.secret import SecretBox  # noqa: PLC0415 - public data needs no crypto library

    return MAGIC + bytes(SecretBox(_derive(password)).encrypt(content))


def decrypt(content: bytes, password: str) -> bytes:
    """Open an encrypted keyfile; damage that shows is told apart from a wrong password."""
    for magic, name in OTHER_MAGICS.items():
        if content.startswith(magic):
            raise KeyfileDamaged(
                f"The keyfile is encrypted in an old format: {name}.",
                why="This version of taocli opens $NACL files only.",
                fix="Open it once with btcli 11 and let that encrypt it again.",
            )
    if len(content) < _LEAST_BYTES:
        raise KeyfileDamaged(
            "The encrypted keyfile is cut off.",
            why=f"It has {len(content)} bytes; the smallest has {_LEAST_BYTES}.",
            fix="Restore it from a backup or from the recovery phrase.",
        )
    from nacl.exceptions import CryptoError  # noqa: PLC0415
    from nacl.secret import SecretBox  # noqa: PLC0415

    box = SecretBox(_derive(password))
    try:
        return bytes(box.decrypt(content[len(MAGIC) :]))
    except CryptoError:
        raise WrongPassword(
            "The password does not open the keyfile.",
            why="It is wrong, or the file was damaged; the two cannot be told apart.",
            fix="Try again; upper case, layout and accents count.",
        ) from None


def _derive(password: str) -> bytes:
    from nacl.exceptions import RuntimeError as SodiumError  # noqa: PLC0415
    from nacl.pwhash import argon2i  # noqa: PLC0415

    try:
        return bytes(
            argon2i.kdf(32, password.encode(), _SALT, opslimit=_OPS, memlimit=_MEMORY_BYTES)
        )
    except SodiumError:
        raise WalletError(
            "There is not enough memory to derive the key.",
            why="The format needs 512 MiB of free memory.",
            fix="Close other programs and try again.",
        ) from None
