"""The bittensor SDK 10.5.0: the same chain after btcli 9, now by one process of Python.

Every flow is one expression; ``preambles`` makes the names in it. ``done`` raises when the chain refused.
"""

from typing import Any

from .flow import SDK_10, TAO, Fact, Flow, above, exists, fact, free, near, nothing, within


def sdk(name: str, expression: str, *facts: Fact, **more: Any) -> Flow:
    """A flow of SDK 10."""
    return Flow(SDK_10, name, (expression,), facts=facts, **more)


def write(name: str, expression: str, *facts: Fact, **more: Any) -> Flow:
    """A flow that signs something."""
    return sdk(name, f"done({expression})", *facts, says={"": True}, **more)


def is_(expected: Any) -> dict[str, Any]:
    """What the expression's value must be."""
    return {"": expected}


# fmt: off
FIRST_SDK_10 = (
    write("sudo call", 'signed(sudo(call_of("AdminUtils", "sudo_set_admin_freeze_window", '
          'window=0)), alice)', fact("AdminFreezeWindow", is_=0)),
    write("sudo call of another pallet", 'signed(sudo(call_of("SubtensorModule", '
          '"sudo_set_num_root_claims", new_value=0)), alice)', fact("NumRootClaim", is_=0)),
    write("sudo batch", 'signed(sudo(chain.compose_call("Utility", "batch_all", {"calls": '
          '[call_of("AdminUtils", "sudo_set_network_rate_limit", rate_limit=0)]})), alice)',
          fact("NetworkRateLimit", is_=0)),
)
_READS = (
    sdk("block", "chain.block", says=is_(above(10))),
    sdk("get_balance", 'chain.get_balance("{alice}").tao', says=is_(above(900_000))),
    sdk("get_balances", 'len(chain.get_balances("{alice}", "{bob}"))', says=is_(2)),
    sdk("all_subnets", "[s.netuid for s in chain.all_subnets()]", says=is_([0, 1, 2])),
    sdk("subnet", "chain.subnet(1).price.tao", says=is_(above(0.9))),
    sdk("get_all_subnets_info", "[s.netuid for s in chain.get_all_subnets_info()]",
        says=is_([0, 1, 2])),
    sdk("get_subnet_info", "chain.get_subnet_info(1).owner_ss58", says=is_("{alice}")),
    sdk("get_subnet_hyperparameters", "chain.get_subnet_hyperparameters(1).immunity_period",
        says=is_(77)),
    sdk("neurons", "[n.hotkey for n in chain.neurons(1)]", says=is_(within("{bob.hot}"))),
    sdk("neurons_lite", "[n.uid for n in chain.neurons_lite(1)]", says=is_([0, 1, 2])),
    sdk("neuron_for_uid", "chain.neuron_for_uid(1, 1).hotkey", says=is_("{bob.hot}")),
    sdk("metagraph", "[int(u) for u in chain.metagraph(1).uids]", says=is_([0, 1, 2])),
    sdk("get_metagraph_info", "chain.get_metagraph_info(1).num_uids", says=is_(3)),
    sdk("get_uid_for_hotkey_on_subnet", 'chain.get_uid_for_hotkey_on_subnet("{bob.hot}", 1)',
        says=is_(1)),
    sdk("is_hotkey_registered", 'chain.is_hotkey_registered("{bob.hot}")', says=is_(True)),
    sdk("get_netuids_for_hotkey", 'chain.get_netuids_for_hotkey("{bob.hot}")', says=is_([0, 1])),
    sdk("get_hotkey_owner", 'chain.get_hotkey_owner("{bob.hot}")', says=is_("{bob}")),
    sdk("get_delegates", "[d.hotkey_ss58 for d in chain.get_delegates()]",
        says=is_(within("{bob.hot}"))),
    sdk("get_delegate_take", 'chain.get_delegate_take("{bob.hot}")', says=is_(near(0.1, 0.001))),
    sdk("get_stake", 'chain.get_stake(coldkey_ss58="{bob}", hotkey_ss58="{bob.hot}", netuid=1).rao',
        says=is_(above(400 * TAO))),
    sdk("get_stake_info_for_coldkey",
        '[s.netuid for s in chain.get_stake_info_for_coldkey("{bob}")]', says=is_(within("0", "1"))),
    sdk("get_stake_locks", 'chain.get_coldkey_lock("{bob}", 1)', says=is_(exists)),
    sdk("get_hotkey_conviction", 'chain.get_hotkey_conviction("{bob.hot}", 1)', says=is_(above(-1))),
    sdk("get_subnet_price", "chain.get_subnet_price(1).tao", says=is_(above(0.9))),
    sdk("get_subnet_prices", "len(chain.get_subnet_prices())", says=is_(3)),
    sdk("sim_swap", "chain.sim_swap(0, 1, tao(10)).alpha_amount.tao", says=is_(near(9.5, 2))),
    sdk("get_stake_add_fee", "chain.get_stake_add_fee(tao(10), 1).rao", says=is_(above(1))),
    sdk("get_children_pending", 'chain.get_children_pending("{bob.hot}", 1)[1]', says=is_(above(0))),
    sdk("get_crowdloans", "[c.id for c in chain.get_crowdloans()]", says=is_([0])),
    sdk("get_crowdloan_constants", "chain.get_crowdloan_constants().MaxContributors",
        says=is_(above(10))),
    sdk("get_proxies", 'list(chain.get_proxies())', says=is_(within("{bob}"))),
    sdk("get_proxy_types", "len(chain.get_proxy_types())", says=is_(above(10))),
    sdk("get_auto_stakes", 'chain.get_auto_stakes("{bob}")', says={"1": "{bob.hot}"}),
    sdk("query_identity", 'chain.query_identity("{bob}").name', says=is_("Bob")),
    sdk("get_mechanism_count", "chain.get_mechanism_count(1)", says=is_(2)),
    sdk("get_mev_shield_next_key", "len(chain.get_mev_shield_next_key())", says=is_(1_184)),
    sdk("get_next_epoch_start_block", "chain.get_next_epoch_start_block(1) - chain.block",
        says=is_(above(-1))),
    sdk("get_timestamp", "chain.get_timestamp().year", says=is_(above(2_020))),
    sdk("is_fast_blocks", "chain.is_fast_blocks()", says=is_(True)),
    sdk("query_map", 'len(list(chain.query_map_subtensor("NetworksAdded")))', says=is_(3)),
    sdk("query_constant", 'chain.query_constant("Balances", "ExistentialDeposit").value',
        says=is_(500)),
    sdk("get_subnet_burn_cost", "chain.get_subnet_burn_cost().tao", says=is_(above(500))),
    sdk("a fee before signing", 'chain.get_extrinsic_fee(call_of("Balances", '
        '"transfer_keep_alive", dest="{bob}", value=1), alice.coldkeypub).rao',
        says=is_(above(1_000))),
)
_MONEY = (
    write("transfer", 'chain.transfer(ferdie, "{dave.hot}", tao(2), **open_)',
          fact("System.Account", "{dave.hot}", is_=free(2 * TAO))),
    write("transfer all", 'chain.transfer(dave, "{bob}", None, transfer_all=True, **open_)',
          fact("System.Account", "{dave}", is_=free(500))),
    sdk("a transfer that is refused", 'chain.transfer(ferdie, "{bob}", tao(10**6), **open_).success',
        says=is_(False)),
)
_STAKE = (
    write("burned_register", "chain.burned_register(ferdie, 1, **open_)",
          fact("Uids", 1, "{ferdie.hot}", is_=3)),
    write("root_register", "chain.root_register(ferdie, **open_)",
          fact("Uids", 0, "{ferdie.hot}", is_=1)),
    write("register_limit", "chain.register_limit(other(bob), 2, tao(10), **open_)",
          fact("Uids", 2, "{bob.other}", is_=1)),
    write("add_stake", 'chain.add_stake(charlie, 1, "{ferdie.hot}", tao(200), **open_)',
          fact("TotalHotkeyAlpha", "{ferdie.hot}", 1, is_=above(100 * TAO))),
    write("add_stake, safely", 'chain.add_stake(charlie, 1, "{ferdie.hot}", tao(20), '
          'safe_staking=True, rate_tolerance=0.1, **open_)'),
    write("add_stake, shielded", 'chain.add_stake(charlie, 1, "{ferdie.hot}", tao(20), '
          'mev_protection=True)'),
    write("move_stake", 'chain.move_stake(charlie, 1, "{ferdie.hot}", 1, "{bob.hot}", '
          'rao(20 * 10**9, 1), **open_)'),
    write("swap_stake", 'chain.swap_stake(charlie, "{ferdie.hot}", 1, 2, rao(5 * 10**9, 1), **open_)',
          fact("TotalHotkeyAlpha", "{ferdie.hot}", 2, is_=above(TAO))),
    write("transfer_stake", 'chain.transfer_stake(charlie, "{ferdie}", "{ferdie.hot}", 1, 1, '
          'rao(5 * 10**9, 1), **open_)', fact("StakingHotkeys", "{ferdie}", is_=exists)),
    write("unstake", 'chain.unstake(charlie, 1, "{ferdie.hot}", rao(5 * 10**9, 1), **open_)'),
    write("unstake_all", 'chain.unstake_all(charlie, 2, "{ferdie.hot}", rate_tolerance=0.5, '
          '**open_)', fact("TotalHotkeyAlpha", "{ferdie.hot}", 2, is_=near(0, 10_000))),
    sdk("a stake that is refused", 'chain.add_stake(charlie, 77, "{ferdie.hot}", tao(1), '
        '**open_).success', says=is_(False)),
    write("add_stake_burn", 'chain.add_stake_burn(charlie, 2, "{charlie.hot}", tao(1), **open_)'),
    write("set_children", 'chain.set_children(ferdie, 1, "{ferdie.hot}", [(0.5, "{bob.other}")], '
          '**open_)', fact("PendingChildKeys", 1, "{ferdie.hot}", is_=within("{bob.other}"))),
    write("set_delegate_take", 'chain.set_delegate_take(ferdie, "{ferdie.hot}", 0.05)',
          fact("Delegates", "{ferdie.hot}", is_=near(3_276, 1))),
    write("set_auto_stake", 'chain.set_auto_stake(charlie, 1, "{bob.hot}", **open_)',
          fact("AutoStakeDestination", "{charlie}", 1, is_="{bob.hot}")),
    write("lock_stake", 'chain.lock_stake(charlie, "{bob.hot}", 1, rao(5 * 10**9, 1), **open_)',
          fact("Lock", "{charlie}", 1, "{bob.hot}", is_=exists)),
    write("move_lock", 'chain.move_lock(charlie, "{ferdie.hot}", 1, **open_)',
          fact("Lock", "{charlie}", 1, "{ferdie.hot}", is_=exists)),
    write("set_perpetual_lock", "chain.set_perpetual_lock(charlie, 1, True)"),
)
_ROOT = (
    sdk("get_root_claimable_stake",
        'chain.get_root_claimable_stake("{bob}", "{bob.hot}", 1).rao', says=is_(above(TAO // 10_000)),
        mine=100),
    write("set_root_claim_type", 'chain.set_root_claim_type(bob, "Swap", **open_)',
          fact("RootClaimType", "{bob}", is_=within("Swap"))),
    write("claim_root", "chain.claim_root(bob, [1], **open_)",
          fact("RootClaimed", 1, "{bob.hot}", "{bob}", is_=above(1))),
)
_NEURON = (
    write("serve_axon", 'chain.serve_axon(1, bt.Axon(wallet=ferdie, port=8099, ip="10.1.2.3", '
          'external_ip="10.1.2.3"))',
          fact("Axons", 1, "{ferdie.hot}", is_=lambda axon: axon["port"] == 8_099)),
    write("set_commitment", 'chain.set_commitment(ferdie, 1, "hello", **open_)'),
    sdk("get_commitment", "chain.get_commitment(1, 3)", says=is_("hello")),
    write("set_weights", "chain.set_weights(bob, 1, [1, 3], [0.5, 0.5], version_key=0, **open_)",
          fact("Weights", 1, 1, is_=lambda row: len(row) == 2)),
    sdk("weights", "[uid for uid, _ in chain.weights(1)]", says=is_([1])),
    sdk("bonds", "[uid for uid, _ in chain.bonds(1)]", says=is_([1]), mine=60),
    sdk("incentive in the metagraph", "float(chain.metagraph(1).I[3])", says=is_(above(0.1))),
    write("commit-reveal by the owner", 'signed(call_of("AdminUtils", '
          '"sudo_set_commit_reveal_weights_enabled", netuid=1, enabled=True), alice)',
          fact("CommitRevealWeightsEnabled", 1, is_=True)),
    write("commit_weights", "chain.commit_weights(bob, 1, [1, 2, 3], [1, 3], [65535, 32768], "
          "version_key=0, **open_)", fact("WeightCommits", 1, "{bob.hot}", is_=exists), epoch=True),
    write("reveal_weights", "chain.reveal_weights(bob, 1, [1, 3], [65535, 32768], [1, 2, 3], "
          "version_key=0, **open_)", fact("Weights", 1, 1, is_=within("32768")), epoch=True),
    write("set_weights, timelocked", "chain.set_weights(bob, 1, [1, 3], [0.5, 0.5], version_key=0, "
          "**open_)", mine=10),
    sdk("get_timelocked_weight_commits", "len(chain.get_timelocked_weight_commits(1))",
        says=is_(1)),
)
_OWNER = (
    write("register_subnet", "chain.register_subnet(alice, **open_)",
          fact("SubnetOwner", 3, is_="{alice}")),
    write("start_call", "chain.start_call(alice, 3, **open_)",
          fact("FirstEmissionBlockNumber", 3, is_=exists)),
    write("set_subnet_identity", "chain.set_subnet_identity(alice, 3, bt.SubnetIdentity("
          '"third", "https://github.com/a/b", "a@b.com", "https://a.b", "https://a.b/l", "d", "e", '
          '"f"), **open_)', fact("SubnetIdentitiesV3", 3, is_=within("third"))),
    write("trigger_epoch", "chain.trigger_epoch(alice, 3, **open_)",
          fact("PendingEpochAt", 3, is_=above(0))),
    write("root_set_pending_childkey_cooldown",
          "chain.root_set_pending_childkey_cooldown(alice, 10, **open_)",
          fact("PendingChildKeyCooldown", is_=10)),
)
_ACCOUNTS = (
    write("add_proxy", 'chain.add_proxy(alice, "{charlie}", "Transfer", 0, **open_)',
          fact("Proxy.Proxies", "{alice}", is_=within("{charlie}"))),
    write("proxy", 'chain.proxy(charlie, "{alice}", "Transfer", pay("{eve.hot}", 1), **open_)',
          fact("System.Account", "{eve.hot}", is_=free(TAO))),
    write("remove_proxies", "chain.remove_proxies(alice, **open_)",
          fact("Proxy.Proxies", "{alice}", is_=lambda found: not found[0])),
    write("add_proxy with a delay", 'chain.add_proxy(alice, "{ferdie}", "Any", 2, **open_)'),
    write("announce_proxy", 'chain.announce_proxy(ferdie, "{alice}", hash_of(pay("{eve.hot}", 1)), '
          '**open_)', fact("Proxy.Announcements", "{ferdie}", is_=within("{alice}"))),
    write("proxy_announced", 'chain.proxy_announced(ferdie, "{ferdie}", "{alice}", None, '
          'pay("{eve.hot}", 1), **open_)',
          fact("System.Account", "{eve.hot}", is_=free(2 * TAO)), mine=5),
    write("create_pure_proxy", 'chain.create_pure_proxy(alice, "Any", 0, 7, **open_)'),
    write("multisig: pay in", 'chain.transfer(alice, multi([bob, charlie, alice], 2), tao(5), '
          '**open_)'),
    write("multisig: first approval", 'signed(as_multi(2, [bob, charlie], pay("{eve.hot}", 2)), '
          'alice)'),
    write("multisig: second approval", 'signed(as_multi(2, [alice, charlie], pay("{eve.hot}", 2), '
          'opened([alice, bob, charlie], 2)), bob)',
          fact("System.Account", "{eve.hot}", is_=free(4 * TAO))),
    write("create_crowdloan", "chain.create_crowdloan(alice, tao(10), tao(1), tao(30), "
          'chain.block + 200, target_address="{ferdie}", **open_)',
          fact("Crowdloan.Crowdloans", 2, is_=within("{alice}"))),
    write("contribute_crowdloan", "chain.contribute_crowdloan(bob, 2, tao(5), **open_)",
          fact("Crowdloan.Contributions", 2, "{bob}", is_=5 * TAO)),
    write("withdraw_crowdloan", "chain.withdraw_crowdloan(bob, 2, **open_)",
          fact("Crowdloan.Contributions", 2, "{bob}", is_=nothing)),
    write("finalize_crowdloan", "chain.contribute_crowdloan(bob, 2, tao(20), **open_)) and "
          "done(chain.finalize_crowdloan(alice, 2, **open_)",
          fact("Crowdloan.Crowdloans", 2, is_=lambda loan: loan["finalized"])),
    write("batch", 'signed(chain.compose_call("Utility", "batch_all", {"calls": '
          '[pay("{eve.hot}", 1), pay("{eve.hot}", 1)]}), alice)',
          fact("System.Account", "{eve.hot}", is_=free(6 * TAO))),
    write("announce_coldkey_swap", 'chain.announce_coldkey_swap(ferdie, "{eve.other}", **open_)',
          fact("ColdkeySwapAnnouncements", "{ferdie}", is_=exists)),
)
LAST_SDK_10 = (
    write("commit_weights for btcli", "chain.commit_weights(bob, 1, [1, 2, 3], [1, 2], "
          "[65535, 65535], version_key=9_023_002, **open_)",
          fact("WeightCommits", 1, "{bob.hot}", is_=exists), epoch=True),
)
# fmt: on
FLOWS_SDK_10 = (*_READS, *_MONEY, *_STAKE, *_ROOT, *_NEURON, *_OWNER, *_ACCOUNTS)
