"""What the demo found out, as true values."""

from dataclasses import dataclass
from fractions import Fraction

from taocli.domain.address import Address
from taocli.domain.balance import Balance


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a headless run.

    ``blocks`` and ``epochs`` count from the moment when the miner served and the validator could set
    weights; ``answers_right`` and ``incentive`` are shares in [0, 1]; ``earned`` is alpha.
    """

    netuid: int
    hotkey: Address
    uid: int
    blocks: int
    epochs: int
    requests_answered: int
    tokens_generated: int
    answers_right: Fraction
    incentive: Fraction
    earned: Balance
    device: str
    block: int
