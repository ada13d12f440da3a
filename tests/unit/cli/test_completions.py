"""Completion scripts match the command tree, and a real shell completes with them."""

import shutil
import subprocess

import pytest

from taocli.cli.completions import FOLDER, scripts

BASH = """
source {script}
COMP_WORDS=({words}); COMP_CWORD={index}
_taocli
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.mark.parametrize("name", ["taocli.bash", "_taocli", "taocli.fish"])
def test_committed_scripts_are_current(name: str) -> None:
    assert (FOLDER / name).read_text() == scripts()[name], "run python -m taocli.cli.completions"


def complete(*words: str) -> list[str]:
    quoted = " ".join(f"'{word}'" for word in words)
    script = BASH.format(script=FOLDER / "taocli.bash", words=quoted, index=len(words) - 1)
    finished = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, timeout=20, check=True
    )
    return finished.stdout.split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("taocli", "wal"), ["wallet"]),
        (("taocli", "wallet", "cre"), ["create"]),
        (("taocli", "--json", "localnet", "sta"), ["start", "status"]),
        (("taocli", "mine", "--sub"), ["--subnet"]),
    ],
)
def test_bash_completes(words: tuple[str, ...], expected: list[str]) -> None:
    assert complete(*words) == expected
