"""Claiming what root stake has earned: as TAO staked on root, or as the subnet's alpha.

Source: Subtensor spec 425, ``staking/claim_root.rs``.
"""

from typing import Any

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import DispatchFailure, Origin
from taocli.localnet.frame.types import BTreeSet, u16
from taocli.localnet.pallets.subtensor.chain_types import RootClaimTypeEnum
from taocli.localnet.pallets.subtensor.pools import Pools, subnet_account
from taocli.localnet.pallets.subtensor.shares import ROOT

_MOST_SUBNETS = 5
_FRACTION_BITS = 32


class Claiming(Pools):
    """``claim_root`` and ``set_root_claim_type``."""

    name = "SubtensorModule"

    @call(121, subnets=BTreeSet(u16))
    def claim_root(self, origin: Origin, subnets: list[int]) -> None:
        """Claim in one to five subnets, on all hotkeys that hold the signer's stake."""
        coldkey = origin.signed()
        self.ensure(1 <= len(subnets) <= _MOST_SUBNETS, "InvalidSubnetNumber")
        for hotkey in self.StakingHotkeys[coldkey]:
            for netuid in subnets:
                self.claim(hotkey, coldkey, netuid)
        self.deposit("RootClaimed", coldkey)

    @call(122, new_root_claim_type=RootClaimTypeEnum)
    def set_root_claim_type(self, origin: Origin, new_root_claim_type: Any) -> None:
        """Choose what claims become: TAO on root, alpha, or alpha in some subnets."""
        coldkey = origin.signed()
        if not isinstance(new_root_claim_type, str):
            self.ensure(new_root_claim_type[1]["subnets"], "InvalidSubnetNumber")
        self.RootClaimType[coldkey] = new_root_claim_type
        self.deposit("RootClaimTypeSet", coldkey, new_root_claim_type)

    def claim(self, hotkey: bytes, coldkey: bytes, netuid: int) -> None:
        """Pay what is owed, unless it is less than the subnet's threshold or cannot be sold."""
        bits = self.owed_bits(hotkey, coldkey, netuid)
        owed = bits >> _FRACTION_BITS
        if not owed or bits < self.RootClaimableThreshold[netuid]:
            return
        if self._keeps(coldkey, netuid):
            self.credit_stake(hotkey, coldkey, netuid, owed)
        else:
            try:
                with self.runtime.transaction():
                    tao = self._sell_for_root(netuid, owed)
            except DispatchFailure:
                return
            self.credit_stake(hotkey, coldkey, ROOT, tao)
        self.RootClaimed[netuid, hotkey, coldkey] += owed

    def _sell_for_root(self, netuid: int, alpha: int) -> int:
        """Sell circulating alpha, free of charge, and put the TAO on root; how much that was."""
        trade = self.quote_sell(netuid, alpha, free=True)
        self._release(subnet_account(ROOT), netuid, alpha, trade.received)
        self._move_pool(ROOT, tao=trade.received, alpha=-trade.received)
        self.TotalStake.set(self.TotalStake.get() + trade.received)
        self.SubnetVolume[netuid] += trade.received
        self.SubnetRootSellTao[netuid] += trade.received
        return trade.received

    def _keeps(self, coldkey: bytes, netuid: int) -> bool:
        kind = self.RootClaimType[coldkey]
        return kind == "Keep" or (not isinstance(kind, str) and netuid in kind[1]["subnets"])
