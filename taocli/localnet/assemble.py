"""Putting a localnet together: pallets and APIs into a runtime, block 0 into a store, both into a node.

Below a second per block the runtime calls itself fast (Aura's slot is 250 ms), which is how clients
recognise a quick chain. With a data directory the chain moves there as soon as genesis is known,
and goes on where the directory's chain ended.
"""

import math
from functools import partial
from pathlib import Path
from typing import Any

from taocli.localnet.author_seal import repeatable_signature, without_signature
from taocli.localnet.clock import Clock
from taocli.localnet.data_directory import genesis_of, open_store
from taocli.localnet.dev_keys import dev_key
from taocli.localnet.frame.pallet import Constant, Pallet
from taocli.localnet.frame.runtime_api import RuntimeApi
from taocli.localnet.frame.types import u64
from taocli.localnet.genesis import AUTHOR, genesis_config, numbered_accounts
from taocli.localnet.genesis_file import parse_genesis
from taocli.localnet.node import LocalNode
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
from taocli.localnet.population import populate, subnet_numbers
from taocli.localnet.producer import Producer
from taocli.localnet.recipe import Recipe
from taocli.localnet.runtime import Runtime
from taocli.localnet.shield_author import FIRST_KEYS, ShieldAuthor
from taocli.localnet.snapshots import RewindableStore
from taocli.localnet.state import State

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
    recipe: Recipe | None = None, *, data: Path | None = None, **options: Any
) -> Producer:
    """A chain without a node, for whoever drives blocks by hand; it is kept in ``data`` if given.

    Options are those of ``Recipe``: ``build_producer(tempo=5, block_time=None)``.
    """
    recipe = Recipe(**options) if recipe is None else recipe
    author, is_seeded = dev_key(AUTHOR), recipe.seed is not None
    slot_ms = FAST_SLOT_MS if recipe.is_fast else SLOW_SLOT_MS
    store = RewindableStore()
    runtime = Runtime(pallets(fast=recipe.is_fast), APIS, state=State(store.committed))
    write_genesis(runtime, recipe)
    producer = Producer(
        runtime,
        store,
        partial(repeatable_signature, author) if is_seeded else author.sign,
        slot_ms=slot_ms,
        budget_s=_budget(recipe),
        companion=ShieldAuthor(runtime),
        clock=_clock(recipe, slot_ms),
        covered=without_signature if is_seeded else bytes,
    )
    producer.seal_genesis()
    if data is not None:
        spec = runtime.version.spec_version
        producer.move_to(open_store(data, genesis_of(store, spec, recipe.summary)))
    return producer


def write_genesis(runtime: Runtime, recipe: Recipe) -> None:
    """Block 0 of a recipe: profile, then file, then accounts, then population."""
    planned = parse_genesis(recipe.genesis)
    config = planned.over(genesis_config(planned.base or recipe.profile, recipe.tempo))
    balances = dict(config["Balances"]["balances"])
    for account in numbered_accounts(recipe.accounts):
        balances.setdefault(account.address.public_key, account.balance.rao)
    shield = {"MevShield": {"keys": FIRST_KEYS}}
    runtime.build_genesis({**config, "Balances": {"balances": list(balances.items())}, **shield})
    for name, value in planned.parameters.items():
        getattr(runtime.subtensor_module, name).set(value)
    seed = recipe.seed or 0
    for plan in planned.subnets:
        populate(runtime, [plan.netuid], plan.neurons, seed)
    populate(runtime, subnet_numbers(recipe.subnets), recipe.neurons, seed)


def build_localnet(
    recipe: Recipe | None = None,
    *,
    port: int = 9_944,
    data: Path | None = None,
    listen: str = "127.0.0.1",
    **options: Any,
) -> LocalNode:
    """A node, not yet started; options are those of ``Recipe``; ``listen`` is an IP address.

    The chain lives in the directory ``data``, else in memory; see ``data_directory.open_store``.
    """
    recipe = Recipe(**options) if recipe is None else recipe
    return LocalNode(
        build_producer(recipe, data=data),
        block_time=recipe.block_time,
        host=listen,
        port=port,
        recipe=recipe,
    )


def _clock(recipe: Recipe, slot_ms: int) -> Clock:
    if recipe.seed is None:
        return Clock()
    step = slot_ms if recipe.block_time is None else max(1, int(recipe.block_time * 1_000))
    return Clock.simulated(recipe.seed, step)


def _budget(recipe: Recipe) -> float:
    """Seconds for transactions in a block; a chain that must repeat never looks at the machine's clock."""
    if recipe.seed is not None:
        return math.inf
    return 0.5 if recipe.block_time is None else min(2.0, recipe.block_time / 2)
