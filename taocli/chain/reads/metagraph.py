"""The neurons of a subnet, and the slot and address of one hotkey."""

from typing import Any

from taocli.chain.connection import Connection
from taocli.domain.address import Address
from taocli.domain.balance import Balance
from taocli.domain.block import BlockRef
from taocli.domain.errors import ValidationError
from taocli.domain.fixed import u16_ratio
from taocli.domain.neuron import AxonEndpoint, Metagraph, Neuron


async def metagraph(connection: Connection, block: BlockRef, netuid: int) -> Metagraph:
    """All neurons of a subnet; ``ValidationError`` when there is no such subnet."""
    graph = await connection.api(block, "SubnetInfoRuntimeApi", "get_metagraph", netuid)
    if graph is None:
        raise ValidationError(
            f"There is no subnet {netuid}.",
            why="The chain lists no subnet with that number.",
            fix="Check --subnet and --network.",
        )
    neurons = tuple(_neuron(graph, netuid, uid) for uid in range(len(graph["hotkeys"])))
    return Metagraph(netuid, block, neurons)


async def uid(connection: Connection, block: BlockRef, netuid: int, hotkey: Address) -> int | None:
    """The slot of a hotkey."""
    found = await connection.storage(block, "SubtensorModule", "Uids", netuid, hotkey)
    return None if found is None else int(found)


async def axon(
    connection: Connection, block: BlockRef, netuid: int, hotkey: Address
) -> AxonEndpoint | None:
    """What a hotkey serves."""
    found = await connection.storage(block, "SubtensorModule", "Axons", netuid, hotkey)
    return None if found is None else _endpoint(found)


def _neuron(graph: dict[str, Any], netuid: int, uid: int) -> Neuron:
    return Neuron(
        uid=uid,
        hotkey=Address.parse(str(graph["hotkeys"][uid])),
        coldkey=Address.parse(str(graph["coldkeys"][uid])),
        axon=_endpoint(graph["axons"][uid]),
        active=bool(graph["active"][uid]),
        validator_permit=bool(graph["validator_permit"][uid]),
        incentive=u16_ratio(int(graph["incentives"][uid])),
        dividends=u16_ratio(int(graph["dividends"][uid])),
        consensus=u16_ratio(int(graph["consensus"][uid])),
        emission=Balance(int(graph["emission"][uid]), netuid),
        alpha_stake=Balance(int(graph["alpha_stake"][uid]), netuid),
        tao_stake=Balance(int(graph["tao_stake"][uid])),
        total_stake=Balance(int(graph["total_stake"][uid])),
        last_update=int(graph["last_update"][uid]),
        registered_at=int(graph["block_at_registration"][uid]),
    )


def _endpoint(stored: dict[str, Any]) -> AxonEndpoint | None:
    """None for an address of a kind that does not exist: anybody may write here."""
    kind, number = int(stored["ip_type"]), int(stored["ip"])
    if kind not in {4, 6} or number >= 1 << (32 if kind == 4 else 128):
        return None
    return AxonEndpoint.from_chain(
        ip=number,
        port=int(stored["port"]),
        ip_type=kind,
        protocol=int(stored["protocol"]),
        version=int(stored["version"]),
        block=int(stored["block"]),
    )
