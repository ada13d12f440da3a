"""What a block mints and where it goes.

TAO is split over the subnets by the moving averages of their prices, less by as much as their owners' own
miners earned, and put into their pools together with alpha, without moving the price. Alpha injection is
capped by the root's share of a subnet; TAO beyond the cap buys alpha from the pool for the protocol. What
nobody could take is never issued. Each subnet also mints alpha for its people, which waits for the epoch:
18 % for the owner, half of the rest for miners, half for validators. Of the validators' half a part goes to
root stake, as much as it weighs, while the moving prices of all subnets add up to more than one
TAO; else that part is recycled. Source: Subtensor spec 425, ``coinbase/run_coinbase.rs``,
``coinbase/subnet_emissions.rs`` and ``coinbase/block_step.rs``. Numbers are U96F32 or, for shares
and moving prices, U64F64, rounded down after every step as there.

Simplified: the few rao that roundings leave over are recycled, while the real chain keeps counting them as
alpha that nobody holds; the counters of TAO flow, which spec 425 keeps but does not use, stay at zero.
"""

from dataclasses import dataclass

from taocli.localnet.frame.outcome import DispatchFailure
from taocli.localnet.pallets.subtensor.issuance import CAP, block_emission
from taocli.localnet.pallets.subtensor.pools import Pools, subnet_account
from taocli.localnet.pallets.subtensor.shares import ROOT

_BITS = 32
_ONE = 1 << _BITS
_WIDE_BITS = 64
_WIDE_ONE = 1 << _WIDE_BITS
_U64_MAX = (1 << 64) - 1
_U16_MAX = 65535


@dataclass(frozen=True, slots=True)
class Injection:
    """What a subnet's pool gets in one block, in rao; ``excess`` TAO buys alpha."""

    tao: int
    alpha: int
    excess: int


class Coinbase(Pools):
    """The per-block mint."""

    name = "SubtensorModule"

    def run_coinbase(self) -> None:
        """Mint this block's TAO and alpha and note what waits for the next epochs."""
        self.SubnetRootSellTao.clear_under()
        self.share_out(self._curve(self.TotalIssuance.get()))

    def share_out(self, emission: int) -> None:
        """Give each live subnet its share of ``emission`` rao, and its own alpha."""
        balances = self.runtime.balances
        emission = min(emission, max(0, CAP - balances.TotalIssuance.get()))
        if emission:
            balances.issue(emission)
            balances.deposit("Issued", emission)
        live = self._live()
        tao, root_paid = self._tao_of(live, emission), self.is_root_paid()
        plans = {netuid: self._plan(netuid, tao[netuid]) for netuid in live}
        spent = sum(self._inject(netuid, plan) for netuid, (plan, _) in plans.items())
        balances.rescind(emission - spent)
        self.TotalIssuance.set(self.TotalIssuance.get() + spent)
        for netuid, (_, minted) in plans.items():
            self._emit(netuid, minted, root_paid=root_paid)

    def follow_prices(self) -> None:
        """After the epochs: the moving prices of live subnets and root's shares of them."""
        for netuid in self._live():
            self._move_price(netuid)
            self.RootProp[netuid] = self.root_proportion(netuid)

    def alpha_issuance(self, netuid: int) -> int:
        """All alpha of a subnet that exists: in its pool and in circulation."""
        return int(self.SubnetAlphaIn[netuid] + self.SubnetAlphaOut[netuid])

    def root_proportion(self, netuid: int) -> int:
        """How much of a subnet's validation weight is root TAO (U96F32)."""
        weight = (self.TaoWeight.get() << _BITS) // _U64_MAX
        weighed = self.SubnetTAO[ROOT] * weight
        total = weighed + (self.alpha_issuance(netuid) << _BITS)
        return int((weighed << _BITS) // total) if total else 0

    def is_root_paid(self) -> bool:
        """Whether root stake gets its part: the moving prices add up to more than one TAO."""
        return sum(self._moving_price(netuid) for netuid in self._live()) > _ONE

    def _live(self) -> list[int]:
        return [netuid for netuid in self.NetworksAdded.keys_under() if self._is_live(netuid)]

    def _is_live(self, netuid: int) -> bool:
        return bool(
            netuid != ROOT
            and self.FirstEmissionBlockNumber[netuid] is not None
            and self.SubtokenEnabled[netuid]
            and self.NetworkRegistrationAllowed[netuid]
        )

    def _curve(self, issued: int) -> int:
        """The emission after so much was issued; whichever curve was asked last stays visible."""
        emission = block_emission(issued)
        if issued < CAP:
            self.BlockEmission.set(emission)
        return emission

    def _moving_price(self, netuid: int) -> int:
        """I96F32; a subnet without a pool is worth one."""
        return int(self.SubnetMovingPrice[netuid]) if self.is_dynamic(netuid) else _ONE

    def _tao_of(self, live: list[int], emission: int) -> dict[int, int]:
        """Each subnet's part of the block's TAO (U96F32); none where emission is disabled."""
        weights = {
            netuid: (self._moving_price(netuid) << _BITS)
            * (_ONE - min(_ONE, self.MinerBurned[netuid]))
            >> _BITS
            for netuid in live
        }
        total = sum(weights.values())
        shares = {
            netuid: (w << _WIDE_BITS) // total if total else 0 for netuid, w in weights.items()
        }
        enabled = {netuid for netuid in live if self.SubnetEmissionEnabled[netuid]}
        if len(enabled) < len(live):
            left = sum(shares[netuid] for netuid in enabled)
            shares = {
                netuid: (share << _WIDE_BITS) // left if netuid in enabled and left else 0
                for netuid, share in shares.items()
            }
        return {netuid: emission * share >> _BITS for netuid, share in shares.items()}

    def _plan(self, netuid: int, tao: int) -> tuple[Injection, int]:
        """What to inject for a subnet's TAO (U96F32), and how much alpha (rao) it mints."""
        minted = self._curve(self.alpha_issuance(netuid))
        price = self.pool(netuid).price_bits >> _BITS if self.is_dynamic(netuid) else _ONE
        alpha = (tao << _BITS) // price if price else 0
        kept, cap = tao, self.root_proportion(netuid) * minted
        if alpha > cap:
            alpha, kept = cap, cap * price >> _BITS
        return Injection(kept >> _BITS, alpha >> _BITS, max(0, tao - kept) >> _BITS), minted

    def _inject(self, netuid: int, plan: Injection) -> int:
        """Buy with the excess, then add liquidity at the price that is now; the TAO it took."""
        spent = self._buy_for_protocol(netuid, plan.excess)
        self.SubnetExcessTao[netuid] = spent
        account, pool = subnet_account(netuid), self.pool(netuid)
        tao, alpha = plan.tao, plan.alpha
        grown = pool.injected(tao, alpha)
        if grown is None or not self.runtime.balances.deposit_into(account, tao):
            tao, alpha, grown = 0, 0, pool
        if tao or alpha:
            self.SubnetTAO[netuid] = grown.tao
            self.SubnetAlphaIn[netuid] = grown.alpha
            if grown.quote != pool.quote:
                self.runtime.swap.set_quote(netuid, grown.quote)
            self.TotalStake.set(self.TotalStake.get() + tao)
        self.SubnetTaoInEmission[netuid] = tao
        self.SubnetAlphaInEmission[netuid] = alpha
        return spent + tao

    def _buy_for_protocol(self, netuid: int, tao: int) -> int:
        """Buy alpha that belongs to nobody; 0 when the pool cannot sell."""
        if not tao:
            return 0
        try:
            trade = self.quote_buy(netuid, tao, free=True)
        except DispatchFailure:
            return 0
        if not self.runtime.balances.deposit_into(subnet_account(netuid), tao):
            return 0
        self._move_pool(netuid, tao=tao, alpha=-trade.received)
        self.TotalStake.set(self.TotalStake.get() + tao)
        self.SubnetVolume[netuid] += tao
        self.SubnetProtocolAlpha[netuid] += trade.received
        return tao

    def _emit(self, netuid: int, minted: int, *, root_paid: bool) -> None:
        """Mint a subnet's alpha and divide it over those who wait for the epoch."""
        self.SubnetAlphaOutEmission[netuid] = minted
        self.SubnetAlphaOut[netuid] += minted  # root's part is measured with it
        rest, cut = minted << _BITS, 0
        if self.OwnerCutEnabled[netuid]:
            cut = minted * ((self.SubnetOwnerCut.get() << _BITS) // _U16_MAX)
            rest -= cut
        root = (self.root_proportion(netuid) * rest >> _BITS) // 2
        servers = rest // 2
        parts = (
            (self.PendingOwnerCut, cut),
            (self.PendingServerEmission, servers),
            (self.PendingValidatorEmission, max(0, rest - servers - root)),
            (self.PendingRootAlphaDivs, root if root_paid else 0),
        )
        for item, part in parts:
            if whole := part >> _BITS:
                item[netuid] += whole
        self.SubnetAlphaOut[netuid] -= minted - sum(part >> _BITS for _, part in parts)

    def _move_price(self, netuid: int) -> None:
        """The moving price follows the pool's, slowly at first after the subnet's start."""
        age = max(0, self.block_number - max(0, self.FirstEmissionBlockNumber[netuid] - 1))
        total = age + self.EMAPriceHalvingBlocks[netuid]
        grown = (age << _WIDE_BITS) // total if total else 0
        alpha = (self.SubnetMovingAlpha.get() << _BITS) * grown >> _WIDE_BITS
        price = self.pool(netuid).price_bits if self.is_dynamic(netuid) else _WIDE_ONE
        newest = alpha * min(price, _WIDE_ONE) >> _WIDE_BITS
        known = (_WIDE_ONE - alpha) * (self._moving_price(netuid) << _BITS) >> _WIDE_BITS
        self.SubnetMovingPrice[netuid] = (newest + known) >> _BITS
