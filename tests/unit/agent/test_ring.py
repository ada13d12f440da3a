"""The keys in the agent, on a clock that the test owns."""

import pytest

from taocli.agent.frames import MAX_KEYS
from taocli.agent.page import KeyPage
from taocli.agent.ring import KeyRing, boot_clock
from taocli.wallet.keypair import ED25519, Keypair, verify

ALICE = Keypair.from_seed(bytes([1] * 32))
BOB = Keypair.from_seed(bytes([2] * 32), ED25519)


class Clock:
    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def page() -> KeyPage:
    return KeyPage()


@pytest.fixture
def ring(page: KeyPage, clock: Clock) -> KeyRing:
    return KeyRing(page, clock)


@pytest.mark.parametrize("key", [ALICE, BOB])
def test_a_held_key_signs(ring: KeyRing, key: Keypair) -> None:
    told = ring.hold(key, "mine", 60)
    assert told is not None
    assert (told.address, told.label, told.seconds_left) == (key.address, "mine", 60)
    signature = ring.sign(key.address, b"message")
    assert signature is not None
    assert verify(key.public_key, b"message", signature, key.crypto_type)


def test_a_key_signs_until_its_time_is_over_and_not_after(ring: KeyRing, clock: Clock) -> None:
    ring.hold(ALICE, "a", 60)
    clock.time += 59.9
    assert ring.sign(ALICE.address, b"")
    assert [key.seconds_left for key in ring.listing()] == [1]
    clock.time += 0.1
    assert ring.sign(ALICE.address, b"") is None
    assert ring.listing() == ()
    assert ring.drop(None) == 0


def test_a_key_that_was_never_held_signs_nothing(ring: KeyRing) -> None:
    ring.hold(ALICE, "a", 60)
    assert ring.sign(BOB.address, b"") is None


def test_the_next_expiry_is_that_of_the_shortest_time(ring: KeyRing, clock: Clock) -> None:
    assert ring.next_expiry_s() is None
    ring.hold(ALICE, "a", 60)
    ring.hold(BOB, "b", 30)
    clock.time += 10
    assert ring.next_expiry_s() == 20
    clock.time += 25
    assert ring.next_expiry_s() == 0
    assert ring.drop_expired() == 1
    assert ring.next_expiry_s() == 25


def test_holding_again_sets_time_and_label_anew(ring: KeyRing, clock: Clock) -> None:
    ring.hold(ALICE, "old", 60)
    clock.time += 50
    ring.hold(ALICE, "new", 20)
    clock.time += 15
    assert [(key.label, key.seconds_left) for key in ring.listing()] == [("new", 5)]


def test_one_key_or_all_are_dropped(ring: KeyRing) -> None:
    ring.hold(ALICE, "a", 60)
    ring.hold(BOB, "b", 60)
    assert ring.drop(ALICE.address) == 1
    assert ring.drop(ALICE.address) == 0
    assert [key.address for key in ring.listing()] == [BOB.address]
    assert ring.drop(None) == 1
    assert ring.listing() == ()


def test_a_full_ring_refuses_a_new_key_and_still_takes_an_old_one(ring: KeyRing) -> None:
    keys = [Keypair.from_seed(bytes([n + 1] * 32)) for n in range(MAX_KEYS + 1)]
    assert all(ring.hold(key, "k", 60) for key in keys[:-1])
    assert ring.hold(keys[-1], "k", 60) is None
    assert ring.hold(keys[0], "again", 60)
    ring.drop(keys[1].address)
    assert ring.hold(keys[-1], "k", 60)
    assert all(ring.sign(key.address, b"x") for key in keys if key is not keys[1])


def test_the_stored_copy_is_overwritten_when_a_key_goes(page: KeyPage) -> None:
    first, second = page.put(b"a" * 64), page.put(b"b" * 32)
    assert first is not None
    assert second is not None
    page.wipe(first)
    assert page.copy(first, 64) == bytes(64)
    assert page.copy(second, 32) == b"b" * 32


def test_expired_and_dropped_keys_leave_nothing_on_the_page(
    ring: KeyRing, page: KeyPage, clock: Clock
) -> None:
    ring.hold(ALICE, "a", 60)
    ring.hold(BOB, "b", 10)
    ring.hold(ALICE, "again", 60)
    clock.time += 10
    ring.drop_expired()
    ring.drop(ALICE.address)
    assert all(page.copy(slot, 64) == bytes(64) for slot in range(MAX_KEYS))


def test_the_real_clock_moves_forward() -> None:
    before = boot_clock()
    assert boot_clock() >= before > 0
