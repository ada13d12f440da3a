"""Epochs: when they run, and how what has waited is paid out.

At each tempo the subnet's weights go through ``yuma``. Miners get their share of the server half as
stake on their hotkeys; validators get theirs, less the take that the hotkey's owner keeps, as growth of
everything staked on them, and root's part goes to the root stake behind them. What the subnet owner's own hotkey would earn as a miner is burned. Source:
Subtensor spec 425, ``coinbase/run_coinbase.rs`` (``distribute_emission``) and ``epoch/run_epoch.rs``.

Simplified: one mechanism per subnet and no child hotkeys.
"""

from collections.abc import Sequence

from taocli.localnet.pallets.subtensor.shares import ROOT
from taocli.localnet.pallets.subtensor.weights import Weights
from taocli.localnet.pallets.subtensor.yuma import EpochInput, EpochResult, EpochRules, run_epoch

_LONGEST_WAIT = 50_400
_MILLI = 1_000
_ONE_U96F32 = 1 << 32
_U16_MAX = 65535


class Epochs(Weights):
    """Running due epochs and paying for them."""

    name = "SubtensorModule"

    def run_due_epochs(self) -> None:
        """Run the epochs that are due in this block, at most ``MaxEpochsPerBlock`` of them."""
        left = int(self.MaxEpochsPerBlock.get())
        now = self.block_number
        for netuid in self.NetworksAdded.keys_under():
            if netuid == ROOT:
                continue
            if not self._is_due(netuid, now):
                self.BlocksSinceLastStep[netuid] += 1
            elif left:
                left -= 1
                self._run(netuid, now)
            else:
                self.deposit("EpochDeferred", netuid, now, now + 1)

    def next_epoch_block(self, netuid: int) -> int | None:
        """The block of the next epoch, None while epochs are switched off."""
        tempo = self.Tempo[netuid]
        return int(self.LastEpochBlock[netuid] + tempo) if tempo else None

    def blocks_until_epoch(self, netuid: int) -> int | None:
        """How many blocks are left to the next epoch, 0 when it is late."""
        due = self.next_epoch_block(netuid)
        return None if due is None else max(0, due - self.block_number)

    def _is_due(self, netuid: int, now: int) -> bool:
        tempo = self.Tempo[netuid]
        if not tempo:
            return False
        pending = self.PendingEpochAt[netuid]
        overdue = self.BlocksSinceLastStep[netuid] > _LONGEST_WAIT
        return bool(
            (pending and pending <= now) or overdue or now - self.LastEpochBlock[netuid] >= tempo
        )

    def _run(self, netuid: int, now: int) -> None:
        servers = self.PendingServerEmission.take(netuid)
        validators = self.PendingValidatorEmission.take(netuid)
        root = self.PendingRootAlphaDivs.take(netuid)
        owner_cut = self.PendingOwnerCut.take(netuid)
        self._pay_owner(netuid, owner_cut)
        if self.SubnetworkN[netuid]:
            result = run_epoch(self._rules(netuid), self._input(netuid, now))
            self._write(netuid, result, servers + validators)
            self._distribute(netuid, result, servers, validators)
            self._pay_root(netuid, result, root)
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
        uids = range(self.SubnetworkN[netuid])
        last_step = self.LastMechansimStepBlock[netuid]
        hotkeys = self.hotkeys_of(netuid)
        owner = self.uid_of(netuid, self.SubnetOwnerHotkey[netuid])
        stakes = [self.stake_weight_of(hotkey, netuid) for hotkey in hotkeys]
        threshold = self.StakeThreshold.get()
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
            weights=[self.Weights[netuid, uid] for uid in uids],
            bonds=[self.Bonds[netuid, uid] for uid in uids],
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

    def _distribute(self, netuid: int, result: EpochResult, servers: int, validators: int) -> None:
        """Pay miners, then validators; without any incentive validators get both halves."""
        total = servers + validators
        if not any(result.server_share):
            servers = 0
        hotkeys = self.hotkeys_of(netuid)
        incentives = _split(result.server_share, servers)
        paid = sum(incentives)
        self.deposit("IncentiveAlphaEmittedToMiners", netuid, incentives)
        burned = self._pay_miners(netuid, hotkeys, incentives)
        self.MinerBurned[netuid] = burned * _ONE_U96F32 // paid if paid else 0
        by_alpha, _ = self._dividends_by_kind(netuid, hotkeys, result)
        dividends = _split(by_alpha, total - servers)
        for hotkey, amount in zip(hotkeys, dividends, strict=True):
            self._pay_validator(netuid, hotkey, amount)
        self.SubnetAlphaOut[netuid] -= total - paid - sum(dividends)

    def _dividends_by_kind(
        self, netuid: int, hotkeys: list[bytes], result: EpochResult
    ) -> tuple[list[int], list[int]]:
        """Each validator's share of dividends, split by what its stake is: alpha, and root TAO."""
        by_alpha, by_root = [], []
        for hotkey, share in zip(hotkeys, result.validator_share, strict=True):
            total = self.stake_weight_of(hotkey, netuid)
            alpha = share * self.TotalHotkeyAlpha[hotkey, netuid] // total if total else share
            by_alpha.append(alpha)
            by_root.append(share - alpha)
        return by_alpha, by_root

    def _pay_root(self, netuid: int, result: EpochResult, amount: int) -> None:
        """Root's part, to the root stake of validators; without any it is recycled."""
        hotkeys = self.hotkeys_of(netuid)
        _, by_root = self._dividends_by_kind(netuid, hotkeys, result)
        parts = _split(by_root, amount)
        for hotkey, part in zip(hotkeys, parts, strict=True):
            if part:
                self.reward_root(hotkey, netuid, part)
        self.SubnetAlphaOut[netuid] -= amount - sum(parts)

    def _pay_miners(self, netuid: int, hotkeys: list[bytes], incentives: list[int]) -> int:
        """Returns what was burned because it belonged to the subnet owner's hotkey."""
        burned = 0
        for hotkey, amount in zip(hotkeys, incentives, strict=True):
            self.LastHotkeyEmissionOnNetuid[hotkey, netuid] = amount
            if hotkey == self.SubnetOwnerHotkey[netuid]:
                burned += amount
            elif amount:
                coldkey = self.Owner[hotkey]
                target = self.AutoStakeDestination[coldkey, netuid] or hotkey
                self.credit_stake(target, coldkey, netuid, amount)
        self.SubnetAlphaOut[netuid] -= burned
        return burned

    def _pay_validator(self, netuid: int, hotkey: bytes, amount: int) -> None:
        if not amount:
            if (netuid, hotkey) in self.AlphaDividendsPerSubnet:
                del self.AlphaDividendsPerSubnet[netuid, hotkey]
            return
        take = amount * self.Delegates[hotkey] // _U16_MAX
        self.credit_stake(hotkey, self.Owner[hotkey], netuid, take)
        self.reward_hotkey(hotkey, netuid, amount - take)
        self.AlphaDividendsPerSubnet[netuid, hotkey] = amount - take

    def _pay_owner(self, netuid: int, amount: int) -> None:
        """The owner's cut becomes stake on the owner's hotkey."""
        if amount:
            hotkey, coldkey = self.SubnetOwnerHotkey[netuid], self.SubnetOwner[netuid]
            self.credit_stake(hotkey, coldkey, netuid, amount)


def _split(shares: Sequence[int], amount: int) -> list[int]:
    """Shares of all shares as whole rao; what rounding leaves over is not paid."""
    total = sum(shares)
    return [share * amount // total if total else 0 for share in shares]
