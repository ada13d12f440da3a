"""Moving stake: to another hotkey, coldkey or subnet, and taking all of it out.

Inside a subnet nothing is traded and nothing costs. Across subnets alpha is sold and the proceeds are
staked; one fee is paid in all, on the leg that leaves a pool, or on the way in when the origin is root.
Source: Subtensor spec 425, ``staking/move_stake.rs``. Amounts are rao of the origin's alpha.
"""

from dataclasses import dataclass
from fractions import Fraction

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import DispatchFailure, Origin
from taocli.localnet.frame.types import AccountId, Option, boolean, u16, u64
from taocli.localnet.pallets.subtensor.amm import Pool, fee_on
from taocli.localnet.pallets.subtensor.shares import ROOT
from taocli.localnet.pallets.subtensor.staking import MIN_STAKE, Staking

_PRICE_SCALE = 10**9


@dataclass(frozen=True, slots=True)
class Move:
    """Stake on its way; ``amount`` is in the origin's alpha."""

    coldkey: bytes
    hotkey: bytes
    netuid: int
    to_coldkey: bytes
    to_hotkey: bytes
    to_netuid: int
    amount: int


class StakeMoves(Staking):
    """``move_stake`` and its relatives, ``unstake_all`` and ``remove_stake_full_limit``."""

    name = "SubtensorModule"

    @call(
        85,
        origin_hotkey=AccountId,
        destination_hotkey=AccountId,
        origin_netuid=u16,
        destination_netuid=u16,
        alpha_amount=u64,
    )
    def move_stake(
        self,
        origin: Origin,
        origin_hotkey: bytes,
        destination_hotkey: bytes,
        origin_netuid: int,
        destination_netuid: int,
        alpha_amount: int,
    ) -> None:
        """Put stake on another hotkey, in the same or another subnet."""
        who = origin.signed()
        tao = self._move(
            Move(
                who, origin_hotkey, origin_netuid,
                who, destination_hotkey, destination_netuid, alpha_amount,
            )
        )  # fmt: skip
        self.deposit(
            "StakeMoved",
            who,
            origin_hotkey,
            origin_netuid,
            destination_hotkey,
            destination_netuid,
            tao,
        )

    @call(
        86,
        destination_coldkey=AccountId,
        hotkey=AccountId,
        origin_netuid=u16,
        destination_netuid=u16,
        alpha_amount=u64,
    )
    def transfer_stake(
        self,
        origin: Origin,
        destination_coldkey: bytes,
        hotkey: bytes,
        origin_netuid: int,
        destination_netuid: int,
        alpha_amount: int,
    ) -> None:
        """Give stake to another coldkey, in the same or another subnet."""
        who = origin.signed()
        move = Move(
            who,
            hotkey,
            origin_netuid,
            destination_coldkey,
            hotkey,
            destination_netuid,
            alpha_amount,
        )
        tao = self._move(move)
        self.deposit(
            "StakeTransferred",
            who,
            destination_coldkey,
            hotkey,
            origin_netuid,
            destination_netuid,
            tao,
        )

    @call(87, hotkey=AccountId, origin_netuid=u16, destination_netuid=u16, alpha_amount=u64)
    def swap_stake(
        self,
        origin: Origin,
        hotkey: bytes,
        origin_netuid: int,
        destination_netuid: int,
        alpha_amount: int,
    ) -> None:
        """Take stake to another subnet, on the same hotkey."""
        self._swap(origin.signed(), hotkey, origin_netuid, destination_netuid, alpha_amount)

    @call(
        90,
        hotkey=AccountId,
        origin_netuid=u16,
        destination_netuid=u16,
        alpha_amount=u64,
        limit_price=u64,
        allow_partial=boolean,
    )
    def swap_stake_limit(
        self,
        origin: Origin,
        hotkey: bytes,
        origin_netuid: int,
        destination_netuid: int,
        alpha_amount: int,
        limit_price: int,
        allow_partial: bool,
    ) -> None:
        """The same while the origin's price, in the destination's, is not below the limit."""
        who = origin.signed()
        held = self.stake_of(hotkey, who, origin_netuid)
        wanted = min(alpha_amount, held)
        most = self._most_to_swap(origin_netuid, destination_netuid, wanted, limit_price)
        self.runtime.swap.ensure(most > 0 or not wanted, "PriceLimitExceeded")
        self.ensure(allow_partial or wanted <= most, "SlippageTooHigh")
        self._swap(who, hotkey, origin_netuid, destination_netuid, min(wanted, most))

    @call(83, hotkey=AccountId)
    def unstake_all(self, origin: Origin, hotkey: bytes) -> None:
        """Take everything off a hotkey, in every subnet where that is possible."""
        who = origin.signed()
        self.ensure(self.hotkey_exists(hotkey), "HotKeyAccountNotExists")
        for netuid in self.NetworksAdded.keys_under():
            self._try_unstake(who, hotkey, netuid)

    @call(84, hotkey=AccountId)
    def unstake_all_alpha(self, origin: Origin, hotkey: bytes) -> None:
        """Turn all stake on a hotkey into root stake on it."""
        who = origin.signed()
        self.ensure(self.hotkey_exists(hotkey), "HotKeyAccountNotExists")
        before = self.runtime.balances.free(who)
        for netuid in self.NetworksAdded.keys_under():
            if netuid != ROOT:
                self._try_unstake(who, hotkey, netuid)
        proceeds = self.runtime.balances.free(who) - before
        self.ensure(proceeds >= MIN_STAKE, "AmountTooLow")
        self._stake(who, hotkey, ROOT, proceeds)

    @call(103, hotkey=AccountId, netuid=u16, limit_price=Option(u64))
    def remove_stake_full_limit(
        self, origin: Origin, hotkey: bytes, netuid: int, limit_price: int | None
    ) -> None:
        """Sell all stake on a hotkey in a subnet, if the price stays above the limit."""
        everything = self.stake_of(hotkey, origin.signed(), netuid)
        if limit_price is None:
            self.remove_stake(origin, hotkey, netuid, everything)
        else:
            self.remove_stake_limit(origin, hotkey, netuid, everything, limit_price, False)

    def _swap(self, who: bytes, hotkey: bytes, netuid: int, to_netuid: int, amount: int) -> None:
        tao = self._move(Move(who, hotkey, netuid, who, hotkey, to_netuid, amount))
        self.deposit("StakeSwapped", who, hotkey, netuid, to_netuid, tao)

    def _move(self, move: Move) -> int:
        """Check and carry out; the TAO that the stake was worth."""
        amount, tao = self._check_move(move)
        if move.netuid == move.to_netuid:
            self.carry_lock(move.coldkey, move.to_coldkey, move.netuid, amount)
        self.debit_stake(move.hotkey, move.coldkey, move.netuid, amount)
        if move.netuid == move.to_netuid:
            self.credit_stake(move.to_hotkey, move.to_coldkey, move.netuid, amount)
            return tao
        sold = self.sell_alpha(move.coldkey, move.netuid, amount)
        from_pool = move.netuid != ROOT
        bought = self.buy_alpha(move.coldkey, move.to_netuid, sold.received, free=from_pool)
        self.credit_stake(move.to_hotkey, move.to_coldkey, move.to_netuid, bought.received)
        return sold.received

    def _check_move(self, move: Move) -> tuple[int, int]:
        """The amount, cut to what is held, and its worth in TAO; errors in the chain's order."""
        netuids = (move.netuid, move.to_netuid)
        same_place = move.netuid == move.to_netuid and move.hotkey == move.to_hotkey
        self.ensure(not (same_place and move.coldkey == move.to_coldkey), "SameNetuid")
        self.ensure(all(self.NetworksAdded[netuid] for netuid in netuids), "SubnetNotExists")
        tradable = all(netuid == ROOT or self.SubtokenEnabled[netuid] for netuid in netuids)
        self.ensure(tradable, "SubtokenDisabled")
        known = self.hotkey_exists(move.hotkey) and self.hotkey_exists(move.to_hotkey)
        self.ensure(known, "HotKeyAccountNotExists")
        amount = min(move.amount, self.stake_of(move.hotkey, move.coldkey, move.netuid))
        self.ensure(amount > 0, "NotEnoughStakeToWithdraw")
        if move.netuid == move.to_netuid:
            tao = amount * self.price_rao(move.netuid) // _PRICE_SCALE
        else:
            tao = self.quote_sell(move.netuid, amount).received
        self.ensure(tao > MIN_STAKE, "AmountTooLow")
        if move.coldkey != move.to_coldkey:
            allowed = all(self.TransferToggle[netuid] for netuid in netuids)
            self.ensure(allowed, "TransferDisallowed")
        if move.netuid != move.to_netuid:
            self.ensure_available(move.coldkey, move.netuid, amount)
        return amount, tao

    def _try_unstake(self, who: bytes, hotkey: bytes, netuid: int) -> None:
        """Take stake out, or leave it where the subnet does not let it go."""
        if not self.stake_of(hotkey, who, netuid):
            return
        try:
            with self.runtime.transaction():
                self._unstake(who, hotkey, netuid, (1 << 64) - 1)
        except DispatchFailure:
            return

    def _most_to_swap(self, netuid: int, to_netuid: int, wanted: int, limit_price: int) -> int:
        """The most of ``wanted`` that may move before the prices' ratio passes the limit."""
        limit = Fraction(limit_price, _PRICE_SCALE)
        low, high = 0, wanted
        while low < high:
            middle = (low + high + 1) // 2
            if self._ratio_after(netuid, to_netuid, middle) >= limit:
                low = middle
            else:
                high = middle - 1
        return low

    def _ratio_after(self, netuid: int, to_netuid: int, amount: int) -> Fraction:
        """The origin's price in the destination's, had ``amount`` moved."""
        tao, price = amount, Fraction(1)
        if self.is_dynamic(netuid):
            before = self.pool(netuid)
            net = amount - fee_on(amount, self.runtime.swap.FeeRate[netuid])
            tao = before.tao_for_alpha(net)
            price = Pool(before.tao - tao, before.alpha + net, before.quote).price
        if not self.is_dynamic(to_netuid):
            return price
        target = self.pool(to_netuid)
        bought = target.alpha_for_tao(tao)
        return price / Pool(target.tao + tao, target.alpha - bought, target.quote).price
