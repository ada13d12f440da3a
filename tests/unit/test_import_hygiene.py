"""Commands load only what they need: checked by ``sys.modules`` of a fresh interpreter."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from taocli.wallet.keyfile import Secret, private_json, public_json
from taocli.wallet.keypair import Keypair

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
NETWORK = {"asyncio", "socket", "ssl", "http", "httpx", "websockets"}
CRYPTO = {"Crypto", "nacl", "cffi", "coincurve", "bip39"}
WALLETS, HOTKEYS = 50, 4
PROBE = """
import json, sys
from taocli.cli.main import run
code = run({arguments!r})
roots = sorted({{name.partition('.')[0] for name in sys.modules}})
sys.stderr.write('MODULES ' + json.dumps([code, roots]))
"""


def probe(*arguments: str, home: Path | None = None) -> tuple[int, str, set[str]]:
    """Exit code, output and top-level modules of a command, with a home directory of its own."""
    environ = None if home is None else {"PATH": os.environ["PATH"], "HOME": str(home)}
    finished = subprocess.run(
        [sys.executable, "-c", PROBE.format(arguments=list(arguments))], env=environ,
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    code, roots = json.loads(finished.stderr.rpartition("MODULES ")[2])
    return code, finished.stdout, set(roots)


def loaded_by(*arguments: str) -> set[str]:
    return probe(*arguments)[2]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with 50 wallets and 200 hotkeys, unencrypted, and an address book."""
    home = tmp_path_factory.mktemp("home")
    for number in range(WALLETS):
        folder = home / ".bittensor" / "wallets" / f"w{number}"
        folder.joinpath("hotkeys").mkdir(parents=True)
        for place, name in enumerate(("coldkey", *(f"hotkeys/h{n}" for n in range(HOTKEYS)))):
            seed = bytes([1 + number, place]) * 16
            secret = Secret(Keypair.from_seed(seed), seed)
            folder.joinpath(name).write_bytes(private_json(secret))
            folder.joinpath(name + "pub.txt").write_bytes(public_json(secret.key))
    address = Keypair.from_seed(bytes([9] * 32)).address.ss58
    assert probe("addr", "add", "friend", address, home=home)[0] == 0
    return home


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


@pytest.mark.parametrize(
    "arguments",
    [
        ("wallet", "list"),
        ("wallet", "list", "--json"),
        ("wallet", "show", "--wallet", "w7"),
        ("wallet", "show", "--wallet", "w7", "--json"),
        ("addr", "list"),
        ("unlock", "--help"),
        ("wallet", "create", "--help"),
    ],
)
def test_looking_at_keys_loads_no_cryptography_and_no_network(
    home: Path, arguments: tuple[str, ...]
) -> None:
    code, _, loaded = probe(*arguments, home=home)
    assert code == 0
    assert loaded & (HEAVY | NETWORK | CRYPTO | {"rich", "sr25519"}) == set()


def test_a_list_of_many_wallets_is_whole(home: Path) -> None:
    _, said, _ = probe("wallet", "list", "--json", home=home)
    wallets = json.loads(said)["data"]["wallets"]
    assert [len(wallet["hotkeys"]) for wallet in wallets] == [HOTKEYS] * WALLETS


def test_using_plain_keys_loads_one_library_of_their_kind(home: Path) -> None:
    """Signing asks whether the agent holds the key; where none runs, that takes no socket."""
    names = ("--wallet", "w3", "--hotkey", "h2", "--message", "hello", "--json")
    code, said, loaded = probe("wallet", "sign", *names, home=home)
    signature = json.loads(said)["data"]["signed_message"]
    assert code == 0
    checks = ("--signature", signature, "--address", "w3/h2", "--message", "hello")
    checked, _, needed = probe("wallet", "verify", *checks, home=home)
    assert checked == 0
    examined, _, looked = probe("wallet", "doctor", home=home)
    assert examined == 30  # the coldkeys are unencrypted
    for found in (loaded, needed, looked):
        assert found & (HEAVY | NETWORK | CRYPTO | {"rich"}) == set()
        assert "sr25519" in found


def test_json_output_draws_nothing() -> None:
    assert "rich" not in loaded_by("explain", "exit-codes", "--json")


def test_the_probe_sees_a_heavy_module() -> None:
    finished = subprocess.run(
        [sys.executable, "-c", "import numpy\n" + PROBE.format(arguments=["--help"])],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert "numpy" in json.loads(finished.stderr.rpartition("MODULES ")[2])[1]
