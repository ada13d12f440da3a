"""Putting a localnet together: pallets and APIs into a runtime, block 0 into a store, both into a node.

Below a second per block the runtime calls itself fast (Aura's slot is 250 ms), which is how clients
recognise a quick chain. With a data directory the chain moves there as soon as genesis is known,
and goes on where the directory's chain ended.
"""

from pathlib import Path

from taocli.localnet.data_directory import open_store
from taocli.localnet.database import Genesis
from taocli.localnet.dev_keys import dev_key
from taocli.localnet.frame.pallet import Constant, Pallet
from taocli.localnet.frame.runtime_api import RuntimeApi
from taocli.localnet.frame.types import u64
from taocli.localnet.genesis import AUTHOR, genesis_config
from taocli.localnet.node import Localnet
from taocli.localnet.pallets.admin_utils import AdminUtils
from taocli.localnet.pallets.alpha_assets import AlphaAssets
from taocli.localnet.pallets.aura import Aura
from taocli.localnet.pallets.author_apis import (
    AuraApi,
    BlockBuilder,
    GenesisBuilder,
    SessionKeys,
    TaggedTransactionQueue,
)
from taocli.localnet.pallets.basket_api import BetaBasketRuntimeApi
from taocli.localnet.pallets.commitments import Commitments
from taocli.localnet.pallets.crowdloan import Crowdloan, FastCrowdloan
from taocli.localnet.pallets.drand import Drand
from taocli.localnet.pallets.evm_placeholders import BaseFee, Evm, EvmChainId
from taocli.localnet.pallets.grandpa import Grandpa, GrandpaApi
from taocli.localnet.pallets.limit_orders import LimitOrders
from taocli.localnet.pallets.mev_shield import MevShield
from taocli.localnet.pallets.multisig import Multisig
from taocli.localnet.pallets.preimage import Preimage
from taocli.localnet.pallets.proxy import Proxy
from taocli.localnet.pallets.proxy_api import ProxyFilterRuntimeApi
from taocli.localnet.pallets.randomness import RandomnessCollectiveFlip
from taocli.localnet.pallets.safe_mode import SafeMode
from taocli.localnet.pallets.scheduler import Scheduler
from taocli.localnet.pallets.shield_api import ShieldApi
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
from taocli.localnet.shield_author import FIRST_KEYS, ShieldAuthor
from taocli.localnet.state import State
from taocli.localnet.store import MemoryStore

SLOW_SLOT_MS = 12_000
FAST_SLOT_MS = 250


class FastAura(Aura):
    """Aura as the fast runtime has it."""

    constants = (Constant("SlotDuration", u64, FAST_SLOT_MS),)


APIS: tuple[type[RuntimeApi], ...] = (
    *STANDARD_APIS,
    SubnetInfoRuntimeApi,
    NeuronInfoRuntimeApi,
    DelegateInfoRuntimeApi,
    StakeInfoRuntimeApi,
    SwapRuntimeApi,
    SubnetRegistrationRuntimeApi,
    ProxyFilterRuntimeApi,
    BetaBasketRuntimeApi,
    BlockBuilder,
    TaggedTransactionQueue,
    AuraApi,
    GrandpaApi,
    SessionKeys,
    GenesisBuilder,
    ShieldApi,
)


def pallets(*, fast: bool) -> tuple[type[Pallet], ...]:
    """Every pallet in the order of its index, in which their hooks run."""
    first = tuple(FastAura if fast and item is Aura else item for item in FIRST_PALLETS)
    crowdloan = FastCrowdloan if fast else Crowdloan
    others = (
        RandomnessCollectiveFlip, Grandpa, SubtensorModule, Multisig, Preimage, Scheduler, Proxy,
        Commitments, AdminUtils, SafeMode, Evm, EvmChainId, BaseFee, Drand, crowdloan, Swap,
        MevShield, AlphaAssets, LimitOrders,
    )  # fmt: skip
    return tuple(sorted((*first, *LAST_PALLETS, *others), key=lambda pallet: pallet.index))


def build_producer(
    *,
    profile: str = "dev",
    tempo: int | None = None,
    block_time: float | None = 12.0,
    data: Path | None = None,
) -> Producer:
    """A chain without a node, for whoever drives blocks by hand; it is kept in ``data`` if given."""
    fast = block_time is None or block_time < 1.0
    store = MemoryStore()
    runtime = Runtime(pallets(fast=fast), APIS, state=State(store.committed))
    shield = {"MevShield": {"keys": FIRST_KEYS}}
    runtime.build_genesis({**genesis_config(profile, tempo), **shield})
    producer = Producer(
        runtime,
        store,
        dev_key(AUTHOR).sign,
        slot_ms=FAST_SLOT_MS if fast else SLOW_SLOT_MS,
        budget_s=0.5 if block_time is None else min(2.0, block_time / 2),
        companion=ShieldAuthor(runtime),
    )
    producer.seal_genesis()
    if data is not None:
        slots = FAST_SLOT_MS if fast else SLOW_SLOT_MS
        summary = f"profile {profile}, tempo {tempo or 'as usual'}, slots of {slots} ms"
        producer.move_to(open_store(data, genesis_of(producer, summary)))
    return producer


def genesis_of(producer: Producer, summary: str) -> Genesis:
    """What a chain in memory that has no other block began with."""
    committed = producer.store.committed
    entries = {key: committed.get(key) or b"" for key in committed.keys(b"")}
    return Genesis(producer.store.head, entries, producer.runtime.version.spec_version, summary)


def build_localnet(
    *,
    profile: str = "dev",
    tempo: int | None = None,
    block_time: float | None = 12.0,
    port: int = 9_944,
    data: Path | None = None,
) -> Localnet:
    """A node, not yet started; ``block_time`` in seconds, None for instant blocks.

    The chain lives in the directory ``data``, else in memory; see ``data_directory.open_store``.
    """
    producer = build_producer(profile=profile, tempo=tempo, block_time=block_time, data=data)
    return Localnet(producer, block_time=block_time, port=port, profile=profile)
