"""A chain whose blocks are driven by hand: calls are dispatched without signatures or a pool."""

from typing import Any

from taocli.localnet.assemble import build_producer
from taocli.localnet.dev_keys import dev_key
from taocli.localnet.frame.outcome import ROOT, InvalidTransaction, Origin
from taocli.localnet.frame.storage import blake2_256
from taocli.localnet.frame.types import AccountId

TAO = 10**9


class Chain:
    """A runtime at genesis with its first block open; keys are development keys by name."""

    def __init__(self, **options: Any) -> None:
        self.runtime = build_producer(**{"block_time": 12.0, **options}).runtime
        self.module = self.runtime.subtensor_module
        self._number = 0
        self._open()

    @staticmethod
    def key(name: str) -> bytes:
        """The public key of ``//name``."""
        return dev_key(name).public_key

    @property
    def number(self) -> int:
        return self._number

    def mine(self, count: int = 1) -> None:
        """Close the block and open the next, so many times."""
        for _ in range(count):
            self.runtime.end_block()
            self._open()

    def do(self, who: str | None, call: str, /, **args: Any) -> str | None:
        """Dispatch ``Pallet.call`` (SubtensorModule by default); the error's name, None for success.

        ``who`` None is root. Arguments that are names of keys are given as public keys.
        """
        invocation = self.invocation(call, **args)
        origin = ROOT if who is None else Origin.from_account(self.key(who))
        failure = self.runtime.try_dispatch(invocation, origin)
        return None if failure is None else failure.label.rpartition(".")[2]

    def ok(self, who: str | None, call: str, /, **args: Any) -> None:
        """Dispatch a call that must succeed."""
        error = self.do(who, call, **args)
        assert error is None, f"{call}: {error}"

    def refused(self, who: str, call: str, /, **args: Any) -> str | None:
        """What the pool says to a signed call; None when it takes it."""
        try:
            self.module.check_signed(self.key(who), self.invocation(call, **args))
        except InvalidTransaction as refusal:
            return refusal.reason
        return None

    def invocation(self, call: str, /, **args: Any) -> Any:
        pallet, _, name = call.rpartition(".")
        made = self.runtime.pallet(pallet or "SubtensorModule").invocation(name, **args)
        for field in made.declaration.fields:
            if field.type is AccountId and isinstance(args[field.name], str):
                made.args[field.name] = self.key(args[field.name])
        return made

    def free(self, who: str) -> int:
        return int(self.runtime.balances.free(self.key(who)))

    def stake(self, hotkey: str, coldkey: str, netuid: int = 1) -> int:
        return int(self.module.stake_of(self.key(hotkey), self.key(coldkey), netuid))

    def uid(self, hotkey: str, netuid: int = 1) -> int | None:
        found: int | None = self.module.uid_of(netuid, self.key(hotkey))
        return found

    def register(self, coldkey: str, hotkey: str, netuid: int = 1) -> int:
        self.ok(coldkey, "burned_register", netuid=netuid, hotkey=hotkey)
        uid = self.uid(hotkey, netuid)
        assert uid is not None
        return uid

    def _open(self) -> None:
        self._number += 1
        parent = blake2_256(self._number.to_bytes(8, "little"))
        self.runtime.begin_block(self._number, parent, 1_700_000_000_000 + 12_000 * self._number)
