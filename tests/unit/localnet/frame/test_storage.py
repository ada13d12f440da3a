"""Storage items: the chain's keys, defaults, iteration, and values nobody can change behind them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taocli.domain.errors import ValidationError

ONE, TWO = b"\1" * 32, b"\2" * 32


def test_known_keys(chain):
    account = chain.runtime.system.Account
    assert account.storage_key().hex() == (
        "26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9"
    )
    alice = bytes.fromhex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d")
    assert (
        account.storage_key(alice).hex().endswith(f"de1e86a9a8c739864cf3cc5ec2bea59f{alice.hex()}")
    )


def test_absent_values_read_as_declared(chain):
    counter = chain.runtime.counter
    assert counter.Total.get() == 7
    assert counter.Marks[1, ONE] is None
    assert counter.Notes[5] == b""
    assert counter.Lists[0] == []
    assert not counter.Total.exists()


def test_writing_reading_and_removing(chain):
    marks = chain.runtime.counter.Marks
    marks[1, ONE] = 5
    marks[1, TWO] = 6
    marks[2, ONE] = 7
    assert (1, ONE) in marks
    assert dict(marks.items_under(1)) == {(1, ONE): 5, (1, TWO): 6}
    assert len(marks.keys_under()) == 3
    del marks[1, ONE]
    assert (1, ONE) not in marks
    assert marks.take(1, TWO) == 6
    assert list(marks.items_under(1)) == []
    assert marks.clear_under() == 1
    with pytest.raises(ValidationError):
        marks[1]


def test_changing_what_was_read_changes_nothing_on_chain(chain):
    lists = chain.runtime.counter.Lists
    lists[3] = [1, 2]
    lists[3].append(9)
    lists[4].append(9)
    chain.runtime.system.Account[ONE]["data"]["free"] = 5
    assert lists[3] == [1, 2]
    assert lists[4] == []
    assert chain.runtime.system.Account[ONE]["data"]["free"] == 0
    assert lists.mutate(3, change=lambda items: [*items, 3]) == [1, 2, 3]
    assert lists[3] == [1, 2, 3]


@given(st.dictionaries(st.integers(0, 2**64 - 1), st.binary(max_size=20), max_size=20))
def test_a_map_behaves_like_a_dict(entries):
    from taocli.localnet.frame.storage import Map, Twox64Concat
    from taocli.localnet.frame.types import Bytes, u64
    from taocli.localnet.state import CommittedState, State

    state = State(CommittedState())
    declared = Map((Twox64Concat, u64), Bytes)
    declared.name = "Notes"
    notes = declared.bind("Test", lambda: state)
    for key, value in entries.items():
        notes[key] = value
    assert dict(notes.items_under()) == entries


def test_a_rolled_back_write_is_forgotten_by_the_cache(chain):
    total = chain.runtime.counter.Total
    total.set(50)
    assert total.get() == 50

    def fail() -> None:
        with chain.runtime.transaction():
            total.set(60)
            assert total.get() == 60
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert total.get() == 50
