"""Every command runs with marked secrets, and they are found nowhere: the canary test."""

from pathlib import Path

import pytest

from tests.canaries import Canary
from tests.canary_scenarios import PREPARATIONS, SCENARIOS
from tests.marked_runs import judge, marked_home, perform

pytestmark = [pytest.mark.slow, pytest.mark.timeout(170)]


@pytest.mark.parametrize("command", SCENARIOS)
def test_a_command_lets_no_secret_out(command: str) -> None:
    learned: list[Canary] = []
    with marked_home() as root:
        PREPARATIONS.get(command, lambda _: None)(root)
        found = [
            f"{leak}, after: {run.line[:60]}"
            for run in SCENARIOS[command]
            for leak in judge(run, perform(root, run).sightings, learned)
        ]
    assert found == []
