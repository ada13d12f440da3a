"""The state root is that of the entries, whichever roots were asked for before."""

from collections.abc import Mapping

import pytest

from taocli.domain.errors import ValidationError
from taocli.localnet.frame.storage import Blake2_128Concat, Identity, Map
from taocli.localnet.frame.types import u16, u64
from taocli.localnet.state import CommittedState, State

Changes = Mapping[bytes, bytes | None]
FIRST: Changes = {b"a": b"1", b"b": b"2"}
SECOND: Changes = {b"a": b"3", b"b": None, b"c": b"4"}


def fresh_root(state: CommittedState) -> bytes:
    again = CommittedState()
    again.apply({key: state.get(key) for key in state.keys(b"")})
    return again.root_after({})


def test_applying_what_was_foreseen_leads_to_its_root() -> None:
    state = CommittedState()
    state.apply(FIRST)
    foreseen = state.root_after(SECOND)
    state.apply(SECOND)
    assert foreseen == state.root_after({}) == fresh_root(state)


def test_a_block_that_was_foreseen_and_dropped_leaves_no_trace() -> None:
    state = CommittedState()
    state.apply(FIRST)
    dropped = state.root_after(SECOND)
    undo = state.apply({b"c": b"9"})
    assert state.root_after({}) == fresh_root(state) != dropped
    assert state.root_after(SECOND) == dropped  # it writes c as well, so the end is the same
    state.apply(undo)
    state.apply(SECOND)
    assert state.root_after({}) == fresh_root(state) == dropped


def test_the_same_changes_may_be_applied_again_after_they_were_taken_back() -> None:
    state = CommittedState()
    state.apply(FIRST)
    before = state.root_after({})
    state.root_after(SECOND)
    state.apply(state.apply(SECOND))
    assert state.root_after({}) == before == fresh_root(state)
    state.apply(SECOND)
    assert state.root_after({}) == fresh_root(state)


def test_some_of_the_keys_are_no_entry_even_after_their_prefix_was_read() -> None:
    state = State(CommittedState())
    pairs = Map((Identity, u16), (Blake2_128Concat, u64), u64)
    pairs.name = "Pairs"
    item = pairs.bind("Pallet", lambda: state)
    item[1, 2] = 3
    assert item.keys_under(1) == [(1, 2)]
    for keys in ((1,), 1, (1, 2, 3)):
        with pytest.raises(ValidationError, match="has 2 keys"):
            item[keys]
