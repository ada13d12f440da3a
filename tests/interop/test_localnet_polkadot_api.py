"""The real polkadot.js API, with its own codec in JavaScript, against a localnet."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fixtures_localnet import RunningLocalnet

FOLDER = Path(__file__).parents[2] / ".interop" / "polkadotapi"
ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
SENT = 3_000_000_000
TIP = 5
pytestmark = [
    pytest.mark.interop,
    pytest.mark.slow,
    pytest.mark.skipif(
        not (FOLDER / "node_modules").exists(),
        reason="the polkadot.js API is not installed: make interop",
    ),
]


@pytest.fixture(scope="module")
def said(localnet: RunningLocalnet) -> dict[str, Any]:
    """One visit of the peer: what it read, sent and heard."""
    finished = subprocess.run(
        ["node", Path(__file__).with_name("polkadot_api_peer.mjs"), FOLDER, localnet.endpoint],
        capture_output=True, text=True, timeout=170, check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(FOLDER)},
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    answer: dict[str, Any] = json.loads(finished.stdout)
    return answer


def test_it_knows_the_chain_by_its_newest_metadata(said: dict[str, Any]) -> None:
    known = said["known"]
    assert known["chain"] == "Bittensor"
    assert known["properties"]["ss58Format"] == 42
    assert known["properties"]["tokenDecimals"] == [9]
    assert known["properties"]["tokenSymbol"] == ["TAO"]
    assert (known["spec"], known["metadata"], known["extrinsic"]) == (425, 15, 4)
    assert known["deposit"] == "500"
    assert {"subtensorModule", "system", "balances", "proxy"} <= set(known["pallets"])


def test_it_can_decode_everything_it_met(said: dict[str, Any]) -> None:
    known = ("Unknown signed extensions", "RPC methods not decorated", "limited mode", "RPC-CORE")
    assert [line for line in said["warnings"] if not any(word in line for word in known)] == []


def test_it_signs_a_transfer_and_reads_what_that_changed(said: dict[str, Any]) -> None:
    sent = said["sent"]
    assert sent["failure"] is None
    assert sent["statuses"][0] == "Ready"
    assert sent["statuses"][-1] == "Finalized"
    assert sent["names"][-1] == "system.ExtrinsicSuccess"
    assert {"balances.Transfer", "transactionPayment.TransactionFeePaid"} <= set(sent["names"])
    assert (said["signer"], said["method"]) == (ALICE, "balances.transferKeepAlive")
    before, after = said["before"], said["after"]
    gained = int(after["fresh"]) - int(before["fresh"])
    assert gained == SENT
    assert int(before["alice"]) - int(after["alice"]) == SENT + TIP + int(said["fee"])


def test_it_reads_the_state_of_an_earlier_block(said: dict[str, Any]) -> None:
    assert said["then"] == said["before"]
    assert said["then"] != said["after"]


def test_it_names_the_error_of_a_failed_call_and_runs_a_batch(said: dict[str, Any]) -> None:
    assert "FundsUnavailable" in said["failed"]["failure"]
    assert said["failed"]["names"][-1] == "system.ExtrinsicFailed"
    assert said["batch"]["failure"] is None
    assert said["batch"]["names"].count("utility.ItemCompleted") == 2


def test_it_is_told_why_the_pool_refuses(said: dict[str, Any]) -> None:
    assert said["poor"].startswith("1010: Invalid Transaction: Inability to pay some fees")
    assert said["forged"] == "1010: Invalid Transaction: Transaction has a bad signature"


def test_it_follows_heads_and_storage(said: dict[str, Any]) -> None:
    heads = said["heads"]
    assert heads == [heads[0], heads[0] + 1, heads[0] + 2]
    assert said["watched"][0] < said["watched"][1]


def test_it_reads_subnets_by_map_runtime_api_and_the_older_methods(said: dict[str, Any]) -> None:
    assert {0, 1} <= set(said["networks"])
    assert said["info"]["netuid"] == 1
    assert said["price"] > 0
    assert said["bytes"] > 32


def test_it_reads_the_same_over_http(said: dict[str, Any]) -> None:
    assert said["http"] == {"chain": "Bittensor", "free": said["after"]["fresh"]}
