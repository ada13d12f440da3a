"""The bittensor SDK 11.3.0: the same chain after btcli 11, now by one process of Python.

Every flow is one expression; ``preambles`` makes the names in it. ``done`` raises when the chain refused.
"""

from typing import Any

from .flow import SDK_11, TAO, Fact, Flow, above, exists, fact, free, near, nothing, within


def sdk(name: str, expression: str, expected: Any, *facts: Fact, **more: Any) -> Flow:
    """A flow of SDK 11 and what its expression must be."""
    return Flow(SDK_11, name, (expression,), says={"": expected}, facts=facts, **more)


def read(name: str, expected: Any, arguments: str = "", shown: str = "{}", **more: Any) -> Flow:
    """One of the SDK's named reads; ``shown`` makes a value of JSON out of its answer."""
    call = f'chain.read("{name}"{", " if arguments else ""}{arguments})'
    return sdk(f"read {name}", shown.replace("{}", call), expected, **more)


def does(op: str, wallet: str, fields: str, *facts: Fact, **more: Any) -> Flow:
    """An intent that is signed and sent."""
    return sdk(op, f'done("{op}", {wallet}{", " if fields else ""}{fields})', True, *facts, **more)


BOB, HOT, PAIR = (
    'coldkey_ss58="{bob}"',
    'hotkey_ss58="{bob.hot}"',
    'netuid=1, hotkey_ss58="{bob.hot}"',
)
ONE = "netuid=1"
# fmt: off
_READS = (
    sdk("block", "chain.block", above(10)),
    sdk("spec_version", "chain.spec_version", 425),
    sdk("is_fast_blocks", "chain.is_fast_blocks()", True),
    read("balance", above(900_000 * TAO), 'coldkey_ss58="{alice}"', "{}.rao"),
    read("existential_deposit", 500, "", "{}.rao"),
    read("block_info", within("Timestamp"), "block=5"),
    read("subnets", [0, 1, 2], "", "sorted(s.netuid for s in {})"),
    read("subnet", 50, ONE, "{}.tempo"),
    read("subnet_hyperparameters", 77, ONE, '{}["immunity_period"]'),
    read("subnet_identity", within("Other"), "netuid=2"),
    read("subnet_registration_cost", above(TAO), "", "{}.rao"),
    read("subnet_start_schedule", exists, ONE),
    read("subnet_tao_flows", lambda found: isinstance(found, dict)),
    read("token_symbols", 3, "", "len({})"),
    read("burn", above(0), ONE, "{}.rao"),
    read("metagraph", within("{bob.hot}"), ONE),
    read("neurons", within("{bob.hot}"), ONE),
    read("uid", 1, PAIR),
    read("netuids_for_hotkey", [0, 1], HOT),
    read("hotkey_owner", "{bob}", HOT),
    read("owned_hotkeys", within("{bob.hot}"), BOB),
    read("delegates", within("{bob.hot}")),
    read("delegate_take", within("0.1"), HOT),
    read("children", [], PAIR),
    read("pending_children", above(0), PAIR, '{}["cooldown_block"]'),
    read("childkey_threshold_suspended", False, HOT),
    read("stake_for_coldkey", within("{bob.hot}"), BOB),
    read("stake_value_for_coldkey", exists, BOB),
    read("stake_availability", exists, f"{BOB}, {ONE}"),
    read("total_alpha_staked", above(100 * TAO), ONE, "{}.rao"),
    read("quote_stake", exists, f"{ONE}, amount_tao=10"),
    read("quote_unstake", exists, f"{ONE}, amount_alpha=10"),
    read("alpha_price", exists, ONE),
    read("epoch_status", exists, ONE),
    read("weights", within("1"), ONE),
    read("bonds", lambda found: isinstance(found, dict), ONE),
    read("locks_for_coldkey", exists, BOB),
    read("subnet_convictions", exists, ONE),
    read("crowdloans", 1, "", "len({})"),
    read("proxies", exists, 'coldkey_ss58="{pure}"'),
    read("identity", within("Bob"), BOB),
    read("auto_stake_all", within("{bob.hot}"), BOB),
    read("mechanism_count", 2, ONE),
    read("mev_shield_next_key", 2 + 2 * 1_184, "", "len({})"),
    read("miner_collateral", None, PAIR),
    read("subnet_collateral", [], ONE),
    read("collateral_policy", within("lock_share"), ONE),
    read("root_baskets", lambda found: isinstance(found, list)),
    read("root_basket_portfolio", lambda found: isinstance(found, list), BOB),
    read("validator_basket_summary", within("{bob.hot}"), HOT),
    read("basket_trading_status", within("False"), HOT),
    read("root_basket_total_nav", above(-1), "", "{}.rao"),
    read("root_claim_threshold", 500_000, "", "{}.rao"),
    sdk("at a block", "chain.at(20).balances.get('{bob}').rao", above(TAO)),
    sdk("query_map", "len(list(chain.query_map(bt.storage.SubtensorModule.NetworksAdded)))", 3),
    sdk("constant", "chain.constant(bt.constants.Balances.ExistentialDeposit)", 500),
    sdk("runtime call", "chain.runtime(bt.runtime_api.SubnetRegistrationRuntimeApi."
        "get_network_registration_cost, [])", above(1)),
    sdk("a plan before signing", 'chain.plan(intent("transfer", dest_ss58="{bob}", amount_tao=1), '
        "alice).fee.rao", above(1_000)),
)
_STAKE = (
    does("transfer", "ferdie", 'dest_ss58="{dave.hot}", amount_tao=2',
         fact("System.Account", "{dave.hot}", is_=free(2 * TAO))),
    sdk("a transfer that is refused", 'refused("transfer", ferdie, dest_ss58="{bob}", '
        "amount_tao=10**6)", exists),
    does("burned_register", "ferdie", "netuid=1", fact("Uids", 1, "{ferdie.hot}", is_=3)),
    sdk("a transaction after a shielded one", 'done("root_register", ferdie)', True,
        fails="the SDK counts nonces itself and forgets that a shielded transaction takes two; the "
        "transaction after that one goes through"),
    does("root_register", "ferdie", "", fact("Uids", 0, "{ferdie.hot}", is_=1)),
    does("add_stake", "charlie", 'hotkey_ss58="{ferdie.hot}", netuid=1, amount_tao=200',
         fact("TotalHotkeyAlpha", "{ferdie.hot}", 1, is_=above(100 * TAO))),
    does("add_stake_limit", "charlie", 'hotkey_ss58="{ferdie.hot}", netuid=1, amount_tao=20, '
         "limit_price_rao=2 * 10**9"),
    sdk("add_stake, shielded", 'shielded("add_stake", dave, hotkey_ss58="{ferdie.hot}", '
        "netuid=1, amount_tao=20)", True),
    does("move_stake", "charlie", 'origin_hotkey_ss58="{ferdie.hot}", origin_netuid=1, '
         'dest_hotkey_ss58="{bob.hot}", dest_netuid=1, amount_alpha=10'),
    does("swap_stake", "charlie", 'hotkey_ss58="{ferdie.hot}", origin_netuid=1, dest_netuid=2, '
         "amount_alpha=5, slippage_protection=False",
         fact("TotalHotkeyAlpha", "{ferdie.hot}", 2, is_=above(TAO))),
    does("transfer_stake", "charlie", 'dest_coldkey_ss58="{ferdie}", hotkey_ss58="{ferdie.hot}", '
         "origin_netuid=1, dest_netuid=1, amount_alpha=5",
         fact("StakingHotkeys", "{ferdie}", is_=exists)),
    does("remove_stake", "charlie", 'hotkey_ss58="{ferdie.hot}", netuid=1, amount_alpha=5'),
    does("unstake_all_alpha", "charlie", 'hotkey_ss58="{bob.hot}"'),
    sdk("a stake that is refused", 'refused("add_stake", charlie, hotkey_ss58="{ferdie.hot}", '
        "netuid=1, amount_tao=10**9)", exists),
    does("set_children", "ferdie", 'netuid=1, children=[(0.5, "{bob.other}")]',
         fact("PendingChildKeys", 1, "{ferdie.hot}", is_=within("{bob.other}"))),
    does("set_take", "ferdie", "take=0.05", fact("Delegates", "{ferdie.hot}", is_=near(3_276, 2))),
    does("set_auto_stake", "charlie", PAIR,
         fact("AutoStakeDestination", "{charlie}", 1, is_="{bob.hot}")),
    does("lock_stake", "charlie", 'netuid=1, amount_alpha=5, hotkey_ss58="{ferdie.hot}"',
         fact("Lock", "{charlie}", 1, "{ferdie.hot}", is_=exists)),
    does("set_perpetual_lock", "charlie", "netuid=1, enabled=True"),
    does("set_reject_locked_alpha", "ferdie", "enabled=False"),
)
_NEURON = (
    does("serve_axon", "ferdie", 'netuid=1, ip="10.1.2.3", port=8_099',
         fact("Axons", 1, "{ferdie.hot}", is_=lambda axon: axon["port"] == 8_099)),
    does("serve_axon_tls", "dave_other", 'netuid=1, ip="10.1.2.4", port=8_100, '
         'certificate="0x" + "01" * 33', fact("NeuronCertificates", 1, "{dave.other}", is_=exists)),
    does("serve_prometheus", "ferdie", 'netuid=1, ip="10.1.2.3", port=9_100',
         fact("Prometheus", 1, "{ferdie.hot}", is_=exists)),
    does("reset_axon", "ferdie", "netuid=1",
         fact("Axons", 1, "{ferdie.hot}", is_=lambda axon: axon["ip"] == 0), mine=10),
    does("set_hyperparameter", "alice", 'netuid=1, name="immunity_period", value=99',
         fact("ImmunityPeriod", 1, is_=99)),
    does("set_weights", "bob", "netuid=1, weights={1: 0.5, 3: 0.5}",
         fact("Weights", 1, 1, is_=within("3")), mine=10),
    sdk("incentive in the metagraph", 'chain.read("metagraph", netuid=1)["incentives"][3]',
        above(0.1), mine=60),
)
_OWNER = (
    does("register_subnet", "alice", 'hotkey_ss58="{alice.other}"',
         fact("SubnetOwner", 3, is_="{alice}")),
    does("start_call", "alice", "netuid=3", fact("FirstEmissionBlockNumber", 3, is_=exists)),
    does("set_subnet_identity", "alice", 'netuid=3, subnet_name="third"',
         fact("SubnetIdentitiesV3", 3, is_=within("third"))),
    does("update_symbol", "alice", 'netuid=3, symbol="ר"', fact("TokenSymbol", 3, is_=exists)),
    does("trim_subnet", "alice", "netuid=1, max_n=90", fact("MaxAllowedUids", 1, is_=90)),
    does("set_subnet_emission_enabled", "alice", "netuids=[3], enabled=True",
         fact("SubnetEmissionEnabled", 3, is_=True)),
    does("set_root_claim_threshold", "alice", "threshold=0.001",
         fact("RootClaimableThreshold", 0, is_=exists)),
)
_ACCOUNTS = (
    does("add_proxy", "alice", 'delegate_ss58="{charlie}", proxy_type="Transfer"',
         fact("Proxy.Proxies", "{alice}", is_=within("{charlie}"))),
    sdk("transfer for another", 'chain.execute(intent("transfer", dest_ss58="{dave.hot}", '
        'amount_tao=1), charlie, proxy_for="{alice}").raise_for_failure() and True', True,
        fact("System.Account", "{dave.hot}", is_=free(3 * TAO))),
    does("remove_proxies", "alice", "",
         fact("Proxy.Proxies", "{alice}", is_=lambda found: not found[0])),
    does("create_pure_proxy", "alice", 'proxy_type="Any"'),
    sdk("multisig_approve", 'done("multisig_approve", alice, **together({"op": "transfer", '
        '"dest_ss58": "{dave.hot}", "amount_tao": 1}, [bob, charlie]))', True),
    sdk("multisig_execute", 'done("multisig_execute", bob, **together({"op": "transfer", '
        '"dest_ss58": "{dave.hot}", "amount_tao": 1}, [alice, charlie], '
        "opened(alice, bob, charlie)))", True,
        fact("System.Account", "{dave.hot}", is_=free(4 * TAO))),
    does("create_crowdloan", "alice", "deposit_tao=10, min_contribution_tao=1, cap_tao=30, "
         'end=chain.block + 5_000, target_ss58="{ferdie}"',
         fact("Crowdloan.Crowdloans", 1, is_=within("{alice}"))),
    does("contribute_crowdloan", "bob", "crowdloan_id=1, amount_tao=5",
         fact("Crowdloan.Contributions", 1, "{bob}", is_=5 * TAO)),
    does("withdraw_crowdloan", "bob", "crowdloan_id=1",
         fact("Crowdloan.Contributions", 1, "{bob}", is_=nothing)),
    does("refund_crowdloan", "alice", "crowdloan_id=1"),
    does("dissolve_crowdloan", "alice", "crowdloan_id=1",
         fact("Crowdloan.Crowdloans", 1, is_=nothing)),
    does("batch", "alice", 'intents=[{"op": "transfer", "dest_ss58": "{dave.hot}", '
         '"amount_tao": 1}, {"op": "transfer", "dest_ss58": "{dave.hot}", "amount_tao": 1}]',
         fact("System.Account", "{dave.hot}", is_=free(6 * TAO))),
    does("set_identity", "charlie", 'name="Charlie"',
         fact("IdentitiesV2", "{charlie}", is_=within("Charlie"))),
    does("swap_hotkey", "ferdie", 'new_hotkey_ss58="{ferdie.other}", netuid=1',
         fact("Uids", 1, "{ferdie.other}", is_=3)),
    does("announce_coldkey_swap", "ferdie", 'new_coldkey_ss58="{eve.other}"',
         fact("ColdkeySwapAnnouncements", "{ferdie}", is_=exists)),
)
# fmt: on
FLOWS_SDK_11 = (*_READS, *_STAKE, *_NEURON, *_OWNER, *_ACCOUNTS)
