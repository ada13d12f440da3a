"""The address book: one small private file, whole at every moment, and never believed blindly."""

import contextlib
import json
import multiprocessing
import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taocli.domain.address import Address
from taocli.domain.errors import (
    FileSystemError,
    InvalidName,
    InvalidSetting,
    NameTaken,
    NameUnknown,
    TaoError,
)
from taocli.services.address_book import MAX_BOOK_BYTES, AddressBook, BookEntry, check_book_name

ONE, TWO = Address(bytes([1] * 32)), Address(bytes([2] * 32))


@pytest.fixture
def book(tmp_path: Path) -> AddressBook:
    return AddressBook(tmp_path / "config" / "addresses.json")


def test_entries_come_back_by_name(book: AddressBook) -> None:
    assert book.entries() == ()
    assert book.find("one") is None
    book.add(BookEntry("two", TWO, "a note"))
    book.add(BookEntry("one", ONE))
    again = AddressBook(book.path)
    assert again.entries() == (BookEntry("one", ONE), BookEntry("two", TWO, "a note"))
    assert again.find("two") == BookEntry("two", TWO, "a note")
    assert again.remove("two") == BookEntry("two", TWO, "a note")
    assert again.entries() == (BookEntry("one", ONE),)


def test_file_and_folder_are_private_whatever_the_umask(book: AddressBook) -> None:
    before = os.umask(0)
    try:
        book.add(BookEntry("one", ONE))
        book.add(BookEntry("two", TWO))
    finally:
        os.umask(before)
    assert stat.S_IMODE(book.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(book.path.parent.stat().st_mode) == 0o700
    assert list(book.path.parent.iterdir()) == [book.path]


def test_a_name_changes_its_meaning_only_when_told_to(book: AddressBook) -> None:
    book.add(BookEntry("one", ONE))
    with pytest.raises(NameTaken) as caught:
        book.add(BookEntry("one", TWO))
    assert ONE.ss58 in caught.value.what
    assert book.entries() == (BookEntry("one", ONE),)
    book.add(BookEntry("one", ONE, "noted later"))
    book.add(BookEntry("one", TWO), overwrite=True)
    assert book.entries() == (BookEntry("one", TWO),)


def test_a_name_that_is_not_there_is_not_removed(book: AddressBook) -> None:
    book.add(BookEntry("exchange", ONE))
    with pytest.raises(NameUnknown) as caught:
        book.remove("exchagne")
    assert caught.value.why == "Did you mean exchange?"


@pytest.mark.parametrize(
    "name", ["", ".", "-x", "a/b", "a\\b", "a\0b", "a\nb", ONE.ss58, "x\u202ey", "zero\u200bwidth", "c1\x9b", "x" * 201]
)  # fmt: skip
def test_a_name_that_could_mislead_is_refused(book: AddressBook, name: str) -> None:
    with pytest.raises(InvalidName) as caught:
        book.add(BookEntry(name, ONE))
    assert caught.value.what.isprintable()
    assert not book.path.exists()


@pytest.mark.parametrize("name", ["Binance 2", "мама", "取引所", "🦊", "a.b-c_d"])
def test_names_of_all_languages_are_welcome(book: AddressBook, name: str) -> None:
    book.add(BookEntry(name, ONE))
    assert book.find(name) == BookEntry(name, ONE)


def test_a_note_is_kept_as_one_harmless_line(book: AddressBook) -> None:
    book.add(BookEntry("one", ONE, "red\x1b[31m\nsecond line \u202e" + "x" * 1000))
    found = book.find("one")
    assert found is not None
    assert found.note.isprintable()
    assert len(found.note) <= 200


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"7", b'"text"', b"\xff\xfe", b"{}", b'{"addresses": []}',
        b'{"addresses": {"a": []}}', b'{"addresses": {"a": {}}}', b'{"addresses": {"a": {"address": 7}}}',
        b'{"addresses": {"a": {"address": "5Gr"}}}', b"[" * 100_000,
        json.dumps({"addresses": {"a/b": {"address": ONE.ss58}}}).encode(),
        json.dumps({"addresses": {ONE.ss58: {"address": TWO.ss58}}}).encode(),
        json.dumps({"addresses": {"x\u202ey": {"address": TWO.ss58}}}).encode(),
    ],
    ids=lambda content: repr(content[:40]),
)  # fmt: skip
def test_a_file_that_is_no_book_is_refused_as_a_whole(book: AddressBook, content: bytes) -> None:
    book.path.parent.mkdir()
    book.path.write_bytes(content)
    for use in (book.entries, lambda: book.add(BookEntry("one", ONE)), lambda: book.remove("a")):
        with pytest.raises(InvalidSetting) as caught:
            use()
        assert str(book.path) in caught.value.what
        assert caught.value.fix
    assert book.path.read_bytes() == content


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=50) | st.just(ONE.ss58),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["addresses", "address", "note", "a"]), inner, max_size=3
            )
        ),
        max_leaves=8,
    )
)
def test_strange_books_give_entries_or_a_typed_error(tmp_path: Path, document: object) -> None:
    path = tmp_path / "addresses.json"
    path.write_text(json.dumps(document))
    with contextlib.suppress(TaoError):
        for entry in AddressBook(path).entries():
            assert check_book_name(entry.name) == entry.name
            assert entry.note == "" or entry.note.isprintable()


def test_what_is_no_regular_file_of_sane_size_is_not_read(book: AddressBook) -> None:
    book.path.parent.mkdir()
    book.path.write_bytes(b" " * (MAX_BOOK_BYTES + 1))
    with pytest.raises(TaoError):
        book.entries()
    book.path.unlink()
    os.mkfifo(book.path)
    with pytest.raises(TaoError):
        book.entries()


def test_a_linked_book_is_read_and_the_link_never_replaced(
    book: AddressBook, tmp_path: Path
) -> None:
    real = AddressBook(tmp_path / "real.json")
    real.add(BookEntry("one", ONE))
    book.path.parent.mkdir()
    book.path.symlink_to(real.path)
    assert book.entries() == (BookEntry("one", ONE),)
    with pytest.raises(FileSystemError):
        book.add(BookEntry("two", TWO))
    assert book.path.is_symlink()
    assert real.entries() == (BookEntry("one", ONE),)


def _add_some(path: Path, first: int, start: "multiprocessing.synchronize.Barrier") -> None:
    start.wait(20)
    for number in range(first, first + 10):
        AddressBook(path).add(BookEntry(f"n{number}", Address(bytes([number] * 32))))


def test_of_two_processes_that_add_at_once_no_entry_is_lost(book: AddressBook) -> None:
    context = multiprocessing.get_context("fork")
    start = context.Barrier(2)
    writers = [
        context.Process(target=_add_some, args=(book.path, first, start)) for first in (0, 100)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(30)
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert len(book.entries()) == 20
    assert list(book.path.parent.iterdir()) == [book.path]
