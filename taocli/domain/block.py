"""Blocks and what they record."""

from collections.abc import Mapping
from dataclasses import dataclass, field

FieldValue = object
"""A decoded SCALE value: int, bool, str, bytes, None, list, tuple or mapping of those."""


@dataclass(frozen=True, slots=True)
class BlockRef:
    """One block: its number and its 32-byte hash as ``0x`` hex."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class ChainEvent:
    """One event of a block; ``extrinsic`` is the index of the extrinsic that caused it, if any."""

    pallet: str
    name: str
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    extrinsic: int | None = None


def blocks_until_epoch(tempo: int, last_epoch_block: int, now: int) -> int | None:
    """Blocks until the next consensus run, or None when ``tempo`` 0 switches epochs off.

    Source: Subtensor spec 425, ``blocks_until_next_auto_epoch``.
    """
    if tempo == 0:
        return None
    return max(0, last_epoch_block + tempo - now)
