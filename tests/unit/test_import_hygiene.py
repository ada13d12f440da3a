"""Commands load only what they need: checked by ``sys.modules`` of a fresh interpreter."""

import json
import subprocess
import sys

import pytest

HEAVY = {
    "torch",
    "textual",
    "substrateinterface",
    "bip_utils",
    "pydantic",
    "numpy",
    "bittensor_core",
    "uvicorn",
}
PROBE = """
import json, sys
from taocli.cli.main import run
code = run({arguments!r})
roots = sorted({{name.partition('.')[0] for name in sys.modules}})
sys.stderr.write('MODULES ' + json.dumps(roots))
"""


def loaded_by(*arguments: str) -> set[str]:
    finished = subprocess.run(
        [sys.executable, "-c", PROBE.format(arguments=list(arguments))],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return set(json.loads(finished.stderr.rpartition("MODULES ")[2]))


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("explain", "exit-codes", "--json"),
        ("wallet", "--help"),
        ("wallet", "list", "--json", "--wallet-path", "/nonexistent"),
        ("localnet", "--help"),
        ("mine", "--help"),
        ("status", "--help"),
        ("demo", "--help"),
    ],
)
def test_light_commands_load_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert loaded_by(*arguments) & HEAVY == set()


def test_json_output_draws_nothing() -> None:
    assert "rich" not in loaded_by("explain", "exit-codes", "--json")


def test_the_probe_sees_a_heavy_module() -> None:
    finished = subprocess.run(
        [sys.executable, "-c", "import numpy\n" + PROBE.format(arguments=["--help"])],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert "numpy" in json.loads(finished.stderr.rpartition("MODULES ")[2])
