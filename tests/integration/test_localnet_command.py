"""``taocli localnet`` as a user runs it: detach, look, refuse a second, stop."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from fixtures_localnet import RunningLocalnet

pytestmark = pytest.mark.slow


@pytest.fixture
def taocli(tmp_path: Path) -> Any:
    """Run a command in a login session of its own; (exit code, JSON document, stderr)."""
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)

    def run(*arguments: str) -> tuple[int, Any, str]:
        finished = subprocess.run(
            [sys.executable, "-m", "taocli", *arguments, "--json"],
            env={**os.environ, "XDG_RUNTIME_DIR": str(runtime)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return finished.returncode, json.loads(finished.stdout), finished.stderr

    yield run
    run("localnet", "stop", "--port", port_of(run("localnet", "status")[1]))


def port_of(document: Any) -> str:
    return str(document["data"][0]["endpoint"].rsplit(":", 1)[1]) if document["ok"] else "1"


def ask(endpoint: str, method: str, *params: Any) -> Any:
    url = endpoint.replace("ws://", "http://")
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return httpx.post(url, json=request, trust_env=False, timeout=10).json()["result"]


def test_a_detached_chain_answers_at_once_and_stops_when_told(taocli: Any) -> None:
    code, started, _ = taocli(
        "localnet", "start", "--port", "0", "--detach", "--block-time", "0.25"
    )
    assert code == 0
    endpoint = started["data"]["endpoint"]
    assert ask(endpoint, "system_chain") == "Bittensor"
    code, listed, _ = taocli("localnet", "status")
    assert code == 0
    assert [item["endpoint"] for item in listed["data"]] == [endpoint]
    code, refused, _ = taocli("localnet", "start", "--port", port_of(listed), "--detach")
    assert (code, refused["error"]["code"]) == (10, "N103")
    code, refused, _ = taocli("localnet", "start", "--port", port_of(listed))
    assert (code, refused["error"]["code"]) == (10, "N103")
    log = Path(started["data"]["log"])
    assert "Imported #1 (0x" in log.read_text() or ask(endpoint, "dev_mineBlocks", 1)
    code, stopped, _ = taocli("localnet", "stop", "--port", port_of(listed))
    assert (code, stopped["data"]["stopped"]) == (0, endpoint)
    assert taocli("localnet", "status")[1]["error"]["code"] == "N101"
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_block_time_that_makes_no_sense_is_refused(taocli: Any) -> None:
    code, refused, _ = taocli("localnet", "start", "--port", "0", "--block-time", "soon")
    assert (code, refused["error"]["code"]) == (12, "V106")


def test_genesis_differs_between_profiles_and_parameters(
    start_localnet: Callable[..., RunningLocalnet],
) -> None:
    chains = [
        start_localnet("--block-time", "instant", *more)
        for more in ((), (), ("--tempo", "7"), ("--profile", "subtensor"))
    ]
    same, again, tempo, profile = (chain.introduction["genesis"] for chain in chains)
    assert same == again
    assert len({same, tempo, profile}) == 3
    assert ask(chains[0].endpoint, "chain_getBlockHash", 0) == same


def test_blocks_made_on_request_end_epochs(start_localnet: Callable[..., RunningLocalnet]) -> None:
    chain = start_localnet("--block-time", "instant", "--tempo", "10")
    assert len(ask(chain.endpoint, "dev_mineBlocks", 50)) == 50
    assert ask(chain.endpoint, "dev_status")["block"] == 50
    metagraph = ask(chain.endpoint, "state_call", "SubnetInfoRuntimeApi_get_metagraph", "0x0100")
    assert metagraph.startswith("0x01")


def test_a_chain_is_driven_from_the_command_line(taocli: Any) -> None:
    options = ("--block-time", "instant", "--seed", "3", "--subnets", "2", "--neurons", "6")
    assert (
        taocli("localnet", "start", "--port", "0", "--detach", "--accounts", "1", *options)[0] == 0
    )
    listed = taocli("localnet", "status")[1]["data"][0]
    at = ("--port", str(listed["endpoint"].rsplit(":", 1)[1]))

    def drive(*words: str) -> Any:
        code, document, talk = taocli("localnet", *words, *at)
        assert code == 0, (document, talk)
        return document["data"]

    assert drive("mine-blocks", "105")["block"] == 105
    paid = drive("advance-epoch", "2")
    assert int(paid["total"]["rao"]) > 0
    assert drive("snapshot")["block"] == paid["block"]
    assert drive("advance-time", "2h")["next_time"] > 0
    assert drive("set-time", "2030-01-01T12:00")["iso"] == "2030-01-01T12:00:00.000Z"
    block = drive("mine-blocks", "3")
    assert drive("snapshots") == [drive("revert", "1")]
    assert drive("mine-blocks", "3")["block"] == block["block"]
    assert drive("fund", "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty", "2")["sent"]["rao"]
    assert drive("reset")["block"] == 0
    assert [item["name"] for item in drive("accounts")][-1] == "//dev/0"
    said = drive("logs", "--lines", "1000")["lines"]
    assert any(line.startswith("Imported #105 (0x") for line in said)
    code, refused, _ = taocli("localnet", "advance-epoch", "9", *at)
    assert (code, refused["error"]["code"]) == (12, "V107")


@pytest.mark.parametrize(
    "words",
    [
        ("mine-blocks", "1"),
        ("advance-epoch", "1"),
        ("advance-time", "5"),
        ("set-time", "5"),
        ("snapshot",),
        ("snapshots",),
        ("revert", "1"),
        ("reset",),
        ("accounts",),
        ("logs",),
        ("fund", "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty", "1"),
    ],
    ids=lambda words: words[0],
)
def test_no_other_network_is_driven(words: tuple[str, ...]) -> None:
    for network in (
        "finney",
        "wss://example.org",
        "ws://127.example.org:9944",
        "ws://10.0.0.1:9944",
    ):
        finished = subprocess.run(
            [sys.executable, "-m", "taocli", "localnet", *words, "--network", network, "--json"],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert finished.returncode == 2, finished.stdout
        assert json.loads(finished.stdout)["error"]["code"] == "U101"


def test_a_block_log_is_replayed_and_a_changed_one_is_found(
    start_localnet: Callable[..., RunningLocalnet], tmp_path: Path, taocli: Any
) -> None:
    log = tmp_path / "blocks.jsonl"
    genesis = tmp_path / "genesis.toml"
    genesis.write_text('[accounts]\n"//dev/5" = 3\n')
    chain = start_localnet(
        "--block-time", "instant", "--block-log", str(log), "--genesis", str(genesis)
    )
    ask(chain.endpoint, "dev_mineBlocks", 4)
    place = ask(chain.endpoint, "dev_snapshot")
    ask(chain.endpoint, "dev_fund", "//dev/6", str(10**9))
    ask(chain.endpoint, "dev_revert", place)
    ask(chain.endpoint, "dev_fund", "//dev/6", str(2 * 10**9))
    last = ask(chain.endpoint, "dev_mineBlocks", 30)[-1]
    code, replayed, talk = taocli("localnet", "replay", str(log))
    assert code == 0, talk
    assert replayed["data"] == {"chains": 1, "blocks": 36, "block": 35, "hash": last}
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    changed = next(item["block"] for item in entries if item.get("block", {}).get("number") == 3)
    changed["time"] += 1
    log.write_text("".join(json.dumps(item) + "\n" for item in entries))
    code, refused, _ = taocli("localnet", "replay", str(log))
    assert (code, refused["error"]["name"]) == (30, "ReplayDiffers")
    assert "#3" in refused["error"]["what"]
    log.write_text(log.read_text() + '{"block": {"num')  # what a killed process leaves
    assert taocli("localnet", "replay", str(log))[0] == 30
    log.write_text("no log\n")
    assert taocli("localnet", "replay", str(log))[0] == 12
    code, refused, _ = taocli("localnet", "start", "--port", "0", "--block-log", str(genesis))
    assert (code, genesis.read_text()[:10]) == (12, "[accounts]")


def test_two_runs_with_a_seed_have_the_same_hashes(
    start_localnet: Callable[..., RunningLocalnet],
) -> None:
    heads = []
    for seed in ("5", "5", "6"):
        chain = start_localnet("--block-time", "instant", "--seed", seed, "--subnets", "2")
        ask(chain.endpoint, "dev_fund", "//dev/6", "1000000")
        ask(chain.endpoint, "dev_advanceEpoch", 1)
        heads.append(ask(chain.endpoint, "dev_advanceEpoch", 2)["hash"])
    assert heads[0] == heads[1] != heads[2]
