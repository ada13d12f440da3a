"""Proxies: deposits, types, delays, pure accounts, fees, and calls inside calls."""

from typing import Any

import pytest
from fixtures_chain import Chain
from fixtures_delegation import TAO, Desk, failed, key

from taocli.localnet.frame.storage import blake2_256
from taocli.localnet.pallets.proxy_types import ProxyType

BASE, FACTOR = 60_000_000, 33_000_000
NOTICE_BASE, NOTICE_FACTOR = 36_000_000, 68_000_000
OK = ("Ok", ())


@pytest.fixture
def desk() -> Desk:
    return Desk()


def add(desk: Desk, who: str, delegate: str, kind: str = "Any", delay: int = 0) -> None:
    desk.ok(who, added(desk, delegate, kind, delay))


def added(desk: Desk, delegate: str, kind: str = "Any", delay: int = 0) -> Any:
    return desk.call("Proxy.add_proxy", delegate=key(delegate), proxy_type=kind, delay=delay)


def removed(desk: Desk, delegate: str, kind: str = "Any", delay: int = 0) -> Any:
    return desk.call("Proxy.remove_proxy", delegate=key(delegate), proxy_type=kind, delay=delay)


def proxied(desk: Desk, real: str | bytes, call: Any, forced: str | None = None) -> Any:
    account = key(real) if isinstance(real, str) else real
    return desk.call("Proxy.proxy", real=account, force_proxy_type=forced, call=call)


def results(events: list[Any]) -> list[Any]:
    return [fields["result"] for _, name, fields in events if name == "ProxyExecuted"]


def filtered(desk: Desk) -> Any:
    return failed(desk.runtime.system.failure("CallFiltered"))


def test_deposits_grow_with_each_proxy_and_return(desk: Desk) -> None:
    add(desk, "Bob", "Dave")
    assert desk.reserved("Bob") == BASE + FACTOR
    add(desk, "Bob", "Charlie", "Transfer")
    add(desk, "Bob", "Charlie", "Staking", 7)
    assert desk.reserved("Bob") == BASE + 3 * FACTOR
    definitions, deposit = desk.runtime.proxy.Proxies[key("Bob")]
    assert deposit == BASE + 3 * FACTOR
    order = [(d["delegate"], ProxyType.variant(d["proxy_type"]).index) for d in definitions]
    assert order == sorted(order)
    desk.ok("Bob", removed(desk, "Charlie", "Staking", 7))
    assert desk.reserved("Bob") == BASE + 2 * FACTOR
    desk.ok("Bob", desk.call("Proxy.remove_proxies"))
    assert desk.reserved("Bob") == 0
    assert key("Bob") not in desk.runtime.proxy.Proxies
    assert desk.free("Bob") == 1_000 * TAO


def test_adding_and_removing_fail_by_name(desk: Desk) -> None:
    assert desk.do("Bob", added(desk, "Bob")) == "Proxy.NoSelfProxy"
    assert desk.do("Bob", removed(desk, "Dave")) == "Proxy.NotFound"
    add(desk, "Bob", "Dave")
    assert desk.do("Bob", added(desk, "Dave")) == "Proxy.Duplicate"
    assert desk.do("Bob", removed(desk, "Dave", "Any", 1)) == "Proxy.NotFound"
    for delay in range(1, 20):
        add(desk, "Bob", "Dave", "Any", delay)
    assert desk.do("Bob", added(desk, "Dave", "Any", 20)) == "Proxy.TooMany"
    desk.ok("Charlie", desk.transfer("Alice", 1_000 * TAO - BASE))
    assert desk.do("Charlie", added(desk, "Dave")) == "Balances.InsufficientBalance"
    assert desk.reserved("Charlie") == 0


def test_events_tell_what_changed(desk: Desk) -> None:
    add(desk, "Bob", "Dave", "Staking", 3)
    desk.ok("Bob", removed(desk, "Dave", "Staking", 3))
    fields = {
        "delegator": key("Bob"),
        "delegatee": key("Dave"),
        "proxy_type": "Staking",
        "delay": 3,
    }
    events = [event for event in desk.mine() if event[0] == "Proxy"]
    assert events == [("Proxy", "ProxyAdded", fields), ("Proxy", "ProxyRemoved", fields)]


def test_a_proxy_acts_as_the_owner(desk: Desk) -> None:
    add(desk, "Bob", "Dave")
    desk.ok("Dave", proxied(desk, "Bob", desk.transfer("Eve", 5 * TAO)))
    assert desk.free("Bob") == 995 * TAO - BASE - FACTOR
    assert desk.free("Eve") == 1_005 * TAO
    assert desk.runtime.proxy.LastCallResult[key("Bob")] == OK
    assert results(desk.mine()) == [OK]
    assert desk.runtime.proxy.LastCallResult[key("Bob")] is None


def test_a_failure_inside_is_an_event_and_leaves_nothing(desk: Desk) -> None:
    add(desk, "Bob", "Dave")
    batch = desk.call(
        "Utility.batch_all", calls=[desk.transfer("Eve", TAO), desk.transfer("Eve", 10**18)]
    )
    desk.ok("Dave", proxied(desk, "Bob", batch))
    assert desk.free("Eve") == 1_000 * TAO
    assert results(desk.mine()) == [("Err", ("Token", "FundsUnavailable"))]


def test_only_the_named_delegate_and_type_may_act(desk: Desk) -> None:
    add(desk, "Bob", "Dave", "Transfer")
    call = desk.transfer("Eve", TAO)
    assert desk.do("Charlie", proxied(desk, "Bob", call)) == "Proxy.NotProxy"
    assert desk.do("Dave", proxied(desk, "Bob", call, "Any")) == "Proxy.NotProxy"
    desk.ok("Dave", proxied(desk, "Bob", call, "Transfer"))
    add(desk, "Bob", "Charlie", "Any", 5)
    assert desk.do("Charlie", proxied(desk, "Bob", call)) == "Proxy.Unannounced"


def test_a_type_binds_calls_inside_calls(desk: Desk) -> None:
    add(desk, "Bob", "Dave", "NonTransfer")
    transfer, derivative = desk.transfer("Eve", TAO), "Utility.as_derivative"
    batch = desk.call("Utility.batch", calls=[desk.remark(), transfer])
    for call in (transfer, batch, desk.call(derivative, index=0, call=transfer)):
        desk.ok("Dave", proxied(desk, "Bob", call))
    events = desk.mine()
    refused = filtered(desk)
    assert results(events) == [refused, OK, refused]
    interrupted = [fields for _, name, fields in events if name == "BatchInterrupted"]
    assert interrupted == [{"index": 1, "error": refused[1]}]
    assert [name for _, name, _ in events].count("Remarked") == 1
    assert desk.free("Eve") == 1_000 * TAO


def test_a_proxy_of_a_proxy_is_bound_by_both(desk: Desk) -> None:
    add(desk, "Bob", "Charlie", "NonTransfer")
    add(desk, "Charlie", "Dave", "Any")
    inner = proxied(desk, "Bob", desk.transfer("Eve", TAO))
    desk.ok("Dave", proxied(desk, "Charlie", inner))
    assert results(desk.mine()) == [filtered(desk), OK]
    desk.ok("Dave", proxied(desk, "Charlie", proxied(desk, "Bob", desk.remark(b"x"))))
    events = desk.mine()
    assert results(events) == [OK, OK]
    remarked = next(fields for _, name, fields in events if name == "Remarked")
    assert remarked == {"sender": key("Bob"), "hash": blake2_256(b"x")}


def test_a_proxy_call_of_a_restricted_proxy_starts_over_as_the_next_owner(desk: Desk) -> None:
    """Eve lets Bob do everything; a NonTransfer proxy of Bob may therefore move Eve's TAO, not Bob's."""
    add(desk, "Bob", "Dave", "NonTransfer")
    add(desk, "Eve", "Bob", "Any")
    desk.ok("Dave", proxied(desk, "Bob", proxied(desk, "Eve", desk.transfer("Charlie", TAO))))
    assert desk.free("Charlie") == 1_001 * TAO


def test_sudo_proxy_batch(desk: Desk) -> None:
    add(desk, "Bob", "Dave")
    batch = desk.call("Utility.batch", calls=[desk.transfer("Eve", TAO), desk.transfer("Eve", TAO)])
    as_dave = desk.call("Sudo.sudo_as", who=key("Dave"), call=proxied(desk, "Bob", batch))
    desk.ok("Alice", as_dave)
    assert desk.free("Eve") == 1_002 * TAO
    desk.ok("Alice", desk.call("Sudo.sudo", call=proxied(desk, "Bob", batch)))
    sudid = next(fields for _, name, fields in desk.mine() if name == "Sudid")
    assert sudid == {"sudo_result": ("Err", "BadOrigin")}


def test_no_batch_in_a_batch_even_by_proxy(desk: Desk) -> None:
    add(desk, "Bob", "Dave")
    inner = desk.call("Utility.batch", calls=[desk.remark()])
    desk.ok("Dave", proxied(desk, "Bob", desk.call("Utility.batch_all", calls=[inner])))
    assert results(desk.mine()) == [filtered(desk)]


def test_dispatch_guards_see_the_owner(desk: Desk) -> None:
    add(desk, "Ferdie", "Dave")
    batch = desk.call("Utility.force_batch", calls=[desk.remark(), desk.transfer("Eve", TAO)])
    desk.ok("Dave", proxied(desk, "Ferdie", batch))
    events = desk.mine()
    refused = desk.runtime.guard.failure("Refused").value
    assert [f for _, name, f in events if name == "ItemFailed"] == [{"error": refused}]
    assert desk.free("Eve") == 1_001 * TAO


def test_a_proxy_gives_no_more_than_it_has(desk: Desk) -> None:
    add(desk, "Bob", "Dave", "NonTransfer")
    escalations = (
        added(desk, "Dave", "Any"),
        added(desk, "Dave", "Transfer"),
        removed(desk, "Dave", "Any"),
        desk.call("Proxy.remove_proxies"),
    )
    for call in escalations:
        desk.ok("Dave", proxied(desk, "Bob", call))
    assert results(desk.mine()) == [filtered(desk)] * 4
    desk.ok("Dave", proxied(desk, "Bob", added(desk, "Charlie", "Staking")))
    assert results(desk.mine()) == [OK]
    assert len(desk.runtime.proxy.Proxies[key("Bob")][0]) == 2


def test_an_announced_call_waits_for_its_delay(desk: Desk) -> None:
    add(desk, "Bob", "Dave", "Any", 3)
    call = desk.transfer("Eve", TAO)
    announced = desk.call("Proxy.announce", real=key("Bob"), call_hash=blake2_256(call.encode()))
    assert desk.do("Charlie", announced) == "Proxy.NotProxy"
    desk.ok("Dave", announced)
    assert desk.reserved("Dave") == NOTICE_BASE + NOTICE_FACTOR
    execute = desk.call(
        "Proxy.proxy_announced",
        delegate=key("Dave"),
        real=key("Bob"),
        force_proxy_type=None,
        call=call,
    )
    desk.mine(2)
    assert desk.do("Charlie", execute) == "Proxy.Unannounced"
    desk.mine()
    desk.ok("Charlie", execute)
    assert desk.free("Eve") == 1_001 * TAO
    assert desk.reserved("Dave") == 0
    assert key("Dave") not in desk.runtime.proxy.Announcements
    assert desk.do("Charlie", execute) == "Proxy.Unannounced"


def test_announcements_can_be_withdrawn_and_rejected(desk: Desk) -> None:
    add(desk, "Bob", "Dave", "Any", 3)
    hashes = [bytes([number]) * 32 for number in range(3)]
    for call_hash in hashes:
        desk.ok("Dave", desk.call("Proxy.announce", real=key("Bob"), call_hash=call_hash))
    assert desk.reserved("Dave") == NOTICE_BASE + 3 * NOTICE_FACTOR
    reject = desk.call("Proxy.reject_announcement", delegate=key("Dave"), call_hash=hashes[0])
    assert desk.do("Charlie", reject) == "Proxy.NotFound"
    desk.ok("Bob", reject)
    withdraw = desk.call("Proxy.remove_announcement", real=key("Bob"), call_hash=hashes[1])
    desk.ok("Dave", withdraw)
    assert desk.do("Dave", withdraw) == "Proxy.NotFound"
    assert desk.reserved("Dave") == NOTICE_BASE + NOTICE_FACTOR
    left, _ = desk.runtime.proxy.Announcements[key("Dave")]
    assert left == [{"real": key("Bob"), "call_hash": hashes[2], "height": 1}]


def test_too_many_announcements(desk: Desk) -> None:
    add(desk, "Bob", "Dave", "Any", 3)
    announce = desk.call("Proxy.announce", real=key("Bob"), call_hash=bytes(32))
    for _ in range(75):
        desk.ok("Dave", announce)
    assert desk.do("Dave", announce) == "Proxy.TooMany"


def test_a_pure_account_is_a_hash_of_where_it_was_made(desk: Desk) -> None:
    desk.mine(4)
    create = desk.call("Proxy.create_pure", proxy_type="Staking", delay=0, index=2)
    assert desk.apply("Bob", desk.remark()).index == 1
    assert desk.apply("Bob", create).index == 2
    seed = b"modlpy/proxy____" + key("Bob") + b"\5\0\0\0" + b"\2\0\0\0" + b"\x08" + b"\2\0"
    pure = blake2_256(seed)
    created = next(fields for _, name, fields in desk.mine() if name == "PureCreated")
    assert created == {
        "pure": pure,
        "who": key("Bob"),
        "proxy_type": "Staking",
        "disambiguation_index": 2,
    }
    assert desk.reserved("Bob") == BASE + FACTOR


def test_a_pure_account_lives_and_dies_by_proxy(desk: Desk) -> None:
    create = desk.call("Proxy.create_pure", proxy_type="Any", delay=0, index=0)
    desk.ok("Bob", create)
    assert desk.do("Bob", create) == "Proxy.Duplicate"
    pure = next(f["pure"] for _, name, f in desk.mine() if name == "PureCreated")
    desk.ok("Eve", desk.call("Balances.transfer_keep_alive", dest=pure, value=9 * TAO))
    desk.ok("Bob", proxied(desk, pure, desk.transfer("Dave", 4 * TAO)))
    assert desk.free(pure) == 5 * TAO
    kill = desk.call(
        "Proxy.kill_pure", spawner=key("Bob"), proxy_type="Any", index=0, height=1, ext_index=1
    )
    assert desk.do("Bob", kill) == "Proxy.NoPermission"
    desk.ok("Bob", proxied(desk, pure, kill))
    assert results(desk.mine())[-1] == OK
    assert pure not in desk.runtime.proxy.Proxies
    assert desk.reserved("Bob") == 0
    assert desk.do("Bob", proxied(desk, pure, desk.remark())) == "Proxy.NotProxy"


def test_a_staking_proxy_stakes_on_the_whole_chain() -> None:
    chain = Chain()
    chain.register("Bob", "H0")
    chain.ok("Bob", "Proxy.add_proxy", delegate=chain.key("Dave"), proxy_type="Staking", delay=0)
    stake = chain.invocation("add_stake", hotkey="H0", netuid=1, amount_staked=5 * TAO)
    arguments = {"real": chain.key("Bob"), "force_proxy_type": "Staking", "call": stake}
    chain.ok("Dave", "Proxy.proxy", **arguments)
    assert chain.stake("H0", "Bob") > 0
    assert chain.stake("H0", "Dave") == 0
