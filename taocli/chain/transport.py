"""The way to a network: several endpoints, one open link, and patience.

A request opens the link when there is none. Endpoints are tried in turn, each new round after a pause
that doubles from half a second to thirty. A fresh link is introduced first (``introduce``), so that an
endpoint of another chain is never used. Requests under way when a link breaks fail with
``ConnectionLost``; ``read`` asks those again once, because asking twice changes nothing.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from taocli.chain.link import Json, Link, Subscription
from taocli.domain.errors import CannotConnect, ConnectionLost, DeadlineExceeded, NetworkError

REQUEST_S = 15.0
CONNECT_S = 8.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0

Introduce = Callable[[Link], Awaitable[None]]


class Transport:
    """Requests to whichever endpoint answers; ``introduce`` runs on every new link."""

    def __init__(
        self,
        endpoints: Sequence[str],
        introduce: Introduce | None = None,
        *,
        request_s: float = REQUEST_S,
        connect_s: float = CONNECT_S,
    ) -> None:
        self._endpoints = tuple(endpoints)
        self._introduce = introduce
        self._request_s = request_s
        self._connect_s = connect_s
        self._next = 0
        self._link: Link | None = None
        self._opening = asyncio.Lock()
        self._closed = False

    @property
    def endpoint(self) -> str:
        """The URL in use, or the one that is tried next."""
        if self._link is not None:
            return self._link.endpoint
        return self._endpoints[self._next % len(self._endpoints)]

    @property
    def is_closed(self) -> bool:
        """Whether ``close`` was called: no request will be answered any more."""
        return self._closed

    async def open(self) -> None:
        """Make sure that there is a link; one try per endpoint."""
        await self._open_link()

    async def request(
        self, method: str, params: Sequence[Json] = (), timeout_s: float | None = None
    ) -> Json:
        """One request, sent once."""
        link = await self._open_link()
        return await link.request(method, params, timeout_s or self._request_s)

    async def read(self, method: str, params: Sequence[Json] = ()) -> Json:
        """A request that changes nothing: asked again once when the link breaks meanwhile."""
        try:
            return await self.request(method, params)
        except ConnectionLost:
            return await self.request(method, params)

    async def read_batch(self, calls: Sequence[tuple[str, Sequence[Json]]]) -> list[Json]:
        """Several requests that change nothing, in one frame."""
        try:
            return await (await self._open_link()).batch(calls, self._request_s)
        except ConnectionLost:
            return await (await self._open_link()).batch(calls, self._request_s)

    @contextlib.asynccontextmanager
    async def subscribe(
        self, method: str, params: Sequence[Json], cancel_method: str
    ) -> AsyncIterator[Subscription]:
        """A subscription on the present link; it ends when the link does."""
        link = await self._open_link()
        async with link.subscribe(method, params, cancel_method, self._request_s) as subscription:
            yield subscription

    async def reopen_forever(self) -> None:
        """Return as soon as some endpoint answers, however long that takes."""
        pause = FIRST_PAUSE_S
        while not self._closed:
            try:
                await self._open_link()
            except (NetworkError, DeadlineExceeded):
                await asyncio.sleep(pause * random.uniform(0.8, 1.2))
                pause = min(2 * pause, LONGEST_PAUSE_S)
            else:
                return

    async def close(self) -> None:
        """Close the link; later requests fail."""
        self._closed = True
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    async def _open_link(self) -> Link:
        if self._link is not None and self._link.is_open:
            return self._link
        async with self._opening:
            if self._link is not None and self._link.is_open:
                return self._link
            if self._closed:
                raise ConnectionLost("The connection was closed.", why="Its owner let it go.")
            old, self._link = self._link, None
            if old is not None:
                await old.close()
            self._link = await self._first_that_answers()
            return self._link

    async def _first_that_answers(self) -> Link:
        failures: list[NetworkError | DeadlineExceeded] = []
        for _ in self._endpoints:
            endpoint = self._endpoints[self._next % len(self._endpoints)]
            try:
                return await self._try(endpoint)
            except (NetworkError, DeadlineExceeded) as failure:
                failures.append(failure)
                self._next += 1
        if len(failures) == 1:
            raise failures[0]
        raise CannotConnect(
            f"None of {len(failures)} endpoints can be used.",
            why=" ".join(f"{failure.what} {failure.why}".strip() for failure in failures)[:600],
            fix="Check the network connection, or name another endpoint with --network.",
        )

    async def _try(self, endpoint: str) -> Link:
        link = await Link.open(endpoint, self._connect_s)
        if self._introduce is not None:
            try:
                await self._introduce(link)
            except BaseException:
                await link.close()
                raise
        return link
