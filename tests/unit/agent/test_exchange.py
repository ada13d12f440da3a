"""The client's side of the socket, against agents that are broken, silent, or somebody else's."""

import contextlib
import os
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from taocli.agent import client
from taocli.agent.exchange import ask
from taocli.agent.frames import (
    Answer,
    Dropped,
    Held,
    Hello,
    ListKeys,
    Lock,
    Refusal,
    Refused,
    Sign,
    Signed,
    Welcome,
)
from taocli.agent.held import HeldKey
from taocli.agent.place import Peer, Place, agent_place, listen
from taocli.agent.process import agent_environment
from taocli.agent.wire import MAX_FRAME, encode
from taocli.domain.errors import (
    FileSystemError,
    KeyMissing,
    TaoError,
    UnsafePermissions,
    UnsupportedKey,
    ValidationError,
    WalletError,
)
from taocli.wallet.keypair import Keypair

ALICE = Keypair.from_seed(bytes([1] * 32))
BOB = Keypair.from_seed(bytes([2] * 32))


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="tao-") as folder:  # tmp_path may be too long
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield agent_place()


@contextlib.contextmanager
def answering(
    place: Place, answer: Callable[[socket.socket, bytes], None]
) -> Iterator[list[bytes]]:
    """A false agent: every request is handed to ``answer``; yields what it was sent."""
    listener = listen(place)
    heard: list[bytes] = []

    def work() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, contextlib.suppress(OSError):
                    heard.append(connection.recv(MAX_FRAME))
                    answer(connection, heard[-1])

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield heard
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def saying(place: Place, answer: Answer | bytes) -> contextlib.AbstractContextManager[list[bytes]]:
    line = answer if isinstance(answer, bytes) else encode(answer)
    return answering(place, lambda connection, _: connection.sendall(line))


def test_without_an_agent_nothing_is_held(place: Place) -> None:
    assert client.find_signer(ALICE.address) is None
    assert client.held_keys() == ()
    assert client.lock(None) == 0
    assert client.describe_agent() is None
    assert not place.socket.exists()


def test_the_socket_of_a_dead_agent_is_no_agent(place: Place) -> None:
    listen(place).close()
    assert client.find_signer(ALICE.address) is None
    assert client.lock(None) == 0


def test_a_key_that_the_agent_does_not_hold_has_no_signer(place: Place) -> None:
    with saying(place, Held((HeldKey(BOB.address, 1, "b", 5),))):
        assert client.find_signer(ALICE.address) is None
        assert client.find_signer(BOB.address) == client.AgentSigner(BOB.address, 1)


def test_a_foreign_agent_is_told_nothing(place: Place) -> None:
    stranger = Peer(99, os.getuid() + 1)
    with saying(place, Dropped(1)) as heard:
        with pytest.raises(WalletError) as caught:
            ask(place, Lock(None), Dropped, asker=lambda _: stranger)
        assert "another user" in caught.value.what
    assert not any(heard)


@pytest.mark.parametrize(
    "signature",
    [BOB.sign(b"message"), ALICE.sign(b"other"), bytes(64), bytes(63), b""],
    ids=["another key's", "another message's", "zero", "short", "empty"],
)
def test_a_signature_that_is_not_of_the_key_is_never_returned(
    place: Place, signature: bytes
) -> None:
    with saying(place, Signed(signature)), pytest.raises(WalletError) as caught:
        client.AgentSigner(ALICE.address, 1).sign(b"message")
    assert "refused" in caught.value.what


def test_a_true_signature_is_returned(place: Place) -> None:
    signature = ALICE.sign(b"message")
    with saying(place, Signed(signature)):
        assert client.AgentSigner(ALICE.address, 1).sign(b"message") == signature


def test_a_message_too_long_for_the_agent_is_refused_before_it_is_sent(place: Place) -> None:
    with saying(place, Signed(bytes(64))) as heard:
        with pytest.raises(ValidationError):
            client.AgentSigner(ALICE.address, 1).sign(bytes(64 * 1024 + 1))
        assert heard == []


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"nonsense\n",
        b"x" * (MAX_FRAME + 100),
        b'{"v": 2, "is": "Signed", "signature": ""}\n',
        encode(Dropped(1)),
        encode(Welcome(1, True, True, True)),
        encode(Hello()),
        encode(Signed(b"x")) + encode(Signed(b"y")),
    ],
)
def test_nonsense_from_the_agent_is_a_typed_error(place: Place, line: bytes) -> None:
    with saying(place, line), pytest.raises(WalletError) as caught:
        ask(place, Sign(ALICE.address, b""), Signed, timeout_s=2)
    assert str(os.getpid()) in caught.value.fix  # it names the process to end


@pytest.mark.parametrize("reason", Refusal)
def test_every_refusal_has_a_reason_and_a_way_out(place: Place, reason: Refusal) -> None:
    with saying(place, Refused(reason)), pytest.raises(WalletError) as caught:
        ask(place, Sign(ALICE.address, b""), Signed)
    assert caught.value.why
    assert caught.value.fix
    special = {Refusal.UNKNOWN_KEY: KeyMissing, Refusal.BAD_KEY: UnsupportedKey}
    assert type(caught.value) is special.get(reason, WalletError)


def test_a_silent_agent_costs_no_more_than_the_deadline(place: Place) -> None:
    listener = listen(place)  # never accepted, as by a stopped process
    started = time.monotonic()
    with pytest.raises(WalletError) as caught:
        ask(place, ListKeys(), Held, timeout_s=0.2)
    assert time.monotonic() - started < 2
    assert "kill -9" in caught.value.fix
    listener.close()


def test_an_agent_with_a_full_queue_costs_no_more_than_the_deadline(place: Place) -> None:
    listener = listen(place)
    waiting = []
    with contextlib.suppress(BlockingIOError):
        for _ in range(1000):
            one = socket.socket(socket.AF_UNIX)
            waiting.append(one)
            one.setblocking(False)
            one.connect(str(place.socket))
    assert len(waiting) < 1000
    with pytest.raises(WalletError) as caught:
        ask(place, ListKeys(), Held, timeout_s=0.2)
    assert "does not answer" in caught.value.what
    for one in (*waiting, listener):
        one.close()


def test_one_byte_at_a_time_is_a_deadline_too(place: Place) -> None:
    def drip(connection: socket.socket, _: bytes) -> None:
        for _ in range(100):
            connection.sendall(b" ")
            time.sleep(0.05)

    started = time.monotonic()
    with answering(place, drip), pytest.raises(WalletError):
        ask(place, ListKeys(), Held, timeout_s=0.3)
    assert time.monotonic() - started < 10


def test_an_agent_that_dies_while_it_is_asked_is_a_typed_error(place: Place) -> None:
    with answering(place, lambda *_: None) as heard, pytest.raises(WalletError) as caught:
        client.AgentSigner(ALICE.address, 1).sign(b"x")
    assert "ended before it answered" in caught.value.what
    assert len(heard) == 3  # it was given the chance


def test_a_connection_that_was_cut_is_tried_again(place: Place) -> None:
    asked = []

    def second_time(connection: socket.socket, line: bytes) -> None:
        asked.append(line)
        if len(asked) == 2:
            connection.sendall(encode(Dropped(3)))

    with answering(place, second_time):
        assert client.lock(None) == 3


def test_a_signer_whose_agent_is_gone_says_so(place: Place) -> None:
    with pytest.raises(WalletError) as caught:
        client.AgentSigner(ALICE.address, 1).sign(b"x")
    assert "not running" in caught.value.what


@pytest.mark.parametrize("seconds", [0, -1, 86_401])
def test_a_key_is_held_for_a_second_to_a_day(place: Place, seconds: int) -> None:
    with pytest.raises(ValidationError):
        client.hold(ALICE, "a", seconds)
    assert not place.socket.exists()


def test_an_agent_that_confirms_another_key_is_not_believed(place: Place) -> None:
    with (
        saying(place, Held((HeldKey(BOB.address, 1, "b", 5),))),
        pytest.raises(WalletError) as caught,
    ):
        client.hold(ALICE, "a", 60)
    assert "another key" in caught.value.what


def test_a_path_too_long_for_a_socket_is_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    for action in (lambda: client.hold(ALICE, "a", 60), client.held_keys, client.lock):
        with pytest.raises(FileSystemError) as caught:
            action()
        assert "too long" in caught.value.what
        assert "XDG_RUNTIME_DIR" in caught.value.fix
    assert client.find_signer(ALICE.address) is None


def test_a_folder_that_others_may_enter_is_refused(place: Place) -> None:
    place.folder.chmod(0o755)
    with pytest.raises(UnsafePermissions):
        client.hold(ALICE, "a", 60)
    assert client.find_signer(ALICE.address) is None


def test_a_link_in_the_place_of_the_folder_is_refused(place: Place, tmp_path: Path) -> None:
    place.folder.rmdir()
    tmp_path.chmod(0o700)
    place.folder.symlink_to(tmp_path)
    with pytest.raises(TaoError):
        client.lock(None)


def test_the_agent_inherits_no_password() -> None:
    given = {"PATH": "/bin", "BT_WALLET_PASSWORD": "secret", "BT_PW_X": "y", "HOME": "/h"}
    chosen = agent_environment(given)
    assert chosen["PATH"] == "/bin"
    assert chosen["HOME"] == "/h"
    assert not any(name.startswith("BT_") for name in chosen)
