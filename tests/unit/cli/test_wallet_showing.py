"""``taocli wallet list``, ``show`` and ``derive``: looking at keys, without a password."""

import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from taocli.domain.address import Address
from taocli.services.key_making import secret_from_phrase
from taocli.wallet.keyfile import Secret, private_json, public_json
from taocli.wallet.keypair import Keypair
from tests.unit.cli.conftest import Desk

ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
PHRASE = "tank lizard arch marble zone chef gasp liar guard inhale gym inch"
PASSWORD = "correct horse battery 7"
KEY = {"name", "address", "crypto_type", "encrypted", "encryption", "problem"}
ODD_NAMES = (
    "钱包",
    "кошелёк",
    "🦊🔑",
    "a\u202egnp.exe",
    "white space",
    "zero\u200bwidth",
    "c1\x9b31m",
    "é" * 40,
)


def test_a_listing_is_the_same_document_for_every_wallet(desk: Desk) -> None:
    desk.dev_wallet("alice")
    desk.run("wallet", "watch", ALICE, "-w", "bob")
    data = desk.run("wallet", "list").data
    assert set(data) == {"path", "wallets"}
    assert data["path"] == str(desk.wallets)
    alice, bob = data["wallets"]
    assert set(alice) == set(bob) == {"name", "coldkey", "hotkeys", "evm_keys"}
    assert set(alice["coldkey"]) == set(alice["hotkeys"][0]) == set(bob["coldkey"]) == KEY
    assert alice["coldkey"] == {
        "name": "coldkey", "address": ALICE, "crypto_type": "sr25519", "encrypted": False,
        "encryption": "not encrypted", "problem": None,
    }  # fmt: skip
    assert (bob["coldkey"]["encrypted"], bob["coldkey"]["encryption"]) == (None, None)
    assert (bob["hotkeys"], bob["evm_keys"]) == ([], [])
    data = desk.run("w", "list", "--coldkeys-only", "--wallet", "alice").data
    assert [(wallet["name"], wallet["hotkeys"]) for wallet in data["wallets"]] == [("alice", [])]


def test_people_see_a_tree_and_what_is_odd(desk: Desk) -> None:
    desk.dev_wallet("alice")
    desk.run("wallet", "new-hotkey", "-w", "alice", "-H", "edward", "--crypto-type", "ed25519", "--show-secret")  # fmt: skip
    desk.run("wallet", "watch", ALICE, "-w", "bob")
    (desk.wallets / "carol" / "hotkeys").mkdir(parents=True)
    _, out, talk = desk.read("wallet", "list")
    lines = out.splitlines()
    assert lines[0] == f"alice  {ALICE}  (NOT ENCRYPTED)"
    assert lines[1].startswith("├── default  5")
    assert lines[2].startswith("└── edward  5")
    assert lines[2].endswith("(ed25519)")
    assert lines[3:] == [f"bob  {ALICE}  (public half only)", "carol  (hotkeys only)"]
    assert talk == ""


def test_no_wallet_at_all_is_no_error(desk: Desk) -> None:
    assert desk.run("wallet", "list").data["wallets"] == []
    assert "taocli wallet create" in desk.read("wallet", "list")[1]


def many_wallets(root: Path) -> None:
    """50 wallets with 200 hotkeys; every fifth coldkey is not as it should be."""
    key = Keypair.from_seed(bytes([1] * 32))
    whole, public = private_json(Secret(key)), public_json(key)
    odd = [whole, b"$NACL" + bytes(100), b"{damaged", b"", b"\xff" * 90_000]
    for number in range(50):
        folder = root / (ODD_NAMES[number] if number < len(ODD_NAMES) else f"wallet-{number}")
        (folder / "hotkeys").mkdir(parents=True)
        (folder / "coldkey").write_bytes(odd[number % 5])
        for hotkey in range(4):
            path = folder / "hotkeys" / f"hot-{hotkey}"
            path.write_bytes(odd[(number + hotkey) % 5])
            path.with_name(path.name + "pub.txt").write_bytes(public if hotkey % 2 else b"?")


def test_many_wallets_are_all_listed_whatever_their_state(desk: Desk) -> None:
    many_wallets(desk.wallets)
    wallets = {wallet["name"]: wallet for wallet in desk.run("wallet", "list").data["wallets"]}
    assert len(wallets) == 50
    assert set(ODD_NAMES) <= set(wallets)
    assert all(len(wallet["hotkeys"]) == 4 for wallet in wallets.values())
    plain, locked, damaged, empty, huge = (wallets[f"wallet-{n}"]["coldkey"] for n in range(45, 50))
    assert (plain["address"] is not None, plain["encrypted"]) == (True, False)
    assert (locked["address"], locked["encrypted"], locked["problem"]) == (None, True, None)
    for broken in (damaged, empty, huge):
        assert broken["address"] is None
        assert broken["problem"]
    code, out, _ = desk.read("wallet", "list")
    assert code == 0
    assert len(out.splitlines()) == 250


@pytest.mark.parametrize("place", ["wallet", "hotkey"])
def test_no_name_on_the_disk_reaches_the_terminal_as_a_command(desk: Desk, place: str) -> None:
    desk.dev_wallet("alice")
    names = [*ODD_NAMES, "red\x1b[31m", "bell\x07", "two\nlines", "del\x7f", os.fsdecode(b"\xff")]
    for name in names:
        if place == "wallet":
            (desk.wallets / name).mkdir()
        else:
            (desk.wallets / "alice" / "hotkeys" / name).write_bytes(b"{")
    wallets = desk.run("wallet", "list").data["wallets"]
    listed = wallets if place == "wallet" else wallets[0]["hotkeys"]
    assert {*names, "alice" if place == "wallet" else "default"} == {row["name"] for row in listed}
    show, near = (
        ("show", "-w", "alice"),
        ("-w", "red") if place == "wallet" else ("-w", "alice/red"),
    )
    for command in (("list",), show, ("doctor",), ("sign", *near, "-m", "hi")):
        _, out, talk = desk.read("wallet", *command)
        told = talk if command[0] == "doctor" else out + talk  # its answer is cleaned for terminals
        assert {c for c in told if unicodedata.category(c) in {"Cc", "Cf", "Cs"}} <= {"\n"}, command


def test_a_terminal_of_another_encoding_still_gets_its_listing(desk: Desk) -> None:
    desk.dev_wallet("钱包")
    environ = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    command = [sys.executable, "-m", "taocli", "wallet", "list"]
    people, scripts = (
        subprocess.run([*command, *more], env=environ, capture_output=True, timeout=60, check=True)
        for more in ((), ("--json",))
    )
    assert ALICE in people.stdout.decode("latin-1")
    (wallet,) = json.loads(scripts.stdout.decode("ascii"))["data"]["wallets"]
    assert wallet["name"] == "钱包"


def test_an_empty_path_in_the_environment_is_not_the_working_folder(desk: Desk) -> None:
    desk.monkeypatch.setenv("TAOCLI_WALLET_PATH", "")
    desk.monkeypatch.setenv("HOME", str(desk.folder))
    desk.monkeypatch.chdir(desk.folder)
    assert desk.run("wallet", "list").data["path"] == str(desk.folder / ".bittensor" / "wallets")


def test_one_wallet_is_shown_with_its_folder(desk: Desk) -> None:
    folder = desk.dev_wallet("alice")
    data = desk.run("wallet", "show", "--wallet_path", desk.wallets, "--name", "alice").data
    assert set(data) == {"path", "name", "coldkey", "hotkeys", "evm_keys"}
    assert (data["path"], data["coldkey"]["address"]) == (str(folder), ALICE)
    _, out, _ = desk.read("wallet", "show", "-w", "alice")
    assert out.splitlines()[0] == str(folder)
    assert ALICE in out
    error = desk.refused(11, "WalletNotFound", "wallet", "show", "-w", "alise")
    assert error["why"] == "Did you mean alice?"
    desk.refused(11, "WalletNotFound", "wallet", "show", "-w", "alice", "-H", "nothere")
    desk.refused(12, "InvalidName", "wallet", "show", "-w", "..")


def test_a_phrase_is_shown_only_where_it_was_asked_for(
    desk: Desk, cheap_argon2: list[bytes]
) -> None:
    secret = ("--mnemonic-file", desk.file(PHRASE), "--password-file", desk.file(PASSWORD))
    desk.run("wallet", "regen-coldkey", "-w", "a", *secret)
    show = ("wallet", "show", "-w", "a", "--password-file", desk.file(PASSWORD))
    assert PHRASE not in desk.run(*show).everything
    desk.refused(22, "NoTerminal", *show, "--phrase")
    assert PHRASE not in desk.run(*show, "--show-secret").everything
    data = desk.run(*show, "--phrase", "--show-secret").data
    assert set(data) == {"path", "name", "coldkey", "hotkeys", "evm_keys", "phrase"}
    assert data["phrase"] == PHRASE
    wrong = ("--password-file", desk.file("something else 9"))
    desk.refused(11, "WrongPassword", *show[:4], *wrong, "--phrase", "--show-secret")
    assert desk.read(*show, "--phrase", "--show-secret")[1].splitlines()[-1] == PHRASE


def test_a_key_without_a_phrase_says_so(desk: Desk) -> None:
    desk.dev_wallet("alice")
    more = ("--phrase", "--show-secret")
    desk.refused(11, "KeyMissing", "wallet", "show", "-w", "alice", *more)
    (desk.wallets / "alice" / "coldkey").unlink()
    error = desk.refused(11, "KeyMissing", "wallet", "show", "-w", "alice", *more)
    assert "not on this machine" in error["what"]


def test_a_secret_gives_its_addresses_and_nothing_is_written(desk: Desk) -> None:
    said = desk.run("wallet", "derive", "--mnemonic-file", desk.file(PHRASE))
    assert set(said.data) == {"sr25519", "ed25519"}
    for kind, number in (("sr25519", 1), ("ed25519", 0)):
        address = secret_from_phrase(PHRASE, number).key.address
        assert said.data[kind] == {
            "address": address.ss58,
            "public_key": "0x" + address.public_key.hex(),
            "truncated_h160": "0x" + address.public_key[:20].hex(),
            "development_key": None,
        }
    assert PHRASE not in said.everything
    assert not desk.wallets.exists()
    only = desk.run("wallet", "derive", "--secret-fd", desk.fd(f"{PHRASE}/soft"))
    assert set(only.data) == {"sr25519"}


def test_public_keys_addresses_and_development_keys_are_explained(desk: Desk) -> None:
    public = Address.parse(ALICE).public_key.hex()
    for text in (public, "0x" + public, ALICE):
        data = desk.run("wallet", "derive", "--public-key", text).data
        assert set(data) == {"account"}
        assert (data["account"]["address"], data["account"]["development_key"]) == (
            ALICE,
            "//Alice",
        )
    data = desk.run("wallet", "derive", "--uri", "//Alice", "--dev").data
    assert data["sr25519"]["address"] == ALICE
    assert "//Alice" in desk.read("wallet", "derive", "--uri", "//Alice", "--dev")[1]
    desk.refused(2, "UsageError", "wallet", "derive", "--uri", "//Alice")
    desk.refused(12, "ValidationError", "wallet", "derive", "--secret-fd", desk.fd("//Alice"))
    desk.refused(12, "InvalidAddress", "wallet", "derive", "--public-key", "0x1234")
    desk.refused(12, "InvalidAddress", "wallet", "derive", "--public-key", ALICE[:-1])
    desk.refused(22, "NoTerminal", "wallet", "derive")
