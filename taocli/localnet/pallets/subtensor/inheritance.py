"""Whose stake a hotkey speaks for: its own, less what it lends to children, plus what parents lend it.

A hotkey may give parts of its stake weight in a subnet to *child* hotkeys, so that they validate for it.
Nothing moves: alpha and root TAO stay where they are staked, only what consensus counts changes, and the
parent earns dividends through its children. A part is a number of 2^64-1 parts. Only a hotkey's own stake
can be lent on; what it has from parents stays with it. Root TAO counts at ``TaoWeight``. Source: Subtensor
spec 425, ``staking/stake_utils.rs``. Amounts are rao; *fixed* numbers are U96F32, whole units times 2^32.
"""

from taocli.localnet.pallets.subtensor.neurons import Neurons
from taocli.localnet.pallets.subtensor.shares import ROOT

FRACTION_BITS = 32
ONE = 1 << FRACTION_BITS
WHOLE = (1 << 64) - 1
"""The proportion that gives a child everything."""


class Inheritance(Neurons):
    """Stake as consensus counts it."""

    name = "SubtensorModule"

    def inherited(self, hotkey: bytes, netuid: int) -> tuple[int, int]:
        """The alpha and the root TAO, not yet weighed, that a hotkey speaks for in a subnet."""
        pots, kept = self.TotalHotkeyAlpha, ONE - self.lent_to_children(hotkey, netuid)
        alpha, root = pots[hotkey, netuid] * kept, pots[hotkey, ROOT] * kept
        for part, parent in self.ParentKeys[hotkey, netuid]:
            borrowed = proportion_of(part)
            alpha += pots[parent, netuid] * borrowed
            root += pots[parent, ROOT] * borrowed
        if netuid == ROOT:
            return int(pots[hotkey, ROOT]), root >> FRACTION_BITS
        return alpha >> FRACTION_BITS, root >> FRACTION_BITS

    def tao_weight(self) -> int:
        """What one root TAO counts in alpha, fixed."""
        return (int(self.TaoWeight.get()) << FRACTION_BITS) // WHOLE

    def fixed_stake_weight(self, hotkey: bytes, netuid: int) -> int:
        """What consensus counts for a hotkey, fixed."""
        alpha, root = self.inherited(hotkey, netuid)
        return (alpha << FRACTION_BITS) + root * self.tao_weight()

    def stake_weight_of(self, hotkey: bytes, netuid: int) -> int:
        """What consensus counts for a hotkey, in whole rao."""
        return self.fixed_stake_weight(hotkey, netuid) >> FRACTION_BITS

    def lent_to_children(self, hotkey: bytes, netuid: int) -> int:
        """The part of a hotkey's stake weight that its children have, fixed, at most one."""
        lent = sum([proportion_of(part) for part, _ in self.ChildKeys[hotkey, netuid]])
        return min(ONE, lent)


def proportion_of(part: int) -> int:
    """A stored proportion (of 2^64-1) as a fixed number."""
    return (part << FRACTION_BITS) // WHOLE
