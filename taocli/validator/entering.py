"""How a validator gets its place on a localnet: funds, a slot, stake.

Money comes from the dev chain's rich account //Alice, whose key is public; on any other network that
account is empty and nothing happens here but an error that says so.
"""

from dataclasses import dataclass
from fractions import Fraction

from taocli.domain.balance import tao
from taocli.domain.errors import NotEnoughBalance, ValidationError
from taocli.domain.ports import Chain, Signer
from taocli.services.balances import plan_transfer
from taocli.services.registration import plan_registration
from taocli.services.staking import plan_add

FUNDS = tao(2_000)
STAKE = tao(100)
MAX_BURN = tao(100)
STAKE_TOLERANCE = Fraction(1, 2)
"""A localnet's pool is small: the stake may move its price by half."""


@dataclass(frozen=True, slots=True)
class ValidatorKeys:
    """Both keys of the validator, and the dev account that pays its way in."""

    coldkey: Signer
    hotkey: Signer
    patron: Signer


async def enter(chain: Chain, keys: ValidatorKeys, netuid: int) -> int:
    """Fund, register and stake as far as still needed; return the uid."""
    await _fund(chain, keys)
    await _register(chain, keys, netuid)
    await _stake(chain, keys, netuid)
    uid = await chain.at(await chain.head()).uid(netuid, keys.hotkey.address)
    if uid is None:
        raise ValidationError(f"The validator has no slot in subnet {netuid} after registering.")
    return uid


async def _fund(chain: Chain, keys: ValidatorKeys) -> None:
    view = chain.at(await chain.head())
    if await view.balance(keys.coldkey.address) >= STAKE + MAX_BURN:
        return
    if await view.balance(keys.patron.address) < FUNDS:
        raise NotEnoughBalance(
            f"{keys.coldkey.address.short} has less than {STAKE + MAX_BURN}, and nobody can help.",
            why="Only a localnet gives //Alice a million TAO.",
            fix="Start one with taocli localnet start, and use --network local.",
        )
    plan = await plan_transfer(chain, keys.patron.address, keys.coldkey.address, FUNDS)
    await chain.submit(plan, keys.patron)


async def _register(chain: Chain, keys: ValidatorKeys, netuid: int) -> None:
    plan = await plan_registration(
        chain, keys.coldkey.address, keys.hotkey.address, netuid, MAX_BURN
    )
    if plan is not None:
        await chain.submit(plan, keys.coldkey)


async def _stake(chain: Chain, keys: ValidatorKeys, netuid: int) -> None:
    held = await chain.at(await chain.head()).stakes(keys.coldkey.address)
    if any(item.netuid == netuid and item.hotkey == keys.hotkey.address for item in held):
        return
    plan = await plan_add(
        chain, keys.coldkey.address, keys.hotkey.address, netuid, STAKE, STAKE_TOLERANCE
    )
    await chain.submit(plan, keys.coldkey)
