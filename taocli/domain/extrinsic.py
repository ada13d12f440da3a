"""Writes: a call, the plan that shows what it will do, and the receipt that proves what it did.

Every write goes plan -> confirm -> submit. A plan is data: shells draw it, ``--dry-run --json``
prints it, and nothing is signed that was not planned.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from taocli.domain.address import Address
from taocli.domain.balance import Balance
from taocli.domain.block import BlockRef, ChainEvent, FieldValue


class Wait(enum.Enum):
    """How long ``submit`` watches a transaction."""

    INCLUSION = "inclusion"
    FINALIZED = "finalized"


@dataclass(frozen=True, slots=True)
class Call:
    """What a transaction asks the chain to run, by name."""

    pallet: str
    function: str
    args: Mapping[str, FieldValue] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.pallet}.{self.function}"


@dataclass(frozen=True, slots=True)
class Effect:
    """One number that the call changes: a label, the value now and the value expected after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a signature would do.

    ``fee`` is the chain's estimate in TAO. ``genesis_hash`` and ``spec_version`` bind the plan to one
    chain and runtime: ``submit`` refuses when either changed. ``blockers`` are reasons why the call
    would fail; a plan with blockers is never submitted.
    """

    call: Call
    signer: Address
    fee: Balance
    block: BlockRef
    genesis_hash: str
    spec_version: int
    effects: tuple[Effect, ...] = ()
    warnings: tuple[str, ...] = ()
    blockers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of inclusion: the block, the extrinsic's place in it, its events and the fee paid."""

    extrinsic_hash: str
    block: BlockRef
    index: int
    fee: Balance
    events: tuple[ChainEvent, ...]
    finalized: bool
