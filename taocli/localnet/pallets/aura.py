"""Aura: whose turn it is. Authors take slots in turns; a localnet usually has one author."""

from collections.abc import Mapping
from typing import Any

from taocli.localnet.frame.pallet import Constant, Pallet
from taocli.localnet.frame.storage import Value
from taocli.localnet.frame.types import Array, BoundedVec, Newtype, u8, u64

Authority = Newtype(
    "sp_consensus_aura::sr25519::app_sr25519::Public",
    Array(u8, 32),
)
Slot = Newtype("sp_consensus_slots::Slot", u64)


class Aura(Pallet):
    """Block authors and their slots; ``genesis``: ``authorities`` (public keys)."""

    name = "Aura"
    index = 3

    Authorities = Value(BoundedVec(Authority))
    CurrentSlot = Value(Slot)

    constants = (Constant("SlotDuration", u64, 12_000),)

    def genesis(self, config: Mapping[str, Any]) -> None:
        """Write the authors."""
        self.Authorities.set(list(config.get("authorities", ())))

    def open_slot(self, now_ms: int) -> None:
        """Note the slot of the block that opens at ``now_ms``."""
        self.CurrentSlot.set(now_ms // self.constant("SlotDuration"))

    def author(self) -> bytes | None:
        """The author of the current block, or None when nobody is known."""
        authorities: list[bytes] = self.Authorities.get()
        return authorities[self.CurrentSlot.get() % len(authorities)] if authorities else None
