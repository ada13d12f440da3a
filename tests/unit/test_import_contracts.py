"""The layer contracts hold, and a violation planted in a copy of the tree breaks them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as m; m()",
        "--no-cache",
    ]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120, check=False,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
    )  # fmt: skip


@pytest.fixture
def copy_of_the_tree(tmp_path: Path) -> Path:
    for name in ("taocli", "tui"):
        shutil.copytree(
            ROOT / name, tmp_path / name,
            ignore=shutil.ignore_patterns("__pycache__", "*.safetensors"),
        )  # fmt: skip
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.slow
def test_contracts_hold() -> None:
    finished = lint(ROOT)
    assert finished.returncode == 0, finished.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("taocli/wallet/planted.py", "import taocli.chain", "Imports point down"),
        ("taocli/chain/planted.py", "import taocli.localnet", "Imports point down"),
        ("taocli/miner/planted.py", "import torch", "Only the worker process"),
        ("taocli/services/planted.py", "import rich", "Only the shells draw"),
        ("taocli/cli/planted.py", "import textual", "The command line never loads"),
        ("taocli/domain/planted.py", "import nacl", "The domain stands alone"),
        ("taocli/wallet/planted.py", "import socket", "Key code can reach no network"),
        ("taocli/localnet/planted.py", "import bittensor_core", "Only the chain client"),
    ],
)
def test_a_planted_import_breaks_its_contract(
    copy_of_the_tree: Path, module: str, line: str, contract: str
) -> None:
    (copy_of_the_tree / module).write_text(f'"""Planted."""\n\n{line}\n')
    finished = lint(copy_of_the_tree)
    broken = finished.stdout.partition("Broken contracts")[2]
    assert contract in broken, finished.stdout + finished.stderr
