"""Merlin transcripts in plain Python: the hash that schnorrkel derives and signs with.

A transcript is a sponge (Keccak-f[1600] under the STROBE-128 framing) that swallows labelled messages and
then yields challenges that depend on all of them. This is the slow, readable twin of what the sr25519
binding does in Rust; it exists so that the binding can be checked by code that shares nothing with it.

Specifications: FIPS 202 (Keccak), STROBE 1.0.2, Merlin 1.0.
"""

_RATE = 166  # bytes that STROBE-128 uses of Keccak's 200: 200 - 2 * 16 - 2
_LANE = (1 << 64) - 1
_OUT, _DATA, _CIPHER, _META = 1, 2, 4, 16  # STROBE's flags I, A, C and M


def keccak_f1600(state: bytearray) -> None:
    """Permute 200 bytes in place: 24 rounds over 25 little-endian lanes, lane x + 5y."""
    lanes = [int.from_bytes(state[i : i + 8], "little") for i in range(0, 200, 8)]
    for constant in _ROUND_CONSTANTS:
        columns = [
            lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]
            for x in range(5)
        ]
        mixed = [columns[x - 1] ^ _rotate(columns[(x + 1) % 5], 1) for x in range(5)]
        turned = [0] * 25
        for place, lane in enumerate(lanes):
            target, turn = _MOVES[place]
            turned[target] = _rotate(lane ^ mixed[place % 5], turn)
        lanes = [
            turned[i] ^ (~turned[i - i % 5 + (i + 1) % 5] & turned[i - i % 5 + (i + 2) % 5])
            for i in range(25)
        ]
        lanes[0] ^= constant
    state[:] = b"".join(lane.to_bytes(8, "little") for lane in lanes)


class Transcript:
    """One Merlin transcript: append what both sides know, then draw challenges from it."""

    def __init__(self, label: bytes) -> None:
        self._state = bytearray(200)
        self._state[:18] = bytes([1, _RATE + 2, 1, 0, 1, 96]) + b"STROBEv1.0.2"
        keccak_f1600(self._state)
        self._place = self._begin = 0
        self._operate(_META | _DATA, b"Merlin v1.0")
        self.append(b"dom-sep", label)

    def append(self, label: bytes, message: bytes) -> None:
        """Commit to ``message`` under ``label``."""
        self._operate(_META | _DATA, label + len(message).to_bytes(4, "little"))
        self._operate(_DATA, message)

    def challenge(self, label: bytes, size: int) -> bytes:
        """``size`` bytes that depend on everything appended so far."""
        self._operate(_META | _DATA, label + size.to_bytes(4, "little"))
        self._operate(_OUT | _DATA | _CIPHER, b"")
        drawn = bytearray()
        while len(drawn) < size:
            drawn.append(self._state[self._place])
            self._state[self._place] = 0
            self._step()
        return bytes(drawn)

    def _operate(self, flags: int, data: bytes) -> None:
        """Start a STROBE operation and absorb its data."""
        before, self._begin = self._begin, self._place + 1
        self._absorb(bytes([before, flags]))
        if flags & _CIPHER and self._place:
            self._permute()
        self._absorb(data)

    def _absorb(self, data: bytes) -> None:
        for byte in data:
            self._state[self._place] ^= byte
            self._step()

    def _step(self) -> None:
        self._place += 1
        if self._place == _RATE:
            self._permute()

    def _permute(self) -> None:
        self._state[self._place] ^= self._begin
        self._state[self._place + 1] ^= 0x04
        self._state[_RATE + 1] ^= 0x80
        keccak_f1600(self._state)
        self._place = self._begin = 0


def _rotate(lane: int, turn: int) -> int:
    return (lane << turn | lane >> (64 - turn)) & _LANE


def _round_constants() -> list[int]:
    """FIPS 202, algorithm 5: bits of a linear feedback shift register at places 2**j - 1."""
    constants, register = [], 1
    for _ in range(24):
        constant = 0
        for j in range(7):
            constant |= (register & 1) << ((1 << j) - 1)
            register = register << 1 ^ (0x171 if register & 0x80 else 0)
        constants.append(constant)
    return constants


def _moves() -> list[tuple[int, int]]:
    """Where rho and pi put each lane, and by how much they turn it."""
    moves = [(0, 0)] * 25
    x, y = 1, 0
    for t in range(24):
        after = (y, (2 * x + 3 * y) % 5)
        moves[x + 5 * y] = (after[0] + 5 * after[1], (t + 1) * (t + 2) // 2 % 64)
        x, y = after
    return moves


_ROUND_CONSTANTS = _round_constants()
_MOVES = _moves()
