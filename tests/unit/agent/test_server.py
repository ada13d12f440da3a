"""The agent's server on a real socket: what it answers, whom it refuses, and that it cannot be kept busy."""

import asyncio
import contextlib
import os
import socket
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taocli.agent.frames import (
    MAX_KEYS,
    Add,
    Answer,
    Dropped,
    Held,
    Hello,
    ListKeys,
    Lock,
    Refusal,
    Refused,
    Request,
    Sign,
    Signed,
    Welcome,
)
from taocli.agent.page import KeyPage
from taocli.agent.place import Peer, Place, listen, peer_of
from taocli.agent.ring import KeyRing
from taocli.agent.server import AgentServer, Limits
from taocli.agent.wire import MAX_FRAME, decode_answer, encode
from taocli.wallet.keypair import ED25519, Keypair, verify

ALICE = Keypair.from_seed(bytes([1] * 32))
BOB = Keypair.from_seed(bytes([2] * 32), ED25519)
WELCOME = Welcome(4711, True, True, False)
QUICK = Limits(wait_s=30, exchange_s=0.3, connections=8)


@pytest.fixture
def place() -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="tao-") as folder:  # tmp_path may be too long
        yield Place(Path(folder))


@contextlib.asynccontextmanager
async def serving(
    place: Place, limits: Limits = QUICK, asker=peer_of, ring: KeyRing | None = None
) -> AsyncIterator[asyncio.Task[None]]:
    server = AgentServer(ring or KeyRing(KeyPage()), WELCOME, limits, asker=asker)
    task = asyncio.create_task(server.serve(listen(place)))
    try:
        yield task
    finally:
        server.stop()
        async with asyncio.timeout(5):
            await task


async def say(place: Place, line: bytes) -> bytes:
    """Send raw bytes and read until the agent closes."""
    loop = asyncio.get_running_loop()
    answer = b""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.setblocking(False)
        async with asyncio.timeout(5):
            await loop.sock_connect(connection, str(place.socket))
            with contextlib.suppress(OSError):  # a refusal may come before all is sent
                await loop.sock_sendall(connection, line)
            with contextlib.suppress(ConnectionResetError):
                while piece := await loop.sock_recv(connection, MAX_FRAME):
                    answer += piece
    return answer


async def ask(place: Place, request: Request) -> Answer:
    return decode_answer(await say(place, encode(request)))


def add(key: Keypair, lifetime_s: int = 60) -> Add:
    return Add(key.address, key.crypto_type, key.private_key, "label", lifetime_s)


async def test_a_key_is_held_listed_used_and_locked(place: Place) -> None:
    async with serving(place) as task:
        assert await ask(place, Hello()) == WELCOME
        assert await ask(place, ListKeys()) == Held(())
        for key in (ALICE, BOB):
            held = await ask(place, add(key))
            assert isinstance(held, Held)
            signed = await ask(place, Sign(key.address, b"message"))
            assert isinstance(signed, Signed)
            assert verify(key.public_key, b"message", signed.signature, key.crypto_type)
        listed = await ask(place, ListKeys())
        assert isinstance(listed, Held)
        assert [key.address for key in listed.keys] == [ALICE.address, BOB.address]
        assert await ask(place, Lock(BOB.address)) == Dropped(1)
        assert await ask(place, Sign(BOB.address, b"")) == Refused(Refusal.UNKNOWN_KEY)
        assert await ask(place, Lock(None)) == Dropped(1)
        async with asyncio.timeout(5):
            await task  # it ends with its last key


async def test_no_answer_ever_carries_a_private_key(place: Place) -> None:
    async with serving(place):
        said = await say(place, encode(add(ALICE)))
        for request in (Hello(), ListKeys(), Sign(ALICE.address, b"x"), Lock(BOB.address)):
            said += await say(place, encode(request))
        secret = encode(add(ALICE)).split(b'"private_key": "')[1].split(b'"')[0]
        assert len(secret) == 88
        assert secret[:40] not in said
        assert ALICE.private_key.hex().encode() not in said


async def test_an_agent_without_a_key_waits_only_so_long(place: Place) -> None:
    async with serving(place, Limits(wait_s=0.2)) as task, asyncio.timeout(5):
        await task


async def test_a_key_is_dropped_by_a_timer_and_the_agent_ends_with_it(place: Place) -> None:
    now = 0.0
    page = KeyPage()
    async with serving(place, ring=KeyRing(page, lambda: now)) as task:
        await ask(place, add(ALICE, 3600))
        await asyncio.sleep(0.1)  # by now the agent has gone to sleep for an hour
        assert not task.done()
        now = 3600.0  # as after a night's sleep: the loop's own clock has not moved an hour
        async with asyncio.timeout(5):
            await task
        assert all(page.copy(slot, 64) == bytes(64) for slot in range(MAX_KEYS))


async def test_a_key_that_is_not_its_address_is_refused(place: Place) -> None:
    async with serving(place):
        other = Add(BOB.address, 1, ALICE.private_key, "x", 60)
        short = Add(ALICE.address, 1, ALICE.private_key[:32], "x", 60)
        wild = Add(ALICE.address, 1, b"\xff" * 64, "x", 60)
        for request in (other, short, wild, Add(ALICE.address, 1, bytes(64), "x", 60)):
            assert await ask(place, request) == Refused(Refusal.BAD_KEY)
        assert await ask(place, ListKeys()) == Held(())


async def test_a_full_agent_says_so(place: Place) -> None:
    async with serving(place):
        keys = [Keypair.from_seed(bytes([n + 1] * 32)) for n in range(MAX_KEYS + 1)]
        for key in keys[:-1]:
            assert isinstance(await ask(place, add(key)), Held)
        assert await ask(place, add(keys[-1])) == Refused(Refusal.FULL)


async def test_another_user_is_refused_whatever_he_says(place: Place) -> None:
    ring = KeyRing(KeyPage())
    ring.hold(ALICE, "a", 60)
    stranger = Peer(1, os.getuid() + 1)
    async with serving(place, asker=lambda _: stranger, ring=ring):
        for request in (Hello(), ListKeys(), Sign(ALICE.address, b"x"), Lock(None), add(BOB)):
            assert await ask(place, request) == Refused(Refusal.NOT_YOURS)
        assert [key.address for key in ring.listing()] == [ALICE.address]


async def test_frames_of_another_version_or_too_long_or_cut_off_are_refused(place: Place) -> None:
    async with serving(place):
        later = encode(Hello()).replace(b'"v": 1', b'"v": 2')
        assert decode_answer(await say(place, later)) == Refused(Refusal.OTHER_VERSION)
        for line in (b"\n", b"{}\n", b"x" * (3 * MAX_FRAME), b"x" * (2 * MAX_FRAME) + b"\n"):
            assert decode_answer(await say(place, line)) == Refused(Refusal.NOT_UNDERSTOOD)
        reader, writer = await asyncio.open_unix_connection(str(place.socket))
        writer.write(encode(Hello())[:-1])
        writer.write_eof()
        assert decode_answer(await reader.read()) == Refused(Refusal.NOT_UNDERSTOOD)
        writer.close()
        assert await ask(place, Hello()) == WELCOME


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=200), min_size=1, max_size=5))
def test_whatever_bytes_come_the_agent_refuses_and_lives(lines: list[bytes]) -> None:
    async def check(place: Place) -> None:
        async with serving(place):
            for line in lines:
                answer = decode_answer(await say(place, line + b"\n"))
                assert answer == Refused(Refusal.NOT_UNDERSTOOD)
            assert await ask(place, Hello()) == WELCOME

    with tempfile.TemporaryDirectory(prefix="tao-") as folder:
        asyncio.run(check(Place(Path(folder))))


async def test_a_silent_client_is_cut_off_after_the_deadline(place: Place) -> None:
    async with serving(place):
        reader, writer = await asyncio.open_unix_connection(str(place.socket))
        writer.write(b'{"v": 1')
        async with asyncio.timeout(3):
            assert await reader.read() == b""
        writer.close()


@pytest.mark.parametrize("steps", range(12))
async def test_an_agent_that_is_ending_never_says_that_it_holds_a_key(
    place: Place, steps: int
) -> None:
    ring = KeyRing(KeyPage())
    server = AgentServer(ring, WELCOME, QUICK)
    task = asyncio.create_task(server.serve(listen(place)))
    await ask(place, Hello())
    with socket.socket(socket.AF_UNIX) as connection:
        connection.setblocking(False)
        connection.connect(str(place.socket))
        connection.send(encode(add(ALICE)))
        for _ in range(steps):
            await asyncio.sleep(0)
        was_held = ring.listing() != ()
        server.stop()
        async with asyncio.timeout(5):
            await task
        answer = b""
        # A connection that asyncio had just accepted is closed only with the process.
        with contextlib.suppress(ConnectionResetError, TimeoutError):
            async with asyncio.timeout(0.3):
                answer = await asyncio.get_running_loop().sock_recv(connection, MAX_FRAME)
    assert was_held or not answer
    assert ring.listing() == ()


async def test_silent_connections_keep_nobody_out(place: Place) -> None:
    async with serving(place, Limits(wait_s=30, exchange_s=30, connections=8)):
        await ask(place, add(ALICE))
        silent = []
        for _ in range(60):
            one = socket.socket(socket.AF_UNIX)
            one.setblocking(False)
            one.connect(str(place.socket))
            silent.append(one)
        assert isinstance(await ask(place, Sign(ALICE.address, b"x")), Signed)
        await asyncio.sleep(0.05)
        cut_off = 0
        for one in silent:
            with contextlib.suppress(BlockingIOError):
                cut_off += one.recv(1) == b""
            one.close()
        assert cut_off >= len(silent) - 8


def test_the_socket_is_private_from_its_first_moment(place: Place) -> None:
    before = os.umask(0)
    try:
        listen(place).close()
        assert os.umask(0) == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE(place.socket.stat().st_mode) == 0o600


def test_the_socket_of_a_dead_agent_is_replaced(place: Place) -> None:
    listen(place).close()
    assert place.socket.exists()
    listener = listen(place)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(place.socket))
    listener.close()
