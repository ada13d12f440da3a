"""What the sr25519 binding does, once more and by other means: the second route to an sr25519 key.

A secret is a scalar and a nonce. A mini-secret expands to both through SHA-512, clamped as in ed25519 and
divided by the cofactor; a hard step hashes the scalar into a new mini-secret; a soft step adds a scalar
that anybody with the public key can compute, so it leaves the nonce free. Labels are schnorrkel's.
"""

import hashlib
from dataclasses import dataclass, field

from taocli.wallet.merlin import Transcript
from taocli.wallet.ristretto import ORDER, public_key

_MARK = 0x80  # the bit by which schnorrkel's signatures differ from ed25519's


@dataclass(frozen=True, slots=True)
class SecretScalar:
    """A private key: ``nonce`` is None after a soft step, where every implementation draws its own."""

    scalar: int = field(repr=False)
    nonce: bytes | None = field(repr=False)

    @property
    def public_key(self) -> bytes:
        """The 32 bytes that everybody may know."""
        return public_key(self.scalar)

    @property
    def stored(self) -> bytes:
        """The stored form as far as it is determined: 64 bytes, or the first 32 of them."""
        return self.scalar.to_bytes(32, "little") + (self.nonce or b"")


def expand(seed: bytes) -> SecretScalar:
    """The secret of a 32-byte mini-secret, expanded in ed25519 mode."""
    digest = hashlib.sha512(seed).digest()
    clamped = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | 1 << 254
    return SecretScalar(clamped >> 3, digest[32:])


def hard_child(parent: SecretScalar, chain_code: bytes) -> SecretScalar:
    """The child that only the owner of the parent's secret can compute."""
    transcript = _derivation(chain_code)
    transcript.append(b"secret-key", parent.scalar.to_bytes(32, "little"))
    return expand(transcript.challenge(b"HDKD-hard", 32))


def soft_child(parent: SecretScalar, chain_code: bytes) -> SecretScalar:
    """The child whose public key follows from the parent's public key."""
    transcript = _derivation(chain_code)
    transcript.append(b"public-key", parent.public_key)
    return SecretScalar((parent.scalar + _scalar(transcript, b"HDKD-scalar")) % ORDER, None)


def signature_holds(secret: SecretScalar, message: bytes, signature: bytes) -> bool:
    """Whether a signature fits the message, judged with the secret: R == (s - challenge * x) * B."""
    if len(signature) != 64 or not signature[63] & _MARK:
        return False
    point, response = signature[:32], int.from_bytes(signature[32:], "little") ^ _MARK << 248
    transcript = Transcript(b"SigningContext")
    transcript.append(b"", b"substrate")
    transcript.append(b"sign-bytes", message)
    transcript.append(b"proto-name", b"Schnorr-sig")
    transcript.append(b"sign:pk", secret.public_key)
    transcript.append(b"sign:R", point)
    nonce = (response - _scalar(transcript, b"sign:c") * secret.scalar) % ORDER
    return response < ORDER and nonce != 0 and public_key(nonce) == point


def _derivation(chain_code: bytes) -> Transcript:
    transcript = Transcript(b"SchnorrRistrettoHDKD")
    transcript.append(b"sign-bytes", b"")
    transcript.append(b"chain-code", chain_code)
    return transcript


def _scalar(transcript: Transcript, label: bytes) -> int:
    return int.from_bytes(transcript.challenge(label, 64), "little") % ORDER
