"""A populated chain: subnets with neurons, stake and weights in block 0, so that epochs pay from the start.

Subnet N has the owner ``//subnetN``, whose hotkey ``//subnetN-hot0`` holds uid 0. Every other uid K has a hotkey
``//subnetN-hotK`` of a coldkey ``//subnetN-coldK`` with some TAO. The first eighth of them (at least one) are
validators: they have staked in the subnet and on root, and weigh every miner. How much, the seed decides;
the names are the same for every seed.

Stake is bought by the call ``add_stake``, so pools, issuance and shares are what they would be. Slots and
weights are written directly: 64 registrations in one block would multiply the price by millions.
Simplified: weights are not set again, so a subnet falls silent after ``ACTIVE_TEMPOS`` epochs unless
somebody sets new ones.
"""

import random
from collections.abc import Iterable

from taocli.domain.balance import RAO_PER_TOKEN
from taocli.localnet.dev_keys import dev_key
from taocli.localnet.frame.outcome import Origin
from taocli.localnet.genesis import DEV_TEMPO
from taocli.localnet.pallets.subtensor.shares import ROOT
from taocli.localnet.runtime import Runtime

POOL = 10_000 * RAO_PER_TOKEN
FUNDS = 100 * RAO_PER_TOKEN
ACTIVE_TEMPOS = 60
_STAKE = (100, 1_000)
"""Whole TAO that a validator stakes in its subnet, and again on root."""
_U16_MAX = 65_535


def populate(
    runtime: Runtime, netuids: Iterable[int], neurons: int, seed: int, *, make: bool = True
) -> None:
    """Fill subnets up to ``neurons`` slots, in block 0; with ``make`` those that do not exist yet are made."""
    drawn = random.Random(seed)
    for netuid in netuids:
        if make and not runtime.subtensor_module.NetworksAdded[netuid]:
            _make_subnet(runtime, netuid)
        _fill_subnet(runtime, netuid, neurons, drawn)


def subnet_numbers(count: int) -> range:
    """The netuids of ``--subnets COUNT``."""
    return range(1, count + 1)


def _make_subnet(runtime: Runtime, netuid: int) -> None:
    module = runtime.subtensor_module
    owner, hotkey = _key(f"subnet{netuid}"), _key(f"subnet{netuid}-hot0")
    module.Tempo[netuid] = DEV_TEMPO
    module.create_hotkey(hotkey, owner)
    module.open_subnet(netuid, owner, hotkey, pool=POOL, payer=None)
    runtime.balances.mint(owner, FUNDS)
    module.ActivityCutoffFactorMilli[netuid] = ACTIVE_TEMPOS * 1_000
    module.CommitRevealWeightsEnabled[netuid] = False
    module.WeightsSetRateLimit[netuid] = 5
    module.ServingRateLimit[netuid] = 5
    module.Burn[netuid] = RAO_PER_TOKEN // 10
    module.SubnetMovingPrice[netuid] = 1 << 32
    module.start_emission(netuid)


def _fill_subnet(runtime: Runtime, netuid: int, neurons: int, drawn: random.Random) -> None:
    module = runtime.subtensor_module
    first = module.SubnetworkN[netuid]
    wanted = min(neurons, module.MaxAllowedUids[netuid])
    if wanted <= first:
        return
    validators = range(first, first + max(1, (wanted - first) // 8))
    for uid in range(first, wanted):
        hotkey, coldkey = _key(f"subnet{netuid}-hot{uid}"), _key(f"subnet{netuid}-cold{uid}")
        runtime.balances.mint(coldkey, FUNDS)
        module.create_hotkey(hotkey, coldkey)
        module.register_neuron(netuid, hotkey)
        if uid in validators:
            _stake(runtime, netuid, hotkey, coldkey, drawn)
    miners = range(validators.stop, wanted)
    _weigh(runtime, netuid, validators, miners, drawn)


def _stake(
    runtime: Runtime, netuid: int, hotkey: bytes, coldkey: bytes, drawn: random.Random
) -> None:
    module = runtime.subtensor_module
    for where in (netuid, ROOT):
        amount = drawn.randint(*_STAKE) * RAO_PER_TOKEN
        runtime.balances.mint(coldkey, amount)
        staking = module.invocation("add_stake", hotkey=hotkey, netuid=where, amount_staked=amount)
        runtime.dispatch(staking, Origin.from_account(coldkey))


def _weigh(
    runtime: Runtime, netuid: int, validators: range, miners: range, drawn: random.Random
) -> None:
    """Permits, and weights that count as set in block 1: those of block 0 are older than the miners."""
    module = runtime.subtensor_module
    permits, updates = module.ValidatorPermit[netuid], module.LastUpdate[netuid]
    for uid in validators:
        permits[uid] = True
        updates[uid] = 1
        row = [(miner, drawn.randint(1, _U16_MAX)) for miner in miners]
        if row:
            module.Weights[netuid, uid] = row
    module.ValidatorPermit[netuid] = permits
    module.LastUpdate[netuid] = updates


def _key(name: str) -> bytes:
    return dev_key(name).public_key
