"""Both generations of btcli and taocli at work on one wallet folder, by command line alone.

What one lists the others list, what one signs or encrypts the others verify or read. Each has a home of its
own, so that no settings file of one reaches another; the wallets are named by ``--wallet-path``.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TAOCLI = [sys.executable, "-m", "taocli"]
PROGRAMS = {
    "btcli 9": ROOT / ".interop/sdk10/bin/btcli",
    "btcli 11": ROOT / ".interop/sdk11/bin/btcli",
}
REMEMBER = """
import os, sys
from bittensor_wallet import Wallet
wallet, hotkey, path, password = sys.argv[1:]
Wallet(name=wallet, hotkey=hotkey, path=path).hotkey_file.save_password_to_env(password)
os.execvp("env", ["env", "-0"])
"""  # Rust sets the variable behind Python's back; the process that follows has it
PASSWORD = "correct horse battery 7"
MESSAGES = {"sr25519": "0x6869 is text: τ", "ed25519": '{"something": "here"}'}
WALLETS = {"sr25519": "alice", "ed25519": "edda"}
SIGNERS = [("sr25519", "miner"), ("ed25519", None)]  # a hotkey and a coldkey
pytestmark = [
    pytest.mark.interop,
    pytest.mark.slow,
    pytest.mark.skipif(
        not all(path.exists() for path in PROGRAMS.values()), reason="no btcli: make interop"
    ),
]


@dataclass(frozen=True)
class Desk:
    """One wallet folder and the programs around it; every answer is JSON."""

    wallets: Path
    homes: Path
    addresses: dict[str, str]

    def run(self, program: str, *arguments: str, code: int = 0, **environ: str) -> Any:
        home = self.homes / program.replace(" ", "-")
        home.mkdir(exist_ok=True)
        flag = "--json-output" if program == "btcli 9" else "--json"
        command = TAOCLI if program == "taocli" else [str(PROGRAMS[program])]
        finished = subprocess.run(
            [*command, "wallet", *arguments, flag],
            env={
                "PATH": os.environ["PATH"], "HOME": str(home), "NO_COLOR": "1",
                "COLUMNS": "9000",  # btcli 9 breaks lines, in the middle of texts too
            } | environ,
            cwd=home, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert finished.returncode == code, finished.stdout + finished.stderr
        said = json.loads(finished.stdout[finished.stdout.index("{") :])
        return said.get("data", said) if code == 0 else said

    def own(self, program: str, wallet: str, hotkey: str | None = None) -> list[str]:
        """Options that name a key of the folder; ``hotkey`` None means the coldkey."""
        names = ["--wallet-path", str(self.wallets)]
        names += ["--wallet-name" if program == "btcli 9" else "--wallet", wallet]
        if hotkey is not None:
            names += ["--wallet-hotkey", hotkey, "--use-hotkey"]
        elif program != "btcli 11":
            names.append("--no-use-hotkey")
        return names

    def sign(self, program: str, message: str, wallet: str, hotkey: str | None) -> tuple[str, str]:
        names = self.own(program, wallet, hotkey)
        said = self.run(program, "sign", "--message", message, *names)
        return said["signed_message"], said["signer_address"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Wallets by taocli: one of each kind of key with a hotkey, and an address to look at."""
    desk = Desk(tmp_path_factory.mktemp("wallets"), tmp_path_factory.mktemp("homes"), {})
    folder = ["--wallet-path", str(desk.wallets)]
    for kind, wallet in WALLETS.items():
        made = desk.run(
            "taocli", "create", "--wallet", wallet, "--hotkey", "miner", "--no-password",
            "--show-secret", "--crypto-type", kind, "--hotkey-crypto-type", kind, *folder,
        )  # fmt: skip
        desk.addresses[wallet] = made["coldkey_address"]
        desk.addresses[f"{wallet}/miner"] = made["hotkey_address"]
    watched = desk.addresses["watcher"] = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
    desk.run("taocli", "watch", watched, "--wallet", "watcher", *folder)
    return desk


def listed(said: dict[str, Any], wallets: str, name: str, address: str) -> dict[str, str]:
    """``WALLET`` and ``WALLET/HOTKEY`` with their addresses, whatever the fields are called."""
    found = {}
    for wallet in said[wallets]:
        found[wallet[name]] = wallet[address]
        found |= {f"{wallet[name]}/{hot['name']}": hot[address] for hot in wallet["hotkeys"]}
    return found


def test_btcli_9_lists_our_wallets(desk: Desk) -> None:
    said = desk.run("btcli 9", "list", "--wallet-path", str(desk.wallets))
    found = listed(said, "wallets", "name", "ss58_address")
    assert {name: found.get(name) for name in desk.addresses} == desk.addresses


def test_btcli_11_lists_our_wallets(desk: Desk) -> None:
    said = desk.run("btcli 11", "list", "--wallet-path", str(desk.wallets))
    found = listed(said, "coldkeys", "coldkey", "ss58")
    assert {name: found.get(name) for name in desk.addresses} == desk.addresses
    kinds = {wallet["coldkey"]: wallet["crypto_type"] for wallet in said["coldkeys"]}
    assert {wallet: kind for kind, wallet in WALLETS.items()}.items() <= kinds.items()


def test_btcli_11_shows_our_wallet(desk: Desk) -> None:
    names = ["--wallet-path", str(desk.wallets), "--wallet", "edda", "--wallet-hotkey", "miner"]
    said = desk.run("btcli 11", "show", *names)
    assert (said["coldkey_ss58"], said["coldkey_crypto_type"]) == (
        desk.addresses["edda"],
        "ed25519",
    )
    assert said["hotkey_ss58"] == desk.addresses["edda/miner"]


def test_we_list_the_wallets_that_both_create(desk: Desk, tmp_path: Path) -> None:
    folder = ["--wallet-path", str(tmp_path), "--wallet-hotkey", "hot", "--n-words", "24"]
    nine = desk.run("btcli 9", "create", "--wallet-name", "nine", "--no-use-password", *folder)
    eleven = desk.run("btcli 11", "create", "--wallet", "eleven", "--no-password", *folder)
    said = desk.run("taocli", "list", "--wallet-path", str(tmp_path))
    found = {wallet["name"]: wallet["coldkey"] for wallet in said["wallets"]}
    assert found["nine"]["address"] == nine["coldkey_ss58"]
    assert found["eleven"]["address"] == eleven["coldkey_ss58"]
    assert {key["encrypted"] for key in found.values()} == {False}
    hotkeys = {wallet["name"]: wallet["hotkeys"] for wallet in said["wallets"]}
    assert [key["address"] for key in hotkeys["nine"]] == [nine["hotkey_ss58"]]
    assert [key["name"] for key in hotkeys["eleven"]] == ["hot"]
    for name in ("nine", "eleven"):
        phrase = desk.run(
            "taocli", "show", "--phrase", "--show-secret", "--wallet", name, *folder[:2]
        )
        assert len(phrase["phrase"].split()) == 24


@pytest.mark.parametrize(("kind", "hotkey"), SIGNERS)
def test_both_verify_what_we_sign(desk: Desk, kind: str, hotkey: str | None) -> None:
    wallet, message = WALLETS[kind], MESSAGES[kind]
    signature, signer = desk.sign("taocli", message, wallet, hotkey)
    assert signer == desk.addresses[wallet if hotkey is None else f"{wallet}/{hotkey}"]
    asked = ["verify", "--message", message, "--signature", signature]
    nine = desk.run("btcli 9", *asked, "--address", signer)
    assert (nine["verified"], nine["crypto_type"]) == (True, kind)
    is_known = kind == "sr25519"  # btcli 11 takes every address for sr25519
    eleven = desk.run("btcli 11", *asked, "--ss58", signer, code=0 if is_known else 1)
    assert eleven["valid"] is is_known


@pytest.mark.parametrize(("kind", "hotkey"), SIGNERS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_we_verify_what_both_sign(desk: Desk, program: str, kind: str, hotkey: str | None) -> None:
    wallet, message = WALLETS[kind], MESSAGES[kind]
    signature, signer = desk.sign(program, message, wallet, hotkey)
    asked = ["verify", "--signature", signature, "--address", signer]
    said = desk.run("taocli", *asked, "--message", message)
    assert said == {"valid": True, "address": signer}
    assert signer == desk.addresses[wallet if hotkey is None else f"{wallet}/{hotkey}"]
    other = desk.run("taocli", *asked, "--message", message + " ", code=30)
    assert other["error"]["name"] == "SignatureInvalid"


def test_both_read_what_we_encrypt(desk: Desk) -> None:
    sealed = desk.run("taocli", "encrypt", "--to", desk.addresses["edda/miner"], "--message", "τ 9")
    asked = ["decrypt", "--ciphertext", sealed["ciphertext"]]
    nine = desk.run("btcli 9", *asked, *desk.own("btcli 9", "edda", "miner"))
    assert nine["plaintext"] == "τ 9"
    eleven = desk.run("btcli 11", *asked, *desk.own("btcli 11", "edda", "miner"))
    assert eleven["message"] == "τ 9"


@pytest.mark.parametrize(
    ("program", "option", "field"),
    [("btcli 9", "--to", "ciphertext_hex"), ("btcli 11", "--recipient", "ciphertext")],
)
def test_we_read_what_both_encrypt(desk: Desk, program: str, option: str, field: str) -> None:
    said = desk.run(program, "encrypt", option, desk.addresses["edda"], "--message", "τ 11")
    own = desk.own("taocli", "edda")
    assert desk.run("taocli", "decrypt", "--ciphertext", said[field], *own)["message"] == "τ 11"


def test_a_variable_of_the_peer_opens_our_hotkey_everywhere(desk: Desk, tmp_path: Path) -> None:
    """bittensor-wallet 4 writes ``BT_PW_<FILE>``; taocli and btcli 11 sign with it, unasked."""
    password = tmp_path / "password"
    password.write_text(PASSWORD + "\n")
    password.chmod(0o600)
    made = desk.run(
        "taocli", "new-hotkey", "--wallet", "alice", "--hotkey", "locked", "--show-secret",
        "--use-password", "--password-file", str(password), "--wallet-path", str(desk.wallets),
    )  # fmt: skip
    python = PROGRAMS["btcli 9"].with_name("python")
    finished = subprocess.run(
        [python, "-c", REMEMBER, "alice", "locked", str(desk.wallets), PASSWORD],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)}, capture_output=True, check=True,
    )  # fmt: skip
    pairs = (entry.partition("=") for entry in finished.stdout.decode().split("\0"))
    remembered = {name: value for name, _, value in pairs if name.startswith("BT_PW_")}
    assert len(remembered) == 1
    for program in ("taocli", "btcli 11"):
        own = desk.own(program, "alice", "locked")
        said = desk.run(program, "sign", "--message", "unasked", *own, **remembered)
        assert said["signer_address"] == made["address"]
