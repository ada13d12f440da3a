"""Stake accounting: a hotkey holds a pot of alpha per subnet, coldkeys hold shares of the pot.

Paying a hotkey's nominators is then one addition: the pot grows, all shares are worth more. Shares are
decimal floating-point numbers of 21 digits (``SafeFloat``: mantissa times a power of ten), as on
the real chain. Amounts are rao of the subnet's alpha, of TAO on root.
"""

from decimal import ROUND_FLOOR, Decimal, localcontext

from taocli.localnet.pallets.subtensor.storage import SubtensorStorage

ROOT = 0
"""The netuid whose stake is TAO itself."""

DIGITS = 21
_Float = dict[str, int]


def to_safe_float(number: Decimal) -> _Float:
    """The stored form: a mantissa of 21 digits and a decimal exponent."""
    if number == 0:
        return {"mantissa": 0, "exponent": 0}
    with localcontext(prec=DIGITS, rounding=ROUND_FLOOR):
        rounded = +number
    shift = DIGITS - 1 - rounded.adjusted()
    return {"mantissa": int(rounded.scaleb(shift)), "exponent": -shift}


def from_safe_float(stored: _Float) -> Decimal:
    """The number that is stored."""
    return Decimal(stored["mantissa"]).scaleb(stored["exponent"])


class Shares(SubtensorStorage):
    """Reading and changing stake."""

    name = "SubtensorModule"

    def stake_of(self, hotkey: bytes, coldkey: bytes, netuid: int) -> int:
        """What a coldkey's shares of a hotkey's pot are worth, rounded down."""
        share = from_safe_float(self.AlphaV2[hotkey, coldkey, netuid])
        total = from_safe_float(self.TotalHotkeySharesV2[hotkey, netuid])
        if not share or not total:
            return 0
        with localcontext(prec=60, rounding=ROUND_FLOOR):
            return int(self.TotalHotkeyAlpha[hotkey, netuid] * share / total)

    def credit_stake(self, hotkey: bytes, coldkey: bytes, netuid: int, amount: int) -> None:
        """Give a coldkey shares worth ``amount`` and put that much into the pot."""
        if amount:
            self._change(hotkey, coldkey, netuid, amount)
            self._note_staking(hotkey, coldkey)

    def debit_stake(self, hotkey: bytes, coldkey: bytes, netuid: int, amount: int) -> None:
        """Take shares worth ``amount`` away; the last rao takes the whole share."""
        if amount == self.stake_of(hotkey, coldkey, netuid):
            self._remove_all(hotkey, coldkey, netuid, amount)
        elif amount:
            self._change(hotkey, coldkey, netuid, -amount)

    def reward_hotkey(self, hotkey: bytes, netuid: int, amount: int) -> None:
        """Raise the pot for all who hold shares; the owner gets it where nobody does."""
        if not amount:
            return
        if from_safe_float(self.TotalHotkeySharesV2[hotkey, netuid]):
            self.TotalHotkeyAlpha[hotkey, netuid] += amount
        else:
            self.credit_stake(hotkey, self.Owner[hotkey], netuid, amount)

    def stakers_of(self, hotkey: bytes, netuid: int) -> list[tuple[bytes, int]]:
        """Every coldkey with stake on a hotkey in a subnet, and its worth."""
        found = []
        for keys, _ in self.AlphaV2.items_under(hotkey):
            _, coldkey, subnet = keys
            if subnet == netuid and (amount := self.stake_of(hotkey, coldkey, netuid)):
                found.append((coldkey, amount))
        return found

    def _change(self, hotkey: bytes, coldkey: bytes, netuid: int, amount: int) -> None:
        pot = self.TotalHotkeyAlpha[hotkey, netuid]
        total = from_safe_float(self.TotalHotkeySharesV2[hotkey, netuid])
        share = from_safe_float(self.AlphaV2[hotkey, coldkey, netuid])
        with localcontext(prec=60):
            delta = Decimal(amount) if not total or not pot else amount * total / pot
            self.AlphaV2[hotkey, coldkey, netuid] = to_safe_float(share + delta)
            self.TotalHotkeySharesV2[hotkey, netuid] = to_safe_float(total + delta)
        self.TotalHotkeyAlpha[hotkey, netuid] = pot + amount

    def _remove_all(self, hotkey: bytes, coldkey: bytes, netuid: int, amount: int) -> None:
        share = from_safe_float(self.AlphaV2[hotkey, coldkey, netuid])
        total = from_safe_float(self.TotalHotkeySharesV2[hotkey, netuid])
        left = max(total - share, Decimal(0))
        del self.AlphaV2[hotkey, coldkey, netuid]
        self.TotalHotkeySharesV2[hotkey, netuid] = to_safe_float(left)
        self.TotalHotkeyAlpha[hotkey, netuid] -= amount

    def _note_staking(self, hotkey: bytes, coldkey: bytes) -> None:
        hotkeys = self.StakingHotkeys[coldkey]
        if hotkey not in hotkeys:
            self.StakingHotkeys[coldkey] = [*hotkeys, hotkey]
