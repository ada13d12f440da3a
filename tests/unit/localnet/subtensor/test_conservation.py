"""Nothing appears or vanishes: TAO and alpha are counted after random blocks of random calls."""

from typing import Any

import pytest
from fixtures_chain import TAO, Chain
from hypothesis import given, settings
from hypothesis import strategies as st

from taocli.localnet.pallets.subtensor.pools import subnet_account

COLDKEYS = ("Alice", "Bob", "Dave")
HOTKEYS = ("H0", "H1", "H2", "H3")

AMOUNTS = st.integers(0, 300 * TAO)
PEOPLE = st.sampled_from(COLDKEYS)
HOTS = st.sampled_from(HOTKEYS)
STEPS = st.one_of(
    st.tuples(st.just("register"), PEOPLE, HOTS),
    st.tuples(st.just("stake"), PEOPLE, HOTS, st.integers(0, 1), AMOUNTS),
    st.tuples(st.just("unstake"), PEOPLE, HOTS, st.integers(0, 1), AMOUNTS),
    st.tuples(st.just("move"), PEOPLE, HOTS, HOTS, st.integers(0, 1), st.integers(0, 1), AMOUNTS),
    st.tuples(st.just("transfer"), PEOPLE, PEOPLE, HOTS, st.integers(0, 1), AMOUNTS),
    st.tuples(st.just("leave"), PEOPLE, HOTS, st.booleans()),
    st.tuples(st.just("weigh"), HOTS, st.integers(0, 4)),
    st.tuples(st.just("claim"), PEOPLE, st.booleans()),
    st.tuples(st.just("mine"), st.integers(1, 12)),
)


def populate(chain: Chain) -> None:
    """Let everybody hold something, so that most random steps can succeed."""
    for number, hotkey in enumerate(HOTKEYS[:3]):
        coldkey = COLDKEYS[number]
        chain.register(coldkey, hotkey)
        for netuid in (0, 1):
            chain.ok(coldkey, "add_stake", hotkey=hotkey, netuid=netuid, amount_staked=90 * TAO)
    chain.mine(8)
    for hotkey in HOTKEYS[:3]:  # the owner's part will be burned
        chain.ok(hotkey, "set_weights", netuid=1, dests=[0, 3], weights=[1, 1], version_key=0)


def perform(chain: Chain, step: Any) -> None:
    """Try a step; many are refused, and then they must not have moved anything either."""
    match step:
        case "register", who, hotkey:
            chain.do(who, "burned_register", netuid=1, hotkey=hotkey)
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
            chain.do(who, "claim_root", subnets=[1])
        case "weigh", hotkey, uid:
            chain.do(hotkey, "set_weights", netuid=1, dests=[uid], weights=[9], version_key=0)
        case "mine", count:
            chain.mine(count)


def check_books(chain: Chain) -> None:
    """Every sum that the chain keeps twice must agree."""
    runtime, module = chain.runtime, chain.module
    accounts = [account["data"] for _, account in runtime.system.Account.items_under()]
    held = sum(data["free"] + data["reserved"] for data in accounts)
    assert runtime.balances.TotalIssuance.get() == held
    pools = 0
    for netuid in module.NetworksAdded.keys_under():
        reserve = module.SubnetTAO[netuid]
        pools += reserve
        # An account below the existential deposit does not exist.
        account = runtime.balances.free(subnet_account(netuid))
        assert account == reserve or reserve < 500
        staked = sum(
            amount
            for (_, subnet), amount in module.TotalHotkeyAlpha.items_under()
            if subnet == netuid
        )
        waiting = (
            module.PendingOwnerCut[netuid]
            + module.PendingServerEmission[netuid]
            + module.PendingValidatorEmission[netuid]
        )
        waiting += module.PendingRootAlphaDivs[netuid]
        protocol = module.SubnetProtocolAlpha[netuid]
        unclaimed = module.SubnetAlphaOut[netuid] - (staked + waiting + protocol)
        owed = sum(
            module.owed_on_root(chain.key(hotkey), chain.key(coldkey), netuid)
            for hotkey in HOTKEYS
            for coldkey in COLDKEYS
        )
        assert owed <= unclaimed  # what root earned and nobody can claim any more stays in it
        if not any(module.RootClaimable[chain.key(hotkey)] for hotkey in HOTKEYS):
            assert unclaimed == 0
        for (hotkey, subnet), pot in module.TotalHotkeyAlpha.items_under():
            if subnet == netuid:
                shares = sum(amount for _, amount in module.stakers_of(hotkey, netuid))
                assert pot - 8 <= shares <= pot  # rounding is the pot's, a rao for each holder
    assert module.TotalStake.get() == pools


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(st.lists(STEPS, max_size=30), st.sampled_from([1, 2]))
def test_tao_and_alpha_are_conserved(steps: list[Any], root_price: int) -> None:
    chain = Chain(tempo=7)
    populate(chain)
    chain.module.SubnetMovingPrice[1] = root_price << 32  # above one TAO root stake is paid
    check_books(chain)
    for step in steps:
        perform(chain, step)
    chain.mine(8)
    check_books(chain)


def test_the_only_new_tao_is_what_the_curve_mints() -> None:
    chain = Chain()
    before = chain.runtime.balances.TotalIssuance.get()
    chain.mine(10)
    minted = chain.runtime.balances.TotalIssuance.get() - before
    assert minted == 10 * TAO
