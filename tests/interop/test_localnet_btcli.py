"""Both generations of btcli, as installed from the index, against a localnet."""

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
    return json.loads(finished.stdout[min(map(finished.stdout.find, "[{"), key=place_of) :])


def place_of(position: int) -> int:
    """Order for positions in a text, those that were not found last."""
    return position if position >= 0 else 1 << 30


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLocalnet]:
    """A chain of this module's own, so that balances are what block 0 gave."""
    with running_localnet(tmp_path_factory.mktemp("btcli"), "--block-time", "0.25") as running:
        yield running


def test_btcli_11_shows_a_balance(chain: RunningLocalnet, tmp_path: Path) -> None:
    bob = chain.address("//Bob")
    answer = btcli(
        BTCLI_11, tmp_path, "wallet", "balance", bob, "--network", chain.endpoint, "--json"
    )
    assert (answer["coldkey"], answer["free_tao"]) == (bob, 1_000_000.0)


def test_btcli_11_lists_subnets(chain: RunningLocalnet, tmp_path: Path) -> None:
    answer = btcli(BTCLI_11, tmp_path, "subnets", "list", "--network", chain.endpoint, "--json")
    root, first = answer
    assert (root["netuid"], root["symbol"]) == (0, "τ")
    assert (first["netuid"], first["tempo"], first["neurons"]) == (1, 20, 1)
    assert first["price_tao_per_alpha"] > 0


def test_btcli_9_shows_a_balance(chain: RunningLocalnet, tmp_path: Path) -> None:
    bob = chain.address("//Bob")
    answer = btcli(
        BTCLI_9, tmp_path, "wallet", "balance", "--ss58", bob, "--network", chain.endpoint,
        "--json-output",
    )  # fmt: skip
    (row,) = answer["balances"].values()
    assert row == {"coldkey": bob, "free": 1_000_000.0, "staked": 0.0, "total": 1_000_000.0}


def test_btcli_9_lists_subnets(chain: RunningLocalnet, tmp_path: Path) -> None:
    answer = btcli(
        BTCLI_9, tmp_path, "subnets", "list", "--network", chain.endpoint, "--json-output"
    )
    assert set(answer["subnets"]) == {"0", "1"}
    assert answer["subnets"]["1"]["tempo"]["sn_tempo"] == 20
    assert answer["subnets"]["1"]["price"] > 0


def test_btcli_9_transfers(chain: RunningLocalnet, tmp_path: Path) -> None:
    receiver = "5CGV1J3EWSutove69MwQBJkBpRziZmRn1nQ9Rah621nLyVip"
    wallet = ("--wallet-path", str(tmp_path / "wallets"), "--wallet-name", "alice")
    btcli(
        BTCLI_9, tmp_path, "wallet", "create", *wallet, "--hotkey", "default", "--uri", "Alice",
        "--no-use-password", "--json-output",
    )  # fmt: skip
    answer = btcli(
        BTCLI_9, tmp_path, "wallet", "transfer", *wallet, "--dest", receiver, "--amount", "3",
        "--network", chain.endpoint, "--no-prompt", "--json-output",
    )  # fmt: skip
    assert answer["success"] is True
    after = btcli(
        BTCLI_9, tmp_path, "wallet", "balance", "--ss58", receiver, "--network", chain.endpoint,
        "--json-output",
    )  # fmt: skip
    assert after["totals"]["free"] == 3.0
