"""Buying a slot in a subnet.

The price moves with every block and every registration, so the call itself carries the limit
(``SubtensorModule.register_limit``): whatever happens until it runs, no more than that is paid.
"""

from taocli.domain.address import Address
from taocli.domain.balance import Balance
from taocli.domain.errors import ChainRefused, NotEnoughBalance, PriceError
from taocli.domain.extrinsic import Call, Effect, Plan
from taocli.domain.ports import Chain
from taocli.services.subnets import existing


async def plan_registration(
    chain: Chain, coldkey: Address, hotkey: Address, netuid: int, max_burn: Balance
) -> Plan | None:
    """Register ``hotkey``, paid by ``coldkey``; None when it has a slot already.

    Raises ``PriceError`` when a slot costs more than ``max_burn`` and ``NotEnoughBalance`` when the
    coldkey cannot pay it.
    """
    view = chain.at(await chain.head())
    if await view.uid(netuid, hotkey) is not None:
        return None
    subnet = await existing(view, netuid)
    if not subnet.registration_allowed:
        raise ChainRefused(
            f"Subnet {netuid} takes no registrations.",
            why="Its owner has switched them off.",
            fix="Choose another subnet, or wait.",
        )
    if subnet.burn > max_burn:
        raise PriceError(
            f"A slot in subnet {netuid} costs {subnet.burn}, more than your limit of {max_burn}.",
            why="The price rises with each registration and halves about every 360 blocks.",
            fix="Raise the limit, or wait.",
        )
    free = await view.balance(coldkey)
    if free < subnet.burn:
        raise NotEnoughBalance(
            f"{coldkey.short} has {free}; a slot costs {subnet.burn} and a fee.",
            why="The coldkey pays for the slot.",
            fix=f"Send TAO to {coldkey}.",
        )
    effects = (
        Effect("registered", "no", f"subnet {netuid}"),
        Effect(f"balance of {coldkey.short}", str(free), str(free - subnet.burn)),
    )
    args = {"netuid": netuid, "hotkey": hotkey, "limit_price": max_burn.rao}
    return await chain.plan(Call("SubtensorModule", "register_limit", args), coldkey, effects)
