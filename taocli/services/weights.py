"""Setting weights: a validator's shares for the neurons of a subnet."""

from collections.abc import Mapping
from fractions import Fraction

from taocli.domain.address import Address
from taocli.domain.errors import ValidationError
from taocli.domain.extrinsic import Call, Effect, Plan
from taocli.domain.fixed import U16_MAX
from taocli.domain.ports import Chain


async def plan_set_weights(
    chain: Chain,
    hotkey: Address,
    netuid: int,
    weights: Mapping[int, Fraction],
    version_key: int = 0,
) -> Plan:
    """Set ``uid -> share``; shares need not add up to 1, the largest becomes 65535."""
    uids, values = upscale(weights)
    effects = (Effect("weights", "as they are", f"{len(uids)} neurons"),)
    args = {"netuid": netuid, "dests": uids, "weights": values, "version_key": version_key}
    return await chain.plan(Call("SubtensorModule", "set_weights", args), hotkey, effects)


def upscale(weights: Mapping[int, Fraction]) -> tuple[list[int], list[int]]:
    """Uids in order and their u16 weights: in proportion, rounded half up, the largest 65535."""
    if not weights or any(share < 0 for share in weights.values()) or not any(weights.values()):
        raise ValidationError(
            "There are no weights to set.",
            why="Weights are shares of zero or more, at least one of them above zero.",
            fix="Give some neuron a positive share.",
        )
    largest = max(weights.values())
    uids = sorted(weights)
    return uids, [int(weights[uid] / largest * U16_MAX + Fraction(1, 2)) for uid in uids]
