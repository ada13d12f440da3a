"""How a validator gets its place on a localnet: funds, a slot, stake.

Money comes from the dev chain's rich account //Alice, whose key is public; on any other network that
account is empty and nothing happens here but an error that says so.
"""

from dataclasses import dataclass

from taocli.domain.address import Address
from taocli.domain.balance import Balance, tao
from taocli.domain.errors import NotEnoughBalance, ValidationError
from taocli.domain.extrinsic import Call, Receipt
from taocli.domain.ports import Chain, Signer

FUNDS = tao(2_000)
STAKE = tao(100)
MAX_BURN = tao(100)


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


async def pay(chain: Chain, patron: Signer, account: Address, amount: Balance) -> Receipt:
    """Send TAO from the dev account; ``NotEnoughBalance`` where it is not rich."""
    free = await chain.at(await chain.head()).balance(patron.address)
    if free < amount:
        raise NotEnoughBalance(
            f"The dev account has {free}, not {amount}.",
            why="Only a localnet gives //Alice a million TAO.",
            fix="Start one with taocli localnet start, and use --network local.",
        )
    args = {"dest": account, "value": amount.rao}
    return await _submit(chain, patron, Call("Balances", "transfer_keep_alive", args))


async def _fund(chain: Chain, keys: ValidatorKeys) -> None:
    free = await chain.at(await chain.head()).balance(keys.coldkey.address)
    if free < STAKE + MAX_BURN:
        await pay(chain, keys.patron, keys.coldkey.address, FUNDS)


async def _register(chain: Chain, keys: ValidatorKeys, netuid: int) -> None:
    if await chain.at(await chain.head()).uid(netuid, keys.hotkey.address) is None:
        args = {"netuid": netuid, "hotkey": keys.hotkey.address, "limit_price": MAX_BURN.rao}
        await _submit(chain, keys.coldkey, Call("SubtensorModule", "register_limit", args))


async def _stake(chain: Chain, keys: ValidatorKeys, netuid: int) -> None:
    held = await chain.at(await chain.head()).stakes(keys.coldkey.address)
    if any(item.netuid == netuid and item.hotkey == keys.hotkey.address for item in held):
        return
    args = {"hotkey": keys.hotkey.address, "netuid": netuid, "amount_staked": STAKE.rao}
    await _submit(chain, keys.coldkey, Call("SubtensorModule", "add_stake", args))


async def _submit(chain: Chain, signer: Signer, call: Call) -> Receipt:
    return await chain.submit(await chain.plan(call, signer.address), signer)
