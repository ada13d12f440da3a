"""Two processes change the same key: one of them wins, and no key is torn, doubled or lost.

Luck finds few races. So the one process is stopped before each of its system calls in turn, and the
other one does all of its work there: every point at which it can come in between. Two tests let them
run freely, too.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from taocli.wallet import private_files
from taocli.wallet.private_files import create_private_file, replace_private_file
from tests import syscalls
from tests.key_operations import (
    DISK,
    DONE,
    NEW,
    OLD,
    OPERATIONS,
    OTHER,
    REFUSED,
    Act,
    Operation,
    create,
    fresh,
    holds,
    left_over,
    move,
    move_folder,
    nothing,
    old_key,
    old_wallet,
    outcome,
    remove,
    replace,
    replace_and_keep,
    stopped,
)


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_files, "_LOCK_SECONDS", 0)


def other_create(folder: Path) -> None:
    create_private_file(folder / "coldkey", OTHER)


def other_replace(folder: Path) -> None:
    replace_private_file(folder / "coldkey", OTHER, backup=None, expected=OLD)


def interleaved(
    operation: Operation, other: Act, tmp_path: Path
) -> Iterator[tuple[Path, int | None, int]]:
    """Both outcomes, with ``other`` run as a whole before each system call of the operation."""
    if reason := syscalls.unavailable():
        pytest.skip(reason)
    for index, folder in enumerate(fresh(operation, tmp_path)):
        second: list[int] = []

        def act(
            at: int, _: str, here: int = index, place: Path = folder, to: list[int] = second
        ) -> None:
            if at == here:
                to.append(outcome(other, place))

        first = stopped(operation, folder, act).returned
        if not second:
            assert index > 3
            return
        yield folder, first, second[0]


@pytest.mark.parametrize("name", ["create", "create by link"])
def test_of_two_creates_one_wins(name: str, tmp_path: Path) -> None:
    winners = set()
    for folder, first, second in interleaved(OPERATIONS[name], other_create, tmp_path):
        assert {first, second} == {DONE, REFUSED}
        holds(folder / "coldkey", NEW if first == DONE else OTHER)
        assert left_over(folder) == []
        winners.add(first)
    assert winners == {DONE, REFUSED}


@pytest.mark.usefixtures("_impatient")
def test_of_two_changes_one_wins(tmp_path: Path) -> None:
    seen = set()
    for folder, first, second in interleaved(OPERATIONS["replace"], other_replace, tmp_path):
        holds(folder / "coldkey", NEW if first == DONE else OTHER)
        assert left_over(folder) == []
        seen.add((first, second))
    assert seen == {(REFUSED, DONE), (DONE, DISK)}  # the other one came before the lock, or met it


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("other", [move, remove], ids=["move", "remove"])
def test_a_change_never_brings_back_a_key_that_has_gone(other: Act, tmp_path: Path) -> None:
    seen = set()
    for folder, first, second in interleaved(OPERATIONS["replace"], other, tmp_path):
        holds(folder / "coldkey", NEW if first == DONE else None)
        holds(folder / "moved", OLD if second == DONE and other is move else None)
        assert left_over(folder) == []
        seen.add((first, second))
    assert seen == {(REFUSED, DONE), (DONE, DISK)}


def test_a_wallet_that_is_renamed_meanwhile_keeps_its_key(tmp_path: Path) -> None:
    operation = Operation(
        old_wallet, lambda folder: replace_and_keep(folder / "alice"), nothing, set()
    )
    outcomes = set()
    for folder, first, second in interleaved(operation, move_folder, tmp_path):
        assert second == DONE
        holds(folder / "bob" / "coldkey", NEW if first == DONE else OLD)
        assert left_over(folder) == []
        outcomes.add(first)
    assert outcomes == {DONE, DISK}


@pytest.mark.parametrize(
    ("prepare", "one", "another"),
    [(nothing, create, other_create), (old_key, replace, other_replace)],
    ids=["create", "replace"],
)
def test_of_two_that_start_together_one_wins(
    prepare: Act, one: Act, another: Act, tmp_path: Path
) -> None:
    for number in range(10):
        folder = tmp_path / str(number)
        folder.mkdir(mode=0o700)
        prepare(folder)
        codes = at_once(folder, one, another)
        assert sorted(codes) == [DONE, REFUSED]
        holds(folder / "coldkey", NEW if codes[0] == DONE else OTHER)
        assert left_over(folder) == []


def at_once(folder: Path, *acts: Act) -> list[int]:
    """The outcomes of functions that start together, each in a process of its own."""
    gate, opener = os.pipe()
    children = []
    for act in acts:
        child = os.fork()
        if child == 0:
            code = 70
            with contextlib.suppress(BaseException):
                os.close(opener)
                os.read(gate, 1)  # returns when the parent closes the other end
                code = outcome(act, folder)
            os._exit(code)
        children.append(child)
    os.close(opener)
    os.close(gate)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
