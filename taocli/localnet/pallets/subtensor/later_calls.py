"""Calls that Subtensor got after spec 425 and that btcli 11 signs, as far as 425 has what they act on.

Two are old calls with one more choice: stake that goes to another coldkey may land on another hotkey, and
a move between subnets may have a limit. The third claims root dividends from one validator; the later
chain pays them out of that validator's basket, this one pays what 425 owes, in every subnet at once.
Trading baskets and locking collateral are whole mechanisms of their own: those calls are absent.

Source: Subtensor specs 440 to 468, ``macros/dispatches.rs``. Simplified: a transfer records
``StakeTransferred`` with the hotkey that the stake landed on, since 425 has no event for both.
"""

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import Origin
from taocli.localnet.frame.types import AccountId, boolean, u16, u64
from taocli.localnet.pallets.subtensor.claiming import Claiming
from taocli.localnet.pallets.subtensor.shares import from_safe_float
from taocli.localnet.pallets.subtensor.stake_moves import Move, StakeMoves
from taocli.localnet.pallets.subtensor.storage_later import LaterStorage


class LaterClaims(Claiming):
    """``claim_root_with_hotkey``."""

    name = "SubtensorModule"

    @call(148, hotkey=AccountId)
    def claim_root_with_hotkey(self, origin: Origin, hotkey: bytes) -> None:
        """Claim what root stake on one hotkey has earned, in all subnets."""
        coldkey = origin.signed()
        for netuid in sorted(self.RootClaimable[hotkey]):
            self.claim(hotkey, coldkey, netuid)
        self.deposit("RootClaimed", coldkey)


class LaterMoves(StakeMoves, LaterStorage):
    """``transfer_stake_and_hotkey`` and ``move_stake_limit``; and the sum of all stake in a subnet."""

    name = "SubtensorModule"

    @call(
        143,
        destination_coldkey=AccountId,
        origin_hotkey=AccountId,
        destination_hotkey=AccountId,
        origin_netuid=u16,
        destination_netuid=u16,
        alpha_amount=u64,
    )
    def transfer_stake_and_hotkey(
        self,
        origin: Origin,
        destination_coldkey: bytes,
        origin_hotkey: bytes,
        destination_hotkey: bytes,
        origin_netuid: int,
        destination_netuid: int,
        alpha_amount: int,
    ) -> None:
        """Give stake to another coldkey and put it on another hotkey, at once."""
        who = origin.signed()
        tao = self._move(
            Move(
                who, origin_hotkey, origin_netuid,
                destination_coldkey, destination_hotkey, destination_netuid, alpha_amount,
            )
        )  # fmt: skip
        self.deposit(
            "StakeTransferred",
            who,
            destination_coldkey,
            destination_hotkey,
            origin_netuid,
            destination_netuid,
            tao,
        )

    @call(
        149,
        origin_hotkey=AccountId,
        destination_hotkey=AccountId,
        origin_netuid=u16,
        destination_netuid=u16,
        alpha_amount=u64,
        limit_price=u64,
        allow_partial=boolean,
    )
    def move_stake_limit(
        self,
        origin: Origin,
        origin_hotkey: bytes,
        destination_hotkey: bytes,
        origin_netuid: int,
        destination_netuid: int,
        alpha_amount: int,
        limit_price: int,
        allow_partial: bool,
    ) -> None:
        """Put stake on another hotkey while the ratio of the subnets' prices allows it."""
        who = origin.signed()
        amount = min(alpha_amount, self.stake_of(origin_hotkey, who, origin_netuid))
        if origin_netuid != destination_netuid:
            most = self._most_to_swap(origin_netuid, destination_netuid, amount, limit_price)
            self.runtime.swap.ensure(most > 0 or not amount, "PriceLimitExceeded")
            self.ensure(allow_partial or amount <= most, "SlippageTooHigh")
            amount = min(amount, most)
        self.move_stake(
            origin, origin_hotkey, destination_hotkey, origin_netuid, destination_netuid, amount
        )

    def reward_hotkey(self, hotkey: bytes, netuid: int, amount: int) -> None:
        """Raise the pot, and the subnet's sum where that is not a credit of its own."""
        if amount and from_safe_float(self.TotalHotkeySharesV2[hotkey, netuid]):
            self.TotalAlphaStaked[netuid] += amount
        super().reward_hotkey(hotkey, netuid, amount)

    def _change(self, hotkey: bytes, coldkey: bytes, netuid: int, amount: int) -> None:
        super()._change(hotkey, coldkey, netuid, amount)
        self.TotalAlphaStaked[netuid] += amount

    def _remove_all(self, hotkey: bytes, coldkey: bytes, netuid: int, amount: int) -> None:
        super()._remove_all(hotkey, coldkey, netuid, amount)
        self.TotalAlphaStaked[netuid] -= amount
