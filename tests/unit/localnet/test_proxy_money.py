"""What proxies cost: deposits that follow their price and return in full, and who pays the fees."""

from typing import Any

import pytest
from fixtures_delegation import PEOPLE, TAO, Desk, key
from hypothesis import given, settings
from hypothesis import strategies as st

from taocli.localnet.frame.storage import blake2_256

BASE, FACTOR = 60_000_000, 33_000_000
NOTICE_BASE, NOTICE_FACTOR = 36_000_000, 68_000_000


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


def test_poke_deposit_follows_the_price(desk: Desk) -> None:
    add(desk, "Bob", "Dave", "Any", 1)
    desk.ok("Dave", desk.call("Proxy.announce", real=key("Bob"), call_hash=bytes(32)))
    poke = desk.call("Proxy.poke_deposit")
    assert desk.apply("Bob", poke).fee > 0
    desk.runtime.proxy.override_constant("ProxyDepositFactor", FACTOR + 5)
    desk.runtime.proxy.override_constant("AnnouncementDepositBase", NOTICE_BASE - 7)
    desk.mine()
    assert desk.apply("Bob", poke).fee == 0
    assert desk.apply("Dave", poke).fee == 0
    assert desk.reserved("Bob") == BASE + FACTOR + 5
    assert desk.reserved("Dave") == NOTICE_BASE + NOTICE_FACTOR - 7
    pokes = [fields for _, name, fields in desk.mine() if name == "DepositPoked"]
    assert [(p["kind"], p["new_deposit"] - p["old_deposit"]) for p in pokes] == [
        ("Proxies", 5),
        ("Announcements", -7),
    ]


def pays(desk: Desk, who: str, call: Any) -> dict[str, int]:
    """Sign a call of no effect on balances but its fee; who paid it."""
    before = {name: desk.free(name) for name in PEOPLE}
    fee = desk.apply(who, call).fee
    paid = {name: before[name] - desk.free(name) for name in PEOPLE}
    assert sum(paid.values()) == fee
    return {name: amount for name, amount in paid.items() if amount}


def volunteer(desk: Desk, real: str, delegate: str, pays_fee: bool = True) -> None:
    call = desk.call("Proxy.set_real_pays_fee", delegate=key(delegate), pays_fee=pays_fee)
    desk.ok(real, call)


def test_the_owner_may_take_over_fees(desk: Desk) -> None:
    call = desk.call("Proxy.set_real_pays_fee", delegate=key("Dave"), pays_fee=True)
    assert desk.do("Bob", call) == "Proxy.NotProxy"
    add(desk, "Bob", "Dave")
    remark = proxied(desk, "Bob", desk.remark())
    assert set(pays(desk, "Dave", remark)) == {"Dave"}
    volunteer(desk, "Bob", "Dave")
    assert set(pays(desk, "Dave", remark)) == {"Bob"}
    assert set(pays(desk, "Dave", desk.remark())) == {"Dave"}
    volunteer(desk, "Bob", "Dave", pays_fee=False)
    assert set(pays(desk, "Dave", remark)) == {"Dave"}
    volunteer(desk, "Bob", "Dave")
    desk.ok("Bob", removed(desk, "Dave"))
    assert desk.runtime.proxy.RealPaysFee.keys_under() == []


def test_fees_follow_the_chain_of_owners(desk: Desk) -> None:
    add(desk, "Bob", "Charlie")
    add(desk, "Charlie", "Dave")
    inner = proxied(desk, "Bob", desk.remark())
    outer = proxied(desk, "Charlie", inner)
    batch = desk.call("Utility.batch", calls=[inner, inner])
    mixed = desk.call("Utility.batch", calls=[inner, desk.remark()])
    volunteer(desk, "Bob", "Charlie")
    assert set(pays(desk, "Dave", outer)) == {"Dave"}
    volunteer(desk, "Charlie", "Dave")
    assert set(pays(desk, "Dave", outer)) == {"Bob"}
    assert set(pays(desk, "Dave", proxied(desk, "Charlie", batch))) == {"Bob"}
    assert set(pays(desk, "Dave", proxied(desk, "Charlie", mixed))) == {"Charlie"}


def test_a_penniless_delegate_can_act_when_the_owner_pays(desk: Desk) -> None:
    add(desk, "Bob", "Dave")
    everything = desk.call("Balances.transfer_keep_alive", dest=key("Eve"), value=1_000 * TAO - 500)
    desk.ok("Dave", everything)
    volunteer(desk, "Bob", "Dave")
    assert set(pays(desk, "Dave", proxied(desk, "Bob", desk.remark()))) == {"Bob"}


NAMES = st.sampled_from(("Bob", "Charlie", "Dave", "Eve"))
KINDS = st.sampled_from(("Any", "Staking", "Transfer"))
STEPS = st.one_of(
    st.tuples(st.just("add"), NAMES, NAMES, KINDS, st.integers(0, 2)),
    st.tuples(st.just("remove"), NAMES, NAMES, KINDS, st.integers(0, 2)),
    st.tuples(st.just("announce"), NAMES, NAMES, st.integers(0, 3)),
    st.tuples(st.just("withdraw"), NAMES, NAMES, st.integers(0, 3)),
    st.tuples(st.just("reject"), NAMES, NAMES, st.integers(0, 3)),
    st.tuples(st.just("pure"), NAMES, st.integers(0, 2)),
    st.tuples(st.just("poke"), NAMES),
    st.tuples(st.just("mine")),
)


def perform(desk: Desk, step: Any, pures: list[Any]) -> None:
    match step:
        case "add", who, delegate, kind, delay:
            desk.do(who, added(desk, delegate, kind, delay))
        case "remove", who, delegate, kind, delay:
            desk.do(who, removed(desk, delegate, kind, delay))
        case "announce" | "withdraw" as verb, who, real, number:
            name = "announce" if verb == "announce" else "remove_announcement"
            desk.do(who, desk.call(f"Proxy.{name}", real=key(real), call_hash=bytes([number]) * 32))
        case "reject", who, delegate, number:
            call_hash = bytes([number]) * 32
            desk.do(
                who,
                desk.call("Proxy.reject_announcement", delegate=key(delegate), call_hash=call_hash),
            )
        case "pure", who, index:
            call = desk.call("Proxy.create_pure", proxy_type="Any", delay=0, index=index)
            if desk.do(who, call) is None:
                pures.append((who, index, desk.number))
        case "poke", who:
            desk.do(who, desk.call("Proxy.poke_deposit"))
        case _:
            desk.mine()


@settings(max_examples=40, deadline=None)
@given(st.lists(STEPS, max_size=30))
def test_deposits_return_in_full(steps: list[Any]) -> None:
    desk = Desk()
    before, pures = desk.held(), []
    for step in steps:
        perform(desk, step, pures)
    owed = sum(deposit for _, (_, deposit) in desk.runtime.proxy.Proxies.items_under())
    owed += sum(deposit for _, (_, deposit) in desk.runtime.proxy.Announcements.items_under())
    assert sum(desk.reserved(name) for name in PEOPLE) == owed
    for who, index, height in pures:
        kill = {"spawner": key(who), "proxy_type": "Any", "index": index, "height": height}
        seed = b"modlpy/proxy____" + key(who) + height.to_bytes(4, "little") + b"\1\0\0\0"
        pure = blake2_256(seed + b"\0" + index.to_bytes(2, "little"))
        desk.ok(pure, desk.call("Proxy.kill_pure", **kill, ext_index=1))
    for name in PEOPLE:
        desk.ok(name, desk.call("Proxy.remove_proxies"))
        for one in desk.runtime.proxy.Announcements[key(name)][0]:
            arguments = {"real": one["real"], "call_hash": one["call_hash"]}
            desk.do(name, desk.call("Proxy.remove_announcement", **arguments))
    assert {desk.reserved(name) for name in PEOPLE} == {0}
    assert {desk.free(name) for name in PEOPLE} == {1_000 * TAO}
    assert desk.held() == before == desk.runtime.balances.TotalIssuance.get()
