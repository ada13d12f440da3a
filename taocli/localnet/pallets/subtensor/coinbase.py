"""What a block mints and where it goes.

TAO is split over the subnets by the moving averages of their prices and put into their pools, together
with alpha, without moving the price. Alpha injection is capped by the root's share of a subnet; TAO beyond the
cap buys alpha from the pool for the protocol. Each subnet also mints alpha for its people, which waits
for the epoch: 18 % for the owner, half of the rest for miners, half for validators. Of the validators' half a
part goes to root stake, as much as it weighs, while the moving prices of all subnets add up to more
than one TAO; else that part is recycled. Source: Subtensor spec 425, ``coinbase/run_coinbase.rs``.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from taocli.localnet.pallets.subtensor.issuance import block_emission
from taocli.localnet.pallets.subtensor.pools import Pools, subnet_account
from taocli.localnet.pallets.subtensor.shares import ROOT

_ONE_I96F32 = 1 << 32
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
        emission = block_emission(self.TotalIssuance.get())
        self.BlockEmission.set(emission)
        self.share_out(emission)

    def share_out(self, emission: int) -> None:
        """Give each live subnet its share of ``emission`` rao, and its own alpha."""
        live = [netuid for netuid in self.NetworksAdded.keys_under() if self._is_live(netuid)]
        shares = self._tao_shares(live)
        for netuid in live:
            tao = int(emission * shares.get(netuid, Fraction(0)))
            self._emit(netuid, tao)
        for netuid in live:
            self._move_price(netuid)

    def alpha_issuance(self, netuid: int) -> int:
        """All alpha of a subnet that exists: in its pool and in circulation."""
        return int(self.SubnetAlphaIn[netuid] + self.SubnetAlphaOut[netuid])

    def root_proportion(self, netuid: int) -> Fraction:
        """How much of a subnet's validation weight is root TAO."""
        weighed = Fraction(self.SubnetTAO[ROOT] * self.TaoWeight.get(), _U64_MAX)
        total = weighed + self.alpha_issuance(netuid)
        return weighed / total if total else Fraction(0)

    def is_root_paid(self) -> bool:
        """Whether root stake gets its part: the moving prices add up to more than one TAO."""
        prices = (price for netuid, price in self.SubnetMovingPrice.items_under() if netuid != ROOT)
        return bool(sum(prices) > _ONE_I96F32)

    def _is_live(self, netuid: int) -> bool:
        return bool(
            netuid != ROOT
            and self.FirstEmissionBlockNumber[netuid] is not None
            and self.SubtokenEnabled[netuid]
            and self.NetworkRegistrationAllowed[netuid]
        )

    def _tao_shares(self, live: list[int]) -> dict[int, Fraction]:
        weights = {
            netuid: Fraction(self.SubnetMovingPrice[netuid])
            * (1 - Fraction(self.MinerBurned[netuid], _ONE_I96F32))
            for netuid in live
            if self.SubnetEmissionEnabled[netuid]
        }
        total = sum(weights.values(), Fraction(0))
        return {netuid: weight / total for netuid, weight in weights.items()} if total else {}

    def _emit(self, netuid: int, tao: int) -> None:
        alpha_out = block_emission(self.alpha_issuance(netuid))
        injection = self._plan_injection(netuid, tao, alpha_out)
        self._inject(netuid, injection)
        self.SubnetAlphaOutEmission[netuid] = alpha_out
        self.SubnetAlphaOut[netuid] += alpha_out
        cut = 0
        if self.OwnerCutEnabled[netuid]:
            cut = alpha_out * self.SubnetOwnerCut.get() // _U16_MAX
        rest = alpha_out - cut
        servers = rest // 2
        root_part = int(self.root_proportion(netuid) * (rest - servers))
        self.RootProp[netuid] = int(self.root_proportion(netuid) * _ONE_I96F32)
        self.PendingOwnerCut[netuid] += cut
        self.PendingServerEmission[netuid] += servers
        self.PendingValidatorEmission[netuid] += rest - servers - root_part
        if self.is_root_paid():
            self.PendingRootAlphaDivs[netuid] += root_part
        else:
            self.SubnetAlphaOut[netuid] -= root_part

    def _plan_injection(self, netuid: int, tao: int, alpha_emission: int) -> Injection:
        price = Fraction(self.pool(netuid).price)
        if not tao or not price:
            return Injection(0, 0, 0)
        cap = int(self.root_proportion(netuid) * alpha_emission)
        alpha = int(tao / price)
        if alpha <= cap:
            return Injection(tao, alpha, 0)
        kept = int(cap * price)
        return Injection(kept, cap, tao - kept)

    def _inject(self, netuid: int, injection: Injection) -> None:
        minted = injection.tao + injection.excess
        if minted:
            self.runtime.balances.mint(subnet_account(netuid), minted)
            self.TotalIssuance.set(self.TotalIssuance.get() + minted)
            self.TotalStake.set(self.TotalStake.get() + minted)
        grown = self.pool(netuid).injected(injection.tao, injection.alpha)
        if injection.tao or injection.alpha:
            self.SubnetTAO[netuid] = grown.tao
            self.SubnetAlphaIn[netuid] = grown.alpha
            self.runtime.swap.set_quote(netuid, grown.quote)
        if injection.excess:
            bought = grown.alpha_for_tao(injection.excess)
            self._move_pool(netuid, tao=injection.excess, alpha=-bought)
            self.SubnetProtocolAlpha[netuid] += bought
        self.SubnetTaoInEmission[netuid] = injection.tao
        self.SubnetAlphaInEmission[netuid] = injection.alpha
        self.SubnetExcessTao[netuid] = injection.excess

    def _move_price(self, netuid: int) -> None:
        """The moving price follows the pool's, slowly at first after the subnet's start."""
        started = self.FirstEmissionBlockNumber[netuid]
        age = max(0, self.block_number - started)
        halving = self.EMAPriceHalvingBlocks[netuid]
        alpha = Fraction(self.SubnetMovingAlpha.get(), _ONE_I96F32) * Fraction(age, age + halving)
        price = Fraction(min(self.pool(netuid).price, Decimal(1)))
        moved = alpha * price + (1 - alpha) * Fraction(self.SubnetMovingPrice[netuid], _ONE_I96F32)
        self.SubnetMovingPrice[netuid] = int(moved * _ONE_I96F32)
