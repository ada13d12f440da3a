"""Keys of the EVM side: secp256k1, the kind every Ethereum tool uses.

A private key is 32 bytes, a number between 1 and the order of the curve; the address is the end of the
Keccak-256 hash of the public key, 20 bytes, and is shown with capitals as a checksum (EIP-55). These keys
stand apart from coldkeys and hotkeys: a new one is random, never derived from a coldkey, so that a browser
that leaks it leaks nothing else. A new key is handed out only when two libraries that share no curve code
find the same address for it.
"""

import secrets
from dataclasses import dataclass, field

from taocli.domain.errors import KeyDisagreement, UnsupportedKey, ValidationError
from taocli.wallet.mnemonic import mini_secret, tidy_phrase

PRIVATE_KEY_BYTES = 32
CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_INDEX_LIMIT = 1 << 31


@dataclass(frozen=True, slots=True)
class EvmKey:
    """A private key and the 20 bytes of its address."""

    h160: bytes
    private_key: bytes = field(repr=False)

    @property
    def address(self) -> str:
        """The address as people copy it: ``0x`` and 40 digits whose capitals are a checksum."""
        return checksum_address(self.h160)


def new_evm_key() -> EvmKey:
    """A key from the system's randomness; ``KeyDisagreement`` when the libraries disagree on it."""
    return _agreed(evm_key_from_private(secrets.token_bytes(PRIVATE_KEY_BYTES)))


def evm_key_from_private(raw: bytes) -> EvmKey:
    """The key of 32 private bytes; ``UnsupportedKey`` for what is no key of this curve."""
    if len(raw) != PRIVATE_KEY_BYTES or not 0 < int.from_bytes(raw, "big") < CURVE_ORDER:
        raise UnsupportedKey(
            "This is not an EVM private key.",
            why=f"One has {PRIVATE_KEY_BYTES} bytes and is a number below the order of secp256k1, not zero.",
            fix="Check where the key comes from.",
        )
    from coincurve import PublicKey  # noqa: PLC0415 - only EVM keys need the curve

    public = PublicKey.from_secret(raw).format(compressed=False)
    return EvmKey(keccak_256(public[1:])[-20:], raw)


def key_from_mnemonic(phrase: str, index: int = 0) -> EvmKey:
    """The key that Ethereum wallets derive from a phrase, at ``m/44'/60'/0'/0/index``."""
    if not 0 <= index < _INDEX_LIMIT:
        raise ValidationError(
            f"{index} cannot be the number of an account.",
            why="Derivation counts from 0 to 2147483647.",
            fix="Ethereum wallets call their first account number 0.",
        )
    mini_secret(phrase)  # the words and their checksum, with this program's own explanations
    from bip_utils import (  # noqa: PLC0415 - 260 ms, only when making keys
        Bip32Slip10Secp256k1,
        Bip39Languages,
        Bip39SeedGenerator,
    )

    seed = Bip39SeedGenerator(tidy_phrase(phrase), Bip39Languages.ENGLISH).Generate()
    child = Bip32Slip10Secp256k1.FromSeedAndPath(seed, f"m/44'/60'/0'/0/{index}")
    return _agreed(evm_key_from_private(bytes(child.PrivateKey().Raw().ToBytes())))


def checksum_address(h160: bytes) -> str:
    """EIP-55: a letter is a capital where the hash of the lower-case text has 8 or more."""
    text = h160.hex()
    hashed = keccak_256(text.encode()).hex()
    cased = (a.upper() if int(b, 16) >= 8 else a for a, b in zip(text, hashed, strict=False))
    return "0x" + "".join(cased)


def keccak_256(data: bytes) -> bytes:
    """Ethereum's hash: Keccak as it was before SHA-3 changed the padding."""
    from Crypto.Hash import keccak  # noqa: PLC0415 - public data of other keys needs no crypto library

    return bytes(keccak.new(digest_bits=256, data=data).digest())


def _agreed(key: EvmKey) -> EvmKey:
    """The key itself, once bip-utils finds its address with a curve written in Python."""
    from bip_utils import EthAddrEncoder  # noqa: PLC0415 - 260 ms, only when making keys
    from bip_utils.ecc.secp256k1.secp256k1_keys_ecdsa import (  # noqa: PLC0415 - as above
        Secp256k1PrivateKeyEcdsa,
    )

    public = Secp256k1PrivateKeyEcdsa.FromBytes(key.private_key).PublicKey()
    if EthAddrEncoder.EncodeKey(public.RawUncompressed().ToBytes()) != key.address:
        raise KeyDisagreement(
            "The new key was refused and nothing was written.",
            why="Two independent libraries find different addresses for it.",
            fix="The installation is damaged: reinstall taocli and try again.",
        )
    return key
