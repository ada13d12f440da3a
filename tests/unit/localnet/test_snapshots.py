"""Going back: what a revert brings back, what it drops, and what it cannot do."""

from typing import Any

import pytest

from taocli.domain.errors import InvalidSetting
from taocli.localnet import snapshots, store
from taocli.localnet.clock import Clock
from taocli.localnet.producer import Producer
from taocli.localnet.snapshots import RewindableStore, Snapshots
from taocli.localnet.state import State
from taocli.localnet.store import StateDiscarded, UnknownBlock

ALICE, BOB = b"A" * 32, b"B" * 32


@pytest.fixture
def chain(producer: Producer) -> Producer:
    """The fake runtime over a store that can go back."""
    kept = RewindableStore()
    runtime = producer.runtime
    runtime.state = State(kept.committed)
    made = Producer(runtime, kept, lambda digest: digest * 2, clock=Clock.simulated(7, 12_000))
    made.seal_genesis()
    return made


def entries(chain: Producer) -> dict[bytes, bytes | None]:
    committed = chain.store.committed
    return {key: committed.get(key) for key in committed.keys(b"")}


def test_a_revert_brings_state_head_and_time_back(chain: Producer, sign: Any) -> None:
    places = Snapshots(chain)
    chain.submit(sign(ALICE, 0, b"first"))
    chain.seal_block()
    here, taken = entries(chain), places.take()
    chain.submit(sign(ALICE, 1, b"second"))
    chain.clock.advance(86_400_000)
    first = [chain.seal_block() for _ in range(3)]
    assert entries(chain) != here
    places.revert(taken.id)
    assert entries(chain) == here
    assert chain.store.head.hash == taken.hash
    assert chain.store.block(first[0].hash) is None
    assert chain.store.hash_at(2) is None
    chain.submit(sign(ALICE, 1, b"second"))
    chain.clock.advance(86_400_000)
    assert [chain.seal_block() for _ in range(3)] == first


def test_later_snapshots_are_dropped_and_the_own_one_stays(chain: Producer) -> None:
    places = Snapshots(chain)
    ids = []
    for _ in range(3):
        chain.seal_block()
        ids.append(places.take().id)
    places.revert(ids[1])
    assert [item.id for item in places.listed()] == ids[:2]
    with pytest.raises(InvalidSetting, match=f"no snapshot {ids[2]}"):
        places.revert(ids[2])
    chain.seal_block()
    assert places.take().id > ids[2], "an id is never given twice"
    assert places.revert(ids[1]).number == 2
    places.reset()
    assert (chain.store.head.number, places.listed()) == (0, ())


def test_waiting_transactions_hear_that_they_were_dropped(chain: Producer, sign: Any) -> None:
    places = Snapshots(chain)
    told: list[Any] = []
    chain.submit(sign(ALICE, 0), told.append)
    chain.submit(sign(BOB, 5), told.append)
    places.reset()
    assert told == ["ready", "future", "dropped", "dropped"]
    assert len(chain.pool) == 0
    chain.submit(sign(ALICE, 0))
    assert chain.seal_block().number == 1


def test_it_reaches_back_beyond_the_history_that_is_kept(
    chain: Producer, sign: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (snapshots, store):
        monkeypatch.setattr(module, "STATE_HISTORY", 5)
    places = Snapshots(chain)
    genesis = entries(chain)
    states = {}
    for number in range(30):
        chain.submit(sign((ALICE, BOB)[number % 2], number // 2, b"note %d" % number))
        chain.seal_block()
        if number in {3, 10, 20}:
            states[places.take().id] = entries(chain)
    with pytest.raises(StateDiscarded):
        chain.store.state_at(chain.store.hash_at(11) or b"")
    for taken in sorted(states, reverse=True):
        places.revert(taken)
        assert entries(chain) == states[taken]
        chain.seal_block()  # and it goes on from there
    places.reset()
    assert entries(chain) == genesis


def test_only_marked_blocks_can_be_gone_back_to(chain: Producer) -> None:
    chain.seal_block()
    chain.seal_block()
    assert isinstance(chain.store, RewindableStore)
    with pytest.raises(UnknownBlock):
        chain.store.rewind(1)
    assert chain.store.head.number == 2


def test_a_chain_on_disk_says_that_it_cannot(producer: Producer) -> None:
    with pytest.raises(InvalidSetting, match="cannot go back"):
        Snapshots(producer).take()


def test_who_listens_hears_of_both_ways(chain: Producer) -> None:
    heard: list[tuple[int, bool]] = []
    places = Snapshots(chain)
    places.listen(lambda place, back: heard.append((place.id, back)))
    taken = places.take()
    places.revert(taken.id)
    places.reset()
    assert heard == [(taken.id, False), (taken.id, True), (0, True)]
