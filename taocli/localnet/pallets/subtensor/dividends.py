"""Who is paid for validating: a child shares with its parents, and every hotkey with those who stake on it.

A validator's dividends are first split by whose stake it spoke for: a parent gets the part its stake had in
the whole, less the childkey take, which the child keeps unless one coldkey owns both. Then all that a
hotkey has so earned is weighed by what its own stake is, alpha or root TAO, and the epoch's pots are
divided in these shares: the validators' alpha by the alpha shares, root's part by the root shares. Of its
portion the hotkey's owner takes ``Delegates`` parts of 65535; the rest makes everything staked on it worth more. Source: Subtensor spec 425, ``coinbase/run_coinbase.rs``. *Fixed* numbers are U96F32, rao times 2^32, and
every product and quotient is rounded down as there.

Simplified: what ``CKBurn`` takes from parents is left out of the validators' pot; the real chain pays the
pot in full and lowers ``SubnetAlphaOut`` all the same, so that more alpha is staked than it counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from taocli.localnet.pallets.subtensor.inheritance import FRACTION_BITS, Inheritance, proportion_of
from taocli.localnet.pallets.subtensor.shares import ROOT

_U16_MAX = 65535


@dataclass(frozen=True, slots=True)
class Earnings:
    """What the hotkeys of a subnet earned by validating, in rao of the epoch's alpha."""

    by_hotkey: Mapping[bytes, int]
    burned: int


class Dividends(Inheritance):
    """Splitting dividends over families, and paying them."""

    name = "SubtensorModule"

    def childkey_take(self, hotkey: bytes, netuid: int) -> int:
        """What a child keeps of its parents' dividends, in parts of 65535."""
        return int(max(self.ChildkeyTake[hotkey, netuid], self.least_childkey_take(netuid)))

    def least_childkey_take(self, netuid: int) -> int:
        """The lowest take allowed in a subnet."""
        return int(max(self.MinChildkeyTake.get(), self.MinChildkeyTakePerSubnet[netuid]))

    def earnings(self, netuid: int, hotkeys: Sequence[bytes], dividends: Sequence[int]) -> Earnings:
        """Give the dividends of validators to themselves and their parents."""
        earned: dict[bytes, int] = {}
        burned = 0
        for hotkey, amount in zip(hotkeys, dividends, strict=True):
            shares, burn = self._shared_in_family(hotkey, netuid, amount)
            burned += burn
            for earner, part in shares:
                earned[earner] = earned.get(earner, 0) + part
        return Earnings(dict(sorted(earned.items())), burned)

    def pay_dividends(self, netuid: int, earnings: Earnings, alpha: int, root: int) -> int:
        """Divide the validators' alpha and root's part; returns how much of both was paid."""
        self.AlphaDividendsPerSubnet.clear_under(netuid)
        self.RootAlphaDividendsPerSubnet.clear_under(netuid)
        by_alpha, by_root = self._by_kind_of_stake(netuid, earnings.by_hotkey)
        of_alpha, of_root = _portions(by_alpha, alpha), _portions(by_root, root)
        paid = 0
        for hotkey, portion in of_alpha.items():
            paid += self._pay_stakers(netuid, hotkey, portion)
        for hotkey, portion in of_root.items():
            if amount := portion >> FRACTION_BITS:
                self.reward_root(hotkey, netuid, amount)
                paid += amount
        return paid

    def _shared_in_family(
        self, hotkey: bytes, netuid: int, amount: int
    ) -> tuple[list[tuple[bytes, int]], int]:
        """A validator's dividends for it and each parent, and what ``CKBurn`` takes."""
        parents = self._parents_contributions(hotkey, netuid)
        if not parents:
            return [(hotkey, amount)], 0
        take = (self.childkey_take(hotkey, netuid) << FRACTION_BITS) // _U16_MAX
        burn = proportion_of(int(self.CKBurn.get()))
        total = self._own_contribution(hotkey, netuid) + sum(given for _, given in parents)
        kept, burned = amount << FRACTION_BITS, 0
        shares = []
        for parent, given in parents:
            part = amount * ((given << FRACTION_BITS) // total) if total else 0
            kept -= part
            if self.Owner[parent] != self.Owner[hotkey]:
                burnt, taken = (part * rate >> FRACTION_BITS for rate in (burn, take))
                part = max(0, part - burnt - taken)
                kept += taken
                burned += burnt >> FRACTION_BITS
            shares.append((parent, part >> FRACTION_BITS))
        return [*shares, (hotkey, kept >> FRACTION_BITS)], burned

    def _own_contribution(self, hotkey: bytes, netuid: int) -> int:
        """The stake weight that a hotkey kept for itself: whole rao, fixed."""
        kept = (1 << FRACTION_BITS) - self.lent_to_children(hotkey, netuid)
        return self._contribution(hotkey, netuid, kept) >> FRACTION_BITS << FRACTION_BITS

    def _parents_contributions(self, hotkey: bytes, netuid: int) -> list[tuple[bytes, int]]:
        return [
            (parent, self._contribution(parent, netuid, proportion_of(part)))
            for part, parent in self.ParentKeys[hotkey, netuid]
        ]

    def _contribution(self, hotkey: bytes, netuid: int, part: int) -> int:
        alpha = int(self.TotalHotkeyAlpha[hotkey, netuid]) * part
        root = int(self.TotalHotkeyAlpha[hotkey, ROOT]) * part
        return alpha + (root * self.tao_weight() >> FRACTION_BITS)

    def _by_kind_of_stake(
        self, netuid: int, earned: Mapping[bytes, int]
    ) -> tuple[dict[bytes, int], dict[bytes, int]]:
        """What was earned through alpha, and through root TAO, fixed."""
        by_alpha, by_root = {}, {}
        weight = self.tao_weight()
        for hotkey, amount in earned.items():
            root = int(self.TotalHotkeyAlpha[hotkey, ROOT]) * weight
            total = (int(self.TotalHotkeyAlpha[hotkey, netuid]) << FRACTION_BITS) + root
            by_root[hotkey] = amount * ((root << FRACTION_BITS) // total) if total else 0
            by_alpha[hotkey] = (amount << FRACTION_BITS) - by_root[hotkey]
        return by_alpha, by_root

    def _pay_stakers(self, netuid: int, hotkey: bytes, portion: int) -> int:
        """Pay a hotkey's owner and its stakers a fixed amount; returns the whole rao paid."""
        rate = (int(self.Delegates[hotkey]) << FRACTION_BITS) // _U16_MAX
        fixed_take = portion * rate >> FRACTION_BITS
        take, rest = fixed_take >> FRACTION_BITS, (portion - fixed_take) >> FRACTION_BITS
        self.credit_stake(hotkey, self.Owner[hotkey], netuid, take)
        if rest:
            self.reward_hotkey(hotkey, netuid, rest)
            self.AlphaDividendsPerSubnet[netuid, hotkey] = rest
        self.TotalHotkeyAlphaLastEpoch[hotkey, netuid] = self.TotalHotkeyAlpha[hotkey, netuid]
        return take + rest


def _portions(shares: Mapping[bytes, int], amount: int) -> dict[bytes, int]:
    """``amount`` rao in proportion to the shares, fixed."""
    total = sum(shares.values())
    if not total:
        return dict.fromkeys(shares, 0)
    return {key: amount * ((share << FRACTION_BITS) // total) for key, share in shares.items()}
