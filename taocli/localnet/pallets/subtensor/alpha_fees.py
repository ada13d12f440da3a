"""Paying a transaction's fee in alpha, so that nobody is stuck with stake and no TAO.

The calls that take stake out may be paid from the very stake they name: alpha worth the fee at the pool's
price is sold without a swap fee, and the TAO goes to the block's author or, without one, is burned.
That holds only for a call that names one subnet, or whose hotkey holds stake in a single one; and locked
alpha pays nothing. What was taken is final: nothing is given back. Source: Subtensor spec 425, pallet
``transaction-fee``.
"""

from dataclasses import dataclass

from taocli.localnet.frame.call import Invocation
from taocli.localnet.frame.outcome import DispatchFailure
from taocli.localnet.pallets.balances import EXISTENTIAL_DEPOSIT
from taocli.localnet.pallets.subtensor.lock_ledger import LockLedger
from taocli.localnet.pallets.subtensor.pools import Pools, subnet_account

_NAMED = {
    "remove_stake": ("hotkey", "netuid"),
    "remove_stake_limit": ("hotkey", "netuid"),
    "remove_stake_full_limit": ("hotkey", "netuid"),
    "move_stake": ("origin_hotkey", "origin_netuid"),
    "transfer_stake": ("hotkey", "origin_netuid"),
    "swap_stake": ("hotkey", "origin_netuid"),
    "swap_stake_limit": ("hotkey", "origin_netuid"),
    "recycle_alpha": ("hotkey", "netuid"),
    "burn_alpha": ("hotkey", "netuid"),
}
_EVERYWHERE = {"unstake_all", "unstake_all_alpha"}


@dataclass(frozen=True, slots=True)
class AlphaFee:
    """A fee in alpha: whose stake on which hotkey pays ``alpha`` and becomes ``tao``, both in rao."""

    coldkey: bytes
    hotkey: bytes
    netuid: int
    alpha: int
    tao: int


class AlphaFees(Pools, LockLedger):
    """Quoting and taking fees in alpha."""

    name = "SubtensorModule"

    def alpha_fee(self, who: bytes, invocation: Invocation, tao: int) -> AlphaFee | None:
        """What a call would cost in alpha instead of ``tao`` rao; None where that is not possible."""
        found = self._source(who, invocation)
        if found is None:
            return None
        hotkey, netuid = found
        price = self.price_rao(netuid)
        alpha = tao * 10**9 // price if price else 0
        free = min(self.stake_of(hotkey, who, netuid), self.available_stake(who, netuid))
        if not 0 < alpha <= free:
            return None
        try:
            trade = self.quote_sell(netuid, alpha, free=True)
        except DispatchFailure:
            return None
        return AlphaFee(who, hotkey, netuid, alpha, trade.received)

    def take_alpha_fee(self, fee: AlphaFee) -> None:
        """Sell the alpha and pay the author."""
        self.debit_stake(fee.hotkey, fee.coldkey, fee.netuid, fee.alpha)
        author, balances = self.runtime.aura.author(), self.runtime.balances
        if author is not None and balances.free(author) + fee.tao >= EXISTENTIAL_DEPOSIT:
            self._release(author, fee.netuid, fee.alpha, fee.tao)
        else:
            self._move_pool(fee.netuid, tao=-fee.tao, alpha=fee.alpha)
            self.TotalStake.set(max(0, self.TotalStake.get() - fee.tao))
            balances.burn_from(subnet_account(fee.netuid), fee.tao, keep_alive=False)
        self.SubnetVolume[fee.netuid] += fee.tao

    def _source(self, who: bytes, invocation: Invocation) -> tuple[bytes, int] | None:
        """The hotkey and the one subnet whose alpha may pay."""
        name, args = invocation.declaration.name, invocation.args
        if invocation.pallet is not self:
            return None
        if name in _EVERYWHERE:
            netuids = [
                netuid
                for netuid in self.NetworksAdded.keys_under()
                if self.SubtokenEnabled[netuid] and self.stake_of(args["hotkey"], who, netuid)
            ]
            return (args["hotkey"], netuids[0]) if len(netuids) == 1 else None
        if name not in _NAMED:
            return None
        hotkey, netuid = (args[argument] for argument in _NAMED[name])
        return (hotkey, netuid) if self.NetworksAdded[netuid] else None
