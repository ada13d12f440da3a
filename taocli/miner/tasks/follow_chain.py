"""Keeps the callers fresh, and notices when the chain is silent or the slot is lost.

The miner never stops serving because its node is down: it answers from the newest list it has,
says that it is degraded, and asks again.
"""

import asyncio
import time
from collections.abc import Callable

from taocli.domain.block import BlockRef
from taocli.domain.errors import TaoError
from taocli.domain.ports import Chain
from taocli.miner.callers import CallerDirectory
from taocli.miner.parts import MinerOptions

_REQUEST_DEADLINE_S = 20.0


class FollowChain:
    """Polls the best block; ``lost_slot`` is called when a metagraph no longer lists the hotkey."""

    def __init__(
        self,
        chain: Chain,
        callers: CallerDirectory,
        options: MinerOptions,
        lost_slot: Callable[[], None],
    ) -> None:
        self._chain = chain
        self._callers = callers
        self._options = options
        self._lost_slot = lost_slot
        self._heard_at = time.monotonic()
        self._refreshed_at = float("-inf")
        self.trouble = ""

    @property
    def is_stale(self) -> bool:
        """Whether the chain has been silent for longer than the options allow."""
        return time.monotonic() - self._heard_at > self._options.stale_s

    async def run(self) -> None:
        """Ask for ever."""
        while True:
            try:
                await self.refresh()
            except (TaoError, TimeoutError) as error:
                self.trouble = error.what if isinstance(error, TaoError) else "No answer in time."
            await asyncio.sleep(self._options.poll_s)

    async def refresh(self) -> None:
        """Read the head, and the metagraph when the list of callers is due; raises what went wrong."""
        async with asyncio.timeout(_REQUEST_DEADLINE_S):
            head = await self._chain.head()
            if self._is_due(head):
                metagraph = await self._chain.at(head).metagraph(self._options.netuid)
                self._callers.replace(metagraph)
                self._refreshed_at = time.monotonic()
                if self._callers.own_uid is None:
                    self._lost_slot()
        self._heard_at = time.monotonic()
        self.trouble = ""

    def _is_due(self, head: BlockRef) -> bool:
        known = self._callers.block
        if known is not None and known.hash == head.hash:
            return False
        return time.monotonic() - self._refreshed_at >= self._options.refresh_s
