"""Runs the feeds: each in a task of its own, so that one that fails or hangs stops no other.

A round that fails is told to the store and tried again after a growing delay. A feed never has two
rounds under way, so a slow network makes numbers older, not the queue longer.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol

from taocli.domain.errors import TaoError
from taocli.feeds.backoff import Backoff
from taocli.feeds.store import Store

HISTORY_EVERY_S = 1.0


class Feed(Protocol):
    """Something that brings samples into a store, one round at a time."""

    @property
    def name(self) -> str:
        """For task names and messages."""

    @property
    def poll_s(self) -> float:
        """Seconds between the end of a round and the next one."""

    async def poll(self) -> None:
        """One round; every wait in it has a deadline."""

    def fail(self, reason: str, retry_s: float) -> None:
        """Tell the store that a round failed."""

    async def close(self) -> None:
        """Let resources go; the next round may take them again."""


class Collector:
    """Owns the feeds' tasks: ``async with Collector(store, feeds): ...``.

    ``keeps_history`` is off for a feed that writes the history of its own time.
    """

    def __init__(self, store: Store, feeds: Sequence[Feed], *, keeps_history: bool = True) -> None:
        self._store = store
        self._feeds = tuple(feeds)
        self._keeps_history = keeps_history
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Collector":
        self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def start(self) -> None:
        """Begin to poll; called once."""
        self._tasks = [
            asyncio.create_task(keep_polling(feed), name=f"feed-{feed.name}")
            for feed in self._feeds
        ]
        if self._keeps_history:
            self._tasks.append(asyncio.create_task(self._keep_history(), name="feed-history"))

    async def once(self) -> None:
        """One round of every feed, all at once; failures are in the store."""
        await asyncio.gather(*(attempt(feed, retry_s=0.0) for feed in self._feeds))

    async def close(self) -> None:
        """Stop every task and let connections go."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        for feed in self._feeds:
            with contextlib.suppress(Exception):  # the program is leaving; nobody is left to tell
                await feed.close()

    async def _keep_history(self) -> None:
        while True:
            await asyncio.sleep(HISTORY_EVERY_S)
            self._store.tick()


async def keep_polling(feed: Feed, backoff: Backoff | None = None) -> None:
    """Poll for ever."""
    backoff = backoff or Backoff()
    while True:
        retry_s = backoff.next_s()
        if await attempt(feed, retry_s):
            backoff.reset()
            await asyncio.sleep(feed.poll_s)
        else:
            await asyncio.sleep(retry_s)


async def attempt(feed: Feed, retry_s: float) -> bool:
    """One round; a failure of any kind ends in the store and closes the feed's connection."""
    try:
        await feed.poll()
    except TimeoutError:
        reason = f"the {feed.name} did not answer in time"
    except TaoError as error:
        reason = f"{error.what} {error.why}".strip()
    except Exception as error:  # noqa: BLE001 - a feed must never take the dashboard down
        reason = f"reading the {feed.name} failed: {type(error).__name__} {error}"
    else:
        return True
    feed.fail(reason, retry_s)
    with contextlib.suppress(Exception):  # the connection was broken already
        await feed.close()
    return False
