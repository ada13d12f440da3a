"""Which positions of which sequences the next step computes.

Sequences wait in order of arrival and join when the cache has room for their prompt. Every step serves
running answers first (one position each), then fills the rest of its token budget with pieces of
prompts, so a long prompt delays nobody by more than one step. When a running sequence finds no free
block, the one that joined last gives its blocks back and waits at the front; its tokens are kept and
computed again later, which changes nothing in its answer.
"""

from collections import deque
from dataclasses import dataclass

from taocli.domain.inference import FinishReason
from taocli.worker.engine.blocks import BlockPool, chain_hashes
from taocli.worker.engine.sequence import Phase, Sequence


@dataclass(frozen=True, slots=True)
class Piece:
    """Positions ``start`` to ``start + count`` of one sequence, to compute in this step."""

    sequence: Sequence
    start: int
    count: int

    @property
    def samples(self) -> bool:
        """Whether this piece reaches the newest token, so that a next one can be chosen."""
        return self.start + self.count == len(self.sequence.tokens)


class Scheduler:
    """Waiting and running sequences over one block pool."""

    def __init__(self, pool: BlockPool, max_batch: int, token_budget: int) -> None:
        self.pool = pool
        self.max_batch = max_batch
        self.token_budget = token_budget
        self.waiting: deque[Sequence] = deque()
        self.running: list[Sequence] = []
        self.prefix_hits = 0
        self.preemptions = 0

    def add(self, sequence: Sequence) -> None:
        """Queue a sequence; the caller has checked that it fits the cache when alone."""
        self.waiting.append(sequence)

    def finish(self, sequence: Sequence, reason: FinishReason) -> None:
        """End a sequence from any phase and take its blocks back."""
        if sequence.phase is Phase.FINISHED:
            return
        if sequence.phase is Phase.RUNNING:
            self.running.remove(sequence)
        else:
            self.waiting.remove(sequence)
        self._drop_blocks(sequence)
        sequence.phase, sequence.finish = Phase.FINISHED, reason

    def expire(self, now: float) -> list[Sequence]:
        """End every sequence whose deadline has passed and return them."""
        late = [
            sequence
            for sequence in [*self.running, *self.waiting]
            if sequence.deadline is not None and now >= sequence.deadline
        ]
        for sequence in late:
            self.finish(sequence, FinishReason.DEADLINE)
        return late

    def plan(self) -> list[Piece]:
        """Admit what fits and choose this step's pieces, single positions first."""
        self._admit()
        budget = self.token_budget
        pieces: list[Piece] = []
        for sequence in sorted(self.running, key=lambda running: running.pending):
            count = min(sequence.pending, budget)
            if sequence.phase is not Phase.RUNNING or count == 0:
                continue
            while not self._grow(sequence, sequence.computed + count):
                victim = self.running[-1]
                self._preempt(victim)
                budget += sum(piece.count for piece in pieces if piece.sequence is victim)
                pieces = [piece for piece in pieces if piece.sequence is not victim]
                if victim is sequence:
                    break
            if sequence.phase is Phase.RUNNING:
                pieces.append(Piece(sequence, sequence.computed, count))
                budget -= count
        return sorted(pieces, key=lambda piece: piece.count)

    def complete(self, piece: Piece) -> None:
        """Record that a piece was computed and publish the blocks it filled."""
        sequence, size = piece.sequence, self.pool.block_size
        sequence.computed = piece.start + piece.count
        full = sequence.computed // size
        if full > len(sequence.hashes):
            sequence.hashes += chain_hashes(sequence.tokens, size, sequence.hashes)
        for number in range(piece.start // size, full):
            self.pool.publish(sequence.blocks[number], sequence.hashes[number])

    def _admit(self) -> None:
        """Start waiting sequences while there is room.

        One whose next block is being computed by another right now is held back until it is
        published, so that requests that arrive together share a common beginning too.
        """
        in_flight = {
            key
            for sequence in self.running
            for key in sequence.hashes[sequence.computed // self.pool.block_size :]
        }
        held_back: list[Sequence] = []
        while self.waiting and len(self.running) < self.max_batch:
            sequence = self.waiting[0]
            if not sequence.hashes:
                sequence.hashes = chain_hashes(sequence.tokens, self.pool.block_size)
            shared = self._known_prefix(sequence)
            rest = sequence.hashes[len(shared) :]
            if len(shared) < self._shareable(sequence) and rest[0] in in_flight:
                held_back.append(self.waiting.popleft())
                continue
            if not self._has_room(sequence, shared):
                break
            self.waiting.popleft()
            self._start(sequence, shared)
            in_flight.update(rest)
        self.waiting.extendleft(reversed(held_back))

    def _known_prefix(self, sequence: Sequence) -> list[int]:
        """Published blocks this sequence begins with."""
        found: list[int] = []
        for key in sequence.hashes[: self._shareable(sequence)]:
            block = self.pool.find(key)
            if block is None:
                break
            found.append(block)
        return found

    def _shareable(self, sequence: Sequence) -> int:
        """Full blocks that may be taken over; the last token is always left to compute."""
        return min(len(sequence.hashes), (len(sequence.tokens) - 1) // self.pool.block_size)

    def _has_room(self, sequence: Sequence, shared: list[int]) -> bool:
        """Room for all known tokens and one more, with a block spare per running sequence."""
        size = self.pool.block_size
        held = sum(not self.pool.is_free(block) for block in shared)
        needed = -(-(len(sequence.tokens) + 1) // size) - held
        return self.pool.free >= needed + len(self.running)

    def _start(self, sequence: Sequence, shared: list[int]) -> None:
        for block in shared:
            self.pool.hold(block)
        sequence.blocks = list(shared)
        sequence.computed = len(shared) * self.pool.block_size
        sequence.phase = Phase.RUNNING
        self.prefix_hits += sequence.computed
        self.running.append(sequence)

    def _grow(self, sequence: Sequence, length: int) -> bool:
        while len(sequence.blocks) * self.pool.block_size < length:
            block = self.pool.take()
            if block is None:
                return False
            sequence.blocks.append(block)
        return True

    def _preempt(self, sequence: Sequence) -> None:
        self.running.remove(sequence)
        self._drop_blocks(sequence)
        sequence.phase = Phase.WAITING
        self.waiting.appendleft(sequence)
        self.preemptions += 1

    def _drop_blocks(self, sequence: Sequence) -> None:
        for block in reversed(sequence.blocks):
            self.pool.release(block)
        sequence.blocks = []
        sequence.computed = 0
