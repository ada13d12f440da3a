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
