"""One chain, one generation of clients, and every flow of theirs in order.

A flow needs what those before it did, so asking for the outcome of one runs everything up to it; after
that the outcome is remembered. What the chain says afterwards is read with taocli's own client.
"""

import asyncio
import json
import os
import re
import subprocess
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fixtures_localnet import RunningLocalnet, running_localnet

from taocli.chain.client import SubstrateChain
from taocli.chain.networks import resolve_network
from taocli.localnet.dev_keys import dev_key

from .flow import GENERATIONS, Fact, Flow, judged, path_of
from .preambles import BTCLI_MODULES, PREAMBLES

ROOT = Path(__file__).parents[3]
SERVER = Path(__file__).with_name("command_server.py")
PEOPLE = ("Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie")
PATIENCE = 12
"""Looks at the chain, a quarter of a second apart, before a fact is wrong."""
SETTINGS = ("--block-time", "0.25", "--tempo", "50")
_NAME = re.compile(r"\{([a-z0-9_.]+)\}")
_COLOUR = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class NoClient(Exception):
    """The virtual environment of a generation is not there."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a flow; ``wrong`` is empty when all was as it must be."""

    flow: Flow
    code: int
    printed: str
    wrong: str


class Server:
    """A ``command_server`` in the interpreter of a generation."""

    def __init__(self, folder: Path, home: Path, kind: str, what: str) -> None:
        python = folder / "bin/python"
        if not python.exists():
            raise NoClient(f"{python} is missing: run make interop")
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(home), "NO_COLOR": "1", "COLUMNS": "400",
            "TERM": "dumb",
        }  # fmt: skip
        self._process = subprocess.Popen(
            [python, SERVER, kind, what],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=(home / f"{kind}.log").open("w"),
            text=True, env=environment, cwd=home,
        )  # fmt: skip
        self._log = home / f"{kind}.log"
        self._answer()

    def ask(self, words: Sequence[str], typed: str = "") -> dict[str, Any]:
        """Run a command or a line; its exit code and what it printed."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"words": list(words), "typed": typed}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.communicate(timeout=10)

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        text = self._process.stdout.readline()
        if not text:
            raise RuntimeError(f"The client's server ended: {self._log.read_text()[-3000:]}")
        answer: dict[str, Any] = json.loads(text)
        return answer


class Session:
    """A running chain and the two clients of a generation."""

    def __init__(
        self, generation: str, flows: Sequence[Flow], chain: RunningLocalnet, directory: Path
    ) -> None:
        self._chain, self._flows, self._directory = chain, flows, directory
        self._outcomes: list[Outcome] = []
        self._open = ExitStack()
        self._names = {"network": chain.endpoint, "wallets": str(directory / "wallets")}
        for person in PEOPLE:
            self._names[person.lower()] = dev_key(person).address.ss58
            self._names[f"{person.lower()}.hot"] = dev_key(f"{person}Hotkey").address.ss58
            self._names[f"{person.lower()}.other"] = dev_key(f"{person}Other").address.ss58
        folder = ROOT / ".interop" / generation
        preamble = self._filled(PREAMBLES[generation])
        command, library = GENERATIONS[generation]
        self._servers = {
            library: Server(folder, directory, "sdk", preamble),
            command: Server(folder, directory, "btcli", BTCLI_MODULES[generation]),
        }
        for server in self._servers.values():
            self._open.callback(server.close)

    def outcome(self, flow: Flow) -> Outcome:
        """What became of a flow; runs those before it when they did not run yet."""
        position = self._flows.index(flow)
        while len(self._outcomes) <= position:
            self._outcomes.append(self.run(self._flows[len(self._outcomes)]))
        return self._outcomes[position]

    def run(self, flow: Flow) -> Outcome:
        """Run one flow now."""
        if not flow.runs:
            return Outcome(flow, -1, "", "it is not run")
        if flow.mine or flow.epoch:
            self._mine(asyncio.run(self._until_epoch()) if flow.epoch else flow.mine)
        answer = self._servers[flow.client].ask(
            [self._filled(word) for word in flow.words], self._filled(flow.typed)
        )
        said = _COLOUR.sub("", answer["out"])
        printed = said + _COLOUR.sub("", answer["err"])
        document = _document(said)
        wrong = [*self._wrong_answer(flow, answer["code"], printed, document)]
        if not wrong:
            for name, path in flow.keep.items():
                self._names[name] = str(path_of(document, path))
            wrong += asyncio.run(self._wrong_facts(flow.facts))
        return Outcome(flow, answer["code"], printed, "\n".join(wrong))

    def close(self) -> None:
        """End the clients."""
        self._open.close()

    def _wrong_answer(self, flow: Flow, code: int, printed: str, said: Any) -> Iterator[str]:
        if code != flow.code:
            yield f"exit code {code}, not {flow.code}"
        for path, expected in flow.says.items():
            found = path_of(said, path)
            if not judged(expected, found, self._filled):
                yield f"answer.{path} is {found!r}"
        for words in map(self._filled, flow.shows):
            if words not in printed:
                yield f"{words!r} is not in the output"

    async def _wrong_facts(self, facts: Sequence[Fact]) -> list[str]:
        """What the chain does not agree with, after a moment for clients that do not wait."""
        wrong: list[str] = []
        async with self._reader() as read:
            for _ in range(PATIENCE if facts else 0):
                found = [(item, await read(item.item, *item.keys)) for item in facts]
                wrong = [
                    f"{item.item}{item.keys} is {value!r}"
                    for item, value in found
                    if not judged(item.expected, value, self._filled)
                ]
                if not wrong:
                    break
                await asyncio.sleep(0.25)
        return wrong

    async def _until_epoch(self) -> int:
        """How many blocks there are to the block after the next epoch of subnet 1."""
        async with self._reader() as read:
            last, tempo = [
                await read(f"SubtensorModule.{i}", 1) for i in ("LastEpochBlock", "Tempo")
            ]
            return int(last) + int(tempo) + 2 - int(await read("System.Number"))

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[Callable[..., Awaitable[Any]]]:
        """Storage of the newest block, through taocli's own client."""
        network = resolve_network(self._chain.endpoint)
        chain = await SubstrateChain.connect(network, self._directory / "cache")

        async def read(item: str, *keys: Any) -> Any:
            filled = [self._filled(key) if isinstance(key, str) else key for key in keys]
            pallet, name = item.split(".")
            return await chain.connection.storage(await chain.head(), pallet, name, *filled)

        try:
            yield read
        finally:
            await chain.close()

    def _filled(self, text: str) -> str:
        return _NAME.sub(lambda found: self._names.get(found[1], found[0]), text)

    def _mine(self, count: int) -> None:
        request = {"jsonrpc": "2.0", "id": 1, "method": "dev_mineBlocks", "params": [count]}
        url = self._chain.endpoint.replace("ws://", "http://")
        headers = {"Content-Type": "application/json"}
        body = urllib.request.Request(url, json.dumps(request).encode(), headers)
        with urllib.request.urlopen(body, timeout=60) as answer:
            answer.read()


def _document(said: str) -> Any:
    """The JSON in what a command printed, or None."""
    decoder = json.JSONDecoder()
    for position, letter in enumerate(said):
        if letter in "{[" or position == 0:
            try:
                return decoder.raw_decode(said[position:])[0]
            except ValueError:
                continue
    return None


@contextmanager
def session(generation: str, flows: Sequence[Flow], directory: Path) -> Iterator[Session]:
    """Start a chain and the clients of a generation; both are gone afterwards."""
    with running_localnet(directory, *SETTINGS) as chain:
        running = Session(generation, flows, chain, directory)
        try:
            yield running
        finally:
            running.close()
