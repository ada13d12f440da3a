"""``taocli addr``: names for accounts of other people."""

import json
import stat
from pathlib import Path

import pytest

from taocli.domain.address import Address, encode_ss58
from tests.unit.cli.conftest import Desk

THEM = Address(bytes([9] * 32)).ss58
OTHER = Address(bytes([8] * 32)).ss58
BOB = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"
ADD = ("addr", "add")


def book(desk: Desk) -> Path:
    return desk.folder / "config" / "taocli" / "addresses.json"


def test_a_name_is_added_listed_used_and_removed(desk: Desk) -> None:
    said = desk.run(*ADD, "exchange", THEM, "--note", "deposit  only\n")
    assert (said.data, said.talk) == ({"name": "exchange", "address": THEM}, "")
    assert stat.S_IMODE(book(desk).stat().st_mode) == 0o600
    row = {"name": "exchange", "address": THEM, "note": "deposit only"}
    assert desk.run("addr", "list").data == [row]
    assert desk.run("wallet", "watch", "exchange", "-w", "w").data["address"] == THEM
    assert desk.run("addr", "remove", "exchange").data == {"name": "exchange", "address": THEM}
    assert desk.run("addr", "list").data == []


def test_people_read_lines(desk: Desk) -> None:
    assert "taocli addr add" in desk.read("addr", "list")[1]
    assert desk.read(*ADD, "ex", THEM)[1] == f"ex is {THEM}.\n"
    desk.read("address-book", "add", "longer", OTHER, "--note", "a friend")
    _, out, _ = desk.read("addr", "list")
    assert out == f"ex      {THEM}\nlonger  {OTHER}  a friend\n"
    assert desk.read("addr", "remove", "ex")[1] == f"ex ({THEM}) is gone.\n"


def test_a_name_never_changes_its_meaning_silently(desk: Desk) -> None:
    assert desk.run(*ADD, "ex", THEM).code == 0
    assert desk.run(*ADD, "ex", THEM, "--note", "the same").code == 0
    error = desk.refused(11, "NameTaken", *ADD, "ex", OTHER)
    assert THEM in error["what"]
    assert desk.run(*ADD, "ex", OTHER, "--overwrite").code == 0
    assert desk.run("addr", "list").data[0]["address"] == OTHER


def test_a_wallets_name_is_taken(desk: Desk) -> None:
    desk.dev_wallet("alice")
    desk.refused(11, "NameTaken", *ADD, "alice", THEM)
    assert not book(desk).exists()


def test_doubtful_accounts_are_added_with_a_warning(desk: Desk) -> None:
    desk.dev_wallet("alice")
    hotkey = desk.run("wallet", "list").data["wallets"][0]["hotkeys"][0]["address"]
    said = desk.run(*ADD, "b", BOB)
    assert said.code == 0
    assert "//Bob" in said.talk
    said = desk.run(*ADD, "mine", hotkey)
    assert said.code == 0
    assert "alice/default" in said.talk


@pytest.mark.parametrize(
    ("arguments", "code", "name"),
    [
        (("add", "ex", THEM[:-1]), 12, "InvalidAddress"),
        (("add", "ex", encode_ss58(bytes([9] * 32), 0)), 12, "InvalidAddress"),
        (("add", "ex", "nobody"), 11, "NameUnknown"),
        (("add", THEM, THEM), 12, "InvalidName"),
        (("add", "a/b", THEM), 12, "InvalidName"),
        (("add", "", THEM), 12, "InvalidName"),
        (("add", "a\x1b[1m", THEM), 12, "InvalidName"),
        (("add", "evil\u202e", THEM), 12, "InvalidName"),
        (("add", "ex"), 2, "UsageError"),
        (("remove", "exchagne"), 11, "NameUnknown"),
        (("remove",), 2, "UsageError"),
        (("lst",), 2, "UsageError"),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    desk: Desk, arguments: tuple[str, ...], code: int, name: str
) -> None:
    desk.run(*ADD, "exchange", OTHER)
    before = book(desk).read_bytes()
    error = desk.refused(code, name, "addr", *arguments)
    assert book(desk).read_bytes() == before
    if arguments[0] == "remove" and name == "NameUnknown":
        assert error["why"] == "Did you mean exchange?"


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"addresses": {"a": {"address": "5x"}}}'])
def test_a_damaged_book_is_never_written_over(desk: Desk, content: bytes) -> None:
    book(desk).parent.mkdir(parents=True)
    book(desk).write_bytes(content)
    for command in (("list",), ("add", "ex", THEM), ("remove", "ex")):
        error = desk.refused(12, "InvalidSetting", "addr", *command)
        assert str(book(desk)) in error["what"]
    assert book(desk).read_bytes() == content


@pytest.mark.parametrize("name", ["\u202eevil", "c1\x9b31m"])
def test_a_hostile_name_in_the_book_reaches_no_terminal(desk: Desk, name: str) -> None:
    book(desk).parent.mkdir(parents=True)
    book(desk).write_text(json.dumps({"addresses": {name: {"address": THEM, "note": ""}}}))
    code, out, talk = desk.read("addr", "list")
    assert code == 12
    assert name not in out + talk
    book(desk).write_text(json.dumps({"addresses": {"a": {"address": THEM, "note": name}}}))
    code, out, talk = desk.read("addr", "list")
    assert code == 0
    assert name not in out + talk
