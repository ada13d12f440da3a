"""The state overlay, the committed state and its past."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taocli.domain.errors import TaoError
from taocli.localnet.chain_block import NO_PARENT, Block, Header
from taocli.localnet.state import CommittedState, State
from taocli.localnet.store import MemoryStore, StateDiscarded, UnknownBlock

KEYS = st.one_of(
    st.binary(min_size=1, max_size=3), st.binary(max_size=2).map(lambda tail: b"p" * 32 + tail)
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), KEYS, st.binary(max_size=3)),
        st.tuples(st.just("delete"), KEYS, st.just(b"")),
        st.tuples(st.sampled_from(["begin", "commit", "rollback"]), st.just(b""), st.just(b"")),
    ),
    max_size=40,
)


def play(state: State, steps: Any) -> dict[bytes, bytes]:
    """Run the steps on the state and on plain dictionaries; the innermost dictionary is returned."""
    stack = [{key: state.get(key) or b"" for key in state.keys(b"")}]
    for action, key, value in steps:
        if action == "set":
            state.set(key, value)
            stack[-1][key] = value
        elif action == "delete":
            state.delete(key)
            stack[-1].pop(key, None)
        elif action == "begin":
            state.begin()
            stack.append(dict(stack[-1]))
        elif len(stack) > 1 and action == "commit":
            state.commit()
            top = stack.pop()
            stack[-1] = top
        elif len(stack) > 1:
            state.rollback()
            stack.pop()
    return stack[-1]


@given(before=st.dictionaries(KEYS, st.binary(max_size=3)), steps=STEPS, prefix=KEYS)
def test_an_overlay_behaves_like_a_stack_of_dictionaries(
    before: dict[bytes, bytes], steps: Any, prefix: bytes
) -> None:
    base = CommittedState()
    base.apply(before)
    state = State(base)
    expected = play(state, steps)
    assert {key: state.get(key) for key in state.keys(b"")} == expected
    assert state.keys(prefix) == sorted(key for key in expected if key.startswith(prefix))
    assert state.keys(b"", prefix, 2) == sorted(key for key in expected if key > prefix)[:2]


@given(st.lists(st.dictionaries(KEYS, st.none() | st.binary(max_size=3)), min_size=1, max_size=8))
def test_every_past_state_stays_readable(blocks: list[dict[bytes, bytes | None]]) -> None:
    store, model, seen = MemoryStore(), {}, []
    for number, changes in enumerate(blocks):
        root = store.committed.root_after(changes)
        header = Header(NO_PARENT, number, root, NO_PARENT)
        store.append(Block(header, header.hash, ()), changes)
        model = {key: value for key, value in {**model, **changes}.items() if value is not None}
        seen.append((header.hash, model))
    for digest, expected in seen:
        past = store.state_at(digest)
        assert past.keys(b"") == sorted(expected)
        assert {key: past.get(key) for key in past.keys(b"")} == expected


@given(st.dictionaries(KEYS, st.binary(max_size=3)), st.randoms())
def test_equal_states_have_equal_roots_however_they_came_about(
    content: dict[bytes, bytes], shuffle: Any
) -> None:
    one, other = CommittedState(), CommittedState()
    one.apply(content)
    items = [*content.items()]
    shuffle.shuffle(items)
    other.apply({b"detour": b"1"})
    for key, value in items:
        other.apply({key: b"other"})
        other.apply({key: value})
    other.apply({b"detour": None} if b"detour" not in content else {})
    assert one.root_after({}) == other.root_after({})
    assert one.root_after({b"extra!": b""}) != one.root_after({})


def test_decoded_values_are_forgotten_when_bytes_change_or_come_back() -> None:
    state = State(CommittedState())
    state.set(b"k", b"1")
    state.decoded[b"k"] = 1
    state.begin()
    state.set(b"k", b"2")
    assert b"k" not in state.decoded
    state.decoded[b"k"] = 2
    state.rollback()
    assert b"k" not in state.decoded
    assert state.get(b"k") == b"1"


def test_half_a_call_never_reaches_a_block() -> None:
    state = State(CommittedState())
    state.begin()
    with pytest.raises(TaoError):
        state.take_changes()


def test_old_state_is_discarded_and_unknown_blocks_are_named(monkeypatch: Any) -> None:
    monkeypatch.setattr("taocli.localnet.store.STATE_HISTORY", 3)
    store = MemoryStore()
    hashes = []
    for number in range(6):
        header = Header(NO_PARENT, number, NO_PARENT, NO_PARENT)
        store.append(Block(header, header.hash, ()), {b"n": bytes([number])})
        hashes.append(header.hash)
    assert store.state_at(hashes[2]).get(b"n") == b"\x02"
    with pytest.raises(StateDiscarded, match="State already discarded for 0x"):
        store.state_at(hashes[1])
    with pytest.raises(UnknownBlock):
        store.state_at(b"?" * 32)
    assert store.block(hashes[0]) is not None
