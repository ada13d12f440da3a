"""From answers to weights: correctness first, then speed.

Each miner has two moving averages, of being right (0 or 1) and of the seconds it took. The weight is
``right ** 2`` times a speed factor between 0.9 and 1, so a fast wrong miner never beats a slow right
one that is clearly better, and among equals the faster gets a little more. A miner that was right in
fewer than one answer in ten gets nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from taocli.domain.address import Address

_MEMORY = Fraction(1, 8)
"""How much the newest answer counts."""

_LEAST_RIGHT = Fraction(1, 10)
_SPEED_SHARE = Fraction(1, 10)


@dataclass(frozen=True, slots=True)
class Score:
    """Moving averages of one miner: ``right`` in [0, 1], ``seconds`` per answer."""

    right: Fraction
    seconds: Fraction
    answers: int

    def after(self, right: bool, seconds: float) -> "Score":
        """The score with one more answer in it."""
        spent = Fraction(seconds).limit_denominator(10**6)
        return Score(
            _shift(self.right, Fraction(int(right))), _shift(self.seconds, spent), self.answers + 1
        )


class Scorebook:
    """The scores of all miners asked so far, by hotkey: a uid may change hands."""

    def __init__(self) -> None:
        self._scores: dict[Address, Score] = {}

    def record(self, hotkey: Address, *, right: bool, seconds: float) -> None:
        """Take note of one answer; no answer counts as a wrong one that took the whole time."""
        known = self._scores.get(hotkey)
        spent = Fraction(seconds).limit_denominator(10**6)
        first = Score(Fraction(int(right)), spent, 1)
        self._scores[hotkey] = known.after(right, seconds) if known else first

    def score(self, hotkey: Address) -> Score | None:
        """What is known of a miner."""
        return self._scores.get(hotkey)

    def weights(self, uids: Mapping[Address, int]) -> dict[int, Fraction]:
        """The share of each uid whose miner earned one; shares add up to 1, or there are none."""
        raw = {
            uid: self._value(self._scores[hotkey])
            for hotkey, uid in uids.items()
            if hotkey in self._scores
        }
        total = sum(raw.values(), Fraction(0))
        return {uid: value / total for uid, value in raw.items() if value > 0} if total else {}

    @staticmethod
    def _value(score: Score) -> Fraction:
        if score.right < _LEAST_RIGHT:
            return Fraction(0)
        speed = 1 - _SPEED_SHARE * min(Fraction(1), score.seconds)
        return (score.right**2 * speed).limit_denominator(10**6)


def _shift(average: Fraction, newest: Fraction) -> Fraction:
    return (average + (newest - average) * _MEMORY).limit_denominator(10**6)
