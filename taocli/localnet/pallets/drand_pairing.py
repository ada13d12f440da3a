"""The pairing of BLS12-381: how a drand signature opens what was encrypted to its round.

A pairing takes a point of the curve's small group G1 (where drand's quicknet signs) and one of the large
group G2 (where its key lives) to a number of the field Fp12, so that multiplying either point raises the
number to a power. Here it is the optimal ate pairing: Miller's loop over the bits of the curve's
parameter, then a final power. Fp is plain integers, Fp2 a pair ``a + b u`` with ``u² = -1``, and Fp12 six
of those as a polynomial in ``w`` with ``w⁶ = 1 + u``, so that one multiplication serves all.

One pairing takes some 60 ms, and nothing here runs in constant time: signatures are public, and so is
what they open. Points come in the compressed form of the zcash library, which arkworks, and with it
Subtensor, reads and writes. The final power is arkworks' (three times the least one), which matters because
its result is hashed.
"""

from taocli.domain.errors import ValidationError

P = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
R = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
_X = 0xD201000000010000  # the parameter's absolute value; the parameter is negative

Fp2 = tuple[int, int]
Fp12 = tuple[Fp2, ...]
G1 = tuple[int, int]
G2 = tuple[Fp2, Fp2]

GENERATOR: G2 = (
    (
        0x024AA2B2F08F0A91260805272DC51051C6E47AD4FA403B02B4510B647AE3D1770BAC0326A805BBEFD48056C8C121BDB8,
        0x13E02B6052719F607DACD3A088274F65596BD0D09920B61AB5DA61BBDC7F5049334CF11213945D57E5AC7D055D042B7E,
    ),
    (
        0x0CE5D527727D6E118CC9CDC6DA2E351AADFD9BAA8CBDD3A76D429A695160D12C923AC9CC3BACA289E193548608B82801,
        0x0606C4A02EA734CC32ACD2B02BC28B99CB3E287E85A763AF267492AB572E99AB3F370D275CEC1DA1AAA9075FF05F79BE,
    ),
)
ONE: Fp12 = ((1, 0), *(((0, 0),) * 5))
_INFINITE, _COMPRESSED, _LARGER = 0x40, 0x80, 0x20


def _not_a_point() -> ValidationError:
    return ValidationError(
        "The bytes are not a point of BLS12-381.",
        "A point is a compressed coordinate for which the curve has a second one.",
        "Pass the point as drand publishes it.",
    )


def _mul2(a: Fp2, b: Fp2) -> Fp2:
    return (a[0] * b[0] - a[1] * b[1]) % P, (a[0] * b[1] + a[1] * b[0]) % P


def _inverse2(a: Fp2) -> Fp2:
    scale = pow(a[0] * a[0] + a[1] * a[1], -1, P)
    return a[0] * scale % P, -a[1] * scale % P


def _sub2(a: Fp2, b: Fp2) -> Fp2:
    return (a[0] - b[0]) % P, (a[1] - b[1]) % P


def _root(a: int) -> int:
    root = pow(a, (P + 1) // 4, P)
    if root * root % P != a % P:
        raise _not_a_point()
    return root


def _root2(a: Fp2) -> Fp2:
    """A square root in Fp2, from the norm's."""
    if a[1] == 0:
        if pow(a[0], (P - 1) // 2, P) in {0, 1}:
            return _root(a[0]), 0
        return 0, _root(-a[0] % P)
    norm = _root((a[0] * a[0] + a[1] * a[1]) % P)
    half = (P + 1) // 2
    real = (a[0] + norm) * half % P
    if pow(real, (P - 1) // 2, P) != 1:
        real = (a[0] - norm) * half % P
    first = _root(real)
    return first, a[1] * pow(2 * first, -1, P) % P


def multiply(a: Fp12, b: Fp12) -> Fp12:
    """The product in Fp12."""
    real, imaginary = [0] * 11, [0] * 11
    for i, (ar, ai) in enumerate(a):
        if not ar and not ai:
            continue
        for j, (br, bi) in enumerate(b):
            real[i + j] += ar * br - ai * bi
            imaginary[i + j] += ar * bi + ai * br
    for k in range(5):  # w⁶ = 1 + u
        real[k] += real[k + 6] - imaginary[k + 6]
        imaginary[k] += real[k + 6] + imaginary[k + 6]
    return tuple((real[k] % P, imaginary[k] % P) for k in range(6))


def _frobenius_constants() -> tuple[Fp2, ...]:
    """Powers of ``(1 + u)^((p - 1) / 6)``, which raising to the power p puts before each ``w``."""
    step: Fp2 = (1, 0)
    square: Fp2 = (1, 1)
    exponent = (P - 1) // 6
    while exponent:
        if exponent & 1:
            step = _mul2(step, square)
        square = _mul2(square, square)
        exponent >>= 1
    powers: list[Fp2] = [(1, 0)]
    for _ in range(5):
        powers.append(_mul2(powers[-1], step))
    return tuple(powers)


_FROBENIUS = _frobenius_constants()


def frobenius(a: Fp12) -> Fp12:
    """``a`` to the power p."""
    return tuple(
        _mul2((part[0], -part[1] % P), constant)
        for part, constant in zip(a, _FROBENIUS, strict=True)
    )


def _conjugate(a: Fp12) -> Fp12:
    """``a`` to the power p⁶; for what the easy part left it is the inverse."""
    return tuple(part if k % 2 == 0 else (-part[0] % P, -part[1] % P) for k, part in enumerate(a))


def _inverse(a: Fp12) -> Fp12:
    """The product of the eleven other conjugates over the norm, which lies in Fp."""
    product, power = ONE, a
    for _ in range(11):
        power = frobenius(power)
        product = multiply(product, power)
    scale = pow(multiply(product, a)[0][0], -1, P)
    return tuple((part[0] * scale % P, part[1] * scale % P) for part in product)


def _power(a: Fp12, exponent: int) -> Fp12:
    result = a
    for bit in bin(exponent)[3:]:
        result = multiply(result, result)
        if bit == "1":
            result = multiply(result, a)
    return result


def _final_power(f: Fp12) -> Fp12:
    """``f`` to the power ``(p⁶ - 1)(p² + 1)((x - 1)²(x + p)(x² + p² - 1) + 3)``."""
    f = multiply(_conjugate(f), _inverse(f))
    f = multiply(frobenius(frobenius(f)), f)
    a = _power(_power(f, _X + 1), _X + 1)  # (x - 1)² = (|x| + 1)²
    b = multiply(_conjugate(_power(a, _X)), frobenius(a))
    c = multiply(_power(_power(b, _X), _X), frobenius(frobenius(b)))
    c = multiply(c, _conjugate(b))
    return multiply(c, multiply(multiply(f, f), f))


def _line(slope: Fp2, at: G2, p: G1) -> Fp12:
    """The line through ``at``, taken at ``p``, times w³, which the final power makes 1."""
    offset = _sub2(_mul2(slope, at[0]), at[1])
    tilt = (-slope[0] * p[0] % P, -slope[1] * p[0] % P)
    return offset, (0, 0), tilt, (p[1], 0), (0, 0), (0, 0)


def _tangent(at: G2) -> Fp2:
    square = _mul2(at[0], at[0])
    return _mul2((3 * square[0], 3 * square[1]), _inverse2((2 * at[1][0], 2 * at[1][1])))


def _follow(slope: Fp2, first: G2, other_x: Fp2) -> G2:
    """The sum of two points on a line of that slope."""
    square = _mul2(slope, slope)
    x = _sub2(_sub2(square, first[0]), other_x)
    return x, _sub2(_mul2(slope, _sub2(first[0], x)), first[1])


def pairing(p: G1, q: G2) -> Fp12:
    """``e(p, q)``, as arkworks gives it."""
    f, at = ONE, q
    for bit in bin(_X)[3:]:
        slope = _tangent(at)
        f = multiply(multiply(f, f), _line(slope, at, p))
        at = _follow(slope, at, at[0])
        if bit == "1":
            slope = _mul2(_sub2(q[1], at[1]), _inverse2(_sub2(q[0], at[0])))
            f = multiply(f, _line(slope, at, p))
            at = _follow(slope, at, q[0])
    return _final_power(_conjugate(f))


def times_generator(scalar: int) -> G2 | None:
    """A multiple of G2's generator, None for the point at infinity."""
    result: G2 | None = None
    for bit in f"{scalar % R:b}":
        if result is not None:
            result = _follow(_tangent(result), result, result[0])
        if bit == "1":
            if result is None:
                result = GENERATOR
            else:
                rise = _sub2(GENERATOR[1], result[1])
                slope = _mul2(rise, _inverse2(_sub2(GENERATOR[0], result[0])))
                result = _follow(slope, result, GENERATOR[0])
    return result


def serialize(a: Fp12) -> bytes:
    """The 576 bytes that arkworks writes: Fp6 over Fp2 twice, each number little-endian."""
    return b"".join(number.to_bytes(48, "little") for k in (0, 2, 4, 1, 3, 5) for number in a[k])


def _compressed(data: bytes, size: int) -> tuple[bytes, bool]:
    """The coordinate without its three flag bits, and whether the larger root is meant."""
    if len(data) != size or not data[0] & _COMPRESSED or data[0] & _INFINITE:
        raise _not_a_point()
    return bytes((data[0] & 0x1F,)) + data[1:], bool(data[0] & _LARGER)


def read_g1(data: bytes) -> G1:
    """A point of G1 from 48 bytes."""
    plain, larger = _compressed(data, 48)
    x = int.from_bytes(plain, "big")
    y = _root((x * x * x + 4) % P)
    return x, y if (y > P // 2) == larger else -y % P


def read_g2(data: bytes) -> G2:
    """A point of G2 from 96 bytes, the part before ``u`` last."""
    plain, larger = _compressed(data, 96)
    x = int.from_bytes(plain[48:], "big"), int.from_bytes(plain[:48], "big")
    cube = _mul2(_mul2(x, x), x)
    y = _root2(((cube[0] + 4) % P, (cube[1] + 4) % P))
    leading = y[1] or y[0]
    return x, y if (leading > P // 2) == larger else (-y[0] % P, -y[1] % P)
