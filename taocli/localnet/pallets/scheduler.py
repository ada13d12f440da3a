"""Scheduler: calls that run later, on their own, at the start of a block.

Only root may schedule (through sudo), so tasks run as root. Short calls are kept in the agenda itself,
longer ones as preimages. A task may have a name (32 bytes), repeat, and be tried again when it fails.
Tasks of one block run in order of their priority, lowest first; how each ends is an event.

Simplified: no weight limit, so every due task runs in its block, ``IncompleteSince`` stays empty and
nothing is overweight. Source: Subtensor spec 425 (pallet_scheduler of polkadot-sdk).
"""

from typing import Any

from taocli.localnet.frame.call import Invocation, call
from taocli.localnet.frame.outcome import ROOT, DispatchFailure, DispatchResult, Origin
from taocli.localnet.frame.pallet import Constant, Error, Event, Pallet
from taocli.localnet.frame.scale import Reader
from taocli.localnet.frame.storage import (
    Blake2_128Concat,
    Map,
    Twox64Concat,
    Value,
    blake2_256,
)
from taocli.localnet.frame.types import (
    H256,
    AccountId,
    Array,
    BoundedVec,
    Enum,
    Field,
    Option,
    RuntimeCall,
    Struct,
    Tuple,
    Variant,
    u8,
    u32,
)
from taocli.localnet.pallets.sudo import as_result
from taocli.localnet.pallets.system_types import Weight
from taocli.localnet.pallets.utility import OriginCaller

LAST_BLOCK = (1 << 32) - 1
MAX_INLINE = 128
_NAME = Array(u8, 32)
_ADDRESS = Tuple(u32, u32)
BoundedCall = Enum(
    "frame_support::traits::preimages::Bounded",
    Variant(0, "Legacy", hash=H256),
    Variant(1, "Inline", BoundedVec(u8)),
    Variant(2, "Lookup", hash=H256, len=u32),
    params={"T": RuntimeCall, "H": Struct("sp_runtime::traits::BlakeTwo256")},
)
Scheduled = Struct(
    "pallet_scheduler::Scheduled",
    {
        "Name": _NAME,
        "Call": BoundedCall,
        "BlockNumber": u32,
        "PalletsOrigin": OriginCaller,
        "AccountId": AccountId,
    },
    maybe_id=Field(None, Option(_NAME), "Option<Name>"),
    priority=Field(None, u8, "schedule::Priority"),
    call=Field(None, BoundedCall, "Call"),
    maybe_periodic=Field(None, Option(_ADDRESS), "Option<schedule::Period<BlockNumber>>"),
    origin=Field(None, OriginCaller, "PalletsOrigin"),
)
RetryConfig = Struct(
    "pallet_scheduler::RetryConfig",
    {"Period": u32},
    total_retries=u8,
    remaining=u8,
    period=Field(None, u32, "Period"),
)
_BLOCK = Field(None, u32, "BlockNumberFor<T>")
_PERIOD = Field(None, Option(_ADDRESS), "Option<schedule::Period<BlockNumberFor<T>>>")
_CALL = Field(None, RuntimeCall, "Box<<T as Config>::RuntimeCall>")
_TASK = Field(None, _ADDRESS, "TaskAddress<BlockNumberFor<T>>")
_ID = Field(None, _NAME, "TaskName")
_MAYBE_ID = Field(None, Option(_NAME), "Option<TaskName>")
_WHAT = {
    "maybe_periodic": _PERIOD,
    "priority": Field(None, u8, "schedule::Priority"),
    "call": _CALL,
}
Period = tuple[int, int] | None
Address = tuple[int, int]
Task = dict[str, Any]


class Scheduler(Pallet):
    """Calls that run later."""

    name = "Scheduler"
    index = 15
    crate = "pallet_scheduler"

    IncompleteSince = Value(u32, optional=True)
    Agenda = Map((Twox64Concat, u32), BoundedVec(Option(Scheduled)))
    Retries = Map((Blake2_128Concat, _ADDRESS), RetryConfig, optional=True)
    Lookup = Map((Twox64Concat, _NAME), _ADDRESS, optional=True)

    events = (
        Event("Scheduled", fields={"when": _BLOCK, "index": u32}),
        Event("Canceled", fields={"when": _BLOCK, "index": u32}),
        Event(
            "Dispatched",
            task=_TASK,
            id=_MAYBE_ID,
            result=Field(None, DispatchResult, "DispatchResult"),
        ),
        Event("RetrySet", task=_TASK, id=_MAYBE_ID, period=_BLOCK, retries=u8),
        *(
            Event(name, task=_TASK, id=_MAYBE_ID)
            for name in (
                "RetryCancelled", "CallUnavailable", "PeriodicFailed", "RetryFailed",
                "PermanentlyOverweight",
            )
        ),
        Event("AgendaIncomplete", when=_BLOCK),
    )  # fmt: skip
    errors = (
        Error("FailedToSchedule", "Failed to schedule a call."),
        Error("NotFound", "Cannot find the scheduled call."),
        Error("TargetBlockNumberInPast", "Given target block number is in the past."),
        Error("RescheduleNoChange", "Reschedule failed because it does not change scheduled time."),
        Error("Named", "Attempt to use a non-named function on a named task."),
    )
    constants = (
        Constant(
            "MaximumWeight",
            Weight,
            {"ref_time": 3_200_000_000_000, "proof_size": 14_757_395_258_967_641_292},
        ),
        Constant("MaxScheduledPerBlock", u32, 50),
    )

    @call(0, args={"when": _BLOCK, **_WHAT})
    def schedule(
        self, origin: Origin, when: int, maybe_periodic: Period, priority: int, call: Invocation
    ) -> None:
        """Have a call run at the start of a block, by root."""
        self._schedule(origin, None, when, maybe_periodic, priority, call)

    @call(1, when=_BLOCK, index=u32)
    def cancel(self, origin: Origin, when: int, index: int) -> None:
        """Take a task off the agenda, by root."""
        origin.root()
        self._cancel((when, index))

    @call(2, args={"id": _ID, "when": _BLOCK, **_WHAT})
    def schedule_named(
        self,
        origin: Origin,
        id: bytes,  # noqa: A002  # its name on the wire
        when: int,
        maybe_periodic: Period,
        priority: int,
        call: Invocation,
    ) -> None:
        """Schedule a call under a name, by root."""
        self._schedule(origin, id, when, maybe_periodic, priority, call)

    @call(3, args={"id": _ID})
    def cancel_named(self, origin: Origin, id: bytes) -> None:  # noqa: A002  # its name on the wire
        """Take a named task off the agenda, by root."""
        origin.root()
        self._cancel(self._named(id))

    @call(4, args={"after": _BLOCK, **_WHAT})
    def schedule_after(
        self, origin: Origin, after: int, maybe_periodic: Period, priority: int, call: Invocation
    ) -> None:
        """Schedule a call for so many blocks after the next, by root."""
        when = min(self.block_number + after + 1, LAST_BLOCK)
        self._schedule(origin, None, when, maybe_periodic, priority, call)

    @call(5, args={"id": _ID, "after": _BLOCK, **_WHAT})
    def schedule_named_after(
        self,
        origin: Origin,
        id: bytes,  # noqa: A002  # its name on the wire
        after: int,
        maybe_periodic: Period,
        priority: int,
        call: Invocation,
    ) -> None:
        """Schedule a call under a name for so many blocks after the next, by root."""
        when = min(self.block_number + after + 1, LAST_BLOCK)
        self._schedule(origin, id, when, maybe_periodic, priority, call)

    @call(6, task=_TASK, retries=u8, period=_BLOCK)
    def set_retry(self, origin: Origin, task: Address, retries: int, period: int) -> None:
        """Try a task again, so often and so many blocks apart, when it fails; by root."""
        origin.root()
        self._set_retry(task, None, retries, period)

    @call(7, args={"id": _ID, "retries": u8, "period": _BLOCK})
    def set_retry_named(
        self,
        origin: Origin,
        id: bytes,  # noqa: A002  # its name on the wire
        retries: int,
        period: int,
    ) -> None:
        """The same for a named task, by root."""
        origin.root()
        self._set_retry(self._named(id), id, retries, period)

    @call(8, task=_TASK)
    def cancel_retry(self, origin: Origin, task: Address) -> None:
        """Do not try a task again, by root."""
        origin.root()
        self._cancel_retry(task, None)

    @call(9, args={"id": _ID})
    def cancel_retry_named(self, origin: Origin, id: bytes) -> None:  # noqa: A002  # its name on the wire
        """The same for a named task, by root."""
        origin.root()
        self._cancel_retry(self._named(id), id)

    def on_initialize(self, number: int) -> None:
        """Run what is due."""
        tasks = [(index, task) for index, task in enumerate(self.Agenda[number]) if task]
        if not tasks:
            return
        left: list[Task | None] = [None] * len(self.Agenda[number])
        for index, task in sorted(tasks, key=lambda item: item[1]["priority"]):
            if not self._run((number, index), task):
                left[index] = task
        self._write_agenda(number, left)

    def _schedule(
        self,
        origin: Origin,
        name: bytes | None,
        when: int,
        periodic: Period,
        priority: int,
        call: Invocation,
    ) -> None:
        origin.root()
        self.ensure(name is None or name not in self.Lookup, "FailedToSchedule")
        self.ensure(when > self.block_number, "TargetBlockNumberInPast")
        repeats = periodic is not None and periodic[0] > 0 and periodic[1] > 1
        self._place(
            when,
            {
                "maybe_id": name,
                "priority": priority,
                "call": self._stored(call),
                "maybe_periodic": (periodic[0], periodic[1] - 1) if periodic and repeats else None,
                "origin": ("system", "Root"),
            },
        )

    def _place(self, when: int, task: Task) -> Address:
        """Put a task on the agenda, in a hole when it is full; ``Exhausted`` without one."""
        agenda = self.Agenda[when]
        if len(agenda) < self.constant("MaxScheduledPerBlock"):
            agenda.append(task)
            index = len(agenda) - 1
        elif None in agenda:
            index = agenda.index(None)
            agenda[index] = task
        else:
            raise DispatchFailure.plain("Exhausted")
        self.Agenda[when] = agenda
        if task["maybe_id"] is not None:
            self.Lookup[task["maybe_id"]] = (when, index)
        self.deposit("Scheduled", when, index)
        return when, index

    def _run(self, address: Address, task: Task) -> bool:
        """Run one task and plan its next times; False when its call is not there."""
        name = task["maybe_id"]
        if name is not None:
            del self.Lookup[name]
        content = self._content(task["call"])
        if content is None:
            self.deposit("CallUnavailable", address, name)
            return False
        invocation = RuntimeCall.decode(Reader(content, self.runtime))
        failure = self.runtime.try_dispatch(invocation, ROOT)
        retry = self.Retries.take(address)
        self.deposit("Dispatched", address, name, as_result(failure))
        needed = False
        if failure is not None and retry is not None and retry["remaining"]:
            again = {**task, "maybe_id": None, "maybe_periodic": None}
            less = {**retry, "remaining": retry["remaining"] - 1}
            needed = self._again(address, again, retry["period"], less, "RetryFailed")
        if task["maybe_periodic"] is not None:
            period, count = task["maybe_periodic"]
            again = {**task, "maybe_periodic": (period, count - 1) if count > 1 else None}
            needed = self._again(address, again, period, retry, "PeriodicFailed") or needed
        if not needed:
            self._forget(task["call"])
        return True

    def _again(self, address: Address, task: Task, blocks: int, retry: Any, failed: str) -> bool:
        try:
            placed = self._place(min(self.block_number + blocks, LAST_BLOCK), task)
        except DispatchFailure:
            self.deposit(failed, address, task["maybe_id"])
            return False
        if retry is not None:
            self.Retries[placed] = retry
        return True

    def _cancel(self, address: Address) -> None:
        when, index = address
        task = self._at(address)
        self._forget(task["call"])
        if task["maybe_id"] is not None:
            del self.Lookup[task["maybe_id"]]
        del self.Retries[address]
        agenda = self.Agenda[when]
        agenda[index] = None
        self._write_agenda(when, agenda)
        self.deposit("Canceled", when, index)

    def _set_retry(self, address: Address, name: bytes | None, retries: int, period: int) -> None:
        self._at(address)
        self.Retries[address] = {"total_retries": retries, "remaining": retries, "period": period}
        self.deposit("RetrySet", address, name, period, retries)

    def _cancel_retry(self, address: Address, name: bytes | None) -> None:
        self._at(address)
        del self.Retries[address]
        self.deposit("RetryCancelled", address, name)

    def _at(self, address: Address) -> Task:
        agenda = self.Agenda[address[0]]
        task: Task | None = agenda[address[1]] if address[1] < len(agenda) else None
        if task is None:
            self.fail("NotFound")
        return task

    def _named(self, name: bytes) -> Address:
        address: Address | None = self.Lookup[name]
        if address is None:
            self.fail("NotFound")
        return address

    def _write_agenda(self, when: int, agenda: list[Task | None]) -> None:
        while agenda and agenda[-1] is None:
            agenda.pop()
        if agenda:
            self.Agenda[when] = agenda
        else:
            del self.Agenda[when]

    def _stored(self, call: Invocation) -> tuple[Any, ...]:
        content = call.encode()
        if len(content) <= MAX_INLINE:
            return "Inline", content
        self.runtime.preimage.note(content, None)
        return "Lookup", {"hash": blake2_256(content), "len": len(content)}

    def _content(self, stored: tuple[Any, ...]) -> bytes | None:
        if stored[0] == "Inline":
            return bytes(stored[1])
        found: bytes | None = self.runtime.preimage.fetch(stored[1]["hash"], stored[1]["len"])
        return found

    def _forget(self, stored: tuple[Any, ...]) -> None:
        """Let a long call's preimage go; it may be gone already, by root."""
        if stored[0] == "Lookup":
            status = self.runtime.preimage.RequestStatusFor[stored[1]["hash"]]
            if status is not None and status[0] == "Requested":
                self.runtime.preimage.unrequest(stored[1]["hash"])
