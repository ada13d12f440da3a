"""What goes wrong for people, through the installed command: a clear error, its code, nothing lost."""

import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fixtures_commands import Home, Running
from tests.fixtures_localnet import RunningLocalnet

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
MODEL = Path(__file__).parents[2] / "taocli" / "models" / "sums"


def failed(
    result: tuple[int, dict[str, dict[str, str]], str], code: int, name: str
) -> dict[str, str]:
    found, said, _ = result
    assert (found, said["error"]["name"]) == (code, name)
    assert said["error"]["what"]
    assert said["error"]["fix"]
    return said["error"]


def mine(home: Home, endpoint: str, *more: str) -> tuple[int, dict[str, dict[str, str]], str]:
    return home.run("mine", "--subnet", "1", "--gpu", "cpu", "--network", endpoint, *more)


def test_an_unknown_wallet(home: Home, localnet: RunningLocalnet) -> None:
    home.wallet("alice")
    error = failed(mine(home, localnet.endpoint, "--wallet", "alicia"), 11, "WalletNotFound")
    assert "alice" in error["why"]


def test_a_wrong_password_registers_nobody(home: Home, localnet: RunningLocalnet) -> None:
    (home.folder / "pw").write_text("correct horse battery 7")
    (home.folder / "wrong").write_text("correct horse battery 8")
    code, _, talk = home.run(
        "wallet",
        "create",
        "--wallet",
        "a",
        "--password-file",
        str(home.folder / "pw"),
        "--show-secret",
    )
    assert code == 0, talk
    code, _, talk = home.run("localnet", "fund", "a", "10", "--network", localnet.endpoint)
    assert code == 0, talk
    more = ("--wallet", "a", "--register", "--yes", "--password-file")
    failed(mine(home, localnet.endpoint, *more, str(home.folder / "wrong")), 11, "WrongPassword")
    failed(mine(home, localnet.endpoint, "--wallet", "a"), 30, "NotRegistered")


def test_a_port_that_is_taken(home: Home) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        error = failed(home.run("localnet", "start", "--port", port), 10, "PortInUse")
        assert port in error["what"]


def test_an_axon_port_that_is_taken(home: Home, localnet: RunningLocalnet) -> None:
    home.wallet("m")
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        failed(mine(home, localnet.endpoint, "--wallet", "m", "--port", port), 10, "PortInUse")


def test_a_chain_that_is_down(home: Home, free_port: Callable[[], int]) -> None:
    home.wallet("m")
    endpoint = f"ws://127.0.0.1:{free_port()}"
    for result in (
        mine(home, endpoint, "--wallet", "m"),
        home.run("localnet", "fund", "m", "1", "--network", endpoint),
        home.run("localnet", "validator", "--network", endpoint),
    ):
        error = failed(result, 10, "CannotConnect")
        assert endpoint in error["what"]


def test_a_price_above_the_limit_spends_nothing(home: Home, localnet: RunningLocalnet) -> None:
    made = home.wallet("poor", localnet.endpoint)
    more = ("--wallet", "poor", "--register", "--max-burn", "0.000001", "--yes")
    failed(mine(home, localnet.endpoint, *more), 20, "PriceError")
    code, said, _ = home.run(
        "localnet", "fund", made["coldkey_address"], "1", "--network", localnet.endpoint
    )
    assert code == 0
    assert said["data"]["free"]["text"] == "11"


def test_a_hotkey_without_a_slot(home: Home, localnet: RunningLocalnet) -> None:
    home.wallet("unregistered")
    failed(mine(home, localnet.endpoint, "--wallet", "unregistered"), 30, "NotRegistered")


def test_a_gpu_that_is_not_there(home: Home, localnet: RunningLocalnet) -> None:
    if Path("/proc/driver/nvidia/version").exists():
        pytest.skip("this machine has an NVIDIA driver")
    home.wallet("m")
    arguments = (
        "mine",
        "--subnet",
        "1",
        "--gpu",
        "0",
        "--network",
        localnet.endpoint,
        "--wallet",
        "m",
    )
    error = failed(home.run(*arguments), 16, "NoGpu")
    assert "--gpu" in error["fix"]


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_model_without_a_file(home: Home, localnet: RunningLocalnet, missing: str) -> None:
    home.wallet("m")
    model = home.folder / "model"
    shutil.copytree(MODEL, model)
    (model / missing).unlink()
    error = failed(
        mine(home, localnet.endpoint, "--wallet", "m", "--model", str(model)), 16, "ModelInvalid"
    )
    assert Path(missing).suffix in error["what"] + error["why"]


def test_truncated_weights(
    home: Home, localnet: RunningLocalnet, free_port: Callable[[], int]
) -> None:
    home.wallet("cut", localnet.endpoint)
    model = home.folder / "model"
    shutil.copytree(MODEL, model)
    weights = model / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100_000])
    more = ("--wallet", "cut", "--register", "--yes", "--port", str(free_port()))
    error = failed(mine(home, localnet.endpoint, *more, "--model", str(model)), 16, "ModelInvalid")
    assert "model.safetensors" in error["what"] + error["why"]


def test_a_hotkey_file_alone_mines(
    home: Home,
    localnet: RunningLocalnet,
    start: Callable[..., Running],
    free_port: Callable[[], int],
) -> None:
    home.wallet("owner", localnet.endpoint)
    port = str(free_port())
    arguments = (
        "mine", "--subnet", "1", "--gpu", "cpu", "--network", localnet.endpoint, "--wallet", "owner",
        "--port", port,
    )  # fmt: skip
    first = start(*arguments, "--register", "--yes")
    first.wait_for(lambda record: record.get("state") == "serving")
    assert first.stop() == 143
    folder = home.folder / "w" / "owner"
    for name in ("coldkey", "coldkeypub.txt", "hotkeys/defaultpub.txt"):
        (folder / name).unlink()
    again = start(*arguments)
    again.wait_for(lambda record: record.get("state") == "serving")
    assert again.stop() == 143
