"""Nothing appears or vanishes: TAO and alpha are counted in every block of random calls."""

from typing import Any

import pytest
from fixtures_chain import TAO, Chain
from fixtures_events import listen
from hypothesis import given, settings
from hypothesis import strategies as st

from taocli.localnet.pallets.subtensor.pools import subnet_account

COLDKEYS = ("Alice", "Bob", "Dave")
HOTKEYS = ("H0", "H1", "H2", "H3")
ED = 500

AMOUNTS = st.one_of(st.integers(0, 300 * TAO), st.integers(0, 3_000))
PEOPLE = st.sampled_from(COLDKEYS)
HOTS = st.sampled_from(HOTKEYS)
NETUIDS = st.integers(0, 2)
STEPS = st.one_of(
    st.tuples(st.just("register"), PEOPLE, HOTS, NETUIDS),
    st.tuples(st.just("stake"), PEOPLE, HOTS, NETUIDS, AMOUNTS),
    st.tuples(st.just("unstake"), PEOPLE, HOTS, NETUIDS, AMOUNTS),
    st.tuples(st.just("move"), PEOPLE, HOTS, HOTS, NETUIDS, NETUIDS, AMOUNTS),
    st.tuples(st.just("transfer"), PEOPLE, PEOPLE, HOTS, NETUIDS, AMOUNTS),
    st.tuples(st.just("leave"), PEOPLE, HOTS, st.booleans()),
    st.tuples(st.just("weigh"), HOTS, st.integers(0, 4)),
    st.tuples(st.just("claim"), PEOPLE, st.booleans()),
    st.tuples(st.just("send"), PEOPLE, PEOPLE, AMOUNTS),
    st.tuples(st.just("delegate"), PEOPLE, PEOPLE),
    st.tuples(st.just("create"), PEOPLE, HOTS),
    st.tuples(st.just("dissolve"), st.integers(1, 2)),
    st.tuples(st.just("recycle"), PEOPLE, HOTS, NETUIDS, AMOUNTS),
    st.tuples(st.just("mine"), st.integers(1, 12)),
)


def populate(chain: Chain) -> None:
    """Let everybody hold something, so that most random steps can succeed."""
    for number, hotkey in enumerate(HOTKEYS[:3]):
        coldkey = COLDKEYS[number]
        chain.register(coldkey, hotkey)
        for netuid in (0, 1):
            chain.ok(coldkey, "add_stake", hotkey=hotkey, netuid=netuid, amount_staked=90 * TAO)
    chain.module.NetworkRateLimit.set(0)
    chain.mine(8)
    for hotkey in HOTKEYS[:3]:  # the owner's part will be burned
        chain.ok(hotkey, "set_weights", netuid=1, dests=[0, 3], weights=[1, 1], version_key=0)


def perform(chain: Chain, step: Any) -> None:
    """Try a step; many are refused, and then they must not have moved anything either."""
    match step:
        case "register", who, hotkey, netuid:
            chain.do(who, "burned_register", netuid=netuid, hotkey=hotkey)
        case "stake", who, hotkey, netuid, amount:
            chain.do(who, "add_stake", hotkey=hotkey, netuid=netuid, amount_staked=amount)
        case "unstake", who, hotkey, netuid, amount:
            chain.do(who, "remove_stake", hotkey=hotkey, netuid=netuid, amount_unstaked=amount)
        case "move", who, hotkey, target, netuid, to_netuid, amount:
            chain.do(
                who, "move_stake", origin_hotkey=hotkey, destination_hotkey=target,
                origin_netuid=netuid, destination_netuid=to_netuid, alpha_amount=amount,
            )  # fmt: skip
        case "transfer", who, receiver, hotkey, netuid, amount:
            chain.do(
                who, "transfer_stake", destination_coldkey=receiver, hotkey=hotkey,
                origin_netuid=netuid, destination_netuid=1, alpha_amount=amount,
            )  # fmt: skip
        case "leave", who, hotkey, to_root:
            chain.do(who, "unstake_all_alpha" if to_root else "unstake_all", hotkey=hotkey)
        case "claim", who, keep:
            chain.do(who, "set_root_claim_type", new_root_claim_type="Keep" if keep else "Swap")
            chain.do(who, "claim_root", subnets=[1, 2])
        case "weigh", hotkey, uid:
            chain.do(hotkey, "set_weights", netuid=1, dests=[uid], weights=[9], version_key=0)
        case _:
            perform_more(chain, step)


def perform_more(chain: Chain, step: Any) -> None:
    """The steps that are not about stake alone."""
    match step:
        case "send", who, receiver, amount:
            dest = chain.key(receiver)
            chain.do(who, "Balances.transfer_allow_death", dest=dest, value=amount)
        case "delegate", who, delegate:
            args = {"delegate": chain.key(delegate), "proxy_type": "Any", "delay": 0}
            chain.do(who, "Proxy.add_proxy", **args)
        case "create", who, hotkey:
            before = set(chain.module.NetworksAdded.keys_under())
            if chain.do(who, "register_network", hotkey=hotkey) is None:
                (new,) = set(chain.module.NetworksAdded.keys_under()) - before
                chain.ok(who, "start_call", netuid=new)  # perhaps the number of a removed one
                chain.module.SubnetEmissionEnabled[new] = True
        case "dissolve", netuid:
            chain.do(None, "root_dissolve_network", netuid=netuid)
        case "recycle", who, hotkey, netuid, amount:
            chain.do(who, "recycle_alpha", hotkey=hotkey, amount=amount, netuid=netuid)
        case "mine", count:
            for _ in range(count):
                chain.mine()
                check_tao(chain)


def check_tao(chain: Chain) -> None:
    """Balances add up to the issuance, pools to what is staked, and nobody owes anything."""
    runtime, module = chain.runtime, chain.module
    held = 0
    for _, account in runtime.system.Account.items_under():
        data = account["data"]
        assert data["free"] >= ED  # also: what is below does not exist
        assert account["consumers"] == int(data["reserved"] > 0)
        held += data["free"] + data["reserved"]
    assert runtime.balances.TotalIssuance.get() == held
    pools = 0
    for netuid in module.NetworksAdded.keys_under():
        reserve = module.SubnetTAO[netuid]
        pools += reserve
        account = runtime.balances.free(subnet_account(netuid))
        assert account == reserve or reserve < ED
    assert module.TotalStake.get() == pools


def check_alpha(chain: Chain) -> None:
    """All alpha that circulates is somebody's, waits for an epoch, or is owed to root stake."""
    module = chain.module
    for netuid in module.NetworksAdded.keys_under():
        pots = [
            (hotkey, pot)
            for (hotkey, subnet), pot in module.TotalHotkeyAlpha.items_under()
            if subnet == netuid
        ]
        waiting = (
            module.PendingOwnerCut[netuid]
            + module.PendingServerEmission[netuid]
            + module.PendingValidatorEmission[netuid]
            + module.PendingRootAlphaDivs[netuid]
        )
        known = sum(pot for _, pot in pots) + waiting + module.SubnetProtocolAlpha[netuid]
        unclaimed = module.SubnetAlphaOut[netuid] - known
        owed = sum(
            module.owed_on_root(chain.key(hotkey), chain.key(coldkey), netuid)
            for hotkey in HOTKEYS
            for coldkey in COLDKEYS
        )
        assert owed <= unclaimed  # what root earned and nobody can claim any more stays in it
        if not any(module.RootClaimable[chain.key(hotkey)] for hotkey in HOTKEYS):
            assert unclaimed == 0
        for hotkey, pot in pots:
            shares = sum(amount for _, amount in module.stakers_of(hotkey, netuid))
            assert pot - 8 <= shares <= pot  # rounding is the pot's, a rao for each holder


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(st.lists(STEPS, max_size=30), st.sampled_from([1, 2]))
def test_tao_and_alpha_are_conserved(steps: list[Any], root_price: int) -> None:
    chain = Chain(tempo=7)
    populate(chain)
    chain.module.SubnetMovingPrice[1] = root_price << 32  # above one TAO root stake is paid
    check_tao(chain)
    check_alpha(chain)
    for step in steps:
        perform(chain, step)
        check_tao(chain)
        check_alpha(chain)
    chain.mine(8)
    check_tao(chain)
    check_alpha(chain)


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(st.lists(STEPS.filter(lambda step: step[0] != "dissolve"), max_size=20))
def test_both_issuances_move_together(steps: list[Any]) -> None:
    """Subtensor counts what was minted since genesis; only dust and burning tell the two apart.

    A dissolved pool's TAO is not counted any more either; less than nothing cannot be counted.
    """
    chain = Chain(tempo=7)
    populate(chain)
    balances, module = chain.runtime.balances, chain.module
    apart = balances.TotalIssuance.get() - module.TotalIssuance.get()
    heard = listen(balances)
    for step in steps:
        perform(chain, step)
    lost = sum(values[1] for name, values in heard if name in {"DustLost", "Burned"})
    assert balances.TotalIssuance.get() - module.TotalIssuance.get() == apart - lost


def test_the_only_new_tao_is_what_the_curve_mints(chain: Chain) -> None:
    before, counted = chain.runtime.balances.TotalIssuance.get(), chain.module.TotalIssuance.get()
    chain.mine(10)
    minted = chain.runtime.balances.TotalIssuance.get() - before
    assert 10 * TAO - 20 <= minted <= 10 * TAO  # a rao that no subnet could take is not issued
    assert chain.module.TotalIssuance.get() - counted == minted
