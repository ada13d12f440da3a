"""A real agent process: it signs, forgets in time, survives abuse, and never shows a key."""

import base64
import concurrent.futures
import contextlib
import ctypes
import os
import platform
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from taocli.agent import client
from taocli.agent.exchange import ask
from taocli.agent.frames import Held, ListKeys, Refusal, Refused
from taocli.agent.place import Place, agent_place
from taocli.agent.process import start_agent
from taocli.agent.wire import MAX_FRAME, decode_answer, encode
from taocli.domain.errors import KeyMissing, WalletError
from taocli.wallet.keypair import ED25519, SR25519, Keypair, verify

NOBODY = 65534
_PR_SET_CHILD_SUBREAPER = 36
needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can do this")


def new_key(crypto_type: int = SR25519) -> Keypair:
    """A key that no other memory of this machine holds."""
    return Keypair.from_seed(os.urandom(32), crypto_type)


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A runtime folder of its own; an agent that a test leaves behind is ended."""
    # An agent is nobody's child; as a subreaper we inherit it and see its exit code.
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory(prefix="tao-") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        found = agent_place()
        yield found
        found.folder.chmod(0o700)
        with contextlib.suppress(WalletError):
            if (running := client.describe_agent()) is not None:
                os.kill(running.pid, signal.SIGKILL)
                exit_code(running.pid)
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def agent_pid() -> int:
    running = client.describe_agent()
    assert running is not None
    return running.pid


def exit_code(pid: int, timeout_s: float = 10.0) -> int:
    """Wait for the end of an agent."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    raise AssertionError("the agent goes on")


def test_held_keys_sign_until_they_are_locked(place: Place) -> None:
    keys = [new_key(), new_key(ED25519)]
    for key, label in zip(keys, ("cold", "hot"), strict=True):
        told = client.hold(key, label, 60)
        assert (told.address, told.label, told.crypto_type) == (key.address, label, key.crypto_type)
        assert 55 <= told.seconds_left <= 60
    pid = agent_pid()
    for key in keys:
        signer = client.find_signer(key.address)
        assert signer is not None
        for message in (b"", b"message", bytes(64 * 1024)):
            assert verify(key.public_key, message, signer.sign(message), signer.crypto_type)
    assert [held.label for held in client.held_keys()] == ["cold", "hot"]
    gone = client.find_signer(keys[0].address)
    assert gone is not None
    assert client.lock(keys[0].address) == 1
    assert client.find_signer(keys[0].address) is None
    with pytest.raises(KeyMissing):
        gone.sign(b"message")
    assert client.lock() == 1
    assert exit_code(pid) == 0
    assert not place.socket.exists()
    assert client.lock() == 0
    with pytest.raises(WalletError):
        gone.sign(b"message")


def test_an_expired_key_ends_the_agent_even_under_a_flood(place: Place) -> None:
    started = time.monotonic()
    client.hold(new_key(), "short", 3)
    pid = agent_pid()
    junk = os.urandom(10_000).replace(b"\n", b" ")
    for _ in range(20):
        with socket.socket(socket.AF_UNIX) as one, contextlib.suppress(OSError):
            one.connect(str(place.socket))
            one.sendall(junk)
            one.sendall(b"\n")
            assert decode_answer(one.recv(MAX_FRAME)) == Refused(Refusal.NOT_UNDERSTOOD)
    half_open = []
    for number in range(200):
        one = socket.socket(socket.AF_UNIX)
        one.settimeout(5)
        with contextlib.suppress(BlockingIOError):
            one.connect(str(place.socket))
            one.sendall(b'{"v": 1' if number % 2 else b"x" * 1000)
        half_open.append(one)
    assert len(client.held_keys()) == 1  # 200 connections are open, and it still answers
    assert exit_code(pid, 10) == 0
    assert 2.9 <= time.monotonic() - started < 10
    assert not place.socket.exists()
    assert client.held_keys() == ()
    for one in half_open:
        one.close()


def test_an_agent_that_gets_no_key_ends(place: Place) -> None:
    assert start_agent(wait_s=0.3)
    assert exit_code(agent_pid()) == 0
    assert not place.socket.exists()


def test_an_agent_that_cannot_be_reached_any_more_ends(place: Place) -> None:
    client.hold(new_key(), "k", 60)
    pid = agent_pid()
    place.socket.unlink()  # as when the runtime folder goes at logout
    assert exit_code(pid) == 0


def test_an_agent_in_the_place_of_another_is_left_alone(place: Place) -> None:
    client.hold(new_key(), "k", 60)
    first = agent_pid()
    time.sleep(0.1)  # so that the first one looks again only after the second has started
    place.socket.unlink()
    place.lock.unlink()
    key = new_key()
    client.hold(key, "k", 60)
    assert exit_code(first) == 0
    assert agent_pid() != first
    assert client.find_signer(key.address) is not None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_makes_it_forget_and_end(place: Place, number: signal.Signals) -> None:
    client.hold(new_key(), "k", 60)
    pid = agent_pid()
    os.kill(pid, number)
    assert exit_code(pid) == 0
    assert not place.socket.exists()


def test_after_a_kill_the_next_one_starts_cleanly(place: Place) -> None:
    key = new_key()
    client.hold(key, "k", 60)
    first = agent_pid()
    os.kill(first, signal.SIGKILL)
    assert exit_code(first) == -signal.SIGKILL
    assert place.socket.exists()
    assert client.find_signer(key.address) is None
    client.hold(key, "k", 60)
    assert agent_pid() != first
    signer = client.find_signer(key.address)
    assert signer is not None
    assert verify(key.public_key, b"x", signer.sign(b"x"))


def test_of_many_who_start_one_at_once_all_find_the_same(place: Place) -> None:
    keys = [new_key() for _ in range(4)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda key: client.hold(key, "k", 60), keys))
    assert {held.address for held in client.held_keys()} == {key.address for key in keys}
    assert start_agent() is False


def test_locking_and_holding_in_turn_never_loses_a_key(place: Place) -> None:
    key = new_key()
    for _ in range(3):
        client.hold(key, "k", 60)
        assert client.find_signer(key.address) is not None
        assert client.lock() == 1


def test_socket_and_folder_are_private_whatever_the_umask(place: Place) -> None:
    place.folder.rmdir()
    before = os.umask(0)
    try:
        client.hold(new_key(), "k", 60)
    finally:
        os.umask(before)
    assert stat.S_IMODE(place.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(place.socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.lock.stat().st_mode) == 0o600


def test_no_secret_is_in_any_argument_environment_or_file(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BT_WALLET_PASSWORD", "a password that must not be inherited")
    key = new_key()
    secret = key.private_key
    client.hold(key, "k", 60)
    if os.getuid() == 0:  # others may not look: the process is not dumpable
        inherited = Path(f"/proc/{agent_pid()}/environ").read_text()
        assert "XDG_RUNTIME_DIR" in inherited
        assert "BT_WALLET_PASSWORD" not in inherited
    shapes = [secret, secret.hex().encode(), base64.b64encode(secret), secret[:32].hex().encode()]
    seen = 0
    for path in [*Path("/proc").glob("[0-9]*/cmdline"), *Path("/proc").glob("[0-9]*/environ")]:
        with contextlib.suppress(OSError):  # not ours, or just gone
            content = path.read_bytes()
            seen += 1
            assert not any(shape in content for shape in shapes), path
    for path in place.folder.parent.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(shape in content for shape in shapes), path
    assert seen > 4


def test_the_process_is_hardened_before_it_gets_a_key(place: Place) -> None:
    start_agent()
    told = client.describe_agent()
    assert told is not None
    assert told.protected  # its own word for: not dumpable, as the kernel told it
    limits = Path(f"/proc/{told.pid}/limits").read_text()
    core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]
    if os.getuid() != 0:
        with pytest.raises(PermissionError):
            Path(f"/proc/{told.pid}/environ").read_bytes()
        return
    for descriptor in ("0", "1", "2"):
        assert Path(f"/proc/{told.pid}/fd/{descriptor}").readlink() == Path(os.devnull)


def test_its_memory_stays_out_of_swap_where_that_is_allowed(place: Place) -> None:
    start_agent()
    told = client.describe_agent()
    assert told is not None
    status = Path(f"/proc/{told.pid}/status").read_text()
    locked_kib = int(status.split("VmLck:")[1].split()[0])
    assert told.keys_locked == (locked_kib > 0)
    if not told.memory_locked:
        pytest.skip("RLIMIT_MEMLOCK is too small here to lock a whole process")
    assert locked_kib > 4096


def copies_in_memory(pid: int, needle: bytes) -> int:
    """How often a process has some bytes in memory it can write to."""
    count = 0
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights = line.split()[:2]
            if rights.startswith("rw"):
                low, high = (int(part, 16) for part in span.split("-"))
                memory.seek(low)
                count += memory.read(high - low).count(needle)
    return count


@needs_root
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc overwrites what is freed")
def test_a_key_that_is_let_go_is_not_found_in_memory(place: Place) -> None:
    locked, expired, kept = new_key(), new_key(ED25519), new_key()
    client.hold(kept, "kept", 60)
    client.hold(locked, "locked", 60)
    client.hold(expired, "expired", 2)
    for key in (expired, locked, kept):
        signer = client.find_signer(key.address)
        assert signer is not None
        signer.sign(b"message")
    client.lock(locked.address)
    pid = agent_pid()
    assert copies_in_memory(pid, expired.private_key[16:32]) == 1
    time.sleep(2.5)  # nobody asks: a timer must do it
    assert copies_in_memory(pid, kept.private_key[:32]) == 1
    for key in (locked, expired):
        # without its first bytes, which an allocator may use for its own lists
        assert copies_in_memory(pid, key.private_key[16:32]) == 0
        assert copies_in_memory(pid, base64.b64encode(key.private_key)[24:40]) == 0


@needs_root
def test_another_user_is_refused_by_both_ends(place: Place) -> None:
    client.hold(new_key(), "k", 60)
    place.socket.chmod(0o666)  # as if every other protection had failed
    for folder in (place.folder, place.folder.parent, place.folder.parent.parent):
        folder.chmod(0o755)
    pid = os.fork()
    if pid == 0:
        outcome = 1
        with contextlib.suppress(BaseException):
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            with socket.socket(socket.AF_UNIX) as one:
                one.connect(str(place.socket))
                with contextlib.suppress(OSError):
                    one.sendall(encode(ListKeys()))
                assert decode_answer(one.recv(MAX_FRAME)) == Refused(Refusal.NOT_YOURS)
            with pytest.raises(WalletError, match="another user"):
                ask(place, ListKeys(), Held)
            outcome = 0
        os._exit(outcome)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


PROBE = """
import sys, time
from taocli.agent.client import find_signer
from taocli.domain.address import Address
taken = []
for _ in range(5):
    started = time.perf_counter()
    assert find_signer(Address(bytes(32))) is None
    taken.append(time.perf_counter() - started)
print(min(taken), *({"asyncio", "socket", "ssl", "nacl", "sr25519"} & set(sys.modules)))
"""


def test_without_an_agent_looking_for_one_costs_next_to_nothing(place: Place) -> None:
    said = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True, timeout=30, check=True
    ).stdout.split()
    assert float(said[0]) < 0.005
    assert said[1:] == []
