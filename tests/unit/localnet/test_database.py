"""A chain in a file: it says what a chain in memory says, before and after it was closed."""

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taocli.domain.errors import AlreadyRunning, FileSystemError
from taocli.localnet.chain_block import (
    NO_PARENT,
    Block,
    Header,
    compact,
    extrinsics_root,
    pre_runtime,
    read_compact,
    seal,
)
from taocli.localnet.data_directory import OtherGenesis, genesis_of, open_store
from taocli.localnet.database import APPLICATION, SCHEMA, Database, Genesis
from taocli.localnet.database_failures import DatabaseDamaged, DatabaseFailed, ForeignDatabase
from taocli.localnet.producer import Producer, time_of
from taocli.localnet.state import State
from taocli.localnet.store import DiskStore, MemoryStore, StateDiscarded, Store, UnknownBlock

KEYS = st.one_of(
    st.binary(min_size=1, max_size=3), st.binary(max_size=2).map(lambda tail: b"p" * 32 + tail)
)
CHANGES = st.dictionaries(KEYS, st.none() | st.binary(max_size=40), max_size=8)
HASHES = st.binary(min_size=32, max_size=32)
DIGESTS = st.lists(
    st.integers(0, 1 << 64 - 1).map(pre_runtime) | st.binary(max_size=70).map(seal), max_size=3
).map(tuple)


def next_block(store: Store, changes: Mapping[bytes, bytes | None], body: Any = ()) -> Block:
    """The block that comes after the head of a store and makes these changes."""
    try:
        parent, number = store.head.hash, store.head.number + 1
    except UnknownBlock:
        parent, number = NO_PARENT, 0
    root = store.committed.root_after(changes)
    header = Header(parent, number, root, extrinsics_root(body))
    return Block(header, header.hash, tuple(body))


def started(entries: Mapping[bytes, bytes]) -> tuple[MemoryStore, Genesis]:
    """A chain in memory that has block 0, and what it began with."""
    store = MemoryStore()
    store.append(next_block(store, entries), entries)
    return store, genesis_of(store, 425, "profile dev")


@pytest.fixture
def genesis() -> Genesis:
    return started({b"a": b"1", b"b": b"2"})[1]


def assert_alike(disk: Store, memory: Store) -> None:
    assert disk.head == memory.head
    assert disk.block(b"?" * 32) is disk.hash_at(-1) is disk.hash_at(1 << 70) is None
    assert disk.hash_at(memory.head.number + 1) is None
    for number in range(memory.head.number + 1):
        digest = memory.hash_at(number)
        assert digest is not None
        assert disk.hash_at(number) == digest
        assert disk.block(digest) == memory.block(digest)
        assert disk.changed_keys(digest) == memory.changed_keys(digest)
        try:
            expected = memory.state_at(digest)
        except StateDiscarded:
            with pytest.raises(StateDiscarded, match="State already discarded for 0x"):
                disk.state_at(digest)
            continue
        found = disk.state_at(digest)
        keys = expected.keys(b"")
        assert found.keys(b"") == keys
        assert [found.get(key) for key in keys] == [expected.get(key) for key in keys]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    entries=st.dictionaries(KEYS, st.binary(max_size=40)),
    blocks=st.lists(st.tuples(CHANGES, st.lists(st.binary(max_size=70), max_size=3)), max_size=8),
    data=st.data(),
)
def test_a_file_says_what_memory_says(
    entries: dict[bytes, bytes], blocks: Any, data: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taocli.localnet.store.STATE_HISTORY", 3)
    memory, genesis = started(entries)
    with tempfile.TemporaryDirectory() as name:
        disk = open_store(Path(name), genesis)
        for changes, body in blocks:
            block = next_block(memory, changes, body)
            memory.append(block, changes)
            disk.append(block, changes)
            if data.draw(st.booleans()):
                disk.close()
                disk = open_store(Path(name), genesis)
        assert_alike(disk, memory)
        disk.close()
        disk = open_store(Path(name), genesis)
        assert_alike(disk, memory)
        disk.close()


@given(HASHES, st.integers(0, 1 << 40), HASHES, HASHES, DIGESTS)
def test_a_header_comes_back_from_its_bytes(
    parent: bytes, number: int, state: bytes, body: bytes, digest: tuple[bytes, ...]
) -> None:
    header = Header(parent, number, state, body, digest)
    assert Header.decode(header.encode()) == header


@given(st.binary(max_size=150))
def test_any_bytes_are_a_header_or_are_refused(junk: bytes) -> None:
    with contextlib.suppress(ValueError):
        assert len(Header.decode(junk).encode()) <= len(junk)


@given(st.integers(0, 1 << 530), st.binary(max_size=3))
def test_a_compact_integer_comes_back(value: int, tail: bytes) -> None:
    encoded = compact(value)
    assert read_compact(b"x" + encoded + tail, 1) == (value, 1 + len(encoded))
    with pytest.raises(ValueError, match="cut off"):
        read_compact(encoded[:-1])


def test_a_block_that_does_not_follow_is_refused(tmp_path: Path, genesis: Genesis) -> None:
    with contextlib.closing(open_store(tmp_path, genesis)) as store:
        block = next_block(store, {b"a": b"5"})
        for header in (
            replace(block.header, number=2),
            replace(block.header, parent_hash=b"?" * 32),
        ):
            with pytest.raises(UnknownBlock, match="does not follow"):
                store.append(Block(header, header.hash, ()), {b"a": b"5"})
        assert store.committed.get(b"a") == b"1"
        store.append(block, {b"a": b"5"})


def test_only_the_window_of_old_state_takes_space(
    tmp_path: Path, genesis: Genesis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taocli.localnet.store.STATE_HISTORY", 4)
    with contextlib.closing(open_store(tmp_path, genesis)) as store:
        for number in range(20):
            changes = {b"n": bytes([number])}
            store.append(next_block(store, changes), changes)
        assert len(store._undo) == 4
    with contextlib.closing(sqlite3.connect(tmp_path / "chain.db")) as connection:
        assert connection.execute("SELECT min(number), count(*) FROM undo").fetchone() == (17, 4)
        assert connection.execute("SELECT count(*) FROM block").fetchone() == (21,)


def test_a_directory_is_used_once_at_a_time(tmp_path: Path, genesis: Genesis) -> None:
    directory = tmp_path / "a" / "new" / "place"
    with contextlib.closing(open_store(directory, genesis)):
        assert directory.stat().st_mode & 0o777 == 0o700
        with pytest.raises(AlreadyRunning, match="already uses") as refusal:
            open_store(directory, genesis)
        assert refusal.value.why == f"Process {os.getpid()} holds its lock."
        assert "--data" in refusal.value.fix
    open_store(directory, genesis).close()


def test_a_refused_directory_can_be_used_at_once_by_whom_it_belongs_to(
    tmp_path: Path, genesis: Genesis
) -> None:
    open_store(tmp_path, genesis).close()
    with pytest.raises(OtherGenesis):
        open_store(tmp_path, started({b"other": b"1"})[1])
    open_store(tmp_path, genesis).close()


@pytest.mark.parametrize(
    ("spec", "summary", "why", "fix"),
    [
        (426, "profile dev", "spec 425; this version of taocli runs spec 426", "Use the version"),
        (425, "profile subtensor", "profile dev; now it is profile subtensor", "the same options"),
        (425, "profile dev", "this version of taocli makes another", "Use the version of taocli"),
    ],
)
def test_another_genesis_is_refused_with_its_reason(
    spec: int, summary: str, why: str, fix: str, tmp_path: Path, genesis: Genesis
) -> None:
    open_store(tmp_path, genesis).close()
    other = replace(started({b"other": b"1"})[1], spec=spec, summary=summary)
    before = (tmp_path / "chain.db").read_bytes()
    with pytest.raises(OtherGenesis, match="holds another chain") as refusal:
        open_store(tmp_path, other)
    assert why in refusal.value.why
    assert fix in refusal.value.fix
    assert (tmp_path / "chain.db").read_bytes() == before


def foreign(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE precious (thing)")


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: path.write_text("my diary, page one: " * 20), "It is no database."),
        (lambda path: path.write_bytes(b""), "It is no database."),
        (foreign, "It is a database of another program."),
    ],
    ids=["text", "empty", "foreign"],
)
def test_what_is_not_ours_is_left_alone(
    make: Any, why: str, tmp_path: Path, genesis: Genesis
) -> None:
    make(tmp_path / "chain.db")
    before = (tmp_path / "chain.db").read_bytes()
    with pytest.raises(ForeignDatabase, match="is not a chain of taocli") as refusal:
        open_store(tmp_path, genesis)
    assert refusal.value.why == why
    assert (tmp_path / "chain.db").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"chain.db", "lock"}


@pytest.mark.parametrize(("schema", "age"), [(SCHEMA + 1, "a newer"), (0, "another")])
def test_another_schema_is_refused_by_its_number(
    schema: int, age: str, tmp_path: Path, genesis: Genesis
) -> None:
    open_store(tmp_path, genesis).close()
    with contextlib.closing(sqlite3.connect(tmp_path / "chain.db")) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION,)
        connection.execute(f"PRAGMA user_version={schema}")
    with pytest.raises(ForeignDatabase, match=f"by {age} version of taocli") as refusal:
        open_store(tmp_path, genesis)
    assert f"number {schema}; this version knows number {SCHEMA}" in refusal.value.why


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE state SET value = x'33' WHERE key = x'61'",
        "UPDATE state SET value = 'text' WHERE key = x'61'",
        "UPDATE block SET header = x'00'",
        "UPDATE block SET header = 7",
        "UPDATE block SET body = x'0401'",
        "DELETE FROM block",
        "DROP TABLE state",
    ],
)
def test_a_contradiction_is_found_on_opening(
    statement: str, tmp_path: Path, genesis: Genesis
) -> None:
    open_store(tmp_path, genesis).close()
    with contextlib.closing(sqlite3.connect(tmp_path / "chain.db")) as connection, connection:
        connection.execute(statement)
    with pytest.raises(DatabaseDamaged, match="is damaged") as refusal:
        open_store(tmp_path, genesis)
    assert "--data" in refusal.value.fix


def test_a_hole_in_the_past_is_told(tmp_path: Path, genesis: Genesis) -> None:
    with contextlib.closing(open_store(tmp_path, genesis)) as store:
        for number in range(3):
            changes = {b"n": bytes([number])}
            store.append(next_block(store, changes), changes)
    with contextlib.closing(sqlite3.connect(tmp_path / "chain.db")) as connection, connection:
        connection.execute("DELETE FROM undo WHERE number = 2")
    with contextlib.closing(open_store(tmp_path, genesis)) as store:
        with pytest.raises(DatabaseDamaged):
            store.state_at(genesis.block.hash)
        head = store.head.header.parent_hash
        assert store.state_at(head).get(b"n") == b"\1"


def test_what_an_interrupted_start_left_is_cleared_away(tmp_path: Path, genesis: Genesis) -> None:
    _, other = started({b"other": b"1"})
    store = open_store(tmp_path, other)
    for number in range(3):
        changes = {b"n": bytes([number])}
        store.append(next_block(store, changes), changes)
    log = (tmp_path / "chain.db-wal").read_bytes()
    store.close()
    (tmp_path / "chain.db").unlink()
    (tmp_path / "chain.db-wal").write_bytes(log)  # SQLite would play it into the new file
    (tmp_path / "chain.db.part").write_text("half")
    with contextlib.closing(open_store(tmp_path, genesis)) as store:
        assert store.head == genesis.block
        assert store.committed.get(b"b") == b"2"
    assert {path.name for path in tmp_path.iterdir()} == {"chain.db", "lock"}


def test_a_place_that_cannot_be_a_directory_is_told(tmp_path: Path, genesis: Genesis) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseFailed, match="cannot be read or written") as refusal:
        open_store(tmp_path / "file" / "data", genesis)
    assert isinstance(refusal.value, FileSystemError)
    assert "Not a directory" in refusal.value.why


def test_reads_while_the_file_is_gone_bad_are_told(tmp_path: Path, genesis: Genesis) -> None:
    store = open_store(tmp_path, genesis)
    changes = {b"n": b"1"}
    store.append(next_block(store, changes), changes)
    store._database._connection.execute("UPDATE block SET body = x'0401' WHERE number = 0")
    with pytest.raises(DatabaseDamaged, match="is damaged"):
        store.block(genesis.block.hash)
    store.close()
    assert store.head.number == 1  # the newest block is still known


def test_a_producer_goes_on_where_the_chain_ended(
    producer: Producer, sign: Any, tmp_path: Path
) -> None:
    """Nonces, the parent and the time: a restarted chain never makes a block before its last."""
    genesis = genesis_of(producer.store, 425, "fake")
    producer.move_to(open_store(tmp_path, genesis))
    producer.submit(sign(b"A" * 32, 0, b"first"))
    first = producer.seal_block()
    producer.clock.advance(1_000_000_000)
    last = producer.seal_block()
    producer.store.close()

    again = open_store(tmp_path, genesis)
    assert isinstance(again, DiskStore)
    runtime = type(producer.runtime)(State(again.committed))  # type: ignore[call-arg]  # the fake one
    late = Producer(runtime, again, lambda digest: digest * 2, now_ms=lambda: 1_000_000_000)
    late.move_to(again)
    assert runtime.head_hash == last.hash
    assert runtime.state.get(b"note:" + b"A" * 32) == b"first"
    assert late.store.block(first.hash) == first
    block = late.seal_block()
    assert block.header.parent_hash == last.hash
    assert time_of(block) == 2_000_000_001
    assert late.clock.state.shift_ms == 1_000_000_000  # what was travelled stays travelled
    assert time_of(genesis.block) == 0
    again.close()


def test_a_database_is_closed_when_it_is_refused(tmp_path: Path, genesis: Genesis) -> None:
    open_store(tmp_path, genesis).close()
    with contextlib.closing(Database(tmp_path / "chain.db")) as first:
        with pytest.raises(AlreadyRunning, match="is in use"):
            Database(tmp_path / "chain.db")
        assert first.newest() == genesis.block
