"""What `taocli mine` says when it cannot mine: one error, its exit code, nothing half done."""

import json
import shutil
import socket
import tempfile

import pytest

from taocli import bootstrap
from taocli.cli.main import run
from taocli.cli.output import mode
from taocli.domain.errors import CannotConnect, NoGpu


@pytest.fixture(autouse=True)
def own_directories(tmp_path, monkeypatch):
    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    with tempfile.TemporaryDirectory() as short:  # a socket's path has room for 107 bytes
        monkeypatch.setenv("XDG_RUNTIME_DIR", short)
        yield
    mode.json = False


@pytest.fixture
def model(tmp_path):
    return shutil.copytree(bootstrap.shipped_model(), tmp_path / "model")


@pytest.fixture
def wallets(tmp_path, capsys):
    path = tmp_path / "wallets"
    arguments = ["wallet", "create", "--name", "a", "--uri", "//Alice", "--dev"]
    assert run([*arguments, "--wallet-path", str(path)]) == 0
    capsys.readouterr()
    return path


class Worker:
    engine = None
    restarts = 0
    started = False

    async def start(self):
        Worker.started = True

    async def stop(self, drain_s):
        pass


@pytest.fixture
def worker(monkeypatch):
    async def build(model, device, runtime):
        return Worker()

    Worker.started = False
    monkeypatch.setattr(bootstrap, "build_worker", build)
    return Worker


def mine(capsys, *arguments):
    code = run(["mine", "--subnet", "1", "--json", *arguments])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return code, lines[-1]["error"], [line.get("state") for line in lines[:-1]]


def test_apex_is_explained_and_not_pretended(capsys):
    code, error, states = mine(capsys, "--network", "finney")
    assert (code, error["code"], states) == (17, "P101", [])
    assert "submit" in error["why"]


def test_a_missing_wallet_is_named(capsys, tmp_path):
    code, error, _ = mine(capsys, "--network", "local", "--wallet-path", str(tmp_path / "none"))
    assert (code, error["code"]) == (11, "W101")


def test_a_folder_that_is_no_model_is_named(capsys, wallets, tmp_path):
    code, error, _ = mine(
        capsys, "--network", "local", "--wallet-path", str(wallets), "-w", "a",
        "--model", str(tmp_path / "nothing"),
    )  # fmt: skip
    assert (code, error["code"]) == (16, "M102")


def test_a_missing_gpu_ends_before_anything_is_spent(capsys, wallets, model, monkeypatch):
    async def build(model, device, runtime):
        raise NoGpu(f"There is no GPU {device}.", fix="Use --gpu cpu.")

    monkeypatch.setattr(bootstrap, "build_worker", build)
    code, error, states = mine(
        capsys, "--network", "local", "--wallet-path", str(wallets), "-w", "a",
        "--model", str(model), "--gpu", "0",
    )  # fmt: skip
    assert (code, error["code"], states) == (16, "M101", [])


def test_a_chain_that_is_down_is_a_network_error(capsys, wallets, model, worker, monkeypatch):
    async def build(settings):
        raise CannotConnect("Nothing answers.", fix="Start it.")

    monkeypatch.setattr(bootstrap, "build_chain", build)
    code, error, states = mine(
        capsys, "--network", "ws://127.0.0.1:9", "--wallet-path", str(wallets), "-w", "a",
        "--model", str(model), "--port", "0",
    )  # fmt: skip
    assert (code, error["code"]) == (10, "N101")
    assert states == ["preflight", "connecting", "draining", "stopped"]
    assert not worker.started


def test_a_taken_port_is_named_before_the_model_loads(capsys, wallets, model, worker):
    with socket.socket() as other:
        other.bind(("127.0.0.2", 0))
        other.listen()
        port = other.getsockname()[1]
        code, error, _ = mine(
            capsys, "--network", "ws://127.0.0.1:9", "--wallet-path", str(wallets), "-w", "a",
            "--model", str(model), "--port", str(port),
        )  # fmt: skip
    assert (code, error["code"]) == (10, "N103")
    assert not worker.started


def test_a_runtime_directory_too_deep_for_a_socket_is_explained(
    capsys, wallets, model, worker, tmp_path, monkeypatch
):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / ("deep" * 30)))
    code, error, _ = mine(
        capsys, "--network", "local", "--wallet-path", str(wallets), "-w", "a",
        "--model", str(model), "--port", "0",
    )  # fmt: skip
    assert (code, error["code"]) == (14, "F100")
    assert "XDG_RUNTIME_DIR" in error["fix"]
