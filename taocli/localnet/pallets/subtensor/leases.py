"""Leased subnets: people raise the price of a subnet together and share what its owner earns.

``register_leased_network`` is the call that a crowdloan makes when it is finalized. A coldkey that nobody has
the key of buys the subnet with what was raised, the creator may run it as that coldkey's proxy, and what is
left goes back to everybody by share. From then on a part of the owner's cut waits, and every hundredth
block it is handed out as stake on the lease's hotkey; the creator, who has no share of record, gets the
rest. When the lease is over the creator takes the subnet. Amounts are rao; shares have 64 fractional bits.

Source: Subtensor spec 425, ``subnets/leasing.rs``. Simplified: the lease's two keys live by their balances
alone, without provider references.
"""

from collections.abc import Mapping
from typing import Any

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import DispatchFailure, Origin
from taocli.localnet.frame.storage import blake2_256
from taocli.localnet.frame.types import AccountId, Bytes, Field, Option, u32
from taocli.localnet.pallets.subtensor.chain_types import Percent
from taocli.localnet.pallets.subtensor.epochs import Epochs
from taocli.localnet.pallets.subtensor.networks import is_subnet_account
from taocli.localnet.pallets.subtensor.staking import MIN_STAKE

PROXY_TYPE = "SubnetLeaseBeneficiary"
_PRICE_SCALE = 10**9
_FRACTION_BITS = 64
_Lease = Mapping[str, Any]


class Leases(Epochs):
    """Opening and ending a lease, and its dividends."""

    name = "SubtensorModule"

    @call(
        110,
        emissions_share=Percent,
        end_block=Field(None, Option(u32), "Option<BlockNumberFor<T>>"),
    )
    def register_leased_network(
        self, origin: Origin, emissions_share: int, end_block: int | None
    ) -> None:
        """Buy a subnet with the money of the crowdloan that is being finalized."""
        who = origin.signed()
        loan_id, loan = self.runtime.crowdloan.being_finalized()
        self.ensure(who == loan["creator"], "InvalidLeaseBeneficiary")
        in_time = end_block is None or end_block > self.block_number
        self.ensure(in_time, "LeaseCannotEndInThePast")
        lease_id = self.NextSubnetLeaseId.get()
        self.NextSubnetLeaseId.set(lease_id + 1)
        coldkey, hotkey = lease_account("coldkey", lease_id), lease_account("hotkey", lease_id)
        balances = self.runtime.balances
        for account in (coldkey, hotkey):
            balances.provide_for(account)
        balances.transfer(loan["funds_account"], coldkey, loan["raised"])
        module = self.runtime.subtensor_module  # this pallet, with what its other parts can do
        module.register_network(Origin.from_account(coldkey), hotkey)
        netuid = self._owned_by(coldkey)
        self.runtime.proxy.add_proxy(Origin.from_account(coldkey), who, PROXY_TYPE, 0)
        leftover = balances.free(coldkey)
        self.SubnetLeases[lease_id] = {
            "beneficiary": who,
            "coldkey": coldkey,
            "hotkey": hotkey,
            "emissions_share": emissions_share,
            "end_block": end_block,
            "netuid": netuid,
            "cost": loan["raised"] - leftover,
        }
        self.SubnetUidToLeaseId[netuid] = lease_id
        self.Delegates[hotkey] = 0  # all of what it earns is its nominators'
        self._share_out_leftover(lease_id, loan_id, loan, leftover)
        self.deposit("SubnetLeaseCreated", who, lease_id, netuid, end_block)

    @call(111, lease_id=Field(None, u32, "LeaseId"), hotkey=AccountId)
    def terminate_lease(self, origin: Origin, lease_id: int, hotkey: bytes) -> None:
        """Take the subnet over when the lease is over, with a hotkey of one's own."""
        who = origin.signed()
        lease = self.SubnetLeases[lease_id]
        self.ensure(lease is not None, "LeaseDoesNotExist")
        self.ensure(lease["beneficiary"] == who, "ExpectedBeneficiaryOrigin")
        self.ensure(lease["end_block"] is not None, "LeaseHasNoEndBlock")
        self.ensure(self.block_number >= lease["end_block"], "LeaseHasNotEnded")
        owned = self.hotkey_exists(hotkey) and self.Owner[hotkey] == who
        self.ensure(owned, "BeneficiaryDoesNotOwnHotkey")
        self.ensure(not is_subnet_account(hotkey), "CannotUseSystemAccount")
        netuid = lease["netuid"]
        self.SubnetOwner[netuid] = who
        self.SubnetOwnerHotkey[netuid] = hotkey
        self.deposit("SubnetOwnerHotkeySet", netuid, hotkey)
        self.SubnetLeaseShares.clear_under(lease_id)
        del self.AccumulatedLeaseDividends[lease_id]
        del self.SubnetLeases[lease_id]
        del self.SubnetUidToLeaseId[netuid]
        self.runtime.proxy.remove_proxy(Origin.from_account(lease["coldkey"]), who, PROXY_TYPE, 0)
        for account in (lease["coldkey"], lease["hotkey"]):
            self.runtime.balances.stop_providing(account)
        self.deposit("SubnetLeaseTerminated", who, netuid)

    def _pay_owner(self, netuid: int, amount: int) -> None:
        """Pay the owner's cut; where the owner is a lease, others have a part in it."""
        super()._pay_owner(netuid, amount)
        lease_id = self.SubnetUidToLeaseId[netuid]
        lease = None if lease_id is None else self.SubnetLeases[lease_id]
        if lease is None or (lease["end_block"] or self.block_number + 1) <= self.block_number:
            return
        # Rounded up, in favour of the contributors.
        due = -(-amount * lease["emissions_share"] // 100)
        self.AccumulatedLeaseDividends[lease_id] += due
        if self.block_number % self.constant("LeaseDividendsDistributionInterval") == 0:
            self._try_distribute(lease_id, lease)

    def _try_distribute(self, lease_id: int, lease: _Lease) -> None:
        """Hand out what has waited, or let all of it wait on when one part is too small to move."""
        try:
            with self.runtime.transaction():
                self._distribute_dividends(lease_id, lease)
        except DispatchFailure:
            return

    def _distribute_dividends(self, lease_id: int, lease: _Lease) -> None:
        total = left = self.AccumulatedLeaseDividends[lease_id]
        for (_, who), share in self.SubnetLeaseShares.items_under(lease_id):
            part = -(-share * total >> _FRACTION_BITS)
            self._pay_dividend(lease_id, lease, who, part)
            left = max(left - part, 0)
        self._pay_dividend(lease_id, lease, lease["beneficiary"], left)
        self.AccumulatedLeaseDividends[lease_id] = 0

    def _pay_dividend(self, lease_id: int, lease: _Lease, who: bytes, alpha: int) -> None:
        hotkey, coldkey, netuid = lease["hotkey"], lease["coldkey"], lease["netuid"]
        self.ensure(alpha <= self.stake_of(hotkey, coldkey, netuid), "NotEnoughStakeToWithdraw")
        worth = alpha * self.price_rao(netuid) // _PRICE_SCALE
        self.ensure(worth > MIN_STAKE, "AmountTooLow")
        self.debit_stake(hotkey, coldkey, netuid, alpha)
        self.credit_stake(hotkey, who, netuid, alpha)
        self.deposit("SubnetLeaseDividendsDistributed", lease_id, who, alpha)

    def _share_out_leftover(
        self, lease_id: int, loan_id: int, loan: Mapping[str, Any], leftover: int
    ) -> None:
        """Note everybody's share but the creator's, and give back by share what was not needed."""
        coldkey, creator = lease_account("coldkey", lease_id), loan["creator"]
        left = leftover
        for (_, who), amount in self.runtime.crowdloan.Contributions.items_under(loan_id):
            if who == creator:
                continue
            share = (amount << _FRACTION_BITS) // loan["raised"]
            self.SubnetLeaseShares[lease_id, who] = share
            part = share * leftover >> _FRACTION_BITS
            self.runtime.balances.transfer(coldkey, who, part)
            left -= part
        self.runtime.balances.transfer(coldkey, creator, left)

    def _owned_by(self, coldkey: bytes) -> int:
        owned = [netuid for netuid, owner in self.SubnetOwner.items_under() if owner == coldkey]
        self.ensure(owned, "LeaseNetuidNotFound")
        return int(owned[0])


def lease_account(kind: str, lease_id: int) -> bytes:
    """The ``coldkey`` or ``hotkey`` of a lease: the hash of its name and number, nobody's key."""
    return blake2_256(Bytes.encode(f"leasing/{kind}".encode()) + u32.encode(lease_id))
