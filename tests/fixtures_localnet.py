"""A real localnet for tests: its own process on a free port, gone when the tests are.

``localnet`` is shared by a test session and makes a block each 0.25 s; tests that need a chain of
their own take ``start_localnet`` and call it with ``taocli localnet start`` arguments.
"""

import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True, slots=True)
class RunningLocalnet:
    """Where a localnet listens and what it said when it started."""

    endpoint: str
    introduction: dict[str, Any]
    process: "subprocess.Popen[str]"
    log: Path

    @property
    def port(self) -> int:
        return int(self.endpoint.rsplit(":", 1)[1])

    def address(self, name: str) -> str:
        """The SS58 address of a funded account such as ``//Alice``."""
        accounts = self.introduction["accounts"]
        return str(next(item["address"] for item in accounts if item["name"] == name))


@contextmanager
def running_localnet(directory: Path, *arguments: str) -> Iterator[RunningLocalnet]:
    """Start ``taocli localnet start --port 0 ARGUMENTS``; stop it on the way out."""
    runtime = directory / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    log = directory / "localnet.log"
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(runtime)}
    with log.open("w") as errors:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "taocli",
                "localnet",
                "start",
                "--port",
                "0",
                "--json",
                *arguments,
            ],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment,
        )
    try:
        line = process.stdout.readline() if process.stdout else ""
        document = json.loads(line) if line else {"ok": False}
        if not document["ok"]:
            pytest.fail(f"The localnet did not start: {line}{log.read_text()}")
        data = document["data"]
        yield RunningLocalnet(data["endpoint"], data, process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


@pytest.fixture(scope="session")
def localnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLocalnet]:
    """A shared chain with 0.25 s blocks; leave its accounts usable for the next test."""
    directory = tmp_path_factory.mktemp("localnet")
    with running_localnet(directory, "--block-time", "0.25") as running:
        yield running


@pytest.fixture
def start_localnet(tmp_path: Path) -> Iterator[Callable[..., RunningLocalnet]]:
    """Start chains of one's own: ``start_localnet("--block-time", "instant")``."""
    with ExitStack() as open_ones:
        numbers = itertools.count()

        def start(*arguments: str) -> RunningLocalnet:
            directory = tmp_path / f"localnet-{next(numbers)}"
            directory.mkdir()
            return open_ones.enter_context(running_localnet(directory, *arguments))

        yield start
