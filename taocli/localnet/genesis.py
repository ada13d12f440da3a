"""Block 0: who has money, and which subnets exist.

Profile ``dev`` has subnet 1 started, open for registration and emitting, with rate limits short enough to
watch, and weights set openly. Its pool is deep: without root stake all minted TAO buys alpha, and in a
pool of 1,000 TAO that doubles the price in 414 blocks, in this one in 41,400. Its owner validates nothing
and stops counting after five silent tempos instead of fourteen, before it holds more alpha than a
validator that stakes 100 TAO. Profile ``subtensor`` is the genesis of Subtensor's own local chain: subnet
1 exists but was never started. Both have the root network and //Alice as sudo. ``EMPTY`` has only these two
and is what a genesis file may start from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from taocli.domain.address import Address
from taocli.domain.balance import RAO_PER_TOKEN, Balance
from taocli.localnet.dev_keys import dev_key
from taocli.localnet.dev_uri import account_key

AUTHOR = "One"
SUDO = "Alice"
OWNER_HOTKEY = "AliceHotkey"
DEV_TEMPO = 20
DEV_POOL = 100_000 * RAO_PER_TOKEN
EMPTY = "empty"
ACCOUNT_FUNDS = 10_000 * RAO_PER_TOKEN
"""What each account of ``--accounts`` has."""
_RICH, _MODEST = 1_000_000 * RAO_PER_TOKEN, 2_000 * RAO_PER_TOKEN
_EVM_ACCOUNTS = {
    "Alith": "5Fghzk1AJt88PeFEzuRfXzbPchiBbsVGTTXcdx599VdZzkTA",
    "Baltathar": "5GeqNhKWj1KG78VHzbmo3ZjZgUTrCuWeamdgiA114XHGdaEr",
}
_ZERO = bytes(32)


@dataclass(frozen=True, slots=True)
class FundedAccount:
    """A development account that block 0 gives money to; ``name`` is its URI."""

    name: str
    address: Address
    balance: Balance


def funded_accounts(profile: str) -> tuple[FundedAccount, ...]:
    """Who has money in block 0 of a profile."""
    if profile == EMPTY:
        return ()
    modest = ["Dave", "Eve", "Ferdie"]
    if profile == "subtensor":
        modest += ["One", "Two", "Three"]
    amounts = dict.fromkeys(("Alice", "Bob", "Charlie"), _RICH) | dict.fromkeys(modest, _MODEST)
    found = [
        FundedAccount(f"//{name}", dev_key(name).address, Balance(rao))
        for name, rao in amounts.items()
    ]
    if profile == "subtensor":
        found += [
            FundedAccount(name, Address.parse(ss58), Balance(_MODEST))
            for name, ss58 in _EVM_ACCOUNTS.items()
        ]
    return tuple(found)


def numbered_accounts(count: int) -> tuple[FundedAccount, ...]:
    """``//dev/0`` to ``//dev/COUNT-1``, as ``--accounts`` asks for them."""
    keys = [account_key(number) for number in range(count)]
    return tuple(
        FundedAccount(f"//{key.name}", key.address, Balance(ACCOUNT_FUNDS)) for key in keys
    )


def genesis_config(profile: str, tempo: int | None) -> Mapping[str, Mapping[str, Any]]:
    """Each pallet's part of block 0; ``tempo`` in blocks overrides the profile's for subnet 1."""
    alice = dev_key(SUDO).public_key
    made = {"dev": _dev_subnet, "subtensor": _subtensor_subnet}.get(profile)
    subnets = [] if made is None else [made(alice)]
    for subnet in subnets:
        if tempo is not None:
            subnet["parameters"]["Tempo"] = tempo
    return {
        "Aura": {"authorities": [dev_key(AUTHOR).public_key]},
        "Balances": {
            "balances": [
                (account.address.public_key, account.balance.rao)
                for account in funded_accounts(profile)
            ]
        },
        "Sudo": {"key": alice},
        "SubtensorModule": {"root_owner": alice, "subnets": subnets},
    }


def _dev_subnet(owner: bytes) -> dict[str, Any]:
    return {
        "netuid": 1,
        "owner": owner,
        "hotkey": dev_key(OWNER_HOTKEY).public_key,
        "pool": DEV_POOL,
        "started": True,
        "parameters": {
            "Tempo": DEV_TEMPO,
            "ActivityCutoffFactorMilli": 5_000,
            "CommitRevealWeightsEnabled": False,
            "WeightsSetRateLimit": 5,
            "ServingRateLimit": 5,
            "Burn": RAO_PER_TOKEN // 10,
            "SubnetMovingPrice": 1 << 32,
        },
    }


def _subtensor_subnet(owner: bytes) -> dict[str, Any]:
    return {
        "netuid": 1,
        "owner": owner,
        "hotkey": _ZERO,
        "pool": 10 * RAO_PER_TOKEN,
        "started": False,
        "parameters": {"Tempo": 100},
    }
