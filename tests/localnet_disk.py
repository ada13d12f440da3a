"""A small chain that is kept on disk, and everything that must hold of it after any accident.

Run as a program it is the accident: ``python -m tests.localnet_disk kills SEED ROUNDS DIR`` lets a child make
blocks as fast as it can, kills it at a random moment and looks, again and again; ``full DIR`` fills the
disk that DIR is on.
"""

import contextlib
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import sr25519

from taocli.localnet.chain_block import Block, extrinsics_root
from taocli.localnet.data_directory import genesis_of, open_store
from taocli.localnet.database_failures import DatabaseFailed
from taocli.localnet.frame.extrinsic import (
    ChainIdentity,
    Conditions,
    encode_signed,
    signing_payload,
)
from taocli.localnet.pallets.standard import FIRST_PALLETS, LAST_PALLETS, STANDARD_APIS
from taocli.localnet.producer import Producer
from taocli.localnet.runtime import Runtime
from taocli.localnet.state import CommittedState, State
from taocli.localnet.store import STATE_HISTORY, DiskStore, MemoryStore, Store

TAO = 10**9
ROUNDS_OF_A_CHAIN = 10
LONGEST_LIFE_S = 0.12


class SmallChain:
    """Five pallets and two accounts; Alice pays Bob. ``open`` moves it to a directory."""

    def __init__(self, money: int = 1_000_000 * TAO) -> None:
        self.alice = sr25519.pair_from_seed(b"a" * 32)
        self.bob = sr25519.pair_from_seed(b"b" * 32)
        store = MemoryStore()
        pallets = (*FIRST_PALLETS, *LAST_PALLETS)
        self.runtime = Runtime(pallets, STANDARD_APIS, state=State(store.committed))
        accounts = [(self.alice[0], money), (self.bob[0], TAO)]
        self.runtime.build_genesis({"Balances": {"balances": accounts}})
        self.producer = Producer(self.runtime, store, lambda digest: digest * 2)
        self.producer.seal_genesis()
        self.genesis = genesis_of(store, self.runtime.version.spec_version, "a small chain")

    def open(self, directory: Path) -> DiskStore:
        """Go on with the chain in a directory; close the store that comes back."""
        store = open_store(directory, self.genesis)
        self.producer.move_to(store)
        return store

    def seal(self, transfers: int = 1) -> Block:
        """Make a block with so many payments."""
        first = self.runtime.system.Account[self.alice[0]]["nonce"]
        for nonce in range(first, first + transfers):
            self.producer.submit(self._transfer(nonce))
        return self.producer.seal_block()

    def check(self, store: Store) -> list[bytes]:
        """Raise ``AssertionError`` unless all is whole; the hashes from genesis to head come back."""
        hashes = chained(store)
        assert hashes[0] == self.genesis.block.hash
        check_state(store, hashes)
        current, self.runtime.state = self.runtime.state, State(store.committed)
        accounts = [value["data"] for _, value in self.runtime.system.Account.items_under()]
        held = sum(account["free"] + account["reserved"] for account in accounts)
        issued = self.runtime.balances.TotalIssuance.get()
        height = self.runtime.block_number
        self.runtime.state = current
        assert (held, height) == (issued, store.head.number)
        return hashes

    def _transfer(self, nonce: int) -> bytes:
        make = self.runtime.pallet("Balances").invocation
        call = make("transfer_keep_alive", dest=self.bob[0], value=1_000 + nonce).encode()
        conditions, origin = Conditions(None, nonce, 0), self.genesis.block.hash
        identity = ChainIdentity(self.genesis.spec, 1, origin, origin)
        payload = signing_payload(call, conditions, identity)
        signature = ("Sr25519", sr25519.sign(self.alice, payload))
        return encode_signed(self.alice[0], signature, conditions, call)


def chained(store: Store) -> list[bytes]:
    """Every block from genesis to the head, each with its body and following the one before."""
    hashes: list[bytes] = []
    for number in range(store.head.number + 1):
        digest = store.hash_at(number)
        assert digest is not None, f"no block {number} below {store.head.number}"
        block = store.block(digest)
        assert block is not None, f"block {number} is not found by its hash"
        assert block.number == number == block.header.number
        assert block.header.hash == digest
        assert block.header.parent_hash == (hashes[-1] if hashes else bytes(32))
        assert block.header.extrinsics_root == extrinsics_root(block.extrinsics)
        hashes.append(digest)
    assert store.hash_at(len(hashes)) is None
    assert hashes[-1] == store.head.hash
    return hashes


def check_state(store: Store, hashes: list[bytes]) -> None:
    """The newest state, the oldest that is kept and one between have the roots of their headers."""
    newest = len(hashes) - 1
    oldest = max(0, newest - STATE_HISTORY)
    for number in {newest, oldest, (newest + oldest) // 2}:
        block = store.block(hashes[number])
        assert block is not None
        state = store.state_at(hashes[number])
        again = CommittedState()
        again.apply({key: state.get(key) for key in state.keys(b"")})
        assert again.root_after({}) == block.header.state_root, f"the state of block {number}"


def in_child(work: Callable[[int], None], life_s: float) -> bytes:
    """What a forked child wrote to the descriptor that it got, until it was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work(writing)
        except BaseException:  # noqa: BLE001 - a forked child must not go on as its parent
            traceback.print_exc()
        os._exit(1)
    os.close(writing)
    try:
        time.sleep(life_s)
    finally:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as source:
        told = source.read()
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, "the child failed by itself"
    return told


def kills(seed: int, rounds: int, root: Path) -> Iterator[tuple[int, int]]:
    """For each kill: how many blocks the child had announced, and how many more there were."""
    chance, chain = random.Random(seed), SmallChain()
    before: list[bytes] = []
    for index in range(rounds):
        directory = root / f"chain-{index // ROUNDS_OF_A_CHAIN}"
        if index % ROUNDS_OF_A_CHAIN == 0:
            before = [chain.genesis.block.hash]

        def work(
            told: int, directory: Path = directory, transfers: int = chance.randrange(4)
        ) -> None:
            chain.open(directory)
            while True:
                os.write(told, chain.seal(transfers).hash)

        told = in_child(work, chance.uniform(0, LONGEST_LIFE_S))
        announced = [told[at : at + 32] for at in range(0, len(told), 32)]
        with contextlib.closing(open_store(directory, chain.genesis)) as store:
            hashes = chain.check(store)
        expected = before + announced
        assert hashes[: len(expected)] == expected, f"round {index}: an announced block is lost"
        assert len(hashes) <= len(expected) + 1, f"round {index}: more than the block in the making"
        yield len(announced), len(hashes) - len(expected)
        before = hashes


def seal_until_full(chain: SmallChain, hashes: list[bytes]) -> DatabaseFailed:
    """Make blocks, and keep their hashes, until the disk takes no more."""
    for _ in range(1_000):
        try:
            hashes.append(chain.seal(0).hash)
        except DatabaseFailed as error:
            return error
    raise AssertionError("the disk is not full")


def fill_disk(root: Path) -> None:
    """Let the disk under a chain run full, twice, and see that nothing sealed is lost."""
    filler, chain = root / "filler", SmallChain()
    hashes = [chain.genesis.block.hash]
    for free in (0, 100_000):
        store = chain.open(root / "data")
        with filler.open("wb", buffering=0) as target, contextlib.suppress(OSError):
            while True:
                target.write(bytes(4_096))
        with filler.open("r+b") as target:
            target.truncate(max(0, filler.stat().st_size - free))
        stopped = seal_until_full(chain, hashes)
        assert "no space left" in stopped.what
        assert "Free some space" in stopped.fix
        assert chain.check(store) == hashes
        assert seal_until_full(chain, hashes) is stopped
        store.close()
        with contextlib.closing(open_store(root / "data", chain.genesis)) as store:
            assert chain.check(store) == hashes
        filler.unlink()
        chain = SmallChain()
    assert len(hashes) > 1, "nothing was sealed before the disk was full"
    with contextlib.closing(chain.open(root / "data")) as store:
        hashes.append(chain.seal(3).hash)
        assert chain.check(store) == hashes


if __name__ == "__main__":
    if sys.argv[1] == "kills":
        for announced, more in kills(int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])):
            print(announced, more)
    else:
        fill_disk(Path(sys.argv[2]))
        print("nothing lost")
