"""Putting a localnet together: pallets and APIs into a runtime, block 0 into a store, both into a node.

//One authors the blocks and earns their fees, as on Subtensor's own local chain. Below a second per block
the runtime calls itself fast (Aura's slot is 250 ms), which is how clients recognise a quick chain.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from taocli.domain.address import Address
from taocli.domain.balance import Balance
from taocli.localnet.dev_keys import dev_key
from taocli.localnet.frame.pallet import Constant, Pallet
from taocli.localnet.frame.types import u64
from taocli.localnet.node import Localnet
from taocli.localnet.pallets.aura import Aura
from taocli.localnet.pallets.standard import FIRST_PALLETS, LAST_PALLETS, STANDARD_APIS
from taocli.localnet.producer import Producer
from taocli.localnet.runtime import Runtime
from taocli.localnet.state import State
from taocli.localnet.store import MemoryStore

AUTHOR = "One"
SUDO = "Alice"
SLOW_SLOT_MS = 12_000
FAST_SLOT_MS = 250
_RAO = 1_000_000_000
_RICH, _MODEST = 1_000_000 * _RAO, 2_000 * _RAO
_FUNDED = {
    "dev": {"Alice": _RICH, "Bob": _RICH, "Charlie": _RICH}
    | dict.fromkeys(("Dave", "Eve", "Ferdie"), _MODEST),
    "subtensor": {"Alice": _RICH, "Bob": _RICH, "Charlie": _RICH}
    | dict.fromkeys(("Dave", "Eve", "Ferdie", "One", "Two", "Three"), _MODEST),
}


@dataclass(frozen=True, slots=True)
class FundedAccount:
    """A development account that block 0 gives money to; ``name`` is its URI."""

    name: str
    address: Address
    balance: Balance


class FastAura(Aura):
    """Aura as the fast runtime has it."""

    constants = (Constant("SlotDuration", u64, FAST_SLOT_MS),)


def funded_accounts(profile: str) -> tuple[FundedAccount, ...]:
    """Who has money in block 0 of a profile."""
    return tuple(
        FundedAccount(f"//{name}", dev_key(name).address, Balance(rao))
        for name, rao in _FUNDED[profile].items()
    )


def build_localnet(
    *,
    profile: str = "dev",
    tempo: int | None = None,
    block_time: float | None = 12.0,
    port: int = 9_944,
) -> Localnet:
    """A node at genesis, not yet started; ``block_time`` in seconds, None for instant blocks."""
    fast = block_time is None or block_time < 1.0
    store = MemoryStore()
    runtime = Runtime(_pallets(fast), STANDARD_APIS, state=State(store.committed))
    runtime.build_genesis(_genesis(profile))
    budget_s = 0.5 if block_time is None else min(2.0, block_time / 2)
    slot_ms = FAST_SLOT_MS if fast else SLOW_SLOT_MS
    producer = Producer(runtime, store, dev_key(AUTHOR).sign, slot_ms=slot_ms, budget_s=budget_s)
    producer.seal_genesis()
    return Localnet(producer, block_time=block_time, port=port, profile=profile)


def _pallets(fast: bool) -> tuple[type[Pallet], ...]:
    first = tuple(FastAura if fast and item is Aura else item for item in FIRST_PALLETS)
    return (*first, *LAST_PALLETS)


def _genesis(profile: str) -> Mapping[str, Mapping[str, Any]]:
    accounts = funded_accounts(profile)
    balances = [(item.address.public_key, item.balance.rao) for item in accounts]
    return {
        "Aura": {"authorities": [dev_key(AUTHOR).public_key]},
        "Balances": {"balances": balances},
        "Sudo": {"key": dev_key(SUDO).public_key},
    }
