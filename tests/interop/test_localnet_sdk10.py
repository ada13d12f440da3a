"""The bittensor SDK 10.5, as installed from the index, lives through a subnet's day on a localnet."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fixtures_localnet import RunningLocalnet

pytestmark = [pytest.mark.interop, pytest.mark.slow]

PYTHON = Path(__file__).parents[2] / ".interop/sdk10/bin/python"
PROGRAM = """
import json, sys
import bittensor as bt
from bittensor_wallet import Keypair, Wallet

endpoint, folder = sys.argv[1:]
chain = bt.Subtensor(network=endpoint)
open_ = {"mev_protection": False}

def wallet(uri):
    made = Wallet(name=uri.strip("/"), hotkey="default", path=folder)
    cold, hot = Keypair.create_from_uri(uri), Keypair.create_from_uri(uri + "Sdk")
    made.set_coldkey(cold, encrypt=False, overwrite=True)
    made.set_coldkeypub(cold, overwrite=True)
    made.set_hotkey(hot, encrypt=False, overwrite=True)
    return made

def must(response):
    assert response.success, response.message
    return response

def stake(owner, netuid):
    return chain.get_stake(
        coldkey_ss58=owner.coldkeypub.ss58_address, hotkey_ss58=owner.hotkey.ss58_address,
        netuid=netuid,
    ).rao

miner, validator = wallet("//Dave"), wallet("//Bob")
for owner in (miner, validator):
    must(chain.burned_register(wallet=owner, netuid=1))
address = validator.hotkey.ss58_address
must(chain.add_stake(wallet=validator, netuid=1, hotkey_ss58=address,
                     amount=bt.Balance.from_tao(500), **open_))
axon = bt.Axon(wallet=miner, port=8099, ip="10.1.2.3", external_ip="10.1.2.3")
must(chain.serve_axon(netuid=1, axon=axon))
must(chain.set_commitment(wallet=miner, netuid=1, data="hello", **open_))
uids = {n.hotkey: n.uid for n in chain.neurons_lite(1)}
uid = uids[miner.hotkey.ss58_address]
chain.wait_for_block(chain.get_next_epoch_start_block(1) + 1)
must(chain.set_weights(wallet=validator, netuid=1, uids=[uid], weights=[1.0], version_key=0, **open_))
chain.wait_for_block(chain.get_next_epoch_start_block(1) + 1)
graph = chain.metagraph(1)
mined = stake(miner, 1)
must(chain.unstake(wallet=miner, netuid=1, hotkey_ss58=miner.hotkey.ss58_address,
                   amount=bt.Balance.from_rao(mined // 2, 1), **open_))
must(chain.move_stake(wallet=validator, origin_netuid=1, destination_netuid=0,
                      origin_hotkey_ss58=address, destination_hotkey_ss58=address,
                      amount=bt.Balance.from_tao(100, 1), **open_))
refused = chain.add_stake(wallet=validator, netuid=77, hotkey_ss58=address,
                          amount=bt.Balance.from_tao(1), **open_)
print(json.dumps({
    "axon": str(graph.axons[uid].ip), "incentive": float(graph.I[uid]), "mined": mined,
    "left": stake(miner, 1), "root": stake(validator, 0), "refused": refused.message,
    "commitment": chain.get_commitment(1, uid), "info": chain.get_metagraph_info(1).num_uids,
    "subnets": [int(s.netuid) for s in chain.all_subnets()],
    "tempo": chain.get_subnet_hyperparameters(1).tempo,
}))
"""


@pytest.fixture
def told(start_localnet: Callable[..., RunningLocalnet], tmp_path: Path) -> Any:
    if not PYTHON.exists():
        pytest.skip(f"{PYTHON} is missing: run make interop")
    running = start_localnet("--block-time", "0.25")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    finished = subprocess.run(
        [PYTHON, "-c", PROGRAM, running.endpoint, str(tmp_path / "wallets")],
        env=environment, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=150, check=False,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return json.loads(finished.stdout.strip().splitlines()[-1])


def test_a_miner_registers_serves_and_is_paid(told: Any) -> None:
    assert told["axon"] == "10.1.2.3"
    assert told["incentive"] == pytest.approx(1.0, abs=0.01)
    assert told["mined"] > 10**9
    assert 0 < told["left"] < told["mined"] * 6 // 10
    assert told["root"] > 90 * 10**9
    assert told["commitment"] == "hello"
    assert told["subnets"] == [0, 1]
    assert told["info"] == 3
    assert told["tempo"] == 20
    assert "Unknown" not in told["refused"]
