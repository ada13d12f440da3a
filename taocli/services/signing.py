"""Opening a key while the chain is read: three seconds of Argon2 that nobody has to wait for twice."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from taocli.domain.ports import Signer

Planned = TypeVar("Planned")


async def plan_while_opening(
    plan: Awaitable[Planned], open_key: Callable[[], Signer]
) -> tuple[Planned, Signer]:
    """Run ``open_key`` in a thread and ``plan`` beside it; the first failure of the two is raised.

    Key derivation releases Python's lock, so both really run at the same time.
    """
    planned, signer = await asyncio.gather(plan, asyncio.to_thread(open_key))
    return planned, signer
