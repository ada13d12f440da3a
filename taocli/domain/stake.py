"""Stake: alpha held by a coldkey on a hotkey in a subnet."""

from dataclasses import dataclass

from taocli.domain.address import Address
from taocli.domain.balance import Balance


@dataclass(frozen=True, slots=True)
class StakePosition:
    """``stake`` alpha (TAO on netuid 0) of ``coldkey`` on ``hotkey``."""

    coldkey: Address
    hotkey: Address
    netuid: int
    stake: Balance
