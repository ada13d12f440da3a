"""Running a coroutine as a command: Ctrl-C and SIGTERM cancel it and let it clean up."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

from taocli.domain.errors import ExitCode


def run_async(main: Coroutine[Any, Any, None]) -> None:
    """Run to the end; SIGTERM ends with exit code 143, Ctrl-C (through ``main.run``) with 130."""
    try:
        asyncio.run(_cancellable(main))
    except asyncio.CancelledError:
        raise SystemExit(int(ExitCode.TERMINATED)) from None


async def _cancellable(main: Coroutine[Any, Any, None]) -> None:
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await main
