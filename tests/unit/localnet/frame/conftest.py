"""A runtime of the standard pallets plus one that fails on purpose, with accounts that sign."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
import sr25519

from taocli.localnet.frame.call import call
from taocli.localnet.frame.extrinsic import (
    ChainIdentity,
    Conditions,
    encode_bare,
    encode_signed,
    signing_payload,
)
from taocli.localnet.frame.outcome import InvalidTransaction, Origin
from taocli.localnet.frame.pallet import Event, Pallet
from taocli.localnet.frame.storage import Blake2_128Concat, Identity, Map, Twox64Concat, Value
from taocli.localnet.frame.types import AccountId, Bytes, Vec, u16, u64
from taocli.localnet.pallets.standard import FIRST_PALLETS, LAST_PALLETS, STANDARD_APIS
from taocli.localnet.runtime import Runtime
from taocli.localnet.state import CommittedState, State

RAO = 1_000_000_000
GENESIS_HASH = b"\x11" * 32


class Counter(Pallet):
    """Counts, and fails when asked to."""

    name = "Counter"
    index = 40
    events = (Event("Counted", total=u64),)
    errors = ("TooHigh", "Forbidden")

    Total = Value(u64, default=7)
    Marks = Map((Identity, u16), (Blake2_128Concat, AccountId), u16, optional=True)
    Notes = Map((Twox64Concat, u64), Bytes)
    Lists = Map((Identity, u16), Vec(u16))

    @call(0, by=u64)
    def add(self, origin: Origin, by: int) -> None:
        """Count, write everywhere, and fail above 100."""
        who = origin.signed()
        total = self.Total.get() + by
        self.Total.set(total)
        self.Marks[1, who] = 5
        self.deposit("Counted", total)
        self.ensure(total <= 100, "TooHigh")

    @call(1, free=True, by=u64)
    def add_free(self, origin: Origin, by: int) -> None:
        """The same without a fee."""
        self.add(origin, by)

    @call(2)
    def trip(self, origin: Origin) -> None:
        """A bug."""
        self.Total.set(1)
        self.Total.set(-1)

    def check_signed(self, who: bytes, invocation: Any) -> None:
        if invocation.pallet is self and invocation.args.get("by") == 13:
            raise InvalidTransaction.custom(6)


@dataclass(frozen=True)
class Key:
    public: bytes
    secret: bytes

    def sign(self, message: bytes) -> bytes:
        return sr25519.sign((self.public, self.secret), message)


def make_key(seed: int) -> Key:
    return Key(*sr25519.pair_from_seed(bytes([seed]) * 32))


class Chain:
    """Blocks, signatures and events for tests."""

    def __init__(self, authorities: tuple[bytes, ...] = ()) -> None:
        self.runtime = Runtime(
            (*FIRST_PALLETS, *LAST_PALLETS, Counter), STANDARD_APIS, state=State(CommittedState())
        )
        self.alice, self.bob, self.carol = make_key(1), make_key(2), make_key(3)
        self.runtime.build_genesis(
            {
                "Aura": {"authorities": authorities},
                "Balances": {"balances": [(self.alice.public, 100 * RAO), (self.bob.public, RAO)]},
                "Sudo": {"key": self.alice.public},
            }
        )
        self.runtime.head_hash = GENESIS_HASH
        self.number = 0
        self.begin()

    @staticmethod
    def hash_of(number: int) -> bytes:
        return GENESIS_HASH if number == 0 else number.to_bytes(32, "big")

    def begin(self) -> None:
        self.number += 1
        self.runtime.begin_block(self.number, self.hash_of(self.number - 1), 12_000 * self.number)
        now = self.runtime.pallet("Timestamp").invocation("set", now=12_000 * self.number)
        self.runtime.apply(encode_bare(now.encode()))

    def end(self) -> None:
        self.runtime.end_block()
        self.runtime.head_hash = self.hash_of(self.number)

    def next_block(self) -> None:
        self.end()
        self.begin()

    def call(self, pallet: str, name: str, /, **args: Any) -> Any:
        return self.runtime.pallet(pallet).invocation(name, **args)

    def signed(self, key: Key, call: Any, **change: Any) -> bytes:
        """A signed extrinsic; keyword arguments falsify a part of what is signed."""
        nonce = change.pop("nonce", self.runtime.system.Account[key.public]["nonce"])
        conditions = Conditions(change.pop("era", None), nonce, change.pop("tip", 0))
        identity = ChainIdentity(425, 1, GENESIS_HASH, change.pop("birth_hash", GENESIS_HASH))
        sent = replace(conditions, check_metadata=change.pop("check_metadata", False))
        signer = change.pop("signer", key.public)
        payload = signing_payload(call.encode(), conditions, replace(identity, **change))
        return encode_signed(signer, ("Sr25519", key.sign(payload)), sent, call.encode())

    def apply(self, key: Key, call: Any, **change: Any) -> Any:
        return self.runtime.apply(self.signed(key, call, **change))

    def free(self, key: Key) -> int:
        return self.runtime.balances.free(key.public)


@pytest.fixture
def chain() -> Chain:
    return Chain()


@pytest.fixture
def chain_with_author() -> Chain:
    return Chain((make_key(9).public,))
