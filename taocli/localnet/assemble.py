"""Putting a localnet together: pallets and APIs into a runtime, block 0 into a store, both into a node.

//One authors the blocks and earns their fees, as on Subtensor's own local chain. Below a second per block
the runtime calls itself fast (Aura's slot is 250 ms), which is how clients recognise a quick chain.
"""

from taocli.localnet.dev_keys import dev_key
from taocli.localnet.frame.pallet import Pallet
from taocli.localnet.frame.runtime_api import RuntimeApi
from taocli.localnet.genesis import AUTHOR, FundedAccount, funded_accounts, genesis_config
from taocli.localnet.node import Localnet
from taocli.localnet.pallets.standard import FIRST_PALLETS, LAST_PALLETS, STANDARD_APIS
from taocli.localnet.pallets.subtensor.api_accounts import (
    DelegateInfoRuntimeApi,
    NeuronInfoRuntimeApi,
    StakeInfoRuntimeApi,
    SubnetRegistrationRuntimeApi,
    SwapRuntimeApi,
)
from taocli.localnet.pallets.subtensor.api_subnet import SubnetInfoRuntimeApi
from taocli.localnet.pallets.subtensor.pallet import SubtensorModule
from taocli.localnet.pallets.swap import Swap
from taocli.localnet.producer import Producer
from taocli.localnet.runtime import Runtime
from taocli.localnet.state import CommittedState, State
from taocli.localnet.store import MemoryStore

SLOW_SLOT_MS = 12_000
FAST_SLOT_MS = 250
PALLETS: tuple[type[Pallet], ...] = (*FIRST_PALLETS, SubtensorModule, *LAST_PALLETS, Swap)
APIS: tuple[type[RuntimeApi], ...] = (
    *STANDARD_APIS,
    DelegateInfoRuntimeApi,
    NeuronInfoRuntimeApi,
    SubnetInfoRuntimeApi,
    StakeInfoRuntimeApi,
    SubnetRegistrationRuntimeApi,
    SwapRuntimeApi,
)

__all__ = ["FundedAccount", "build_localnet", "build_runtime", "funded_accounts"]


def build_runtime(
    *, profile: str, tempo: int | None, fast: bool, state: State | None = None
) -> Runtime:
    """The chain's rules over a state that already holds block 0."""
    constants = {"Aura.SlotDuration": FAST_SLOT_MS} if fast else {}
    runtime = Runtime(
        PALLETS,
        APIS,
        state=State(CommittedState()) if state is None else state,
        constants=constants,
    )
    runtime.build_genesis(genesis_config(profile, tempo))
    return runtime


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
    runtime = build_runtime(profile=profile, tempo=tempo, fast=fast, state=State(store.committed))
    budget_s = 0.5 if block_time is None else min(2.0, block_time / 2)
    slot_ms = FAST_SLOT_MS if fast else SLOW_SLOT_MS
    producer = Producer(runtime, store, dev_key(AUTHOR).sign, slot_ms=slot_ms, budget_s=budget_s)
    producer.seal_genesis()
    return Localnet(producer, block_time=block_time, port=port, profile=profile)
