"""Waiting for a block: readiness, order, replacement, limits, and what watchers hear."""

from typing import Any

import pytest

from taocli.localnet import pool as pool_module
from taocli.localnet.pool import PoolRefused
from taocli.localnet.producer import Producer

ALICE, BOB = b"A" * 32, b"B" * 32


def note(producer: Producer, account: bytes) -> bytes | None:
    return producer.store.committed.get(b"note:" + account)


def test_transactions_run_by_priority_then_arrival_and_each_after_its_nonce(
    producer: Producer, sign: Any
) -> None:
    last = producer.submit(sign(ALICE, 1, b"second", priority=9)).encoded
    first = producer.submit(sign(ALICE, 0, b"first")).encoded
    urgent = producer.submit(sign(BOB, 0, b"urgent", priority=5)).encoded
    block = producer.seal_block()
    assert block.extrinsics[1:] == (urgent, first, last)
    assert note(producer, ALICE) == b"second"
    assert len(producer.pool) == 0


def test_a_gap_in_nonces_waits_until_it_is_filled(producer: Producer, sign: Any) -> None:
    heard: list[Any] = []
    late = producer.submit(sign(ALICE, 1), heard.append)
    assert heard == ["future"]
    assert len(producer.seal_block().extrinsics) == 1
    producer.submit(sign(ALICE, 0))
    assert heard == ["future", "ready"]
    block = producer.seal_block()
    digest = f"0x{block.hash.hex()}"
    assert block.extrinsics[2] == late.encoded
    assert heard[2:] == [{"inBlock": digest}, {"finalized": digest}]


def test_a_better_transaction_replaces_and_an_equal_one_is_refused(
    producer: Producer, sign: Any
) -> None:
    heard: list[Any] = []
    producer.submit(sign(ALICE, 0, b"old", priority=1), heard.append)
    with pytest.raises(PoolRefused) as refused:
        producer.submit(sign(ALICE, 0, b"new", priority=1))
    assert (refused.value.code, refused.value.message) == (1014, "Priority is too low: (1 vs 1)")
    better = producer.submit(sign(ALICE, 0, b"new", priority=2))
    assert heard == ["ready", {"usurped": f"0x{better.hash.hex()}"}]
    producer.seal_block()
    assert note(producer, ALICE) == b"new"


def test_refusals_carry_the_codes_that_clients_match(producer: Producer, sign: Any) -> None:
    producer.submit(sign(ALICE, 0))
    cases = {
        sign(ALICE, 0): (1013, "Transaction Already Imported"),
        sign(BOB, 0, b"broke"): (1010, "Invalid Transaction"),
        b"\x04xx": (1001, "Extrinsic has invalid format"),
    }
    for encoded, expected in cases.items():
        with pytest.raises(PoolRefused) as refused:
            producer.submit(encoded)
        assert (refused.value.code, refused.value.message) == expected
    producer.seal_block()
    with pytest.raises(PoolRefused) as refused:
        producer.submit(sign(ALICE, 0, b"again"))
    assert refused.value.data == "Transaction is outdated"


def test_the_pool_is_bounded(producer: Producer, sign: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(pool_module, "MAX_TRANSACTIONS", 2)
    producer.submit(sign(ALICE, 0))
    producer.submit(sign(ALICE, 1))
    with pytest.raises(PoolRefused) as refused:
        producer.submit(sign(ALICE, 2))
    assert refused.value.code == 1016


def test_what_turns_invalid_in_the_block_is_dropped_and_its_successor_waits(
    producer: Producer, sign: Any
) -> None:
    bad: list[Any] = []
    after: list[Any] = []
    producer.submit(sign(ALICE, 0, b"late"), bad.append)
    producer.submit(sign(ALICE, 1), after.append)
    assert len(producer.seal_block().extrinsics) == 1
    assert bad == ["ready", "invalid"]
    assert after == ["ready", "future"]
    producer.submit(sign(ALICE, 0, b"fine"))
    assert len(producer.seal_block().extrinsics) == 3


def test_transactions_leave_when_their_time_is_over(producer: Producer, sign: Any) -> None:
    heard: list[Any] = []
    producer.submit(sign(ALICE, 5), heard.append)
    for _ in range(65):
        producer.seal_block()
    assert heard == ["future", "dropped"]
    assert len(producer.pool) == 0


def test_the_next_nonce_counts_what_waits(producer: Producer, sign: Any) -> None:
    producer.submit(sign(ALICE, 0))
    producer.submit(sign(ALICE, 1))
    assert producer.next_nonce(ALICE, 0) == 2


def test_blocks_chain_up_time_moves_on_and_reads_leave_no_trace(producer: Producer) -> None:
    genesis = producer.store.head
    one, two = producer.seal_block(), producer.seal_block()
    assert one.header.parent_hash == genesis.hash
    assert two.header.parent_hash == one.hash
    times = [now for _, _, now in producer.runtime.blocks]  # type: ignore[attr-defined] # the fake
    assert times == [1_000_000_000, 1_000_000_001]
    assert producer.call_api("Test_number", b"", one.hash) == b"\x01\0\0\0"
    assert producer.call_api("Test_number", b"", two.hash) == b"\x02\0\0\0"
    assert producer.runtime.state.get(b"dirty") is None
