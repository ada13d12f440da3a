"""Staking: TAO becomes alpha of a subnet on a hotkey, and back.

What comes out follows from the pool: with reserves of T TAO and A alpha, t TAO buy A·t/(T+t) alpha when
the pool's weights are even. Weights drift a little, and the chain takes about 0.05 %, so effects say
"about". A plan carries a limit price, so that a pool that moves meanwhile cannot cost more than that.
"""

from fractions import Fraction

from taocli.domain.address import Address
from taocli.domain.balance import RAO_PER_TOKEN, Balance
from taocli.domain.errors import InvalidAmount, NotEnoughBalance
from taocli.domain.extrinsic import Call, Effect, Plan
from taocli.domain.ports import Chain, View
from taocli.domain.subnet import Subnet
from taocli.services.subnets import existing

DEFAULT_TOLERANCE = Fraction(1, 20)
"""How far the pool's price may be from the present one after the swap: 5 %."""


async def plan_add(
    chain: Chain,
    coldkey: Address,
    hotkey: Address,
    netuid: int,
    amount: Balance,
    tolerance: Fraction = DEFAULT_TOLERANCE,
) -> Plan:
    """Stake ``amount`` TAO; the chain refuses if that moves the price beyond ``tolerance``."""
    if amount.netuid != 0 or amount.rao <= 0:
        raise InvalidAmount(
            f"Cannot stake {amount}.",
            why="Staking takes an amount of TAO greater than zero.",
            fix="Give an amount such as 1.5.",
        )
    view = chain.at(await chain.head())
    subnet = await existing(view, netuid)
    free = await view.balance(coldkey)
    if free < amount:
        raise NotEnoughBalance(
            f"{coldkey.short} has {free}, less than {amount}.",
            why="Nothing was staked.",
            fix="Stake less, or put TAO on the coldkey first.",
        )
    held = await _held(view, coldkey, hotkey, netuid)
    bought = Balance(_swap(amount.rao, subnet.tao_in.rao, subnet.alpha_in.rao), netuid)
    effects = (
        Effect(f"balance of {coldkey.short}", str(free), str(free - amount)),
        Effect(f"stake on {hotkey.short}", str(held), f"about {held + bought}"),
    )
    args = {
        "hotkey": hotkey,
        "netuid": netuid,
        "amount_staked": amount.rao,
        "limit_price": _limit(subnet, 1 + tolerance),
        "allow_partial": False,
    }
    return await chain.plan(Call("SubtensorModule", "add_stake_limit", args), coldkey, effects)


async def plan_remove(
    chain: Chain,
    coldkey: Address,
    hotkey: Address,
    amount: Balance,
    tolerance: Fraction = DEFAULT_TOLERANCE,
) -> Plan:
    """Take ``amount`` alpha out of its subnet as TAO, within ``tolerance`` of the present price."""
    view = chain.at(await chain.head())
    subnet = await existing(view, amount.netuid)
    held = await _held(view, coldkey, hotkey, amount.netuid)
    if amount.rao <= 0 or held < amount:
        raise InvalidAmount(
            f"Cannot take {amount} out of {held}.",
            why=f"That is what {coldkey.short} has staked on {hotkey.short}.",
            fix="Give an amount greater than zero and no larger than the stake.",
        )
    free = await view.balance(coldkey)
    gained = Balance(_swap(amount.rao, subnet.alpha_in.rao, subnet.tao_in.rao))
    effects = (
        Effect(f"stake on {hotkey.short}", str(held), str(held - amount)),
        Effect(f"balance of {coldkey.short}", str(free), f"about {free + gained}"),
    )
    args = {
        "hotkey": hotkey,
        "netuid": amount.netuid,
        "amount_unstaked": amount.rao,
        "limit_price": _limit(subnet, 1 - tolerance),
        "allow_partial": False,
    }
    return await chain.plan(Call("SubtensorModule", "remove_stake_limit", args), coldkey, effects)


async def _held(view: View, coldkey: Address, hotkey: Address, netuid: int) -> Balance:
    positions = await view.stakes(coldkey)
    own = (item.stake for item in positions if (item.hotkey, item.netuid) == (hotkey, netuid))
    return next(own, Balance(0, netuid))


def _limit(subnet: Subnet, factor: Fraction) -> int:
    if subnet.netuid == 0:
        return RAO_PER_TOKEN  # subnet 0 has no pool: one TAO of stake is one TAO, always
    return int(subnet.price * factor * RAO_PER_TOKEN)


def _swap(paid: int, reserve_paid: int, reserve_got: int) -> int:
    if reserve_paid == 0 or reserve_got == 0:
        return paid
    return reserve_got * paid // (reserve_paid + paid)
