"""Replays captured requests of a real dendrite against an axon without a socket."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sr25519

from taocli.domain.address import Address
from taocli.protocol.axon import Answer, Axon, Inbound, Route, StreamAnswer
from taocli.protocol.signature import Verifier

CAPTURES = Path(__file__).parents[2] / "vectors" / "axon"
MINER = "5CaFRfEKhu5dbjnjDtNQGBaxDdfD5puAAavcdaF3wPka9XH6"


@dataclass
class Recorded:
    method: str
    path: str
    headers: list[tuple[bytes, bytes]]
    body: bytes
    status: int
    answer: bytes

    @property
    def nonce(self):
        found = dict(self.headers).get(b"bt_header_dendrite_nonce", b"0")
        return int(found) if found.isdigit() else 0


def parse_capture(number: str) -> Recorded:
    text = next(CAPTURES.glob(f"{number}_*.txt")).read_text()
    _, _, rest = text.partition(">>> REQUEST (bytes as sent; CRLF shown as line ends)\n")
    request, _, response = rest.partition("<<< RESPONSE (bytes as sent; CRLF shown as line ends)\n")
    head, _, body = request.partition("\n\n")
    first, *lines = head.split("\n")
    method, path, _ = first.split(" ")
    pairs = [line.partition(": ") for line in lines]
    headers = [(name.lower().encode(), value.encode()) for name, _, value in pairs]
    return Recorded(
        method, path, headers, body.rstrip("\n").encode(),
        int(response.split(" ")[1]), response.partition("\n\n")[2].encode(),
    )  # fmt: skip


@dataclass
class Got:
    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    chunks: list[bytes] = field(default_factory=list)
    complete: bool = False

    @property
    def body(self):
        return b"".join(self.chunks)

    @property
    def json(self):
        return json.loads(self.body)


async def send(axon, method, path, headers, body, chunk=65536):
    got = Got()
    pieces = [body[at : at + chunk] for at in range(0, len(body), chunk)] or [b""]
    asked = {"body": 0}

    async def receive():
        import asyncio

        at = asked["body"]
        if at < len(pieces):
            asked["body"] += 1
            return {"type": "http.request", "body": pieces[at], "more_body": at + 1 < len(pieces)}
        return await asyncio.Event().wait()

    async def reply(message):
        if message["type"] == "http.response.start":
            got.status = message["status"]
            got.headers = dict(message["headers"])
        else:
            got.chunks.append(message["body"])
            got.complete = not message.get("more_body", False)

    scope = {"type": "http", "method": method, "path": path, "headers": headers}
    await axon(scope, receive, reply)
    got.asked_body = asked["body"] > 0
    return got


class OpenGate:
    def __init__(self, banned=()):
        self.banned = set(banned)

    def refusal(self, caller, route):
        return "Unrecognized hotkey" if caller.ss58 in self.banned or route == "Black" else None


class Tally:
    def __init__(self):
        self.events = []

    def answered(self, caller, seconds):
        self.events.append("answered")

    def refused(self, status):
        self.events.append(status)

    def failed(self):
        self.events.append("failed")


async def dummy(inbound: Inbound):
    return Answer({"dummy_output": inbound.fields["dummy_input"] * 2})


async def hashed(inbound: Inbound):
    return Answer({"completion": "ok " + inbound.fields["messages"][-1]})


async def stream(inbound: Inbound):
    async def chunks():
        for piece in (b"Hello", b" ", b"world", b"!"):
            yield piece

    return StreamAnswer(chunks())


ROUTES = (
    Route("Dummy", (), dummy),
    Route("Black", (), dummy),
    Route("Hashed", ("roles", "messages", "n", "f", "opt", "d"), hashed),
    Route("Stream", ("messages",), stream),
)


class Rig:
    """An axon for the captured miner's hotkey, whose clock the test owns."""

    def __init__(self, *, routes=ROUTES, hotkey=MINER, gate=None):
        self.now_ns = time.time_ns()
        self.tally = Tally()
        self.verifier = Verifier(Address.parse(hotkey), started_ns=0)
        self.axon = Axon(
            self.verifier, routes, gate or OpenGate(), self.tally, clock_ns=lambda: self.now_ns
        )

    async def replay(self, recorded: Recorded, age_s: float = 0.01):
        self.now_ns = recorded.nonce + int(age_s * 1e9)
        return await send(
            self.axon, recorded.method, recorded.path, recorded.headers, recorded.body
        )

    async def post(self, path, headers, body):
        return await send(self.axon, "POST", path, headers, body)


class Key:
    """A seeded sr25519 key, enough of a signer."""

    crypto_type = 1

    def __init__(self, seed: int):
        self.public, self.secret = sr25519.pair_from_seed(bytes([seed] * 32))
        self.address = Address(self.public)

    def sign(self, message):
        return sr25519.sign((self.public, self.secret), message)


@pytest.fixture
def rig():
    return Rig()


@pytest.fixture
def make_rig():
    return Rig


@pytest.fixture
def capture():
    return parse_capture


@pytest.fixture
def key():
    return Key


@pytest.fixture
def tally():
    return Tally()


@pytest.fixture
def open_gate():
    return OpenGate()
