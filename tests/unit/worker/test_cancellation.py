"""A cancelled wait on a worker ends cancelled, however close the answer was."""

import asyncio

import pytest

from taocli.worker.client import _within


@pytest.mark.parametrize("turns", range(6))
async def test_cancelling_is_never_swallowed(turns: int) -> None:
    answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def wait() -> int:
        return await answer

    task = asyncio.create_task(_within(10, wait()))
    for _ in range(3):
        await asyncio.sleep(0)
    answer.set_result(1)
    for _ in range(turns):
        await asyncio.sleep(0)
    if task.cancel():
        with pytest.raises(asyncio.CancelledError):
            await task
    else:
        assert await task == 1
