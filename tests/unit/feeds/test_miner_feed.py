import asyncio
import dataclasses
import json
import os
import subprocess
import sys
import time

import pytest

from taocli.domain.errors import InvalidRequest
from taocli.domain.status import MinerState
from taocli.feeds import miner_feed
from taocli.feeds.collector import attempt
from taocli.feeds.miner_feed import MinerDirectory, MinerPolling
from taocli.feeds.process import is_running
from taocli.feeds.snapshot import take
from taocli.feeds.status_wire import MAX_STATUS_BYTES, encode_status


@pytest.fixture
def directory(tmp_path, make):
    return MinerDirectory(tmp_path, 1, make.hotkey.ss58)


async def serve(path, *lines):
    async def answer(reader, writer):
        for line in lines:
            writer.write(line)
        await writer.drain()
        await reader.read()
        writer.close()

    return await asyncio.start_unix_server(answer, path / "sock")


async def test_nothing_there(directory) -> None:
    assert await directory.read() is None


async def test_pushes_are_read_one_after_the_other(tmp_path, directory, make) -> None:
    lines = [encode_status(make.status(requests=number)) for number in (3, 4)]
    async with await serve(tmp_path, *lines):
        reports = [await directory.report() for _ in lines]
        await directory.close()
    assert [report.status.requests for report in reports] == [3, 4]
    assert all(report.pushed for report in reports)


async def test_a_silent_socket_falls_back_to_the_file(
    tmp_path, directory, make, monkeypatch
) -> None:
    monkeypatch.setattr(miner_feed, "PUSH_TIMEOUT_S", 0.05)
    mine = make.status(pid=os.getpid(), started_at=time.time())
    (tmp_path / "state.json").write_bytes(encode_status(mine))
    async with await serve(tmp_path):
        report = await directory.report()
    assert not report.pushed
    assert not report.exited


async def test_a_dead_miner_left_its_reason(tmp_path, directory, make, store) -> None:
    finished = subprocess.Popen([sys.executable, "-c", ""])
    finished.wait()
    last = make.status(pid=finished.pid, state=MinerState.STOPPED, detail="CUDA out of memory")
    (tmp_path / "state.json").write_bytes(encode_status(last))
    assert await attempt(MinerPolling(directory, store), 1.0)
    assert take(store).report.exited
    assert store.events[-1].text == "the miner is gone: CUDA out of memory"


def test_a_process_number_used_again_is_not_the_miner() -> None:
    assert is_running(os.getpid(), time.time())
    assert not is_running(os.getpid(), time.time() - 40 * 365 * 86400)
    assert not is_running(0, 0.0)
    assert not is_running(2**40, time.time())


HOSTILE = [
    b"not json\n",
    b"{}\n",
    b"[" * 5000 + b"\n",
    b"x" * (MAX_STATUS_BYTES + 10) + b"\n",
]


@pytest.mark.parametrize("line", HOSTILE)
async def test_nonsense_is_an_event_not_a_crash(tmp_path, directory, store, line) -> None:
    (tmp_path / "state.json").write_bytes(line)
    async with await serve(tmp_path, line):
        assert not await attempt(MinerPolling(directory, store), 1.0)
    assert take(store).report is None
    assert take(store).miner.error


@pytest.mark.parametrize(
    "change",
    [
        {"requests": -1}, {"requests": 10**400}, {"started_at": float("nan")},
        {"reported_at": float("inf")}, {"latency_p95_ms": -3.0}, {"hotkey": "5Other"},
        {"netuid": 9}, {"pid": -1},
    ],
)  # fmt: skip
async def test_numbers_that_cannot_be_right_are_refused(tmp_path, directory, make, change) -> None:
    content = json.loads(encode_status(make.status()))
    (tmp_path / "state.json").write_text(json.dumps({**content, **change}))
    with pytest.raises(InvalidRequest):
        await directory.report()


async def test_a_miners_words_are_cleaned(tmp_path, directory, make) -> None:
    evil = "\x1b]52;c;AAAA\x07[@click=app.quit]x[/x]\u202e" + "y" * 500
    base = make.status(detail=evil, endpoint=evil, last_caller=evil)
    worker = dataclasses.replace(base.worker, model=evil, device=evil, detail=evil)
    (tmp_path / "state.json").write_bytes(encode_status(dataclasses.replace(base, worker=worker)))
    status = (await directory.report()).status
    for text in (status.detail, status.endpoint, status.worker.model, status.worker.device):
        assert text.isprintable()
        assert len(text) <= 160
