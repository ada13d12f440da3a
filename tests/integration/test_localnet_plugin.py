"""The pytest plug-in and the example in the README, run by a pytest of their own."""

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from taocli.localnet import Localnet

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PLUGIN = "taocli.localnet.pytest_plugin"


def documented_example() -> str:
    section = (ROOT / "README.md").read_text().partition("### In tests")[2]
    return section.partition("```python\n")[2].partition("```")[0]


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    installed = any(item.value == PLUGIN for item in entry_points(group="pytest11"))
    loaded = () if installed else ("-p", PLUGIN)
    return subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider",
            "--strict-markers", "-o", "asyncio_mode=auto", *loaded, *arguments,
        ],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_the_documented_example_passes(tmp_path: Path) -> None:
    (tmp_path / "test_example.py").write_text(documented_example())
    finished = run_pytest(tmp_path)
    assert "3 passed" in finished.stdout, finished.stdout + finished.stderr


def test_an_example_that_is_wrong_fails(tmp_path: Path) -> None:
    example = documented_example()
    assert "incentive == 65535" in example
    wrong = example.replace("incentive == 65535", "incentive == 1")
    (tmp_path / "test_example.py").write_text(wrong)
    assert "1 failed, 2 passed" in run_pytest(tmp_path).stdout


def test_it_costs_nothing_to_those_who_do_not_use_it(tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text(
        "import sys\n"
        "def test_nothing_was_imported(pytestconfig):\n"
        f"    assert pytestconfig.pluginmanager.has_plugin({PLUGIN!r})\n"
        "    loaded = {name for name in sys.modules if name.startswith('taocli')}\n"
        "    assert loaded <= {'taocli', 'taocli.localnet', 'taocli.localnet.exports',\n"
        f"                      {PLUGIN!r}}}, loaded\n"
    )
    finished = run_pytest(tmp_path, "-p", "no:asyncio", "-o", "addopts=")
    assert "1 passed" in finished.stdout, finished.stdout + finished.stderr


def test_the_entry_point_names_the_plugin() -> None:
    assert f'"{PLUGIN}" = "{PLUGIN}"' in (ROOT / "pyproject.toml").read_text()


def test_a_chain_can_be_used_without_pytest() -> None:
    with Localnet(subnets=1, neurons=4, seed=1) as chain:
        assert chain.advance_epoch(1).total.rao > 0
        thread_port = chain.port
        assert thread_port > 0
    chain.stop()  # a second time does nothing
    with pytest.raises(Exception, match="does not run"):
        _ = chain.endpoint


async def test_an_event_loop_may_stand_around_it() -> None:
    async with Localnet() as chain:
        assert chain.mine_blocks(2) == 2
        chain.advance_time(60_000)
        assert chain.block == 2
