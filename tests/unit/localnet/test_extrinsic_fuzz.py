"""Extrinsics made of valid ones by chance: the pool takes them or refuses them with a code, soon.

The mutations know the structure: each call of each pallet with an argument replaced by a boundary, by
nonsense or by another call's argument, wrapped into batches, sudo and proxies; the envelope's version,
address, signature, era, nonce, tip and mode; and last the bytes. What keeps its structure is signed
again, so that it gets past the signature into the pallets. Whatever the pool takes is put into blocks.
"""

import random
import time
from collections import Counter
from collections.abc import Sequence

import pytest

from taocli.localnet.assemble import build_producer
from taocli.localnet.dev_keys import DevKey, dev_key
from taocli.localnet.frame.extrinsic import (
    ChainIdentity,
    Conditions,
    encode_signed,
    signing_payload,
)
from taocli.localnet.frame.scale import ScaleError, Type, Unencodable, encode_compact
from taocli.localnet.pool import PoolRefused
from taocli.localnet.producer import Producer

ROUNDS = 6_000
FRESH = 500
"""Rounds on one chain: chance sooner or later gives all of Alice's money away."""
SECONDS = 1.0
"""Processor time that one extrinsic may take; almost all take less than a thousandth of it."""
TYPED = {1001, 1010, 1011, 1012, 1013, 1014, 1016}
ALICE, BOB = dev_key("Alice"), dev_key("Bob")
BATCH, BATCH_ALL, SUDO, PROXY = b"\x0b\x00", b"\x0b\x02", b"\x0c\x00", b"\x10\x00"
CHUNKS = (
    b"", b"\0", b"\1", b"\xff", b"\0\0", b"\1\0", b"\xff\xff", b"\xff" * 8, b"\0" * 16, b"\xff" * 16,
    ALICE.public_key, BOB.public_key, b"\0" + ALICE.public_key, b"\0" + BOB.public_key, b"\0" * 32,
    b"\x03\xff\xff\xff\xff", b"\xfe\xff\xff\xff", b"\x13" + b"\xff" * 8, b"\xff" * 68, b"\x01\x00",
    encode_compact(3) + b"abc", encode_compact(2) + b"\1\0\2\0", b"\x04\x00\x00\x00", b"\x00" * 64,
)  # fmt: skip


class Fuzzer:
    """A stream of extrinsics from one seed."""

    def __init__(self, producer: Producer, seed: int) -> None:
        self._chance = random.Random(seed)
        self.producer = producer
        pallets = producer.runtime.pallets  # type: ignore[attr-defined]  # it is the real runtime
        self._calls = [
            (
                bytes((pallet.index, declaration.index)),
                [_default(field.type) for field in declaration.fields],
            )
            for pallet in pallets
            for declaration in pallet.calls.values()
        ]
        self._known = (ALICE.public_key, BOB.public_key, b"\0" + BOB.public_key, *CHUNKS[1:8])
        self.labels = len(self._calls)

    def extrinsic(self, number: int) -> bytes:
        """The next one; the first of them are every call with its default arguments."""
        if number < self.labels:
            head, arguments = self._calls[number]
            return self._signed(head + b"".join(arguments), ALICE)
        data = self._call()
        for _ in range(self._chance.choice((0, 0, 0, 0, 1, 1, 2, 9))):
            data = self._wrapped(data)
        kind = self._chance.random()
        if kind < 0.6:
            return self._signed(data, self._chance.choice((ALICE, ALICE, BOB)))
        if kind < 0.8:
            return self._odd_envelope(data)
        return self._odd_bytes(self._signed(data, ALICE))

    def _call(self) -> bytes:
        head, arguments = self._chance.choice(self._calls)
        parts = list(arguments)
        for _ in range(self._chance.choice((0, 1, 1, 1, 2))):
            if not parts:
                break
            at = self._chance.randrange(len(parts))
            parts[at] = self._argument(parts[at])
        return head + b"".join(parts)

    def _argument(self, old: bytes) -> bytes:
        width = len(old)
        if width and self._chance.random() < 0.7:  # what keeps its width mostly still decodes
            return self._chance.choice((
                self._chance.randbytes(width),
                b"\xff" * width,
                b"\x01".ljust(width, b"\0")[:width],
                self._chance.choice(self._known).ljust(width, b"\0")[:width],
                bytes([self._chance.choice((4, 8, 252))]) + bytes(self._chance.choice((1, 2, 8, 32))),
            ))  # fmt: skip
        return self._chance.choice((
            self._chance.choice(CHUNKS), old + old, self._borrowed(), encode_compact(width) + old,
        ))  # fmt: skip

    def _borrowed(self) -> bytes:
        arguments: Sequence[bytes] = self._chance.choice(self._calls)[1]
        return self._chance.choice(arguments) if arguments else b""

    def _wrapped(self, data: bytes) -> bytes:
        return self._chance.choice((
            BATCH + encode_compact(1) + data,
            BATCH_ALL + encode_compact(3) + data * 3,
            BATCH + encode_compact(self._chance.choice((0, 2, 1 << 20))) + data,
            SUDO + data,
            PROXY + b"\0" + BOB.public_key + b"\0" + data,
        ))  # fmt: skip

    def _signed(self, data: bytes, key: DevKey, conditions: Conditions | None = None) -> bytes:
        if conditions is None:
            conditions = Conditions(None, self._nonce(key), 0)
        genesis = self.producer.store.hash_at(0) or b""
        payload = signing_payload(data, conditions, ChainIdentity(425, 1, genesis, genesis))
        return encode_signed(key.public_key, ("Sr25519", key.sign(payload)), conditions, data)

    def _nonce(self, key: DevKey) -> int:
        head = self.producer.store.head.hash
        api = "AccountNonceApi_account_nonce"
        known = int.from_bytes(self.producer.call_api(api, key.public_key, head), "little")
        return self.producer.next_nonce(key.public_key, known)

    def _odd_envelope(self, data: bytes) -> bytes:
        chance = self._chance
        if chance.random() < 0.5:
            era = chance.choice((None, (4, 0), (64, 63), (65_536, 65_535)))
            nonce = self._nonce(ALICE) + chance.choice((-1, 0, 1, 2, 1 << 31))
            nonce = min(max(nonce, 0), (1 << 32) - 1)
            tip = chance.choice((0, 1, 10**15, (1 << 64) - 1))
            return self._signed(data, ALICE, Conditions(era, nonce, tip, chance.random() < 0.3))
        body = b"".join((
            chance.choice((b"\x84", b"\x04", b"\x05", b"\x85", b"\x44", b"\xff", b"")),
            chance.choice((b"\0", b"\1", b"\2", b"\3", b"\4", b"\x09")) + chance.randbytes(32),
            chance.choice((b"\0", b"\1", b"\2", b"\3")) + chance.randbytes(chance.choice((64, 65))),
            chance.choice((b"\0", b"\x15\0", b"\xff\xff", chance.randbytes(2))),
            chance.choice((b"\0", b"\x03" + b"\xff" * 4, b"\xff" * 9)),
            chance.choice((b"\0", b"\x13" + b"\xff" * 8, b"\x01\x00")),
            chance.choice((b"\0", b"\1", b"\2")),
            data,
        ))  # fmt: skip
        return encode_compact(len(body)) + body

    def _odd_bytes(self, data: bytes) -> bytes:
        chance = self._chance
        changed = bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 8))):
            at = chance.randrange(len(changed))
            kind = chance.randrange(5)
            if kind == 0:
                changed[at] ^= 1 << chance.randrange(8)
            elif kind == 1:
                changed[at:at] = chance.choice(CHUNKS)
            elif kind == 2:
                del changed[at : at + chance.choice((1, 2, 32))]
            elif kind == 3:
                changed[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFC, 0xFD, 0xFE, 0xFF))
            elif len(changed) > 4:
                del changed[at:]
            if not changed:
                return b""
        body = bytes(changed)
        return encode_compact(len(body)) + body if chance.random() < 0.3 else body


def _default(kind: Type) -> bytes:
    """A type's default, or a remark where a call is wanted."""
    try:
        return kind.encode(kind.default())
    except Unencodable:
        return b"\0\0\0"


def outcome(producer: Producer, encoded: bytes) -> int:
    """0 when the pool takes an extrinsic, else the code it is refused with."""
    try:
        producer.submit(encoded)
    except PoolRefused as refusal:
        return refusal.code if refusal.message else -1
    except Exception as error:
        raise AssertionError(f"0x{encoded.hex()}") from error
    return 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 425])
def test_the_pool_takes_or_refuses_whatever_it_is_given(seed: int) -> None:
    fuzzer = Fuzzer(build_producer(), seed=seed)
    said: Counter[int] = Counter()
    for number in range(ROUNDS):
        if number % FRESH == FRESH - 1:
            fuzzer.producer = build_producer()
        producer = fuzzer.producer
        encoded = fuzzer.extrinsic(number)
        start = time.process_time()
        code = outcome(producer, encoded)
        assert code == 0 or code in TYPED, encoded.hex()
        said[code] += 1
        assert time.process_time() - start < SECONDS, encoded.hex()
        if producer.pool.ready_count:
            start = time.process_time()
            try:
                producer.seal_block()
            except Exception as error:
                raise AssertionError(f"in a block: {number}, 0x{encoded.hex()}") from error
            assert time.process_time() - start < 2 * SECONDS, encoded.hex()
    assert said[0] > ROUNDS // 20
    assert said[1001] > ROUNDS // 5
    assert said[1010] > ROUNDS // 20


@pytest.mark.slow
def test_runtime_apis_refuse_arguments_that_they_cannot_read() -> None:
    producer = build_producer()
    chance = random.Random(425)
    head = producer.store.head.hash
    names = [
        f"{name}_{method}"
        for name, api in producer.runtime.apis.items()  # type: ignore[attr-defined]  # as above
        for method in api.methods
    ]
    refused = answered = 0
    for name in names:
        for size in (0, 1, 2, 3, 4, 10, 32, 34, 36, 75, 76, 200):
            arguments = chance.choice((chance.randbytes(size), bytes(size), b"\xff" * size))
            start = time.process_time()
            try:
                producer.call_api(name, arguments, head)
                answered += 1
            except ScaleError:
                refused += 1
            except Exception as error:
                raise AssertionError(f"{name} 0x{arguments.hex()}") from error
            assert time.process_time() - start < SECONDS, name
    assert answered > len(names) // 2
    assert refused > len(names)
