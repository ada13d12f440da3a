"""A real validator's dendrite asks a real miner on a real localnet, and the model answers."""

import asyncio
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import sr25519

from taocli.chain.client import SubstrateChain
from taocli.chain.networks import resolve_network
from taocli.domain.address import Address
from taocli.domain.balance import tao
from taocli.localnet.dev_keys import dev_key
from taocli.services.registration import plan_registration
from tests.fixtures_commands import Home, Running
from tests.fixtures_localnet import RunningLocalnet

SDK10 = Path(__file__).parents[2] / ".interop" / "sdk10" / "bin" / "python"
SEED = bytes([8] * 32)
pytestmark = [
    pytest.mark.interop,
    pytest.mark.slow,
    pytest.mark.skipif(
        not SDK10.exists(), reason="bittensor 10.5.0 is not installed: make interop"
    ),
]


async def register(endpoint: str, hotkey: Address, folder: Path) -> None:
    """Give the caller a slot: miners answer registered neurons only."""
    chain = await SubstrateChain.connect(resolve_network(endpoint), folder)
    try:
        payer = dev_key("Bob")
        plan = await plan_registration(chain, payer.address, hotkey, 1, tao("100"))
        assert plan is not None
        await chain.submit(plan, payer)
    finally:
        await chain.close()


def test_the_sdk_gets_generated_text_and_strangers_get_401(
    home: Home, start: Callable[..., Running], free_port: Callable[[], int],
    start_localnet: Callable[..., RunningLocalnet],
) -> None:  # fmt: skip
    chain = start_localnet("--block-time", "0.5")
    caller = Address(sr25519.pair_from_seed(SEED)[0])
    asyncio.run(register(chain.endpoint, caller, home.folder))
    made = home.wallet("miner", chain.endpoint)
    port = free_port()
    miner = start(
        "mine", "--subnet", "1", "--gpu", "cpu", "--network", chain.endpoint, "--wallet", "miner",
        "--port", str(port), "--register", "--yes",
    )  # fmt: skip
    miner.wait_for(lambda record: record.get("state") == "serving")
    finished = subprocess.run(
        [SDK10, Path(__file__).with_name("axon_peer.py"), str(port), made["hotkey_address"],
         SEED.hex(), "What is 17+25?"],
        env={"PATH": os.environ["PATH"], "HOME": str(home.folder)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    said = json.loads(finished.stdout.splitlines()[-1])
    assert (said["call"]["status"], said["call"]["success"]) == (200, True)
    assert said["call"]["completion"] == "42"
    assert said["many"] == ["42"] * 8
    for refused in ("unsigned", "wrongly signed", "replayed", "stale"):
        assert said[refused]["status"] == 401, refused
