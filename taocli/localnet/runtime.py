"""The runtime: pallets and runtime APIs put together over a state.

    runtime = Runtime([System, Timestamp, …], [Core, Metadata, …])
    runtime.state = State(committed)                 # and again to look at another block
    runtime.build_genesis({"Balances": {"balances": [(account, rao)]}, …})
    runtime.head_hash = block_0.hash                 # after every block, so that the pool can check eras
    runtime.validate(extrinsic) -> ValidTransaction  # InvalidTransaction says why not
    runtime.begin_block(number, parent_hash, now_ms)
    runtime.apply(extrinsic) -> Outcome              # the Timestamp.set inherent first
    runtime.end_block()
    runtime.call_api("Core_version", b"") -> bytes   # KeyError when there is no such method
    runtime.metadata(15) -> bytes

Extrinsics are bytes with their length prefix. Another pallet is ``runtime.<attribute>``
(``runtime.balances``) or ``runtime.pallet("Balances")``. Five pallets must be there: System, Timestamp, Aura,
Balances and TransactionPayment (``pallets.standard`` lists them).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from taocli.domain.errors import ValidationError
from taocli.localnet.frame.call import Invocation, decode_arguments
from taocli.localnet.frame.dispatch import Outcome, apply_bare, apply_signed, dispatch
from taocli.localnet.frame.extrinsic import decode_extrinsic
from taocli.localnet.frame.metadata import encode_metadata
from taocli.localnet.frame.outcome import NOBODY, DispatchFailure, InvalidTransaction, Origin, Pays
from taocli.localnet.frame.outer import OuterEnums
from taocli.localnet.frame.pallet import Pallet
from taocli.localnet.frame.runtime_api import RuntimeApi
from taocli.localnet.frame.scale import Reader, encode_compact, malformed
from taocli.localnet.frame.storage import Overlay
from taocli.localnet.frame.types import u32
from taocli.localnet.frame.validity import ValidTransaction, check_signed
from taocli.localnet.frame.version import RuntimeVersion
from taocli.localnet.state import CommittedState, State

MAX_BLOCK_WEIGHT = 3_000_000_000_000  # ref_time of normal calls: 75 % of 4 s
MAX_BLOCK_LENGTH = 7_864_320  # bytes of normal extrinsics: 75 % of 10 MiB
CALL_COST = 16  # elements of a list that take as long to decode; a full batch has 10,922 calls
_INITIALIZATION = b"\2"
_FINALIZATION = b"\1"


class Runtime:
    """A chain's rules over ``state``; see the module for the order of calls.

    ``constants`` overrides declared constants: ``{"Aura.SlotDuration": 250}``.
    """

    def __init__(
        self,
        pallets: Sequence[type[Pallet]],
        apis: Sequence[type[RuntimeApi]] = (),
        *,
        state: State | None = None,
        constants: Mapping[str, Any] | None = None,
    ) -> None:
        self.state: Any = State(CommittedState()) if state is None else state
        self.head_hash = bytes(32)
        self._events: list[bytes] = []
        self._phase = _INITIALIZATION
        self._extrinsic_index = 0
        self._weight = 0
        self._length = 0
        self._metadata: dict[int, bytes] = {}
        self.pallets = tuple(pallet(self) for pallet in pallets)
        self._by_name = {pallet.name: pallet for pallet in self.pallets}
        self._by_index = {pallet.index: pallet for pallet in self.pallets}
        for pallet in self.pallets:
            setattr(self, pallet.attribute, pallet)
        self.apis = {api.__name__: api(self) for api in apis}
        self.outer = OuterEnums(self.pallets)
        identifiers = tuple((api.id(), api.version) for api in self.apis.values())
        self.version = RuntimeVersion(apis=identifiers)
        self.system.override_constant("Version", self.version.as_value())
        for name, value in (constants or {}).items():
            owner, _, constant = name.partition(".")
            self.pallet(owner).override_constant(constant, value)

    def __getattr__(self, name: str) -> Any:
        # Only reached for what does not exist; it tells type checkers that pallets are attributes.
        raise AttributeError(f"The runtime has no pallet or attribute {name!r}.")

    def current_state(self) -> Overlay:
        """The state that storage items read and write."""
        state: Overlay = self.state
        return state

    def pallet(self, name: str) -> Pallet:
        """The pallet of that name in the metadata; ``ValidationError`` when it is not part."""
        found = self._by_name.get(name)
        if found is None:
            raise ValidationError(
                f"The runtime has no pallet {name}.",
                "It was put together without it.",
                "Add the pallet to the list that the runtime is made of.",
            )
        return found

    @property
    def block_number(self) -> int:
        """The number of the block in the making, or of the state's block."""
        number: int = self.system.Number.get()
        return number

    @property
    def extrinsic_index(self) -> int:
        """Which extrinsic of the block is running; 0 is the timestamp, and where none runs."""
        return self._extrinsic_index

    @property
    def now_ms(self) -> int:
        """The block's time in milliseconds since the Unix epoch."""
        now: int = self.timestamp.Now.get()
        return now

    def metadata(self, version: int) -> bytes:
        """The metadata's bytes, magic number in front (14 and 15)."""
        if version not in self._metadata:
            apis = tuple(self.apis.values())
            self._metadata[version] = encode_metadata(version, self.pallets, apis, self.outer)
        return self._metadata[version]

    def call_api(self, name: str, arguments: bytes) -> bytes:
        """Run ``Api_method``; ``KeyError`` for one that does not exist."""
        for api_name, api in self.apis.items():
            method = name.removeprefix(f"{api_name}_")
            if method != name and method in api.methods:
                return api.invoke(method, arguments)
        raise KeyError(name)

    def decode_call(self, reader: Reader) -> Invocation:
        """Read one call of any pallet."""
        reader.spend(CALL_COST)
        pallet = self._by_index.get(reader.take_byte())
        declaration = None if pallet is None else pallet.calls.get(reader.take_byte())
        if pallet is None or declaration is None:
            raise malformed("The runtime has no such call.")
        return Invocation(pallet, declaration, decode_arguments(declaration, reader))

    def build_genesis(self, config: Mapping[str, Mapping[str, Any]]) -> None:
        """Let every pallet write block 0; ``config`` has a section per pallet name."""
        for pallet in self.pallets:
            pallet.genesis(config.get(pallet.name, {}))
        self._events.clear()

    def validate(self, extrinsic: bytes) -> ValidTransaction:
        """The pool's check, as the next block would see the state; nothing is written."""
        state = self.current_state()
        state.begin()
        try:
            self.system.open_block(self.block_number + 1, self.head_hash)
            return check_signed(self, decode_extrinsic(extrinsic, self)).as_valid()
        finally:
            state.rollback()

    def begin_block(self, number: int, parent_hash: bytes, now_ms: int) -> None:
        """Open block ``number`` and run the pallets' ``on_initialize`` in order of the pallets."""
        self.head_hash = parent_hash
        self._events.clear()
        self._phase = _INITIALIZATION
        self._extrinsic_index = self._weight = self._length = 0
        self.system.open_block(number, parent_hash)
        self.aura.open_slot(now_ms)
        for pallet in self.pallets:
            pallet.on_initialize(number)
        self._phase = b"\0" + u32.encode(0)

    def apply(self, extrinsic: bytes) -> Outcome:
        """Run one extrinsic; ``InvalidTransaction`` when it may not be part of this block.

        Any other exception is a bug in a pallet; it passes through, with the extrinsic undone.
        """
        decoded = decode_extrinsic(extrinsic, self)
        with self.transaction():
            if decoded.signer is None and decoded.call.declaration.dispatch_class == "Mandatory":
                return apply_bare(self, decoded, NOBODY)
            checked = check_signed(self, decoded)
            if checked.is_future:
                raise InvalidTransaction.named("Future")
            return apply_signed(self, decoded, checked.signer, checked.conditions.tip)

    def end_block(self) -> None:
        """Run the pallets' ``on_finalize`` and write the block's events."""
        self._phase = _FINALIZATION
        for pallet in self.pallets:
            pallet.on_finalize(self.block_number)
        records = encode_compact(len(self._events)) + b"".join(self._events)
        self.current_state().set(self.system.Events.prefix, records)
        self.system.EventCount.set(len(self._events))
        self._phase = _INITIALIZATION

    def dispatch(
        self, invocation: Invocation, origin: Origin, *, filtered: bool = True
    ) -> Pays | None:
        """Run a nested call; ``DispatchFailure`` when it fails, and then it did nothing."""
        return dispatch(self, invocation, origin, filtered=filtered)

    def try_dispatch(self, invocation: Invocation, origin: Origin) -> DispatchFailure | None:
        """Run a nested call and return its failure, or None."""
        try:
            dispatch(self, invocation, origin)
        except DispatchFailure as failure:
            return failure
        return None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Undo state and events of the block when it raises."""
        state, events = self.current_state(), len(self._events)
        state.begin()
        try:
            yield
        except BaseException:
            state.rollback()
            del self._events[events:]
            raise
        state.commit()

    def record_event(self, event: bytes) -> None:
        """Add an encoded event (pallet index, event index, fields) to the block."""
        if self.block_number:  # block 0 records none
            self._events.append(self._phase + event + b"\0")

    def has_room(self, length: int, weight: int) -> bool:
        """Whether the block can take one more extrinsic of that size."""
        fits = self._length + length <= MAX_BLOCK_LENGTH
        return fits and self._weight + weight <= MAX_BLOCK_WEIGHT

    def finish_extrinsic(self, length: int, weight: int) -> int:
        """Close the current extrinsic and return its index; events go to the next from here on."""
        index = self._extrinsic_index
        self._extrinsic_index += 1
        self._length += length
        self._weight += weight
        self._phase = b"\0" + u32.encode(self._extrinsic_index)
        return index
