"""Destroying alpha on purpose: recycling it, burning it, and buying it only to burn it.

Recycled alpha leaves circulation and may be minted again, since emission depends on what circulates. Burned
alpha belongs to nobody any more but still counts as circulating, so it is gone for good. Source: Subtensor
spec 425, ``staking/recycle_alpha.rs``.
"""

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import DispatchFailure, Origin
from taocli.localnet.frame.types import AccountId, Option, u16, u64
from taocli.localnet.pallets.subtensor.shares import ROOT
from taocli.localnet.pallets.subtensor.staking import Staking


class Burning(Staking):
    """``recycle_alpha``, ``burn_alpha`` and ``add_stake_burn``."""

    name = "SubtensorModule"

    @call(101, hotkey=AccountId, amount=u64, netuid=u16)
    def recycle_alpha(self, origin: Origin, hotkey: bytes, amount: int, netuid: int) -> None:
        """Give alpha back to the subnet, which may mint it again; at most what is held."""
        coldkey = origin.signed()
        gone = self._give_up(coldkey, hotkey, amount, netuid)
        self.SubnetAlphaOut[netuid] -= gone
        self.deposit("AlphaRecycled", coldkey, hotkey, gone, netuid)

    @call(102, hotkey=AccountId, amount=u64, netuid=u16)
    def burn_alpha(self, origin: Origin, hotkey: bytes, amount: int, netuid: int) -> None:
        """Destroy alpha for ever; at most what is held."""
        coldkey = origin.signed()
        gone = self._give_up(coldkey, hotkey, amount, netuid)
        self.deposit("AlphaBurned", coldkey, hotkey, gone, netuid)

    @call(132, hotkey=AccountId, netuid=u16, amount=u64, limit=Option(u64))
    def add_stake_burn(
        self, origin: Origin, hotkey: bytes, netuid: int, amount: int, limit: int | None
    ) -> None:
        """Buy alpha back for TAO and burn it, as the subnet's owner, once in a tempo."""
        coldkey = origin.signed()
        if coldkey != self.SubnetOwner[netuid] or not self.NetworksAdded[netuid]:
            raise DispatchFailure.bad_origin()
        last = self.LastRateLimitedBlock["AddStakeBurn", netuid]
        rested = not last or self.block_number - last >= self.Tempo[netuid]
        self.ensure(rested, "AddStakeBurnRateLimitExceeded")
        before = self.stake_of(hotkey, coldkey, netuid)
        if limit is None:
            self.add_stake(origin, hotkey, netuid, amount)
        else:
            self.add_stake_limit(origin, hotkey, netuid, amount, limit, False)
        bought = self.stake_of(hotkey, coldkey, netuid) - before
        self.burn_alpha(origin, hotkey, bought, netuid)
        self.LastRateLimitedBlock["AddStakeBurn", netuid] = self.block_number
        self.deposit("AddStakeBurn", netuid, hotkey, amount, bought)

    def _give_up(self, coldkey: bytes, hotkey: bytes, amount: int, netuid: int) -> int:
        """Take alpha from a coldkey; how much that was."""
        self.ensure(self.NetworksAdded[netuid], "SubnetNotExists")
        self.ensure(netuid != ROOT, "CannotBurnOrRecycleOnRootSubnet")
        self.ensure(self.SubtokenEnabled[netuid], "SubtokenDisabled")
        self.ensure(self.hotkey_exists(hotkey), "HotKeyAccountNotExists")
        # A fee in alpha may have taken some of what the signer wanted to give up.
        gone = min(amount, self.stake_of(hotkey, coldkey, netuid))
        self.ensure(self.SubnetAlphaOut[netuid] >= gone, "InsufficientLiquidity")
        self.ensure_available(coldkey, netuid, gone)
        self.debit_stake(hotkey, coldkey, netuid, gone)
        return gone
