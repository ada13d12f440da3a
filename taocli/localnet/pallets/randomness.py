"""RandomnessCollectiveFlip: the hashes of the last 81 blocks, from which contracts draw poor randomness.

Nothing on this chain draws from it. The hashes are kept all the same, each in the slot of its block's
number, as the real pallet keeps them (Substrate, ``frame/insecure-randomness-collective-flip``).
"""

from taocli.localnet.frame.pallet import Pallet
from taocli.localnet.frame.storage import Value
from taocli.localnet.frame.types import H256, BoundedVec

KEPT = 81


class RandomnessCollectiveFlip(Pallet):
    """Parent hashes; no calls, events or errors."""

    name = "RandomnessCollectiveFlip"
    index = 1
    crate = "pallet_insecure_randomness_collective_flip"

    RandomMaterial = Value(BoundedVec(H256))

    def on_initialize(self, number: int) -> None:
        """Note the parent's hash in place of the one 81 blocks before."""
        hashes: list[bytes] = self.RandomMaterial.get()
        parent: bytes = self.runtime.system.ParentHash.get()
        if len(hashes) < KEPT:
            hashes.append(parent)
        else:
            hashes[(number - 1) % KEPT] = parent
        self.RandomMaterial.set(hashes)
