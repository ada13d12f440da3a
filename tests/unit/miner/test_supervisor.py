import asyncio

import pytest

from taocli.miner.supervisor import RestartPolicy, TaskSupervisor

QUICK = RestartPolicy(first_pause_s=0.001, longest_pause_s=0.004, max_breaks=3)


async def test_a_broken_task_comes_back_under_its_name():
    supervisor, runs, done = TaskSupervisor(QUICK), [], asyncio.Event()

    async def work():
        runs.append(asyncio.current_task().get_name())
        if len(runs) < 3:
            raise OSError("broken")
        done.set()
        await asyncio.Event().wait()

    supervisor.start("follow", work)
    await asyncio.wait_for(done.wait(), 5)
    assert runs == ["follow"] * 3
    await supervisor.stop()


async def test_too_many_breaks_end_everything_with_the_last_error():
    supervisor = TaskSupervisor(QUICK)

    async def work():
        raise OSError("for ever")

    supervisor.start("broken", work)
    with pytest.raises(OSError, match="for ever"):
        await asyncio.wait_for(supervisor.wait(), 5)
    await supervisor.stop()


async def test_tasks_stop_in_reverse_order():
    supervisor, ended = TaskSupervisor(QUICK), []

    def worker(name):
        async def work():
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(name)

        return work

    for name in "abc":
        supervisor.start(name, worker(name))
    await asyncio.sleep(0)
    assert supervisor.names == ("a", "b", "c")
    await supervisor.stop()
    assert ended == ["c", "b", "a"]
