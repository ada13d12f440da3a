"""Announcing where a hotkey serves."""

from taocli.domain.address import Address
from taocli.domain.errors import NotRegistered
from taocli.domain.extrinsic import Call, Effect, Plan
from taocli.domain.neuron import AxonEndpoint
from taocli.domain.ports import Chain


async def plan_serve_axon(
    chain: Chain, hotkey: Address, netuid: int, endpoint: AxonEndpoint
) -> Plan | None:
    """Announce ``endpoint``; None when the chain says so already (the call is rate-limited)."""
    view = chain.at(await chain.head())
    if await view.uid(netuid, hotkey) is None:
        raise NotRegistered(
            f"The hotkey {hotkey} is not registered in subnet {netuid}.",
            why="Only neurons can announce an axon.",
            fix="Register the hotkey first.",
        )
    stored = await view.axon(netuid, hotkey)
    if stored is not None and _place(stored) == _place(endpoint):
        return None
    before = stored.url if stored is not None and stored.is_serving else "nowhere"
    args = {
        "netuid": netuid,
        "version": endpoint.version,
        "ip": endpoint.ip_number,
        "port": endpoint.port,
        "ip_type": endpoint.ip_type,
        "protocol": endpoint.protocol,
        "placeholder1": 0,
        "placeholder2": 0,
    }
    effects = (Effect("serves at", before, endpoint.url),)
    return await chain.plan(Call("SubtensorModule", "serve_axon", args), hotkey, effects)


def _place(endpoint: AxonEndpoint) -> tuple[int, int, int, int, int]:
    return (
        endpoint.ip_type, endpoint.ip_number, endpoint.port, endpoint.protocol, endpoint.version,
    )  # fmt: skip
