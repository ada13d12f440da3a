"""Who is in a subnet: the metagraph, the slot of one hotkey, and what it serves."""

from collections.abc import Mapping
from typing import Any

from taocli.chain.codec import account
from taocli.chain.connection import Connection
from taocli.domain.address import Address
from taocli.domain.balance import Balance
from taocli.domain.block import BlockRef
from taocli.domain.errors import RpcFailed, ValidationError
from taocli.domain.fixed import u16_ratio
from taocli.domain.neuron import AxonEndpoint, Metagraph, Neuron

_COLUMNS = (
    "coldkeys", "axons", "active", "validator_permit", "incentives", "dividends", "consensus",
    "emission", "alpha_stake", "tao_stake", "total_stake", "last_update", "block_at_registration",
)  # fmt: skip


async def metagraph(connection: Connection, at: BlockRef, netuid: int) -> Metagraph:
    """All neurons of a subnet; ``ValidationError`` when there is no such subnet."""
    record = await connection.api(at, "SubnetInfoRuntimeApi", "get_metagraph", netuid)
    if record is None:
        raise ValidationError(
            f"There is no subnet {netuid}.",
            why=f"The chain has none of that number at block {at.number}.",
            fix="Choose a subnet that exists.",
        )
    count = len(record["hotkeys"])
    if any(len(record[column]) != count for column in _COLUMNS):
        raise RpcFailed(
            f"The metagraph of subnet {netuid} is damaged.",
            why="Its columns have different lengths.",
            fix="Name another endpoint with --network.",
        )
    neurons = tuple(_neuron(record, uid, netuid) for uid in range(count))
    return Metagraph(netuid, at, neurons)


async def uid(connection: Connection, at: BlockRef, netuid: int, hotkey: Address) -> int | None:
    """The slot of a hotkey (``SubtensorModule.Uids``)."""
    number = await connection.storage(at, "SubtensorModule", "Uids", netuid, hotkey)
    return None if number is None else int(number)


async def axon(
    connection: Connection, at: BlockRef, netuid: int, hotkey: Address
) -> AxonEndpoint | None:
    """What a hotkey serves (``SubtensorModule.Axons``)."""
    record = await connection.storage(at, "SubtensorModule", "Axons", netuid, hotkey)
    return None if record is None else read_axon(record)


def read_axon(record: Mapping[str, Any]) -> AxonEndpoint | None:
    """An ``AxonInfo``; None where nothing was ever served or the address makes no sense."""
    if record["ip_type"] not in {4, 6} or (record["ip"] == 0 and record["block"] == 0):
        return None
    try:
        return AxonEndpoint.from_chain(
            ip=int(record["ip"]),
            port=int(record["port"]),
            ip_type=int(record["ip_type"]),
            protocol=int(record["protocol"]),
            version=int(record["version"]),
            block=int(record["block"]),
        )
    except ValueError:
        return None


def _neuron(record: Mapping[str, Any], number: int, netuid: int) -> Neuron:
    return Neuron(
        uid=number,
        hotkey=account(record["hotkeys"][number]),
        coldkey=account(record["coldkeys"][number]),
        axon=read_axon(record["axons"][number]),
        active=bool(record["active"][number]),
        validator_permit=bool(record["validator_permit"][number]),
        incentive=u16_ratio(record["incentives"][number]),
        dividends=u16_ratio(record["dividends"][number]),
        consensus=u16_ratio(record["consensus"][number]),
        emission=Balance(int(record["emission"][number]), netuid),
        alpha_stake=Balance(int(record["alpha_stake"][number]), netuid),
        tao_stake=Balance(int(record["tao_stake"][number])),
        total_stake=Balance(int(record["total_stake"][number])),
        last_update=int(record["last_update"][number]),
        registered_at=int(record["block_at_registration"][number]),
    )
