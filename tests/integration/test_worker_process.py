"""A real worker process under its supervisor: answers, hang-ups, crashes, drains."""

import asyncio
import contextlib
import json
import os
import signal
import stat
import time

import pytest

from taocli.domain.errors import (
    DeadlineExceeded,
    InvalidRequest,
    ModelInvalid,
    NoGpu,
    UnsupportedModel,
    UsageError,
    WorkerBusy,
    WorkerDied,
)
from taocli.domain.inference import ChatMessage, FinishReason, GenerationRequest
from taocli.domain.status import WorkerState
from taocli.worker.client import WorkerClient
from taocli.worker.devices import Devices, resolve_device
from taocli.worker.keeper import KeeperTiming
from taocli.worker.supervisor import WorkerSupervisor
from taocli.worker.training.evaluate import shipped_model
from taocli.worker.training.random_model import RandomModel, write_random_model

QUICK = KeeperTiming(heartbeat_s=0.2, first_backoff_s=0.1)
CPU = Devices(("cpu",))

pytestmark = pytest.mark.slow  # every test starts processes that load torch


def ask(text: str, **fields) -> GenerationRequest:
    return GenerationRequest((ChatMessage("user", text),), **fields)


async def answer(engine, request: GenerationRequest) -> tuple[str, FinishReason]:
    text, finish = "", None
    async for chunk in engine.generate(request):
        text += chunk.text
        finish = chunk.finish
    return text, finish


@contextlib.asynccontextmanager
async def running(model, folder, devices=CPU):
    supervisor = WorkerSupervisor(model, devices, folder, timing=QUICK)
    await supervisor.start()
    try:
        yield supervisor
    finally:
        await supervisor.stop(5)


@pytest.fixture(scope="module")
def endless(tmp_path_factory):
    """A random model without an end token, so that its answers are as long as asked."""
    shape = RandomModel(seed=2, hidden=128, layers=6, inner=512, max_positions=4096, tied=False)
    folder = write_random_model(tmp_path_factory.mktemp("endless"), shape)
    for name, field in (("config.json", "eos_token_id"), ("tokenizer_config.json", "eos_token")):
        content = json.loads((folder / name).read_text())
        (folder / name).write_text(json.dumps(content | {field: None}))
    return folder


async def until(check, seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not await check():
            await asyncio.sleep(0.05)


async def test_answers_stream_in_parallel_and_the_socket_is_private(tmp_path) -> None:
    async with running(shipped_model(), tmp_path / "run") as supervisor:
        socket = tmp_path / "run" / "w0.sock"
        assert stat.S_IMODE(socket.stat().st_mode) == 0o600
        assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
        given = await asyncio.gather(*(answer(supervisor, ask(f"{n}+21=")) for n in range(30)))
        assert given == [(str(n + 21), FinishReason.STOP) for n in range(30)]
        with pytest.raises(InvalidRequest):
            await answer(supervisor, ask("1" * 5000))
        status = await supervisor.status()
        assert (status.state, status.device, status.model) == (WorkerState.READY, "cpu", "sums")
        assert status.generated_tokens >= 30
        assert status.kv_blocks_used == 0


async def test_stop_strings_limits_and_deadlines_reach_the_caller(endless, tmp_path) -> None:
    async with running(endless, tmp_path) as supervisor:
        whole, finish = await answer(supervisor, ask("Hi", max_tokens=40))
        assert finish is FinishReason.LENGTH
        stop = whole[5:7]
        cut, finish = await answer(supervisor, ask("Hi", max_tokens=40, stop=(stop,)))
        assert (cut, finish) == (whole[: whole.index(stop)], FinishReason.STOP)
        _, finish = await answer(supervisor, ask("Hi", max_tokens=4000, deadline_s=0.2))
        assert finish is FinishReason.DEADLINE


async def test_hanging_up_cancels_and_frees_the_memory(endless, tmp_path) -> None:
    async with running(endless, tmp_path) as supervisor:
        for _ in range(5):
            pieces = supervisor.generate(ask("Hi", max_tokens=4000))
            await anext(pieces)
            await pieces.aclose()

        async def idle() -> bool:
            status = await supervisor.status()
            return status.running == status.waiting == status.kv_blocks_used == 0

        await until(idle)


async def test_killing_the_process_fails_its_requests_at_once_and_it_comes_back(
    endless, tmp_path
) -> None:
    async with running(endless, tmp_path) as supervisor:
        pieces = supervisor.generate(ask("Hi", max_tokens=4000))
        await anext(pieces)
        os.kill(supervisor.pids[0], signal.SIGKILL)
        killed_at = time.monotonic()
        with pytest.raises(WorkerDied):
            async for _ in pieces:
                pass
        assert time.monotonic() - killed_at < 1.0

        async def back() -> bool:
            try:
                await answer(supervisor, ask("Hi", max_tokens=2))
            except (WorkerBusy, WorkerDied):
                return False
            return True

        await until(back, 30)
        assert supervisor.restarts == 1


async def test_a_stopped_process_is_found_silent_and_replaced(endless, tmp_path) -> None:
    timing = KeeperTiming(heartbeat_s=0.2, heartbeat_timeout_s=0.5, misses=2, first_backoff_s=0.1)
    supervisor = WorkerSupervisor(endless, CPU, tmp_path, timing=timing)
    await supervisor.start()
    try:
        os.kill(supervisor.pids[0], signal.SIGSTOP)

        async def replaced() -> bool:
            return (
                await supervisor.status()
            ).state is WorkerState.READY and supervisor.restarts == 1

        await until(replaced, 30)
    finally:
        await supervisor.stop(5)


async def test_stopping_finishes_running_answers(endless, tmp_path) -> None:
    async with running(endless, tmp_path) as supervisor:
        pieces = supervisor.generate(ask("Hi", max_tokens=200))
        first = await anext(pieces)
        pid = supervisor.pids[0]
        stopping = asyncio.create_task(supervisor.stop(30))
        last = first
        async for chunk in pieces:
            last = chunk
        await stopping
        assert (last.completion_tokens, last.finish) == (200, FinishReason.LENGTH)
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_two_devices_share_the_work(tmp_path) -> None:
    async with running(shipped_model(), tmp_path, Devices(("cpu", "cpu"))) as supervisor:
        given = await asyncio.gather(*(answer(supervisor, ask(f"{n}+2")) for n in range(16)))
        assert [text for text, _ in given] == [str(n + 2) for n in range(16)]
        reports = [await keeper.status() for keeper in supervisor._keepers]
        assert min(report.generated_tokens for report in reports) > 8


async def test_a_bad_model_says_what_is_wrong(tmp_path) -> None:
    folder = write_random_model(tmp_path / "model")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-10])
    with pytest.raises(ModelInvalid, match=r"model\.safetensors"):
        await WorkerSupervisor(folder, CPU, tmp_path).start()
    config = folder / "config.json"
    config.write_text(config.read_text().replace('"llama"', '"mamba"'))
    with pytest.raises(UnsupportedModel, match="mamba"):
        await WorkerSupervisor(folder, CPU, tmp_path).start()


async def test_devices_are_named_or_refused(monkeypatch) -> None:
    assert await resolve_device("cpu") == CPU
    for nonsense in ("gpu", "0,", "-1", ""):
        with pytest.raises(UsageError):
            await resolve_device(nonsense)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    with pytest.raises(NoGpu):
        await resolve_device("0,1")
    assert await resolve_device("auto") == CPU


async def test_a_silent_worker_meets_the_deadline_and_an_absent_one_is_dead(tmp_path) -> None:
    async def swallow(reader, writer) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_unix_server(swallow, str(tmp_path / "s"))
    with pytest.raises(DeadlineExceeded):
        await WorkerClient(tmp_path / "s").status(timeout_s=0.2)
    server.close()
    with pytest.raises(WorkerDied):
        await WorkerClient(tmp_path / "none").status()
