"""Shielded transactions as the real clients make them: nobody passes a flag that turns the shield off."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fixtures_localnet import RunningLocalnet, running_localnet

pytestmark = [pytest.mark.interop, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
BTCLI_11 = ROOT / ".interop/sdk11/bin/btcli"
BTCLI_9 = ROOT / ".interop/sdk10/bin/btcli"
PYTHON_10 = ROOT / ".interop/sdk10/bin/python"
BOTH_KEYS = """
import json, sys
import bittensor as bt
from bittensor_wallet import Keypair, Wallet

endpoint, folder = sys.argv[1:]
chain = bt.Subtensor(network=endpoint)
owner = Wallet(name="dave", hotkey="default", path=folder)
cold, hot = Keypair.create_from_uri("//Dave"), Keypair.create_from_uri("//DaveShield")
owner.set_coldkey(cold, encrypt=False, overwrite=True)
owner.set_coldkeypub(cold, overwrite=True)
owner.set_hotkey(hot, encrypt=False, overwrite=True)
address = hot.ss58_address

def held():
    return chain.get_stake(coldkey_ss58=cold.ss58_address, hotkey_ss58=address, netuid=1).rao

registered = chain.burned_register(wallet=owner, netuid=1, mev_protection=True)
staked = chain.add_stake(wallet=owner, netuid=1, hotkey_ss58=address, mev_protection=True,
                         amount=bt.Balance.from_tao(50))
before = held()
unstaked = chain.unstake(wallet=owner, netuid=1, hotkey_ss58=address, mev_protection=True,
                         amount=bt.Balance.from_rao(before // 2, 1))
refused = chain.add_stake(wallet=owner, netuid=77, hotkey_ss58=address, mev_protection=True,
                          amount=bt.Balance.from_tao(1))
print(json.dumps({
    "answers": [[answer.success, str(answer.message)] for answer in (registered, staked, unstaked)],
    "inside": staked.mev_extrinsic is not None and staked.mev_extrinsic.is_success,
    "before": before, "after": held(), "refused": [refused.success, str(refused.message)],
}))
"""


def run(home: Path, *command: str | Path) -> Any:
    """Run a peer in a home of its own; the JSON at the end of what it prints."""
    if not Path(command[0]).exists():
        pytest.skip(f"{command[0]} is missing: run make interop")
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "NO_COLOR": "1", "COLUMNS": "200"}
    finished = subprocess.run(
        command, env=environment, cwd=home, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=150, check=False,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return json.loads(finished.stdout[finished.stdout.find("{") :])


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLocalnet]:
    with running_localnet(tmp_path_factory.mktemp("localnet"), "--block-time", "1") as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the wallets ``bob`` and ``alice`` in ``wallets``."""
    for name in ("bob", "alice"):
        run(
            tmp_path, BTCLI_9, "wallet", "create", "--wallet-path", tmp_path / "wallets",
            "--wallet-name", name, "--hotkey", "default", "--uri", name.capitalize(),
            "--no-use-password", "--json-output",
        )  # fmt: skip
    return tmp_path


def test_the_sdk_10_registers_and_trades(chain: RunningLocalnet, tmp_path: Path) -> None:
    told = run(tmp_path, PYTHON_10, "-c", BOTH_KEYS, chain.endpoint, tmp_path / "wallets")
    assert [success for success, _ in told["answers"]] == [True] * 3, told
    assert told["inside"] is True
    assert 0 < told["after"] < told["before"] * 6 // 10
    assert told["refused"][0] is False
    assert "wasn't decrypted" in told["refused"][1]  # what the pool would refuse is not put in


def test_btcli_9_stakes_by_default(chain: RunningLocalnet, home: Path) -> None:
    wallet = ("--wallet-path", home / "wallets", "--wallet-name", "bob", "--hotkey", "default")
    network = ("--network", chain.endpoint, "--no-prompt", "--json-output")
    run(home, BTCLI_9, "subnets", "register", "--netuid", "1", *wallet, *network)
    answer = run(
        home, BTCLI_9, "stake", "add", "--netuid", "1", "--amount", "20", "--unsafe", *wallet,
        *network,
    )  # fmt: skip
    (outcome,) = answer["staking_success"]["1"].values()
    assert outcome is True, answer


def test_btcli_11_registers_and_stakes_by_default(chain: RunningLocalnet, home: Path) -> None:
    wallet = ("--wallet-path", home / "wallets", "--wallet", "alice", "--wallet-hotkey", "default")
    common = ("--network", chain.endpoint, "--yes", "--json")
    registered = run(home, BTCLI_11, "subnets", "register", "--netuid", "1", *wallet, *common)
    assert registered["success"] is True
    assert registered["data"]["shielded"] is True
    staked = run(
        home, BTCLI_11, "stake", "add", "--netuid", "1", "--amount-tao", "20", *wallet, *common
    )
    assert staked["success"] is True
