"""Subnets: making one, and starting it.

A new subnet's pool starts with the lock that its creator paid and alpha worth as much at the median
price of the other subnets; nothing is traded or emitted until its owner calls ``start_call``, and no TAO is
injected until root enables emission. When ``SubnetLimit`` is reached, the cheapest subnet that is no longer
immune is dissolved and the new one takes its netuid. Source: Subtensor spec 425, ``subnets/subnet.rs`` and
``coinbase/root.rs``.
"""

from statistics import median

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import DispatchFailure, Origin
from taocli.localnet.frame.types import AccountId, u16
from taocli.localnet.pallets.subtensor.dissolving import Dissolving
from taocli.localnet.pallets.subtensor.issuance import FULL_EMISSION, block_emission
from taocli.localnet.pallets.subtensor.pools import DYNAMIC, subnet_account
from taocli.localnet.pallets.subtensor.shares import ROOT
from taocli.localnet.pallets.subtensor.symbols import ROOT_SYMBOL, Symbols

ONE_TAO = 10**9
MAX_ROOT_UIDS = 64


class Networks(Dissolving, Symbols):
    """``register_network`` and ``start_call``."""

    name = "SubtensorModule"

    @call(59, hotkey=AccountId)
    def register_network(self, origin: Origin, hotkey: bytes) -> None:
        """Create a subnet; the signer pays the lock cost and owns it, the hotkey takes uid 0."""
        self.create_network(origin.signed(), hotkey)

    def create_network(self, coldkey: bytes, hotkey: bytes) -> int:
        """Check, make room, take the lock cost and open the subnet; its netuid."""
        self._check_creation(coldkey, hotkey)
        evicted = self._subnet_to_evict()
        cost = self.lock_cost()
        affordable = self.runtime.balances.reducible(coldkey) >= cost
        self.ensure(affordable, "CannotAffordLockCost")
        if evicted is not None:
            self.dissolve(evicted)
        netuid = self._free_netuid() if evicted is None else evicted
        self.create_hotkey(hotkey, coldkey)
        self.open_subnet(netuid, coldkey, hotkey, pool=cost, payer=coldkey)
        self.RegisteredSubnetCounter[netuid] += 1
        self.SubnetEmissionEnabled[netuid] = False
        self.NetworkLastLockCost.set(cost)
        self.LastRateLimitedBlock["NetworkLastRegistered"] = self.block_number
        self.deposit("NetworkAdded", netuid, 1)
        return netuid

    def _check_creation(self, coldkey: bytes, hotkey: bytes) -> None:
        owner = self.Owner[hotkey] if self.hotkey_exists(hotkey) else coldkey
        self.ensure(owner == coldkey, "NonAssociatedColdKey")
        self.ensure(not is_subnet_account(hotkey), "CannotUseSystemAccount")
        open_yet = self.block_number >= self.NetworkRegistrationStartBlock.get()
        self.ensure(open_yet, "SubNetRegistrationDisabled")
        recent = self.block_number - self.last_creation()
        too_soon = self.last_creation() and recent < self.NetworkRateLimit.get()
        self.ensure(not too_soon, "NetworkTxRateLimitExceeded")

    def _subnet_to_evict(self) -> int | None:
        """None while there is room; ``SubnetLimitReached`` when there is none to be made."""
        count = sum(netuid != ROOT for netuid in self.NetworksAdded.keys_under())
        if count < self.SubnetLimit.get():
            return None
        evicted = self.network_to_prune()
        self.ensure(evicted is not None, "SubnetLimitReached")
        return evicted

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
        emission = block_emission(self.TotalIssuance.get())
        interval = self.NetworkLockReductionInterval.get() * emission // FULL_EMISSION
        fall = last // interval * (self.block_number - created) if interval else 0
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
        self.TokenSymbol[ROOT] = ROOT_SYMBOL

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
        self.TokenSymbol[netuid] = self.next_symbol(netuid)
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


def is_subnet_account(account: bytes) -> bool:
    """Whether an account is the one that holds some subnet's TAO."""
    return account == subnet_account(int.from_bytes(account[12:14], "little"))
