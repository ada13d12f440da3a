"""Bodies between miner and worker: what goes in comes out, and nonsense is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taocli.domain.errors import InvalidRequest, ModelInvalid, WorkerError
from taocli.domain.inference import ChatMessage, FinishReason, GenerationChunk, GenerationRequest
from taocli.domain.status import WorkerState, WorkerStatus
from taocli.worker import wire

texts = st.text(st.characters(codec="utf-8"), max_size=30)
requests = st.builds(
    GenerationRequest,
    messages=st.lists(
        st.builds(ChatMessage, st.sampled_from(["system", "user", "assistant"]), texts),
        min_size=1,
        max_size=4,
    ).map(tuple),
    max_tokens=st.integers(1, 1 << 20),
    temperature=st.floats(0, 100),
    top_k=st.integers(0, 1000),
    top_p=st.floats(0, 1),
    seed=st.integers(0, (1 << 63) - 1),
    stop=st.lists(texts, max_size=4).map(tuple),
    deadline_s=st.none() | st.floats(0, 1000),
)


@given(requests, st.booleans())
def test_a_request_survives_the_wire(request, stream) -> None:
    assert wire.decode_request(wire.encode_request(request, stream)) == (request, stream)


@given(texts, st.integers(0, 9), st.none() | st.sampled_from(FinishReason))
def test_a_piece_survives_the_wire(text, count, finish) -> None:
    chunk = GenerationChunk(text, count, count, finish)
    event = wire.encode_chunk(chunk)
    assert event.endswith(b"\n\n")
    assert wire.decode_chunk(event.strip().removeprefix(b"data: ")) == chunk


def test_a_report_and_an_error_survive_the_wire() -> None:
    status = WorkerStatus(WorkerState.READY, "cpu", "sums", 7, 1.5, steps=3)
    assert wire.decode_status(wire.encode_status(status)) == status
    error = wire.decode_error(wire.encode_error(ModelInvalid("a", "b", "c")))
    assert (type(error), error.what, error.why, error.fix) == (ModelInvalid, "a", "b", "c")


def test_an_unknown_error_name_becomes_the_family() -> None:
    assert type(wire.decode_error(b'{"error": {"type": "SystemExit"}}')) is WorkerError


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{}", b'{"messages": []}', b'{"messages": ["hi"]}', b"[" * 100_000,
        b'{"messages": [{"role": "root", "content": "x"}]}',
        b'{"messages": [{"role": "user", "content": 3}]}',
        *(
            json.dumps({"messages": [{"role": "user", "content": "x"}]} | extra).encode()
            for extra in (
                {"max_tokens": 0}, {"max_tokens": True}, {"max_tokens": 1.5},
                {"temperature": float("nan")}, {"temperature": -1}, {"top_p": 2},
                {"deadline_s": "soon"}, {"stop": [1]}, {"stop": ["x"] * 17},
            )
        ),
    ],
)  # fmt: skip
def test_a_request_that_makes_no_sense_is_refused(body) -> None:
    with pytest.raises(InvalidRequest):
        wire.decode_request(body)
