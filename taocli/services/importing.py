"""Taking in a key from whatever file another program left: recognised by its content, not its name."""

from collections.abc import Callable

from taocli.domain.errors import UnsupportedKey
from taocli.services.key_making import secret_from_export, secret_from_phrase
from taocli.wallet.agreement import check_private_key, check_seed_key, check_signing
from taocli.wallet.encryption import decrypt, is_encrypted
from taocli.wallet.keyfile import Secret, read_secret
from taocli.wallet.polkadot_js import is_export


def secret_from_file(content: bytes, ask_passphrase: Callable[[], str]) -> Secret:
    """The key in a polkadot-js export or a Bittensor keyfile, checked by a second derivation.

    ``ask_passphrase`` is called only when the content is encrypted.
    """
    if is_encrypted(content):
        return _checked(read_secret(decrypt(content, ask_passphrase())))
    if is_export(content):
        return secret_from_export(content, ask_passphrase)
    if b'"crypto"' in content.lower() and b'"ciphertext"' in content.lower():
        raise UnsupportedKey(
            "This is an Ethereum keystore.",
            why="Its key is of another kind (secp256k1) and cannot be a coldkey or hotkey.",
            fix="Use taocli wallet evm import.",
        )
    return _checked(read_secret(content))


def _checked(secret: Secret) -> Secret:
    if secret.phrase is not None:
        again = secret_from_phrase(secret.phrase, secret.key.crypto_type)
        if again.key.public_key == secret.key.public_key:
            return again
    if secret.seed is not None:
        check_seed_key(secret.seed, secret.key)
    else:
        check_private_key(secret.key)
    check_signing(secret.key)
    return secret
