"""Root claims that nobody has to ask for, and the two numbers that govern them.

In every block a few coldkeys with root stake, picked by the parent block's hash, are paid what they are owed in
all subnets. For that every coldkey that ever staked on root has a number; one that left keeps its number. Root sets how
many are picked (0 switches it off), a subnet's owner how small a debt is left to grow. Source: Subtensor
spec 425, ``staking/claim_root.rs``.
"""

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import DispatchFailure, Origin
from taocli.localnet.frame.types import u16, u64
from taocli.localnet.pallets.subtensor.claiming import Claiming
from taocli.localnet.pallets.subtensor.shares import ROOT

_MOST_CLAIMS = 50
_HIGHEST_THRESHOLD = 10_000_000
_FRACTION_BITS = 32
_WORD = 8


class RootClaimAdmin(Claiming):
    """Numbering root's stakers, claiming for them, and ``sudo_set_num_root_claims`` and its like."""

    name = "SubtensorModule"

    @call(123, dispatch_class="Operational", new_value=u64)
    def sudo_set_num_root_claims(self, origin: Origin, new_value: int) -> None:
        """Choose how many coldkeys a block claims for; 0 for none."""
        origin.root()
        self.ensure(new_value <= _MOST_CLAIMS, "InvalidNumRootClaim")
        self.NumRootClaim.set(new_value)

    @call(124, dispatch_class="Operational", netuid=u16, new_value=u64)
    def sudo_set_root_claim_threshold(self, origin: Origin, netuid: int, new_value: int) -> None:
        """Choose below how much alpha (rao) a subnet's claims wait; for its owner and root."""
        if not origin.is_root and origin.signed() != self.SubnetOwner[netuid]:
            raise DispatchFailure.bad_origin()
        self.ensure(new_value <= _HIGHEST_THRESHOLD, "InvalidRootClaimThreshold")
        self.RootClaimableThreshold[netuid] = new_value << _FRACTION_BITS

    def credit_stake(self, hotkey: bytes, coldkey: bytes, netuid: int, amount: int) -> None:
        """Give stake; whoever stakes on root for the first time gets a number."""
        super().credit_stake(hotkey, coldkey, netuid, amount)
        if netuid == ROOT and amount and coldkey not in self.StakingColdkeys:
            number = self.NumStakingColdkeys.get()
            self.StakingColdkeysByIndex[number] = coldkey
            self.StakingColdkeys[coldkey] = number
            self.NumStakingColdkeys.set(number + 1)

    def claim_for_some(self) -> None:
        """Start of a block: pay what is owed to the coldkeys that the parent's hash picks."""
        seed, known = self.runtime.system.ParentHash.get(), self.NumStakingColdkeys.get()
        for number in picked(seed, self.NumRootClaim.get(), known):
            coldkey = self.StakingColdkeysByIndex[number]
            if coldkey is not None:
                self._claim_everything(coldkey)

    def _claim_everything(self, coldkey: bytes) -> None:
        for hotkey in self.StakingHotkeys[coldkey]:
            for netuid in self.RootClaimable[hotkey]:
                self.claim(hotkey, coldkey, netuid)
        self.deposit("RootClaimed", coldkey)


def picked(seed: bytes, count: int, known: int) -> list[int]:
    """``count`` numbers below ``known`` from a hash of 32 bytes; the same may come up again.

    From the hash's first word on, each of its four big-endian words in turn is added, modulo ``known``.
    """
    if not known:
        return []
    words = [int.from_bytes(seed[at : at + _WORD], "big") for at in range(0, len(seed), _WORD)]
    last, found = words[0], []
    for step in range(count):
        last = min(last + words[step % len(words)], (1 << 64) - 1) % known
        found.append(last)
    return found
