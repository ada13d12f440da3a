"""Mechanisms share a subnet: where each one's numbers are stored, and how the alpha is split.

What differs between mechanisms (weights, bonds, incentive, commits, when weights were last set) is stored
under an index made of both numbers; mechanism 0 has the netuid itself, so a subnet with one mechanism
looks as it always did. Source: Subtensor spec 425, ``subnets/mechanism.rs``.
"""

from collections.abc import Sequence

STRIDE = 4_096
"""More subnets than there can be."""

MOST_MECHANISMS = 16
"""As many as fit under 65536 with the stride."""

_WHOLE = 65_535


def storage_index(netuid: int, mecid: int) -> int:
    """The key of one mechanism's entries; what lies beyond is the last one, as u16 saturates."""
    return min(mecid * STRIDE + netuid, _WHOLE)


def split_emission(alpha: int, count: int, parts: Sequence[int] | None) -> list[int]:
    """Each mechanism's share of an epoch's alpha, equal ones without ``parts`` (of 65535).

    A mechanism beyond the parts gets nothing, and mechanism 0 what rounding leaves over.
    """
    if parts is None:
        shares = [alpha // count] * count
    else:
        shares = [alpha * part // _WHOLE for part in parts[:count]]
        shares += [0] * (count - len(shares))
    shares[0] += max(0, alpha - sum(shares))
    return shares
