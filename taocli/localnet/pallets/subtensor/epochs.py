"""Epochs: when they run, and how what has waited is paid out.

At each tempo the subnet's weights go through ``yuma``, with stake as ``inheritance`` counts it. Miners get
their shares of the epoch's alpha as stake on their hotkeys; what validators earned is paid by ``dividends``,
root's part to the root stake behind them. What the subnet owner's hotkeys would earn as miners is withheld.
Where nobody mined, validators have the miners' half too. Source: Subtensor spec 425,
``coinbase/run_coinbase.rs`` (``distribute_emission``) and ``epoch/run_epoch.rs``.

Simplified: withheld alpha leaves circulation whatever ``RecycleOrBurn`` says, and so
does what rounding leaves over, which the real chain keeps counting as alpha that nobody holds.
"""

from collections.abc import Sequence

from taocli.localnet.pallets.subtensor.dividends import Dividends
from taocli.localnet.pallets.subtensor.mechanism_epochs import MechanismEpochs
from taocli.localnet.pallets.subtensor.shares import ROOT
from taocli.localnet.pallets.subtensor.yuma import EpochInput, EpochResult, EpochRules

_MILLI = 1_000
_ONE_U96F32 = 1 << 32


class Epochs(Dividends, MechanismEpochs):
    """Running due epochs and paying for them."""

    name = "SubtensorModule"

    def run_due_epochs(self) -> None:
        """Run the epochs that are due in this block, at most ``MaxEpochsPerBlock`` of them."""
        left = int(self.MaxEpochsPerBlock.get())
        now = self.block_number
        for netuid in self.NetworksAdded.keys_under():
            if netuid == ROOT:
                continue
            if not self.is_epoch_due(netuid):
                self.BlocksSinceLastStep[netuid] += 1
            elif left:
                left -= 1
                self._run(netuid, now)
            else:
                self.PendingEpochAt[netuid] = now + 1
                self.deposit("EpochDeferred", netuid, now, now + 1)

    def next_epoch_block(self, netuid: int) -> int | None:
        """The block of the next epoch, None while epochs are switched off."""
        tempo = self.Tempo[netuid]
        return int(self.LastEpochBlock[netuid] + tempo) if tempo else None

    def blocks_until_epoch(self, netuid: int) -> int | None:
        """How many blocks are left to the next epoch, 0 when it is late."""
        due = self.next_epoch_block(netuid)
        return None if due is None else max(0, due - self.block_number)

    def _run(self, netuid: int, now: int) -> None:
        servers = self.PendingServerEmission.take(netuid)
        validators = self.PendingValidatorEmission.take(netuid)
        root = self.PendingRootAlphaDivs.take(netuid)
        owner_cut = self.PendingOwnerCut.take(netuid)
        self._pay_owner(netuid, owner_cut)
        if self.SubnetworkN[netuid]:
            alpha = servers + validators + root
            rules, before = self._rules(netuid), self._input(netuid, now)
            result = self.run_mechanisms(netuid, rules, before, alpha)
            self._write(netuid, result, alpha)
            self._distribute(netuid, result, servers, validators, root)
        else:
            self.SubnetAlphaOut[netuid] -= servers + validators + root
        self.SubnetEpochIndex[netuid] += 1
        self.LastEpochBlock[netuid] = now
        self.BlocksSinceLastStep[netuid] = 0
        self.LastMechansimStepBlock[netuid] = now
        self.PendingEpochAt[netuid] = 0

    def _rules(self, netuid: int) -> EpochRules:
        low, high = self.AlphaValues[netuid]
        return EpochRules(
            kappa=self.Kappa[netuid],
            bonds_penalty=self.BondsPenalty[netuid],
            bonds_moving_average=self.BondsMovingAverage[netuid],
            activity_cutoff=self.activity_cutoff(netuid),
            max_validators=self.MaxAllowedValidators[netuid],
            yuma3=self.Yuma3On[netuid],
            liquid_alpha=self.LiquidAlphaOn[netuid],
            alpha_low=low,
            alpha_high=high,
            steepness=self.AlphaSigmoidSteepness[netuid],
        )

    def activity_cutoff(self, netuid: int) -> int:
        """Blocks without new weights after which a validator no longer counts."""
        return int(self.ActivityCutoffFactorMilli[netuid] * self.Tempo[netuid] // _MILLI)

    def _input(self, netuid: int, now: int) -> EpochInput:
        """What all mechanisms share; each has weights and bonds of its own."""
        uids = range(self.SubnetworkN[netuid])
        last_step = self.LastMechansimStepBlock[netuid]
        hotkeys = self.hotkeys_of(netuid)
        owner = self.uid_of(netuid, self.SubnetOwnerHotkey[netuid])
        stakes = [self.fixed_stake_weight(hotkey, netuid) for hotkey in hotkeys]
        threshold = self.StakeThreshold.get() * _ONE_U96F32
        return EpochInput(
            block=now,
            last_step=last_step + 1 if last_step else max(0, now - self.Tempo[netuid]),
            stakes=[
                stake if stake >= threshold or uid == owner else 0
                for uid, stake in enumerate(stakes)
            ],
            permits=self.ValidatorPermit[netuid],
            last_updates=self.LastUpdate[netuid],
            registered_at=[self.BlockAtRegistration[netuid, uid] for uid in uids],
            weights=(),
            bonds=(),
            owner_uid=owner,
        )

    def _write(self, netuid: int, result: EpochResult, alpha: int) -> None:
        self.Active[netuid] = list(result.active)
        self.Consensus[netuid] = list(result.consensus)
        self.Incentive[netuid] = list(result.incentive)
        self.Dividends[netuid] = list(result.dividends)
        self.ValidatorTrust[netuid] = list(result.validator_trust)
        self.StakeWeight[netuid] = list(result.stake_weight)
        self.ValidatorPermit[netuid] = list(result.permits)
        self.Emission[netuid] = [share * alpha >> 32 for share in result.combined_share]
        for uid, row in enumerate(result.bonds):
            if row:
                self.Bonds[netuid, uid] = list(row)
            elif row is not None and (netuid, uid) in self.Bonds:
                del self.Bonds[netuid, uid]

    def _distribute(
        self, netuid: int, result: EpochResult, servers: int, validators: int, root: int
    ) -> None:
        """Pay miners, then validators and root; what rounding leaves over is recycled."""
        total = servers + validators + root
        hotkeys = self.hotkeys_of(netuid)
        incentives = _parts(result.server_share, total)
        mined = sum(incentives)
        self.deposit("IncentiveAlphaEmittedToMiners", netuid, incentives)
        withheld = self._pay_miners(netuid, hotkeys, incentives)
        self.MinerBurned[netuid] = withheld * _ONE_U96F32 // mined if mined else 0
        earnings = self.earnings(netuid, hotkeys, _parts(result.validator_share, total))
        pot = (validators if mined else validators + servers) - earnings.burned
        # Rounding can give miners a few rao more than their half: the other pots pay for them.
        root = min(root, total - mined)
        pot = max(0, min(pot, total - mined - root))
        paid = self.pay_dividends(netuid, earnings, pot, root)
        self.SubnetAlphaOut[netuid] -= total - (mined - withheld) - paid

    def _pay_miners(self, netuid: int, hotkeys: list[bytes], incentives: list[int]) -> int:
        """Stake what was mined; returns what was withheld from the subnet owner's hotkeys."""
        owners = self._owners_hotkeys(netuid)
        withheld = 0
        for hotkey, amount in zip(hotkeys, incentives, strict=True):
            self.LastHotkeyEmissionOnNetuid[hotkey, netuid] = amount
            if hotkey in owners:
                withheld += amount
            elif amount:
                coldkey = self.Owner[hotkey]
                target = self.AutoStakeDestination[coldkey, netuid]
                if target is not None:
                    self.deposit("AutoStakeAdded", netuid, target, hotkey, coldkey, amount)
                self.credit_stake(target or hotkey, coldkey, netuid, amount)
        return withheld

    def _owners_hotkeys(self, netuid: int) -> set[bytes]:
        """The hotkeys that cannot mine in a subnet, because its owner would pay itself."""
        owned: list[bytes] = self.OwnedHotkeys[self.SubnetOwner[netuid]]
        return {self.SubnetOwnerHotkey[netuid], *owned}

    def _pay_owner(self, netuid: int, amount: int) -> None:
        """The owner's cut becomes stake on the owner's hotkey."""
        if amount:
            hotkey, coldkey = self.SubnetOwnerHotkey[netuid], self.SubnetOwner[netuid]
            self.credit_stake(hotkey, coldkey, netuid, amount)


def _parts(shares: Sequence[int], amount: int) -> list[int]:
    """Shares (I32F32 of one) of an amount, in whole rao rounded down."""
    return [share * amount >> 32 for share in shares]
