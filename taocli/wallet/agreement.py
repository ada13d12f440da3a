"""A second opinion before a key is written: bip-utils derives it by its own code.

The fast bindings and bip-utils share nothing, so a fault in either shows as disagreement, and a key
on which the two disagree is refused.
"""

from taocli.domain.errors import KeyDisagreement
from taocli.wallet.keypair import SR25519, Keypair, verify

_PROBE = b"taocli key check"


def check_phrase_key(phrase: str, key: Keypair) -> None:
    """Refuse a key that bip-utils does not derive from the same phrase (without a password)."""
    from bip_utils import SubstrateBip39SeedGenerator  # noqa: PLC0415 - 260 ms, only when making keys

    seed = bytes(SubstrateBip39SeedGenerator(" ".join(phrase.split())).Generate())[:32]
    _compare(seed, key)


def check_signing(key: Keypair) -> None:
    """Refuse a key whose signatures do not verify."""
    if not verify(key.public_key, _PROBE, key.sign(_PROBE), key.crypto_type):
        raise _refused("its signatures do not verify")


def _compare(seed: bytes, key: Keypair) -> None:
    from bip_utils import Substrate, SubstrateCoins  # noqa: PLC0415

    if key.crypto_type == SR25519:
        other = Substrate.FromSeed(seed, SubstrateCoins.GENERIC)
        public = bytes(other.PublicKey().RawCompressed().ToBytes())
    else:
        from bip_utils import Ed25519PrivateKey  # noqa: PLC0415

        public = bytes(Ed25519PrivateKey.FromBytes(seed).PublicKey().RawCompressed().ToBytes())[
            -32:
        ]
    if public != key.public_key:
        raise _refused("two independent derivations disagree")


def _refused(why: str) -> KeyDisagreement:
    return KeyDisagreement(
        "The new key was refused and nothing was written.",
        why=f"A check failed: {why}.",
        fix="The installation is damaged: reinstall taocli and try again.",
    )
