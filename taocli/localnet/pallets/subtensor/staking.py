"""Staking: TAO into a subnet's alpha on a hotkey, and back.

Checks run in the chain's order. Source: Subtensor spec 425, ``staking/add_stake.rs``,
``staking/remove_stake.rs``. Amounts are rao; limit prices are rao of TAO per whole alpha.
"""

from fractions import Fraction

from taocli.localnet.frame.call import Invocation, call
from taocli.localnet.frame.outcome import DispatchFailure, InvalidTransaction, Origin
from taocli.localnet.frame.types import AccountId, boolean, u16, u64
from taocli.localnet.pallets.subtensor.amm import gross_of
from taocli.localnet.pallets.subtensor.lock_ledger import LockLedger
from taocli.localnet.pallets.subtensor.neurons import Neurons
from taocli.localnet.pallets.subtensor.shares import ROOT

MIN_STAKE = 2_000_000
_MAX_TIMES_RESERVE = 1_000
_POOL_CODES = {
    "AmountTooLow": 1,
    "NotEnoughBalanceToStake": 2,
    "SubnetNotExists": 3,
    "HotKeyAccountNotExists": 4,
    "NotEnoughStakeToWithdraw": 5,
    "InsufficientLiquidity": 7,
    "SlippageTooHigh": 8,
}


class Staking(Neurons, LockLedger):
    """``add_stake`` and ``remove_stake``, with and without a price limit."""

    name = "SubtensorModule"

    @call(2, hotkey=AccountId, netuid=u16, amount_staked=u64)
    def add_stake(self, origin: Origin, hotkey: bytes, netuid: int, amount_staked: int) -> None:
        """Buy alpha of a subnet and hold it on a hotkey."""
        coldkey = origin.signed()
        self.check_add(coldkey, hotkey, netuid, amount_staked)
        self._stake(coldkey, hotkey, netuid, amount_staked)

    @call(
        88, hotkey=AccountId, netuid=u16, amount_staked=u64, limit_price=u64, allow_partial=boolean
    )
    def add_stake_limit(
        self,
        origin: Origin,
        hotkey: bytes,
        netuid: int,
        amount_staked: int,
        limit_price: int,
        allow_partial: bool,
    ) -> None:
        """Buy alpha as long as its price stays at or below the limit."""
        coldkey = origin.signed()
        most = self._most_to_add(netuid, limit_price)
        self.ensure(allow_partial or amount_staked <= most, "SlippageTooHigh")
        amount = min(amount_staked, most)
        self.check_add(coldkey, hotkey, netuid, amount)
        self._stake(coldkey, hotkey, netuid, amount)

    @call(3, hotkey=AccountId, netuid=u16, amount_unstaked=u64)
    def remove_stake(
        self, origin: Origin, hotkey: bytes, netuid: int, amount_unstaked: int
    ) -> None:
        """Sell alpha from a hotkey; an amount above the holding sells all of it."""
        self._unstake(origin.signed(), hotkey, netuid, amount_unstaked)

    @call(
        89,
        hotkey=AccountId,
        netuid=u16,
        amount_unstaked=u64,
        limit_price=u64,
        allow_partial=boolean,
    )
    def remove_stake_limit(
        self,
        origin: Origin,
        hotkey: bytes,
        netuid: int,
        amount_unstaked: int,
        limit_price: int,
        allow_partial: bool,
    ) -> None:
        """Sell alpha as long as its price stays at or above the limit."""
        most = self._most_to_remove(netuid, limit_price)
        self.ensure(allow_partial or amount_unstaked <= most, "SlippageTooHigh")
        self._unstake(origin.signed(), hotkey, netuid, min(amount_unstaked, most))

    def check_add(self, coldkey: bytes, hotkey: bytes, netuid: int, amount: int) -> None:
        """Everything that can forbid a purchase, in the chain's order."""
        if self.is_dynamic(netuid):
            enough = amount <= _MAX_TIMES_RESERVE * self.SubnetTAO[netuid]
            self.ensure(enough, "InsufficientLiquidity")
        self.ensure(self.NetworksAdded[netuid], "SubnetNotExists")
        self.ensure(netuid == ROOT or self.SubtokenEnabled[netuid], "SubtokenDisabled")
        self.ensure(amount >= MIN_STAKE, "AmountTooLow")
        affordable = self.runtime.balances.reducible(coldkey) >= amount
        self.ensure(affordable, "NotEnoughBalanceToStake")
        self.ensure(self.hotkey_exists(hotkey), "HotKeyAccountNotExists")
        try:
            self.quote_buy(netuid, amount)
        except DispatchFailure:
            raise self.failure("InsufficientLiquidity") from None

    def _stake(self, coldkey: bytes, hotkey: bytes, netuid: int, amount: int) -> None:
        trade = self.buy_alpha(coldkey, netuid, amount)
        self.credit_stake(hotkey, coldkey, netuid, trade.received)
        self.deposit(
            "StakeAdded", coldkey, hotkey, amount - trade.fee, trade.received, netuid, trade.fee
        )

    def _unstake(self, coldkey: bytes, hotkey: bytes, netuid: int, amount: int) -> None:
        self.ensure(self.NetworksAdded[netuid], "SubnetNotExists")
        self.ensure(netuid == ROOT or self.SubtokenEnabled[netuid], "SubtokenDisabled")
        self.ensure(self.hotkey_exists(hotkey), "HotKeyAccountNotExists")
        held = self.stake_of(hotkey, coldkey, netuid)
        amount = min(amount, held)
        self.ensure(amount > 0, "AmountTooLow")
        quoted = self.quote_sell(netuid, amount)
        self.ensure(amount == held or quoted.received >= MIN_STAKE, "AmountTooLow")
        self.ensure_available(coldkey, netuid, amount)
        self.debit_stake(hotkey, coldkey, netuid, amount)
        trade = self.sell_alpha(coldkey, netuid, amount)
        self.deposit("StakeRemoved", coldkey, hotkey, trade.received, amount, netuid, trade.fee)

    def _most_to_add(self, netuid: int, limit_price: int) -> int:
        if not self.is_dynamic(netuid):
            return (1 << 64) - 1
        limit = Fraction(limit_price, 10**9)
        net = self.pool(netuid).tao_to_price(limit)
        self.runtime.swap.ensure(net > 0, "PriceLimitExceeded")
        return gross_of(net, self.runtime.swap.FeeRate[netuid])

    def _most_to_remove(self, netuid: int, limit_price: int) -> int:
        if not self.is_dynamic(netuid) or limit_price == 0:
            return (1 << 64) - 1
        net = self.pool(netuid).alpha_to_price(Fraction(limit_price, 10**9))
        self.runtime.swap.ensure(net > 0, "PriceLimitExceeded")
        return gross_of(net, self.runtime.swap.FeeRate[netuid])

    def check_staking(self, who: bytes, invocation: Invocation) -> None:
        """The pool's view of a purchase: what would fail is turned away unpaid."""
        args = invocation.args
        if invocation.declaration.name != "add_stake":
            return
        try:
            self.check_add(who, args["hotkey"], args["netuid"], args["amount_staked"])
        except DispatchFailure as failure:
            code = _POOL_CODES.get(failure.label.rpartition(".")[2])
            if code is not None:
                raise InvalidTransaction.custom(code) from None
