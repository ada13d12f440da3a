"""Preimages and scheduled calls: who may, what is held, and when things run."""

from typing import Any

import pytest
from fixtures_delegation import TAO, Desk, key

from taocli.localnet.frame.storage import blake2_256

NAME = b"n" * 32


@pytest.fixture
def desk() -> Desk:
    return Desk()


def note(desk: Desk, content: bytes) -> Any:
    return desk.call("Preimage.note_preimage", bytes=content)


def on(desk: Desk, verb: str, content: bytes) -> Any:
    return desk.call(f"Preimage.{verb}_preimage", hash=blake2_256(content))


def test_noting_holds_a_deposit_until_it_is_taken_back(desk: Desk) -> None:
    assert desk.apply("Bob", note(desk, b"abc")).fee > 0
    assert desk.reserved("Bob") == 104_000_000 + 3 * 1_000_000
    assert desk.runtime.preimage.fetch(blake2_256(b"abc"), 3) == b"abc"
    assert desk.do("Charlie", note(desk, b"abc")) == "Preimage.AlreadyNoted"
    assert desk.do("Charlie", on(desk, "unnote", b"abc")) == "Preimage.NotAuthorized"
    assert desk.do("Charlie", on(desk, "unnote", b"x")) == "Preimage.NotNoted"
    desk.ok("Bob", on(desk, "unnote", b"abc"))
    assert desk.reserved("Bob") == 0
    assert desk.runtime.preimage.fetch(blake2_256(b"abc"), 3) is None
    names = [name for pallet, name, _ in desk.mine() if pallet == "Preimage"]
    assert names == ["Noted", "Cleared"]


def test_a_deposit_must_be_there(desk: Desk) -> None:
    desk.ok("Bob", desk.transfer("Eve", 1_000 * TAO - 1_000))
    assert desk.do("Bob", note(desk, b"abc")) == "Token.FundsUnavailable"


def test_requested_bytes_are_free_and_stay(desk: Desk) -> None:
    assert desk.do("Bob", on(desk, "request", b"abc")) == "BadOrigin"
    desk.ok(None, on(desk, "request", b"abc"))
    desk.ok(None, on(desk, "request", b"abc"))
    assert desk.apply("Bob", note(desk, b"abc")).fee == 0
    assert desk.reserved("Bob") == 0
    assert desk.do("Bob", on(desk, "unnote", b"abc")) == "Preimage.NotAuthorized"
    desk.ok(None, on(desk, "unrequest", b"abc"))
    assert desk.runtime.preimage.fetch(blake2_256(b"abc"), 3) == b"abc"
    desk.ok(None, on(desk, "unrequest", b"abc"))
    assert desk.runtime.preimage.fetch(blake2_256(b"abc"), 3) is None
    assert desk.do(None, on(desk, "unrequest", b"abc")) == "Preimage.NotRequested"


def test_a_request_keeps_paid_bytes_beyond_their_owner(desk: Desk) -> None:
    desk.ok("Bob", note(desk, b"abc"))
    desk.ok(None, on(desk, "request", b"abc"))
    desk.ok("Bob", on(desk, "unnote", b"abc"))
    assert desk.reserved("Bob") == 0
    assert desk.runtime.preimage.fetch(blake2_256(b"abc"), 3) == b"abc"
    desk.ok(None, on(desk, "unrequest", b"abc"))
    assert desk.runtime.preimage.RequestStatusFor.keys_under() == []


def test_ensure_updated_counts_its_hashes(desk: Desk) -> None:
    def update(count: int) -> Any:
        return desk.call("Preimage.ensure_updated", hashes=[bytes(32)] * count)

    assert desk.do("Bob", update(0)) == "Preimage.TooFew"
    assert desk.do("Bob", update(1_025)) == "Preimage.TooMany"
    desk.ok("Bob", update(1_024))


def later(desk: Desk, call: Any, when: int, periodic: Any = None, priority: int = 0) -> Any:
    return desk.call(
        "Scheduler.schedule", when=when, maybe_periodic=periodic, priority=priority, call=call
    )


def named(desk: Desk, call: Any, when: int, periodic: Any = None) -> Any:
    return desk.call(
        "Scheduler.schedule_named",
        id=NAME,
        when=when,
        maybe_periodic=periodic,
        priority=0,
        call=call,
    )


def mint(desk: Desk, amount: int) -> Any:
    """Root's call: Eve has so many TAO."""
    return desk.call("Balances.force_set_balance", who=key("Eve"), new_free=amount * TAO)


def test_only_root_schedules(desk: Desk) -> None:
    assert desk.do("Alice", later(desk, mint(desk, 1), 5)) == "BadOrigin"
    assert desk.do(None, later(desk, mint(desk, 1), 1)) == "Scheduler.TargetBlockNumberInPast"
    desk.ok("Alice", desk.call("Sudo.sudo", call=later(desk, mint(desk, 7), 3)))
    assert [name for pallet, name, _ in desk.mine() if pallet == "Scheduler"] == ["Scheduled"]
    assert desk.free("Eve") == 1_000 * TAO
    desk.mine()
    assert desk.free("Eve") == 7 * TAO
    dispatched = [fields for _, name, fields in desk.mine() if name == "Dispatched"]
    assert dispatched == [{"task": (3, 0), "id": None, "result": ("Ok", ())}]
    assert desk.runtime.scheduler.Agenda.keys_under() == []


def test_tasks_of_a_block_run_by_priority(desk: Desk) -> None:
    for amount, priority in ((1, 9), (2, 200), (3, 0)):
        desk.ok(None, later(desk, mint(desk, amount), 2, priority=priority))
    desk.mine()
    assert desk.free("Eve") == 2 * TAO


def test_after_counts_from_the_next_block(desk: Desk) -> None:
    what = {"maybe_periodic": None, "priority": 0, "call": mint(desk, 4)}
    desk.ok(None, desk.call("Scheduler.schedule_after", after=1, **what))
    desk.ok(None, desk.call("Scheduler.schedule_named_after", id=NAME, after=2, **what))
    assert sorted(desk.runtime.scheduler.Agenda.keys_under()) == [3, 4]


def test_a_periodic_task_repeats_under_its_name(desk: Desk) -> None:
    desk.ok(None, named(desk, mint(desk, 4), 2, (2, 3)))
    assert desk.do(None, named(desk, mint(desk, 4), 2)) == "Scheduler.FailedToSchedule"
    ran = [
        number for number in range(1, 9) if any(name == "Dispatched" for _, name, _ in desk.mine())
    ]
    assert ran == [2, 4, 6]
    assert NAME not in desk.runtime.scheduler.Lookup


def test_cancelling(desk: Desk) -> None:
    desk.ok(None, later(desk, mint(desk, 4), 3))
    desk.ok(None, named(desk, mint(desk, 5), 3))
    desk.ok(None, desk.call("Scheduler.cancel", when=3, index=0))
    desk.ok(None, desk.call("Scheduler.cancel_named", id=NAME))
    assert desk.do(None, desk.call("Scheduler.cancel", when=3, index=0)) == "Scheduler.NotFound"
    assert desk.do(None, desk.call("Scheduler.cancel_named", id=NAME)) == "Scheduler.NotFound"
    assert desk.runtime.scheduler.Agenda.keys_under() == []
    desk.mine(4)
    assert desk.free("Eve") == 1_000 * TAO


def test_a_failing_task_is_tried_again(desk: Desk) -> None:
    failing = desk.call(
        "Balances.force_transfer", source=key("Bob"), dest=key("Eve"), value=2_000 * TAO
    )
    desk.ok(None, named(desk, failing, 2))
    desk.ok(None, desk.call("Scheduler.set_retry_named", id=NAME, retries=2, period=1))
    tries = []
    for _ in range(6):
        events = desk.mine()
        tries.append(sum(name == "Dispatched" for _, name, _ in events))
    assert tries == [0, 1, 1, 1, 0, 0]
    assert desk.runtime.scheduler.Retries.keys_under() == []


def test_a_retry_can_be_called_off(desk: Desk) -> None:
    desk.ok(None, later(desk, mint(desk, 4), 3))
    desk.ok(None, desk.call("Scheduler.set_retry", task=(3, 0), retries=2, period=1))
    desk.ok(None, desk.call("Scheduler.cancel_retry", task=(3, 0)))
    assert desk.runtime.scheduler.Retries.keys_under() == []
    missing = desk.call("Scheduler.set_retry", task=(3, 1), retries=2, period=1)
    assert desk.do(None, missing) == "Scheduler.NotFound"


def test_long_calls_are_kept_as_preimages(desk: Desk) -> None:
    batch = desk.call("Utility.batch", calls=[mint(desk, amount) for amount in range(1, 9)])
    desk.ok(None, later(desk, batch, 2))
    content_hash = blake2_256(batch.encode())
    assert desk.runtime.preimage.RequestStatusFor[content_hash][0] == "Requested"
    desk.mine()
    assert desk.free("Eve") == 8 * TAO
    assert desk.runtime.preimage.RequestStatusFor.keys_under() == []


def test_a_call_that_is_gone_stays_on_the_agenda(desk: Desk) -> None:
    batch = desk.call("Utility.batch", calls=[mint(desk, amount) for amount in range(1, 9)])
    desk.ok(None, later(desk, batch, 2))
    desk.ok(None, desk.call("Preimage.unrequest_preimage", hash=blake2_256(batch.encode())))
    desk.mine()
    events = [name for pallet, name, _ in desk.mine() if pallet == "Scheduler"]
    assert events == ["CallUnavailable"]
    assert desk.runtime.scheduler.Agenda.keys_under() == [2]


def test_a_full_block_takes_no_more(desk: Desk) -> None:
    for _ in range(50):
        desk.ok(None, later(desk, mint(desk, 1), 3))
    assert desk.do(None, later(desk, mint(desk, 1), 3)) == "Exhausted"
    desk.ok(None, desk.call("Scheduler.cancel", when=3, index=7))
    desk.ok(None, later(desk, mint(desk, 1), 3))
    assert len(desk.runtime.scheduler.Agenda[3]) == 50


def test_scheduled_batches_reach_proxies(desk: Desk) -> None:
    """Root may speak for a delegate, later: sudo_as is Alice's, dispatch_as is root's."""
    add = desk.call("Proxy.add_proxy", delegate=key("Dave"), proxy_type="Any", delay=0)
    desk.ok("Bob", add)
    act = desk.call(
        "Proxy.proxy", real=key("Bob"), force_proxy_type=None, call=desk.transfer("Eve", TAO)
    )
    origin = ("system", ("Signed", key("Dave")))
    as_dave = desk.call("Utility.dispatch_as", as_origin=origin, call=act)
    desk.ok(None, later(desk, as_dave, 2))
    desk.mine()
    assert desk.free("Eve") == 1_001 * TAO
