"""Sending TAO."""

from taocli.domain.address import Address
from taocli.domain.balance import Balance
from taocli.domain.errors import InvalidAmount, NotEnoughBalance
from taocli.domain.extrinsic import Call, Effect, Plan
from taocli.domain.ports import Chain


async def plan_transfer(chain: Chain, sender: Address, receiver: Address, amount: Balance) -> Plan:
    """Send ``amount`` TAO; the sender's account must stay alive (``Balances.transfer_keep_alive``)."""
    if amount.netuid != 0 or amount.rao <= 0:
        raise InvalidAmount(
            f"Cannot send {amount}.",
            why="A transfer moves an amount of TAO greater than zero.",
            fix="Give an amount such as 1.5.",
        )
    view = chain.at(await chain.head())
    sent_from, sent_to = await view.balance(sender), await view.balance(receiver)
    if sent_from < amount:
        raise NotEnoughBalance(
            f"{sender.short} has {sent_from}, less than {amount}.",
            why="Nothing was sent.",
            fix="Send less, or put TAO on the account first.",
        )
    effects = (
        Effect(f"balance of {sender.short}", str(sent_from), str(sent_from - amount)),
        Effect(f"balance of {receiver.short}", str(sent_to), str(sent_to + amount)),
    )
    args = {"dest": receiver, "value": amount.rao}
    return await chain.plan(Call("Balances", "transfer_keep_alive", args), sender, effects)
