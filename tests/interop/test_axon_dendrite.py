"""The real dendrite of bittensor 10.5.0 asks our axon, over a socket."""

import asyncio
import json
import os
import time
from pathlib import Path

import pytest
import sr25519

from taocli.domain.address import Address
from taocli.domain.balance import tao
from taocli.domain.inference import FinishReason, GenerationChunk
from taocli.miner.answering import build_routes
from taocli.miner.callers import CallerDirectory
from taocli.miner.queue import AdmissionQueue
from taocli.miner.tally import Tally
from taocli.protocol.axon import Axon
from taocli.protocol.server import AxonServer
from taocli.protocol.signature import Verifier
from taocli.subnets.api import Caller
from taocli.subnets.text import PLUGIN

SDK10 = Path(__file__).parents[2] / ".interop" / "sdk10" / "bin" / "python"
SCRIPT = Path(__file__).with_name("axon_peer.py")
SEED = bytes([7] * 32)
pytestmark = [
    pytest.mark.interop,
    pytest.mark.slow,
    pytest.mark.skipif(
        not SDK10.exists(), reason="bittensor 10.5.0 is not installed: make interop"
    ),
]


class FakeEngine:
    async def generate(self, request):
        yield GenerationChunk("4", 5, 1)
        yield GenerationChunk("2", 5, 2, FinishReason.STOP)

    async def status(self):
        raise NotImplementedError


async def converse(home: Path) -> dict:
    miner = Address(sr25519.pair_from_seed(bytes([1] * 32))[0])
    caller = Address(sr25519.pair_from_seed(SEED)[0])
    callers = CallerDirectory(miner, PLUGIN)
    callers._callers[caller] = Caller(caller, 0, tao(5), False)
    routes = build_routes(PLUGIN, callers, AdmissionQueue(4, 32), FakeEngine())
    # The stale request must be refused for its age, not for being older than this axon.
    verifier = Verifier(miner, started_ns=time.time_ns() - 60_000_000_000)
    server = AxonServer(Axon(verifier, routes, callers, Tally()), "127.0.0.2", 0)
    await server.start()
    try:
        peer = await asyncio.create_subprocess_exec(
            SDK10, SCRIPT, str(server.port), miner.ss58, SEED.hex(),
            env={"PATH": os.environ["PATH"], "HOME": str(home)},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            out, err = await asyncio.wait_for(peer.communicate(), 90)
        finally:
            if peer.returncode is None:
                peer.kill()
        assert peer.returncode == 0, err.decode()[-3000:]
        return json.loads(out.decode().splitlines()[-1])
    finally:
        await server.stop(1.0)


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    return asyncio.run(converse(tmp_path_factory.mktemp("home")))


def test_its_call_succeeds_with_the_generated_text(said):
    assert said["call"] == {
        "status": 200, "success": True, "message": "Success", "completion": "42",
    }  # fmt: skip
    assert said["raw"]["status"] == 200


def test_its_concurrent_calls_all_succeed(said):
    assert said["many"] == ["42"] * 8


def test_its_ping_succeeds(said):
    assert (said["ping"]["status"], said["ping"]["success"]) == (200, True)


def test_its_stream_arrives_whole(said):
    *pieces, final = said["stream"]
    assert "".join(pieces) == "42"
    assert (final["status"], final["completion"]) == (200, "42")


def test_it_reads_our_refusals(said):
    assert said["unknown"]["status"] == 404
    assert "not found" in said["unknown"]["message"]


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("unsigned", "Missing Signature"),
        ("wrongly signed", "Signature mismatch"),
        ("replayed", "Nonce was used before"),
        ("stale", "acceptable delta is 16.00 seconds"),
        ("tampered", "Body does not match"),
    ],
)
def test_what_is_not_freshly_signed_is_401(said, case, reason):
    assert said[case]["status"] == 401
    assert reason in said[case]["message"]
