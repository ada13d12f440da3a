"""ML-KEM-768: agreeing on a secret in one message, safe from quantum computers too.

A key pair holds two vectors of polynomials over the integers modulo 3329: a small secret one, and the
public ``A·s + e``, from which the small error ``e`` keeps everybody from solving for ``s``. Whoever knows
the public key hides a random message in a second such sum and sends it; the holder of ``s`` takes it out
again, and both hash the message to the same 32 bytes. The holder repeats the hiding to see whether what came
was made honestly, and answers a forgery with a secret that nobody else has.

Polynomials have 256 coefficients and are multiplied through a number-theoretic transform. This module is
for a chain whose keys are public knowledge: its running time depends on the secrets. Source: FIPS 203
(August 2024), with its numbering of algorithms; parameters k = 3, η = 2, d_u = 10, d_v = 4.
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha3_256, sha3_512, shake_128, shake_256

Q = 3329
N = 256
RANK = 3
BITS_U, BITS_V = 10, 4
PUBLIC_KEY_BYTES = 384 * RANK + 32
SECRET_KEY_BYTES = 768 * RANK + 96
CIPHERTEXT_BYTES = 32 * (BITS_U * RANK + BITS_V)

Poly = list[int]


def _zetas() -> list[int]:
    """17 is a 256th root of unity; its powers in the order of reversed bits (Appendix A)."""
    return [pow(17, int(f"{index:07b}"[::-1], 2), Q) for index in range(128)]


_ZETAS = _zetas()
_GAMMAS = [pow(17, 2 * int(f"{index:07b}"[::-1], 2) + 1, Q) for index in range(128)]
_INVERSE_OF_128 = pow(128, -1, Q)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """``public`` (1,184 bytes) is for everybody, ``secret`` (2,400 bytes) opens what was sent to it."""

    public: bytes
    secret: bytes


def generate(seed: bytes, rejection: bytes) -> KeyPair:
    """The pair that belongs to two random strings of 32 bytes, d and z (Algorithms 16 and 13)."""
    rho, sigma = _halves(sha3_512(seed + bytes((RANK,))).digest())
    matrix = _matrix(rho)
    secret = [_ntt(_small(sigma, index)) for index in range(RANK)]
    errors = [_ntt(_small(sigma, RANK + index)) for index in range(RANK)]
    sums = [_add(_product(row, secret), error) for row, error in zip(matrix, errors, strict=True)]
    public = b"".join(_pack(poly, 12) for poly in sums) + rho
    private = b"".join(_pack(poly, 12) for poly in secret)
    return KeyPair(public, private + public + sha3_256(public).digest() + rejection)


def encapsulate(public: bytes, message: bytes) -> tuple[bytes, bytes]:
    """A shared secret and the ciphertext that carries it, from 32 random bytes (Algorithm 17)."""
    shared, coins = _halves(sha3_512(message + sha3_256(public).digest()).digest())
    return shared, _encrypt(public, message, coins)


def decapsulate(secret: bytes, ciphertext: bytes) -> bytes:
    """The shared secret in a ciphertext; for a forged one, bytes that mean nothing (Algorithm 18)."""
    private, rest = secret[: 384 * RANK], secret[384 * RANK :]
    public, digest, rejection = rest[:PUBLIC_KEY_BYTES], rest[-64:-32], rest[-32:]
    message = _decrypt(private, ciphertext)
    shared, coins = _halves(sha3_512(message + digest).digest())
    if _encrypt(public, message, coins) == ciphertext:
        return shared
    return shake_256(rejection + ciphertext).digest(32)


def _encrypt(public: bytes, message: bytes, coins: bytes) -> bytes:
    """Hide a message of 32 bytes (K-PKE, Algorithm 14)."""
    sums = [_unpack(part, 12) for part in _parts(public[: 384 * RANK], 384)]
    matrix = _matrix(public[384 * RANK :])
    mask = [_ntt(_small(coins, index)) for index in range(RANK)]
    vector = [
        _add(_inverse_ntt(_product(list(column), mask)), _small(coins, RANK + index))
        for index, column in enumerate(zip(*matrix, strict=True))
    ]
    hidden = _add(_inverse_ntt(_product(sums, mask)), _small(coins, 2 * RANK))
    hidden = _add(hidden, _expand(_unpack(message, 1), 1))
    packed = [_pack(_compress(poly, BITS_U), BITS_U) for poly in vector]
    return b"".join(packed) + _pack(_compress(hidden, BITS_V), BITS_V)


def _decrypt(private: bytes, ciphertext: bytes) -> bytes:
    """Find the message again (K-PKE, Algorithm 15)."""
    border = 32 * BITS_U * RANK
    secret = [_unpack(part, 12) for part in _parts(private, 384)]
    vector = [
        _ntt(_expand(_unpack(part, BITS_U), BITS_U))
        for part in _parts(ciphertext[:border], 32 * BITS_U)
    ]
    hidden = _expand(_unpack(ciphertext[border:], BITS_V), BITS_V)
    masked = _inverse_ntt(_product(secret, vector))
    return _pack(_compress([a - b for a, b in zip(hidden, masked, strict=True)], 1), 1)


def _halves(digest: bytes) -> tuple[bytes, bytes]:
    return digest[:32], digest[32:]


def _parts(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@lru_cache(maxsize=32)
def _matrix(rho: bytes) -> list[list[Poly]]:
    """The public matrix A, in the transformed domain, from its seed."""
    return [[_uniform(rho + bytes((column, row))) for column in range(RANK)] for row in range(RANK)]


def _uniform(seed: bytes) -> Poly:
    """Coefficients below q from a stream of 12-bit numbers, the others left out (Algorithm 7)."""
    found: Poly = []
    length = 840  # nearly always enough; the stream of a longer digest starts the same
    while len(found) < N:
        found = [value for value in _unpack(shake_128(seed).digest(length), 12) if value < Q]
        length += 168
    return found[:N]


def _small(seed: bytes, counter: int) -> Poly:
    """Coefficients between -2 and 2: two bits less two bits (Algorithm 8)."""
    pairs = _unpack(shake_256(seed + bytes((counter,))).digest(128), 4)
    return [(n & 1) + (n >> 1 & 1) - (n >> 2 & 1) - (n >> 3) for n in pairs]


def _ntt(poly: Poly) -> Poly:
    """Algorithm 9."""
    values, index, length = list(poly), 1, 128
    while length >= 2:
        for start in range(0, N, 2 * length):
            zeta = _ZETAS[index]
            index += 1
            for low in range(start, start + length):
                turned = zeta * values[low + length] % Q
                values[low + length] = values[low] - turned
                values[low] += turned
        length //= 2
    return [value % Q for value in values]


def _inverse_ntt(poly: Poly) -> Poly:
    """Algorithm 10."""
    values, index, length = list(poly), 127, 2
    while length <= 128:
        for start in range(0, N, 2 * length):
            zeta = _ZETAS[index]
            index -= 1
            for low in range(start, start + length):
                first, second = values[low], values[low + length]
                values[low] = first + second
                values[low + length] = zeta * (second - first) % Q
        length *= 2
    return [value * _INVERSE_OF_128 % Q for value in values]


def _product(row: list[Poly], column: list[Poly]) -> Poly:
    """The scalar product of two transformed vectors (Algorithms 11 and 12)."""
    total = [0] * N
    for left, right in zip(row, column, strict=True):
        for pair, gamma in enumerate(_GAMMAS):
            even, odd = 2 * pair, 2 * pair + 1
            a, b, c, d = left[even], left[odd], right[even], right[odd]
            total[even] += a * c + b * d % Q * gamma
            total[odd] += a * d + b * c
    return [value % Q for value in total]


def _add(left: Poly, right: Poly) -> Poly:
    return [(a + b) % Q for a, b in zip(left, right, strict=True)]


def _compress(poly: Poly, bits: int) -> list[int]:
    """Round coefficients to so many bits (section 4.2.1)."""
    mask = (1 << bits) - 1
    return [((value % Q << bits) + Q // 2) // Q & mask for value in poly]


def _expand(values: list[int], bits: int) -> Poly:
    """The coefficients that rounded numbers stand for."""
    half = 1 << bits >> 1
    return [(value * Q + half) >> bits for value in values]


def _pack(values: list[int], bits: int) -> bytes:
    """Numbers of so many bits in a row, the lowest bits first (Algorithm 5)."""
    total = 0
    for value in reversed(values):
        total = total << bits | value
    return total.to_bytes(len(values) * bits // 8, "little")


def _unpack(data: bytes, bits: int) -> list[int]:
    """Algorithm 6; public keys out of range are refused where they come in, not here."""
    total, mask = int.from_bytes(data, "little"), (1 << bits) - 1
    return [total >> shift & mask for shift in range(0, len(data) * 8, bits)]
