"""The dev chain as a library: a chain in a thread of its own, for tests and scripts.

    from taocli.localnet import Localnet

    with Localnet(subnets=1, neurons=8) as chain:
        chain.call("//Bob", "burned_register", netuid=1, hotkey="//BobHotkey")
        print(chain.endpoint, chain.advance_epoch(1).total)

Any client may talk to ``endpoint`` meanwhile, in the same thread or another, blocking or not: methods here block
for the milliseconds that the chain works, and the chain never waits for the caller. ``async with`` works
too. Blocks are made on demand unless ``block_time`` says otherwise. Accounts and hotkeys are SS58 addresses,
``Address``, or development URIs such as ``//Bob``; amounts are ``Balance`` or whole TAO.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from taocli.domain.address import Address
from taocli.domain.balance import Balance, tao
from taocli.domain.errors import InvalidSetting, NetworkError
from taocli.localnet import driving
from taocli.localnet.assemble import build_localnet
from taocli.localnet.block_log import BlockLog
from taocli.localnet.dev_keys import DevKey
from taocli.localnet.dev_uri import account_of, key_of
from taocli.localnet.frame.storage import Map, Value
from taocli.localnet.frame.types import AccountId, MultiAddress
from taocli.localnet.genesis import FundedAccount
from taocli.localnet.node import LocalNode
from taocli.localnet.recipe import Recipe
from taocli.localnet.replaying import keep_log

T = TypeVar("T")


class Localnet:
    """A chain that starts with ``with`` (or ``start()``) and is gone after it, unless ``data`` keeps it.

    ``genesis`` is a TOML file or its text; the other options are those of ``taocli localnet start``.
    """

    def __init__(
        self,
        *,
        block_time: float | None = None,
        profile: str = "dev",
        tempo: int | None = None,
        seed: int | None = None,
        accounts: int = 0,
        subnets: int = 0,
        neurons: int = 0,
        genesis: Path | str = "",
        block_log: Path | None = None,
        data: Path | None = None,
        port: int = 0,
    ) -> None:
        text = genesis.read_text() if isinstance(genesis, Path) else genesis
        self.recipe = Recipe(profile, tempo, block_time, seed, accounts, subnets, neurons, text)
        self._wanted_port = port
        self._log_path = block_log
        self._data = data
        self._log: BlockLog | None = None
        self._node: LocalNode | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Make block 0, or go on in ``data``, and open the port; raises what ``taocli localnet start`` does."""
        if self._thread is not None:
            raise InvalidSetting("This chain runs already.", fix="Make another Localnet.")
        node = build_localnet(self.recipe, port=self._wanted_port, data=self._data)
        if self._log_path is not None:
            self._log = keep_log(node, self._log_path)
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name="taocli-localnet", daemon=True)
        thread.start()
        self._node, self._loop, self._thread = node, loop, thread
        try:
            asyncio.run_coroutine_threadsafe(node.start(), loop).result()
        except BaseException:
            self._end()
            raise
        return self

    def stop(self) -> None:
        """Close the port and end the thread; a second time does nothing."""
        if self._node is not None and self._loop is not None:
            asyncio.run_coroutine_threadsafe(self._node.stop(), self._loop).result()
        self._end()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.start)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self.stop)

    @property
    def endpoint(self) -> str:
        """The WebSocket URL; the same port answers HTTP POST."""
        return self._running().endpoint

    @property
    def port(self) -> int:
        """The port in use."""
        return self._running().port

    @property
    def block(self) -> int:
        """The number of the newest block."""
        return self.run(lambda node: node.head.number)

    @property
    def block_hash(self) -> str:
        """The hash of the newest block, 0x and hex."""
        return self.run(lambda node: "0x" + node.head.hash.hex())

    @property
    def time_ms(self) -> int:
        """The time of the newest block, in milliseconds since the Unix epoch."""
        return self.run(lambda node: node.producer.last_ms)

    @property
    def accounts(self) -> tuple[FundedAccount, ...]:
        """The development accounts that block 0 gave money to."""
        return driving.accounts(self.recipe)

    def key(self, uri: str) -> DevKey:
        """The development key of ``//Alice`` and the like: address, keys, and ``sign``."""
        return key_of(uri)

    def mine_blocks(self, count: int = 1) -> int:
        """Make blocks at once; the number of the last."""
        self.run(lambda node: node.mine_blocks(count))
        return self.block

    def advance_epoch(self, netuid: int) -> driving.EpochRan:
        """Make blocks up to the subnet's next epoch; what it paid."""
        return self.run(lambda node: driving.advance_epoch(node, netuid))

    def set_time(self, milliseconds: int) -> int:
        """Let the next block come at this time, and the others behind it."""
        return self.run(lambda node: driving.set_time(node, milliseconds))

    def advance_time(self, milliseconds: int) -> int:
        """Let the following blocks come so much later."""
        return self.run(lambda node: driving.advance_time(node, milliseconds))

    def snapshot(self) -> int:
        """Remember the chain as it is; the id to come back with."""
        return self.run(lambda node: node.snapshots.take().id)

    def revert(self, snapshot: int) -> None:
        """Go back to a snapshot; it stays, later ones are dropped."""
        self.run(lambda node: node.snapshots.revert(snapshot))

    def reset(self) -> None:
        """Go back to block 0."""
        self.run(lambda node: node.snapshots.reset())

    def fund(self, account: str | Address, amount: Balance | int | str | Decimal) -> None:
        """Send TAO from //Alice."""
        address = _address(account)
        given = amount if isinstance(amount, Balance) else tao(amount)
        self.run(lambda node: driving.fund(node, address, given))

    def balance(self, account: str | Address) -> Balance:
        """An account's free TAO."""
        address = _address(account)
        return Balance(
            self.run(lambda node: driving.runtime_of(node).balances.free(address.public_key))
        )

    def call(self, signer: str, name: str, /, **arguments: Any) -> driving.Called:
        """Sign ``Pallet.call`` (SubtensorModule by default) and put it into a block at once.

        Raises ``DispatchFailure`` when the call fails, with the error's name in ``label``. Accounts among the
        arguments may be written as addresses or URIs.
        """
        key = key_of(signer)

        def work(node: LocalNode) -> driving.Called:
            known = _accounts_in(node, name, arguments)
            return driving.call(node, key, name, {**arguments, **known})

        return self.run(work)

    def read(self, item: str, *keys: Any) -> Any:
        """A storage value, such as ``read("SubtensorModule.Uids", 1, "//Bob")``; accounts as in ``call``."""

        def work(node: LocalNode) -> Any:
            stored = _storage(node, item)
            raw = [
                _address(key).public_key
                if kind is AccountId and not isinstance(key, bytes)
                else key
                for key, (_, kind) in zip(keys, stored.keys, strict=True)
            ]
            if isinstance(stored, Value):
                return stored.get()
            return stored[tuple(raw) if len(raw) > 1 else raw[0]]

        return self.run(work)

    def run(self, work: Callable[[LocalNode], T]) -> T:
        """Call ``work(node)`` in the chain's thread and wait for what it returns."""
        node, loop = self._running(), self._loop
        if loop is None or threading.current_thread() is self._thread:
            return work(node)
        done: Future[T] = Future()

        def turn() -> None:
            try:
                done.set_result(work(node))
            except BaseException as error:  # noqa: BLE001 - it is raised again where it was asked for
                done.set_exception(error)

        loop.call_soon_threadsafe(turn)
        return done.result()

    def _running(self) -> LocalNode:
        if self._node is None:
            raise NetworkError(
                "This chain does not run.",
                why="It was not started, or it was stopped.",
                fix="Use it inside of `with Localnet() as chain:`.",
            )
        return self._node

    def _end(self) -> None:
        loop, thread = self._loop, self._thread
        self._node = self._loop = self._thread = None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()
        if self._log is not None:
            self._log.close()
            self._log = None


def _address(account: str | Address) -> Address:
    return account if isinstance(account, Address) else account_of(account)


def _accounts_in(node: LocalNode, name: str, arguments: dict[str, Any]) -> dict[str, bytes]:
    """The arguments that are accounts, as public keys; what the call does not know is left to ``driving``."""
    pallet_name, _, call_name = name.rpartition(".")
    pallet = driving.runtime_of(node).pallet(pallet_name or "SubtensorModule")
    declared = next((item for item in pallet.calls.values() if item.name == call_name), None)
    found = {}
    for field in () if declared is None else declared.fields:
        given = arguments.get(field.name or "")
        if field.type in {AccountId, MultiAddress} and isinstance(given, str | Address):
            found[field.name or ""] = _address(given).public_key
    return found


def _storage(node: LocalNode, name: str) -> Value | Map:
    pallet_name, _, item_name = name.rpartition(".")
    pallet = driving.runtime_of(node).pallet(pallet_name or "SubtensorModule")
    found = getattr(pallet, item_name, None)
    if not isinstance(found, Value | Map):
        raise InvalidSetting(
            f"Pallet {pallet.name} stores no {item_name!r}.",
            why="Items are named as in the chain's metadata.",
            fix="Write it like SubtensorModule.Tempo.",
        )
    return found
