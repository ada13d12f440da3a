"""Removing a subnet: its stakers are paid from the pool, and nothing of it stays.

The pool's TAO is shared by alpha: all stakers' holdings, what the protocol bought, and, in subnets that
were not there in block 0, the alpha still in the pool. A staker is paid in TAO on the coldkey; the parts of
pool and protocol, and what cannot be paid (an account needs 500 rao to exist), are recycled. The lock is
part of the pool and is not returned, except to owners of subnets older than ``NetworkRegistrationStartBlock``:
they get what their share of the emission has not repaid, as far as TAO is left. Then every storage entry of
the netuid goes, here and in Swap and Commitments, so that the next subnet of that number starts afresh.
Source: Subtensor spec 425, ``coinbase/root.rs`` and ``staking/remove_stake.rs``.

Simplified: the subnet's account is emptied, where the real chain leaves the existential deposit in it.
"""

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import DispatchFailure, Origin
from taocli.localnet.frame.storage import Map
from taocli.localnet.frame.types import AccountId, u16
from taocli.localnet.pallets.subtensor.mechanism_index import storage_index
from taocli.localnet.pallets.subtensor.neurons import Neurons
from taocli.localnet.pallets.subtensor.pools import subnet_account
from taocli.localnet.pallets.subtensor.shares import ROOT

_KEPT = frozenset({"RegisteredSubnetCounter"})  # counts the subnets that had a number
_BY_MECHANISM = frozenset(
    {
        "LastUpdate",
        "Incentive",
        "Weights",
        "Bonds",
        "WeightCommits",
        "TimelockedWeightCommits",
        "CRV3WeightCommits",
        "CRV3WeightCommitsV2",
    }
)
_BY_SUBNET = frozenset({"SetSNOwnerHotkey", "OwnerHyperparamUpdate", "AddStakeBurn"})
_U16_MAX = 65535


class Dissolving(Neurons):
    """``dissolve_network`` and ``root_dissolve_network``."""

    name = "SubtensorModule"

    @call(61, coldkey=AccountId, netuid=u16)
    def dissolve_network(
        self,
        origin: Origin,
        coldkey: bytes,  # noqa: ARG002 - wire; the owner has no say
        netuid: int,
    ) -> None:
        """Remove a subnet, by root; the coldkey is ignored."""
        origin.root()
        self.dissolve(netuid)

    @call(120, netuid=u16)
    def root_dissolve_network(self, origin: Origin, netuid: int) -> None:
        """Remove a subnet, by root."""
        origin.root()
        self.dissolve(netuid)

    def dissolve(self, netuid: int) -> None:
        """Pay the stakers, forget the subnet and say so."""
        self.ensure(self.NetworksAdded[netuid] and netuid != ROOT, "SubnetNotExists")
        self._end_root_claims(netuid)
        self._settle(netuid)
        self._forget_elsewhere(netuid)
        if netuid in self.SubnetIdentitiesV3:
            self.deposit("SubnetIdentityRemoved", netuid)
        self._forget(netuid)
        self.TotalNetworks.set(max(0, self.TotalNetworks.get() - 1))
        self.deposit("NetworkRemoved", netuid)

    def network_to_prune(self) -> int | None:
        """The subnet that gives way when there is no room: the cheapest, then the oldest."""
        age, now = self.NetworkImmunityPeriod.get(), self.block_number
        ranked = [
            (self.SubnetMovingPrice[netuid], self.NetworkRegisteredAt[netuid], place, netuid)
            for place, netuid in enumerate(self.NetworksAdded.keys_under())
            if netuid != ROOT and now >= self.NetworkRegisteredAt[netuid] + age
        ]
        return min(ranked)[-1] if ranked else None

    def recycle_tao(self, account: bytes, amount: int) -> None:
        """Take TAO out of an account and out of existence; it may be minted again."""
        if amount:
            self.runtime.balances.burn_from(account, amount, keep_alive=False)
            self.TotalIssuance.set(max(0, self.TotalIssuance.get() - amount))

    def _settle(self, netuid: int) -> None:
        account = subnet_account(netuid)
        pot, owner = self.SubnetTAO[netuid], self.SubnetOwner[netuid]
        shares, pool_part = self._shares_of(netuid, pot)
        refund = self._refund(netuid)
        for coldkey, amount in shares.items():
            self._pay(account, coldkey, amount)
        left = int(self.runtime.balances.free(account))
        self._pay(account, owner, min(refund, max(0, left - pool_part)))
        self.recycle_tao(account, int(self.runtime.balances.free(account)))
        self.TotalStake.set(max(0, self.TotalStake.get() - pot))

    def _shares_of(self, netuid: int, pot: int) -> tuple[dict[bytes, int], int]:
        """Rao for each coldkey, the rao lost in rounding going to the largest remainders; the pool's part."""
        holdings = [
            (coldkey, amount)
            for hotkey in self._hotkeys_with_stake(netuid)
            for coldkey, amount in self.stakers_of(hotkey, netuid)
        ]
        pooled = self.SubnetProtocolAlpha[netuid]
        if self.NetworkRegisteredAt[netuid] > self.TaoInRefundDeploymentBlock.get():
            pooled += self.SubnetAlphaIn[netuid]
        total = pooled + sum(amount for _, amount in holdings)
        paid: dict[bytes, int] = {}
        if not total:
            return paid, 0
        remainders = []
        for place, (coldkey, amount) in enumerate(holdings):
            share, remainder = divmod(pot * amount, total)
            paid[coldkey] = paid.get(coldkey, 0) + share
            remainders.append((-remainder, place, coldkey))
        spare = sum(-remainder for remainder, _, _ in remainders) // total
        for _, _, coldkey in sorted(remainders)[:spare]:
            paid[coldkey] += 1
        return paid, pot * pooled // total

    def _hotkeys_with_stake(self, netuid: int) -> list[bytes]:
        return [hotkey for hotkey, subnet in self.TotalHotkeyAlpha.keys_under() if subnet == netuid]

    def _refund(self, netuid: int) -> int:
        """What of the lock the owner's cut of all emission has not paid back; old subnets only."""
        if self.NetworkRegisteredAt[netuid] >= self.NetworkRegistrationStartBlock.get():
            return 0
        issued = self.SubnetAlphaIn[netuid] + self.SubnetAlphaOut[netuid]
        owned = issued * self.SubnetOwnerCut.get() // _U16_MAX
        return max(0, int(self.SubnetLocked[netuid]) - int(owned * self.pool(netuid).price))

    def _pay(self, account: bytes, payee: bytes, amount: int) -> None:
        """Pay what can be paid: the removal of a subnet does not fail for a payee too poor to exist."""
        if not amount:
            return
        try:
            with self.runtime.transaction():
                self.runtime.balances.transfer(account, payee, amount)
        except DispatchFailure:
            return

    def _end_root_claims(self, netuid: int) -> None:
        """What root stake was owed in alpha is worth nothing any more."""
        for hotkey, rates in self.RootClaimable.items_under():
            if netuid in rates:
                del rates[netuid]
                self.RootClaimable[hotkey] = rates

    def _forget_elsewhere(self, netuid: int) -> None:
        swap, commitments = self.runtime.swap, self.runtime.commitments
        for item in (swap.FeeRate, swap.SwapBalancer, swap.PalSwapInitialized):
            item.clear_under(netuid)
        swap.ScrapReservoirAlpha.clear_under(netuid)
        for item in commitments.storage_items:
            if isinstance(item, Map) and item.keys[0][1] is u16:
                getattr(commitments, item.name).clear_under(netuid)
        waiting = commitments.TimelockedIndex.get()
        if any(subnet == netuid for subnet, _ in waiting):
            commitments.TimelockedIndex.set([entry for entry in waiting if entry[0] != netuid])

    def _forget(self, netuid: int) -> None:
        """Remove every entry of the netuid; in this pallet's maps it is the first u16 among the keys."""
        self._forget_lease(netuid)
        others = range(1, self.MechanismCountCurrent[netuid])
        indices = [storage_index(netuid, mecid) for mecid in others]
        for declared in self.storage_items:
            item = getattr(self, declared.name)
            kinds = [kind for _, kind in item.keys]
            if u16 not in kinds or item.name in _KEPT:
                continue
            place = kinds.index(u16)
            if place == 0:
                item.clear_under(netuid)
                for index in indices if item.name in _BY_MECHANISM else ():
                    item.clear_under(index)
            else:
                for keys in item.keys_under():
                    if keys[place] == netuid:
                        del item[keys]
        for key in self.LastRateLimitedBlock.keys_under():
            if key[0] in _BY_SUBNET and key[1] == netuid:
                del self.LastRateLimitedBlock[key]

    def _forget_lease(self, netuid: int) -> None:
        lease = self.SubnetUidToLeaseId[netuid]
        if lease is not None:
            for item in (self.SubnetLeases, self.SubnetLeaseShares, self.AccumulatedLeaseDividends):
                item.clear_under(lease)
