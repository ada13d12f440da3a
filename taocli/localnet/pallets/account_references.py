"""Why an account exists, and what keeps it from vanishing.

An account lives while something *provides* for it: a free balance of at least the existential deposit. What
depends on it *consumes* it: reserved or frozen balance. The last provider cannot leave while a consumer
remains, so nobody with a deposit can empty an account, and nobody can reserve the balance that keeps the account
alive. Source: ``frame_system`` (``inc_consumers``, ``dec_providers``) and ``pallet_balances``
(``try_mutate_account``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from taocli.localnet.frame.outcome import DispatchFailure

EXISTENTIAL_DEPOSIT = 500
MAX_CONSUMERS = 16


@dataclass(frozen=True, slots=True)
class Change:
    """An account after its balance changed; ``account`` None when it is gone, its dust with it."""

    account: dict[str, Any] | None
    is_new: bool
    is_endowed: bool
    is_killed: bool
    dust: int


def can_lose_provider(account: Mapping[str, Any]) -> bool:
    """Whether the account could do without one of its providers."""
    return bool(account["consumers"] == 0 or account["providers"] > 1)


def with_provider(account: Mapping[str, Any]) -> dict[str, Any]:
    """The account with one more reason to exist, whatever its balance."""
    return {**account, "providers": account["providers"] + 1}


def without_provider(account: Mapping[str, Any]) -> dict[str, Any] | None:
    """The account with one reason less; None when it is gone."""
    if not account["providers"]:
        return None
    if not can_lose_provider(account):
        raise DispatchFailure.plain("ConsumerRemaining")
    left = {**account, "providers": account["providers"] - 1}
    return left if left["providers"] or left["sufficients"] else None


def with_balance(account: Mapping[str, Any], free: int, reserved: int) -> Change:
    """What becomes of an account; ``ConsumerRemaining``, ``NoProviders`` or ``TooManyConsumers``."""
    data = account["data"]
    changed = {**account, "data": {**data, "free": free, "reserved": reserved}}
    did_provide, does_provide = data["free"] >= EXISTENTIAL_DEPOSIT, free >= EXISTENTIAL_DEPOSIT
    is_new = False
    if does_provide and not did_provide:
        is_new = account["providers"] == 0 and account["sufficients"] == 0
        changed["providers"] += 1
    _count_consumer(changed, bool(data["reserved"] or data["frozen"]))
    is_killed = False
    if did_provide and not does_provide:
        if not can_lose_provider(changed):
            raise DispatchFailure.plain("ConsumerRemaining")
        changed["providers"] -= 1
        is_killed = not (changed["providers"] or changed["sufficients"])
    dust = free if not does_provide and not reserved else 0
    changed["data"]["free"] -= dust
    exists = changed["providers"] or changed["sufficients"]
    return Change(
        account=changed if exists else None,
        is_new=is_new,
        is_endowed=does_provide and not did_provide,
        is_killed=is_killed,
        dust=dust,
    )


def _count_consumer(account: dict[str, Any], did_consume: bool) -> None:
    """Add or drop the one consumer that reserved and frozen balance are."""
    does_consume = bool(account["data"]["reserved"] or account["data"]["frozen"])
    if does_consume and not did_consume:
        if not account["providers"]:
            raise DispatchFailure.plain("NoProviders")
        if account["consumers"] >= MAX_CONSUMERS:
            raise DispatchFailure.plain("TooManyConsumers")
        account["consumers"] += 1
    elif did_consume and not does_consume:
        account["consumers"] = max(0, account["consumers"] - 1)
