"""A small chain for tests of delegation: money, batches, sudo, proxies, multisigs and the scheduler.

Everybody who is named has 1,000 TAO; Alice is sudo. A guard pallet refuses every remark of Ferdie, to
show that dispatch guards look at nested calls too.
"""

from typing import Any

from taocli.localnet.dev_keys import dev_key
from taocli.localnet.frame.extrinsic import (
    ChainIdentity,
    Conditions,
    encode_bare,
    encode_signed,
    signing_payload,
)
from taocli.localnet.frame.outcome import ROOT, DispatchFailure, Origin
from taocli.localnet.frame.pallet import Pallet
from taocli.localnet.frame.scale import Reader
from taocli.localnet.frame.storage import blake2_256
from taocli.localnet.frame.types import H256, Vec
from taocli.localnet.pallets.multisig import Multisig
from taocli.localnet.pallets.preimage import Preimage
from taocli.localnet.pallets.proxy import Proxy
from taocli.localnet.pallets.proxy_api import ProxyFilterRuntimeApi
from taocli.localnet.pallets.scheduler import Scheduler
from taocli.localnet.pallets.standard import FIRST_PALLETS, LAST_PALLETS, STANDARD_APIS
from taocli.localnet.pallets.system_types import Phase
from taocli.localnet.runtime import Runtime

TAO = 10**9
PEOPLE = ("Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie")
GENESIS_HASH = b"\x11" * 32


class Guard(Pallet):
    """Refuses what Ferdie remarks."""

    name = "Guard"
    index = 99
    errors = ("Refused",)

    def check_dispatch(self, origin: Origin, invocation: Any) -> None:
        if invocation.label == "System.remark_with_event":
            self.ensure(origin.account != key("Ferdie"), "Refused")


def key(name: str) -> bytes:
    """The public key of ``//name``."""
    return dev_key(name).public_key


class Desk:
    """A runtime with its first block open; calls are dispatched or, for fees, signed."""

    def __init__(self) -> None:
        self.runtime = Runtime(
            (*FIRST_PALLETS, *LAST_PALLETS, Multisig, Preimage, Scheduler, Proxy, Guard),
            (*STANDARD_APIS, ProxyFilterRuntimeApi),
        )
        money = [(key(name), 1_000 * TAO) for name in PEOPLE]
        self.runtime.build_genesis({"Balances": {"balances": money}, "Sudo": {"key": key("Alice")}})
        self.runtime.head_hash = GENESIS_HASH
        self.number = 0
        self._open()

    def call(self, label: str, /, **args: Any) -> Any:
        """``Pallet.call`` as a value."""
        pallet, _, name = label.partition(".")
        return self.runtime.pallet(pallet).invocation(name, **args)

    def do(self, who: str | bytes | None, call: Any) -> str | None:
        """Dispatch a call for a name, an account or (None) root; the error's label, None for success."""
        account = key(who) if isinstance(who, str) else who
        origin = ROOT if account is None else Origin.from_account(account)
        failure = self.runtime.try_dispatch(call, origin)
        return None if failure is None else failure.label

    def ok(self, who: str | bytes | None, call: Any) -> None:
        """Dispatch a call that must succeed."""
        error = self.do(who, call)
        assert error is None, f"{call.label}: {error}"

    def sign(self, who: str, call: Any) -> bytes:
        """A signed extrinsic."""
        signer = dev_key(who)
        nonce = self.runtime.system.Account[signer.public_key]["nonce"]
        conditions = Conditions(None, nonce, 0)
        identity = ChainIdentity(425, 1, GENESIS_HASH, GENESIS_HASH)
        signature = signer.sign(signing_payload(call.encode(), conditions, identity))
        return encode_signed(signer.public_key, ("Sr25519", signature), conditions, call.encode())

    def apply(self, who: str, call: Any) -> Any:
        """Sign a call and put it in the block; the outcome with its fee."""
        return self.runtime.apply(self.sign(who, call))

    def mine(self, count: int = 1) -> list[tuple[str, str, dict[str, Any]]]:
        """Close the block (so many times) and open the next; the last closed one's events."""
        found: list[tuple[str, str, dict[str, Any]]] = []
        for _ in range(count):
            self.runtime.end_block()
            found = self._events()
            self._open()
        return found

    def free(self, who: str | bytes) -> int:
        return int(self.runtime.balances.free(key(who) if isinstance(who, str) else who))

    def reserved(self, who: str | bytes) -> int:
        account = key(who) if isinstance(who, str) else who
        return int(self.runtime.system.Account[account]["data"]["reserved"])

    def held(self) -> int:
        """What all accounts hold together, reserved or not."""
        accounts = self.runtime.system.Account.items_under()
        return sum(a["data"]["free"] + a["data"]["reserved"] for _, a in accounts)

    def transfer(self, to: str, value: int) -> Any:
        return self.call("Balances.transfer_keep_alive", dest=key(to), value=value)

    def remark(self, text: bytes = b"hello") -> Any:
        return self.call("System.remark_with_event", remark=text)

    def _events(self) -> list[tuple[str, str, dict[str, Any]]]:
        raw = self.runtime.state.get(self.runtime.system.Events.prefix)
        reader = Reader(raw)
        found = []
        for _ in range(reader.take_compact()):
            Phase.decode(reader)
            pallet, event = self.runtime.outer.event.decode(reader)
            Vec(H256).decode(reader)
            name, fields = event if isinstance(event, tuple) else (event, {})
            found.append((pallet, name, fields))
        return found

    def _open(self) -> None:
        self.number += 1
        parent = GENESIS_HASH if self.number == 1 else blake2_256(bytes((self.number % 256,)))
        self.runtime.begin_block(self.number, parent, 12_000 * self.number)
        now = self.call("Timestamp.set", now=12_000 * self.number)
        self.runtime.apply(encode_bare(now.encode()))


def failed(failure: DispatchFailure) -> tuple[str, Any]:
    """The DispatchResult of a failure, as events carry it."""
    return "Err", failure.value
