"""Yuma consensus: one epoch of one subnet as a function from numbers to numbers.

Validators weigh miners. A miner's *consensus* weight is what the stake-weighted majority would grant it;
anything a validator says above that is clipped. What is left, weighted by stake, is the miner's *rank*,
and ranks as shares are its *incentive*. Validators earn *dividends* through bonds: moving averages of
having weighed a miner, so those who found a good miner early earn most from it. With ``yuma3`` bonds
grow towards 1 without stake in them and stake enters once, at the end; without it, bonds are shares of
stake-weighted weights. Rules: Subtensor spec 425, ``epoch/run_epoch.rs``. All values are I32F32 integers
(``fixed_math``) unless a name says otherwise.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from taocli.localnet.pallets.subtensor.fixed_math import (
    ONE,
    U16_MAX,
    Row,
    Rows,
    Vector,
    column_max_scaled,
    column_normalised,
    column_sums,
    divide,
    from_u16,
    moving_average,
    multiply,
    normalised,
    row_normalised,
    to_u16,
    weighted_median,
)


@dataclass(frozen=True, slots=True)
class EpochRules:
    """A subnet's consensus parameters, in the units of their storage items."""

    kappa: int = 32767
    bonds_penalty: int = 65535
    bonds_moving_average: int = 900_000
    activity_cutoff: int = 5000
    max_validators: int = 128
    yuma3: bool = False
    liquid_alpha: bool = False
    alpha_low: int = 45875
    alpha_high: int = 58982
    steepness: int = 1000


@dataclass(frozen=True, slots=True)
class EpochInput:
    """A subnet before the epoch; lists are by uid.

    ``stakes`` are integers of any unit; ``weights`` and ``bonds`` are rows of (uid, u16); ``owner_uid``
    may weigh itself and always has a permit; ``last_step`` is the first block of the epoch.
    """

    block: int
    last_step: int
    stakes: Sequence[int]
    permits: Sequence[bool]
    last_updates: Sequence[int]
    registered_at: Sequence[int]
    weights: Sequence[Sequence[tuple[int, int]]]
    bonds: Sequence[Sequence[tuple[int, int]]]
    owner_uid: int | None = None


@dataclass(frozen=True, slots=True)
class EpochResult:
    """What the epoch decides; shares of emission are I32F32, published numbers u16."""

    active: tuple[bool, ...]
    permits: tuple[bool, ...]
    stake_weight: tuple[int, ...]
    consensus: tuple[int, ...]
    incentive: tuple[int, ...]
    dividends: tuple[int, ...]
    validator_trust: tuple[int, ...]
    bonds: tuple[tuple[tuple[int, int], ...] | None, ...]
    server_share: tuple[int, ...]
    validator_share: tuple[int, ...]
    combined_share: tuple[int, ...]


def run_epoch(rules: EpochRules, before: EpochInput) -> EpochResult:
    """Run consensus once; ``bonds`` of the result are None for rows that stay as they are."""
    count = len(before.stakes)
    stakes = _stake_shares(before.stakes)
    active = [last + rules.activity_cutoff >= before.block for last in before.last_updates]
    allowed = [permit or uid == before.owner_uid for uid, permit in enumerate(before.permits)]
    voting = normalised(
        [stake if active[uid] and allowed[uid] else 0 for uid, stake in enumerate(stakes)]
    )
    weights = row_normalised(_valid_weights(before, allowed))
    consensus = _consensus(voting, weights, count, from_u16(rules.kappa))
    clipped = [_clip(row, consensus) for row in weights]
    ranks = [0] * count
    for stake, row in zip(voting, clipped, strict=True):
        for uid, value in row if stake else ():
            ranks[uid] += stake * value >> 32
    incentive = normalised(ranks)
    bonded = _bond_weights(weights, clipped, from_u16(rules.bonds_penalty), count)
    bonds, dividends = _bonds(rules, before, bonded, consensus, incentive, voting)
    permits = _new_permits(stakes, rules.max_validators, before.owner_uid)
    server, validator, combined = _emission_shares(incentive, dividends, voting, stakes)
    return EpochResult(
        active=tuple(active),
        permits=tuple(permits),
        stake_weight=tuple(to_u16(stake) for stake in stakes),
        consensus=tuple(to_u16(value) for value in consensus),
        incentive=tuple(to_u16(value) for value in incentive),
        dividends=tuple(to_u16(value) for value in dividends),
        validator_trust=tuple(to_u16(sum(value for _, value in row)) for row in clipped),
        bonds=_stored_bonds(bonds, permits, before.permits),
        server_share=tuple(server),
        validator_share=tuple(validator),
        combined_share=tuple(combined),
    )


def _stake_shares(stakes: Sequence[int]) -> Vector:
    """Shares of the total, normalised in I64F64 and floored to I32F32."""
    total = sum(stakes)
    return [((stake << 64) // total) >> 32 if total else 0 for stake in stakes]


def _new_permits(stakes: Vector, maximum: int, owner_uid: int | None) -> list[bool]:
    permits = [stake > 0 for stake in stakes]
    if len(stakes) >= maximum:
        ascending = sorted(range(len(stakes)), key=lambda uid: stakes[uid])
        for uid in ascending[: len(stakes) - maximum]:
            permits[uid] = False
    if owner_uid is not None:
        permits[owner_uid] = True
    return permits


def _valid_weights(before: EpochInput, allowed: Sequence[bool]) -> Rows:
    """The weights that count, as integers: only their proportions matter."""
    rows: Rows = []
    registered = before.registered_at
    for uid, row in enumerate(before.weights):
        if not row or not allowed[uid]:
            rows.append([])
            continue
        unseen = -1 if uid == before.owner_uid else uid
        updated = before.last_updates[uid]
        rows.append(
            [
                (column, value)
                for column, value in row
                if updated > registered[column] and column != unseen
            ]
        )
    return rows


def _consensus(voting: Vector, weights: Rows, count: int, kappa: int) -> Vector:
    voters = [uid for uid, stake in enumerate(voting) if stake > 0]
    stakes = normalised([voting[uid] for uid in voters])
    scores = [[0] * len(voters) for _ in range(count)]
    for position, uid in enumerate(voters):
        for column, value in weights[uid]:
            scores[column][position] = value
    minority = sum(stakes) - kappa
    return [weighted_median(stakes, column, minority) if any(column) else 0 for column in scores]


def _clip(row: Row, consensus: Vector) -> Row:
    return [
        (uid, value if value <= consensus[uid] else consensus[uid])  # noqa: FURB136 - min() costs a call a weight
        for uid, value in row
        if value <= consensus[uid] or consensus[uid] > 0
    ]


def _bond_weights(weights: Rows, clipped: Rows, penalty: int, count: int) -> Rows:
    if penalty == 0:
        return weights
    if penalty == ONE:
        return clipped
    rows: Rows = []
    for full_row, clipped_row in zip(weights, clipped, strict=True):
        full, kept = dict(full_row), dict(clipped_row)
        mixed = [
            full.get(uid, 0) + multiply(penalty, kept.get(uid, 0) - full.get(uid, 0))
            for uid in range(count)
        ]
        rows.append([(uid, value) for uid, value in enumerate(mixed) if value > 0])
    return rows


def _bonds(
    rules: EpochRules,
    before: EpochInput,
    bonded: Rows,
    consensus: Vector,
    incentive: Vector,
    voting: Vector,
) -> tuple[Rows, Vector]:
    """New bonds and the dividends they earn."""
    count = len(voting)
    alpha = ONE - ((rules.bonds_moving_average << 32) // 1_000_000)
    is_old = [before.last_step > block for block in before.registered_at]
    if rules.yuma3:
        shares = [
            [(uid, (value << 32) // U16_MAX) for uid, value in row if is_old[uid]]
            for row in before.bonds
        ]
        if rules.liquid_alpha and any(consensus):
            grown = _liquid_average(rules, bonded, shares, consensus)
        else:
            grown = moving_average(bonded, shares, alpha, count)
        sums = column_sums(grown, count)  # of what is in a column, all above 0
        earned = [
            sum([(value << 32) // sums[uid] * incentive[uid] >> 32 for uid, value in row])
            for row in grown
        ]
        return grown, normalised([multiply(a, b) for a, b in zip(earned, voting, strict=True)])
    known = [[(uid, value) for uid, value in row if is_old[uid]] for row in before.bonds]
    shares = column_normalised(known, count)
    staked = [
        [(uid, value * stake >> 32) for uid, value in row]
        for row, stake in zip(bonded, voting, strict=True)
    ]
    fresh = column_normalised(staked, count)
    grown = column_normalised(moving_average(fresh, shares, alpha, count), count)
    earned = [sum([value * incentive[uid] >> 32 for uid, value in row]) for row in grown]
    return column_max_scaled(grown, count), normalised(earned)


def _liquid_average(rules: EpochRules, bonded: Rows, known: Rows, consensus: Vector) -> Rows:
    """Bonds move faster where a validator is ahead of consensus; entries not weighed are lost."""
    low, high = from_u16(rules.alpha_low), from_u16(rules.alpha_high)
    rows: Rows = []
    for new_row, known_row in zip(bonded, known, strict=True):
        held = dict(known_row)
        row: Row = []
        for uid, weight in new_row:
            bond = held.get(uid, 0)
            ahead = weight - consensus[uid] if weight >= bond else bond - weight
            alpha = low + int(_sigmoid(rules.steepness, max(0, min(ONE, ahead))) * (high - low))
            alpha = max(low, min(high, alpha))
            value = min(ONE, multiply(ONE - alpha, bond) + multiply(alpha, weight))
            if value > 0:
                row.append((uid, value))
        rows.append(row)
    return rows


def _sigmoid(steepness: int, difference: int) -> float:
    """1 / (1 + e^(-steepness/100 (d - 1/2))) for d in I32F32; a ratio, never money."""
    exponent = -steepness / 100 * (difference - ONE // 2) / ONE
    return 1 / (1 + math.exp(max(-20.0, min(20.0, exponent))))


def _emission_shares(
    incentive: Vector, dividends: Vector, voting: Vector, stakes: Vector
) -> tuple[Vector, Vector, Vector]:
    """How the epoch's alpha is split: to miners, to validators, and both as one list of shares."""
    combined = [a + b for a, b in zip(incentive, dividends, strict=True)]
    total = sum(combined)
    if total == 0:
        fallback = list(voting) if sum(voting) else list(stakes)
        return list(incentive), fallback, fallback
    return (
        [divide(value, total) for value in incentive],
        [divide(value, total) for value in dividends],
        normalised(combined),
    )


def _stored_bonds(
    bonds: Rows, permits: Sequence[bool], before: Sequence[bool]
) -> tuple[tuple[tuple[int, int], ...] | None, ...]:
    """u16 rows of permit holders; an empty row for who lost the permit, None for who had none."""
    return tuple(
        tuple(
            [(column, value * U16_MAX >> 32 if value < ONE else U16_MAX) for column, value in row]
        )
        if permits[uid]
        else (() if before[uid] else None)
        for uid, row in enumerate(bonds)
    )
