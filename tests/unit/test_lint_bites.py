"""The linter and the type checker, with the project's own settings, notice planted violations."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def run(*command: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, input=typed, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("assert True\n", "S101"),
        ("def f(x: int):\n    return x\n", "ANN201"),
        ("try:\n    x = 1\nexcept Exception:\n    x = 2\n", "BLE001"),
        ("print('talk')\n", "T201"),
        ("import os\n", "F401"),
    ],
)
def test_ruff_notices(source: str, rule: str) -> None:
    name = "taocli/domain/planted.py"
    finished = run(
        str(BIN / "ruff"), "check", "--stdin-filename", name, "-", typed=f'"""Doc."""\n\n{source}'
    )
    assert finished.returncode == 1
    assert rule in finished.stdout


@pytest.mark.slow
def test_mypy_notices(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text("def f(x):\n    return x\n")
    finished = run(str(BIN / "mypy"), "--cache-dir", "/dev/null", str(planted))
    assert finished.returncode == 1
    assert "no-untyped-def" in finished.stdout
