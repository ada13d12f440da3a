"""Driving a chain by hand: signed calls from development keys, money, epochs, time.

Everything goes through blocks like anybody's transactions, so that a block log holds all of it. What is asked
for and cannot be done raises a ``TaoError`` and changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from taocli.domain.address import Address
from taocli.domain.balance import Balance
from taocli.domain.dev_accounts import dev_name
from taocli.domain.errors import ChainRefused, InvalidSetting, NotEnoughBalance
from taocli.localnet.chain_block import Block
from taocli.localnet.clock import LATEST_MS
from taocli.localnet.dev_keys import DevKey, dev_key
from taocli.localnet.frame.extrinsic import (
    ChainIdentity,
    Conditions,
    encode_signed,
    signing_payload,
)
from taocli.localnet.frame.outcome import DispatchFailure
from taocli.localnet.frame.scale import Reader
from taocli.localnet.frame.types import H256, Vec
from taocli.localnet.genesis import (
    SUDO,
    FundedAccount,
    funded_accounts,
    numbered_accounts,
)
from taocli.localnet.genesis_file import parse_genesis
from taocli.localnet.pallets.system_types import Phase
from taocli.localnet.pool import PoolRefused
from taocli.localnet.recipe import Recipe
from taocli.localnet.rpc.node_seam import Node
from taocli.localnet.runtime import Runtime

_TOPICS = Vec(H256)
PATRON = SUDO
"""Whose TAO is given away: //Alice."""


@dataclass(frozen=True, slots=True)
class Paid:
    """What an epoch gave one neuron: rao of alpha, and its shares of 65535."""

    uid: int
    hotkey: Address
    emission: Balance
    incentive: int
    dividends: int


@dataclass(frozen=True, slots=True)
class EpochRan:
    """An epoch and the block it ran in; ``mined`` blocks were made to get there."""

    netuid: int
    block: Block
    mined: int
    paid: tuple[Paid, ...]

    @property
    def total(self) -> Balance:
        """All alpha that went to neurons."""
        return Balance(sum(item.emission.rao for item in self.paid), self.netuid)


@dataclass(frozen=True, slots=True)
class Called:
    """A call that succeeded: its block, and its events as ``("Balances.Transfer", values)``."""

    block: Block
    events: tuple[tuple[str, Any], ...]


def runtime_of(node: Node) -> Runtime:
    """The runtime, with its pallets."""
    return cast("Runtime", node.producer.runtime)


def accounts(recipe: Recipe) -> tuple[FundedAccount, ...]:
    """The development accounts that a recipe gives money to; those of a genesis file by address."""
    planned = parse_genesis(recipe.genesis)
    found = {
        item.address: item
        for item in (
            *funded_accounts(planned.base or recipe.profile),
            *numbered_accounts(recipe.accounts),
        )
    }
    for public_key, rao in planned.accounts.items():
        address = Address(public_key)
        name = found[address].name if address in found else dev_name(address) or address.ss58
        found[address] = FundedAccount(name, address, Balance(rao))
    return tuple(item for item in found.values() if item.balance.rao)


def blocks_to_epoch(node: Node, netuid: int) -> int:
    """How many blocks it takes to run the next epoch; ``InvalidSetting`` where there will be none."""
    module = runtime_of(node).subtensor_module
    if netuid == 0 or not module.NetworksAdded[netuid]:
        raise InvalidSetting(
            f"There is no subnet {netuid}.",
            why="Only subnets have epochs.",
            fix="Use one of " + ", ".join(str(n) for n in module.NetworksAdded.keys_under() if n),
        )
    due = module.next_epoch_block(netuid)
    if due is None:
        raise InvalidSetting(
            f"Subnet {netuid} has no epochs.", why="Its tempo is 0.", fix="Set its tempo first."
        )
    return max(1, int(due) - node.head.number)


def epoch_steps(node: Node, netuid: int) -> Iterator[Block]:
    """Make blocks until the subnet's next epoch has run; each is yielded, so that others get a turn."""
    module = runtime_of(node).subtensor_module
    most = blocks_to_epoch(node, netuid) + len(module.NetworksAdded.keys_under())
    before = module.SubnetEpochIndex[netuid]
    for _ in range(most):  # other subnets' epochs may go first
        yield from node.mine_blocks(1)
        if module.SubnetEpochIndex[netuid] != before:
            return
    raise ChainRefused(
        f"Subnet {netuid} had no epoch within {most} blocks.",
        why="The chain holds it back: epochs are limited in every block, or the subnet is gone.",
        fix="Look at MaxEpochsPerBlock and at the subnet's tempo.",
    )


def epoch_ran(node: Node, netuid: int, mined: int) -> EpochRan:
    """What the epoch that has just run paid."""
    module = runtime_of(node).subtensor_module
    rows = zip(
        module.hotkeys_of(netuid),
        module.Emission[netuid],
        module.Incentive[netuid],
        module.Dividends[netuid],
        strict=False,
    )
    paid = tuple(
        Paid(uid, Address(hotkey), Balance(emission, netuid), incentive, dividends)
        for uid, (hotkey, emission, incentive, dividends) in enumerate(rows)
    )
    return EpochRan(netuid, node.head, mined, paid)


def advance_epoch(node: Node, netuid: int) -> EpochRan:
    """Make blocks up to the subnet's next epoch and say what it paid."""
    mined = sum(1 for _ in epoch_steps(node, netuid))
    return epoch_ran(node, netuid, mined)


def advance_time(node: Node, milliseconds: int) -> int:
    """Let the following blocks come later; when the next one would come now."""
    clock, last = node.producer.clock, node.producer.last_ms
    target = clock.preview(last) + milliseconds
    if milliseconds < 0 or target > LATEST_MS:
        raise InvalidSetting(
            f"Time cannot be moved by {milliseconds} ms.",
            why="It only goes forward, and not beyond the year 9999.",
            fix="To go back, revert to a snapshot.",
        )
    clock.advance(milliseconds)
    return target


def set_time(node: Node, target_ms: int) -> int:
    """Let the next block come at a time; ``InvalidSetting`` when that has passed."""
    last = node.producer.last_ms
    if not last < target_ms <= LATEST_MS:
        raise InvalidSetting(
            f"The next block cannot come at {target_ms} ms.",
            why=f"It comes after the last, at {last} ms, and before the year 10000.",
            fix="Choose a later time; to go back, revert to a snapshot.",
        )
    node.producer.clock.set(target_ms, last)
    return target_ms


def fund(node: Node, account: Address, amount: Balance) -> Block:
    """Send TAO from //Alice in a block of its own."""
    patron = dev_key(PATRON)
    has = int(runtime_of(node).balances.reducible(patron.public_key))
    if not 0 < amount.rao <= has:
        raise NotEnoughBalance(
            f"//{PATRON} cannot give {amount}.",
            why=f"It can give more than nothing and at most {Balance(has)}.",
            fix="Choose another amount, or another genesis.",
        )
    arguments = {"dest": account.public_key, "value": amount.rao}
    return call(node, patron, "Balances.transfer_keep_alive", arguments).block


def call(node: Node, signer: DevKey, name: str, arguments: dict[str, Any]) -> Called:
    """Sign ``Pallet.call``, put it into a block at once, and raise ``DispatchFailure`` if it fails.

    ``ChainRefused`` when the pool does not take it.
    """
    encoded = sign(node, signer, name, arguments)
    try:
        node.submit(encoded)
    except PoolRefused as refusal:
        raise ChainRefused(
            f"The pool refused {name}: {refusal.data or refusal.message}.",
            why="The call cannot be part of the next block.",
            fix="Check the signer's balance and the arguments.",
        ) from None
    (block,) = node.mine_blocks(1)
    if encoded not in block.extrinsics:
        raise ChainRefused(
            f"{name} is not part of block #{block.number}.",
            why="Something else in that block stood in its way.",
            fix="Try again.",
        )
    events = events_of(node, block.extrinsics.index(encoded))
    failed = next((values for name, values in events if name == "System.ExtrinsicFailed"), None)
    if failed is not None:
        raise failure_of(runtime_of(node), failed["dispatch_error"])
    return Called(block, events)


def sign(node: Node, signer: DevKey, name: str, arguments: dict[str, Any]) -> bytes:
    """A signed extrinsic for ever, without a tip; ``InvalidSetting`` for no such call or arguments."""
    runtime, producer = runtime_of(node), node.producer
    call_data = _encode_call(runtime, name, arguments)
    account = runtime.system.Account[signer.public_key]
    nonce = producer.next_nonce(signer.public_key, account["nonce"])
    conditions = Conditions(None, nonce, 0)
    genesis = producer.store.hash_at(0) or b""
    version = runtime.version
    identity = ChainIdentity(version.spec_version, version.transaction_version, genesis, genesis)
    payload = signing_payload(call_data, conditions, identity)
    signature = ("Sr25519", signer.sign(payload))
    return encode_signed(signer.public_key, signature, conditions, call_data)


def events_of(node: Node, index: int) -> tuple[tuple[str, Any], ...]:
    """The events of one extrinsic of the newest block; values as a dict where they have names."""
    runtime = runtime_of(node)
    reader = Reader(runtime.state.get(runtime.system.Events.prefix) or b"\0", runtime)
    found = []
    for _ in range(reader.take_compact()):
        phase = Phase.decode(reader)
        pallet, event = runtime.outer.event.decode(reader)
        _TOPICS.decode(reader)
        name, *values = (event,) if isinstance(event, str) else event
        if phase == ("ApplyExtrinsic", index):
            named = values[0] if values and isinstance(values[0], dict) else tuple(values)
            found.append((f"{pallet}.{name}", named))
    return tuple(found)


def failure_of(runtime: Runtime, error: Any) -> DispatchFailure:
    """A DispatchError as the failure that it says."""
    kind, detail = error if isinstance(error, tuple) else (error, None)
    if kind != "Module":
        label = f"{kind}.{detail}" if isinstance(detail, str) else kind
        return DispatchFailure(error, label)
    pallet = next(item for item in runtime.pallets if item.index == detail["index"])
    number = detail["error"][0]
    named = (name for name, item in pallet.error_variants.items() if item.index == number)
    return DispatchFailure(error, f"{pallet.name}.{next(named, number)}")


def _encode_call(runtime: Runtime, name: str, arguments: dict[str, Any]) -> bytes:
    pallet_name, _, call_name = name.rpartition(".")
    pallet = runtime.pallet(pallet_name or "SubtensorModule")
    declared = next((item for item in pallet.calls.values() if item.name == call_name), None)
    if declared is None:
        raise InvalidSetting(
            f"Pallet {pallet.name} has no call {call_name!r}.",
            why="Calls are named as in the chain's metadata.",
            fix="Write it like Balances.transfer_keep_alive.",
        )
    wanted = [field.name or "" for field in declared.fields]
    if set(arguments) != set(wanted):
        raise InvalidSetting(
            f"{pallet.name}.{call_name} does not take {', '.join(arguments) or 'nothing'}.",
            why=f"Its arguments are: {', '.join(wanted) or 'none'}.",
            fix="Give all of them, by name.",
        )
    return pallet.invocation(call_name, **arguments).encode()
