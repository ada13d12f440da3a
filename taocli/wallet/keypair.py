"""Keys in memory: sr25519 (the default of Bittensor) and ed25519.

An sr25519 private key is 64 bytes, a canonical scalar and a nonce, as schnorrkel writes it; an ed25519
private key is its 32-byte seed. A ``Keypair`` signs and never shows its secret: neither ``repr`` nor a
traceback carries it.
"""

from dataclasses import dataclass, field

from taocli.domain.address import Address
from taocli.domain.errors import UnsupportedKey, ValidationError

ED25519 = 0
SR25519 = 1
_SEED_BYTES = 32
_SR25519_BYTES = 64


@dataclass(frozen=True, slots=True)
class Keypair:
    """A key that can sign; ``crypto_type`` is 0 for ed25519 and 1 for sr25519."""

    public_key: bytes
    crypto_type: int
    private_key: bytes = field(repr=False)

    @property
    def address(self) -> Address:
        """The account of the key."""
        return Address(self.public_key)

    def sign(self, message: bytes) -> bytes:
        """A signature over exactly these bytes: 64 bytes, randomised for sr25519."""
        if self.crypto_type == ED25519:
            from nacl.signing import SigningKey  # noqa: PLC0415 - 27 ms that sr25519 never needs

            return bytes(SigningKey(self.private_key).sign(message).signature)
        import sr25519  # noqa: PLC0415 - reading public data needs no crypto library

        return bytes(sr25519.sign((self.public_key, self.private_key), message))

    @classmethod
    def from_seed(cls, seed: bytes, crypto_type: int = SR25519) -> "Keypair":
        """The key of a 32-byte mini-secret."""
        if len(seed) != _SEED_BYTES:
            raise ValidationError(
                f"A seed has {_SEED_BYTES} bytes, not {len(seed)}.",
                fix="Give 64 hexadecimal digits.",
            )
        if check_crypto_type(crypto_type) == ED25519:
            return cls(_ed25519_public(seed), ED25519, seed)
        import sr25519  # noqa: PLC0415

        public, private = sr25519.pair_from_seed(seed)
        return cls(bytes(public), SR25519, bytes(private))

    @classmethod
    def from_private_key(cls, private_key: bytes, crypto_type: int = SR25519) -> "Keypair":
        """The key of a stored private key: 64 bytes for sr25519, 32 for ed25519."""
        if check_crypto_type(crypto_type) == ED25519:
            key = cls.from_seed(private_key[:_SEED_BYTES], ED25519)
            if private_key[_SEED_BYTES:] not in (b"", key.public_key):
                raise UnsupportedKey(
                    "This is not an ed25519 private key.",
                    why="What follows its 32-byte seed is not the public key of that seed.",
                    fix="Check where the key comes from.",
                )
            return key
        if len(private_key) != _SR25519_BYTES or not any(private_key[:32]):
            raise UnsupportedKey(
                "This is not an sr25519 private key.",
                why=f"One has {_SR25519_BYTES} bytes and a scalar that is not zero.",
                fix="Check where the key comes from.",
            )
        import sr25519  # noqa: PLC0415

        try:
            public = bytes(sr25519.public_from_secret_key(private_key))
        except ValueError:
            raise UnsupportedKey(
                "This is not an sr25519 private key.",
                why="Its first half is not a canonical scalar.",
                fix="Check where the key comes from.",
            ) from None
        return cls(public, SR25519, private_key)


def verify(public_key: bytes, message: bytes, signature: bytes, crypto_type: int = SR25519) -> bool:
    """Whether the signature over ``message`` is of this key; malformed ones are simply not."""
    if len(signature) != 64 or len(public_key) != 32:
        return False
    if crypto_type == ED25519:
        from nacl.exceptions import BadSignatureError  # noqa: PLC0415
        from nacl.signing import VerifyKey  # noqa: PLC0415

        try:
            VerifyKey(public_key).verify(message, signature)
        except BadSignatureError:
            return False
        return True
    import sr25519  # noqa: PLC0415

    try:
        return bool(sr25519.verify(signature, message, public_key))
    except (
        ValueError
    ):  # raised for signatures without schnorrkel's mark, an ed25519 one for instance
        return False


def check_crypto_type(crypto_type: int) -> int:
    """0 or 1; ``UnsupportedKey`` for anything else."""
    if crypto_type not in {ED25519, SR25519}:
        raise UnsupportedKey(
            f"Keys of kind {crypto_type} are not supported.",
            why="taocli knows sr25519 (1) and ed25519 (0).",
            fix="Use the tool that made the key.",
        )
    return crypto_type


def _ed25519_public(seed: bytes) -> bytes:
    from nacl.signing import SigningKey  # noqa: PLC0415

    return bytes(SigningKey(seed).verify_key)
