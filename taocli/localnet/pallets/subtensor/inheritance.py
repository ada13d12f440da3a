"""Whose stake a hotkey speaks for: its own, less what it lends to children, plus what parents lend it.

A hotkey may give parts of its stake weight in a subnet to *child* hotkeys, so that they validate for it.
Nothing moves: alpha and root TAO stay where they are staked, only what consensus counts changes, and the
parent earns dividends through its children. A part is a number of 2^64-1 parts. Only a hotkey's own stake
can be lent on; what it has from parents stays with it. Root TAO counts at ``TaoWeight``. Source: Subtensor
spec 425, ``staking/stake_utils.rs``. Amounts are rao; *fixed* numbers are U96F32, whole units times 2^32.
"""

from taocli.localnet.pallets.subtensor.shares import ROOT
from taocli.localnet.pallets.subtensor.weights import Weights

FRACTION_BITS = 32
ONE = 1 << FRACTION_BITS
WHOLE = (1 << 64) - 1
"""The proportion that gives a child everything."""


class Inheritance(Weights):
    """Stake as consensus counts it."""

    name = "SubtensorModule"

    def inherited_alpha(self, hotkey: bytes, netuid: int) -> int:
        """The alpha of a subnet that a hotkey speaks for."""
        if netuid == ROOT:
            return int(self.TotalHotkeyAlpha[hotkey, ROOT])
        return self._inherited(hotkey, netuid, netuid)

    def inherited_root(self, hotkey: bytes, netuid: int) -> int:
        """The root TAO that a hotkey speaks for in a subnet, not yet weighed."""
        return self._inherited(hotkey, netuid, ROOT)

    def tao_weight(self) -> int:
        """What one root TAO counts in alpha, fixed."""
        return (int(self.TaoWeight.get()) << FRACTION_BITS) // WHOLE

    def fixed_stake_weight(self, hotkey: bytes, netuid: int) -> int:
        """What consensus counts for a hotkey, fixed."""
        alpha = self.inherited_alpha(hotkey, netuid) << FRACTION_BITS
        return alpha + self.inherited_root(hotkey, netuid) * self.tao_weight()

    def stake_weight_of(self, hotkey: bytes, netuid: int) -> int:
        """What consensus counts for a hotkey, in whole rao."""
        return self.fixed_stake_weight(hotkey, netuid) >> FRACTION_BITS

    def lent_to_children(self, hotkey: bytes, netuid: int) -> int:
        """The part of a hotkey's stake weight that its children have, fixed, at most one."""
        lent = sum(proportion_of(part) for part, _ in self.ChildKeys[hotkey, netuid])
        return min(ONE, lent)

    def _inherited(self, hotkey: bytes, netuid: int, staked_in: int) -> int:
        own = int(self.TotalHotkeyAlpha[hotkey, staked_in])
        kept = own * (ONE - self.lent_to_children(hotkey, netuid))
        borrowed = sum(
            int(self.TotalHotkeyAlpha[parent, staked_in]) * proportion_of(part)
            for part, parent in self.ParentKeys[hotkey, netuid]
        )
        return (kept + borrowed) >> FRACTION_BITS


def proportion_of(part: int) -> int:
    """A stored proportion (of 2^64-1) as a fixed number."""
    return (part << FRACTION_BITS) // WHOLE
