"""Trading TAO for a subnet's alpha and back, with the pool's bookkeeping.

TAO that goes into a pool moves from the coldkey to the subnet's own account, so balances and pools always
agree. The fee goes to the block's author; without one it is burned. Root (netuid 0) has no pool: one TAO
is one unit of stake, free of charge. Source: Subtensor spec 425, ``staking/stake_utils.rs`` and pallet ``swap``.

``TotalStake`` is kept equal to the sum of all pools' TAO; the real chain's also counts every fee.
"""

from dataclasses import dataclass

from taocli.localnet.pallets.subtensor.amm import MAX_INPUT_RATIO, MINIMUM_RESERVE, Pool, fee_on
from taocli.localnet.pallets.subtensor.root_claims import RootClaims
from taocli.localnet.pallets.subtensor.shares import ROOT

DYNAMIC = 1
_SUB_ACCOUNT = b"modl" + b"subtensr"


def subnet_account(netuid: int) -> bytes:
    """The account that holds a subnet's TAO: a sub-account of PalletId ``subtensr``."""
    return (_SUB_ACCOUNT + netuid.to_bytes(2, "little")).ljust(32, b"\0")


@dataclass(frozen=True, slots=True)
class Trade:
    """A swap: gross input, output and fee, the fee in the input's token."""

    paid: int
    received: int
    fee: int


class Pools(RootClaims):
    """Quotes and trades; ``SubnetTAO``, ``SubnetAlphaIn`` and ``SubnetAlphaOut`` follow every trade."""

    name = "SubtensorModule"

    def is_dynamic(self, netuid: int) -> bool:
        """Whether the subnet has a pool."""
        return netuid != ROOT and bool(self.SubnetMechanism[netuid] == DYNAMIC)

    def pool(self, netuid: int) -> Pool:
        """The pool as it stands."""
        return Pool(
            tao=self.SubnetTAO[netuid],
            alpha=self.SubnetAlphaIn[netuid],
            quote=self.runtime.swap.quote(netuid),
        )

    def price_rao(self, netuid: int) -> int:
        """TAO for one alpha, times 10^9; 10^9 where there is no pool."""
        return int(self.pool(netuid).price * 10**9) if self.is_dynamic(netuid) else 10**9

    def quote_buy(self, netuid: int, tao: int, *, free: bool = False) -> Trade:
        """What ``tao`` would buy; ``free`` trades pay no fee. Fails with the pool's own errors."""
        if not self.is_dynamic(netuid):
            return Trade(tao, tao, 0)
        pool = self.pool(netuid)
        fee = 0 if free else fee_on(tao, self.runtime.swap.FeeRate[netuid])
        self._check(tao, pool.tao, pool.alpha)
        received = pool.alpha_for_tao(tao - fee)
        self.runtime.swap.ensure(received > 0, "ReservesTooLow")
        return Trade(tao, received, fee)

    def quote_sell(self, netuid: int, alpha: int, *, free: bool = False) -> Trade:
        """What ``alpha`` would sell for; ``free`` trades pay no fee."""
        if not self.is_dynamic(netuid):
            return Trade(alpha, alpha, 0)
        pool = self.pool(netuid)
        fee = 0 if free else fee_on(alpha, self.runtime.swap.FeeRate[netuid])
        self._check(alpha, pool.alpha, pool.tao)
        received = pool.tao_for_alpha(alpha - fee)
        self.runtime.swap.ensure(received > 0, "ReservesTooLow")
        return Trade(alpha, received, fee)

    def buy_alpha(self, coldkey: bytes, netuid: int, tao: int, *, free: bool = False) -> Trade:
        """Trade a coldkey's TAO for alpha, which is left in circulation for the caller to credit."""
        trade = self.quote_buy(netuid, tao, free=free)
        net = trade.paid - trade.fee
        self.runtime.balances.transfer(coldkey, subnet_account(netuid), net)
        self._pay_fee(coldkey, trade.fee)
        self._move_pool(netuid, tao=net, alpha=-trade.received)
        self.TotalStake.set(self.TotalStake.get() + net)
        self.SubnetVolume[netuid] += trade.paid
        return trade

    def sell_alpha(self, coldkey: bytes, netuid: int, alpha: int, *, free: bool = False) -> Trade:
        """Trade alpha that the caller has debited for TAO in the coldkey's account."""
        trade = self.quote_sell(netuid, alpha, free=free)
        self._release(coldkey, netuid, trade.paid - trade.fee, trade.received)
        if trade.fee:
            self._sell_fee(netuid, trade.fee)
        self.SubnetVolume[netuid] += trade.received
        return trade

    def _release(self, account: bytes, netuid: int, alpha: int, tao: int) -> None:
        self._move_pool(netuid, tao=-tao, alpha=alpha)
        self.TotalStake.set(max(0, self.TotalStake.get() - tao))
        self.runtime.balances.transfer(subnet_account(netuid), account, tao)

    def _sell_fee(self, netuid: int, alpha: int) -> None:
        """The author's share of a sale is alpha; it is sold for TAO without a further fee."""
        author = self.runtime.aura.author()
        tao = self.pool(netuid).tao_for_alpha(alpha)
        if author is None or tao == 0:
            self.SubnetAlphaOut[netuid] -= alpha
        else:
            self._release(author, netuid, alpha, tao)

    def _pay_fee(self, payer: bytes, fee: int) -> None:
        author = self.runtime.aura.author()
        if fee and author is not None and self.runtime.balances.free(author) + fee >= 500:
            self.runtime.balances.transfer(payer, author, fee)
        elif fee:
            self.runtime.balances.burn_from(payer, fee)

    def _move_pool(self, netuid: int, *, tao: int, alpha: int) -> None:
        """Change the reserves; alpha that leaves the pool is in circulation."""
        self.SubnetTAO[netuid] += tao
        if self.is_dynamic(netuid):
            self.SubnetAlphaIn[netuid] += alpha
        self.SubnetAlphaOut[netuid] -= alpha

    def _check(self, amount: int, reserve_in: int, reserve_out: int) -> None:
        swap = self.runtime.swap
        swap.ensure(reserve_out >= MINIMUM_RESERVE, "ReservesTooLow")
        swap.ensure(amount <= MAX_INPUT_RATIO * reserve_in, "SwapInputTooLarge")
