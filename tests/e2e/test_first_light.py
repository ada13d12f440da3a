"""The whole road: who answers right earns, and the demo tells the truth about it."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from taocli.chain.client import SubstrateChain
from taocli.chain.networks import resolve_network
from taocli.domain.address import Address
from taocli.domain.neuron import Metagraph
from tests.fixtures_commands import Home, Running
from tests.fixtures_localnet import RunningLocalnet
from tests.terminal import Terminal

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
Start = Callable[..., Running]


def metagraph(endpoint: str, folder: Path) -> Metagraph:
    """The subnet as the chain has it now."""

    async def read() -> Metagraph:
        chain = await SubstrateChain.connect(resolve_network(endpoint), folder)
        try:
            return await chain.at(await chain.head()).metagraph(1)
        finally:
            await chain.close()

    return asyncio.run(read())


def mine(start: Start, wallet: str, endpoint: str, port: int, *more: str) -> Running:
    miner = start(
        "mine", "--subnet", "1", "--gpu", "cpu", "--network", endpoint, "--wallet", wallet,
        "--port", str(port), "--register", "--max-burn", "1.0", "--yes", *more,
    )  # fmt: skip
    miner.wait_for(lambda record: record.get("state") == "serving")
    return miner


def test_the_trained_model_earns_and_the_random_one_does_not(
    home: Home, start: Start, free_port: Callable[[], int],
    start_localnet: Callable[..., RunningLocalnet],
) -> None:  # fmt: skip
    chain = start_localnet("--block-time", "0.5", "--tempo", "20")
    random_model = home.folder / "random"
    subprocess.run(
        [sys.executable, "-m", "taocli.worker.training.random_model", "--out", str(random_model)],
        check=True, timeout=60, capture_output=True,
    )  # fmt: skip
    validator = start("localnet", "validator", "--netuid", "1", "--network", chain.endpoint)
    validator.wait_for(lambda record: record["kind"] == "start")
    trained = home.wallet("trained", chain.endpoint)
    untrained = home.wallet("random", chain.endpoint)
    mine(start, "trained", chain.endpoint, free_port())
    mine(start, "random", chain.endpoint, free_port(), "--model", str(random_model))

    validator.wait_for(lambda record: record["kind"] == "weights")
    begun = sum(record["kind"] == "epoch" for record in validator.records())

    def two_more(_: object) -> bool:
        return sum(record["kind"] == "epoch" for record in validator.records()) >= begun + 2

    validator.wait_for(two_more, 60)
    graph = metagraph(chain.endpoint, home.folder)
    good = graph.by_hotkey(Address.parse(trained["hotkey_address"]))
    bad = graph.by_hotkey(Address.parse(untrained["hotkey_address"]))
    assert good is not None
    assert bad is not None
    assert good.incentive > 0.9
    assert bad.incentive == 0
    assert good.alpha_stake.rao > 0
    assert bad.alpha_stake.rao == 0
    answers = [record for record in validator.records() if record["kind"] == "answer"]
    assert any(record["uid"] == bad.uid for record in answers)
    assert not any(record["right"] for record in answers if record["uid"] == bad.uid)


def test_a_miner_survives_its_worker_and_its_chain(
    home: Home, start: Start, free_port: Callable[[], int],
    start_localnet: Callable[..., RunningLocalnet],
) -> None:  # fmt: skip
    chain = start_localnet("--block-time", "0.5", "--tempo", "20")
    home.wallet("miner", chain.endpoint)
    miner = mine(start, "miner", chain.endpoint, free_port())
    arguments = ("status", "--network", chain.endpoint, "--subnet", "1", "--wallet", "miner")

    def worker() -> int | None:
        """The process that runs the model."""
        for child in psutil.Process(miner.process.pid).children():
            with contextlib.suppress(psutil.Error):  # it may end while we look
                if "taocli.worker" in child.cmdline():
                    return child.pid
        return None

    def state() -> str:
        _, said, _ = home.run(*arguments)
        return str(said["data"]["miner"]["report"]["worker"]["state"])

    first = worker()
    assert first is not None

    def wait_until_another_is_ready(former: int | None) -> None:
        deadline = time.monotonic() + 60
        while worker() in {None, former} or state() != "ready":
            assert time.monotonic() < deadline, miner.log.read_text()
            time.sleep(0.3)

    wait_until_another_is_ready(None)
    os.kill(first, signal.SIGKILL)
    wait_until_another_is_ready(first)

    states = len(miner.records())  # the worker's death may have degraded it before

    def turns(state: str) -> dict[str, object]:
        return miner.wait_for(
            lambda record: record in miner.records()[states:] and record["state"] == state, 60
        )

    chain.process.send_signal(signal.SIGSTOP)
    try:
        turns("degraded")
        assert miner.process.poll() is None
    finally:
        chain.process.send_signal(signal.SIGCONT)
    turns("serving")
    assert miner.stop() == 143
    assert miner.records()[-1]["state"] == "stopped"


def test_the_demo_prints_one_true_document(home: Home) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "taocli", "demo", "--headless", "--epochs", "2", "--json", "--gpu", "cpu"],
        env={**home.environ, "TMPDIR": str(home.folder)}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=150, check=False,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    (line,) = finished.stdout.splitlines()
    document = json.loads(line)
    data = document["data"]
    assert document["ok"] is True
    assert set(data) == {
        "network", "netuid", "hotkey", "uid", "blocks", "epochs", "requests_answered",
        "tokens_generated", "answers_right", "incentive", "earned", "device",
    }  # fmt: skip
    assert data["epochs"] == 2
    assert data["blocks"] >= 20
    assert data["requests_answered"] >= 10
    assert data["tokens_generated"] > data["requests_answered"]
    assert data["answers_right"] > 0.9
    assert data["incentive"] > 0.9
    assert int(data["earned"]["rao"]) > 0
    assert (data["device"], data["earned"]["netuid"]) == ("cpu", 1)
    assert not list(home.folder.glob("taocli-demo-*"))


def test_the_demo_cleans_up_when_it_is_stopped(home: Home) -> None:
    environ = {**home.environ, "TMPDIR": str(home.folder)}
    process = subprocess.Popen(
        [sys.executable, "-m", "taocli", "demo", "--headless", "--gpu", "cpu"], env=environ,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("Registering a miner"):
            break
    process.send_signal(signal.SIGTERM)
    process.stderr.read()
    assert process.wait(40) == 143
    process.stderr.close()
    assert not list(home.folder.glob("taocli-demo-*"))
    listed = subprocess.run(
        ["ps", "-eo", "args"], capture_output=True, text=True, check=True
    ).stdout
    assert str(home.folder) not in listed


def test_on_a_terminal_the_demo_shows_the_dashboard_and_leaves_nothing(home: Home) -> None:
    environ = {**home.environ, "TMPDIR": str(home.folder), "TERM": "xterm-256color"}
    terminal = Terminal.run(["demo", "--gpu", "cpu"], environ)
    terminal.wait_for("Starting a chain of our own.")
    terminal.wait_for("Standing", 90)
    terminal.wait_for("serving", 20)
    terminal.type("q")
    terminal.wait_for("The demo is over", 40)
    assert terminal.finish() == 0
    assert "\x1b[?1049l" in terminal.seen
    assert not list(home.folder.glob("taocli-demo-*"))
