"""Machines that hold only a part of a wallet: a miner's, a watcher's, and one that lists hotkeys.

Every read works with whatever tells the address, and every action with the one key that it needs. Where
that key is elsewhere the program says so; it never calls a file damaged that is simply not there.
"""

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from taocli.cli import main as entry
from taocli.domain.address import Address
from taocli.services.key_making import secret_from_phrase
from taocli.wallet.keypair import verify
from taocli.wallet.store import WalletStore
from taocli.wallet.writing import write_key
from tests.fixtures_localnet import RunningLocalnet

COLD = secret_from_phrase("tank lizard arch marble zone chef gasp liar guard inhale gym inch")
HOT = secret_from_phrase(
    "legal winner thank year wave sausage worth useful legal winner thank yellow"
)
FILES = {
    "hotkey": "hotkeys/default",
    "hotkeypub": "hotkeys/defaultpub.txt",
    "coldkeypub": "coldkeypub.txt",
}
WORKS, ELSEWHERE, NO_SUCH_HOTKEY = (0, None), (11, "W105"), (11, "W101")


@dataclass
class Machine:
    """Runs commands where one file of wallet ``owner`` is all there is."""

    capsys: pytest.CaptureFixture[str]
    talk: str = ""

    def __call__(self, *arguments: str) -> tuple[tuple[int, str | None], Any]:
        """Exit code and error code, and what was said; ``talk`` is what stood on stderr."""
        code = entry.run([*arguments, "--json"])
        captured = self.capsys.readouterr()
        said, self.talk = json.loads(captured.out), captured.err
        if said["ok"]:
            return (code, None), said["data"]
        error = said["error"]
        assert error["code"] != "W104", error
        assert "damaged" not in (error["what"] + error["why"]).lower(), error
        if error["code"] in {"W105", "W101"}:
            assert "on this machine" in error["what"], error
            assert error["fix"], error
        return (code, error["code"]), error


@pytest.fixture(params=FILES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def machine(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Machine]:
    for name in list(os.environ):
        if name.startswith(("BT_", "TAOCLI_", "XDG_")):
            monkeypatch.delenv(name)
    for name in ("XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        (tmp_path / name).mkdir(mode=0o700)
        monkeypatch.setenv(name, str(tmp_path / name))
    root = tmp_path / "wallets"
    monkeypatch.setenv("TAOCLI_WALLET_PATH", str(root))
    store = WalletStore(root)
    write_key(store.new_coldkey("owner"), COLD, None)
    write_key(store.new_hotkey("owner", "default"), HOT, None)
    for path in (root / "owner").rglob("*"):
        if path.is_file() and str(path.relative_to(root / "owner")) != FILES[kind]:
            path.unlink()
    with contextlib.suppress(OSError):  # it holds the one file
        (root / "owner" / "hotkeys").rmdir()

    (only,) = [path for path in root.rglob("*") if path.is_file()]
    before = only.read_bytes()
    yield Machine(capsys)
    assert [path for path in root.rglob("*") if path.is_file()] == [only]
    assert only.read_bytes() == before


def test_the_wallet_is_listed_with_what_is_known(machine: Machine, kind: str) -> None:
    known = COLD if kind == "coldkeypub" else HOT
    for command in (("list",), ("show", "-w", "owner")):
        found, data = machine("wallet", *command)
        assert found == WORKS
        wallet = data["wallets"][0] if command == ("list",) else data
        keys = [key for key in (wallet["coldkey"], *wallet["hotkeys"]) if key is not None]
        assert [key["address"] for key in keys] == [known.key.address.ss58]
        assert [key["encrypted"] for key in keys] == [False if kind == "hotkey" else None]
        assert [key["problem"] for key in keys] == [None]


def test_the_doctor_finds_nothing_serious(machine: Machine) -> None:
    found, data = machine("wallet", "doctor")
    assert (found, data["sound"]) == (WORKS, True)


@pytest.mark.parametrize("account", ["owner", "owner/default"])
def test_signatures_are_checked_by_name(machine: Machine, kind: str, account: str) -> None:
    secret = HOT if "/" in account else COLD
    signature = secret.key.sign(b"hi").hex()
    found, _ = machine("wallet", "verify", "-m", "hi", "-s", signature, "-a", account)
    if ("/" in account) == (kind != "coldkeypub"):
        assert found == WORKS
    else:
        assert found in {ELSEWHERE, (11, "W110")}


HOTKEY_ACTIONS = [
    ("wallet", "sign", "-w", "owner", "--use-hotkey", "-m", "hi"),
    ("wallet", "sign", "-w", "owner/default", "-m", "hi"),
    ("wallet", "show", "-w", "owner", "-H", "default", "--phrase", "--show-secret"),
    ("wallet", "passwd", "-w", "owner", "-H", "default", "--remove"),
    ("wallet", "export", "-w", "owner/default", "--out", "-", "--no-passphrase", "--show-secret"),
    ("unlock", "-w", "owner", "-H", "default"),
]


@pytest.mark.parametrize("action", HOTKEY_ACTIONS, ids=" ".join)
def test_a_hotkey_acts_where_its_private_half_is(
    machine: Machine, kind: str, action: tuple[str, ...]
) -> None:
    found, data = machine(*action)
    wanted = {"hotkey": WORKS, "hotkeypub": ELSEWHERE, "coldkeypub": NO_SUCH_HOTKEY}
    assert found == wanted[kind]
    if found == WORKS and action[1] == "sign":
        signature = bytes.fromhex(data["signed_message"])
        assert verify(HOT.key.public_key, b"hi", signature, 1)
        assert data["signer_address"] == HOT.key.address.ss58


COLDKEY_ACTIONS = [
    ("wallet", "sign", "-w", "owner", "-m", "hi"),
    ("wallet", "show", "-w", "owner", "--phrase", "--show-secret"),
    ("wallet", "passwd", "-w", "owner", "--remove"),
    ("wallet", "export", "-w", "owner", "--out", "-", "--no-passphrase", "--show-secret"),
    ("wallet", "decrypt", "-w", "owner", "-c", "00" * 60),
    ("unlock", "-w", "owner"),
]


@pytest.mark.parametrize("action", COLDKEY_ACTIONS, ids=" ".join)
def test_a_coldkey_that_is_elsewhere_is_called_that(
    machine: Machine, action: tuple[str, ...]
) -> None:
    found, error = machine(*action)
    assert found == ELSEWHERE
    assert "coldkey owner is not on this machine" in error["what"]


@pytest.mark.parametrize("hotkey", [(), ("-H", "default")])
def test_a_backup_is_compared_with_whatever_tells_the_address(
    machine: Machine, kind: str, hotkey: tuple[str, ...], tmp_path: Path
) -> None:
    phrase = tmp_path / "phrase"
    phrase.write_text((HOT if hotkey else COLD).phrase or "")
    phrase.chmod(0o600)
    found, _ = machine(
        "wallet", "verify-backup", "-w", "owner", *hotkey, "--mnemonic-file", str(phrase)
    )
    if hotkey:
        assert found == (NO_SUCH_HOTKEY if kind == "coldkeypub" else WORKS)
    else:
        assert found == (WORKS if kind == "coldkeypub" else ELSEWHERE)


@pytest.mark.slow
def test_the_chain_is_read_with_any_half(
    machine: Machine, kind: str, localnet: RunningLocalnet
) -> None:
    status = ("status", "--network", localnet.endpoint, "--wallet", "owner")
    found, data = machine(*status)
    assert found == WORKS
    here = COLD.key.address.ss58 if kind == "coldkeypub" else HOT.key.address.ss58
    assert data["coldkey" if kind == "coldkeypub" else "hotkey"] == here
    assert data["chain"]["state"] == "live"
    found, data = machine(*status[:3], "--address", "owner/default")
    assert found == (WORKS if kind != "coldkeypub" else (11, "W110"))


@pytest.mark.slow
def test_money_is_sent_to_whom_the_files_tell(
    machine: Machine, kind: str, localnet: RunningLocalnet
) -> None:
    network = ("--network", localnet.endpoint)
    found, data = machine("localnet", "fund", "owner", "1", *network)
    assert found == (WORKS if kind == "coldkeypub" else ELSEWHERE)
    if found == WORKS:
        assert Address.parse(data["address"]) == COLD.key.address
        assert machine.talk == ""
    found, _ = machine("localnet", "fund", "owner/default", "1", *network)
    assert found == ((11, "W110") if kind == "coldkeypub" else WORKS)
    if found == WORKS:
        assert "hotkey owner/default; funds belong on a coldkey" in machine.talk


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["hotkey"])
def test_whoever_funds_a_development_key_is_told(
    machine: Machine, localnet: RunningLocalnet
) -> None:
    bob = localnet.address("//Bob")
    found, _ = machine("localnet", "fund", bob, "1", "--network", localnet.endpoint)
    assert found == WORKS
    assert "//Bob" in machine.talk


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["hotkeypub", "coldkeypub"])
def test_a_machine_without_the_hotkey_does_not_mine(
    machine: Machine, kind: str, localnet: RunningLocalnet
) -> None:
    mine = ("mine", "--subnet", "1", "--gpu", "cpu", "--network", localnet.endpoint)
    found, _ = machine(*mine, "--wallet", "owner")
    assert found == (ELSEWHERE if kind == "hotkeypub" else NO_SUCH_HOTKEY)


@pytest.mark.slow
def test_a_validator_needs_both_of_its_keys(
    machine: Machine, kind: str, localnet: RunningLocalnet
) -> None:
    found, _ = machine("localnet", "validator", "--wallet", "owner", "--network", localnet.endpoint)
    assert found in {ELSEWHERE, NO_SUCH_HOTKEY}
