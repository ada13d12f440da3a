"""Blocks are never lost, never shared by accident, and found again by content."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from taocli.domain.errors import WorkerError
from taocli.worker.engine.blocks import BlockPool, chain_hashes

COUNT = 6


class PoolMachine(RuleBasedStateMachine):
    """Random takers, sharers and releasers against plain reference counts."""

    def __init__(self) -> None:
        super().__init__()
        self.pool = BlockPool(COUNT, 4)
        self.holders: list[int] = []
        self.content: dict[bytes, int] = {}
        self.keys = 0

    @rule()
    def take(self) -> None:
        block = self.pool.take()
        if block is None:
            assert set(self.holders) == set(range(COUNT))
            return
        assert block not in self.holders
        self.content = {key: known for key, known in self.content.items() if known != block}
        self.holders.append(block)

    @precondition(lambda self: self.holders)
    @rule(data=st.data())
    def publish(self, data) -> None:
        block = data.draw(st.sampled_from(self.holders))
        self.keys += 1
        key = self.keys.to_bytes(2, "big")
        self.pool.publish(block, key)
        if block not in self.content.values():
            self.content[key] = block

    @precondition(lambda self: self.content)
    @rule(data=st.data())
    def share(self, data) -> None:
        key = data.draw(st.sampled_from(sorted(self.content)))
        self.pool.hold(self.content[key])
        self.holders.append(self.content[key])

    @precondition(lambda self: self.holders)
    @rule(data=st.data())
    def release(self, data) -> None:
        block = data.draw(st.sampled_from(self.holders))
        self.holders.remove(block)
        self.pool.release(block)

    @invariant()
    def counts_agree(self) -> None:
        assert self.pool.used == len(set(self.holders))
        assert all(self.pool.find(key) == block for key, block in self.content.items())


TestPool = PoolMachine.TestCase
TestPool.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_releasing_twice_is_caught() -> None:
    pool = BlockPool(1, 4)
    block = pool.take()
    pool.release(block)
    with pytest.raises(WorkerError):
        pool.release(block)


def test_a_hash_covers_everything_before_its_block() -> None:
    first, second = chain_hashes([1, 2, 3, 4, 9], 2)
    assert chain_hashes([1, 2, 5, 6], 2) == [first, chain_hashes([1, 2, 5, 6], 2)[1]]
    assert chain_hashes([0, 2, 3, 4], 2)[1] != second
    assert chain_hashes([1, 2, 3, 4], 2, [first]) == [second]
