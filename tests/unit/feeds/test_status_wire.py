import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taocli.domain.errors import InvalidRequest
from taocli.domain.status import (
    MINER_STATUS_SCHEMA,
    MinerState,
    MinerStatus,
    WorkerState,
    WorkerStatus,
)
from taocli.feeds.status_wire import MAX_STATUS_BYTES, decode_status, encode_status

STATUS = MinerStatus(
    schema=MINER_STATUS_SCHEMA, state=MinerState.SERVING, network="local", netuid=1, hotkey="5F",
    uid=3, endpoint="http://127.0.0.2:8091", pid=7, started_at=1.5, reported_at=2.5, requests=9,
    answered=8, refused=1, failed=0, in_flight=0, last_request_at=None, last_caller="5G",
    latency_p50_ms=None, latency_p95_ms=12.5,
    worker=WorkerStatus(state=WorkerState.READY, device="cpu", model="sums", pid=8, steps=4),
    worker_restarts=0,
)  # fmt: skip


def test_round_trip() -> None:
    line = encode_status(STATUS)
    assert line.endswith(b"\n")
    assert b"\n" not in line[:-1]
    assert decode_status(line) == STATUS


@pytest.mark.parametrize("field", [item.name for item in dataclasses.fields(MinerStatus)])
def test_a_missing_or_wrong_field_is_a_typed_error(field: str) -> None:
    content = json.loads(encode_status(STATUS))
    for damaged in (
        {**content, field: ["wrong"]},
        {k: v for k, v in content.items() if k != field},
    ):
        with pytest.raises(InvalidRequest):
            decode_status(json.dumps(damaged).encode())


@given(st.binary(max_size=300))
def test_garbage_is_a_typed_error(line: bytes) -> None:
    with pytest.raises(InvalidRequest):
        decode_status(line)


def test_an_endless_line_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        decode_status(b" " * (MAX_STATUS_BYTES + 1))


def test_deep_nesting_is_a_typed_error() -> None:
    with pytest.raises(InvalidRequest):
        decode_status(b"[" * 30_000 + b"]" * 30_000)
