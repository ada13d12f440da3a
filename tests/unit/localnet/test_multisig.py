"""Multisigs: shared accounts, approvals, timepoints, deposits, and what runs in the end."""

from typing import Any

import pytest
from fixtures_delegation import PEOPLE, TAO, Desk, key
from hypothesis import given, settings
from hypothesis import strategies as st

from taocli.localnet.frame.storage import blake2_256
from taocli.localnet.pallets.multisig import multisig_account

BASE, FACTOR = 132_000_000, 32_000_000
MEMBERS = ("Bob", "Charlie", "Dave")
PLENTY = {"ref_time": 10**12, "proof_size": 0}
OK = ("Ok", ())


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.ok("Alice", made.call("Balances.transfer_keep_alive", dest=account(), value=100 * TAO))
    return made


def account(threshold: int = 2) -> bytes:
    return multisig_account(sorted(key(name) for name in MEMBERS), threshold)


def others(who: str, *members: str) -> list[bytes]:
    return sorted(key(name) for name in members or MEMBERS if name != who)


def bring(
    desk: Desk, who: str, call: Any, when: Any = None, threshold: int = 2, **change: Any
) -> Any:
    arguments = {
        "threshold": threshold,
        "other_signatories": others(who),
        "maybe_timepoint": when,
        "call": call,
        "max_weight": PLENTY,
    }
    return desk.call("Multisig.as_multi", **{**arguments, **change})


def approve(desk: Desk, who: str, call: Any, when: Any = None, threshold: int = 2) -> Any:
    return desk.call(
        "Multisig.approve_as_multi",
        threshold=threshold,
        other_signatories=others(who),
        maybe_timepoint=when,
        call_hash=blake2_256(call.encode()),
        max_weight=PLENTY,
    )


def cancel(desk: Desk, who: str, call: Any, when: Any, threshold: int = 2) -> Any:
    return desk.call(
        "Multisig.cancel_as_multi",
        threshold=threshold,
        other_signatories=others(who),
        timepoint=when,
        call_hash=blake2_256(call.encode()),
    )


def test_the_account_is_a_hash_of_members_and_threshold() -> None:
    members = sorted(key(name) for name in MEMBERS)
    seed = b"modlpy/utilisuba" + b"\x0c" + b"".join(members) + b"\2\0"
    assert account() == blake2_256(seed)
    assert account(3) != account()


def test_two_of_three(desk: Desk) -> None:
    desk.mine()
    call = desk.transfer("Eve", 5 * TAO)
    assert desk.apply("Alice", desk.remark()).index == 1
    assert desk.apply("Bob", approve(desk, "Bob", call)).ok
    assert desk.reserved("Bob") == BASE + 2 * FACTOR
    when = {"height": 2, "index": 2}
    operation = desk.runtime.multisig.Multisigs[account(), blake2_256(call.encode())]
    assert operation["when"] == when
    assert operation["depositor"] == key("Bob")
    opened = [event for event in desk.mine() if event[0] == "Multisig"]
    call_hash = blake2_256(call.encode())
    fields = {"approving": key("Bob"), "multisig": account(), "call_hash": call_hash}
    assert opened == [("Multisig", "NewMultisig", fields)]
    desk.ok("Dave", bring(desk, "Dave", call, when))
    assert desk.free("Eve") == 1_005 * TAO
    assert desk.reserved("Bob") == 0
    assert desk.runtime.multisig.Multisigs.keys_under() == []
    executed = [event for event in desk.mine() if event[0] == "Multisig"]
    fields |= {"approving": key("Dave"), "timepoint": when, "result": OK}
    assert executed == [("Multisig", "MultisigExecuted", fields)]


def test_three_of_three_needs_every_voice(desk: Desk) -> None:
    desk.ok("Alice", desk.call("Balances.transfer_keep_alive", dest=account(3), value=TAO))
    call = desk.call("Balances.transfer_all", dest=key("Eve"), keep_alive=True)
    when = {"height": 1, "index": 1}
    desk.ok("Bob", bring(desk, "Bob", call, threshold=3))
    desk.ok("Charlie", bring(desk, "Charlie", call, when, 3))
    assert desk.free("Eve") == 1_000 * TAO
    twice = desk.do("Charlie", approve(desk, "Charlie", call, when, 3))
    assert twice == "Multisig.AlreadyApproved"
    desk.ok("Dave", approve(desk, "Dave", call, when, 3))
    approvals = desk.runtime.multisig.Multisigs[account(3), blake2_256(call.encode())]["approvals"]
    assert approvals == sorted(key(name) for name in MEMBERS)
    full = desk.do("Dave", approve(desk, "Dave", call, when, 3))
    assert full == "Multisig.AlreadyApproved"
    desk.ok("Bob", bring(desk, "Bob", call, when, 3))  # whoever brings the call
    assert desk.free("Eve") == 1_001 * TAO - 500


def test_a_failure_inside_is_part_of_the_event(desk: Desk) -> None:
    call = desk.call(
        "Utility.batch_all", calls=[desk.transfer("Eve", TAO), desk.transfer("Eve", 10**18)]
    )
    when = {"height": 1, "index": 1}
    desk.ok("Bob", bring(desk, "Bob", call))
    desk.ok("Dave", bring(desk, "Dave", call, when))
    assert desk.free("Eve") == 1_000 * TAO
    assert desk.reserved("Bob") == 0
    results = [fields["result"] for _, name, fields in desk.mine() if name == "MultisigExecuted"]
    assert results == [("Err", ("Token", "FundsUnavailable"))]


def test_members_are_checked_in_order(desk: Desk) -> None:
    call = desk.remark()
    cases = {
        "MinimumThreshold": {"threshold": 1},
        "TooFewSignatories": {"other_signatories": []},
        "TooManySignatories": {"other_signatories": [bytes(32)] * 100},
        "SignatoriesOutOfOrder": {"other_signatories": others("Bob")[::-1]},
        "SenderInSignatories": {"other_signatories": others("", *MEMBERS)},
    }
    for error, change in cases.items():
        assert desk.do("Bob", bring(desk, "Bob", call, **change)) == f"Multisig.{error}"
    twins = {"other_signatories": [key("Dave"), key("Dave")]}
    assert desk.do("Bob", bring(desk, "Bob", call, **twins)) == "Multisig.SignatoriesOutOfOrder"


def test_timepoints(desk: Desk) -> None:
    call, when = desk.remark(), {"height": 1, "index": 1}
    assert desk.do("Bob", bring(desk, "Bob", call, when)) == "Multisig.UnexpectedTimepoint"
    desk.ok("Bob", approve(desk, "Bob", call))
    assert desk.do("Dave", bring(desk, "Dave", call)) == "Multisig.NoTimepoint"
    wrong = {"height": 1, "index": 2}
    assert desk.do("Dave", bring(desk, "Dave", call, wrong)) == "Multisig.WrongTimepoint"
    assert desk.do("Bob", cancel(desk, "Bob", call, wrong)) == "Multisig.WrongTimepoint"
    assert desk.do("Bob", bring(desk, "Bob", call, when)) == "Multisig.AlreadyApproved"


def test_the_weight_must_be_granted(desk: Desk) -> None:
    call, when = desk.remark(), {"height": 1, "index": 1}
    desk.ok("Bob", approve(desk, "Bob", call))
    nothing = {"max_weight": {"ref_time": 0, "proof_size": 0}}
    error = desk.do("Dave", bring(desk, "Dave", call, when, **nothing))
    assert error == "Multisig.MaxWeightTooLow"
    assert desk.reserved("Bob") == BASE + 2 * FACTOR


def test_the_opener_may_cancel(desk: Desk) -> None:
    call, when = desk.remark(), {"height": 1, "index": 1}
    assert desk.do("Bob", cancel(desk, "Bob", call, when)) == "Multisig.NotFound"
    desk.ok("Bob", approve(desk, "Bob", call))
    assert desk.do("Dave", cancel(desk, "Dave", call, when)) == "Multisig.NotOwner"
    desk.ok("Bob", cancel(desk, "Bob", call, when))
    assert desk.reserved("Bob") == 0
    assert "MultisigCancelled" in [name for _, name, _ in desk.mine()]
    assert desk.do("Dave", bring(desk, "Dave", call, when)) == "Multisig.UnexpectedTimepoint"


def test_threshold_one_needs_nobody_else(desk: Desk) -> None:
    desk.ok("Alice", desk.call("Balances.transfer_keep_alive", dest=account(1), value=TAO))
    run = desk.call(
        "Multisig.as_multi_threshold_1",
        other_signatories=others("Bob"),
        call=desk.transfer("Eve", TAO // 2),
    )
    desk.ok("Bob", run)
    assert desk.free("Eve") == 1_000 * TAO + TAO // 2
    run.args["call"] = desk.transfer("Eve", TAO)
    assert desk.do("Bob", run) == "Token.FundsUnavailable"
    run.args["other_signatories"] = []
    assert desk.do("Bob", run) == "Multisig.TooFewSignatories"


def test_poke_deposit(desk: Desk) -> None:
    call = desk.remark()
    poke = desk.call(
        "Multisig.poke_deposit",
        threshold=2,
        other_signatories=others("Bob"),
        call_hash=blake2_256(call.encode()),
    )
    assert desk.do("Bob", poke) == "Multisig.NotFound"
    desk.ok("Bob", approve(desk, "Bob", call))
    assert desk.apply("Bob", poke).fee > 0
    desk.runtime.multisig.override_constant("DepositBase", BASE - 11)
    assert desk.apply("Bob", poke).fee == 0
    assert desk.reserved("Bob") == BASE - 11 + 2 * FACTOR
    desk.ok("Bob", cancel(desk, "Bob", call, {"height": 1, "index": 1}))
    assert desk.reserved("Bob") == 0


def test_a_multisig_can_own_a_proxy_and_a_proxy_can_sign(desk: Desk) -> None:
    """The account of two keys lets Eve act for it; Eve's own proxy then does."""
    allow = desk.call("Proxy.add_proxy", delegate=key("Eve"), proxy_type="Any", delay=0)
    when = {"height": 1, "index": 1}
    desk.ok("Bob", approve(desk, "Bob", allow))
    desk.ok("Dave", bring(desk, "Dave", allow, when))
    act = desk.call(
        "Proxy.proxy", real=account(), force_proxy_type=None, call=desk.transfer("Charlie", TAO)
    )
    desk.ok("Eve", act)
    assert desk.free("Charlie") == 1_001 * TAO


def test_batches_stay_flat_and_guards_look_inside(desk: Desk) -> None:
    inner = desk.call("Utility.batch", calls=[desk.remark()])
    nested = desk.call("Utility.batch", calls=[inner])
    when = {"height": 1, "index": 1}
    desk.ok("Bob", approve(desk, "Bob", nested))
    desk.ok("Dave", bring(desk, "Dave", nested, when))
    (result,) = [f["result"] for _, name, f in desk.mine() if name == "MultisigExecuted"]
    assert result == ("Err", desk.runtime.system.failure("CallFiltered").value)


CALLS = st.integers(0, 2)
STEPS = st.tuples(
    st.sampled_from(("bring", "approve", "cancel")), st.sampled_from(MEMBERS), CALLS, st.booleans()
)


@settings(max_examples=40, deadline=None)
@given(st.lists(STEPS, max_size=25))
def test_deposits_return_in_full(steps: list[Any]) -> None:
    desk = Desk()
    before = desk.held()
    calls = [desk.remark(bytes([number])) for number in range(3)]
    when = {"height": 1, "index": 1}
    makers = {"bring": bring, "approve": approve, "cancel": cancel}
    for verb, who, number, first in steps:
        timepoint = when if verb == "cancel" or not first else None
        desk.do(who, makers[verb](desk, who, calls[number], timepoint))
    open_ones = dict(desk.runtime.multisig.Multisigs.items_under())
    owed = sum(operation["deposit"] for operation in open_ones.values())
    assert sum(desk.reserved(name) for name in PEOPLE) == owed
    for call in calls:
        operation = open_ones.get((account(), blake2_256(call.encode())))
        if operation is not None:
            (who,) = [name for name in MEMBERS if key(name) == operation["depositor"]]
            desk.ok(who, cancel(desk, who, call, when))
    assert {desk.free(name) for name in PEOPLE} == {1_000 * TAO}
    assert desk.held() == before == desk.runtime.balances.TotalIssuance.get()
