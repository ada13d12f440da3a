"""``taocli wallet`` as a person and as a script use it."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from taocli.cli import main as entry
from tests.terminal import Terminal

PASSWORD = "correct horse battery 7"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.startswith(("BT_", "TAOCLI_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("TAOCLI_WALLET_PATH", str(tmp_path / "wallets"))
    (tmp_path / "pw").write_text(PASSWORD + "\n")
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any, str]:
    code = entry.run([*arguments, "--json"])
    captured = capsys.readouterr()
    return code, json.loads(captured.out), captured.err


def test_dev_keys_are_the_well_known_ones(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said, _ = run(capsys, "wallet", "create", "--wallet", "a", "--uri", "//Alice", "--dev")
    assert code == 0
    assert said["data"]["coldkey_address"] == "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
    code, said, _ = run(capsys, "wallet", "list")
    assert [entry["name"] for entry in said["data"]["wallets"]] == ["a"]
    assert said["data"]["wallets"][0]["coldkey"]["encrypted"] is False


@pytest.mark.parametrize(
    ("arguments", "code", "name"),
    [
        (("--uri", "//Alice"), 2, "UsageError"),
        (("--dev",), 2, "UsageError"),
        (("--wallet", "../evil", "--uri", "//A", "--dev"), 12, "InvalidName"),
        (("--words", "13", "--password-file", "pw", "--show-secret"), 12, "InvalidMnemonic"),
        (("--password-file", "missing", "--show-secret"), 11, "WalletError"),
        (("--password-file", "weak", "--show-secret"), 11, "WeakPassword"),
        (("--password-file", "pw"), 22, "NoTerminal"),
    ],
)
def test_what_cannot_be_made_is_refused_before_anything_is_written(
    arguments: tuple[str, ...], code: int, name: str, home: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(home)
    (home / "weak").write_text("123456")
    found, said, _ = run(capsys, "wallet", "create", *arguments)
    assert (found, said["error"]["name"]) == (code, name)
    assert said["error"]["fix"]
    assert not (home / "wallets").exists()


def test_an_existing_wallet_is_left_alone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("wallet", "create", "--wallet", "a", "--uri", "//Alice", "--dev")
    assert run(capsys, *arguments)[0] == 0
    before = (home / "wallets" / "a" / "coldkey").read_bytes()
    code, said, _ = run(capsys, *arguments)
    assert (code, said["error"]["code"]) == (11, "W102")
    assert (home / "wallets" / "a" / "coldkey").read_bytes() == before


@pytest.mark.slow
def test_phrases_are_in_json_only_when_asked_for(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said, talk = run(
        capsys,
        "wallet",
        "create",
        "--wallet",
        "a",
        "--password-file",
        str(home / "pw"),
        "--show-secret",
    )
    assert code == 0
    assert len(said["data"]["coldkey_phrase"].split()) == 12
    assert (home / "wallets" / "a" / "coldkey").read_bytes().startswith(b"$NACL")
    assert PASSWORD not in json.dumps(said) + talk
    _, listed, _ = run(capsys, "wallet", "list")
    assert said["data"]["coldkey_phrase"] not in json.dumps(listed)


@pytest.mark.slow
def test_a_person_is_asked_twice_and_sees_the_phrase_once(home: Path) -> None:
    terminal = Terminal.run(
        ["wallet", "create", "--wallet", "a"], {**os.environ, "TERM": "xterm-256color"}
    )
    terminal.wait_for("Password for the coldkey:")
    terminal.type(PASSWORD + "\n")
    terminal.wait_for("The same again:")
    terminal.type("something else\n")
    terminal.wait_for("The two differ.")
    terminal.wait_for("Password for the coldkey:")
    terminal.type(PASSWORD + "\n")
    terminal.wait_for("The same again:")
    terminal.type(PASSWORD + "\n")
    shown = terminal.wait_for("Press Enter")
    assert "\x1b[?1049h" in shown
    phrase = re.findall(r"(?:[a-z]+ ){11}[a-z]+", shown)[0]
    terminal.type("\n")
    assert terminal.finish() == 0
    after = terminal.seen.partition("\x1b[?1049l")[2]
    assert phrase not in after
    assert re.search(r"5[1-9A-HJ-NP-Za-km-z]{47}", after)
    assert PASSWORD not in terminal.seen
    for path in home.rglob("*"):
        assert (
            not path.is_file()
            or phrase.encode() not in path.read_bytes()
            or path.parent.name == "hotkeys"
        )


@pytest.mark.slow
def test_leaving_at_the_phrase_writes_nothing(home: Path) -> None:
    (home / "pw").write_text(PASSWORD)
    terminal = Terminal.run(
        ["wallet", "create", "--wallet", "a", "--password-file", str(home / "pw")],
        {**os.environ, "TERM": "xterm-256color"},
    )
    terminal.wait_for("Press Enter")
    terminal.type("\x03")
    assert terminal.finish() == 130
    assert not (home / "wallets").exists()
