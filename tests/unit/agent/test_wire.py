"""Frames of the agent: what is said arrives, and everything else is one typed refusal."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taocli.agent.frames import (
    MAX_KEYS,
    MAX_MESSAGE,
    Add,
    Dropped,
    Held,
    Hello,
    ListKeys,
    Lock,
    Refusal,
    Refused,
    Sign,
    Signed,
    Welcome,
)
from taocli.agent.held import MAX_LABEL, HeldKey, is_label
from taocli.agent.wire import MAX_FRAME, OtherVersion, decode_answer, decode_request, encode
from taocli.domain.address import Address
from taocli.domain.errors import InvalidRequest
from taocli.wallet.keypair import Keypair

KEY = Keypair.from_seed(bytes([7] * 32))
ADD = Add(KEY.address, 1, KEY.private_key, "alice", 600)

addresses = st.builds(Address, st.binary(min_size=32, max_size=32))
labels = st.text(min_size=1, max_size=MAX_LABEL).filter(is_label)
lifetimes = st.integers(1, 86_400)
held = st.builds(HeldKey, addresses, st.integers(0, 1), labels, lifetimes)
requests = st.one_of(
    st.just(Hello()),
    st.builds(Add, addresses, st.integers(0, 1), st.binary(max_size=64), labels, lifetimes),
    st.builds(Sign, addresses, st.binary(max_size=300)),
    st.just(ListKeys()),
    st.builds(Lock, st.none() | addresses),
)
answers = st.one_of(
    st.builds(Welcome, st.integers(1, 99_999), st.booleans(), st.booleans(), st.booleans()),
    st.builds(Held, st.lists(held, max_size=5).map(tuple)),
    st.builds(Signed, st.binary(max_size=64)),
    st.builds(Dropped, st.integers(0, MAX_KEYS)),
    st.builds(Refused, st.sampled_from(Refusal)),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(requests)
def test_a_request_arrives_as_it_was_sent(request: Any) -> None:
    line = encode(request)
    assert line.count(b"\n") == 1
    assert decode_request(line) == request


@given(answers)
def test_an_answer_arrives_as_it_was_sent(answer: Any) -> None:
    assert decode_answer(encode(answer)) == answer


def test_the_largest_frames_fit() -> None:
    key = HeldKey(KEY.address, 1, "😀" * MAX_LABEL, 86_400)
    for frame in (Sign(KEY.address, bytes(MAX_MESSAGE)), Held((key,) * MAX_KEYS)):
        assert len(encode(frame)) <= MAX_FRAME
    assert decode_request(encode(Sign(KEY.address, bytes(MAX_MESSAGE))))


def test_a_message_beyond_the_limit_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        decode_request(encode(Sign(KEY.address, bytes(MAX_MESSAGE + 1))))


@given(st.binary(max_size=300))
def test_garbage_is_a_typed_refusal(line: bytes) -> None:
    for decode in (decode_request, decode_answer):
        with pytest.raises(InvalidRequest):
            decode(line)


@given(
    st.sampled_from(["address", "crypto_type", "private_key", "label", "lifetime_s"]), json_values
)
def test_a_field_of_any_other_value_is_read_or_refused_without_showing_it(
    name: str, value: Any
) -> None:
    content = json.loads(encode(ADD)) | {name: value}
    said = ""
    try:
        decode_request(json.dumps(content).encode())
    except InvalidRequest as error:
        said = error.what + error.why + error.fix
    assert base64.b64encode(KEY.private_key).decode() not in said


@pytest.mark.parametrize(
    "change",
    [
        {"is": "Steal"},
        {"is": ["Add"]},
        {"is": None},
        {"is": "Welcome"},
        {"extra": 1},
        {"address": "5" * 48},
        {"address": KEY.address.ss58[:-1]},
        {"address": {}},
        {"crypto_type": True},
        {"crypto_type": 2},
        {"crypto_type": 1.0},
        {"private_key": base64.b64encode(bytes(65)).decode()},
        {"private_key": "é"},
        {"private_key": "A"},
        {"private_key": 5},
        {"label": ""},
        {"label": "x" * (MAX_LABEL + 1)},
        {"label": "\x1b[2J"},
        {"label": "two\nlines"},
        {"lifetime_s": 0},
        {"lifetime_s": 86_401},
        {"lifetime_s": 1e3},
        {"lifetime_s": float("inf")},
        {"lifetime_s": "600"},
    ],
)
def test_a_frame_with_one_thing_wrong_is_refused(change: dict[str, Any]) -> None:
    content = json.loads(encode(ADD)) | change
    with pytest.raises(InvalidRequest):
        decode_request(json.dumps(content).encode())


@pytest.mark.parametrize("name", list(json.loads(encode(ADD))))
def test_a_frame_that_lacks_a_field_is_refused(name: str) -> None:
    content = json.loads(encode(ADD))
    del content[name]
    with pytest.raises(InvalidRequest):
        decode_request(json.dumps(content).encode())


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 90_000,
        b'{"a":' * 19_000,
        b"9" * 90_000,
        b" " * (MAX_FRAME + 1),
        b"\xff{}",
        b'"\\ud800"',
    ],
    ids=["lists", "objects", "digits", "too long", "not text", "surrogate"],
)
def test_json_that_is_built_to_hurt_is_refused(line: bytes) -> None:
    with pytest.raises(InvalidRequest):
        decode_request(line)


def test_a_good_frame_in_too_many_blanks_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        decode_request(encode(Hello()).strip() + b" " * MAX_FRAME)


def test_another_version_is_told_apart() -> None:
    content = json.loads(encode(Hello())) | {"v": 2}
    with pytest.raises(OtherVersion):
        decode_request(json.dumps(content).encode())


def test_a_frame_with_a_key_does_not_show_it() -> None:
    assert repr(KEY.private_key) not in repr(ADD)
