"""The same extrinsics in the same blocks lead to the same chain: nothing depends on anything else.

Not on the machine's clock, on random numbers or on the order in which Python happens to iterate. The log of
a chain is its blocks' extrinsics and times.
"""

from typing import Any

import pytest
from fixtures_chain import TAO
from hypothesis import given, settings
from hypothesis import strategies as st

from taocli.localnet.assemble import build_producer
from taocli.localnet.chain_block import Block
from taocli.localnet.dev_keys import dev_key
from taocli.localnet.frame.extrinsic import (
    ChainIdentity,
    Conditions,
    encode_signed,
    signing_payload,
)
from taocli.localnet.pool import PoolRefused
from taocli.localnet.producer import Producer, time_of

PEOPLE = st.sampled_from(("Alice", "Bob", "Charlie"))
HOTS = st.sampled_from(("H0", "H1", "H2"))
AMOUNTS = st.integers(0, 50 * TAO)
OPTIONS = {"seed": 7, "tempo": 5, "block_time": None}

CALLS = st.one_of(
    st.tuples(PEOPLE, st.just("Balances.transfer_allow_death"), st.fixed_dictionaries(
        {"dest": PEOPLE, "value": AMOUNTS})),
    st.tuples(PEOPLE, st.just("SubtensorModule.burned_register"), st.fixed_dictionaries(
        {"netuid": st.just(1), "hotkey": HOTS})),
    st.tuples(PEOPLE, st.just("SubtensorModule.add_stake"), st.fixed_dictionaries(
        {"hotkey": HOTS, "netuid": st.integers(0, 2), "amount_staked": AMOUNTS})),
    st.tuples(PEOPLE, st.just("SubtensorModule.remove_stake"), st.fixed_dictionaries(
        {"hotkey": HOTS, "netuid": st.integers(0, 2), "amount_unstaked": AMOUNTS})),
    st.tuples(PEOPLE, st.just("SubtensorModule.register_network"), st.fixed_dictionaries(
        {"hotkey": HOTS})),
    st.tuples(HOTS, st.just("SubtensorModule.set_weights"), st.fixed_dictionaries(
        {"netuid": st.just(1), "dests": st.just([0, 1]), "weights": st.just([1, 2]),
         "version_key": st.just(0)})),
)  # fmt: skip
BLOCKS = st.lists(st.lists(CALLS, max_size=4), max_size=12)


def signed(producer: Producer, who: str, label: str, args: dict[str, Any]) -> bytes:
    """A signed extrinsic for the next block."""
    runtime, signer = producer.runtime, dev_key(who)
    pallet, _, name = label.partition(".")
    known = {
        key: dev_key(value).public_key if isinstance(value, str) else value
        for key, value in args.items()
    }
    call = runtime.pallet(pallet).invocation(name, **known).encode()  # type: ignore[attr-defined]  # the real one
    account = runtime.system.Account[signer.public_key]  # type: ignore[attr-defined]  # the real one
    nonce = producer.next_nonce(signer.public_key, account["nonce"])
    genesis = producer.store.hash_at(0) or b""
    version = runtime.version
    identity = ChainIdentity(version.spec_version, version.transaction_version, genesis, genesis)
    conditions = Conditions(None, nonce, 0)
    signature = signer.sign(signing_payload(call, conditions, identity))
    return encode_signed(signer.public_key, ("Sr25519", signature), conditions, call)


def run(calls: list[list[Any]]) -> tuple[Producer, list[Block]]:
    """A chain with a seed whose blocks hold the calls, as far as the pool takes them."""
    producer = build_producer(**OPTIONS)
    made = []
    for block in calls:
        for who, label, args in block:
            try:
                producer.submit(signed(producer, who, label, args))
            except PoolRefused:
                continue
        made.append(producer.seal_block())
    return producer, made


def entries(producer: Producer) -> dict[bytes, bytes | None]:
    """The whole state."""
    committed = producer.store.committed
    return {key: committed.get(key) for key in committed.keys(b"")}


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(BLOCKS)
def test_a_replayed_log_leads_to_the_same_state(calls: list[list[Any]]) -> None:
    first, made = run(calls)
    again = build_producer(**OPTIONS)
    for block in made:
        seal = block.header.digest[-1][-64:]
        repeated = again.repeat_block(time_of(block), block.extrinsics, seal)
        assert repeated.header.state_root == block.header.state_root
        assert repeated.hash == block.hash
    assert entries(again) == entries(first)


def test_a_busy_chain_repeats_itself() -> None:
    calls: list[list[Any]] = [
        [("Bob", "SubtensorModule.burned_register", {"netuid": 1, "hotkey": "H1"}),
         ("Charlie", "SubtensorModule.burned_register", {"netuid": 1, "hotkey": "H2"})],
        [("Bob", "SubtensorModule.add_stake",
          {"hotkey": "H1", "netuid": 1, "amount_staked": 40 * TAO}),
         ("Charlie", "SubtensorModule.add_stake",
          {"hotkey": "H1", "netuid": 0, "amount_staked": 40 * TAO})],
        *([] for _ in range(9)),
        [("Charlie", "SubtensorModule.remove_stake",
          {"hotkey": "H1", "netuid": 0, "amount_unstaked": TAO})],
    ]  # fmt: skip
    first, made = run(calls)
    again, repeated = run(calls)
    # Signatures are drawn at random; with a seed the hashes do not cover them.
    assert [block.hash for block in repeated] == [block.hash for block in made]
    assert entries(again) == entries(first)


def test_another_block_is_another_state() -> None:
    _, one = run([[("Alice", "Balances.transfer_allow_death", {"dest": "Bob", "value": TAO})]])
    _, two = run([[("Alice", "Balances.transfer_allow_death", {"dest": "Bob", "value": TAO + 1})]])
    assert one[0].header.state_root != two[0].header.state_root
