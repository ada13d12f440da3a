"""A node that a test scripts, and the metadata to encode for."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from taocli.chain.codec import Codec

Answer = Callable[[str, list[Any]], Awaitable[Any]]


class Refusal(Exception):
    """Raised by a script to answer with a JSON-RPC error."""

    def __init__(self, number: int, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.error = {"code": number, "message": message, "data": data}


class FakeNode:
    """Answers each request in its own task, so that slow answers do not hold up fast ones."""

    def __init__(self) -> None:
        self.script: dict[str, Any] = {}
        self.seen: list[tuple[str, list[Any]]] = []
        self.sockets: list[ServerConnection] = []
        self.url = ""

    async def handle(self, socket: ServerConnection) -> None:
        self.sockets.append(socket)
        tasks: set[asyncio.Task[None]] = set()
        with contextlib.suppress(Exception):
            async for frame in socket:
                tasks.add(asyncio.create_task(self._serve(socket, json.loads(frame))))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, socket: ServerConnection, document: Any) -> None:
        many = document if isinstance(document, list) else [document]
        answers = [await self._answer(request) for request in many]
        with contextlib.suppress(Exception):
            await socket.send(json.dumps(answers if isinstance(document, list) else answers[0]))

    async def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        method, params = request["method"], request["params"]
        self.seen.append((method, params))
        reply = {"jsonrpc": "2.0", "id": request["id"]}
        scripted = self.script.get(method)
        try:
            if callable(scripted):
                scripted = scripted(*params)
            if asyncio.iscoroutine(scripted):
                scripted = await scripted
            if isinstance(scripted, Exception):
                raise scripted
        except Refusal as refusal:
            return reply | {"error": refusal.error}
        return reply | {"result": scripted}

    async def push(self, name: str, item: Any) -> None:
        await self.sockets[-1].send(
            json.dumps({"jsonrpc": "2.0", "params": {"subscription": name, "result": item}})
        )

    def count(self, method: str) -> int:
        return sum(seen == method for seen, _ in self.seen)


@contextlib.asynccontextmanager
async def running_node() -> AsyncIterator[FakeNode]:
    node = FakeNode()
    async with serve(node.handle, "127.0.0.1", 0, max_size=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        node.url = f"ws://127.0.0.1:{port}"
        yield node


@pytest.fixture
async def node() -> AsyncIterator[FakeNode]:
    async with running_node() as fake:
        yield fake


@pytest.fixture
async def second_node() -> AsyncIterator[FakeNode]:
    async with running_node() as fake:
        yield fake


@pytest.fixture
def refusal() -> type[Refusal]:
    return Refusal


@pytest.fixture(scope="session")
def localnet_metadata() -> bytes:
    """V15 metadata of the dev chain, as its node would serve it."""
    from taocli.localnet import assemble

    metadata: bytes = assemble.build_producer().runtime.metadata(15)
    return metadata


@pytest.fixture(scope="session", params=["localnet", "real"])
def codec(request: pytest.FixtureRequest) -> Codec:
    """For the dev chain's runtime, and for the main network's where its metadata is at hand."""
    if request.param == "localnet":
        return Codec(request.getfixturevalue("localnet_metadata"), 425, 1)
    path = os.environ.get("TAOCLI_REAL_METADATA")
    if not path:  # the Makefile sets it to nothing where no such file lies beside the project
        pytest.skip("TAOCLI_REAL_METADATA does not name a hex file with V15 metadata")
    return Codec(bytes.fromhex(Path(path).read_text().strip().removeprefix("0x")), 424, 1)
