"""Both generations of btcli, as installed from the index, against a localnet."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fixtures_localnet import RunningLocalnet

pytestmark = [pytest.mark.interop, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
BTCLI_11 = ROOT / ".interop/sdk11/bin/btcli"
BTCLI_9 = ROOT / ".interop/sdk10/bin/btcli"


def btcli(program: Path, home: Path, *arguments: str) -> Any:
    """Run a btcli in a home of its own; its JSON output, after checking exit code 0."""
    if not program.exists():
        pytest.skip(f"{program} is missing: run make interop")
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "NO_COLOR": "1", "COLUMNS": "200"}
    finished = subprocess.run(
        [program, *arguments],
        env=environment,
        cwd=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return json.loads(finished.stdout[finished.stdout.index("{") :])


def test_btcli_11_shows_a_balance(localnet: RunningLocalnet, tmp_path: Path) -> None:
    bob = localnet.address("//Bob")
    answer = btcli(
        BTCLI_11, tmp_path, "wallet", "balance", bob, "--network", localnet.endpoint, "--json"
    )
    assert "1000000" in json.dumps(answer).replace(",", "")


def test_btcli_11_lists_subnets(localnet: RunningLocalnet, tmp_path: Path) -> None:
    answer = btcli(BTCLI_11, tmp_path, "subnets", "list", "--network", localnet.endpoint, "--json")
    assert {0, 1} <= {item["netuid"] for item in rows(answer)}


def test_btcli_9_shows_a_balance(localnet: RunningLocalnet, tmp_path: Path) -> None:
    bob = localnet.address("//Bob")
    answer = btcli(
        BTCLI_9, tmp_path, "wallet", "balance", "--ss58", bob, "--network", localnet.endpoint,
        "--json-output",
    )  # fmt: skip
    assert bob in json.dumps(answer)
    assert "1000000" in json.dumps(answer)


def test_btcli_9_lists_subnets(localnet: RunningLocalnet, tmp_path: Path) -> None:
    answer = btcli(
        BTCLI_9, tmp_path, "subnets", "list", "--network", localnet.endpoint, "--json-output"
    )
    assert {"0", "1"} <= set(answer["subnets"])


def rows(answer: Any) -> list[Any]:
    """The records in an answer of btcli 11, which nests them under a name."""
    if isinstance(answer, list):
        return answer
    return next(value for value in answer.values() if isinstance(value, list))
