"""A private home for commands, and a way to run them as a person would."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass
class Home:
    """Folders of one imaginary user; ``run`` runs a command to its end."""

    folder: Path
    environ: dict[str, str]

    def run(self, *arguments: str, timeout: float = 90) -> tuple[int, Any, str]:
        """Exit code, the JSON document on stdout, and what stood on stderr."""
        finished = subprocess.run(
            [sys.executable, "-m", "taocli", *arguments, "--json"], env=self.environ,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, check=False,
        )  # fmt: skip
        lines = finished.stdout.splitlines()
        return finished.returncode, json.loads(lines[-1]) if lines else None, finished.stderr

    def wallet(self, name: str, endpoint: str | None = None) -> dict[str, str]:
        """A development wallet, funded where a chain is given."""
        code, said, talk = self.run(
            "wallet", "create", "--wallet", name, "--uri", f"//{name}", "--dev"
        )
        assert code == 0, talk
        if endpoint is not None:
            code, _, talk = self.run("localnet", "fund", name, "10", "--network", endpoint)
            assert code == 0, talk
        return dict(said["data"])


@dataclass
class Running:
    """A command that goes on, with its records so far."""

    process: "subprocess.Popen[bytes]"
    out: Path
    log: Path

    def records(self) -> list[dict[str, Any]]:
        whole, _, _ = self.out.read_text().rpartition("\n")  # the last line may be half written
        return [json.loads(line) for line in whole.splitlines()]

    def wait_for(
        self, wanted: Callable[[dict[str, Any]], bool], seconds: float = 60
    ) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = next((record for record in self.records() if wanted(record)), None)
            if found is not None:
                return found
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.1)
        raise AssertionError(
            f"Nothing of the kind in {self.records()[-5:]}; {self.log.read_text()}"
        )

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


@pytest.fixture
def home() -> Iterator[Home]:
    folder = Path(tempfile.mkdtemp(prefix="t"))  # short: a Unix socket's path ends at 107 bytes
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("TAOCLI_", "BT_", "XDG_"))}
    for name, part in {
        "XDG_RUNTIME_DIR": "r", "XDG_STATE_HOME": "s", "XDG_CACHE_HOME": "c",
        "XDG_CONFIG_HOME": "f", "TAOCLI_WALLET_PATH": "w",
    }.items():  # fmt: skip
        environ[name] = str(folder / part)
    (folder / "r").mkdir(mode=0o700)
    yield Home(folder, environ)
    shutil.rmtree(folder)


@pytest.fixture
def start(home: Home) -> Iterator[Callable[..., Running]]:
    """Start a command in the background; all are stopped at the end."""
    with ExitStack() as stack:
        count = 0

        def run(*arguments: str) -> Running:
            nonlocal count
            count += 1
            out, log = home.folder / f"{count}.out", home.folder / f"{count}.log"
            with out.open("wb") as output, log.open("wb") as errors:
                process = subprocess.Popen(
                    [sys.executable, "-m", "taocli", *arguments, "--json"], env=home.environ,
                    stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                )  # fmt: skip
            running = Running(process, out, log)
            stack.callback(running.stop)
            return running

        yield run


@pytest.fixture
def free_port() -> Callable[[], int]:
    def find() -> int:
        with socket.socket() as probe:
            probe.bind(("0.0.0.0", 0))
            return int(probe.getsockname()[1])

    return find
