"""The reference validator as a user runs it, on a localnet with a miner that adds."""

import asyncio
import json
import re
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from taocli.chain.client import SubstrateChain
from taocli.chain.networks import resolve_network
from taocli.domain.balance import tao
from taocli.domain.neuron import AxonEndpoint
from taocli.services.registration import plan_registration
from taocli.services.serving import plan_serve_axon
from taocli.wallet.derivation import keypair_from_uri
from taocli.wallet.keypair import SR25519

COLD = keypair_from_uri("//Bob", SR25519, dev=True)
# not //Alice: she owns subnet 1, and an owner's hotkeys earn no incentive
GOOD, DEAD = (keypair_from_uri(f"//{name}-miner", SR25519, dev=True) for name in ("good", "dead"))


class Adder(BaseHTTPRequestHandler):
    """Answers a ``TextSynapse`` with the sum that it asks for."""

    def log_message(self, *words: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Add."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        body["completion"] = str(sum(map(int, re.findall(r"\d+", body["messages"][0]))))
        body["axon"] = {"status_code": 200, "status_message": "Success"}
        raw = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


@pytest.fixture
def adder() -> Iterator[AxonEndpoint]:
    server = ThreadingHTTPServer(("127.0.0.2", 0), Adder)  # the chain refuses 127.0.0.1
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield AxonEndpoint("127.0.0.2", server.server_address[1])
    server.shutdown()
    server.server_close()
    thread.join()


async def _register(endpoint: str, cache: Path, miners) -> None:
    chain = await SubstrateChain.connect(resolve_network(endpoint), cache)
    for hotkey, place in miners:
        plan = await plan_registration(chain, COLD.address, hotkey.address, 1, tao(50))
        await chain.submit(plan, COLD)
        await chain.submit(await plan_serve_axon(chain, hotkey.address, 1, place), hotkey)
    await chain.close()


@pytest.mark.slow
async def test_it_enters_asks_and_pays_only_the_miner_that_answers(
    start_localnet, tmp_path: Path, adder, monkeypatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    running = start_localnet("--block-time", "0.25", "--tempo", "20")
    nobody = AxonEndpoint("127.0.0.2", 9)
    await _register(running.endpoint, tmp_path, [(GOOD, adder), (DEAD, nobody)])
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "taocli", "localnet", "validator", "--netuid", "1",
        "--network", running.endpoint, "--epochs", "4", "--json",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        out, errors = await asyncio.wait_for(process.communicate(), 90)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, errors.decode()
    records = [json.loads(line) for line in out.decode().splitlines()]
    assert records[0]["kind"] == "start"
    answers = [record for record in records if record["kind"] == "answer"]
    assert all(record["right"] == (record["hotkey"] == GOOD.address.ss58) for record in answers)
    assert {record["hotkey"] for record in answers} == {GOOD.address.ss58, DEAD.address.ss58}
    good_uid = next(a["uid"] for a in answers if a["right"])
    weights = [record["weights"] for record in records if record["kind"] == "weights"]
    assert weights
    assert all(set(shares) == {str(good_uid)} for shares in weights)
    assert sum(record["kind"] == "epoch" for record in records) == 4
    chain = await SubstrateChain.connect(resolve_network(running.endpoint), tmp_path)
    neuron = (await chain.at(await chain.head()).metagraph(1)).by_hotkey(GOOD.address)
    await chain.close()
    assert neuron is not None
    assert neuron.incentive == 1
    assert neuron.alpha_stake.rao > 0
