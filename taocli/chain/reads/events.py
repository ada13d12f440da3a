"""What a block recorded."""

from typing import Any

from taocli.chain.connection import Connection
from taocli.domain.block import BlockRef, ChainEvent


async def events(connection: Connection, block: BlockRef) -> tuple[ChainEvent, ...]:
    """The events of a block, in order."""
    found = await connection.storage(block, "System", "Events")
    return tuple(_event(record) for record in found or ())


def _event(record: dict[str, Any]) -> ChainEvent:
    inner = record["event"]
    attributes = inner.get("attributes")
    if not isinstance(attributes, dict):
        values = attributes if isinstance(attributes, list | tuple) else [attributes]
        attributes = {str(number): value for number, value in enumerate(values)}
    extrinsic = record.get("extrinsic_idx")
    return ChainEvent(
        pallet=str(inner["module_id"]),
        name=str(inner["event_id"]),
        fields=attributes,
        extrinsic=None if extrinsic is None else int(extrinsic),
    )
