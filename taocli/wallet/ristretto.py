"""Ristretto public keys without schnorrkel: libsodium multiplies, plain integers encode.

An sr25519 public key is a point of the Edwards curve of ed25519, written in an encoding that gives every
coset of the curve's 8 small points one name (RFC 9496). libsodium computes ``scalar * B`` in constant time;
what is left works on the public point alone and may be slow and simple.
"""

ORDER = 2**252 + 27742317777372353535851937790883648493
_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
_SQRT_M1 = pow(2, (_P - 1) // 4, _P)


def public_key(scalar: int) -> bytes:
    """The 32-byte Ristretto encoding of ``scalar * B``; ``ValueError`` for a scalar out of range."""
    if not 0 < scalar < ORDER:
        raise ValueError("a scalar lies between zero and the group order")
    from nacl.bindings import crypto_scalarmult_ed25519_base_noclamp  # noqa: PLC0415 - 16 ms

    return encode(crypto_scalarmult_ed25519_base_noclamp(scalar.to_bytes(32, "little")))


def encode(point: bytes) -> bytes:
    """Turn an Edwards point (32 bytes: y, and the sign of x on top) into its Ristretto name."""
    y = int.from_bytes(point, "little") & (2**255 - 1)
    square, x = _root_of_ratio(y * y - 1, _D * y * y + 1)
    if not square or y >= _P:
        raise ValueError("this is no point of the curve")
    if x & 1 != point[31] >> 7:
        x = -x % _P
    return _encode(x, y)


def _encode(x: int, y: int) -> bytes:
    """RFC 9496, section 4.3.2, with z = 1 and t = x * y."""
    u1, u2 = (1 + y) * (1 - y) % _P, x * y % _P
    _, inverse = _root_of_ratio(1, u1 * u2 * u2)
    den1, den2 = inverse * u1 % _P, inverse * u2 % _P
    z_inverse = den1 * den2 * u2 % _P
    if u2 * z_inverse % _P & 1:
        x, y = y * _SQRT_M1 % _P, x * _SQRT_M1 % _P
        den2 = den1 * _root_of_ratio(1, -1 - _D)[1] % _P
    if x * z_inverse % _P & 1:
        y = -y
    return _even(den2 * (1 - y)).to_bytes(32, "little")


def _root_of_ratio(u: int, v: int) -> tuple[bool, int]:
    """Whether u/v is a square, and the even root of u/v or else of sqrt(-1) * u/v."""
    u, v = u % _P, v % _P
    root = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    check = v * root * root % _P
    if check in {-u % _P, -u * _SQRT_M1 % _P}:
        root = root * _SQRT_M1 % _P
    return check in {u, -u % _P}, _even(root)


def _even(value: int) -> int:
    """The one of value and -value that RFC 9496 calls non-negative."""
    value %= _P
    return _P - value if value & 1 else value
