"""What a miner writes on the chain: its registration and its address.

Registering is paid by the coldkey and bounded by the price the user allows; the chain enforces the
same bound (``register_limit``), so a price that rises meanwhile costs nothing. Serving is signed by
the hotkey and free, but limited to once in about fifty blocks: it is sent only when the chain
says something else, and believed only when read back.

Sources: Subtensor spec 425, ``SubtensorModule.register_limit``, ``.serve_axon``.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from taocli.domain.address import Address
from taocli.domain.errors import ChainRefused, NetworkError, NotRegistered
from taocli.domain.neuron import AxonEndpoint
from taocli.domain.ports import Chain, Signer
from taocli.services.serving import plan_serve_axon

_READ_BACK_S = 60.0
_POLL_S = 1.0


@dataclass(frozen=True, slots=True)
class Slot:
    """A miner's place: subnet and hotkey."""

    netuid: int
    hotkey: Address


async def find_uid(chain: Chain, slot: Slot) -> int | None:
    """The uid at the best block, or None."""
    return await chain.at(await chain.head()).uid(slot.netuid, slot.hotkey)


def not_registered(slot: Slot) -> NotRegistered:
    """The error for a hotkey without a slot."""
    return NotRegistered(
        f"The hotkey {slot.hotkey.ss58} is not registered on subnet {slot.netuid}.",
        why="Validators only ask registered neurons.",
        fix="Add --register --max-burn 1.0 to pay for a slot, up to that price in TAO.",
    )


async def advertise(
    chain: Chain,
    hotkey: Signer,
    netuid: int,
    endpoint: AxonEndpoint,
    waiting: Callable[[int], None],
) -> bool:
    """Make the chain name ``endpoint``; False when it already did. Raises when it does not stick.

    The chain takes a change only every so many blocks: ``waiting`` is told how many are left, and
    the call is sent when they have passed.
    """
    if await plan_serve_axon(chain, hotkey.address, netuid, endpoint) is None:
        return False
    await _wait_for_turn(chain, hotkey.address, netuid, waiting)
    plan = await plan_serve_axon(chain, hotkey.address, netuid, endpoint)
    if plan is None:
        return False
    if plan.blockers:
        raise ChainRefused(
            "The chain would refuse the axon's address.", why=" ".join(plan.blockers)
        )
    await chain.submit(plan, hotkey)
    if not await _reads_back(chain, hotkey.address, netuid, endpoint):
        raise NetworkError(
            "The chain does not show the axon's address.",
            why="The transaction was included, but reading back gives another address.",
            fix="Start the miner again; it sends the address only if it still differs.",
        )
    return True


async def _reads_back(chain: Chain, hotkey: Address, netuid: int, wanted: AxonEndpoint) -> bool:
    deadline = time.monotonic() + _READ_BACK_S
    while time.monotonic() < deadline:
        if await plan_serve_axon(chain, hotkey, netuid, wanted) is None:
            return True
        await asyncio.sleep(0.5)
    return False


async def _wait_for_turn(
    chain: Chain, hotkey: Address, netuid: int, waiting: Callable[[int], None]
) -> None:
    """Return once the serving rate limit allows another call."""
    told = False
    while True:
        head = await chain.head()
        view = chain.at(head)
        stored, subnet = await view.axon(netuid, hotkey), await view.subnet(netuid)
        if stored is None or subnet is None:
            return
        left = stored.block + subnet.serving_rate_limit - head.number
        if left <= 0:
            return
        if not told:
            waiting(left)
            told = True
        await asyncio.sleep(_POLL_S)
