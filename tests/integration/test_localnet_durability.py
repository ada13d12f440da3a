"""A chain on disk survives kills, torn logs, full disks and a second process.

What must hold of it afterwards is in ``localnet_disk``: every block down to genesis with its body, the
state that the newest header seals, old states as their headers have them, and all money there.
"""

import asyncio
import contextlib
import errno
import itertools
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from taocli.domain.errors import (
    AlreadyRunning,
    FileSystemError,
    InvalidSetting,
    PortInUse,
    TaoError,
)
from taocli.localnet.data_directory import OtherGenesis, open_store
from taocli.localnet.database_failures import DatabaseDamaged, DatabaseFailed
from taocli.localnet.library import Localnet
from taocli.localnet.node import LocalNode
from tests import syscalls
from tests.localnet_disk import SmallChain, kills

ROOT = Path(__file__).parents[2]
PWRITE = "call 18"
CHANGES = {
    PWRITE, "openat", "write", "fsync", "fdatasync", "ftruncate", "mkdir", "rename", "unlink", "close",
}  # fmt: skip
"""The calls that change a disk; between two of them a kill finds always the same."""

DONE, DISK = 0, int(FileSystemError.exit_code)

Work = Callable[[SmallChain, Path], None]


def begin(chain: SmallChain, directory: Path) -> None:
    """Make a directory with genesis in it."""
    chain.open(directory).close()


def seal_one(chain: SmallChain, directory: Path) -> None:
    """Open a chain and make a block."""
    store = chain.open(directory)
    chain.seal(2)
    store.close()


def seal_and_die(chain: SmallChain, directory: Path) -> None:
    """The same in a process that ends before it closes anything."""
    child = os.fork()
    if child == 0:
        chain.open(directory)
        chain.seal(2)
        os._exit(0)
    os.waitpid(child, 0)


def outcome(work: Work, chain: SmallChain, directory: Path) -> int:
    """0, or the exit code of the typed error; anything else is a bug and gets out."""
    try:
        work(chain, directory)
    except TaoError as error:
        return int(error.exit_code)
    return DONE


def whole(directory: Path) -> list[bytes]:
    """The hashes of the chain in a directory, once everything is checked."""
    chain = SmallChain()
    with contextlib.closing(open_store(directory, chain.genesis)) as store:
        return chain.check(store)


@pytest.mark.slow
def test_two_hundred_kills_lose_at_most_the_block_in_the_making(tmp_path: Path) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "tests.localnet_disk", "kills", "20251", "200", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=170, check=False,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    rounds = [tuple(map(int, line.split())) for line in finished.stdout.splitlines()]
    assert len(rounds) == 200
    assert sum(announced for announced, _ in rounds) > 400
    assert {more for _, more in rounds} <= {0, 1}


def test_a_block_that_was_announced_too_early_would_be_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal = SmallChain.seal

    def careless(self: SmallChain, transfers: int = 1) -> object:
        block = seal(self, transfers)
        if block.number > 1:
            self.producer.store._database._connection.execute("DELETE FROM block WHERE number > 1")
        return block

    monkeypatch.setattr(SmallChain, "seal", careless)
    monkeypatch.setattr("tests.localnet_disk.LONGEST_LIFE_S", 1.0)
    with pytest.raises((AssertionError, DatabaseDamaged)):
        list(kills(3, 5, tmp_path))


def at_change(index: int, decision: int) -> syscalls.Decide:
    """Decide so at the change with that number, and let everything else pass."""
    number = itertools.count()
    return lambda _, name: decision if name in CHANGES and next(number) == index else None


def traced(work: Work, prepare: Work | None, tmp_path: Path, decide: syscalls.Decide) -> tuple:
    """Run ``work`` in a new directory under the tracer; the directory and the trace."""
    directory = tmp_path / f"try-{len(list(tmp_path.iterdir()))}"
    if prepare is not None:
        prepare(SmallChain(), directory)
    chain = SmallChain()
    chain.runtime.metadata(15)
    return directory, syscalls.trace(lambda: outcome(work, chain, directory), decide)


@pytest.fixture
def _tracing() -> None:
    if reason := syscalls.unavailable():
        pytest.skip(reason)


@pytest.mark.slow
@pytest.mark.usefixtures("_tracing")
@pytest.mark.parametrize(
    ("work", "prepare", "least", "most"),
    [(begin, None, 1, 1), (seal_one, seal_one, 2, 3), (begin, seal_and_die, 2, 2)],
    ids=["beginning", "sealing", "recovering"],
)
def test_a_kill_at_any_system_call_leaves_a_whole_chain(
    work: Work, prepare: Work | None, least: int, most: int, tmp_path: Path
) -> None:
    found = []
    for index in itertools.count():
        directory, trace = traced(work, prepare, tmp_path, at_change(index, syscalls.KILL))
        hashes = whole(directory)
        assert least <= len(hashes) <= most, (index, trace.calls)
        found.append(len(hashes))
        seal_one(SmallChain(), directory)
        assert whole(directory)[:-1] == hashes
        if not trace.killed:
            break
    assert trace.returned == DONE
    assert found[-1] == most
    assert found == sorted(found)  # once a block is there, it stays
    assert {PWRITE, "openat"} <= set(trace.calls)


@pytest.mark.slow
@pytest.mark.usefixtures("_tracing")
@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC], ids=errno.errorcode.get)
@pytest.mark.parametrize(
    ("work", "prepare", "least", "most"),
    [(begin, None, 1, 1), (seal_one, seal_one, 2, 3)],
    ids=["beginning", "sealing"],
)
def test_any_failing_system_call_is_told_and_leaves_a_whole_chain(
    work: Work, prepare: Work | None, least: int, most: int, error: int, tmp_path: Path
) -> None:
    told = 0
    for index in itertools.count():
        directory, trace = traced(work, prepare, tmp_path, at_change(index, error))
        hashes = whole(directory)
        assert least <= len(hashes) <= most
        assert trace.returned in {DONE, DISK}, (index, trace.calls)
        if trace.returned == DONE:
            assert len(hashes) == most, (index, trace.calls)
        else:
            told += 1
        if index >= sum(name in CHANGES for name in trace.calls):
            break
    assert told > 4


def image(chain: SmallChain, directory: Path, blocks: int) -> tuple[list[bytes], list[int]]:
    """Make blocks, and leave all but genesis in the log; the hashes, and its length after each."""
    chain.open(directory)
    log, hashes, lengths = directory / "chain.db-wal", [chain.genesis.block.hash], [0]
    for _ in range(blocks):
        hashes.append(chain.seal(1).hash)
        lengths.append(log.stat().st_size)
    return hashes, lengths


def power_cut(directory: Path, target: Path, length: int, flip: int | None = None) -> Path:
    """A copy in which the log ends early, or has one wrong byte."""
    target.mkdir()
    shutil.copy(directory / "chain.db", target)
    log = bytearray((directory / "chain.db-wal").read_bytes()[:length])
    if flip is not None:
        log[flip] ^= 0x55
    (target / "chain.db-wal").write_bytes(log)
    return target


def test_a_torn_log_loses_blocks_from_its_end_only(tmp_path: Path) -> None:
    chance, chain = random.Random(7), SmallChain()
    hashes, lengths = image(chain, tmp_path / "data", 12)
    cuts = {*lengths, *(length - 1 for length in lengths[1:])}
    cuts |= {chance.randrange(lengths[-1]) for _ in range(60)}
    for cut in sorted(cuts):
        found = whole(power_cut(tmp_path / "data", tmp_path / f"cut-{cut}", cut))
        assert found == hashes[: sum(length <= cut for length in lengths)]
    chain.producer.store.close()


def test_a_wrong_byte_in_the_log_loses_what_is_behind_it_only(tmp_path: Path) -> None:
    chance, chain = random.Random(8), SmallChain()
    hashes, lengths = image(chain, tmp_path / "data", 8)
    for place in (chance.randrange(lengths[-1]) for _ in range(40)):
        copy = power_cut(tmp_path / "data", tmp_path / f"flip-{place}", lengths[-1], place)
        found = whole(copy)
        assert hashes[: len(found)] == found
        assert len(found) >= sum(length <= place for length in lengths)
    chain.producer.store.close()


def test_a_damaged_file_is_told_or_harmless(tmp_path: Path) -> None:
    """Where nothing protects the file, as after a bad disk, there is a typed error and never nonsense."""
    chance, told = random.Random(9), 0
    seal_one(SmallChain(), tmp_path / "data")
    content = (tmp_path / "data" / "chain.db").read_bytes()
    for index in range(120):
        broken = bytearray(content[: chance.randrange(len(content))] if index % 4 == 0 else content)
        for _ in range(3):
            if broken:
                broken[chance.randrange(len(broken))] ^= chance.randrange(1, 256)
        directory = tmp_path / f"broken-{index}"
        directory.mkdir()
        (directory / "chain.db").write_bytes(broken)
        told += not is_harmless(directory)
    assert told > 40


def is_harmless(directory: Path) -> bool:
    """Whether a chain is whole in spite of what was done to it; anything but a typed error is a bug."""
    try:
        whole(directory)
    except FileSystemError:
        return False
    except AssertionError as wrong:
        if "by its hash" not in str(wrong):  # SQLite's index of them, which nothing protects
            raise
        return False
    return True


HOLD = """
import sys, time
from pathlib import Path
from tests.localnet_disk import SmallChain
store = SmallChain().open(Path(sys.argv[1]))
print("open", flush=True)
time.sleep(60)
"""


def test_a_second_process_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "open\n"
        with pytest.raises(AlreadyRunning) as refusal:
            SmallChain().open(tmp_path)
        assert str(first.pid) in refusal.value.why
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert len(whole(tmp_path)) == 1


def test_a_localnet_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    """The real genesis, in a thread, and with travelled time."""
    with Localnet(data=tmp_path) as first:
        first.mine_blocks(3)
        first.advance_time(10**9)
        first.mine_blocks(1)
        head, time_ms = first.block_hash, first.time_ms
        with pytest.raises(AlreadyRunning):
            Localnet(data=tmp_path).start()
        with pytest.raises(InvalidSetting, match="cannot go back"):
            first.reset()
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(PortInUse):
        Localnet(data=tmp_path, port=taken.getsockname()[1]).start()
    with pytest.raises(OtherGenesis, match="another chain"):
        Localnet(data=tmp_path, tempo=7).start()
    with Localnet(data=tmp_path) as again:
        assert (again.block_hash, again.block) == (head, 4)
        again.mine_blocks(1)
        assert 0 < again.time_ms - time_ms < 600_000


def test_a_program_that_holds_the_file_without_the_lock_is_told(tmp_path: Path) -> None:
    begin(SmallChain(), tmp_path)
    script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN EXCLUSIVE'); "
    script += "print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "chain.db")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning, match="in use"):
            SmallChain().open(tmp_path)
        other.kill()
    assert len(whole(tmp_path)) == 1


MOUNT = 'mount -t tmpfs -o size=1m,mode=700 none "$1" || exit 99; shift; exec "$@"'


def test_a_full_disk_stops_the_chain_and_keeps_what_is_sealed(tmp_path: Path) -> None:
    mounted = ["unshare", "-rm", "sh", "-c", MOUNT, "sh", str(tmp_path)]
    try:
        tried = subprocess.run([*mounted, "true"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no unshare command")
    if tried.returncode:
        pytest.skip(f"no file system can be mounted here: {tried.stderr.strip()}")
    finished = subprocess.run(
        [*mounted, sys.executable, "-m", "tests.localnet_disk", "full", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert finished.stdout == "nothing lost\n", finished.stderr


async def test_a_failing_disk_ends_the_clock_with_a_typed_error(tmp_path: Path) -> None:
    chain = SmallChain()
    store = chain.open(tmp_path)
    node = LocalNode(chain.producer, block_time=0.01, port=0)
    await node.start()
    try:
        async with asyncio.timeout(20):
            while node.head.number < 2:
                await asyncio.sleep(0.01)
            store._database._connection.execute("PRAGMA query_only=1")
            with pytest.raises(DatabaseFailed, match="cannot be read or written"):
                await node.wait_failed()
    finally:
        await node.stop()
    assert whole(tmp_path)[-1] == node.head.hash


def test_a_lost_block_leaves_nothing_that_can_be_read(tmp_path: Path) -> None:
    chain = SmallChain()
    store = chain.open(tmp_path)
    chain.seal(1)
    free = chain.runtime.balances.free(chain.bob[0])
    store._database._connection.execute("PRAGMA query_only=1")
    with pytest.raises(DatabaseFailed):
        chain.seal(1)
    assert chain.runtime.balances.free(chain.bob[0]) == free
    assert len(chain.check(store)) == 2
    store._database._connection.execute("PRAGMA query_only=0")
    with pytest.raises(DatabaseFailed):  # what that disk kept, only opening the file again can tell
        chain.producer.seal_block()
    store.close()
    assert len(whole(tmp_path)) == 2


def tampered(directory: Path, statement: str) -> Path:
    with contextlib.closing(sqlite3.connect(directory / "chain.db")) as connection, connection:
        connection.execute(statement)
    return directory


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM block WHERE number = 1",
        "UPDATE block SET header = (SELECT header FROM block WHERE number = 1) WHERE number = 2",
        "UPDATE block SET body = x'' WHERE number = 2",
        "DELETE FROM state WHERE key IN (SELECT key FROM state LIMIT 1)",
        "UPDATE undo SET diff = (SELECT diff FROM undo WHERE number = 1) WHERE number = 2",
    ],
)
def test_what_is_checked_after_an_accident_would_be_noticed(statement: str, tmp_path: Path) -> None:
    seal_one(SmallChain(), tmp_path)
    seal_one(SmallChain(), tmp_path)
    assert len(whole(tmp_path)) == 3
    with pytest.raises((AssertionError, FileSystemError)):
        whole(tampered(tmp_path, statement))
