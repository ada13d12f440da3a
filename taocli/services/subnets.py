"""Finding subnets."""

from taocli.domain.errors import ValidationError
from taocli.domain.ports import View
from taocli.domain.subnet import Subnet


async def existing(view: View, netuid: int) -> Subnet:
    """The subnet of that number; ``ValidationError`` when there is none."""
    subnet = await view.subnet(netuid)
    if subnet is None:
        raise ValidationError(
            f"There is no subnet {netuid}.",
            why=f"The chain has none of that number at block {view.block.number}.",
            fix="Choose a subnet that exists on this network.",
        )
    return subnet
