"""What root stake earns: alpha of every subnet, owed until it is claimed.

A hotkey has per subnet a rate, the alpha owed for one rao of root stake since ever. A coldkey is owed its
root stake times the rate, less what counts as claimed; stake that comes later counts as having claimed
all there was before it. Paying all nominators is then one addition. Source: Subtensor spec 425,
``staking/claim_root.rs``. Rates are I96F32.
"""

from taocli.localnet.pallets.subtensor.shares import ROOT, Shares

_FRACTION_BITS = 32
_U16_MAX = 65535


class RootClaims(Shares):
    """The ledger of rates and claims, kept through every change of root stake."""

    name = "SubtensorModule"

    def credit_stake(self, hotkey: bytes, coldkey: bytes, netuid: int, amount: int) -> None:
        """Give stake; on root it is owed nothing from before."""
        if netuid == ROOT:
            self._shift_claimed(hotkey, coldkey, amount)
        super().credit_stake(hotkey, coldkey, netuid, amount)

    def debit_stake(self, hotkey: bytes, coldkey: bytes, netuid: int, amount: int) -> None:
        """Take stake away; what was owed stays owed as far as it can."""
        super().debit_stake(hotkey, coldkey, netuid, amount)
        if netuid == ROOT:
            self._shift_claimed(hotkey, coldkey, -amount)

    def reward_root(self, hotkey: bytes, netuid: int, amount: int) -> None:
        """Pay alpha to a hotkey's root stake: its owner's take at once, the rest to be claimed.

        More alpha than there is root stake goes to the owner; what is too little to count is recycled.
        """
        take = amount * self.Delegates[hotkey] // _U16_MAX
        rest = amount - take
        owner, root_stake = self.Owner[hotkey], self.TotalHotkeyAlpha[hotkey, ROOT]
        self.credit_stake(hotkey, owner, netuid, take)
        self.RootAlphaDividendsPerSubnet[netuid, hotkey] += rest
        if rest > root_stake:
            self.credit_stake(hotkey, owner, netuid, rest)
            return
        growth = (rest << _FRACTION_BITS) // root_stake if root_stake else 0
        if not growth:
            self.SubnetAlphaOut[netuid] -= rest
            return
        rates = self.RootClaimable[hotkey]
        rates[netuid] = rates.get(netuid, 0) + growth
        self.RootClaimable[hotkey] = rates

    def owed_on_root(self, hotkey: bytes, coldkey: bytes, netuid: int) -> int:
        """The alpha of a subnet that a coldkey could claim."""
        return self.owed_bits(hotkey, coldkey, netuid) >> _FRACTION_BITS

    def owed_bits(self, hotkey: bytes, coldkey: bytes, netuid: int) -> int:
        """What a coldkey could claim, I96F32."""
        rate = self.RootClaimable[hotkey].get(netuid, 0)
        if not rate:
            return 0
        earned = rate * self.stake_of(hotkey, coldkey, ROOT)
        return int(max(0, earned - (self.RootClaimed[netuid, hotkey, coldkey] << _FRACTION_BITS)))

    def _shift_claimed(self, hotkey: bytes, coldkey: bytes, stake: int) -> None:
        for netuid, rate in self.RootClaimable[hotkey].items():
            claimed = self.RootClaimed[netuid, hotkey, coldkey]
            change = rate * abs(stake) >> _FRACTION_BITS
            moved = claimed + change if stake > 0 else max(0, claimed - change)
            self.RootClaimed[netuid, hotkey, coldkey] = moved
