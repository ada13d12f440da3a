import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taocli.domain.errors import InvalidRequest
from taocli.protocol.synapse import body_hash, parse_body, parse_head, placeholder

EMPTY = "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"


def test_the_body_hash_is_the_one_the_sdk_computed(capture):
    recorded = capture("02")
    body = json.loads(recorded.body)
    expected = dict(recorded.headers)[b"computed_body_hash"].decode()
    assert body_hash(body, ("roles", "messages", "n", "f", "opt", "d")) == expected
    assert body_hash(body, ()) == EMPTY


@given(st.lists(st.text()))
def test_the_hash_depends_on_every_hashed_field_and_no_other(texts):
    body = {"messages": texts, "other": 1}
    assert body_hash(body, ("messages",)) == body_hash({**body, "other": 2}, ("messages",))
    changed = {**body, "messages": [*texts, "x"]}
    assert body_hash(body, ("messages",)) != body_hash(changed, ("messages",))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([1], "W10="),
        (3, "MA=="),
        ("x", "IiI="),
        ({"a": 1}, "e30="),
        (0.5, "MC4w"),
        (True, "ZmFsc2U="),
    ],
)
def test_placeholders_are_those_of_the_sdk(value, expected):
    assert placeholder(value) == expected


@pytest.mark.parametrize("text", [b"x", b"nan", b"inf", b"0", b"-3"])
def test_an_impossible_timeout_is_refused(text):
    with pytest.raises(InvalidRequest):
        parse_head("Dummy", [(b"timeout", text)])


def test_a_header_given_twice_is_refused():
    pair = (b"bt_header_dendrite_hotkey", b"5abc")
    with pytest.raises(InvalidRequest):
        parse_head("Dummy", [pair, pair])


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_a_body_must_be_an_object(raw):
    with pytest.raises(InvalidRequest):
        parse_body(raw)


@given(st.binary(max_size=300))
def test_any_bytes_are_an_object_or_refused(raw):
    try:
        assert isinstance(parse_body(raw), dict)
    except InvalidRequest:
        return
