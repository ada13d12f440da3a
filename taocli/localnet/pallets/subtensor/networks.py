"""Subnets: making one, and starting it.

A new subnet's pool starts with the lock that its creator paid and alpha worth as much at the median
price of the other subnets; nothing is traded or emitted until its owner calls ``start_call``, and no TAO is injected until root enables emission. Source:
Subtensor spec 425, ``subnets/subnet.rs``.
"""

from statistics import median

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import DispatchFailure, Origin
from taocli.localnet.frame.types import AccountId, u16
from taocli.localnet.pallets.subtensor.neurons import Neurons
from taocli.localnet.pallets.subtensor.pools import DYNAMIC, subnet_account
from taocli.localnet.pallets.subtensor.shares import ROOT

ONE_TAO = 10**9
MAX_ROOT_UIDS = 64


class Networks(Neurons):
    """``register_network`` and ``start_call``."""

    name = "SubtensorModule"

    @call(59, hotkey=AccountId)
    def register_network(self, origin: Origin, hotkey: bytes) -> None:
        """Create a subnet; the signer pays the lock cost and owns it, the hotkey takes uid 0."""
        coldkey = origin.signed()
        owner = self.Owner[hotkey] if self.hotkey_exists(hotkey) else coldkey
        self.ensure(owner == coldkey, "NonAssociatedColdKey")
        recent = self.block_number - self.last_creation()
        too_soon = self.last_creation() and recent < self.NetworkRateLimit.get()
        self.ensure(not too_soon, "NetworkTxRateLimitExceeded")
        self.ensure(self.TotalNetworks.get() <= self.SubnetLimit.get(), "SubnetLimitReached")
        cost = self.lock_cost()
        affordable = self.runtime.balances.reducible(coldkey) >= cost
        self.ensure(affordable, "CannotAffordLockCost")
        netuid = self._free_netuid()
        self.create_hotkey(hotkey, coldkey)
        self.open_subnet(netuid, coldkey, hotkey, pool=cost, payer=coldkey)
        self.SubnetEmissionEnabled[netuid] = False
        self.NetworkLastLockCost.set(cost)
        self.LastRateLimitedBlock["NetworkLastRegistered"] = self.block_number
        self.deposit("NetworkAdded", netuid, 1)

    @call(92, netuid=u16)
    def start_call(self, origin: Origin, netuid: int) -> None:
        """Let the subnet trade and emit, from the next block on."""
        self.ensure(self.NetworksAdded[netuid], "SubnetNotExists")
        if origin.signed() != self.SubnetOwner[netuid]:
            raise DispatchFailure.bad_origin()
        fresh = self.FirstEmissionBlockNumber[netuid] is None
        self.ensure(fresh, "FirstEmissionBlockNumberAlreadySet")
        age = self.block_number - self.NetworkRegisteredAt[netuid]
        self.ensure(age >= self.StartCallDelay.get(), "NeedWaitingMoreBlocksToStarCall")
        self.start_emission(netuid)
        self.deposit("FirstEmissionBlockNumberSet", netuid, self.block_number + 1)

    def lock_cost(self) -> int:
        """What creating a subnet costs now: twice the last price, falling to the minimum."""
        last, least = self.NetworkLastLockCost.get(), self.NetworkMinLockCost.get()
        created = self.last_creation()
        fall = last // self.NetworkLockReductionInterval.get() * (self.block_number - created)
        doubled = last * (2 if created else 1)
        return int(max(least, doubled - fall))

    def last_creation(self) -> int:
        """The block in which the last subnet was created, 0 for never."""
        return int(self.LastRateLimitedBlock["NetworkLastRegistered"])

    def start_emission(self, netuid: int) -> None:
        """Mark a subnet as started."""
        self.FirstEmissionBlockNumber[netuid] = self.block_number + 1
        self.SubtokenEnabled[netuid] = True

    def open_root(self, coldkey: bytes) -> None:
        """Write the root network as it is on every chain."""
        self.NetworksAdded[ROOT] = True
        self.TotalNetworks.set(self.TotalNetworks.get() + 1)
        self.SubnetOwner[ROOT] = coldkey
        self.MaxAllowedUids[ROOT] = MAX_ROOT_UIDS
        self.MaxAllowedValidators[ROOT] = MAX_ROOT_UIDS
        self.Tempo[ROOT] = 100
        self.SubtokenEnabled[ROOT] = True
        self.TargetRegistrationsPerInterval[ROOT] = 1
        self.TokenSymbol[ROOT] = "Τ".encode()

    def open_subnet(
        self, netuid: int, coldkey: bytes, hotkey: bytes, *, pool: int, payer: bytes | None
    ) -> None:
        """Write a new dynamic subnet; without a ``payer`` (in block 0) its pool's TAO is minted."""
        self.NetworksAdded[netuid] = True
        self.TotalNetworks.set(self.TotalNetworks.get() + 1)
        self.NetworkRegisteredAt[netuid] = self.block_number
        self.SubnetMechanism[netuid] = DYNAMIC
        self.SubnetOwner[netuid] = coldkey
        self.SubnetOwnerHotkey[netuid] = hotkey
        self.LastEpochBlock[netuid] = max(0, self.block_number - netuid % self.Tempo[netuid])
        self.MaxAllowedUids[netuid] = 256
        self.ImmunityPeriod[netuid] = 5000
        self.MinAllowedWeights[netuid] = 1
        self.MaxAllowedValidators[netuid] = 64
        self.Yuma3On[netuid] = True
        self.Burn[netuid] = ONE_TAO
        self.TokenSymbol[netuid] = symbol(netuid)
        self._fund_pool(netuid, pool, payer)
        self.register_neuron(netuid, hotkey)

    def _fund_pool(self, netuid: int, amount: int, payer: bytes | None) -> None:
        account = subnet_account(netuid)
        if payer is None:
            self.runtime.balances.mint(account, amount)
        else:
            self.runtime.balances.transfer(payer, account, amount)
        self.SubnetLocked[netuid] = amount
        self.SubnetTAO[netuid] = amount
        self.SubnetAlphaIn[netuid] = amount * ONE_TAO // self._median_price(netuid)
        self.TotalStake.set(self.TotalStake.get() + amount)

    def _median_price(self, netuid: int) -> int:
        """Rao for one alpha of the other subnets, 10^9 where there are none."""
        prices = [
            self.price_rao(other)
            for other in self.NetworksAdded.keys_under()
            if other != netuid and self.is_dynamic(other)
        ]
        return max(1, int(median(prices))) if prices else ONE_TAO

    def _free_netuid(self) -> int:
        taken = set(self.NetworksAdded.keys_under())
        return next(netuid for netuid in range(1, 65536) if netuid not in taken)


def symbol(netuid: int) -> bytes:
    """The token sign of a subnet: Greek letters, then the number."""
    letters = "αβγδεζηθικλμνξοπρσςυφχψω"
    return (letters[netuid - 1] if netuid <= len(letters) else f"α{netuid}").encode()
