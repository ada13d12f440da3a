"""What the dev chain costs, against the targets it was built to: start, blocks, transfers, epochs, memory.

Everything is CPU time (user and system) and so holds on one core of any load. Memory is the largest that the
process ever was; it grows with each block by what the block changed, which old reads need. Two chains are
measured, each in a process of its own: one subnet, and 32, every one with 256 neurons of which 64 validate and
weigh all others. A block without transactions in which no epoch runs is idle. What an epoch costs is what a
block with epochs takes longer, per epoch; the first of a subnet is left out, for it has no bonds yet. Blocks,
epochs and requests are medians, the start is the best of three. Signing is not part of a transfer.

    python -m tests.bench.localnet [--json]
"""

import argparse
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from taocli.localnet import Localnet, driving, process
from taocli.localnet.dev_keys import dev_key
from taocli.localnet.frame.outcome import Origin
from taocli.localnet.node import LocalNode
from taocli.localnet.pallets.subtensor.shares import ROOT
from taocli.localnet.population import ACTIVE_TEMPOS, subnet_numbers
from taocli.localnet.producer import Producer

NEURONS, VALIDATORS, MANY = 256, 64, 32
STARTS, TRANSFERS, REQUESTS, EPOCHS = 3, 1_000, 50, 4
STAKE = 100_000_000_000
"""Rao that a validator stakes in its subnet, and again on root."""

Numbers = dict[str, float]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number; ``target`` is the most it may be, or the least where ``rising``; None promises nothing."""

    name: str
    value: float
    unit: str
    target: float | None = None
    rising: bool = False

    @property
    def verdict(self) -> str:
        """``met``, ``MISSED``, or nothing without a target."""
        if self.target is None:
            return ""
        reached = self.value >= self.target if self.rising else self.value <= self.target
        return "met" if reached else "MISSED"

    def line(self) -> str:
        """The figure for people."""
        digits = 2 if self.value < 10 else 0
        sign = ">=" if self.rising else "<="
        promise = "" if self.target is None else f"{sign} {self.target:,.0f} {self.unit}"
        return f"{self.name:<44} {self.value:>9,.{digits}f} {self.unit:<4} {promise:<12} {self.verdict}".rstrip()


def figures() -> Iterator[Figure]:
    """Measure everything, one after the other."""
    yield Figure("start to first block", min(first_block_ms() for _ in range(STARTS)), "ms", 1_000)
    for subnets in (1, MANY):
        found = in_process(subnets)
        where = "1 subnet" if subnets == 1 else f"{subnets} subnets"
        yield Figure(f"idle blocks, {where}", 1_000 / found["idle_ms"], "/s")
        yield Figure(f"idle block, {where}", found["idle_ms"], "ms", None if subnets == 1 else 40)
        yield Figure(f"signed transfers, {where}", found["transfers"], "/s", 500, rising=True)
        yield Figure(f"epoch of {NEURONS} neurons, {where}", found["epoch_ms"], "ms", 50)
        yield Figure(f"get_metagraph of {NEURONS}, {where}", found["metagraph_ms"], "ms", 10)
        yield Figure(
            f"memory, {where}, {found['blocks']:,.0f} blocks", found["memory_mb"], "MB", 250
        )


def first_block_ms() -> float:
    """CPU of ``taocli localnet start`` from the first instruction until it says that block 1 is there.

    The block clock waits 10 ms; what the process does to end is counted as well.
    """
    command = [sys.executable, "-m", "taocli", "localnet", "start"]
    with tempfile.TemporaryDirectory() as home:
        environ = {"HOME": home, "XDG_RUNTIME_DIR": home, "PATH": os.environ["PATH"]}
        node = subprocess.Popen(
            [*command, "--port", "0", "--block-time", "0.01"], env=environ, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        if node.stderr is None:
            raise RuntimeError("The chain was started without a pipe for what it says.")
        with node.stderr as said:
            came = any("Imported #1 " in line for line in said)
            node.send_signal(signal.SIGTERM)
            said.read()
        _, status, usage = os.wait4(node.pid, 0)
        node.returncode = os.waitstatus_to_exitcode(status)
    if not came or node.returncode != 0:
        raise RuntimeError(f"taocli localnet start: exit code {node.returncode}")
    return (usage.ru_utime + usage.ru_stime) * 1_000


def in_process(subnets: int) -> Numbers:
    """``measure(subnets)`` in a process of its own, so that its memory is that of one chain."""
    command = [sys.executable, "-m", "tests.bench.localnet", "--measure", str(subnets)]
    found: Numbers = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return found


def measure(subnets: int) -> Numbers:
    """The numbers of a chain with so many subnets."""
    with Localnet(subnets=subnets, neurons=NEURONS, seed=1) as chain:
        chain.run(lambda node: fill(node.producer, subnets))
        idle_ms, epoch_ms = chain.run(lambda node: blocks(node.producer, subnets))
        transfers = chain.run(transfers_per_second)
        metagraph_ms = served_ms(chain.port)
        height = chain.block
    return {
        "idle_ms": idle_ms,
        "epoch_ms": epoch_ms,
        "transfers": transfers,
        "metagraph_ms": metagraph_ms,
        "blocks": height,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024,
    }


def fill(producer: Producer, subnets: int) -> None:
    """Raise the validators of every subnet to ``VALIDATORS``, who all weigh the same miners anew."""
    runtime: Any = producer.runtime
    module = runtime.subtensor_module
    validators = range(1, VALIDATORS + 1)
    for netuid in subnet_numbers(subnets):
        permits, updates = module.ValidatorPermit[netuid], module.LastUpdate[netuid]
        module.ActivityCutoffFactorMilli[netuid] = ACTIVE_TEMPOS * 1_000
        for uid in validators:
            stake(runtime, netuid, uid)
            module.Weights[netuid, uid] = [
                (miner, 1 + uid * miner * 7_919 % 65_535)
                for miner in range(validators.stop, NEURONS)
            ]
            permits[uid], updates[uid] = True, 1
        module.ValidatorPermit[netuid], module.LastUpdate[netuid] = permits, updates


def stake(runtime: Any, netuid: int, uid: int) -> None:
    """Buy stake of one neuron in its subnet and on root, with money made for it."""
    hotkey = dev_key(f"subnet{netuid}-hot{uid}").public_key
    coldkey = dev_key(f"subnet{netuid}-cold{uid}").public_key
    for where in (netuid, ROOT):
        runtime.balances.mint(coldkey, STAKE)
        call = runtime.subtensor_module.invocation(
            "add_stake", hotkey=hotkey, netuid=where, amount_staked=STAKE
        )
        runtime.dispatch(call, Origin.from_account(coldkey))


def blocks(producer: Producer, subnets: int) -> tuple[float, float]:
    """Milliseconds of an idle block, and of one epoch."""
    runtime: Any = producer.runtime
    index = runtime.subtensor_module.SubnetEpochIndex
    started = {netuid: index[netuid] for netuid in subnet_numbers(subnets)}
    idle, busy = [], []
    while min(index[netuid] - first for netuid, first in started.items()) <= EPOCHS:
        before = {netuid: index[netuid] for netuid in started}
        spent = cpu_ms(producer.seal_block)
        ran = [netuid for netuid in started if index[netuid] != before[netuid]]
        if not ran:
            idle.append(spent)
        elif all(before[netuid] > started[netuid] for netuid in ran):
            busy.append((spent, len(ran)))
    usual = statistics.median(idle)
    return usual, statistics.median((spent - usual) / count for spent, count in busy)


def transfers_per_second(node: LocalNode) -> float:
    """Transfers a second through the pool, which checks the signature, and into blocks, which do again."""
    sender, receiver = dev_key("Alice"), dev_key("Bob").public_key
    arguments = {"dest": receiver, "value": 1_000}
    spent = 0.0
    for _ in range(TRANSFERS):
        encoded = driving.sign(node, sender, "Balances.transfer_keep_alive", arguments)
        spent += cpu_ms(partial(node.producer.submit, encoded))
    included = 0
    while included < TRANSFERS:
        spent += cpu_ms(node.producer.seal_block)
        included += len(node.head.extrinsics) - 1
    return TRANSFERS * 1_000 / spent


def served_ms(port: int) -> float:
    """Milliseconds of ``get_metagraph`` over HTTP; the client, in the same process, is part of it."""
    arguments = "0x" + (1).to_bytes(2, "little").hex()
    ask = partial(process.ask, port, "state_call", "SubnetInfoRuntimeApi_get_metagraph", arguments)
    return statistics.median(cpu_ms(ask) for _ in range(REQUESTS))


def cpu_ms(work: Callable[[], object]) -> float:
    """CPU milliseconds that the whole process spends on something."""
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1_000


def main(arguments: list[str] | None = None) -> None:
    """Print a line a figure, or a JSON list."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.localnet")
    parser.add_argument("--json", action="store_true", help="print one JSON list")
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.measure is not None:
        print(json.dumps(measure(options.measure)))
    elif options.json:
        print(json.dumps([asdict(item) | {"verdict": item.verdict} for item in figures()]))
    else:
        for item in figures():
            print(item.line(), flush=True)


if __name__ == "__main__":
    main()
