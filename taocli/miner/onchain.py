"""What a miner writes on the chain: its registration and its address.

Registering is paid by the coldkey and bounded by the price the user allows; the chain enforces the
same bound (``register_limit``), so a price that rises meanwhile costs nothing. Serving is signed by
the hotkey and free, but limited to once in about fifty blocks: it is sent only when the chain
says something else, and believed only when read back.

Sources: Subtensor spec 425, ``SubtensorModule.register_limit``, ``.serve_axon``.
"""

import asyncio
import ipaddress
import time
from dataclasses import dataclass

from taocli.domain.address import Address
from taocli.domain.balance import Balance
from taocli.domain.errors import (
    ChainRefused,
    NetworkError,
    NotEnoughBalance,
    NotRegistered,
    PriceError,
    ValidationError,
)
from taocli.domain.extrinsic import Call, Effect, Plan
from taocli.domain.neuron import AxonEndpoint
from taocli.domain.ports import Chain, Signer

_AXON_VERSION = 10_005_000
_PROTOCOL_HTTP = 4
_READ_BACK_S = 60.0


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


async def plan_registration(chain: Chain, slot: Slot, payer: Address, max_burn: Balance) -> Plan:
    """Price a slot at the best block; ``PriceError`` or ``NotEnoughBalance`` before anything is signed."""
    view = chain.at(await chain.head())
    subnet = await view.subnet(slot.netuid)
    if subnet is None:
        raise ValidationError(
            f"There is no subnet {slot.netuid} on this network.",
            fix="List them with taocli subnets list.",
        )
    if subnet.burn > max_burn:
        raise PriceError(
            f"A slot on subnet {slot.netuid} costs {subnet.burn}, more than {max_burn}.",
            why="The price rises with each registration and halves about every 360 blocks.",
            fix="Wait, or allow more with --max-burn.",
        )
    free = await view.balance(payer)
    if free < subnet.burn:
        raise NotEnoughBalance(
            f"The coldkey has {free}; a slot costs {subnet.burn} and a fee.",
            fix=f"Send TAO to {payer.ss58}.",
        )
    args = {"netuid": slot.netuid, "hotkey": slot.hotkey, "limit_price": max_burn.rao}
    effects = (
        Effect("registered", "no", f"subnet {slot.netuid}"),
        Effect("coldkey", str(free), str(free - subnet.burn)),
    )
    return await chain.plan(Call("SubtensorModule", "register_limit", args), payer, effects)


async def advertise(chain: Chain, hotkey: Signer, netuid: int, endpoint: AxonEndpoint) -> bool:
    """Make the chain name ``endpoint``; False when it already did. Raises when it does not stick."""
    if await _is_current(chain, hotkey.address, netuid, endpoint):
        return False
    args = {
        "netuid": netuid,
        "version": _AXON_VERSION,
        "ip": endpoint.ip_number,
        "port": endpoint.port,
        "ip_type": endpoint.ip_type,
        "protocol": _PROTOCOL_HTTP,
        "placeholder1": 0,
        "placeholder2": 0,
    }
    plan = await chain.plan(Call("SubtensorModule", "serve_axon", args), hotkey.address)
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


async def _is_current(chain: Chain, hotkey: Address, netuid: int, wanted: AxonEndpoint) -> bool:
    stored = await chain.at(await chain.head()).axon(netuid, hotkey)
    return (
        stored is not None
        and ipaddress.ip_address(stored.ip) == ipaddress.ip_address(wanted.ip)
        and stored.port == wanted.port
    )


async def _reads_back(chain: Chain, hotkey: Address, netuid: int, wanted: AxonEndpoint) -> bool:
    deadline = time.monotonic() + _READ_BACK_S
    while time.monotonic() < deadline:
        if await _is_current(chain, hotkey, netuid, wanted):
            return True
        await asyncio.sleep(0.5)
    return False
